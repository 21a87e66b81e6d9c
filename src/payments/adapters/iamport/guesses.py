"""What no documentation settles, in one place: our reading of it, and why it is the safe one.

Everything here may turn out otherwise at the real service; nothing outside this module depends on how.
"""

from datetime import timedelta, timezone
from typing import Final

from payments.domain.report import Rank

NO_ACCOUNT: Final = frozenset({"", "unknown"})
"""Values of `vbank_num` that are not an account: eximbay's convenience-store payments say `unknown`."""

UNTOLD_DUE: Final = timedelta(days=30)
"""How long an issued account without `vbank_date` waits: the longest default of a provider (inicis). Waiting too long
costs nothing; giving up too early sends a buyer's good deposit back."""

KOREA: Final = timezone(timedelta(hours=9), "KST")
"""The zone of `vbank_due` in `request_pay`: no document names it, and every provider's day ends in Korea."""

BEYOND_THE_DATA: Final = 400
"""Of a list, the status that means "no such page". It also means "no such status", but we ask for documented ones
only and check the span ourselves, so what remains is an empty page; also page 1 of a quiet span may answer so."""


def says_still_at_work(text: str) -> bool:
    """Return whether a refusal of a cancel says that an earlier cancel is still being executed.

    No document has such a refusal. To take one for "still at work" is safe: the refund stays open and is checked again.
    """
    return "취소" in text and any(word in text for word in ("진행 중", "진행중", "처리 중", "처리중"))


def rank_without_refund(paid_at: object) -> Rank | None:
    """Return what `cancelled` with a `cancel_amount` of 0 means; None where it contradicts itself.

    With a `paid_at` of 0 no money was ever taken (an account closed before its deposit), so the attempt is declined.
    In every other case money was taken, is called cancelled, and did not move: a person should look.
    """
    return Rank.DECLINED if paid_at == 0 and paid_at is not False else None
