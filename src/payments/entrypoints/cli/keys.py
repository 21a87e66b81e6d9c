"""Commands about API keys. Only hashes are stored: a key is shown once."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from payments.domain.access import DEFAULT_SCOPES, ApiKey, Scope
from payments.domain.errors import BadInput
from payments.domain.people.audit import AuditAction
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, operator, print_json, say, stored, table
from payments.entrypoints.cli.words import word
from payments.entrypoints.tokens import MAX_NAME, key_digest, new_key

if TYPE_CHECKING:
    from payments.domain.ports import Store

OVERLAP_HOURS: Final = 24.0
_SPAN: Final = re.compile(r"([1-9][0-9]{0,4})([hd])")


def create(
    name: str,
    *,
    scope: Annotated[tuple[Scope, ...], Parameter(negative="")] = (),
    expires: str | None = None,
    common: Common = DEFAULT,
) -> None:
    """`payments keys create`.

    Parameters
    ----------
    name
        The name of the server that uses it. It appears in the timelines of payments.
    scope
        What the key may do; repeat it for several. Default: read and pay. admin includes the others.
    expires
        When the key expires: a span such as 90d or 12h, or a date such as 2027-06-30 (UTC). Default: never.
    """
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInput(f"A key's name must have 1 to {MAX_NAME} characters. No key was created.")
    now = datetime.now(UTC)
    key, secret = new_key(name, now, frozenset(scope) or DEFAULT_SCOPES, _expiry(expires, now))
    with stored(common) as store:
        _noted(store, AuditAction.KEY_CREATED, key.prefix, name=key.name, scopes=sorted(key.scopes))
        run(store.api_keys.add_key(key, key_digest(secret)))
    _show_new(key, secret, common)


def rotate(prefix: str, *, overlap: float = OVERLAP_HOURS, common: Common = DEFAULT) -> int:
    """`payments keys rotate`.

    Parameters
    ----------
    prefix
        The prefix of the key to replace, as `payments keys list` shows it.
    overlap
        The hours for which the old key still works.
    """
    if not 0 <= overlap <= 24 * 365:
        raise BadInput("--overlap must be between 0 and 8760 hours. No key was created.")
    now = datetime.now(UTC)
    with stored(common) as store:
        old = next((key for key in run(store.api_keys.list_keys()) if key.prefix == prefix), None)
        if old is None or not old.is_active(now):
            return _no_such_key(prefix)
        key, secret = new_key(old.name, now, old.scopes)
        _noted(store, AuditAction.KEY_CREATED, key.prefix, name=key.name, scopes=sorted(key.scopes))
        run(store.api_keys.add_key(key, key_digest(secret)))
        run(store.api_keys.expire_key(prefix, now + timedelta(hours=overlap)))
    _show_new(key, secret, common)
    return 0


def list_(*, common: Common = DEFAULT) -> None:
    """`payments keys list`."""
    with stored(common) as store:
        keys = run(store.api_keys.list_keys())
    if common.json:
        print_json({"keys": [_fields(key) for key in keys]})
        return
    if not keys:
        say(word("none", common.language))
        return
    heads = ("key", "name", "scopes", "created", "last used", "expires", "revoked")
    rows = ([key.prefix, key.name, ",".join(sorted(key.scopes)), *_times(key, common)] for key in keys)
    table([[word(each, common.language) for each in heads], *rows])


def revoke(prefix: str, *, common: Common = DEFAULT) -> int:
    """`payments keys revoke`.

    Parameters
    ----------
    prefix
        The key's prefix, as `payments keys list` shows it.
    """
    with stored(common) as store:
        _noted(store, AuditAction.KEY_REVOKED, prefix)
        done = run(store.api_keys.revoke_key(prefix, datetime.now(UTC)))
    if common.json:
        print_json({"revoked": done})
    elif done:
        say(f"{prefix} is revoked.")
    else:
        _no_such_key(prefix)
    return 0 if done else REFUSED


def _noted(store: "Store", action: AuditAction, prefix: str, **detail: object) -> None:
    from payments.entrypoints.people.wiring import trail_at_a_shell

    run(trail_at_a_shell(store).note(operator(), action, None, key=prefix, **detail))


def _expiry(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    if span := _SPAN.fullmatch(text):
        return now + timedelta(hours=int(span[1]) * (24 if span[2] == "d" else 1))
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadInput("--expires must look like 90d, 12h or 2027-06-30. No key was created.") from None
    if day <= now:
        raise BadInput("--expires must be in the future. No key was created.")
    return day


def _show_new(key: ApiKey, secret: str, common: Common) -> None:
    if common.json:
        print_json(_fields(key) | {"key": secret})
    else:
        say(secret)


def _no_such_key(prefix: str) -> int:
    say(f"There is no active API key with the prefix {prefix}. `payments keys list` shows all keys.")
    return REFUSED


def _fields(key: ApiKey) -> dict[str, object]:
    times = ("created_at", "last_used_at", "expires_at", "revoked_at")
    return {"name": key.name, "prefix": key.prefix, "scopes": sorted(key.scopes)} | {
        name: getattr(key, name) for name in times
    }


def _times(key: ApiKey, common: Common) -> list[str]:
    times = (key.created_at, key.last_used_at, key.expires_at, key.revoked_at)
    return [display.moment(time, common.language) if time else "" for time in times]
