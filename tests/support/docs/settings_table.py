"""The settings as the documents' table has them: name, default and meaning of each, read from the code."""

from collections.abc import Iterator
from typing import Any

import attrs
from typed_settings import Secret

from payments.entrypoints.settings import Settings


def rows(cls: type[Any] = Settings, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Return name, default in Markdown, and meaning of every setting, in the order of the code."""
    for field in attrs.fields(cls):
        if attrs.has(type(field.default)) and not isinstance(field.default, Secret):
            yield from rows(type(field.default), f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", _written(field.default), field.metadata["typed-settings"]["help"]


def _written(default: object) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, Secret):
        default = default.get_secret_value()
    if isinstance(default, dict):
        return f"`{', '.join(f'{name} = {value}' for name, value in default.items())}`" if default else ""
    if isinstance(default, tuple):
        return f"`{', '.join(map(str, default))}`" if default else ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`" if default not in ("", ()) else ""
