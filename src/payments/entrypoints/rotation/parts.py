"""What is made of secrets with an adapter, each from the whole settings, so that it can be made anew."""

from functools import partial
from typing import TYPE_CHECKING, Any

from payments.adapters.webhooks import WebhookPublisher, WebhookSettings
from payments.domain.access import IdempotencyKeys
from payments.domain.ports import Vault
from payments.entrypoints.providers import accounts_of
from payments.entrypoints.providers.account import Renewable
from payments.entrypoints.rotation.renewals import Use
from payments.entrypoints.settings import Settings

if TYPE_CHECKING:
    from payments.adapters.sealing import SealedAnswers


def vault(settings: Settings) -> Vault | None:
    """Return what seals the bank accounts of refunds; None without a key. Raises BadInput."""
    keys = settings.database.encryption_keys
    if not keys:
        return None
    from payments.adapters.sealing import FernetVault  # cryptography takes a while to import

    return FernetVault.of(keys)


def sealed_answers(kept: IdempotencyKeys, settings: Settings) -> "SealedAnswers":
    """Return the idempotency keys of a store, with their answers encrypted."""
    from payments.adapters.sealing import SealedAnswers, derived_key

    secrets = (settings.http.secret.get_secret_value(), settings.http.previous_secret.get_secret_value())
    return SealedAnswers.over(kept, [derived_key(one, "idempotency answers") for one in secrets if one])


def webhook_publisher(settings: Settings) -> WebhookPublisher | None:
    """Return what sends messages to the shop's endpoint; None without one. Raises BadInput."""
    options = settings.webhooks
    if not options.url:
        return None
    secrets: Any = options.secrets  # mypy does not know the converter of the other class
    return WebhookPublisher(WebhookSettings(url=options.url, secrets=secrets, allow_private=options.allow_private))


def renewal(name: str, gateway: Renewable, connections: int, settings: Settings) -> Use:
    """Return what gives a gateway the secrets of *settings*; its connections stay. Raises BadSettings."""
    return partial(gateway.renew, accounts_of(settings)[name].reached(connections))
