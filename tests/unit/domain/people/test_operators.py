"""An operator's name, and how long a session lasts."""

from datetime import timedelta

import attrs
import pytest

from payments.domain.errors import BadInput
from payments.domain.people.operators import SESSION_IDLE, SESSION_LIFE
from payments.testing import NOON
from payments.testing.contracts.people import a_session, an_operator


def test_a_session_ends_after_a_day_of_work_and_after_a_pause() -> None:
    session = a_session()
    assert session.is_valid(NOON + SESSION_IDLE - timedelta(seconds=1))
    assert not session.is_valid(NOON + SESSION_IDLE)
    awake = attrs.evolve(session, seen_at=NOON + SESSION_LIFE)
    assert not awake.is_valid(NOON + SESSION_LIFE)


@pytest.mark.parametrize("name", ["", " kim", "kim\n", "k" * 61, "ki\u202em"])
def test_a_name_must_be_printable_and_short(name: str) -> None:
    with pytest.raises(BadInput):
        an_operator(name)
