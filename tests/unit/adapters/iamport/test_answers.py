"""What is made of an answer's status, and until when a call may take."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import attrs
import pytest

from payments.adapters.http_wire.transport import Answer, Deadline
from payments.adapters.iamport import IamportSettings
from payments.adapters.iamport.client import Client
from payments.domain.errors import Unknown
from payments.domain.values import Mode
from payments.entrypoints.blocking import run

SETTINGS = IamportSettings(key="k", secret="s", user_code="imp1", mode=Mode.TEST, deadline=7, tries=1)
GRANT = {"access_token": "t", "now": 1_767_225_600, "expired_at": 1_767_227_400}


@attrs.define
class Scripted:
    """A transport that grants a token, gives one answer to everything else, and notes the time that was left."""

    answer: Answer
    left: list[float] = attrs.Factory(list)

    async def send(self, _: str, target: str, __: Mapping[str, str], ___: bytes | None, ends: Deadline) -> Answer:
        self.left.append(ends.left)
        return an_answer(200, GRANT) if target.endswith("getToken") else self.answer

    def turn(self) -> "Turn":
        return Turn()


class Turn:
    """Nobody else calls."""

    async def take(self, _: Deadline) -> bool:
        return True

    def release(self) -> None:
        """Nobody waits."""


def an_answer(status: int, response: object) -> Answer:
    return Answer(status, json.dumps({"code": 0, "message": None, "response": response}).encode())


@pytest.mark.parametrize("status", [400, 404, 422])
def test_an_error_that_says_success_is_unknown(status: int) -> None:
    with pytest.raises(Unknown, match="success at once"):
        run(Client(SETTINGS, Scripted(an_answer(status, []))).channels())  # type: ignore[arg-type] # it never pauses


def test_asking_for_the_providers_time_ends_at_the_deadline() -> None:
    transport = Scripted(an_answer(200, None))
    assert run(Client(SETTINGS, transport).present()) == datetime(2026, 1, 1, tzinfo=UTC)  # type: ignore[arg-type]
    assert 0 < transport.left[0] <= SETTINGS.deadline
