"""A reconciliation that is begun at the console: its progress, what it found, and that one runs at a time."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from support.api import RunningApi, running_api
from support.console import Visitor, add_operator, signed_in
from support.patience import EVENTUALLY, until

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.books.days import day_of
from payments.domain.errors import Unknown
from payments.domain.people.audit import AuditAction
from payments.domain.ports import ListingPage
from payments.entrypoints.blocking import run
from payments.entrypoints.console import jobs

pytestmark = pytest.mark.usefixtures("one_day")
AT_ONCE = pytest.mark.parametrize("answered_within", [0.0])
"""The page of the job is shown while it runs."""


class HeldGateway(MemoryGateway):
    """A provider whose list comes when a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.answers, self.fails, self.listings = threading.Event(), False, 0

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        self.listings += 1
        assert self.answers.wait(EVENTUALLY)
        if self.fails:
            raise Unknown("no answer")
        return await super().listing(since, until, page)


@pytest.fixture
def gateway() -> HeldGateway:
    return HeldGateway()


@pytest.fixture
def answered_within() -> float:
    """After how many seconds the page of a job is shown, if it has not ended."""
    return EVENTUALLY


@pytest.fixture
def api(gateway: HeldGateway, answered_within: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningApi]:
    monkeypatch.setattr(jobs, "ANSWER_WITHIN_SECONDS", answered_within)
    with running_api(gateway=gateway) as running:
        yield running
        gateway.answers.set()


@pytest.fixture
def days(api: RunningApi) -> dict[str, str]:
    day = day_of(api.service.clock.now(), api.service.zone).isoformat()
    return {"from": day, "to": day}


def test_what_was_found_is_shown_and_stored(
    api: RunningApi, gateway: HeldGateway, kim: Visitor, days: dict[str, str]
) -> None:
    gateway.answers.set()
    merchant_id, attempt = api.paid()[0]["merchant_id"], api.approved(api.begun("silver"))
    page = kim.follow(kim.post("/reconciliation", days)).text
    assert ("장부와 달라서 고쳐 적음" in page, attempt in page, merchant_id in page) == (True, True, False)
    page = kim.follow(kim.post("/reconciliation", days)).text
    assert "모두 맞음" in page
    [after, before] = run(api.service.comparing.comparisons.page(None, 5))
    assert (before.agrees, after.agrees, after.by) == (False, True, "operator:kim")


@AT_ONCE
def test_one_runs_at_a_time_and_its_page_follows_it(
    api: RunningApi, gateway: HeldGateway, kim: Visitor, days: dict[str, str]
) -> None:
    started = kim.post("/reconciliation", days)
    page = kim.follow(started)
    assert ("비교하고 있습니다" in page.text, 'hx-trigger="every 2s"' in page.text) == (True, True)
    assert started.headers["Location"] in kim.get("/reconciliation").text
    second = kim.post("/reconciliation", days)
    assert "이미 진행 중" in kim.follow(second).text
    until(lambda: gateway.listings)
    assert gateway.listings == 1, "the provider is asked once"
    gateway.answers.set()
    path = started.headers["Location"].removeprefix("/console")
    until(lambda: kim.get(path, allow_redirects=False).status_code == 303)
    assert "모두 맞음" in kim.get(path).text
    told = kim.get(path, headers={"HX-Request": "true"})
    assert (told.status_code, told.headers["HX-Redirect"].startswith("/console/reconciliation/")) == (204, True)
    assert "끝났습니다" in kim.follow(second).text


def test_a_provider_that_does_not_answer_is_told_and_nothing_is_stored(
    api: RunningApi, gateway: HeldGateway, kim: Visitor, days: dict[str, str]
) -> None:
    gateway.fails = True
    gateway.answers.set()
    answer = kim.post("/reconciliation", days)
    assert (answer.status_code, "답하지 않아" in answer.text) == (504, True)
    assert run(api.service.comparing.comparisons.page(None, 5)) == []
    actions = [row.action for row in run(api.service.people.audit.page(None, 2))]
    assert actions == [AuditAction.REFUSED, AuditAction.RECONCILE]


@AT_ONCE
def test_a_failure_after_the_page_was_shown_is_told_on_it(
    gateway: HeldGateway, kim: Visitor, days: dict[str, str]
) -> None:
    started = kim.post("/reconciliation", days)
    gateway.fails = True
    gateway.answers.set()
    until(lambda: "끝내지 못했습니다" in kim.follow(started).text)
    assert "답하지 않아" in kim.follow(started).text


@pytest.mark.parametrize("form", [{}, {"month": "2999-13"}, {"from": "2020-01-01", "to": "2026-01-01"}])
def test_a_period_that_is_too_long_or_none_asks_the_provider_nothing(
    gateway: HeldGateway, kim: Visitor, form: dict[str, str]
) -> None:
    assert kim.post("/reconciliation", form).status_code == 422
    assert gateway.listings == 0


def test_a_reader_has_no_form_to_begin_one(api: RunningApi) -> None:
    add_operator(api.service, "reader")
    reader = Visitor(api, signed_in(api.service, "reader"))
    assert 'reconciliation" data-once' not in reader.get("/reconciliation").text


def test_a_job_of_another_process_sends_its_reader_to_the_lists(kim: Visitor) -> None:
    page = kim.get("/jobs/none").text
    assert ("다른 프로세스" in page, 'href="/console/settlements"' in page) == (True, True)
