"""One law, two gateways: the one in dicts, and Iamport's client talking to the sandbox over a real socket.

LAWS            what a gateway promises the use cases, each a function of a Shop
Shop            a gateway with a buyer, a bank and a console at the other end, the same for both kinds
broken ones     gateways with the mistakes of hand-written integrations; each must break the law that forbids it
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import attrs
import pytest
from builders import NOON
from integration.iamport.scripted import Scripted, answered

from payments.adapters.iamport import IamportGateway, IamportSettings, wire
from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import GatewayError, NotSent, Rejected, Unknown
from payments.domain.money import Money
from payments.domain.ports import Gateway
from payments.domain.refund import BankAccount, Refund
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, MerchantId, Method, Mode, RefundId
from payments.entrypoints.blocking import run
from payments.entrypoints.sandbox.errors import WindowRefused
from payments.entrypoints.sandbox.serve import running_sandbox
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.settings import SandboxSettings

WON, MORE = Money(1000), Money(2000)
ACCOUNT = BankAccount(bank="088", number="110-123-456789", holder="홍길동")


class Shop(Protocol):
    """A gateway, one whose provider has broken down, and everybody else who can touch a payment."""

    gateway: Gateway
    in_trouble: Gateway

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        """Open a window; PaymentWindowShut where the provider does not."""

    def approve(self, gateway_id: GatewayId) -> None: ...
    def decline(self, gateway_id: GatewayId) -> None: ...
    def issue(self, gateway_id: GatewayId) -> None: ...
    def deposit(self, gateway_id: GatewayId) -> None: ...
    def console(self, gateway_id: GatewayId, amount: int) -> None: ...


class PaymentWindowShut(Exception):
    """No window opened."""


@attrs.define
class MemoryShop:
    gateway: MemoryGateway
    in_trouble: MemoryGateway

    @classmethod
    @contextlib.contextmanager
    def of(cls, kind: type[MemoryGateway]) -> Iterator["MemoryShop"]:
        in_trouble = kind()
        for method in ("prepare", "find", "attempts", "refund", "revoke", "listing"):
            in_trouble.trouble(method, Unknown("scripted"), times=100)
        yield cls(kind(page_size=3), in_trouble)

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        try:
            return self.gateway.open(merchant_id, price, method)
        except Rejected as error:
            raise PaymentWindowShut from error

    def approve(self, gateway_id: GatewayId) -> None:
        self.gateway.approve(gateway_id)

    def decline(self, gateway_id: GatewayId) -> None:
        self.gateway.decline(gateway_id)

    def issue(self, gateway_id: GatewayId) -> None:
        self.gateway.issue_deposit(gateway_id)

    def deposit(self, gateway_id: GatewayId) -> None:
        self.gateway.deposit(gateway_id)

    def console(self, gateway_id: GatewayId, amount: int) -> None:
        self.gateway.refund_in_console(gateway_id, amount)


@attrs.define
class SandboxShop:
    gateway: IamportGateway
    in_trouble: IamportGateway
    sandbox: Sandbox

    @classmethod
    @contextlib.contextmanager
    def of(cls, kind: type[IamportGateway]) -> Iterator["SandboxShop"]:
        with running_sandbox(SandboxSettings(seed=1)) as sandbox, Scripted(answered(503, b"down")) as down:
            keys: dict[str, Any] = {"key": sandbox.settings.key, "secret": sandbox.settings.secret}
            keys |= {"user_code": sandbox.settings.user_code, "mode": Mode.TEST, "page_size": 3}
            with (
                kind(IamportSettings(api_url=sandbox.url, **keys)) as gateway,
                kind(IamportSettings(api_url=down.url, tries=1, **keys)) as in_trouble,
            ):
                yield cls(gateway, in_trouble, sandbox)

    def open(self, merchant_id: str, price: Money, method: Method = Method.CARD) -> GatewayId:
        word = {Method.CARD: "card", Method.VIRTUAL_ACCOUNT: "vbank"}[method]
        amount = price.to_major()
        try:
            opened = self.sandbox.open_window(merchant_id, amount, currency=price.currency, pay_method=word)
        except WindowRefused as error:
            raise PaymentWindowShut from error
        return GatewayId(opened)

    def approve(self, gateway_id: GatewayId) -> None:
        self.sandbox.approve(gateway_id)

    def decline(self, gateway_id: GatewayId) -> None:
        self.sandbox.decline(gateway_id)

    def issue(self, gateway_id: GatewayId) -> None:
        self.sandbox.issue_vbank(gateway_id)

    def deposit(self, gateway_id: GatewayId) -> None:
        self.sandbox.deposit(gateway_id)

    def console(self, gateway_id: GatewayId, amount: int) -> None:
        self.sandbox.console_cancel(gateway_id, amount)


# The law. Merchant ids are told apart by law, so that one shop serves them all.


def found(shop: Shop, gateway_id: GatewayId) -> Report:
    report = run(shop.gateway.find(gateway_id))
    assert report is not None
    return report


def a_refund(gateway_id: GatewayId, amount: int, remainder: int, **changes: Any) -> Refund:
    facts: dict[str, Any] = {"id": RefundId(f"r_{amount}_{remainder}"), "by": "shop:x", "requested_at": NOON}
    return Refund(gateway_id=gateway_id, amount=amount, remainder=remainder, **facts | changes)


def paid(shop: Shop, merchant_id: str, price: Money = WON) -> GatewayId:
    gateway_id = shop.open(merchant_id, price)
    shop.approve(gateway_id)
    return gateway_id


def a_prepared_price_keeps_every_other_window_shut(shop: Shop) -> None:
    prepare, name = shop.gateway.prepare, MerchantId("prepared")
    run(prepare(name, WON))
    run(prepare(name, WON))  # again, as after an answer that was lost
    with pytest.raises(PaymentWindowShut):
        shop.open(name, MORE)
    with pytest.raises(PaymentWindowShut):
        shop.open(name, Money(1000, "JPY"))
    run(prepare(name, MORE))  # the price may change before it is paid
    with pytest.raises(PaymentWindowShut):
        shop.open(name, WON)
    assert shop.open(name, MORE)


def an_attempt_is_reported_as_it_stands(shop: Shop) -> None:
    a_second = timedelta(seconds=1)  # the provider knows whole ones
    before = datetime.now(UTC) - a_second
    first, second = shop.open("stands", WON), shop.open("stands", WON)
    assert found(shop, first).rank is Rank.READY
    shop.decline(first)
    declined = found(shop, first)
    assert (declined.rank, bool(declined.reason)) == (Rank.DECLINED, True)
    shop.approve(second)
    seen = found(shop, second)
    assert (seen.gateway_id, seen.merchant_id, seen.amount) == (second, "stands", WON)
    assert (seen.rank, seen.refunded, seen.mode, seen.method) == (Rank.CAPTURED, 0, Mode.TEST, "card")
    assert seen.captured_at is not None
    assert before <= seen.captured_at <= datetime.now(UTC) + a_second


def sums_in_minor_units_stay_exact(shop: Shop) -> None:
    dollars = Money(1999, "USD")
    run(shop.gateway.prepare(MerchantId("dollars"), dollars))
    gateway_id = paid(shop, "dollars", dollars)
    assert found(shop, gateway_id).amount == dollars
    after = run(shop.gateway.refund(a_refund(gateway_id, 1, 1999), "USD"))
    assert (after.refunded, after.remaining) == (1, 1998)


def what_the_provider_does_not_know_is_none(shop: Shop) -> None:
    assert run(shop.gateway.find(GatewayId("imp_000000000000"))) is None
    assert list(run(shop.gateway.attempts(MerchantId("nobody")))) == []


def the_paid_attempt_shows_behind_newer_ones(shop: Shop) -> None:
    early, late = shop.open("hidden", WON), shop.open("hidden", WON)
    others = [shop.open("hidden", WON) for _ in range(5)]  # more than a page of them
    shop.approve(early)
    seen = {report.gateway_id: report.rank for report in run(shop.gateway.attempts(MerchantId("hidden")))}
    assert seen == {early: Rank.CAPTURED} | dict.fromkeys([late, *others], Rank.READY)


def a_refund_with_a_stale_remainder_moves_nothing(shop: Shop) -> None:
    gateway_id = paid(shop, "stale")
    shop.console(gateway_id, 400)
    with pytest.raises(Rejected):
        run(shop.gateway.refund(a_refund(gateway_id, 300, 1000), "KRW"))
    assert found(shop, gateway_id).refunded == 400
    assert run(shop.gateway.refund(a_refund(gateway_id, 300, 600), "KRW")).refunded == 700


def the_same_refund_sent_twice_is_made_once(shop: Shop) -> None:
    gateway_id = paid(shop, "twice")
    refund = a_refund(gateway_id, 300, 1000)
    run(shop.gateway.refund(refund, "KRW"))
    with pytest.raises(Rejected):
        run(shop.gateway.refund(refund, "KRW"))
    assert found(shop, gateway_id).refunded == 300


def refunds_add_up_and_are_recognised_in_the_history(shop: Shop) -> None:
    gateway_id = paid(shop, "parts")
    parts = [a_refund(gateway_id, 300, 1000), a_refund(gateway_id, 200, 700), a_refund(gateway_id, 500, 500)]
    for number, part in enumerate(parts, 1):
        seen = run(shop.gateway.refund(part, "KRW"))
        assert seen.refunded == sum(p.amount for p in parts[:number])
        assert seen.rank is (Rank.CANCELLED if number == len(parts) else Rank.CAPTURED)
        assert [any(p.recognises(told) for told in seen.refunds) for p in parts[:number]] == [True] * number
    assert found(shop, gateway_id) == seen
    assert len({told.provider_id for told in seen.refunds}) == len(parts)
    with pytest.raises(Rejected):
        run(shop.gateway.refund(a_refund(gateway_id, 1, 0), "KRW"))


def all_of_it_goes_back_at_once(shop: Shop) -> None:
    gateway_id = paid(shop, "whole")
    assert run(shop.gateway.refund(a_refund(gateway_id, 1000, 1000), "KRW")).rank is Rank.CANCELLED


def more_than_is_left_is_refused(shop: Shop) -> None:
    gateway_id = paid(shop, "more")
    with pytest.raises(Rejected):
        run(shop.gateway.refund(a_refund(gateway_id, 1001, 1000), "KRW"))
    assert found(shop, gateway_id).refunded == 0


def where_nothing_was_taken_nothing_is_refunded(shop: Shop) -> None:
    for gateway_id in (shop.open("unpaid", WON), GatewayId("imp_000000000000")):
        with pytest.raises(Rejected):
            run(shop.gateway.refund(a_refund(gateway_id, 1000, 1000), "KRW"))


def a_deposit_waits_is_paid_and_goes_back_to_an_account(shop: Shop) -> None:
    gateway_id = shop.open("deposit", WON, Method.VIRTUAL_ACCOUNT)
    shop.issue(gateway_id)
    waiting = found(shop, gateway_id)
    assert waiting.deposit is not None
    assert (waiting.rank, waiting.method) == (Rank.READY, "virtual_account")
    assert waiting.deposit.due > datetime.now(UTC)
    shop.deposit(gateway_id)
    seen = found(shop, gateway_id)
    assert (seen.rank, seen.deposit) == (Rank.CAPTURED, None)
    with pytest.raises(Rejected):
        run(shop.gateway.refund(a_refund(gateway_id, 1000, 1000), "KRW"))
    back = run(shop.gateway.refund(a_refund(gateway_id, 1000, 1000, account=ACCOUNT), "KRW"))
    assert back.rank is Rank.CANCELLED


def a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked(shop: Shop) -> None:
    waiting, window = shop.open("revoked", WON, Method.VIRTUAL_ACCOUNT), shop.open("revoked", WON)
    shop.issue(waiting)
    assert run(shop.gateway.revoke(waiting)).rank is Rank.DECLINED
    for gateway_id in (waiting, window, GatewayId("imp_000000000000")):
        with pytest.raises(Rejected):
            run(shop.gateway.revoke(gateway_id))
    assert found(shop, waiting).rank is Rank.DECLINED


def the_list_visits_each_attempt_whatever_became_of_it(shop: Shop) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    opened = [shop.open(f"listed-{number}", WON) for number in range(8)]
    shop.approve(opened[1])
    shop.decline(opened[2])
    shop.approve(opened[3])
    shop.console(opened[3], 1000)
    until = datetime.now(UTC) + timedelta(seconds=1)
    first = run(shop.gateway.listing(before, until, 1))
    assert first.pages >= 3
    pages = [run(shop.gateway.listing(before, until, number)) for number in range(first.pages, 0, -1)]
    ranks = {report.gateway_id: report.rank for page in pages for report in page.reports}
    changed = {1: Rank.CAPTURED, 2: Rank.DECLINED, 3: Rank.CANCELLED}
    expected = {gateway_id: changed.get(number, Rank.READY) for number, gateway_id in enumerate(opened)}
    assert {gateway_id: ranks.get(gateway_id) for gateway_id in opened} == expected
    assert all(page.skipped == () for page in pages)


def beyond_the_last_page_and_in_a_quiet_hour_the_list_is_empty(shop: Shop) -> None:
    now = datetime.now(UTC)
    shop.open("quiet", WON)
    assert run(shop.gateway.listing(now - timedelta(minutes=1), now + timedelta(seconds=1), 99)).reports == ()
    quiet = run(shop.gateway.listing(now - timedelta(days=80), now - timedelta(days=79), 1))
    assert (quiet.reports, quiet.pages) == ((), 0)


def no_answer_is_never_an_answer(shop: Shop) -> None:
    gateway, name, known = shop.in_trouble, MerchantId("m"), GatewayId("imp_1")
    questions: Sequence[Callable[[], Any]] = (
        lambda: gateway.prepare(name, WON),
        lambda: gateway.find(known),
        lambda: gateway.attempts(name),
        lambda: gateway.refund(a_refund(known, 1, 1), "KRW"),
        lambda: gateway.revoke(known),
        lambda: gateway.listing(NOON, NOON, 1),
    )
    for question in questions:
        with pytest.raises((Unknown, NotSent)):
            run(question())


LAWS: dict[str, Callable[[Shop], None]] = {
    law.__name__: law
    for law in (
        a_prepared_price_keeps_every_other_window_shut,
        an_attempt_is_reported_as_it_stands,
        sums_in_minor_units_stay_exact,
        what_the_provider_does_not_know_is_none,
        the_paid_attempt_shows_behind_newer_ones,
        a_refund_with_a_stale_remainder_moves_nothing,
        the_same_refund_sent_twice_is_made_once,
        refunds_add_up_and_are_recognised_in_the_history,
        all_of_it_goes_back_at_once,
        more_than_is_left_is_refused,
        where_nothing_was_taken_nothing_is_refunded,
        a_deposit_waits_is_paid_and_goes_back_to_an_account,
        a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked,
        the_list_visits_each_attempt_whatever_became_of_it,
        beyond_the_last_page_and_in_a_quiet_hour_the_list_is_empty,
        no_answer_is_never_an_answer,
    )
}


@pytest.fixture(scope="module")
def memory() -> Iterator[Shop]:
    with MemoryShop.of(MemoryGateway) as shop:
        yield shop


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Shop]:
    with SandboxShop.of(IamportGateway) as shop:
        yield shop


@pytest.mark.parametrize("kind", ["memory", "sandbox"])
@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_contract(request: pytest.FixtureRequest, kind: str, law: Callable[[Shop], None]) -> None:
    law(request.getfixturevalue(kind))


# Gateways with the mistakes of hand-written integrations, and the law that each must break.


class OnlyTheNewest(IamportGateway):
    async def attempts(self, merchant_id: MerchantId) -> Sequence[Report]:
        return (await super().attempts(merchant_id))[-1:]


class OnlyTheFirstPage(IamportGateway):
    def _attempts_page(self, *args: Any) -> wire.Page:
        return attrs.evolve(super()._attempts_page(*args), next=0)


class WithoutChecksum(IamportGateway):
    async def refund(self, refund: Refund, currency: str) -> Report:
        body = wire.cancel_body(refund, currency)
        with pytest.MonkeyPatch.context() as patched:
            without = {name: value for name, value in body.items() if name != "checksum"}
            patched.setattr(wire, "cancel_body", lambda *_: without)
            return await super().refund(refund, currency)


class MinorUnitsOnTheWire(IamportGateway):
    async def refund(self, refund: Refund, _: str) -> Report:
        return await super().refund(refund, "KRW")


class SwallowsTrouble(IamportGateway):
    async def find(self, gateway_id: GatewayId) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id)
        return None


class KeepsTheFirstPrice(IamportGateway):
    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        with contextlib.suppress(Rejected):
            self._register("POST", merchant_id, price, self._deadline())


class MemoryWithoutChecksum(MemoryGateway):
    async def refund(self, refund: Refund, currency: str) -> Report:
        report = await self.find(refund.gateway_id)
        stale = attrs.evolve(refund, remainder=report.remaining) if report else refund
        return await super().refund(stale, currency)


class MemoryOnlyTheNewest(MemoryGateway):
    async def attempts(self, merchant_id: MerchantId) -> Sequence[Report]:
        return (await super().attempts(merchant_id))[-1:]


class MemorySwallowsTrouble(MemoryGateway):
    async def find(self, gateway_id: GatewayId) -> Report | None:
        with contextlib.suppress(GatewayError):
            return await super().find(gateway_id)
        return None


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (OnlyTheNewest, the_paid_attempt_shows_behind_newer_ones),
        (OnlyTheFirstPage, the_paid_attempt_shows_behind_newer_ones),
        (WithoutChecksum, a_refund_with_a_stale_remainder_moves_nothing),
        (WithoutChecksum, the_same_refund_sent_twice_is_made_once),
        (MinorUnitsOnTheWire, sums_in_minor_units_stay_exact),
        (SwallowsTrouble, no_answer_is_never_an_answer),
        (KeepsTheFirstPrice, a_prepared_price_keeps_every_other_window_shut),
        (MemoryOnlyTheNewest, the_paid_attempt_shows_behind_newer_ones),
        (MemoryWithoutChecksum, a_refund_with_a_stale_remainder_moves_nothing),
        (MemorySwallowsTrouble, no_answer_is_never_an_answer),
    ],
)
def test_a_broken_gateway_breaks_the_law(broken: type, law: Callable[[Shop], None]) -> None:
    shops = MemoryShop if issubclass(broken, MemoryGateway) else SandboxShop
    with shops.of(broken) as shop:
        healthy: list[str] = []
        with contextlib.suppress(AssertionError, pytest.fail.Exception, GatewayError):
            law(shop)
            healthy.append(law.__name__)
        assert healthy == []
