"""A token's answer is used only if it can be sent, and lives for a known time."""

import pytest
from unit.adapters.iamport.rows import as_read

from payments.adapters.iamport import wire
from payments.domain.errors import Unknown


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "토큰", "a" * 1001, 5, None], ids=str)
def test_a_token_that_would_break_a_header_is_not_used(token: object) -> None:
    with pytest.raises(Unknown):
        wire.grant(as_read({"access_token": token, "now": 100, "expired_at": 1900}))


@pytest.mark.parametrize(("now", "expired_at"), [(1900, 100), (0, 10**9), (None, 1), ("1", "2")], ids=str)
def test_a_token_without_a_lifetime_is_not_used(now: object, expired_at: object) -> None:
    with pytest.raises(Unknown):
        wire.grant(as_read({"access_token": "a" * 40, "now": now, "expired_at": expired_at}))


def test_a_token_is_not_shown() -> None:
    granted = wire.grant(as_read({"access_token": "s3cret", "now": 100, "expired_at": 1900}))
    assert granted.life == 1800
    assert "s3cret" not in repr(granted)
