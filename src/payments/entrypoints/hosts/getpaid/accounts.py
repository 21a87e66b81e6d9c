"""The account that a backend's config describes: the settings of that provider, and what only a backend has."""

import threading
from collections.abc import Mapping
from typing import Any, Final

import attrs

from payments.entrypoints.providers import ACCOUNTS
from payments.entrypoints.providers.account import Account, ThreadGateway
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import account_settings

OWN: Final = frozenset({"mode", "callback_url", "page_url", "method"})
"""What a backend's config has beside the settings of the account, whose names are those of payments.toml."""
CONNECTIONS: Final = 8
MAX_GATEWAYS: Final = 100
"""Configs are written by the shop's people, a few for each backend; more are a mistake."""

_lock: Final = threading.Lock()
_gateways: Final[dict[str, ThreadGateway]] = {}


def account_of(name: str, config: Mapping[str, Any], *, returns_to: str = "", notices_to: str = "") -> Account:
    """Return the account at the provider *name*. Raises BadSettings for a config that cannot work."""
    given = {key: value for key, value in config.items() if key not in OWN}
    settings = account_settings(name, given, str(config.get("mode", "test")))
    account = next(kind for kind in ACCOUNTS if kind.name == name)(settings)
    return attrs.evolve(account, returns_to=returns_to, notices_to=notices_to)


def gateway_of(name: str, config: Mapping[str, Any]) -> ThreadGateway:
    """Return the gateway of a config: the same one for the same config, with its connections and its token."""
    key = repr((name, sorted(config.items())))
    with _lock:
        if key not in _gateways:
            if len(_gateways) >= MAX_GATEWAYS:
                raise BadSettings(f"There are more than {MAX_GATEWAYS} configs of payment backends in this process.")
            _gateways[key] = account_of(name, config).gateway(CONNECTIONS)
        return _gateways[key]
