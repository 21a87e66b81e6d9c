"""What the documentation leaves open: our interpretation, and why it is the safe one.

The real service may differ. Then only this module must change.
"""

import re
from datetime import timedelta, timezone
from typing import Final

from payments.domain.report import Rank

NO_ACCOUNT: Final = frozenset({"", "unknown"})
"""Values of `vbank_num` that are not an account: convenience-store payments through eximbay have `unknown`."""

DEFAULT_DEPOSIT_TERM: Final = timedelta(days=30)
"""How long an account without `vbank_date` waits: the longest default of a PG (inicis). To wait too long costs nothing;
to stop too early refunds a buyer's valid deposit."""

KOREA: Final = timezone(timedelta(hours=9), "KST")
"""The time zone of `vbank_due` in `request_pay`: no document names it, and every PG works in Korea."""

NO_SUCH_PAGE: Final = 400
"""The HTTP status of a list without such a page. It also means an invalid status or period, but we send only documented
ones and check the period first. Page 1 of a period without payments may have it too."""


REFUSED_ADDRESS: Final = 403
"""The status for a call from an address that the console's list does not have: no document names one."""

_AT_WORK: Final = re.compile(r"(진행|처리)(\s*중|(되|하)고\s*있)(?!(에|\s)*[^.]{0,12}(오류|에러|실패|장애|문제))")


def says_still_at_work(text: str) -> bool:
    """Return whether a refusal of a cancel says that an earlier cancel is still being executed.

    No document has such a refusal. To take another one for it is safe: the refund stays open and is checked again. But
    an error *while* the cancel was executed is over, and must not keep the refund open for ever.
    """
    return "취소" in text and _AT_WORK.search(text) is not None


def rank_without_refund(paid_at: object) -> Rank | None:
    """Return what `cancelled` with a `cancel_amount` of 0 means, or None if it is a contradiction.

    With a `paid_at` of 0 no money was taken (an account was closed before its deposit), so the attempt is declined.
    In all other cases money was taken and none went back although the status is `cancelled`: a person must check it.
    """
    return Rank.DECLINED if paid_at == 0 and paid_at is not False else None
