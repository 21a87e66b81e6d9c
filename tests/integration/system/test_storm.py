"""A storm: our product, its SQLite store and its sweep, beside a provider that does everything badly at once.

Each round plays shops, buyers, banks and consoles from a seed while faults strike calls and webhooks. Then the faults
stop, the sweep runs as time goes by and the provider's list is walked; after that both sides' books agree. What would
break it: a refund sent twice, an answer believed that was none, money that no sweep finds.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from support.api import serving
from support.patience import EVENTUALLY
from support.rounds import rounds
from support.system.actors import SHOP, ShiftedClock, use_cases_of, v2_of
from support.system.agreement import check_agreement
from typed_settings import Secret

from payments.domain.errors import PaymentsError
from payments.domain.money import Money
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.wiring import UseCases
from payments.domain.values import Caller, GatewayId, MerchantId, Method, Offer, RefundId
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.http.app import http_app
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox, SandboxSettings, running_sandbox
from payments.entrypoints.sandbox.errors import CallRefused, NotPossible, WindowRefused
from payments.entrypoints.sandbox.faults.fault import faults_of
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.settings import (
    ChannelOptions,
    DatabaseSettings,
    HttpSettings,
    IamportOptions,
    PortOneOptions,
    Settings,
)

ROUNDS = rounds(ci=8, soak=200)
V2_ROUNDS = rounds(ci=3, soak=100)
STEPS = 150
PRICE = 12_000
DEADLINE = 0.3  # seconds that one operation of ours may take; delays outlast it
HEALING = (60.0, 900.0, 4_000.0, 9_000.0, 20_000.0)  # seconds ahead at which the sweep runs again

STORM = ",".join(
    (
        *(f"*:{fault}@2%" for fault in ("refuse", "drop", "cut", "delay=0.45", "delay-done=0.45", "drip=0.01")),
        *(f"*:{fault}@2%" for fault in ("500", "503-done", "html", "html-done", "truncated", "garbage")),
        *(f"*:{fault}@3%" for fault in ("missing", "ill-typed", "token", "stale", "stale=2")),
        *(f"*:{fault}@12%" for fault in ("late-approval", "late-approval-done")),
        *(f"*:{fault}@4%" for fault in ("second-tab", "second-tab-done")),
        *(f"*:{fault}@4%" for fault in ("console-refund=700", "console-refund-done=900")),
        *(f"webhook:{fault}@15%" for fault in ("drop", "late=30", "twice", "reordered", "forged", "forged=stranger")),
    )
)
TWO_CAPTURES = ("second-tab", "late-approval")
ONE_CAPTURE = ",".join(fault for fault in STORM.split(",") if not fault[2:].startswith(TWO_CAPTURES))
"""What happens at V2 too: it takes one payment's money once, which is why its cancel names no attempt."""
AGAINST = (PaymentsError, NotPossible, CallRefused, WindowRefused)
"""What a step may come to while the storm lasts; anything else is a bug."""


@attrs.define
class Storm:
    """The people of one round, and the chance that moves them."""

    sandbox: Sandbox
    use_cases: UseCases
    patient: UseCases
    """The same, with time enough for every answer: a slow machine is no fault of ours."""
    clock: ShiftedClock
    chance: random.Random
    methods: tuple[Method, ...] = (Method.CARD,)
    begun: list[MerchantId] = attrs.field(factory=list)
    asked: int = 0

    @property
    def checkout(self) -> Checkout:
        return self.use_cases.checkout

    def row(self, *statuses: str) -> PaymentRow:
        """Return one of the provider's payments in one of *statuses*."""
        rows = [row for uid in self.begun for row in self.sandbox.payments(uid) if row.status in statuses]
        if not rows:
            raise NotPossible("there is none")
        return self.chance.choice(rows)

    def begin(self) -> None:
        order = f"order-{self.chance.randrange(1_000_000)}"
        offer, method = Offer("멤버십", Money(PRICE)), self.chance.choice(self.methods)
        for _ in range(2):  # a shop tries once more, and then leaves it
            try:
                run(self.checkout.begin("buyer", order, offer, method, SHOP))
            except PaymentsError:
                continue
            finally:
                live = run(self.checkout.payments.live("buyer", order))
                if live and live.merchant_id not in self.begun:
                    self.begun.append(live.merchant_id)

    def open(self) -> None:
        uid = self.chance.choice(self.begun)
        at_v2 = run(self.checkout.payments.get(uid)).provider == "portone"
        (self.sandbox.portone if at_v2 else self.sandbox).open_window(uid, PRICE)

    def approve(self) -> None:
        self.sandbox.approve(self.row("ready").imp_uid)

    def decline(self) -> None:
        self.sandbox.decline(self.row("ready").imp_uid)

    def leave(self) -> None:
        self.sandbox.leave(self.row("ready").imp_uid)

    def refund_in_the_console(self) -> None:
        self.sandbox.console_cancel(self.row("paid", "cancelled").imp_uid, self.chance.choice((None, 300)))

    def complete(self) -> None:
        row = self.row("ready", "paid", "failed", "cancelled")
        run(self.checkout.complete(Caller.buyer("buyer"), MerchantId(row.merchant_uid), GatewayId(row.imp_uid)))

    def abandon(self) -> None:
        run(self.checkout.abandon(Caller.buyer("buyer"), self.chance.choice(self.begun)))

    def cancel(self) -> None:
        run(self.checkout.cancel(Caller.buyer("buyer"), self.chance.choice(self.begun)))

    def refund(self) -> None:
        self.asked += 1
        order = RefundOrder(reason="storm", amount=self.chance.choice((1_000, 4_000, None)))
        uid = self.chance.choice(self.begun)
        run(self.use_cases.refunds.refund(SHOP, uid, order, RefundId(f"{uid[-20:]}-{self.asked}")))

    def sweep_now(self) -> None:
        self.clock.ahead += timedelta(seconds=self.chance.choice((10, 60, 600)))
        run(self.use_cases.sweep.sweep())

    def reconcile(self) -> None:
        run(self.use_cases.reconciliation.recent())

    def rage(self) -> None:
        """Let everybody do what chance has them do."""
        often = (self.begin, self.open, self.approve, self.complete, self.refund)
        sometimes = (self.decline, self.abandon, self.sweep_now, self.refund_in_the_console)
        deeds = (*often * 4, *sometimes * 2, self.leave, self.cancel, self.reconcile)
        for _ in range(STEPS):
            with suppress(*AGAINST):
                deed = self.chance.choice(deeds) if self.begun else self.begin
                deed()

    def calm(self) -> None:
        """Stop the faults, let what they have left behind arrive, and let the sweep run as time goes by."""
        self.sandbox.faults.clear()
        assert self.sandbox.faults.wait(EVENTUALLY)
        self.sandbox.move_clock(120)
        assert self.sandbox.webhooks.wait(EVENTUALLY)
        start = self.clock.ahead
        for ahead in HEALING:
            self.clock.ahead = start + timedelta(seconds=ahead)
            now = self.clock.now()
            walked = run(self.patient.reconciliation.between(now - timedelta(days=1), now))
            assert not walked.troubles, walked.troubles
            while (swept := run(self.patient.sweep.sweep())).visited:
                assert not swept.troubles, swept.troubles


