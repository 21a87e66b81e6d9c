"""Trail: writes what people and servers of the shop ask for into the audit list, before it is done."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import attrs

from payments.domain.errors import PaymentNotFound, PaymentsError
from payments.domain.payment import Payment
from payments.domain.people.audit import MAX_DETAIL, AuditAction, AuditDraft, AuditEntry, AuditLog
from payments.domain.ports import Clock, PaymentRepository
from payments.domain.values import Caller, MerchantId, Role

T = TypeVar("T")
_AT_ONCE: Final = 500


@attrs.frozen
class Trail:
    """Without a list, as in a test of something else, nothing is written."""

    log: AuditLog | None
    clock: Clock

    async def note(
        self, caller: Caller, action: AuditAction, merchant_id: MerchantId | None = None, **detail: object
    ) -> None:
        """Add one row. What a buyer or a program of ours does is not in the list."""
        if self.log is None or caller.role not in (Role.SHOP, Role.OPERATOR):
            return
        said = json.dumps({name: value for name, value in detail.items() if value is not None}, ensure_ascii=False)
        draft = AuditDraft(
            at=self.clock.now(),
            by=str(caller),
            action=action,
            merchant_id=merchant_id,
            detail=said if len(said) <= MAX_DETAIL else "{}",
        )
        await self.log.append(draft)

    async def changed(
        self,
        payments: PaymentRepository,
        caller: Caller,
        action: AuditAction,
        merchant_id: MerchantId,
        change: Callable[[Payment], Payment],
        **detail: object,
    ) -> Payment:
        """Add a row, then return the payment as *change* leaves it. To a buyer, the payment is not found."""
        if caller.role is Role.BUYER:
            raise PaymentNotFound
        return await self.noted(caller, action, merchant_id, payments.update(merchant_id, change), **detail)

    async def noted(
        self,
        caller: Caller,
        action: AuditAction,
        merchant_id: MerchantId | None,
        work: Coroutine[Any, Any, T],
        **detail: object,
    ) -> T:
        """Add a row, then return what *work* returns. A refusal adds a second row, and is raised again."""
        try:
            await self.note(caller, action, merchant_id, **detail)
        except BaseException:
            work.close()  # without its row nothing is done
            raise
        try:
            return await work
        except PaymentsError as error:
            await self.note(caller, AuditAction.REFUSED, merchant_id, asked=action, error=error.slug, **detail)
            raise


async def verify(log: AuditLog) -> tuple[AuditEntry | None, int | None]:
    """Read the whole list, and return its last good row and the number of the first row that does not follow.

    That number is None if all rows follow. What is missing at the end shows only by comparing with an earlier answer.
    """
    last: AuditEntry | None = None
    while rows := await log.after(last.number if last else 0, _AT_ONCE):
        for row in rows:
            if not row.follows(last):
                return last, row.number
            last = row
    return last, None
