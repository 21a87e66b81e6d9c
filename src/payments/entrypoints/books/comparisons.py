"""How comparisons with the providers' lists are shown: as JSON, and what was found in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct

from payments.domain.books.comparison import Comparison, Finding, FindingKind
from payments.domain.report import Rank
from payments.entrypoints.display import Language, money
from payments.entrypoints.stories.words import Words


class FindingView(Struct, kw_only=True):
    """What was wrong. `differed` and `unknown_here` were recorded, so that the books agree now.

    `unknown_there`: the provider knows no such capture. `not_recorded`: a row that could not be read or recorded, and
    `what` says why. Else `seen` (how far the attempt came), `amount`, `currency` and `refunded` are what the provider
    showed, or our books where it knows none. Amounts are in minor units.
    """

    kind: FindingKind
    merchant_id: str | None
    gateway_id: str | None
    what: str
    seen: Literal["ready", "declined", "captured", "cancelled"] | None = None
    amount: int | None = None
    currency: str | None = None
    refunded: int | None = None


class ComparisonView(Struct, kw_only=True):
    """A comparison from `since` on, before `until`. `agreed` and `foreign` count rows; `more` counts findings not kept.

    `foreign` rows are captures of other installations on the same account.
    """

    id: str
    since: datetime
    until: datetime
    started_at: datetime
    finished_at: datetime
    by: str
    agrees: bool
    agreed: int
    foreign: int
    findings: list[FindingView]
    more: int


class ComparisonsView(Struct, kw_only=True, omit_defaults=True):
    """Comparisons, the latest first; `next` is the cursor of the next page, if there is one."""

    reconciliations: list[ComparisonView]
    next: str | None = None


def comparison_view(one: Comparison) -> ComparisonView:
    """Return a comparison as it is shown."""
    return ComparisonView(
        id=one.id,
        since=one.since,
        until=one.until,
        started_at=one.started_at,
        finished_at=one.finished_at,
        by=one.by,
        agrees=one.agrees,
        agreed=one.agreed,
        foreign=one.foreign,
        findings=[_finding_view(each) for each in one.findings],
        more=one.more,
    )


def _finding_view(one: Finding) -> FindingView:
    seen: Mapping[str, Any] = {}
    if one.seen:
        amount = one.seen.amount
        seen = {"seen": one.seen.rank.name.lower(), "amount": amount.minor, "currency": amount.currency}
        seen = {**seen, "refunded": one.seen.refunded}
    return FindingView(kind=one.kind, merchant_id=one.merchant_id, gateway_id=one.gateway_id, what=one.what, **seen)


_SEEN: Final[Mapping[Rank, Words]] = {
    Rank.READY: Words("{amount}, 아직 결제되지 않음", "{amount}, not paid yet"),
    Rank.DECLINED: Words("{amount}, 거절됨", "{amount}, declined"),
    Rank.CAPTURED: Words("{amount} 결제됨", "{amount} captured"),
    Rank.CANCELLED: Words("{amount} 결제됨, 모두 환불됨", "{amount} captured, all of it refunded"),
}
_REFUNDED: Final = Words(", {amount} 환불됨", ", {amount} refunded")


def detail(finding: Finding, language: Language) -> str:
    """Return in words what was seen, or why a row could not be read or recorded; that is in English."""
    seen = finding.seen
    if seen is None:
        return finding.what
    currency = seen.amount.currency
    said = _SEEN[seen.rank].read_in(language).format(amount=money(seen.amount.minor, currency, language))
    if seen.rank is Rank.CAPTURED and seen.refunded:
        said += _REFUNDED.read_in(language).format(amount=money(seen.refunded, currency, language))
    return said
