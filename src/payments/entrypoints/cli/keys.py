"""Commands about API keys. Only hashes are stored: a key is shown once."""

from datetime import UTC, datetime

from payments.domain.access import ApiKey
from payments.domain.errors import BadInput
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say, stored, table
from payments.entrypoints.cli.words import word
from payments.entrypoints.tokens import MAX_NAME, key_digest, new_key


def create(name: str, *, common: Common = DEFAULT) -> None:
    """`payments keys create`.

    Parameters
    ----------
    name
        The name of the server that uses it. It appears in the timelines of payments.
    """
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInput(f"A key's name must have 1 to {MAX_NAME} characters. No key was created.")
    key, secret = new_key(name, datetime.now(UTC))
    with stored(common) as store:
        run(store.api_keys.add_key(key, key_digest(secret)))
    if common.json:
        print_json({"name": key.name, "prefix": key.prefix, "key": secret})
        return
    say(secret)


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
    heads = [word(each, common.language) for each in ("key", "name", "created", "revoked")]
    table([heads, *([key.prefix, key.name, *_times(key, common)] for key in keys)])


def _fields(key: ApiKey) -> dict[str, object]:
    return {"name": key.name, "prefix": key.prefix, "created_at": key.created_at, "revoked_at": key.revoked_at}


def _times(key: ApiKey, common: Common) -> list[str]:
    created = display.moment(key.created_at, common.language)
    return [created, display.moment(key.revoked_at, common.language) if key.revoked_at else ""]


def revoke(prefix: str, *, common: Common = DEFAULT) -> int:
    """`payments keys revoke`.

    Parameters
    ----------
    prefix
        The key's prefix, as `payments keys list` shows it.
    """
    with stored(common) as store:
        done = run(store.api_keys.revoke_key(prefix, datetime.now(UTC)))
    if common.json:
        print_json({"revoked": done})
    else:
        say(
            f"{prefix} is revoked."
            if done
            else f"There is no active API key with the prefix {prefix}. `payments keys list` shows all keys."
        )
    return 0 if done else REFUSED
