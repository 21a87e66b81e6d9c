"""The ids in a webhook are found in whatever form it comes."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payments.adapters.iamport.hints import read_ids

IMP = "imp_123456789012"
JSON = json.dumps({"imp_uid": IMP, "merchant_uid": "m-1", "status": "paid"})
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
PART = '--{0}\r\nContent-Disposition: form-data; name="{1}"\r\n\r\n{2}\r\n'
MULTIPART = PART.format(BOUNDARY, "imp_uid", IMP) + PART.format(BOUNDARY, "merchant_uid", "m-1") + f"--{BOUNDARY}--\r\n"


@pytest.mark.parametrize(
    "body",
    [
        JSON.encode(),
        b"\xef\xbb\xbf" + JSON.encode(),
        JSON.encode("utf-16"),
        f"  \r\n{JSON}\n".encode(),
        f"[{JSON}]".encode(),
        f"imp_uid={IMP}&merchant_uid=m-1&status=paid".encode(),
        f"status=paid& imp_uid={IMP}& merchant_uid=m-1".encode(),
        MULTIPART.encode(),
        MULTIPART.replace("\r\n", "\n").encode(),
        JSON[:-2].encode(),
        JSON.replace('"', "'").encode(),
    ],
    ids=[
        "json",
        "bom",
        "utf-16",
        "blanks",
        "list",
        "form",
        "form-blanks",
        "multipart",
        "multipart-lf",
        "cut",
        "quotes",
    ],
)
def test_the_ids_are_read_in_every_form(body: bytes) -> None:
    hint = read_ids(body)
    assert (hint.imp_uid, hint.merchant_uid) == (IMP, "m-1")


def test_an_id_beside_a_numeric_merchant_id_is_read() -> None:
    hint = read_ids(json.dumps({"imp_uid": IMP, "merchant_uid": 20261126, "status": None}).encode())
    assert (hint.imp_uid, hint.merchant_uid) == (IMP, "20261126")


def test_the_address_names_what_the_body_does_not() -> None:
    assert read_ids(b"", f"imp_uid={IMP}").imp_uid == IMP
    assert read_ids(b"imp_uid=imp_2", f"imp_uid={IMP}&merchant_uid=m-1").imp_uid == "imp_2"


@pytest.mark.parametrize("value", [None, True, {}, [], "", "  ", "x" * 65, 1.5])
def test_what_cannot_be_an_id_is_none(value: object) -> None:
    assert read_ids(json.dumps({"imp_uid": value}).encode()).imp_uid is None


@given(body=st.binary(max_size=300), query=st.text(max_size=60))
@example(body=b"[" * 20_000, query="")
@example(body=b"--\r\nContent-Disposition: form-data; name\r\n\r\n1", query="&" * 2000)
def test_no_body_is_refused(body: bytes, query: str) -> None:
    hint = read_ids(body, query)
    assert hint.imp_uid is None or 0 < len(hint.imp_uid) <= 64
