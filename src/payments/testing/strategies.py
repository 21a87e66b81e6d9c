"""Hypothesis strategies: valid values, and whole lives of payments. It needs hypothesis.

texts, times, moneys, deposits, accounts, reports   values
lives, payments, orphans                            a life is what the domain makes of a payment, step by step
"""

from collections.abc import Callable
from datetime import UTC, datetime

import attrs
from hypothesis import strategies as st

from payments.domain.errors import PaymentsError
from payments.domain.event import Reason
from payments.domain.money import MAX_MINOR, Money, TaxParts
from payments.domain.orphan import Orphan
from payments.domain.outside.deciding import GivenBack, count, merge, record
from payments.domain.payment import Payment
from payments.domain.recording import Reading, apply_reports
from payments.domain.refund import BankAccount
from payments.domain.refunding import (
    RefundOrder,
    begin_send,
    hold_stray,
    note_not_sent,
    note_refused,
    note_still_at_work,
    rebase,
    refuse,
    request,
)
from payments.domain.report import Deposit, Rank, Report, ReportedRefund
from payments.domain.use_cases.banks import BANKS
from payments.domain.values import GatewayId, Method, Mode, RefundId
from payments.testing.builders import BY, a_payment, fresh


def texts(least: int, most: int) -> st.SearchStrategy[str]:
    """Any text a person or a provider may write that can be stored: no NUL, no half of a surrogate pair."""
    return st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=least, max_size=most)


def times() -> st.SearchStrategy[datetime]:
    """Aware times in UTC, to the microsecond."""
    return st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - UTC is added


def moneys() -> st.SearchStrategy[Money]:
    """Prices from the least to the greatest."""
    amounts = st.one_of(st.integers(1, 100_000), st.integers(1, MAX_MINOR), st.just(MAX_MINOR))
    return st.builds(Money, amounts, st.sampled_from(["KRW", "JPY", "USD", "KWD"]))


def deposits() -> st.SearchStrategy[Deposit]:
    return st.builds(Deposit, bank=texts(0, 64), account=texts(1, 64), holder=texts(0, 64), due=times())


@st.composite
def reports(draw: st.DrawFn, payment: Payment, gateway_ids: st.SearchStrategy[str]) -> Report:
    """Whatever a provider may truthfully say of an attempt at *payment*: exact as often as not."""
    rank = draw(st.sampled_from([*Rank, Rank.CAPTURED]))
    amount = payment.price if draw(st.integers(0, 3)) else draw(moneys())
    partly = draw(st.integers(0, amount.minor - 1)) if rank is Rank.CAPTURED else 0
    refunded = amount.minor if rank is Rank.CANCELLED else partly
    history = st.lists(
        st.builds(ReportedRefund, provider_id=texts(0, 64), amount=st.just(refunded), reason=texts(0, 40)), max_size=1
    )
    return Report(
        gateway_id=GatewayId(draw(gateway_ids)),
        merchant_id=payment.merchant_id,
        rank=rank,
        amount=amount,
        refunded=refunded,
        mode=payment.mode if draw(st.integers(0, 7)) else draw(st.sampled_from(Mode)),
        method=draw(texts(0, 40)),
        reason=draw(texts(0, 80)),
        captured_at=draw(st.none() | times()),
        deposit=draw(st.none() | deposits()),
        receipt_url=draw(texts(0, 80)),
        refunds=tuple(draw(history)) if refunded else (),
    )


def accounts() -> st.SearchStrategy[BankAccount]:
    """Return accounts as a refund stores them."""
    digits = st.text("0123456789", min_size=5, max_size=19)
    return st.builds(
        BankAccount,
        bank=st.sampled_from(sorted(BANKS)),
        number=digits.map("1{}".format),
        holder=st.text("가나다abc", min_size=1, max_size=32),
        phone=st.just("") | st.text("0123456789", min_size=8, max_size=15),
    )


@st.composite
def lives(draw: st.DrawFn, steps: int = 8) -> list[Payment]:
    """A payment's life: what it is at its beginning, and what up to *steps* steps of the domain make of it in turn.

    Each carries all its new_events since the beginning.
    """
    life = [draw(_beginnings())]
    for _ in range(draw(st.integers(0, steps))):
        step = draw(st.sampled_from(_STEPS))
        try:
            life.append(step(draw, life[-1]))
        except PaymentsError:  # the domain refuses this step here, so no such payment exists
            continue
    return life


def payments(steps: int = 8) -> st.SearchStrategy[Payment]:
    """A payment somewhere in its life, all its new_events included; no two share an id or an order."""
    return lives(steps).map(lambda life: life[-1])


@st.composite
def _beginnings(draw: st.DrawFn) -> Payment:
    price = draw(moneys())
    return a_payment(
        buyer=draw(texts(1, 120)),
        order=fresh("order") + draw(texts(0, 60)),
        name=draw(texts(0, 200)),
        method=draw(st.sampled_from(Method)),
        mode=draw(st.sampled_from(Mode)),
        at=draw(times()),
        by=draw(texts(1, 120)),
        amount=price.minor,
        currency=price.currency,
    )


