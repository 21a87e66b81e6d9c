"""Which settings differ, and which of them a running process may take."""

from collections.abc import Sequence
from typing import Any, Final

import attrs
from typed_settings import Secret

from payments.entrypoints.settings import Settings
from payments.entrypoints.settings.options import FROM_FILES, NEED_NOT_BE_SET
from payments.entrypoints.settings.sources import names

RENEWED: Final = tuple(name for name in FROM_FILES if name != "database.url")
"""What a running process takes: every secret but those of the database's connections, which are open."""
_VERIFIED: Final = {"buyers": ("key", "jwks"), "orders": ("key", "jwks")}


@attrs.frozen
class Changes:
    """Names of settings that differ: those to take now, and those that need a restart."""

    now: Sequence[str]
    at_restart: Sequence[str]


def changes(before: Settings, after: Settings) -> Changes:
    """Return what differs. A secret that was not there before, or is no longer, needs a restart."""
    differing = [name for name in names() if _plain(before, name) != _plain(after, name)]
    now = [name for name in differing if name in RENEWED and _stands(before, name) and _stands(after, name)]
    return Changes(now, [name for name in differing if name not in now])


def with_changes(running: Settings, after: Settings, taken: Sequence[str]) -> Settings:
    """Return *running* with the values that *after* has of the settings *taken*."""
    for name in taken:
        group, _, field = name.partition(".")
        options: Any = getattr(running, group)
        renewed = attrs.evolve(options, **{field: getattr(getattr(after, group), field)})
        running = attrs.evolve(running, **{group: renewed})
    return running


def _stands(settings: Settings, name: str) -> bool:
    """Whether what this setting belongs to exists."""
    group = name.partition(".")[0]
    if group in _VERIFIED:
        return any(_plain(settings, f"{group}.{field}") for field in _VERIFIED[group])
    return name in NEED_NOT_BE_SET or bool(_plain(settings, name))


def _plain(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value.get_secret_value() if isinstance(value, Secret) else value
