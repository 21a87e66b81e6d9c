"""The pytest plugin: a local Iamport for the tests of a shop. pytest finds it once `payments-kr[sandbox]` is installed.

iamport_sandbox            a running sandbox of this test's own
iamport_sandbox_settings   override it to say how that behaves; `@pytest.mark.iamport_sandbox(seed=7)`: one test's own
paid_payment               makes payments that a buyer opened and paid
lost_webhook               no webhook of this test arrives, until it says so
sandbox_clock              the sandbox's time, which the test moves
portone_sandbox            PortOne V2 of the same sandbox
paid_v2_payment            makes V2 payments that a buyer opened and paid

Nothing of the sandbox is loaded before a test asks for one of them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from decimal import Decimal

    from payments.entrypoints.sandbox import Sandbox, SandboxSettings
    from payments.entrypoints.sandbox.portone.portone import PortOne

MARKER = "iamport_sandbox"
WEBHOOK_SECONDS = 10.0
NOT_INSTALLED = (
    "The Iamport sandbox cannot start: {} is missing. Install it with its extra: pip install 'payments-kr[sandbox]'"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    about = "settings of this test's sandbox, over those of the iamport_sandbox_settings fixture"
    config.addinivalue_line("markers", f"{MARKER}(**settings): {about}")


@pytest.fixture
def iamport_sandbox_settings() -> "SandboxSettings | Mapping[str, Any]":
    """Override this to settle how the sandbox behaves: a SandboxSettings, or a dict of some of its fields."""
    return {}


@pytest.fixture
def iamport_sandbox(
    request: pytest.FixtureRequest, iamport_sandbox_settings: "SandboxSettings | Mapping[str, Any]"
) -> Iterator["Sandbox"]:
    """A local Iamport on a free port of this machine: `url` is where, `settings.key` and `.secret` open it.

    The methods of the sandbox play everybody else: the buyer, the bank, the console, the PG.
    """
    try:
        from payments.entrypoints.sandbox import running_sandbox
    except ImportError as error:
        raise pytest.UsageError(NOT_INSTALLED.format(error.name)) from error
    marked = [mark.kwargs for mark in request.node.iter_markers(MARKER)]  # the nearest comes first
    with running_sandbox(_settings(iamport_sandbox_settings, *reversed(marked))) as sandbox:
        yield sandbox


def _settings(given: "SandboxSettings | Mapping[str, Any]", *marked: Mapping[str, Any]) -> "SandboxSettings":
    import attrs

    from payments.entrypoints.sandbox import SandboxSettings

    plain = SandboxSettings(hide_sandbox_payments=False)  # a shop asks about its live payments without include_sandbox
    base, said = (given, ()) if isinstance(given, SandboxSettings) else (plain, given)
    changes = {name: value for each in (said, *marked) for name, value in dict(each).items()}
    known = {field.name for field in attrs.fields(SandboxSettings)}
    if unknown := ", ".join(sorted(changes.keys() - known)):
        raise pytest.UsageError(f"the sandbox has no setting {unknown}; there are: {', '.join(sorted(known))}")
    guesses = changes.pop("guesses", base.guesses)
    if isinstance(guesses, Mapping):
        guesses = attrs.evolve(base.guesses, **guesses)
    portone = changes.pop("portone", base.portone)
    if isinstance(portone, Mapping):
        portone = attrs.evolve(base.portone, **portone)
    portone = attrs.evolve(portone, guesses=attrs.evolve(portone.guesses))
    # copies: no test changes another's
    return attrs.evolve(base, **changes, guesses=attrs.evolve(guesses), portone=portone)


class PaidPayment(NamedTuple):
    """A payment that was paid; `amount` is what the shop asked for, in the currency's own unit (won)."""

    imp_uid: str
    merchant_uid: str
    amount: "int | Decimal"


PayingBuyer = Callable[..., PaidPayment]


