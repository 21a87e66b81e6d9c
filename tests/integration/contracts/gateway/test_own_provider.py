"""A gateway that was written by the guide alone keeps the promises; three careless ones break one each, by its name.

What would break it: a promise that only our own providers can keep, a guide that shows less than is needed.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from payments.domain.errors import GatewayError
from payments.domain.ports import Attempts
from payments.testing.contracts.gateway import GatewayContract

ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "examples" / "provider"
BLOCK = re.compile(r"<!-- no-run: a part of (examples/provider/\S+) -->\n```python\n(.*?)```", re.S)


@pytest.fixture(scope="module")
def example() -> Iterator[ModuleType]:
    """The example's test module, with its gateway and its provider."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(EXAMPLE))
        import test_gateway

        yield test_gateway
    for name in ("test_gateway", "gateway", "bank"):
        sys.modules.pop(name, None)


def test_the_example_passes_the_contract() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-p", "no:cacheprovider", "test_gateway.py"]
    done = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "3 skipped" in done.stdout


def swallowing(gateway: type) -> type:
    class TakesSilenceForNothing(gateway):
        async def find(self, *ids: Any) -> Any:
            try:
                return await super().find(*ids)
            except GatewayError:
                return None

    return TakesSilenceForNothing


def hurried(gateway: type) -> type:
    class ReadsTheFirstPage(gateway):
        async def attempts(self, merchant_id: Any) -> Attempts:
            return Attempts(*self.readable(self.bank.search(1, merchant_id)["rows"]))

    return ReadsTheFirstPage


def trusting(gateway: type) -> type:
    class SendsWhateverIsLeft(gateway):
        async def refund(self, refund: Any, currency: str, merchant_id: Any) -> Any:
            known = await self.find(refund.gateway_id)
            return await super().refund(attrs.evolve(refund, remainder=known.remaining), currency, merchant_id)

    return SendsWhateverIsLeft


@pytest.mark.parametrize(
    ("careless", "promise"),
    [
        (swallowing, "no answer is never an answer"),
        (hurried, "the paid attempt shows behind newer ones"),
        (trusting, "the same refund sent twice is made once"),
    ],
)
def test_a_careless_gateway_is_told_which_promise_it_breaks(
    example: ModuleType, careless: Callable[[type], type], promise: str
) -> None:
    provider = example.BehindTheBank(careless(example.BankTransfers))
    with pytest.raises((AssertionError, pytest.fail.Exception, GatewayError)) as failure:
        GatewayContract().test_gateway(provider, promise.replace(" ", "_"))
    assert failure.value.__notes__ == [f"Broken promise: {promise}."]


@pytest.mark.parametrize("page", ["provider.md", "provider.ko.md"])
def test_the_guide_shows_what_the_example_contains(page: str) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text())
    assert len(blocks) >= 4
    for file, text in blocks:
        assert signs(text) in signs((ROOT / file).read_text()), f"{page} shows what {file} does not contain"


def signs(text: str) -> str:
    """Return the text without white space: a page shows a method like a function, and is formatted so."""
    return "".join(text.split())
