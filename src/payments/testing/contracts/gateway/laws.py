"""LAWS: what a gateway promises the use cases. Each law uses ids of its own, so one provider serves them all."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from payments.domain.errors import ContractViolation, NotSent, Rejected, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts
from payments.domain.refund import Refund
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, MerchantId, Method, Mode
from payments.entrypoints.blocking import run
from payments.testing import NOON
from payments.testing.contracts.gateway.asking import (
    ACCOUNT,
    MORE,
    UNKNOWN,
    WON,
    a_refund,
    found,
    named,
    paid,
    refunded,
    revoked,
)
from payments.testing.contracts.gateway.provider import PaymentWindowShut, Provider


def a_prepared_price_keeps_every_other_window_shut(provider: Provider) -> None:
    prepare, name = provider.gateway.prepare, MerchantId("prepared")
    run(prepare(name, WON))
    run(prepare(name, WON))  # again, as after an answer that was lost
    with pytest.raises(PaymentWindowShut):
        provider.open(name, MORE)
    with pytest.raises(PaymentWindowShut):
        provider.open(name, Money(1000, "JPY"))
    run(prepare(name, MORE))  # the price may change before it is paid
    with pytest.raises(PaymentWindowShut):
        provider.open(name, WON)
    assert provider.open(name, MORE)


def an_attempt_is_reported_as_it_stands(provider: Provider) -> None:
    a_second = timedelta(seconds=1)  # the provider knows whole ones
    before = datetime.now(UTC) - a_second
    first, second = provider.open("stands", WON), provider.open("stands", WON)
    assert found(provider, first).rank is Rank.READY
    provider.decline(first)
    declined = found(provider, first)
    assert (declined.rank, bool(declined.reason)) == (Rank.DECLINED, True)
    provider.approve(second)
    seen = found(provider, second)
    assert (seen.gateway_id, seen.merchant_id, seen.amount) == (second, "stands", WON)
    assert (seen.rank, seen.refunded, seen.mode, seen.method) == (Rank.CAPTURED, 0, Mode.TEST, provider.pays_by)
    assert seen.captured_at is not None
    assert before <= seen.captured_at <= datetime.now(UTC) + a_second


def sums_in_minor_units_stay_exact(provider: Provider) -> None:
    dollars = Money(1999, "USD")
    run(provider.gateway.prepare(MerchantId("dollars"), dollars))
    gateway_id = paid(provider, "dollars", dollars)
    assert found(provider, gateway_id).amount == dollars
    after = refunded(provider, a_refund(gateway_id, 1, 1999), "USD")
    assert (after.refunded, after.remaining) == (1, 1998)


def what_the_provider_does_not_know_is_none(provider: Provider) -> None:
    assert run(provider.gateway.find(UNKNOWN, MerchantId("nobody"))) is None
    assert run(provider.gateway.attempts(MerchantId("nobody"))) == Attempts()


def the_paid_attempt_shows_behind_newer_ones(provider: Provider) -> None:
    early, late = provider.open("hidden", WON), provider.open("hidden", WON)
    others = [provider.open("hidden", WON) for _ in range(5)]  # more than a page of them
    provider.approve(early)
    answer = run(provider.gateway.attempts(MerchantId("hidden")))
    assert answer.unreadable == ()
    seen = {report.gateway_id: report.rank for report in answer.reports}
    assert seen == {early: Rank.CAPTURED} | dict.fromkeys([late, *others], Rank.READY)


def an_attempt_that_cannot_be_read_hides_no_other(provider: Provider) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    odd, paid_one = provider.open("beside", WON), provider.open("beside", WON)
    provider.approve(paid_one)
    with provider.unreadable(odd):
        seen = run(provider.gateway.attempts(MerchantId("beside")))
        assert [(report.gateway_id, report.rank) for report in seen.reports] == [(paid_one, Rank.CAPTURED)]
        assert [odd in sentence for sentence in seen.unreadable] == [True]
        listed, skipped = _listed(provider, since)
        assert paid_one in listed
        assert odd not in listed
        assert [sentence for sentence in skipped if odd in sentence] or not provider.lists_attempts
        with pytest.raises((Unknown, ContractViolation)):
            run(provider.gateway.find(odd, named(provider, odd)))
    assert len(run(provider.gateway.attempts(MerchantId("beside"))).reports) == 2


def _listed(provider: Provider, since: datetime) -> tuple[dict[GatewayId, Report], list[str]]:
    """Return every row of the list since then, and the sentences about those that cannot be read."""
    until, number, pages = datetime.now(UTC) + timedelta(seconds=1), 1, 1
    listed: dict[GatewayId, Report] = {}
    skipped: list[str] = []
    while number <= pages:
        page = run(provider.gateway.listing(since, until, number))
        listed |= {report.gateway_id: report for report in page.reports}
        skipped += page.skipped
        number, pages = number + 1, page.pages
    return listed, skipped


def a_refund_that_is_at_work_is_neither_done_nor_refused(provider: Provider) -> None:
    gateway_id = paid(provider, "at-work")
    refund = a_refund(gateway_id, 300, 1000)
    with provider.slow_refund():
        with pytest.raises(Unknown):
            refunded(provider, refund)
        assert found(provider, gateway_id).refunded == 0
        with pytest.raises(StillAtWork):
            refunded(provider, refund)
    assert found(provider, gateway_id).refunded == 300
    _made_once(provider, refund)


def _made_once(provider: Provider, refund: Refund) -> None:
    """Send a refund that was made already: it is refused, answered as before, or said to be at work for a while."""
    with contextlib.suppress(Rejected, StillAtWork):
        assert refunded(provider, refund).refunded == 300
    assert found(provider, refund.gateway_id).refunded == 300


def a_refusal_that_passes_is_a_refusal_while_it_lasts(provider: Provider) -> None:
    gateway_id = paid(provider, "closed")
    refund = a_refund(gateway_id, 300, 1000)
    provider.refuse_refunds(2)
    for refusals in range(2):
        with pytest.raises(Rejected):
            refunded(provider, attrs.evolve(refund, refusals=refusals))
        assert found(provider, gateway_id).refunded == 0
    assert refunded(provider, attrs.evolve(refund, refusals=2)).refunded == 300


def a_refund_with_a_stale_remainder_moves_nothing(provider: Provider) -> None:
    gateway_id = paid(provider, "stale")
    provider.console(gateway_id, 400)
    with pytest.raises(Rejected):
        refunded(provider, a_refund(gateway_id, 300, 1000))
    assert found(provider, gateway_id).refunded == 400
    assert refunded(provider, a_refund(gateway_id, 300, 600)).refunded == 700


def the_same_refund_sent_twice_is_made_once(provider: Provider) -> None:
    gateway_id = paid(provider, "twice")
    refund = a_refund(gateway_id, 300, 1000)
    refunded(provider, refund)
    _made_once(provider, refund)


def refunds_add_up_and_are_recognised_in_the_history(provider: Provider) -> None:
    gateway_id = paid(provider, "parts")
    parts = [a_refund(gateway_id, 300, 1000), a_refund(gateway_id, 200, 700), a_refund(gateway_id, 500, 500)]
    for number, part in enumerate(parts, 1):
        seen = refunded(provider, part)
        assert seen.refunded == sum(p.amount for p in parts[:number])
        assert seen.rank is (Rank.CANCELLED if number == len(parts) else Rank.CAPTURED)
        assert [any(p.recognises(told) for told in seen.refunds) for p in parts[:number]] == [True] * number
    assert found(provider, gateway_id) == seen
    assert len({told.provider_id for told in seen.refunds}) == len(parts)
    with pytest.raises(Rejected):
        refunded(provider, a_refund(gateway_id, 1, 0))


def all_of_it_goes_back_at_once(provider: Provider) -> None:
    gateway_id = paid(provider, "whole")
    assert refunded(provider, a_refund(gateway_id, 1000, 1000)).rank is Rank.CANCELLED


def more_than_is_left_is_refused(provider: Provider) -> None:
    gateway_id = paid(provider, "more")
    with pytest.raises(Rejected):
        refunded(provider, a_refund(gateway_id, 1001, 1000))
    assert found(provider, gateway_id).refunded == 0


def where_nothing_was_taken_nothing_is_refunded(provider: Provider) -> None:
    for gateway_id in (provider.open("unpaid", WON), UNKNOWN):
        with pytest.raises((Rejected, NotSent)):
            refunded(provider, a_refund(gateway_id, 1000, 1000))


def a_deposit_waits_is_paid_and_goes_back_to_an_account(provider: Provider) -> None:
    gateway_id = provider.open("deposit", WON, Method.VIRTUAL_ACCOUNT)
    provider.issue(gateway_id)
    waiting = found(provider, gateway_id)
    assert waiting.deposit is not None
    assert (waiting.rank, waiting.method) == (Rank.READY, "virtual_account")
    assert waiting.deposit.due > datetime.now(UTC)
    provider.deposit(gateway_id)
    seen = found(provider, gateway_id)
    assert (seen.rank, seen.deposit) == (Rank.CAPTURED, None)
    with pytest.raises(Rejected):
        refunded(provider, a_refund(gateway_id, 1000, 1000))
    back = refunded(provider, a_refund(gateway_id, 1000, 1000, account=ACCOUNT))
    assert back.rank is Rank.CANCELLED


def a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked(provider: Provider) -> None:
    waiting, window = provider.open("revoked", WON, Method.VIRTUAL_ACCOUNT), provider.open("window", WON)
    provider.issue(waiting)
    assert revoked(provider, waiting).rank is Rank.DECLINED
    for gateway_id in (waiting, window, UNKNOWN):
        with pytest.raises(Rejected):
            revoked(provider, gateway_id)
    assert found(provider, waiting).rank is Rank.DECLINED


def the_list_visits_each_attempt_whatever_became_of_it(provider: Provider) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    opened = [provider.open(f"listed-{number}", WON) for number in range(8)]
    provider.approve(opened[1])
    provider.decline(opened[2])
    provider.approve(opened[3])
    provider.console(opened[3], 1000)
    until = datetime.now(UTC) + timedelta(seconds=1)
    first = run(provider.gateway.listing(before, until, 1))
    assert first.pages >= 3
    pages = [run(provider.gateway.listing(before, until, number)) for number in range(first.pages, 0, -1)]
    assert {page.total for page in pages} == {sum(len(page.reports) for page in pages)}
    ranks = {report.gateway_id: report.rank for page in pages for report in page.reports}
    changed = {1: Rank.CAPTURED, 2: Rank.DECLINED, 3: Rank.CANCELLED}
    expected = {gateway_id: changed.get(number, Rank.READY) for number, gateway_id in enumerate(opened)}
    assert {gateway_id: ranks.get(gateway_id) for gateway_id in opened} == expected
    assert all(page.skipped == () for page in pages)


def beyond_the_last_page_and_in_a_quiet_hour_the_list_is_empty(provider: Provider) -> None:
    now = datetime.now(UTC)
    provider.open("quiet", WON)
    assert run(provider.gateway.listing(now - timedelta(minutes=1), now + timedelta(seconds=1), 99)).reports == ()
    quiet = run(provider.gateway.listing(now - timedelta(days=80), now - timedelta(days=79), 1))
    assert (quiet.reports, quiet.pages, quiet.total) == ((), 0, 0)
    span = provider.gateway.listing_span
    assert run(provider.gateway.listing(now - span - timedelta(days=100), now - timedelta(days=100), 1)).reports == ()


def no_answer_is_never_an_answer(provider: Provider) -> None:
    gateway, name, known = provider.in_trouble, MerchantId("m"), GatewayId("imp_1")
    questions: Sequence[Callable[[], Any]] = (
        lambda: gateway.prepare(name, WON),
        lambda: gateway.find(known, name),
        lambda: gateway.attempts(name),
        lambda: gateway.refund(a_refund(known, 1, 1), "KRW", name),
        lambda: gateway.revoke(known, name),
        lambda: gateway.listing(NOON, NOON, 1),
    )
    for question in questions:
        with pytest.raises((Unknown, NotSent)):
            run(question())


LAWS: dict[str, Callable[[Provider], None]] = {
    law.__name__: law
    for law in (
        a_prepared_price_keeps_every_other_window_shut,
        an_attempt_is_reported_as_it_stands,
        sums_in_minor_units_stay_exact,
        what_the_provider_does_not_know_is_none,
        the_paid_attempt_shows_behind_newer_ones,
        an_attempt_that_cannot_be_read_hides_no_other,
        a_refund_that_is_at_work_is_neither_done_nor_refused,
        a_refusal_that_passes_is_a_refusal_while_it_lasts,
        a_refund_with_a_stale_remainder_moves_nothing,
        the_same_refund_sent_twice_is_made_once,
        refunds_add_up_and_are_recognised_in_the_history,
        all_of_it_goes_back_at_once,
        more_than_is_left_is_refused,
        where_nothing_was_taken_nothing_is_refunded,
        a_deposit_waits_is_paid_and_goes_back_to_an_account,
        a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked,
        the_list_visits_each_attempt_whatever_became_of_it,
        beyond_the_last_page_and_in_a_quiet_hour_the_list_is_empty,
        no_answer_is_never_an_answer,
    )
}
