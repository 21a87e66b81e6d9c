"""Payout files at the console: sent, compared with the books both ways, shown, and downloaded."""

import csv
import io
from collections.abc import Iterator

import attrs
import pytest
from support.api import RunningApi, api_settings, running_api
from support.console import Visitor, add_operator, signed_in
from support.patience import EVENTUALLY

from payments.domain.books.days import day_of
from payments.domain.books.settlement import SettledBy
from payments.domain.people.audit import AuditAction
from payments.entrypoints.blocking import run
from payments.entrypoints.console import jobs, uploads
from payments.entrypoints.settings import SettlementOptions

pytestmark = pytest.mark.usefixtures("one_day")
COLUMNS = SettlementOptions(
    name="거래번호", named_by=SettledBy.GATEWAY_ID, amount="금액", fee="수수료", payout_day="지급일"
)
HEADS = "거래번호,금액,수수료,지급일"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningApi]:
    monkeypatch.setattr(jobs, "ANSWER_WITHIN_SECONDS", EVENTUALLY)
    with running_api(settings=attrs.evolve(api_settings(), settlement=COLUMNS)) as running:
        yield running


@pytest.fixture
def park(api: RunningApi) -> Visitor:
    """An accountant, who may only read."""
    add_operator(api.service, "park")
    return Visitor(api, signed_in(api.service, "park"))


def file_of(*rows: str, name: str = "정산 11월.csv", encoding: str = "cp949") -> dict[str, tuple[str, bytes]]:
    return {"file": (name, "\n".join([HEADS, *rows, ""]).encode(encoding))}


def today(visitor: Visitor) -> dict[str, str]:
    day = day_of(visitor.api.service.clock.now(), visitor.api.service.zone).isoformat()
    return {"from": day, "to": day}


def test_a_file_that_agrees_is_shown_with_what_is_paid_out(api: RunningApi, park: Visitor) -> None:
    _, attempt = api.paid()
    sent = park.post("/settlements", today(park), files=file_of(f'{attempt},"12,000",360,2026-11-27'))
    page = park.follow(sent).text
    for text in ("정산 11월.csv", "모두 맞습니다", "11,640원", "11월 27일 (금)", "park"):
        assert text in page
    assert "정산 11월.csv" in park.get("/settlements").text


def test_what_does_not_agree_is_shown_both_ways_and_downloaded(api: RunningApi, park: Visitor) -> None:
    merchant_id, other = api.paid()[0]["merchant_id"], api.paid("silver")
    rows = ("=cmd(),500,0,2026-11-27", f"{other[1]},7999,0,2026-11-27", "<b>x</b>,만원,0,2026-11-27")
    sent = park.post("/settlements", today(park), files=file_of(*rows, encoding="utf-8-sig"))
    page = park.follow(sent).text
    for text in ("장부에 없음 (1)", "금액이 다름 (1)", "읽지 못한 줄 (1)", "&lt;b&gt;x"):
        assert text in page
    for payment in (merchant_id, other[0]["merchant_id"]):
        assert f'href="/console/payments/{payment}"' in page
    answer = park.get(sent.headers["Location"].removeprefix("/console") + "/findings.csv")
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {"not_in_books", "differs", "not_in_file", "not_read"} == {one["kind"] for one in found}
    assert next(one["merchant_id"] for one in found if one["amount"] == "12000") == merchant_id


def test_who_compared_which_file_is_in_the_audit_list(park: Visitor) -> None:
    park.post("/settlements", today(park), files=file_of())
    [row] = run(park.api.service.people.audit.page(None, 1))
    assert (row.action, row.by, "정산 11월.csv" in row.detail) == (
        AuditAction.COMPARE_SETTLEMENT,
        "operator:park",
        True,
    )


@pytest.mark.parametrize(
    ("form", "files", "status"),
    [
        ({"month": "2026-11"}, {}, 422),
        ({"month": "2026-11"}, {"file": ("", b"")}, 422),
        ({"month": "11"}, file_of(), 422),
        ({"from": "2020-01-01", "to": "2026-01-01"}, file_of(), 422),
        ({"month": "2026-11"}, {"file": ("a.csv", b"no,such,heads\n1,2,3\n")}, 422),
        ({"month": "2026-11"}, {"file": ("a.csv", "x".encode("utf-16"))}, 422),
        ({"month": "2026-11", "more": "x" * 2_000}, file_of(), 422),
        ({"month": "2026-11"}, [("file", file_of()["file"]), ("file", file_of()["file"])], 422),
        ({"month": "2026-11", "csrf": "0" * 64}, file_of(), 403),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_in_a_sentence(park: Visitor, form, files, status: int) -> None:
    answer = park.post("/settlements", form, files=files)
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    assert run(park.api.service.settlements.book.page(None, 1)) == []


def test_a_file_that_is_too_large_is_refused(park: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE", 50_000)
    answer = park.post("/settlements", {"month": "2026-11"}, files=file_of("x" * 70_000))
    assert answer.status_code == 413
    chunks = (b"x" * 30_000 for _ in range(3))  # it does not say its size
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    sent = park.session.post(f"{park.api.url}/console/settlements", data=chunks, headers=headers)
    assert sent.status_code in (413, 422)


def test_no_file_of_a_stranger_is_read(api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(uploads, "_form", refuse)
    stranger = Visitor(api, "no token of ours")
    assert stranger.post("/settlements", {"month": "2026-11"}, files=file_of()).status_code == 401


def test_a_third_file_at_once_is_refused(park: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads.Places, "take", lambda _: False)
    assert park.post("/settlements", {"month": "2026-11"}, files=file_of()).status_code == 503


def test_without_columns_the_page_says_which_settings_are_missing() -> None:
    with running_api() as api:
        add_operator(api.service, "park")
        park = Visitor(api, signed_in(api.service, "park"))
        assert "settlement.amount" in park.get("/settlements").text
        assert park.post("/settlements", {"month": "2026-11"}, files=file_of()).status_code == 422


@pytest.mark.parametrize("path", ["/settlements/none", "/settlements/none/findings.csv", "/settlements?before=none"])
def test_a_settlement_that_is_not_there_is_not_found(park: Visitor, path: str) -> None:
    assert park.get(path).status_code == 404
