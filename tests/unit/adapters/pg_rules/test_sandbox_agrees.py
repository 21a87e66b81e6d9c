"""The rules and the sandbox have their own copies of what each PG allows: what one refuses, the other knows of.

A difference is printed: what the rules said beside what the sandbox said.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import attrs
from builders import a_payment, an_attempt
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from support.rounds import rounds

from payments.adapters.iamport import Buyer, request_pay
from payments.adapters.iamport.vocabulary import PAY_METHODS, method_of
from payments.domain.errors import RefundRefused
from payments.domain.money import Money, TaxParts, refund_parts
from payments.domain.payment import Payment
from payments.domain.refund import BankAccount, Refund, RefundStatus
from payments.domain.report import Approval, ReportedRefund
from payments.domain.use_cases.channel_rules import (
    Contact,
    Finding,
    Level,
    PaymentRequest,
    RefundRequest,
    corrections,
)
from payments.domain.values import Method, RefundId, Terms
from payments.entrypoints.guarding.channels import channel_rules
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused, WindowRefused
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.settings import IamportOptions, Settings

PGS: Final = (
    "html5_inicis kcp nice nice_v2 tosspayments danal danal_tpay mobilians_v2 smartro_v2 settle settle_acc kicc ksnet "
    "welcome galaxia daou kakaopay naverpay payco tosspay_v2 toss_brandpay paypal_v2"
).split()
CHANNELS: Final = tuple(Channel(pg_provider=pg, pg_id=pg, channel_key=f"key-{pg}", channel_name=pg) for pg in PGS)
NOON: Final = 1_768_014_000
"""2026-01-10 12:00 in Seoul."""
METHODS: Final = [one for one in Method if one not in (Method.PAYPAL, Method.PINPAY)]
NAMES: Final = (
    st.text(st.sampled_from("가나다 abcAB12%&|$-+=[]\\,_()외건개"), min_size=1, max_size=45).map(str.strip).filter(bool)
)
KIM: Final = Contact(name="김구매", phone="01012345678")
CONTACTS: Final = st.just(KIM) | st.builds(
    Contact, name=st.sampled_from(["", "김구매"]), phone=st.sampled_from(["", "01012345678"])
)
PARTS: Final = st.just(TaxParts()) | st.builds(
    TaxParts, tax_free=st.none() | st.integers(0, 400), vat=st.none() | st.integers(0, 150)
)


@attrs.frozen
class Step:
    """One refund: its share of what is left (thousandths), after how many seconds, and what is said of the account."""

    share: int
    after: int
    account: bool
    phone: bool
    reason: str


STEPS: Final = st.lists(
    st.builds(
        Step,
        share=st.integers(1, 1000),
        after=st.sampled_from([0, 3_600, 12 * 3_600, 86_400, 30 * 86_400, 200 * 86_400, 1_200 * 86_400]),
        account=st.booleans(),
        phone=st.booleans(),
        reason=st.sampled_from(["", "반품"]),
    ),
    max_size=12,
)


def _doubted(found: Sequence[Finding]) -> bool:
    return any(one.level in (Level.ERROR, Level.WARN) for one in found)


def _stopped(found: Sequence[Finding]) -> bool:
    return any(one.stops for one in found)


def _agree(found: Sequence[Finding], refusal: Exception | None) -> None:
    said = [f"{one.level} {one.rule}: {one.en}" for one in found]
    assert refusal is None or _doubted(found), f"The sandbox refuses ({refusal}), the rules say {said}"
    if refusal is not None:
        event("both refuse, or the rules warn")
    elif not _doubted(found):
        event("both let it pass")
    elif _stopped(found):
        event(f"only the rules refuse: {next(one.rule for one in found if one.stops)}")


@attrs.define
class Town:
    """One channel of the sandbox, with the rules of the same PG."""

    pg: str
    deposit_days: int
    sandbox: Sandbox = attrs.field(init=False)
    rules: Any = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sandbox = Sandbox(SandboxSettings(channels=CHANNELS, enforce_prepare=False, seed=1), Clock.stopped(NOON))
        self.rules = channel_rules(Settings(iamport=IamportOptions(pg=self.pg, deposit_days=self.deposit_days)))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.sandbox.clock.now(), UTC)

    def open(self, payment: Payment, contact: Contact) -> PaymentRow | None:
        """Open the window that the product would open; None where one of the two refuses."""
        found = self.rules.of_payment(
            PaymentRequest(
                channel="",
                order_id=payment.merchant_id,
                name=payment.name,
                price=payment.price,
                terms=payment.terms,
                method=payment.method,
                contact=contact,
            )
        )
        sent = attrs.evolve(payment, name=corrections(found).get("order_name", payment.name))
        due = datetime.fromtimestamp(NOON + self.deposit_days * 86_400, UTC) if self.deposit_days else None
        asked = request_pay(
            sent,
            user_code="imp00000000",
            pg=self.pg,
            return_url="https://shop.test/",
            buyer=Buyer(name=contact.name, phone=contact.phone),
            deposit_due=due,
        )
        try:
            row = self.sandbox.request_pay({**asked["params"], "amount": Decimal(payment.price.minor)})
        except WindowRefused as error:
            _agree(found, error)
            return None
        _agree(found, None)
        return None if _stopped(found) else row

    def pay(self, row: PaymentRow, method: Method) -> PaymentRow:
        if method is Method.VIRTUAL_ACCOUNT:
            self.sandbox.issue_vbank(row.imp_uid)
            return self.sandbox.deposit(row.imp_uid)
        return self.sandbox.approve(row.imp_uid, PAY_METHODS[method])

    def refund(self, payment: Payment, row: PaymentRow, step: Step) -> Payment:
        """Ask both for a refund, and return the payment with it where both agree to it."""
        left = int(row.amount - row.cancel_amount)
        amount = max(left * step.share // 1000, 1)
        done = [refund.parts for refund in payment.refunds]
        try:
            parts = refund_parts(payment.terms.parts.less(done, left), left, amount, TaxParts())
        except RefundRefused:
            return payment  # the domain refuses it, so nobody is asked
        account = BankAccount(bank="088", number="110123456789", holder="김", phone="010" if step.phone else "")
        found = self.rules.of_refund(self._request(payment, row, step, amount, parts, account))
        bank = corrections(found).get("bank", "088")
        cancel = CancelRequest(
            imp_uid=row.imp_uid,
            amount=Decimal(amount),
            checksum=Decimal(left),
            tax_free=None if parts.tax_free is None else Decimal(parts.tax_free),
            vat_amount=None if parts.vat is None else Decimal(parts.vat),
            reason=step.reason,
            **({"refund_holder": "김", "refund_bank": bank, "refund_account": account.number} if step.account else {}),
            refund_tel=account.phone if step.account else "",
        )
        try:
            self.sandbox.book.cancel(cancel)
        except CallRefused as error:
            _agree(found, error)
            return payment
        _agree(found, None)
        return attrs.evolve(payment, refunds=(*payment.refunds, _done(payment, row, amount, parts, self.now())))

    def _request(
        self, payment: Payment, row: PaymentRow, step: Step, amount: int, parts: TaxParts, account: BankAccount
    ) -> RefundRequest:
        paid = datetime.fromtimestamp(row.paid_at or 0, UTC)
        history = tuple(ReportedRefund(amount=int(one.amount)) for one in row.cancel_history)
        attempt = an_attempt(
            payment,
            gateway_id=row.imp_uid,
            method=method_of(row.pay_method or ""),
            captured_at=paid,
            refunded=int(row.cancel_amount),
            refunds=history,
            approval=Approval(pg=self.pg),
        )
        return RefundRequest(
            channel="",
            payment=payment,
            attempt=attempt,
            amount=amount,
            at=self.now(),
            parts=parts,
            account=account if step.account else None,
            reason=step.reason,
        )


def _done(payment: Payment, row: PaymentRow, amount: int, parts: TaxParts, at: datetime) -> Refund:
    return Refund(
        id=RefundId(f"r{len(payment.refunds)}"),
        gateway_id=row.imp_uid,
        amount=amount,
        remainder=0,
        by="test",
        requested_at=at,
        status=RefundStatus.DONE,
        tax_free=parts.tax_free,
        vat=parts.vat,
        done_at=at,
    )


@settings(max_examples=rounds(ci=300, soak=20_000), deadline=None)
@given(
    pg=st.sampled_from(PGS),
    method=st.sampled_from(METHODS),
    amount=st.integers(1_000, 60_000) | st.integers(1, 3_000_000),
    name=NAMES,
    contact=CONTACTS,
    parts=PARTS,
    months=st.none() | st.none() | st.integers(1, 12),
    days=st.sampled_from([3, 3, 3, 0, 120]),
    steps=STEPS,
)
def test_what_the_rules_let_pass_the_channel_takes_and_what_it_refuses_they_refuse_or_warn_of(
    pg: str,
    method: Method,
    amount: int,
    name: str,
    contact: Contact,
    parts: TaxParts,
    months: int | None,
    days: int,
    steps: list[Step],
) -> None:
    assume(parts.total <= amount)
    payment = a_payment(
        merchant_id="m1", name=name, amount=amount, method=method, terms=Terms(parts=parts, max_instalments=months)
    )
    assert payment.price == Money(amount)
    town = Town(pg, days)
    opened = town.open(payment, contact)
    if opened is None:
        return
    row = town.pay(opened, method)
    for step in steps:
        town.sandbox.move_clock(step.after)
        row = town.sandbox.payment(row.imp_uid)
        if row.amount == row.cancel_amount:
            return
        payment = town.refund(payment, row, step)
