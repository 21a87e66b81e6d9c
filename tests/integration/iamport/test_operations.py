"""What each operation asks, in which order, and how it gets past answers that never came."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from integration.iamport.scripted import Act, Scripted, answered, enveloped, granted, refused, reset
from unit.adapters.iamport.rows import a_row

from payments.adapters.iamport import IamportGateway
from payments.domain.errors import Rejected, Unknown
from payments.domain.money import Money
from payments.domain.report import Rank
from payments.domain.values import GatewayId, MerchantId, Mode
from payments.entrypoints.blocking import run

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

GatewayTo = Callable[..., IamportGateway]
IMP, NAME, WON = GatewayId("imp_056607798398"), MerchantId("m_1"), Money(1000)
TAKEN = refused(200, 1, "결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).")
ABSENT = refused(404, -1, "사전등록된 결제정보가 존재하지 않습니다.")
HUGE, BEYOND = "1e999999999", "1e99999999999999999999"
LOST = reset  # done or not, the answer never came


def registered(amount: float = 1000, currency: str | None = "KRW") -> Act:
    return granted({"merchant_uid": NAME, "amount": amount, "currency": currency})


def asked(server: Scripted) -> list[str]:
    return [seen.method for seen in server.asked("/payments/prepare")]


def prepare(gateway_to: GatewayTo, *acts: Act, **settings: Any) -> list[str]:
    with Scripted(*acts) as server:
        run(gateway_to(server, **settings).prepare(NAME, WON))
        assert server.asked()[0].json == {"merchant_uid": NAME, "amount": 1000, "currency": "KRW"}
        return asked(server)


PREPARES: dict[str, tuple[tuple[Act, ...], list[str]]] = {
    "fresh": ((registered(),), ["POST"]),
    "fresh, and the answer has no currency": ((registered(currency=None),), ["POST"]),
    "there already": ((TAKEN, registered()), ["POST", "GET"]),
    "there already, as 1000.0": ((TAKEN, registered(1000.0)), ["POST", "GET"]),
    "another amount": ((TAKEN, registered(999), registered()), ["POST", "GET", "PUT"]),
    "another currency": ((TAKEN, registered(1000, "USD"), registered()), ["POST", "GET", "PUT"]),
    "no currency, so it is not checked": ((TAKEN, registered(currency=None), registered()), ["POST", "GET", "PUT"]),
    "answer lost, but done": ((LOST, registered()), ["POST", "GET"]),
    "answer lost, not done": ((LOST, ABSENT, registered()), ["POST", "GET", "POST"]),
    "the first arrives late": ((LOST, ABSENT, TAKEN, registered()), ["POST", "GET", "POST", "GET"]),
    "lost twice, but done": ((LOST, ABSENT, LOST, registered()), ["POST", "GET", "POST", "GET"]),
}


@pytest.mark.parametrize(("acts", "calls"), PREPARES.values(), ids=PREPARES)
def test_a_price_gets_prepared_whatever_happens_to_the_answers(
    gateway_to: GatewayTo, acts: tuple[Act, ...], calls: list[str]
) -> None:
    assert prepare(gateway_to, *acts) == calls


def test_after_no_answer_the_registration_is_read_before_a_retry(gateway_to: GatewayTo) -> None:
    """Also where calls are tried three times: blindly repeated, the second would be refused for the first."""
    assert prepare(gateway_to, LOST, registered(), tries=3) == ["POST", "GET"]
    assert prepare(gateway_to, TAKEN, registered(1), LOST, registered(), tries=3) == ["POST", "GET", "PUT", "PUT"]


def test_a_price_that_is_refused_for_itself_is_refused(gateway_to: GatewayTo) -> None:
    with pytest.raises(Rejected) as refusal:
        prepare(gateway_to, refused(400, -1, "지원되지 않는 통화입니다."), ABSENT)
    assert refusal.value.provider_text == "지원되지 않는 통화입니다."


def test_a_prepare_that_nobody_can_confirm_is_unknown(gateway_to: GatewayTo) -> None:
    for acts in [(LOST, LOST), (TAKEN, answered(502, b"")), (LOST, ABSENT, LOST, ABSENT), (TAKEN, registered(1), LOST)]:
        with pytest.raises(Unknown):
            prepare(gateway_to, *acts)


def test_test_payments_are_requested_only_in_test_mode(gateway_to: GatewayTo, monkeypatch: pytest.MonkeyPatch) -> None:
    """In live mode the provider hides it from this look-up; what comes by others says that it is play money."""
    page = {"total": 1, "previous": 0, "next": 0, "list": [a_row()]}
    with Scripted(granted(a_row()), granted(a_row()), granted(page)) as server:
        gateway = gateway_to(server)
        run(gateway.find(IMP))
        monkeypatch.setattr(gateway, "_settings", _live(gateway._settings))
        run(gateway.find(IMP))
        assert [seen.target.partition("?")[2] for seen in server.asked()] == ["include_sandbox=true", ""]
        assert [report.mode for report in run(gateway.attempts(NAME)).reports] == [Mode.TEST]


def _live(settings: Any) -> Any:
    """A live gateway to this machine, which no settings would admit."""

    class Live:
        mode = Mode.LIVE

        def __getattr__(self, name: str) -> Any:
            return getattr(settings, name)

    return Live()


def test_attempts_are_read_page_by_page_in_a_stable_order(gateway_to: GatewayTo) -> None:
    pages = [
        granted({"total": 3, "previous": 0, "next": 2, "list": [a_row(), a_row(imp_uid="imp_2", status="ready")]}),
        granted({"total": 3, "previous": 1, "next": 0, "list": [a_row(imp_uid="imp_3", status="failed")]}),
    ]
    with Scripted(*pages) as server:
        seen = run(gateway_to(server, page_size=2).attempts(NAME))
        assert seen.unreadable == ()
        assert [report.rank for report in seen.reports] == [Rank.CAPTURED, Rank.READY, Rank.DECLINED]
        assert [seen.target for seen in server.asked()] == [
            f"/payments/findAll/m_1?page={number}&limit=2&sorting=started" for number in (1, 2)
        ]


def test_attempts_that_vanish_between_two_pages_do_not_count_as_none(gateway_to: GatewayTo) -> None:
    page = granted({"total": 3, "previous": 0, "next": 2, "list": [a_row()]})
    with Scripted(page, refused(404, -1, "존재하지 않는 결제정보입니다.")) as server, pytest.raises(Rejected):
        run(gateway_to(server).attempts(NAME))


UNREADABLE: dict[str, dict[str, Any]] = {
    "a status that was added later": {"status": "disputed"},
    "cancelled, and nothing refunded": {"status": "cancelled"},
    "an amount of nothing": {"amount": 0},
    "an amount that no computer can hold": {"amount": HUGE},
    "an amount that is no number even for Decimal": {"amount": BEYOND},
    "no amount": {"amount": ...},
    "a history that cannot be read": {"cancel_amount": 300, "cancel_history": 7},
}


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_an_attempt_that_cannot_be_read_is_told_and_hides_no_other(
    gateway_to: GatewayTo, changes: dict[str, Any]
) -> None:
    rows = [a_row(imp_uid="imp_2", **changes), a_row()]
    body = json.dumps({"code": 0, "response": {"total": 2, "previous": 0, "next": 0, "list": rows}})
    with Scripted(answered(200, body.replace(f'"{HUGE}"', HUGE).replace(f'"{BEYOND}"', BEYOND).encode())) as server:
        seen = run(gateway_to(server).attempts(NAME))
    assert [report.gateway_id for report in seen.reports] == [IMP]
    assert [told.partition(":")[0] for told in seen.unreadable] == ["imp_2"]


def test_an_attempt_that_the_provider_counts_and_does_not_show_makes_the_look_incomplete(
    gateway_to: GatewayTo,
) -> None:
    """A row that a filter leaves out may be the paid one."""
    pages = [
        granted({"total": 4, "previous": 0, "next": 2, "list": [a_row(), a_row(imp_uid="imp_2", status="ready")]}),
        granted({"total": 4, "previous": 1, "next": 0, "list": [a_row(imp_uid="imp_3", status="failed")]}),
    ]
    with Scripted(*pages) as server:
        seen = run(gateway_to(server, page_size=2).attempts(NAME))
    assert len(seen.reports) == 3
    assert seen.unreadable == ("the provider counts 4 attempts at this payment, but shows 3",)


# The list.

SINCE = datetime(2026, 11, 2, 3, 0, 0, 500_000, tzinfo=UTC)


def test_an_unreadable_row_is_reported_and_hides_no_other(gateway_to: GatewayTo) -> None:
    rows = [a_row(merchant_uid="뭐든지 / 40자"), None, a_row(imp_uid="imp_bad", amount=0), a_row(imp_uid=7)]
    with Scripted(granted({"total": 201, "previous": 0, "next": 2, "list": rows})) as server:
        page = run(gateway_to(server).listing(SINCE, SINCE + timedelta(hours=1), 1))
    assert [report.merchant_id for report in page.reports] == ["뭐든지 / 40자"]
    assert (page.pages, page.total) == (3, 201)
    assert [told.partition(":")[0] for told in page.skipped] == [
        "a row without imp_uid",
        "imp_bad",
        "a row without imp_uid",
    ]


def test_a_period_is_requested_in_whole_seconds_with_both_ends(gateway_to: GatewayTo) -> None:
    empty = granted({"total": 0, "previous": 0, "next": 0, "list": []})
    for span, asked_for in [(timedelta(hours=1), 3601), (timedelta(days=90), 90 * 24 * 3600), (timedelta(0), 1)]:
        with Scripted(empty) as server:
            run(gateway_to(server).listing(SINCE, SINCE + span, 2))
            query = dict(pair.split("=") for pair in server.asked()[0].target.partition("?")[2].split("&"))
            assert int(query["from"]) == int(SINCE.timestamp())
            assert int(query["to"]) - int(query["from"]) == asked_for
            assert (query["page"], query["limit"], query["sorting"]) == ("2", "100", "started")


def test_a_period_that_the_provider_would_cut_is_not_requested(gateway_to: GatewayTo) -> None:
    """It answers 400, which also means an empty page: money in it would go unseen."""
    with Scripted(refused(400, -1, "from, to")) as server:
        for span in (timedelta(days=90, seconds=1), timedelta(seconds=-1)):
            with pytest.raises(Rejected):
                run(gateway_to(server).listing(SINCE, SINCE + span, 1))
        assert server.seen == []


def test_a_page_after_the_last_is_empty(gateway_to: GatewayTo) -> None:
    with Scripted(refused(400, -1, "존재하지 않는 페이지입니다.")) as server:
        page = run(gateway_to(server).listing(SINCE, SINCE, 7))
    assert (page.reports, page.pages, page.total, page.skipped) == ((), 0, 0, ())


def test_pages_shorter_than_we_ask_for_hide_no_page(gateway_to: GatewayTo) -> None:
    """A provider that caps the length of a page has more pages than its total divided by ours."""
    with Scripted(granted({"total": 150, "previous": 1, "next": 3, "list": [a_row()]})) as server:
        assert run(gateway_to(server, page_size=1000).listing(SINCE, SINCE, 2)).pages == 3


def test_the_longest_stretch_that_may_be_listed_is_listed(gateway_to: GatewayTo) -> None:
    with Scripted(granted({"total": 0, "previous": 0, "next": 0, "list": []})) as server:
        gateway = gateway_to(server)
        assert run(gateway.listing(SINCE, SINCE + gateway.listing_span, 1)).reports == ()


def test_a_list_that_is_refused_is_not_empty(gateway_to: GatewayTo) -> None:
    for refusal in (refused(404, -1, "없습니다."), refused(200, 1, "안 됩니다.")):
        with Scripted(refusal) as server, pytest.raises(Rejected):
            run(gateway_to(server).listing(SINCE, SINCE, 1))


def test_an_invalid_page_is_unknown(gateway_to: GatewayTo) -> None:
    for page in (
        [],
        {"total": 1, "list": [], "next": None},
        {"total": "1", "list": [], "next": 0},
        {"total": 1, "next": 0},
    ):
        with Scripted(enveloped(200, 0, None, page)) as server, pytest.raises(Unknown):
            run(gateway_to(server).listing(SINCE, SINCE, 1))
