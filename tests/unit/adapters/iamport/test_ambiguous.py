"""Rows that two readers may take for two things, or that no computer can calculate with: each is refused alone."""

import contextlib
import json

import pytest
from unit.adapters.iamport.rows import CARD_PAID, a_row

from payments.adapters.iamport import wire
from payments.adapters.iamport.client import _reports_of
from payments.domain.errors import GatewayError, Unknown

GOOD = json.dumps(a_row())
TWICE = [
    GOOD.replace('"status": "paid"', '"status": "failed", "status": "paid"'),
    GOOD.replace('"amount": 1000', '"amount": 1, "\\u0061mount": 1000'),
    GOOD.replace('"cancel_history": []', '"cancel_history": [{"amount": 1, "amount": 0}]'),
]
HUGE = ["1e999999999", "-1e999999999", "1e-999999999", "NaN", "-Infinity", "1e99999999999999999999"]


@pytest.mark.parametrize("row", TWICE)
def test_a_row_with_a_name_twice_is_unknown(row: str) -> None:
    with pytest.raises(Unknown):
        wire.report(wire.decoded(row.encode()))


def test_an_envelope_with_a_name_twice_is_unknown() -> None:
    with pytest.raises(Unknown, match="twice"):
        wire.envelope(b'{"code": 1, "code": 0, "message": null, "response": null}')


@pytest.mark.parametrize("row", TWICE)
def test_a_list_goes_on_after_a_row_with_a_name_twice(row: str) -> None:
    rows = wire.page(wire.decoded(f'{{"total": 2, "next": 0, "list": [{row}, {GOOD}]}}'.encode())).rows
    reports, skipped = _reports_of(rows)
    assert len(reports) == 1
    assert [sentence.partition(":")[0] for sentence in skipped] == [CARD_PAID["imp_uid"]]


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("name", CARD_PAID)
def test_a_list_goes_on_after_a_number_that_no_computer_can_hold(name: str, number: str) -> None:
    row = json.dumps(a_row(**{name: "HERE"})).replace('"HERE"', number)
    rows = wire.page(wire.decoded(f'{{"total": 2, "next": 0, "list": [{row}, {GOOD}]}}'.encode())).rows
    reports, skipped = _reports_of(rows)
    assert len(reports) + len(skipped) == 2
    assert reports[-1].gateway_id == CARD_PAID["imp_uid"]


@pytest.mark.parametrize("number", HUGE)
def test_a_number_that_no_computer_can_hold_is_our_error_anywhere_else(number: str) -> None:
    history = GOOD.replace('"cancel_history": []', f'"cancel_history": [{{"amount": {number}}}]')
    page = f'{{"total": {number}, "next": {number}, "list": []}}'
    with contextlib.suppress(GatewayError):
        wire.report(wire.decoded(history.encode()))
    with contextlib.suppress(GatewayError):
        wire.page(wire.decoded(page.encode()))
    with contextlib.suppress(GatewayError):
        wire.grant(wire.decoded(f'{{"access_token": "t", "now": 1, "expired_at": {number}}}'.encode()))
