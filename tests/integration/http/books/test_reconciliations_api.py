"""Reconciliations over HTTP: what comparing with the provider's list found, for the shop alone."""

from datetime import timedelta

from support.api import RunningApi, slug

from payments.domain.values import Caller
from payments.entrypoints.blocking import run


def compared(api: RunningApi) -> str:
    now = api.service.clock.now()
    return run(api.service.comparing.compare(Caller.shop("accountant"), now - timedelta(hours=1), now)).id


def test_they_are_listed_in_pages_the_latest_first(api: RunningApi):
    payment, attempt = api.paid()
    api.gateway.refund_in_console(attempt, 1_000)
    first, second = compared(api), compared(api)
    page = api.get("/reconciliations?limit=1", headers=api.shop).json()
    rest = api.get(f"/reconciliations?cursor={page['next']}", headers=api.shop).json()
    assert [one["id"] for one in (*page["reconciliations"], *rest["reconciliations"])] == [second, first]
    [finding] = rest["reconciliations"][0]["findings"]
    assert (finding["kind"], finding["merchant_id"]) == ("differed", payment["merchant_id"])
    assert page["reconciliations"][0]["agrees"]
    assert slug(api.get("/reconciliations?cursor=x", headers=api.shop)) == "malformed-request"


def test_a_buyer_sees_none(api: RunningApi):
    assert api.get("/reconciliations", headers=api.alice).status_code == 403
