"""What a channel and an amount make of a window, and of the payment in it."""

import socket

import pytest
import requests
from support.patience import EVENTUALLY

from payments.entrypoints.sandbox import Sandbox, WindowRefused

THIRTY_DAYS = 30 * 24 * 3600


@pytest.mark.fact("§7.2", "documented", "`pg` is a provider, or a provider and its MID; `channelKey` names a channel.")
@pytest.mark.fact("§7.2", "documented", "A `pg` that the store does not have opens its default channel.")
def test_a_window_opens_on_the_channel_it_names(sandbox: Sandbox) -> None:
    asked = {
        "kakaopay": {"pg": "kakaopay"},
        "html5_inicis INIBillTst": {"pg": "html5_inicis.INIBillTst"},
        "nice_v2": {"channelKey": "channel-key-nice-v2", "pg": "kakaopay"},
        "html5_inicis INIpayTest": {"pg": "nowhere.MID"},
        "html5_inicis INIpayTest ": {},
    }
    for number, (expected, params) in enumerate(asked.items()):
        row = sandbox.payment(sandbox.open_window(f"o-{number}", 1000, **params))
        assert f"{row.pg_provider} {row.pg_id}".startswith(expected.strip())
    with pytest.raises(WindowRefused, match="channelKey"):
        sandbox.open_window("o-9", 1000, channelKey="none")


@pytest.mark.fact("§5", "observed", "Kakao Pay's own channel answers the method `card`, with no brand beside it.")
@pytest.mark.fact("§5", "documented", "A transfer has a bank and no card, a card payment a card and no bank.")
def test_a_payment_has_the_fields_of_its_method(sandbox: Sandbox) -> None:
    kakao = sandbox.approve(sandbox.open_window("o-1", 1000, pg="kakaopay"), "kakaopay")
    assert (kakao.pay_method, kakao.emb_pg_provider) == ("card", None)
    transfer = sandbox.approve(sandbox.open_window("o-2", 1000), "trans", bank_code="004")
    assert (transfer.pay_method, transfer.bank_name, transfer.card_code) == ("trans", "KB국민은행", None)
    assert (kakao.bank_code, kakao.card_name) == (None, "BC카드")


@pytest.mark.fact("§5", "documented", "Toss Payments names no holder of an account.")
@pytest.mark.fact("§7.2", "documented", "An account waits 30 days unless `vbank_due` says otherwise.")
def test_an_account_waits_thirty_days(sandbox: Sandbox) -> None:
    inicis, toss = (
        sandbox.issue_vbank(sandbox.open_window(pg, 1000, pg=pg)) for pg in ("html5_inicis", "tosspayments")
    )
    assert (inicis.vbank_date - inicis.vbank_issued_at, inicis.vbank_issued_at) == (THIRTY_DAYS, sandbox.clock.now())
    assert (inicis.vbank_holder, toss.vbank_holder) == (sandbox.settings.shop_name, None)
    dated = sandbox.issue_vbank(sandbox.open_window("o-3", 1000, vbank_due="2023-11-20"))
    assert dated.vbank_date == 1_700_492_399, "the last second of that day in Korea"


@pytest.mark.fact("§7.2", "documented", "Instalments are offered from 50,000 won on.")
@pytest.mark.parametrize(("amount", "offered"), [(49_999, False), (50_000, True)])
def test_instalments_are_offered_from_fifty_thousand_won(sandbox: Sandbox, amount: int, offered: bool) -> None:
    imp_uid = sandbox.open_window("o-1", amount)
    with requests.get(f"{sandbox.url}/_sandbox/windows/{imp_uid}", timeout=EVENTUALLY) as page:
        assert ('id="quota"' in page.text) is offered


@pytest.mark.fact("§7.5", "documented", "A shop that does not answer in time fails the payment.")
def test_a_shop_that_is_silent_before_the_approval_stops_it(sandbox: Sandbox) -> None:
    sandbox.settings.confirm_timeout = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/confirm"
        row = sandbox.approve(sandbox.open_window("o-1", 1000, confirm_url=url))
    assert (row.status, row.paid_at) == ("failed", 0)
    assert "알 수 없음" in str(row.fail_reason)


@pytest.mark.fact("§5", "documented", "Every payment says whether it was made through a test channel.")
@pytest.mark.fact("§5.1", "documented", "Each window that opens is a payment of its own, several to an order.")
def test_each_window_is_a_payment(sandbox: Sandbox, shop) -> None:
    uids = {sandbox.open_window("o-1", 1000) for _ in range(3)}
    rows = shop.good("GET", "/payments/findAll/o-1")["list"]
    assert {row["imp_uid"] for row in rows} == uids
    assert {(row["status"], row["sandbox"]) for row in rows} == {("ready", True)}
