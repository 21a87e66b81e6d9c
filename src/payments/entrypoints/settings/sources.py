"""Where settings come from: a TOML file, the environment, and files with secrets that the environment names.

A name that does not exist is an error, with the nearest name that does. Kubernetes describes each service of a
namespace in environment variables; those of a service called `payments`, or `payments-…`, are let pass.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs
from typed_settings import Secret

from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings.options import FROM_FILES, Settings

PREFIX: Final = "PAYMENTS_"
CONFIG: Final = "PAYMENTS_CONFIG"
FILE: Final = "payments.toml"
MAX_SECRET_FILE: Final = 64 * 1024  # bytes
_KUBERNETES: Final = re.compile(
    r"PAYMENTS_(SERVICE_\w+|PORT(_\w+)?|(\w+_)?SERVICE_(HOST|PORT(_\w+)?)|\w+_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)"
)
_LINK: Final = re.compile(r"(tcp|udp|sctp)://")

Values = Mapping[str, Any]


@attrs.frozen
class Found:
    """The nested values of each source; only of names that exist."""

    file: Values
    environment: Values


def collect(file: Path | None) -> tuple[Found, list[str]]:
    """Return what the sources contain, and what is wrong with them. Raises BadSettings if a file cannot be read."""
    troubles: list[str] = []
    found = Found(_known(_toml(file), names(), troubles), _environment(troubles))
    return found, troubles


def files_of(file: Path | None) -> Sequence[Path]:
    """Return the files that the settings come from: the TOML file, and those with secrets."""
    named = file or Path(os.environ.get(CONFIG) or FILE)
    secrets = (os.environ.get(f"{variable(name)}_FILE") for name in FROM_FILES)
    return [named, *(Path(path) for path in secrets if path)]


def known_values(given: Values) -> tuple[Values, list[str]]:
    """Return what of *given* exists, with the contents of its files, and what is wrong with the rest."""
    troubles: list[str] = []
    known = _known(given, names(), troubles)
    for name, path in secret_files(known).items():
        _put(known, name, _content(name, str(path), troubles, may_be_empty="previous_" in name))
    return known, troubles


def secret_files(given: Values) -> Mapping[str, Path]:
    """Return the secrets that a host program gives as a `Path`, by the name of their setting."""
    tables = {name: given.get(name.partition(".")[0]) for name in FROM_FILES}
    found = {name: table.get(name.partition(".")[2]) for name, table in tables.items() if isinstance(table, Mapping)}
    return {name: path for name, path in found.items() if isinstance(path, Path)}


@cache
def names() -> Sequence[str]:
    """Return the dotted names of all settings."""
    return tuple(_names(Settings, ""))


def _names(cls: type[Any], prefix: str) -> Iterator[str]:
    for field in attrs.fields(cls):
        if attrs.has(type(field.default)) and not isinstance(field.default, Secret):
            yield from _names(type(field.default), f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper().replace(".", "_")


def _toml(file: Path | None) -> dict[str, Any]:
    named = file or (Path(given) if (given := os.environ.get(CONFIG)) else None)
    path = named or Path(FILE)
    if not path.is_file():
        if named:
            raise BadSettings(f"The settings file {named} does not exist. Nothing was started.")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        where = re.search(r"at line \d+, column \d+", str(error))  # without the text itself, which may be a secret
        place = f" {where[0]}" if where else ""
        raise BadSettings(f"The settings file {path} cannot be read{place}. Nothing was started.") from None


def _known(given: Values, allowed: Sequence[str], troubles: list[str], prefix: str = "") -> dict[str, Any]:
    """Return what exists of a table, and add a trouble for everything else."""
    kept: dict[str, Any] = {}
    for key, value in given.items():
        name = f"{prefix}{key}"
        if name in allowed:
            kept[key] = value
        elif isinstance(value, dict) and any(one.startswith(f"{name}.") for one in allowed):
            kept[key] = _known(value, allowed, troubles, f"{name}.")
        else:
            troubles.append(_unknown(name, [*allowed, *{one.rpartition(".")[0] for one in allowed if "." in one}]))
    return kept


def _environment(troubles: list[str]) -> dict[str, Any]:
    by_variable = {variable(name): name for name in names()}
    files = {f"{variable(name)}_FILE": name for name in FROM_FILES}
    values: dict[str, Any] = {}
    for given, value in sorted(os.environ.items()):
        if given in by_variable and not _is_link(given, value):
            _put(values, by_variable[given], value)
        elif given in files:
            if variable(files[given]) in os.environ:
                troubles.append(f"{given} and {variable(files[given])} are both set; use one of them.")
            _put(values, files[given], _content(given, value, troubles, may_be_empty="previous_" in files[given]))
        elif given.startswith(PREFIX) and given != CONFIG and not _is_of_kubernetes(given, value):
            troubles.append(_unknown(given, [*by_variable, *files, CONFIG]))
    return values


def _put(values: dict[str, Any], name: str, value: str) -> None:
    group, _, key = name.rpartition(".")
    (values.setdefault(group, {}) if group else values)[key] = value


def _content(given: str, path: str, troubles: list[str], *, may_be_empty: bool) -> str:
    """Return the content of a file with a secret, without the end of its last line.

    The file of a previous secret may be empty: it has none until a secret is replaced, and its name is set at start.
    """
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read(MAX_SECRET_FILE + 1)
    except (OSError, ValueError):
        troubles.append(f"{given} names a file that cannot be read.")
        return ""
    if len(content) > MAX_SECRET_FILE or not (content.strip() or may_be_empty):
        troubles.append(f"{given} names a file that is empty or longer than {MAX_SECRET_FILE // 1024} KiB.")
        return ""
    return content.rstrip("\r\n") if content.strip() else ""


def _is_link(given: str, value: str) -> bool:
    """Whether Kubernetes set this: for a service `payments-http` it sets PAYMENTS_HTTP_PORT to tcp://…"""
    return given.endswith("_PORT") and bool(_LINK.match(value))


def _is_of_kubernetes(given: str, value: str) -> bool:
    return _is_link(given, value) or bool(_KUBERNETES.fullmatch(given))


def _unknown(given: str, allowed: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(given, list(allowed), n=1, cutoff=0.6)
    meant = f" Did you mean {nearest[0]}?" if nearest else ""
    return f"There is no setting {given}.{meant}"
