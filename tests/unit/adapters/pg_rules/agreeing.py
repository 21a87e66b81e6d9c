"""Town: one channel of the sandbox, beside the rules of the same PG; and the stories that both are asked about.

A difference is printed: what the rules said beside what the sandbox said.
"""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import attrs
from builders import a_payment, an_attempt
from hypothesis import event
from hypothesis import strategies as st

from payments.domain.errors import RefundRefused
from payments.domain.money import TaxParts, refund_parts
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
from payments.entrypoints.guarding.channels import channel_rules, corrected
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.errors import CallRefused, WindowRefused
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.settings import Settings

NOON: Final = 1_768_014_000
"""2026-01-10 12:00 in Seoul."""
WORDS: Final = {Method.TRANSFER: "trans", Method.MOBILE: "phone"}
"""What the sandbox's window calls a method, where it is not the same word."""
METHODS: Final = [one for one in Method if one not in (Method.PAYPAL, Method.PINPAY)]
NAMES: Final = (
    st.text(st.sampled_from("가나다 abcAB12%&|$-+=[]\\,_()외건개"), min_size=1, max_size=45).map(str.strip).filter(bool)
)
KIM: Final = Contact(name="김구매", phone="01012345678", email="kim@shop.test")
CONTACTS: Final = st.just(KIM) | st.builds(
    Contact,
    name=st.sampled_from(["", "김구매", "남궁" * 8, "Ω" * 16]),
    phone=st.sampled_from(["", "01012345678"]),
    email=st.sampled_from(["", "kim@shop.test"]),
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


@attrs.frozen(kw_only=True)
class Story:
    """A payment, how its buyer is reached, how long its account waits (days), and its refunds."""

    payment: Payment
    contact: Contact
    days: int
    steps: list[Step]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw a story whose tax parts fit its price."""
    amount = draw(st.integers(1_000, 60_000) | st.integers(1, 3_000_000))
    parts = draw(PARTS.filter(lambda one: one.total <= amount))
    months = draw(st.none() | st.none() | st.integers(1, 12))
    payment = a_payment(
        merchant_id=draw(st.sampled_from(["order1", "order1", "order-1", "m1"])),
        name=draw(NAMES),
        amount=amount,
        method=draw(st.sampled_from(METHODS)),
        terms=Terms(parts=parts, max_instalments=months),
    )
    days = draw(st.sampled_from([3, 3, 3, 0, 120]))
    return Story(payment=payment, contact=draw(CONTACTS), days=days, steps=draw(STEPS))


def _doubted(found: Sequence[Finding]) -> bool:
    return any(one.level in (Level.ERROR, Level.WARN) for one in found)


def _stopped(found: Sequence[Finding]) -> bool:
    return any(one.stops for one in found)


def _agree(found: Sequence[Finding], refusal: Exception | None) -> None:
    said = [f"{one.level} {one.rule}: {one.en}" for one in found]
    assert refusal is None or _doubted(found), f"The sandbox: {getattr(refusal, 'refusal', refusal)}. The rules: {said}"
    if refusal is not None:
        event("both refuse, or the rules warn")
    elif not _doubted(found):
        event("both let it pass")
    elif _stopped(found):
        event(f"only the rules refuse: {next(one.rule for one in found if one.stops)}")


@attrs.define
class Town:
    """One channel of the sandbox, with the rules of the same PG. Each generation is asked in its own way."""

    pg: str
    story: Story
    sandbox: Sandbox = attrs.field(init=False)
    rules: Any = attrs.field(init=False)
    generation: ClassVar[str]

    def __attrs_post_init__(self) -> None:
        self.sandbox = self._sandbox()
        self.rules = channel_rules(self._settings(self.story.days))

    @abstractmethod
    def _sandbox(self) -> Sandbox:
        """Return a sandbox with a channel of the PG, at NOON."""

    @abstractmethod
    def _settings(self, deposit_days: int) -> Settings:
        """Return the settings of a shop at the PG."""

    @abstractmethod
    def _open(self, payment: Payment, contact: Contact, due: datetime | None) -> PaymentRow:
        """Open the window that the product would open. Raises WindowRefused."""

    @abstractmethod
    def _cancel(self, row: PaymentRow, refund: Refund) -> None:
        """Cancel as the product would. Raises CallRefused."""

    def lives(self) -> None:
        """Open, pay, and refund in the order of the story."""
        payment = self.story.payment
        opened = self._opened(payment, self.story.contact)
        if opened is None:
            return
        row = self._paid(opened, payment.method)
        for step in self.story.steps:
            self.sandbox.move_clock(step.after)
            row = self.sandbox.payment(row.imp_uid)
            if row.amount == row.cancel_amount:
                return
            payment = self._refunded(payment, row, step)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.sandbox.clock.now(), UTC)

    def _opened(self, payment: Payment, contact: Contact) -> PaymentRow | None:
        """Return the open window; None where one of the two refuses."""
        asked = PaymentRequest(
            channel="",
            order_id=payment.merchant_id,
            name=payment.name,
            price=payment.price,
            terms=payment.terms,
            method=payment.method,
            contact=contact,
        )
        found = self.rules.of_payment(asked)
        due = datetime.fromtimestamp(NOON + self.story.days * 86_400, UTC) if self.story.days else None
        try:
            row = self._open(*corrected(payment, contact, found), due)
        except WindowRefused as error:
            _agree(found, error)
            return None
        _agree(found, None)
        return None if _stopped(found) else row

    def _paid(self, row: PaymentRow, method: Method) -> PaymentRow:
        if method is Method.VIRTUAL_ACCOUNT:
            self.sandbox.issue_vbank(row.imp_uid)
            return self.sandbox.deposit(row.imp_uid)
        return self.sandbox.approve(row.imp_uid, WORDS.get(method, method.value))

    def _refunded(self, payment: Payment, row: PaymentRow, step: Step) -> Payment:
        """Ask both for a refund, and return the payment with it where both agree to it."""
        left = int(row.amount - row.cancel_amount)
        amount = max(left * step.share // 1000, 1)
        done = [refund.parts for refund in payment.refunds]
        try:
            parts = refund_parts(payment.terms.parts.less(done, left), left, amount, TaxParts())
        except RefundRefused:
            return payment  # the domain refuses it, so nobody is asked
        request = self._request(payment, row, step, amount, parts)
        found = self.rules.of_refund(request)
        bank, account = corrections(found).get("bank"), request.account
        sent = attrs.evolve(account, bank=bank) if account and bank else account
        refund = attrs.evolve(_asked(payment, row, step, amount, parts, self._now()), remainder=left, account=sent)
        try:
            self._cancel(row, refund)
        except CallRefused as error:
            _agree(found, error)
            return payment
        _agree(found, None)
        done = attrs.evolve(refund, status=RefundStatus.DONE, done_at=self._now())
        return attrs.evolve(payment, refunds=(*payment.refunds, done))

    def _request(self, payment: Payment, row: PaymentRow, step: Step, amount: int, parts: TaxParts) -> RefundRequest:
        account = BankAccount(bank="088", number="110123456789", holder="김", phone="010" if step.phone else "")
        attempt = an_attempt(
            payment,
            gateway_id=row.imp_uid,
            method=payment.method,
            captured_at=datetime.fromtimestamp(row.paid_at or 0, UTC),
            refunded=int(row.cancel_amount),
            refunds=tuple(ReportedRefund(amount=refund.amount) for refund in payment.refunds),
            approval=Approval(pg=self.pg),
        )
        return RefundRequest(
            channel="",
            payment=payment,
            attempt=attempt,
            amount=amount,
            at=self._now(),
            parts=parts,
            account=account if step.account else None,
            reason=step.reason,
        )


def _asked(payment: Payment, row: PaymentRow, step: Step, amount: int, parts: TaxParts, at: datetime) -> Refund:
    return Refund(
        id=RefundId(f"r{len(payment.refunds)}"),
        gateway_id=row.imp_uid,
        amount=amount,
        remainder=0,
        reason=step.reason,
        by="test",
        requested_at=at,
        tax_free=parts.tax_free,
        vat=parts.vat,
    )