@pytest.fixture
def paid_payment(iamport_sandbox: "Sandbox") -> PayingBuyer:
    """Pay as a buyer would: `paid_payment(12_000)`, `paid_payment(500, "order-7", method="vbank", pg="kakaopay")`.

    More keywords are those of `IMP.request_pay`. A payment that does not get paid fails the test. The shop has answered
    its webhook, or had *wait* seconds for it: pass `wait=0` where the shop runs in the test's own event loop.
    """

    def pay(
        amount: "int | Decimal" = 1000,
        merchant_uid: str = "",
        *,
        method: str = "card",
        wait: float = WEBHOOK_SECONDS,
        **params: Any,
    ) -> PaidPayment:
        order = merchant_uid or f"sandbox-order-{len(list(iamport_sandbox.book.all())) + 1}"
        imp_uid = iamport_sandbox.open_window(order, amount, **params)
        if method == "vbank":
            iamport_sandbox.issue_vbank(imp_uid)
            row = iamport_sandbox.deposit(imp_uid)
            iamport_sandbox.webhooks.wait(wait, imp_uid)
        else:
            row = iamport_sandbox.approve(imp_uid, method, wait=wait)
        if row.status != "paid":
            pytest.fail(f"{order} was not paid: {row.fail_reason}", pytrace=False)
        return PaidPayment(imp_uid, order, amount)

    return pay


@pytest.fixture
def portone_sandbox(iamport_sandbox: "Sandbox") -> "PortOne":
    """PortOne V2 of this test's sandbox: `url` is where, `settings.secret` and `settings.store_id` open it.

    `portone_sandbox.open_window("order-1", 12_000)` returns a transaction id; `iamport_sandbox.approve`, `decline`,
    `deposit`, ... act on it.
    """
    return iamport_sandbox.portone


class PaidV2Payment(NamedTuple):
    """A V2 payment that was paid; `amount` is in minor units."""

    payment_id: str
    transaction_id: str
    amount: int


@pytest.fixture
def paid_v2_payment(iamport_sandbox: "Sandbox") -> Callable[..., PaidV2Payment]:
    """Pay as a buyer would: `paid_v2_payment(12_000)`, `paid_v2_payment(1099, "order-7", currency="USD")`.

    More keywords are those of `PortOne.requestPayment`. The shop has answered its webhooks, or had *wait* seconds.
    """

    def pay(
        amount: int = 1000, payment_id: str = "", *, method: str = "card", wait: float = WEBHOOK_SECONDS, **params: Any
    ) -> PaidV2Payment:
        order = payment_id or f"sandbox-payment-{len(iamport_sandbox.book.past) + 1}"
        transaction_id = iamport_sandbox.portone.open_window(order, amount, **params)
        row = iamport_sandbox.approve(transaction_id, method, wait=wait)
        if row.status != "paid":
            pytest.fail(f"{order} was not paid: {row.fail_reason}", pytrace=False)
        return PaidV2Payment(order, transaction_id, amount)

    return pay


class LostWebhooks:
    """The webhooks that did not arrive."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        (self._fault,) = sandbox.faults.add("webhook:drop")

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What they would have said, oldest first."""
        return [dict(delivery.body) for delivery in self._deliveries()]

    def arrive(self, timeout: float = 45) -> None:
        """Let them arrive after all, and lose no more. Raises TimeoutError if the shop does not answer in *timeout*."""
        self._sandbox.faults.remove(self._fault.number)
        sent = [self._sandbox.webhooks.again(lost) for lost in self._deliveries()]
        if not all(delivery.wait(timeout) for delivery in sent):
            raise TimeoutError(f"the shop took more than {timeout} s for a webhook")

    def _deliveries(self) -> list[Any]:
        return [sent for sent in self._sandbox.webhooks.deliveries if "drop" in sent.fault.split(" + ")]


@pytest.fixture
def lost_webhook(iamport_sandbox: "Sandbox") -> LostWebhooks:
    """Lose every webhook of this test; its `bodies` say which, `arrive()` sends them after all."""
    return LostWebhooks(iamport_sandbox)


class SandboxClock:
    """The sandbox's time: it runs with the real one until it is moved or stopped, and never goes back."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def now(self) -> int:
        """Return the time in UNIX seconds."""
        return self._sandbox.clock.now()

    def move(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> int:
        """Go ahead; whatever falls due on the way happens: schedules, deadlines, webhooks that come late.

        Returns the new time in UNIX seconds. Raises ValueError for a step back.
        """
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._sandbox.move_clock(step.total_seconds())

    def stop(self) -> None:
        """Stop the clock; `move` still works."""
        self._sandbox.clock.stop()

    def run(self) -> None:
        """Start the clock again at its present time."""
        self._sandbox.clock.run()


@pytest.fixture
def sandbox_clock(iamport_sandbox: "Sandbox") -> SandboxClock:
    """The clock of this test's sandbox."""
    return SandboxClock(iamport_sandbox)
