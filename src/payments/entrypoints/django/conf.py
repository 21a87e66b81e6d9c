"""The setting PAYMENTS: one dict with the names of our own settings, and two of this app.

    offer       dotted path of a callable `(buyer, order) -> Offer`: the price comes from the shop's tables
    login_url   where the template tag sends visitors who are not logged in; default: Django's LOGIN_URL

Everything else is as in payments.toml: mode, database, iamport, http, webhooks, ... A secret may be the `Path` of a
file that contains it, which is read again when it changes.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import attrs
from django.conf import settings as django_settings

from payments.domain.values import Offer
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import Settings, settings_from
from payments.entrypoints.settings.sources import secret_files

OWN: Final = frozenset({"offer", "login_url"})
OfferCallable = Callable[[str, str], Offer]


def given() -> Mapping[str, Any]:
    """Return the project's dict. Raises BadSettings if there is none."""
    found = getattr(django_settings, "PAYMENTS", None)
    if not isinstance(found, Mapping):
        raise BadSettings("The Django setting PAYMENTS must be a dict.")
    return found


def load(public_url: str = "") -> Settings:
    """Return the settings of the project. *public_url* is used if it sets none. Raises BadSettings.

    Without `http.allowed_hosts`, Django's ALLOWED_HOSTS hold.
    """
    values = {name: value for name, value in given().items() if name not in OWN}
    http = {"allowed_hosts": _hosts(), **values.get("http", {})}
    loaded = settings_from({**values, "http": http}, "PAYMENTS")
    if public_url and not loaded.http.public_url:
        loaded = attrs.evolve(loaded, http=attrs.evolve(loaded.http, public_url=public_url))
    return loaded


def files() -> Sequence[Path]:
    """Return the files with secrets that the project names."""
    return list(secret_files(given()).values())


def _hosts() -> list[str]:
    """Return the names in ALLOWED_HOSTS that stand for one host each."""
    return [host for host in django_settings.ALLOWED_HOSTS if host[:1] not in (".", "*")]


def offer_callable() -> OfferCallable:
    """Return the callable that PAYMENTS["offer"] names, also a method of a model. Raises BadSettings."""
    path = given().get("offer", "")
    if callable(path):
        return path  # type: ignore[no-any-return]
    modules = str(path).split(".")
    for length in range(len(modules) - 1, 0, -1):
        try:
            found: Any = import_module(".".join(modules[:length]))
        except ImportError:
            continue
        for name in modules[length:]:
            found = getattr(found, name, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    raise BadSettings(f'PAYMENTS["offer"] must name a callable (buyer, order) -> Offer; it is {path!r}.')
