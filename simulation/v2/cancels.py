"""Cancels of V2: each under an idempotency key, executed at once, refused, or only accepted and decided days later."""

from typing import TYPE_CHECKING, Any

import attrs

from payments.adapters.http_wire.transport import Answer
from payments.domain.refund import Refund
from payments.domain.report import Outcome, ReportedRefund
from payments.domain.values import MerchantId
from simulation.rows import Row
from simulation.scheduler import DAY, HOUR, MINUTE
from simulation.v2 import answers
from simulation.v2.book import Book

if TYPE_CHECKING:
    from simulation.world import World


@attrs.define(eq=False)
class Kept:
    """A request under its key, and its answer once there is one."""

    body: Any
    at: int
    answer: Answer | None = None


@attrs.frozen
class Cancel:
    """A cancel that was taken in, and is at work."""

    row: Row
    refund: Refund
    body: dict[str, Any]
    key: str


class Refused(Exception):
    """The provider says no."""

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text


class Cancels:
    """Takes cancels in, and books them later."""

    def __init__(self, world: "World", book: Book) -> None:
        self._world, self._provider, self._scheduler = world, world.provider, world.scheduler
        self._common, self._guesses = world.plan.guesses, world.plan.guesses_v2
        self._book = book
        self._kept: dict[str, Kept] = {}

    def arrive(self, merchant_id: MerchantId, body: dict[str, Any], key: str, refund: Refund) -> Answer | Cancel:
        """Take in a cancel, or answer at once: with a refusal, or with what was answered under this key before."""
        kept = self._kept.get(key)
        if kept and self._scheduler.now - kept.at < self._guesses.keeps_keys:
            return self._repeated(kept, (merchant_id, body))
        self._kept[key] = Kept((merchant_id, body), self._scheduler.now)
        try:
            row = self._taken_in(merchant_id, body)
        except Refused as no:
            return self._refusal(key, no)
        row.at_work += 1
        return Cancel(row, refund, body, key)

    def _repeated(self, kept: Kept, request: Any) -> Answer:
        if kept.body != request:
            return answers.refused("INVALID_REQUEST", "another request under this key")
        if kept.answer is None:
            return answers.refused("IDEMPOTENCY_OUTSTANDING_REQUEST")
        self._world.marks.hit("key repeated at the provider")
        return kept.answer

    def _taken_in(self, merchant_id: MerchantId, body: dict[str, Any]) -> Row:
        row = self._book.captured(merchant_id)
        if row is None:
            raise Refused("PAYMENT_NOT_PAID" if merchant_id in self._provider.by_merchant_id else "PAYMENT_NOT_FOUND")
        if row.remaining == 0:
            raise Refused("PAYMENT_ALREADY_CANCELLED")
        if self._world.chance.happens(self._world.faults.refusals):
            raise Refused("PG_PROVIDER", "transient")
        if self._provider.closed_for_maintenance():
            raise Refused("PG_PROVIDER", "nightly maintenance")
        if row.never_refunds:
            raise Refused("PG_PROVIDER", "this payment cannot be cancelled")
        if row.at_work and self._common.guards_work:
            raise Refused("PG_PROVIDER", "in progress")
        if row.method == "virtual_account" and "refundAccount" not in body:
            raise Refused("PG_PROVIDER", "a refund of a deposit needs an account")
        self._compare(row, body)
        return row

    def book(self, cancel: Cancel) -> Answer:
        """Execute a cancel that was taken in, or refuse it, or leave it to a PG that takes days."""
        row, body = cancel.row, cancel.body
        row.at_work -= 1
        try:
            self._check(row, body)
        except Refused as no:
            return self._refusal(cancel.key, no)
        return self._answered(cancel.key, answers.done(cancellation=answers.cancellation(self._executed(cancel))))

    def _check(self, row: Row, body: dict[str, Any]) -> None:
        if not self._common.checksum_on_arrival:
            self._compare(row, body)
        if body["amount"] > self._provider.cancellable(row):
            raise Refused("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")

    def _executed(self, cancel: Cancel) -> ReportedRefund:
        row, body = cancel.row, cancel.body
        if self._world.chance.happens(self._world.faults.refusals / 4):
            self._world.marks.hit("failed in a success")
            return self._provider.wait(row, body["amount"], body["reason"], Outcome.FAILED)
        if row.asynchronous:
            made = self._provider.wait(row, body["amount"], body["reason"], Outcome.REQUESTED)
            wait = self._world.chance.choice([5 * MINUTE, 2 * HOUR, DAY, 4 * DAY])
            self._scheduler.at(self._scheduler.now + wait, lambda: self._settle(cancel, made))
            return made
        return self._gives_back(cancel, "")

    def _gives_back(self, cancel: Cancel, provider_id: str) -> ReportedRefund:
        row, body = cancel.row, cancel.body
        self._world.laws.executes(cancel.refund, row)
        return self._provider.give_back(row, cancel.refund.id, body["amount"], body["reason"], provider_id)

    def _settle(self, cancel: Cancel, made: ReportedRefund) -> None:
        """Do, or give up, what was only accepted."""
        row = cancel.row
        fails = self._world.chance.happens(0 if self._world.ending else self._guesses.fails_later)
        row.waiting.remove(made)
        if fails or made.amount > row.remaining:
            self._world.marks.hit("accepted refund failed")
            self._provider.fail(row, made)
            return
        self._world.marks.hit("accepted refund done")
        self._gives_back(cancel, made.provider_id)

    def _compare(self, row: Row, body: dict[str, Any]) -> None:
        if body["currentCancellableAmount"] != self._provider.cancellable(row):
            raise Refused("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", "checksum")

    def _refusal(self, key: str, no: Refused) -> Answer:
        if no.text == "checksum":
            self._world.marks.hit("checksum refusal")
        self._world.count("refusal", no.text or no.kind)
        if not self._guesses.keeps_refusals:
            del self._kept[key]
            return answers.refused(no.kind, no.text)
        return self._answered(key, answers.refused(no.kind, no.text))

    def _answered(self, key: str, answer: Answer) -> Answer:
        self._kept[key].answer = answer
        return answer
