"""load_settings: all sources together, and everything that is wrong with them in one error."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typed_settings as ts
from typed_settings.converters import TSConverter
from typed_settings.exceptions import TsError
from typed_settings.loaders import DictLoader, Loader

from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import sources
from payments.entrypoints.settings.checks import check
from payments.entrypoints.settings.live import check_live, check_live_account
from payments.entrypoints.settings.options import Settings

_INVALID_VALUE: Final = r"The value of \1 is invalid (\2)"


def load_settings(file: Path | None = None) -> Settings:
    """Return the settings of the environment over *file* (else PAYMENTS_CONFIG, payments.toml).

    Raises BadSettings with one line for everything that is wrong: what cannot be read, names that do not exist, values
    that cannot work, and in live mode everything that would put money at risk.
    """
    found, troubles = sources.collect(file)
    return _checked([_collected(found.file, "file"), _collected(found.environment, "environment")], troubles)


def settings_from(values: Mapping[str, Any], origin: str) -> Settings:
    """Return the settings in *values*, which a host program calls *origin*. Raises BadSettings as `load_settings` does.

    The environment is not read, because a host program has its own ways to read it. A secret may be given as the `Path`
    of a file that contains it.
    """
    known, troubles = sources.known_values(values)
    return _checked([_collected(known, origin)], troubles)


def account_settings(name: str, values: Mapping[str, Any], mode: str) -> Settings:
    """Return settings with the account at the provider *name* alone, for a program that keeps its payments elsewhere.

    *values* are those of the account's table in payments.toml. Raises BadSettings as `load_settings` does.
    """
    known, troubles = sources.known_values({"mode": mode, "provider": name, name: dict(values)})
    loaded = _loaded([_collected(known, f"the config of {name}")], troubles)
    _refuse([*troubles, *loaded.accounts[name].errors(), *check_live_account(loaded, name)])
    return loaded


def _checked(loaders: list[Loader], troubles: list[str]) -> Settings:
    loaded = _loaded(loaders, troubles)
    _refuse([*troubles, *check(loaded), *check_live(loaded)])
    return loaded


def _loaded(loaders: list[Loader], troubles: list[str]) -> Settings:
    try:
        return ts.load_settings(Settings, loaders, converter=TSConverter(strlist_sep=","))
    except (TsError, ValueError, TypeError) as error:
        raise BadSettings(_all([*troubles, *_sentences(error)])) from None


def _refuse(troubles: list[str]) -> None:
    if troubles:
        raise BadSettings(_all(troubles))


def _collected(values: sources.Values, origin: str) -> Loader:
    """Return a loader of values that were collected before. An error names the loader by its class: *origin*."""
    loader: Loader = type(origin, (DictLoader,), {})(dict(values))
    return loader


def _all(troubles: list[str]) -> str:
    return "\n".join([*dict.fromkeys(troubles), "Nothing was started."])


def _sentences(error: BaseException) -> list[str]:
    """Return the loader's errors without any value, which may be a secret."""
    if inner := getattr(error, "exceptions", None):
        return [sentence for one in inner for sentence in _sentences(one)]
    sentence = re.sub(
        r"(?s)Could not convert value .* for option ('[^']*') from loader ([^:]*):.*", _INVALID_VALUE, str(error)
    )
    return [f"{sentence.rstrip('.')}."]
