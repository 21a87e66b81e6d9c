"""A cancel that works on after its answer was lost: what is compared when, and what another cancel meanwhile gets."""

from pathlib import Path
from typing import Any

import pytest
import requests
from integration.sandbox.conftest import Shop

from payments.entrypoints.sandbox import Clock, Sandbox, SandboxSettings, running_sandbox

AT_WORK = "이전 취소 요청을 처리 중입니다. 잠시 후 다시 시도해 주세요."


def lose(sandbox: Sandbox, shop: Shop, imp_uid: str, **asked: Any) -> None:
    """Ask for a cancel that is executed two minutes later, and hear nothing."""
    sandbox.faults.add("cancel:slow x1")
    with pytest.raises(requests.ConnectionError):
        shop.post("/payments/cancel", imp_uid=imp_uid, **asked)
    assert sandbox.faults.wait()


def refunded(sandbox: Sandbox, imp_uid: str) -> int:
    return int(sandbox.payment(imp_uid).cancel_amount)


@pytest.mark.fact("§4.2", "guessed", "A cancel while another is at work is refused, or executed: `cancel_at_work`.")
@pytest.mark.fact("§4.2", "guessed", "Its words: `cancel_at_work_text`.")
def test_a_cancel_while_an_earlier_one_is_at_work_is_refused(sandbox: Sandbox, shop: Shop, paid: str) -> None:
    lose(sandbox, shop, paid, amount=400, checksum=1000)
    assert shop.post("/payments/cancel", imp_uid=paid, amount=400, checksum=1000) == (200, -1, AT_WORK, None)
    assert shop.good("GET", f"/payments/{paid}?include_sandbox=true")["cancel_amount"] == 0
    sandbox.move_clock(120)
    assert refunded(sandbox, paid) == 400
    assert shop.good("POST", "/payments/cancel", json={"imp_uid": paid, "amount": 600, "checksum": 600})


def test_a_provider_that_compares_before_it_books_pays_twice(sandbox: Sandbox, shop: Shop, paid: str) -> None:
    """Why a refund that may be at work must not be sent again."""
    sandbox.settings.guesses.cancel_at_work = "executed"
    lose(sandbox, shop, paid, amount=400, checksum=1000)
    shop.good("POST", "/payments/cancel", json={"imp_uid": paid, "amount": 400, "checksum": 1000})
    sandbox.move_clock(120)
    assert refunded(sandbox, paid) == 800


def test_a_cancel_that_is_refused_on_arrival_is_answered(sandbox: Sandbox, shop: Shop, paid: str) -> None:
    sandbox.faults.add("cancel:slow")
    assert shop.post("/payments/cancel", imp_uid=paid, amount=400, checksum=999)[:2] == (200, 1)
    sandbox.move_clock(120)
    assert refunded(sandbox, paid) == 0


def test_a_cancel_at_work_that_no_longer_fits_moves_nothing(sandbox: Sandbox, shop: Shop, paid: str) -> None:
    lose(sandbox, shop, paid, amount=700)
    sandbox.console_cancel(paid, 400)
    sandbox.move_clock(120)
    assert refunded(sandbox, paid) == 400
    assert shop.good("POST", "/payments/cancel", json={"imp_uid": paid, "amount": 600}), "nothing is at work any more"


def test_a_test_need_not_wait_for_a_cancel_at_work(sandbox: Sandbox, shop: Shop, paid: str) -> None:
    lose(sandbox, shop, paid, amount=400)
    sandbox.finish_cancels()
    assert (refunded(sandbox, paid), sandbox.payment(paid).cancelled_at) == (400, sandbox.clock.now())
    sandbox.move_clock(120)
    assert refunded(sandbox, paid) == 400


@pytest.mark.fact("§4.2", "guessed", "A PG that is closed for a while refuses in words of ours: `maintenance_text`.")
def test_a_refusal_that_passes_by_itself_has_words_of_ours(sandbox: Sandbox, shop: Shop, paid: str) -> None:
    sandbox.settings.guesses.maintenance_text = "점검"
    sandbox.faults.add("cancel:maintenance x2")
    for _ in range(2):
        assert shop.post("/payments/cancel", imp_uid=paid) == (200, -1, "점검", None)
    assert shop.good("POST", "/payments/cancel", json={"imp_uid": paid})["cancel_amount"] == 1000


def test_a_cancel_at_work_survives_the_sandbox(tmp_path: Path) -> None:
    clock = Clock.stopped()
    with running_sandbox(SandboxSettings(seed=7, state=tmp_path / "state"), clock=clock) as sandbox:
        imp_uid = sandbox.open_window("order-1", 1000)
        sandbox.approve(imp_uid)
        with requests.Session() as session:
            session.trust_env = False
            shop = Shop(sandbox.url, session)
            shop.sign_in()
            lose(sandbox, shop, imp_uid, amount=400)
    with running_sandbox(SandboxSettings(seed=7, state=tmp_path / "state")) as sandbox:
        assert refunded(sandbox, imp_uid) == 0
        sandbox.move_clock(121)
        assert refunded(sandbox, imp_uid) == 400
