"""Settlements over HTTP: what comparing payout files found, for the shop alone."""

from datetime import timedelta

import attrs
from support.api import RunningApi, slug

from payments.domain.books.settlement import PayoutDay, Settlement, SettlementFinding, SettlementFindingKind
from payments.entrypoints.blocking import run
from payments.entrypoints.http.shapes.cursors import cursor_after
from payments.testing import NOON

FOUND = Settlement(
    id="s1",
    file="정산.csv",
    currency="KRW",
    since=NOON,
    until=NOON + timedelta(days=30),
    compared_at=NOON,
    by="shop:accountant",
    rows=3,
    agreed=2,
    days=(PayoutDay(day=NOON.date(), amount=36_000, fee=1_000, rows=3),),
    findings=(SettlementFinding(kind=SettlementFindingKind.DIFFERS, line=4, name="tid", amount=12_000),),
)


def test_they_are_listed_in_pages_the_latest_first(api: RunningApi):
    run(api.service.settlements.book.add(FOUND))
    first = api.get("/settlements?limit=1", headers=api.shop).json()
    [told] = first["settlements"]
    assert (told["agrees"], told["days"][0]["payout"], told["findings"][0]["kind"]) == (False, 35_000, "differs")
    assert "next" not in first
    assert slug(api.get("/settlements?cursor=x", headers=api.shop)) == "malformed-request"


def test_the_next_page_needs_a_cursor_that_the_whole_secret_signed(api: RunningApi):
    """One signed with its first character alone could be made by anybody who tries them all."""
    earlier = attrs.evolve(FOUND, id="s0", compared_at=NOON - timedelta(days=1))
    for one in (FOUND, earlier):
        run(api.service.settlements.book.add(one))
    after = api.get("/settlements?limit=1", headers=api.shop).json()["next"]
    assert [one["id"] for one in api.get(f"/settlements?cursor={after}", headers=api.shop).json()["settlements"]] == [
        "s0"
    ]
    forged = cursor_after((api.service.client_tokens.secret[0],), "settlements", "s1")
    assert forged != after
    assert slug(api.get(f"/settlements?cursor={forged}", headers=api.shop)) == "malformed-request"


def test_a_buyer_sees_none(api: RunningApi):
    assert api.get("/settlements", headers=api.alice).status_code == 403
