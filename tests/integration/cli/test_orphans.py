"""`payments orphans` and `cancel --force`: what only a person can decide."""

from datetime import UTC, datetime

import pytest
from integration.cli.operators import Operator

from payments.adapters.iamport import IamportGateway
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.ports import Attempts
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, MerchantId, Mode
from payments.entrypoints.blocking import run

FOUND = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def orphan(operator: Operator) -> str:
    """The gateway id of an orphan of 700 won."""
    return found(operator, "imp_9")


def found(operator: Operator, gateway_id: str, merchant_id: str = "restored-1") -> str:
    report = Report(
        gateway_id=GatewayId(gateway_id),
        merchant_id=MerchantId(merchant_id),
        rank=Rank.CAPTURED,
        amount=Money(700),
        mode=Mode.TEST,
        captured_at=FOUND,
    )
    run(operator.service.refunds.orphans.update(report.gateway_id, lambda _: Orphan.found(report, FOUND, "test")))
    return gateway_id


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("payment", "attempt", "left", "found", "₩700", "24 Nov 2026, 10:00")),
        ("ko", ("결제", "시도", "남은 금액", "발견", "700원", "2026년 11월 24일 10:00")),
    ],
)
def test_orphans_are_listed_and_held_in_both_languages(operator: Operator, orphan, language, parts):
    listed = operator.command("orphans", "list", "--language", language)
    assert listed[0] == 0
    held = operator.command("orphans", "hold", orphan, "--note", "paid before the backup", "--language", language)
    assert held[0] == 0
    for part in (*parts, orphan, "restored-1"):
        assert part in listed[1]
        assert part in held[1]
    none = {"en": "None.\n", "ko": "없습니다.\n"}[language]
    assert operator.command("orphans", "list", "--language", language)[1] == none


def test_orphans_are_listed_page_by_page(operator: Operator):
    ids = {found(operator, f"imp_{number}", f"restored-{number}") for number in range(3)}
    first = operator.json("orphans", "list", "--limit", "2")
    rest = operator.json("orphans", "list", "--cursor", first["next"])
    assert {one["gateway_id"] for one in (*first["orphans"], *rest["orphans"])} == ids
    assert "next" not in rest
    out = operator.command("orphans", "list", "--limit", "2", "--language", "en")[1]
    assert out.splitlines()[-1] == f"More: --cursor {first['next']}"


def test_a_held_orphan_is_printed_as_json_with_its_note(operator: Operator, orphan):
    assert operator.json("orphans", "hold", orphan, "--note", "mine")["orphan"]["note"] == "mine"


@pytest.mark.parametrize("arguments", [["imp_9", "--note", "  "], ["imp_none", "--note", "mine"]])
def test_an_orphan_is_held_only_with_a_note_and_only_if_it_is_known(operator: Operator, orphan, arguments):
    code, out, err = operator.command("orphans", "hold", *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    (listed,) = operator.json("orphans", "list")["orphans"]
    assert listed["note"] == ""


def test_an_operator_closes_by_force_what_the_provider_makes_unreadable(operator: Operator, monkeypatch):
    async def puzzling(_: IamportGateway, __: MerchantId) -> Attempts:
        return Attempts((), ("imp_7 has the status 'escrowed'",))

    merchant_id = operator.begun()
    monkeypatch.setattr(IamportGateway, "attempts", puzzling)
    code, _, err = operator.command("cancel", merchant_id)
    assert (code, "force" in err) == (1, True)
    assert operator.json("show", merchant_id)["payment"]["status"] == "awaiting"
    assert operator.json("cancel", merchant_id, "--force")["payment"]["status"] == "cancelled"
    assert "Attempt cannot be read" in operator.command("show", merchant_id, "--language", "en")[1]
    assert "확인할 수 없는 결제 시도" in operator.command("show", merchant_id, "--language", "ko")[1]


def test_money_that_appears_after_a_forced_close_is_shown_as_late(operator: Operator, monkeypatch):
    merchant_id = operator.begun()
    attempt = operator.sandbox.open_window(merchant_id, 12_000)
    with monkeypatch.context() as outage:
        outage.setenv("PAYMENTS_IAMPORT_API_URL", "http://127.0.0.1:9")  # nobody listens there
        assert operator.command("cancel", merchant_id)[0] == 3
        assert operator.json("cancel", merchant_id, "--force")["payment"]["status"] == "cancelled"
    operator.sandbox.approve(attempt)
    (shown,) = operator.json("refresh", merchant_id)["payment"]["attempts"]
    assert shown["disposition"] == "late"
    run(operator.service.sweep.sweep())
    assert operator.json("show", merchant_id)["refunds"][0]["status"] == "done"
