"""The settings that can change while a sandbox runs: V1's, and V2's below `portone`."""

from decimal import Decimal
from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.portone_settings import PortOneSettings
from payments.entrypoints.sandbox.settings import SandboxSettings

Settings = SandboxSettings | PortOneSettings
FIXED: Final = frozenset(
    {
        "key",
        "secret",
        "channels",
        "faults",
        "seed",
        "seed_data",
        "state",
        "store_id",
        "webhook_secrets",
        "guesses",
        "portone",
    }
)


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return those that are free, and the guesses."""
    free = {name: getattr(settings, name) for name in _free(settings)}
    return free | {"guesses": attrs.asdict(settings.guesses)}


def _free(settings: Settings) -> set[str]:
    return {field.name for field in attrs.fields(type(settings))} - FIXED


def change(settings: SandboxSettings, portone: PortOneSettings, body: dict[str, Any]) -> None:
    """Change what *body* names, all of it or nothing. Raises ValueError and TypeError."""
    of_v2 = body.pop("portone", {})
    _check(settings, body)
    _check(portone, of_v2)
    _set(settings, body)
    _set(portone, of_v2)


def _check(settings: Settings, body: dict[str, Any]) -> None:
    values = {name: value for name, value in body.items() if name != "guesses"}
    guesses = set(attrs.asdict(settings.guesses))
    unknown = (set(values) - _free(settings)) | (set(body.get("guesses", {})) - guesses)
    if unknown:
        raise ValueError(f"no such setting, or not while running: {', '.join(sorted(unknown))}")
    wrong = [name for name, value in values.items() if not _is_like(value, getattr(settings, name))]
    if wrong:
        raise TypeError(f"not the type of the setting: {', '.join(sorted(wrong))}")


def _set(settings: Settings, body: dict[str, Any]) -> None:
    for name, value in body.items():
        if name != "guesses":
            setattr(settings, name, _as(getattr(settings, name), value))
    for name, value in body.get("guesses", {}).items():
        setattr(settings.guesses, name, value)


def _is_like(value: Any, present: Any) -> bool:
    if isinstance(present, tuple):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if isinstance(present, float):
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return type(value) is type(present)


def _as(present: Any, value: Any) -> Any:
    return type(present)(value) if isinstance(present, tuple | float) else value
