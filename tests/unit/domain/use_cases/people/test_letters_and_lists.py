"""What an operator does with dead letters and strays is in the audit list, and lists have bounded pages."""

import json
from typing import Any

import pytest
from builders import a_report

from payments.domain.books.search import Filter
from payments.domain.errors import PaymentNotFound, Unknown
from payments.domain.money import Money
from payments.domain.payment import Payment
from payments.domain.people.audit import AuditAction
from payments.domain.refund import BankAccount, RefundStatus
from payments.domain.use_cases.people.letters import Letters
from payments.domain.values import Caller, GatewayId, Method, Offer
from payments.testing import Shop, shop

KIM = Caller.operator("kim")


@pytest.fixture
def here() -> Shop:
    return shop(hold_strays=True)


def rows(here: Shop) -> list[tuple[Any, ...]]:
    """Return who did what to which payment, oldest first, with its details."""
    found = here.run(here.store.people.audit.after(0, 100))
    return [(row.by, row.action, row.merchant_id, json.loads(row.detail)) for row in found]


def letters(here: Shop) -> Letters:
    return Letters(outbox=here.store.outbox, clock=here.clock, trail=here.use_cases.trail)


def test_who_sends_a_dead_letter_again_or_deletes_it_is_written_down_with_its_name(here: Shop) -> None:
    begun = here.run(here.checkout.begin("ann", "o", Offer("책", Money(900)), Method.CARD, Caller.buyer("ann")))
    message = f"{begun.merchant_id}_1"
    here.run(here.store.outbox.bury(message, "refused"))
    assert [one.id for one in here.run(letters(here).dead(5))] == [message]
    assert here.run(letters(here).replay(KIM, message)) is True
    assert message in [one.id for one in here.run(letters(here).waiting(5))]
    here.run(here.store.outbox.bury(message, "refused again"))
    assert here.run(letters(here).skip(KIM, message)) is True
    assert rows(here) == [
        ("operator:kim", AuditAction.REPLAY_MESSAGE, None, {"message": message}),
        ("operator:kim", AuditAction.SKIP_MESSAGE, None, {"message": message}),
    ]


def test_who_hurries_all_that_wait_is_written_down(here: Shop) -> None:
    assert here.run(letters(here).hurry(KIM)) == 0
    assert rows(here) == [("operator:kim", AuditAction.REPLAY_MESSAGE, None, {"message": "all that wait"})]


def looked_at(here: Shop, payment: Payment) -> None:
    here.run(here.use_cases.refresher.refresh(here.run(here.store.payments.get(payment.merchant_id)), "sweep"))


def late_capture(here: Shop) -> tuple[Any, GatewayId]:
    """Return a payment that was cancelled before it was paid, and its capture."""
    begun = here.run(here.checkout.begin("ann", "o", Offer("책", Money(900)), Method.CARD, KIM))
    attempt = here.gateway.open(begun.merchant_id, begun.price)
    here.run(here.checkout.cancel(KIM, begun.merchant_id))
    here.gateway.approve(attempt)
    looked_at(here, begun)
    return begun.merchant_id, attempt


def test_who_cancels_and_holds_is_written_down_with_the_payment(here: Shop) -> None:
    payment, attempt = late_capture(here)
    assert [one.merchant_id for one in here.run(here.refunds.strays(KIM))] == [payment]
    here.run(here.refunds.hold_stray(KIM, payment, attempt, "the buyer is asked"))
    assert here.run(here.refunds.strays(KIM)) == []
    assert rows(here) == [
        ("operator:kim", AuditAction.CANCEL, payment, {}),
        ("operator:kim", AuditAction.HOLD_STRAY, payment, {"attempt": attempt}),
    ]


def test_a_forced_cancel_says_so(here: Shop) -> None:
    begun = here.run(here.checkout.begin("ann", "o", Offer("책", Money(900)), Method.CARD, KIM))
    here.run(here.checkout.cancel(KIM, begun.merchant_id, force=True))
    assert rows(here)[-1][1:] == (AuditAction.CANCEL, begun.merchant_id, {"force": True})


def test_a_deposit_that_came_beside_a_card_is_returned_to_the_account_that_is_named(here: Shop) -> None:
    """The provider refuses to return a deposit where no account is named."""
    begun = here.run(here.checkout.begin("ann", "o", Offer("책", Money(900)), Method.CARD, KIM))
    deposit = here.gateway.open(begun.merchant_id, begun.price)
    here.gateway.issue_deposit(deposit)
    here.run(here.checkout.complete(KIM, begun.merchant_id, here.pay(begun)))
    here.gateway.deposit(deposit)
    looked_at(here, begun)
    account = BankAccount(bank="004", number="12345678", holder="홍길동")
    outcome = here.run(here.refunds.return_stray(KIM, begun.merchant_id, deposit, reason="twice", account=account))
    refund = outcome.payment.refunds[-1]
    assert (refund.status, refund.amount, refund.reason) == (RefundStatus.DONE, 900, "twice")


def test_an_orphan_is_held_by_the_shop_with_its_note_and_its_row(here: Shop) -> None:
    report = a_report(gateway_id="imp-1")
    with pytest.raises(PaymentNotFound):
        here.run(here.use_cases.refresher.record(report, "reconciliation"))
    assert [one.gateway_id for one in here.run(here.refunds.orphans_page(KIM))] == ["imp-1"]
    held = here.run(here.refunds.hold_orphan(KIM, GatewayId("imp-1"), "a restored backup"))
    assert held.note == "a restored backup"
    assert here.run(here.refunds.orphans_page(KIM)) == []
    assert rows(here) == [("operator:kim", AuditAction.HOLD_ORPHAN, None, {"attempt": "imp-1"})]


@pytest.mark.parametrize("name", ["strays", "orphans_page"])
def test_a_buyer_sees_no_list_of_the_shop(here: Shop, name: str) -> None:
    with pytest.raises(PaymentNotFound):
        here.run(getattr(here.refunds, name)(Caller.buyer("ann")))


def test_a_list_of_strays_has_at_most_a_hundred_rows_unless_more_are_asked_for(here: Shop) -> None:
    for number in range(101):
        offer = Offer("책", Money(900))
        begun = here.run(here.checkout.begin("ann", f"o-{number}", offer, Method.CARD, KIM))
        attempt = here.gateway.open(begun.merchant_id, begun.price)
        here.run(here.checkout.cancel(KIM, begun.merchant_id))
        here.gateway.approve(attempt)
        looked_at(here, begun)
    assert len(here.run(here.refunds.strays(KIM))) == 100
    assert len(here.run(here.refunds.strays(KIM, None, 200))) == 101
    assert len(here.run(here.checkout.page(KIM, Filter(), None, 7))) == 7


def test_an_account_that_cannot_be_closed_is_a_trouble_of_the_sweep_and_no_accident_of_it(here: Shop) -> None:
    begun = here.run(here.checkout.begin("ann", "o", Offer("책", Money(900)), Method.CARD, KIM))
    here.gateway.issue_deposit(here.gateway.open(begun.merchant_id, begun.price))
    here.run(here.checkout.complete(KIM, begun.merchant_id, here.pay(begun)))
    looked_at(here, begun)
    here.clock.advance(minutes=1)
    here.gateway.trouble("revoke", Unknown("the answer was lost"))
    (trouble,) = here.run(here.sweep.sweep()).troubles
    assert (trouble.merchant_id, str(trouble.error)) == (begun.merchant_id, "the answer was lost")
