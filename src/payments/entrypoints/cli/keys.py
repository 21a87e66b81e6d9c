"""Commands about API keys. Only hashes are kept: a key is shown once."""

from datetime import UTC, datetime

from payments.domain.access import ApiKey
from payments.domain.errors import BadInput
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, say, stored, table, told
from payments.entrypoints.cli.words import word
from payments.entrypoints.tokens import MAX_NAME, key_digest, new_key


def create(name: str, *, common: Common = DEFAULT) -> None:
    """Make an API key for a shop's server, and show it this once.

    Parameters
    ----------
    name
        Whose it is; payments' timelines tell it.
    """
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInput(f"A key's name has 1 to {MAX_NAME} characters. No key was made.")
    key, secret = new_key(name, datetime.now(UTC))
    with stored(common) as store:
        run(store.api_keys.add_key(key, key_digest(secret)))
    if common.json:
        told({"name": key.name, "prefix": key.prefix, "key": secret})
        return
    say(secret)


def list_(*, common: Common = DEFAULT) -> None:
    """List API keys, the newest first; of a key only its head is known."""
    with stored(common) as store:
        keys = run(store.api_keys.list_keys())
    if common.json:
        told({"keys": [_told(key) for key in keys]})
        return
    if not keys:
        say(word("none", common.language))
        return
    heads = [word(each, common.language) for each in ("key", "name", "made", "revoked")]
    table([heads, *([key.prefix, key.name, *_times(key, common)] for key in keys)])


def _told(key: ApiKey) -> dict[str, object]:
    return {"name": key.name, "prefix": key.prefix, "created_at": key.created_at, "revoked_at": key.revoked_at}


def _times(key: ApiKey, common: Common) -> list[str]:
    made = display.moment(key.created_at, common.language)
    return [made, display.moment(key.revoked_at, common.language) if key.revoked_at else ""]


def revoke(prefix: str, *, common: Common = DEFAULT) -> int:
    """Revoke an API key; it opens nothing from now on.

    Parameters
    ----------
    prefix
        The key's head, as `payments keys list` shows it.
    """
    with stored(common) as store:
        done = run(store.api_keys.revoke_key(prefix, datetime.now(UTC)))
    if common.json:
        told({"revoked": done})
    else:
        say(f"{prefix} is revoked." if done else f"There is no living key {prefix}. `payments keys list` shows them.")
    return 0 if done else REFUSED
