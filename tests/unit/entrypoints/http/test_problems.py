"""The table of problems is complete: every error has a slug of its own, a status, and tells nothing it should not."""

import importlib
import pkgutil

import msgspec
import pytest

import payments
from payments.domain.errors import PaymentsError, Rejected, Unknown
from payments.entrypoints.http.shapes.problems import TABLE, reply_to, row_of


def _all(kind: type[PaymentsError]) -> list[type[PaymentsError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _all(child))]


def every_error() -> list[type[PaymentsError]]:
    """Every error of the shipped package; those that tests make are not ours to table."""
    for module in pkgutil.walk_packages(payments.__path__, "payments."):
        elsewhere = (".migrations", ".entrypoints.django.", ".hosts.getpaid")  # they need a project, or Python 3.12
        if not any(name in module.name for name in elsewhere) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [error for error in _all(PaymentsError) if error.__module__.startswith("payments.")]


def test_every_error_has_a_slug_of_its_own():
    slugs = [error.slug for error in every_error()]
    assert sorted(slugs) == sorted(set(slugs))


def test_every_error_that_a_request_can_meet_is_in_the_table():
    """An adapter's own errors are told as their ancestor in the domain: only bootstrap may name an adapter."""
    ours = {error for error in every_error() if not error.__module__.startswith("payments.adapters.")}
    assert ours - TABLE.keys() == set()
    assert TABLE.keys() - ours == set()


@pytest.mark.parametrize("error", TABLE, ids=lambda error: error.slug)
def test_every_error_is_told_as_rfc_9457_wants_it(error):
    reply = reply_to(error() if error.slug == "payment-not-found" else _made(error))
    told = msgspec.json.decode(reply.body)
    row = row_of(error)
    assert 400 <= reply.status == row.status == told["status"] < 600
    assert told["type"] == f"urn:payments:problem:{error.slug}"
    assert told["title"] == row.title
    assert told["detail"].endswith(".")
    assert reply.headers["Content-Type"] == "application/problem+json"


def _made(error: type[PaymentsError]) -> PaymentsError:
    return error("paid", "closed") if error.slug == "illegal-transition" else error("A sentence.")


@pytest.mark.parametrize("error", [error for error in TABLE if row_of(error).status >= 500], ids=lambda e: e.slug)
def test_trouble_of_ours_is_told_in_the_tables_words_or_ends_with_a_sentence_we_chose(error):
    ours = {"busy", "stopping", "not-ready", "unexpected"}  # raised by this package alone, with texts made for callers
    assert row_of(error).detail is not None or error.slug in ours


def test_a_refusal_of_the_provider_carries_its_words():
    told = msgspec.json.decode(reply_to(Rejected("It said no.", "F1002", "이미 결제된 거래입니다")).body)
    assert (told["provider_code"], told["provider_text"]) == ("F1002", "이미 결제된 거래입니다")
    assert "request_id" not in told


def test_what_the_table_withholds_is_logged(caplog):
    reply = reply_to(Unknown("read of 10.0.0.7 timed out"))
    assert b"10.0.0.7" not in reply.body
    assert "10.0.0.7" in caplog.text


def test_an_error_that_an_embedding_shop_derives_is_told_like_its_ancestor():
    class Sanctioned(Rejected):
        slug = "sanctioned"

    assert row_of(Sanctioned) is TABLE[Rejected]
