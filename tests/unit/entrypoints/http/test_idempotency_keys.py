"""What an idempotency key may look like, and what it makes of a refund's id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.values import MerchantId
from payments.entrypoints.http.edge.idempotency import idempotency_key, refund_id_of
from payments.entrypoints.http.shapes.cursors import cursor_after, read_cursor
from payments.entrypoints.http.shapes.errors import Malformed


@pytest.mark.parametrize(("header", "key"), [("abc", "abc"), ('"abc"', "abc"), ('"', '"'), ("x" * 255, "x" * 255)])
def test_a_key_is_taken_bare_or_quoted(header, key):
    assert idempotency_key({"idempotency-key": header}) == key


@pytest.mark.parametrize("header", ["", '""', "a b", "x" * 256, "키", "a\tb"])
def test_a_key_that_could_be_mistaken_is_refused(header):
    with pytest.raises(Malformed):
        idempotency_key({"idempotency-key": header})


def test_without_the_header_there_is_no_key():
    assert idempotency_key({}) is None


def test_the_same_key_is_the_same_refund_and_any_other_is_another():
    ids = {refund_id_of(*given) for given in [("a", "k", "x"), ("b", "k", "x"), ("a", "l", "x"), ("a", "k", "y")]}
    assert len(ids) == 4
    assert refund_id_of("a", "k", "x") in ids
    assert max(map(len, ids)) <= 32  # as long as a refund's id may be


@given(st.text("abcXYZ019_-", min_size=1, max_size=40), st.text(), st.text(max_size=100))
def test_a_cursor_goes_on_where_it_was_made_and_nowhere_else(last, scope, other):
    cursor = cursor_after(("secret", "former"), scope, MerchantId(last))
    assert read_cursor(("secret",), scope, cursor) == last
    assert read_cursor(("newer", "secret"), scope, cursor) == last  # while the secret is replaced
    for secret, where, text in [("other", scope, cursor), ("secret", scope + "!", cursor), ("secret", scope, other)]:
        with pytest.raises(Malformed):
            read_cursor((secret,), where, text)
