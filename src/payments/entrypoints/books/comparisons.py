"""How comparisons with the providers' lists are shown as JSON."""

from datetime import datetime

from msgspec import Struct

from payments.domain.books.comparison import Comparison, FindingKind


class FindingView(Struct, kw_only=True):
    """What was wrong. `differed` and `unknown_here` were recorded, so that the books agree now.

    `unknown_there`: the provider knows no such capture. `not_recorded`: a row that could not be read or recorded.
    """

    kind: FindingKind
    merchant_id: str | None
    gateway_id: str | None
    what: str


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
        findings=[
            FindingView(kind=each.kind, merchant_id=each.merchant_id, gateway_id=each.gateway_id, what=each.what)
            for each in one.findings
        ],
        more=one.more,
    )
