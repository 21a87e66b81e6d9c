"""What is read and what is refused: no bytes whatever make more of a body than a problem."""

import asyncio
import json
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from payments.entrypoints.http.shapes.bodies import decode_body, decode_query, read_body
from payments.entrypoints.http.shapes.errors import BodyTooLarge, Malformed, TooSlow, UnsupportedMediaType
from payments.entrypoints.http.shapes.inputs import (
    BeginByBuyer,
    BeginByShop,
    Cancel,
    Complete,
    HoldStray,
    Page,
    RequestRefund,
    ReturnStray,
)

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SHAPES = [RequestRefund, BeginByBuyer, BeginByShop, Complete, Cancel]

A_VALID = {
    BeginByBuyer: {"order": "gold"},
    BeginByShop: {"buyer": "b", "order": "o", "name": "n", "amount": 1},
}
TEXTS = [
    *((BeginByShop, name) for name in ("buyer", "order", "name")),
    *((BeginByBuyer, "order"), (RequestRefund, "reason"), (ReturnStray, "reason"), (HoldStray, "note")),
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
fields = st.sampled_from(["more", *sorted({field for shape in SHAPES for field in shape.__struct_fields__})])
nearly = st.dictionaries(fields, anything | st.sampled_from(["gold", "KRW", "card", 1, 12_000, "12000", 1e3, True]))


@given(st.binary(max_size=300), st.sampled_from(SHAPES))
def test_no_bytes_make_more_than_a_problem(body, shape):
    _read(body, shape, JSON)


@given(anything | nearly, st.sampled_from(SHAPES))
def test_no_json_makes_more_than_a_problem(value, shape):
    _read(json.dumps(value).encode(), shape, JSON)


@given(st.dictionaries(fields | st.text(), st.text()), st.sampled_from(SHAPES))
def test_no_form_is_read_as_json(value, shape):
    _read(urlencode(value, errors="surrogatepass").encode(), shape, FORM)


@pytest.mark.parametrize(
    "body",
    [
        b'{"order": "gold", "expected_amount": 100000, "expected_amount": 1}',
        b'{"order": "gold", "\\u006frder": "silver"}',
        b'{"order": "gold", "contact": {"name": "a", "name": "b"}}',
    ],
)
def test_of_two_fields_with_one_name_none_is_taken(body):
    with pytest.raises(Malformed, match="more than once"):
        decode_body(body, JSON, BeginByBuyer)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain+json"},
        {"content-type": "application/json; charset=euc-kr"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_body_that_could_mean_something_else_is_refused(headers):
    with pytest.raises(UnsupportedMediaType):
        decode_body(b'{"order": "gold"}', headers, BeginByBuyer)


@pytest.mark.parametrize(
    "query",
    [[("limit", "1"), ("limit", "2")], [("limit", "1e1")], [("limit", "+1")], [("limit", " 1")], [("limit", "1_0")]],
)
def test_a_number_in_a_query_is_written_in_one_way_and_once(query):
    with pytest.raises(Malformed):
        decode_query(query, Page)


@pytest.mark.parametrize("text", ["a\nb", "a\r", "a\n", "\x00", "a\u2028b", "\x1b[31m"], ids=ascii)
@pytest.mark.parametrize(("shape", "field"), TEXTS)
def test_a_text_is_one_line(shape, field, text):
    with pytest.raises(Malformed):
        decode_body(json.dumps({**A_VALID.get(shape, {}), field: text}).encode(), JSON, shape)


def test_a_body_that_announces_too_much_is_not_read():
    async def never():
        raise AssertionError("it was read")

    request = Request({"type": "http", "headers": [(b"content-length", b"101")]}, never)
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_body(request, 100))


@given(st.dictionaries(st.sampled_from(["status", "cursor", "limit", "buyer", "more"]), st.text()))
def test_no_query_makes_more_than_a_problem(query):
    try:
        page = decode_query(query.items(), Page)
    except Malformed:
        return
    assert 1 <= page.limit <= 100


def _read(body, shape, headers):
    try:
        read = decode_body(body, headers, shape)
    except (Malformed, UnsupportedMediaType):
        return
    assert isinstance(read, shape)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"order": "gold", "expected_amount": "12000"}', "$.expected_amount"),
        (b'{"order": "gold", "expected_amount": 12000.5}', "$.expected_amount"),
        (b'{"order": "gold", "expected_amount": true}', "$.expected_amount"),
        (b'{"order": "gold", "expected_amount": -1}', "$.expected_amount"),
        (b'{"order": "gold", "expected_amount": 9007199254740992}', "$.expected_amount"),
        (b'{"order": "gold", "method": "gold"}', "$.method"),
        (b'{"order": ""}', "$.order"),
        (b'{"order": "a\\u0000b"}', "$.order"),
        (b'{"order": null}', "$.order"),
        (b"{}", "order"),
        (b'{"order": "gold", "discount": 1}', "discount"),
        (b'{"order": "gold", "contact": {"nmae": ""}}', "nmae"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(body, place):
    with pytest.raises(Malformed, match=place.replace("$", r"\$")):
        decode_body(body, JSON, BeginByBuyer)


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b'"gold"', b"\xff\xfe", b'{"order": "\xff"}', b'{"order": "\\ud800"}', b'{"order": NaN}',
        b'{"order": "gold"} {}', b"[" * 100_000, b'{"order": ' + b"[" * 100_000, b'{"order": 1e999}',
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(Malformed):
        decode_body(body, JSON, BeginByBuyer)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_another_kind_of_body_is_not_guessed_at(media_type):
    with pytest.raises(UnsupportedMediaType):
        decode_body(b'{"order": "gold"}', {"content-type": media_type}, BeginByBuyer)


@pytest.mark.parametrize("media_type", ["application/json", "APPLICATION/JSON; charset=utf-8", "application/hal+json"])
def test_json_is_read_by_any_of_its_names(media_type):
    assert decode_body(b'{"order": "gold"}', {"content-type": media_type}, BeginByBuyer).order == "gold"


@pytest.mark.parametrize("gateway_id", ["../../payments/cancel", "imp_1\n", "imp 1", "imp_1?x=1", "", "x" * 65, "임프"])
def test_an_attempts_name_cannot_lead_elsewhere(gateway_id):
    with pytest.raises(Malformed):
        decode_body(msgspec.json.encode({"gateway_id": gateway_id}), JSON, Complete)


def test_a_body_that_drips_is_not_waited_for():
    """Without a limit a few callers who never finish would hold connections for ever."""

    async def drip():
        await asyncio.Event().wait()

    with pytest.raises(TooSlow):
        asyncio.run(read_body(Request({"type": "http", "headers": []}, drip), 100, seconds=0.01))


def test_a_body_that_is_cut_off_is_a_problem():
    async def gone():
        return {"type": "http.disconnect"}

    with pytest.raises(Malformed):
        asyncio.run(read_body(Request({"type": "http", "headers": []}, gone), 100))


def test_no_body_is_an_empty_object():
    assert decode_body(b"", {}, Cancel) == Cancel()