def ours(database: str, sandbox: Sandbox, deadline: float) -> Settings:
    v2, keys = v2_of(sandbox), {"key": Secret(KEY), "secret": Secret(SECRET), "user_code": USER_CODE}
    kakaopay = ChannelOptions(name="v2", provider="portone", channel_key=v2["channel_key"], methods=(Method.KAKAOPAY,))
    return Settings(
        database=DatabaseSettings(url=database, create=True),
        iamport=IamportOptions(**keys, api_url=sandbox.url, deadline=deadline),
        portone=PortOneOptions(**v2, deadline=deadline),
        channels=(kakaopay,),
        http=HttpSettings(secret=Secret("s" * 32), threads=4),
    )


@contextmanager
def a_storm(seed: int, database: str, *methods: Method) -> Iterator[Storm]:
    settings = SandboxSettings(seed=seed)
    with running_sandbox(settings) as sandbox:
        hasty, patient = ours(database, sandbox, DEADLINE), ours(database, sandbox, EVENTUALLY)
        with opened(hasty) as service, opened(patient) as healing:
            use_cases, clock = use_cases_of(service)
            with serving(http_app(attrs.evolve(service, use_cases=use_cases))) as url:
                settings.webhook_url = f"{url}/webhooks/iamport"
                settings.portone.webhook_url = f"{url}/webhooks/portone"
                patient, _ = use_cases_of(healing, clock)
                yield Storm(sandbox, use_cases, patient, clock, random.Random(seed), methods or (Method.CARD,))


def weathered(storm: Storm, faults: str = STORM) -> set[str]:
    """Go through one storm; return the faults that struck."""
    storm.begin()
    armed = storm.sandbox.faults.add(faults)
    storm.rage()
    storm.calm()
    for merchant_id in storm.begun:
        check_agreement(storm.checkout, storm.sandbox, merchant_id)
    return {str(one.fault) for one in armed if one.applied}


@pytest.mark.slow
def test_the_books_agree_after_a_storm_of_all_faults(tmp_path: Path) -> None:
    struck: set[str] = set()
    for seed in range(ROUNDS):
        with a_storm(seed, f"sqlite:///{tmp_path / f'{seed}.db'}") as storm:
            struck |= weathered(storm)
    assert struck == {str(fault) for fault in faults_of(STORM)}, "each fault has struck"


@pytest.mark.slow
@pytest.mark.parametrize("methods", [(Method.KAKAOPAY,), (Method.CARD, Method.KAKAOPAY)], ids=["v2", "both"])
def test_the_books_agree_after_a_storm_at_v2_and_at_both_generations(
    tmp_path: Path, methods: tuple[Method, ...]
) -> None:
    struck: set[str] = set()
    for seed in range(V2_ROUNDS):
        with a_storm(seed, f"sqlite:///{tmp_path / f'{seed}.db'}", *methods) as storm:
            struck |= weathered(storm, ONE_CAPTURE)
            assert any(run(storm.checkout.payments.get(uid)).provider == "portone" for uid in storm.begun)
    assert len(struck) > len(faults_of(ONE_CAPTURE)) / 2