@st.composite
def orphans(draw: st.DrawFn) -> Orphan:
    """A capture without a payment, perhaps reported again and held, all its new_events included."""
    stranger = a_payment()
    captures = reports(stranger, _gateway_ids(stranger)).filter(lambda report: report.is_capture)
    found = Orphan.found(draw(captures), draw(times()), BY)
    if draw(st.booleans()):
        refunded = attrs.evolve(found.report, rank=Rank.CANCELLED, refunded=found.report.amount.minor)
        found = found.seen(refunded, draw(times()), BY)
    return found.held(draw(texts(1, 500)), draw(times()), BY) if draw(st.booleans()) else found


def _gateway_ids(payment: Payment) -> st.SearchStrategy[str]:
    """A few ids, so that an attempt is often reported again; of this payment alone, for no two may share one."""
    return st.sampled_from([f"{payment.merchant_id}/{name}" for name in "abc"])


def _learn(draw: st.DrawFn, payment: Payment) -> Payment:
    reading = Reading(
        reports=tuple(draw(st.lists(reports(payment, _gateway_ids(payment)), max_size=3))),
        at=draw(times()),
        by=draw(texts(1, 120)),
        unreadable=draw(st.just("") | texts(1, 1000)),
        is_complete_look=draw(st.booleans()),
        new_refund_id=draw(st.none() | st.just(lambda: RefundId(fresh("r")))),
    )
    return apply_reports(payment, reading, contradicts=lambda *_: None)


def _request(draw: st.DrawFn, payment: Payment) -> Payment:
    captures = [a.gateway_id for a in payment.attempts if a.report.is_capture]
    chosen = draw(st.sampled_from(captures)) if captures else None
    left = payment.capture(chosen).left
    amount = draw(st.none() | st.integers(1, max(left, 1)))
    whole = left if amount is None else amount
    tax_free = draw(st.integers(0, whole))
    vat = draw(st.none() | st.integers(0, whole - tax_free))
    order = RefundOrder(
        reason=draw(texts(0, 200)), amount=amount, gateway_id=chosen,
        parts=TaxParts(tax_free=tax_free, vat=vat),
        account=draw(st.none() | accounts()),
    )  # fmt: skip
    return request(payment, order, RefundId(fresh("r")), draw(times()), draw(texts(1, 120)))


def _of_an_open_refund(draw: st.DrawFn, payment: Payment) -> Payment:
    if not payment.open_refunds:
        return payment
    refund, at = draw(st.sampled_from(payment.open_refunds)), draw(times())
    steps: list[Callable[[], Payment]] = [
        lambda: begin_send(payment, refund, at),
        lambda: rebase(payment, refund, at),
        lambda: refuse(payment, refund, at, draw(texts(0, 80))),
    ]
    after_a_send: list[Callable[[], Payment]] = [
        lambda: note_not_sent(payment, refund),
        lambda: note_still_at_work(payment, refund, at),
        lambda: note_refused(payment, refund, draw(texts(0, 80))),
    ]
    return draw(st.sampled_from(steps + after_a_send if refund.sends else steps))()


def _given_back_elsewhere(draw: st.DrawFn, payment: Payment) -> Payment:
    captures = [a for a in payment.attempts if a.left]
    chosen = draw(st.sampled_from(captures)) if captures else None
    given = GivenBack(
        amount=draw(st.integers(1, chosen.left)) if chosen else 1,
        note=draw(texts(0, 200)),
        gateway_id=chosen.gateway_id if chosen else None,
    )
    return record(payment, given, RefundId(fresh("r")), draw(times()), draw(texts(1, 120)))


def _decided_elsewhere(draw: st.DrawFn, payment: Payment) -> Payment:
    records = [refund.id for refund in payment.refunds if refund.was_outside]
    if not records:
        return payment
    decide = draw(st.sampled_from([merge, count]))
    return decide(payment, draw(st.sampled_from(records)), draw(times()), BY)


def _keep(draw: st.DrawFn, payment: Payment) -> Payment:
    strays = [a.gateway_id for a in payment.attempts if a.is_stray]
    return (
        hold_stray(payment, draw(st.sampled_from(strays)), draw(texts(1, 500)), draw(times()), BY)
        if strays
        else payment
    )


def _left_open(draw: st.DrawFn, payment: Payment) -> Payment:
    waiting = payment.deposits_to_revoke
    if not waiting:
        return payment
    return payment.with_deposit_left_open(draw(st.sampled_from(waiting)).gateway_id, draw(times()), draw(texts(0, 80)))


_STEPS: list[Callable[[st.DrawFn, Payment], Payment]] = [
    _learn,
    _learn,
    _request,
    _of_an_open_refund,
    _given_back_elsewhere,
    _decided_elsewhere,
    _keep,
    lambda draw, payment: payment.with_price_prepared(draw(times())),
    lambda draw, payment: payment.prepare_refused(draw(times()), draw(texts(0, 80))),
    lambda draw, payment: payment.closed(draw(times()), draw(texts(1, 120)), draw(st.sampled_from(Reason))),
    lambda draw, payment: payment.begun_again(draw(st.sampled_from(Method)), draw(times())),
    lambda draw, payment: payment.scheduled(draw(st.none() | times())),
    lambda draw, payment: payment.checked_at(draw(times())),
    lambda draw, payment: payment.check_failed_at(draw(times()), outage=draw(st.booleans())),
    _left_open,
]
