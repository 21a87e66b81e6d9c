"""A webhook comes from anybody: neither its answer nor the work that it causes tells whether we know what it names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from support.api import RunningApi, api_settings, running_api

HEADERS_OF_ONE_ANSWER = ("X-Request-Id", "Date")


@contextmanager
def work_of_the_database() -> Iterator[list[str]]:
    """Yield what is asked of any database meanwhile: the first word of each statement, and each commit."""
    seen: list[str] = []

    def statement(_c: Any, _u: Any, text: str, *_: Any) -> None:
        seen.append(text.split()[0])

    def commit(_: Any) -> None:
        seen.append("COMMIT")

    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
    sa.event.listen(sa.Engine, "commit", commit)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", statement)
        sa.event.remove(sa.Engine, "commit", commit)


def told(api: RunningApi, hint: dict[str, str]) -> tuple[Any, ...]:
    """Return all that a stranger is answered, the first two statements for it, and how often something was stored."""
    with work_of_the_database() as seen:
        answer = api.post("/webhooks/iamport", hint)
    headers = {name: value for name, value in answer.headers.items() if name.title() not in HEADERS_OF_ONE_ANSWER}
    return answer.status_code, answer.content, headers, seen[:2], seen.count("COMMIT")


@pytest.fixture
def api(url: str) -> Iterator[RunningApi]:
    with running_api(settings=api_settings(url)) as running:
        yield running


def test_known_and_unknown_names_are_answered_alike_after_the_same_work(api: RunningApi) -> None:
    payment, attempt = api.paid()
    hints = {
        "both": {"imp_uid": attempt, "merchant_uid": payment["merchant_id"]},
        "only the payment": {"imp_uid": "imp_404404404404", "merchant_uid": payment["merchant_id"]},
        "only the attempt": {"imp_uid": attempt, "merchant_uid": "of-somebody-else"},
        "nothing": {"imp_uid": "imp_505505505505", "merchant_uid": "of-nobody"},
    }
    first, *others = [told(api, hint) for hint in hints.values()]
    assert first[3:] == (["SELECT", "SELECT"], 1)  # both names are looked up, and one change is stored
    assert others == [first] * len(others)
