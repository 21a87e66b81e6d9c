"""No provider's words outside its own rooms: a third provider needs a folder, settings and a line."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import payments

SOURCE = Path(payments.__file__).parent
WORDS = re.compile(
    r"imp_uid|merchant_uid|request_pay\b|user_code|requestPayment|request_payment|paymentId|transactionId|txId|iamport|portone",
    re.IGNORECASE,
)
ROOMS = (
    "adapters/iamport",
    "adapters/portone",
    "adapters/pg_rules",  # PGs are known by the provider's codes for them
    "entrypoints/providers",
    "entrypoints/sandbox",
    "entrypoints/settings",  # the names of the providers' settings
)
FILES = {
    "domain/values.py": {"iamport"},  # the name of the provider of whatever names no other
    "entrypoints/demo.py": {"*"},  # it starts both
    "entrypoints/http/static/payments.js": {"*"},  # it opens both windows
    "entrypoints/shop/words.py": {"iamport", "portone"},
    "entrypoints/cli/app.py": {"iamport", "portone"},  # what the sandbox's command serves
    "entrypoints/cli/books/reconcile.py": {"portone"},
    "entrypoints/cli/books/shadow.py": {"portone"},
    "entrypoints/guarding/channels.py": {"iamport", "portone"},  # which generation of the rules of PGs holds
    "entrypoints/django/__init__.py": {"iamport"},  # an example of settings
    "entrypoints/django/conf.py": {"iamport"},
    "entrypoints/hosts/getpaid/processors.py": {"iamport", "portone"},  # one class for each, as its registry wants
}
"""Files outside of those rooms, and the words that each may have."""


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE).as_posix()
        if path.suffix in (".py", ".js", ".html") and "swagger-ui" not in name and not name.startswith(ROOMS):
            yield name, path.read_text()


@functools.cache
def found() -> dict[str, set[str]]:
    words = {name: {word.lower() for word in WORDS.findall(text)} for name, text in sources()}
    return {name: said for name, said in words.items() if said}


def test_a_providers_words_stay_in_its_own_rooms() -> None:
    strange = {
        name: said - FILES.get(name, set())
        for name, said in found().items()
        if FILES.get(name) != {"*"} and said - FILES.get(name, set())
    }
    assert strange == {}


@pytest.mark.parametrize("name", FILES)
def test_an_exception_that_nobody_needs_is_taken_back(name: str) -> None:
    said = found().get(name, set())
    assert said
    assert FILES[name] == {"*"} or said == FILES[name]
