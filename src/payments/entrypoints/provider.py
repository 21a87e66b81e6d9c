"""The provider as the settings describe it: how to reach it, how its window opens, whether it accepts the keys."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from payments.adapters.iamport import Buyer, IamportGateway, IamportSettings, request_pay
from payments.adapters.system.clock import SystemClock
from payments.domain.errors import BadInput, CredentialsRefused, GatewayError
from payments.domain.payment import Payment
from payments.domain.use_cases.channel_rules import Contact
from payments.entrypoints.blocking import run
from payments.entrypoints.service import BadSettings, Window
from payments.entrypoints.settings import ChannelOptions, Settings, public_url
from payments.entrypoints.settings.derived import rules_of

log = logging.getLogger("payments.start")
ASK_SECONDS: Final = 5.0


def iamport_settings(settings: Settings, connections: int = 1) -> IamportSettings:
    """Return how to reach Iamport with at most *connections* calls at a time. Raises BadSettings."""
    try:
        return _iamport_settings(settings, connections)
    except BadInput as error:
        raise BadSettings(str(error)) from None


def _iamport_settings(settings: Settings, connections: int) -> IamportSettings:
    given = settings.iamport
    return IamportSettings(
        key=given.key.get_secret_value(),
        secret=given.secret.get_secret_value(),
        user_code=given.user_code,
        mode=settings.mode,
        api_url=given.api_url,
        channel_key=given.channel_key,
        pg=given.pg,
        deadline=given.deadline,
        refund_deadline=given.refund_deadline,
        connections=connections,
    )


def window_of(settings: Settings) -> Callable[[Payment, Contact], Window]:
    """Return what makes a payment's window: its parameters, with the addresses of these settings."""
    given, public = settings.iamport, public_url(settings)
    waits = timedelta(days=given.deposit_days) if given.deposit_days else None
    rules, default = rules_of(settings), ChannelOptions(channel_key=given.channel_key, pg=given.pg)
    channels = {channel.name: channel for channel in settings.channels}

    def window(payment: Payment, contact: Contact) -> Window:
        channel = channels.get(rules.channel_for(payment.terms.channel, payment.method), default)
        opening = request_pay(
            payment,
            user_code=given.user_code,
            channel_key=channel.channel_key,
            pg=channel.pg,
            digital=given.digital,
            max_instalments=given.max_instalments or None,
            return_url=f"{public}/payments/return",
            notice_url=f"{public}/webhooks/iamport" if settings.http.public_url and given.notice else "",
            buyer=Buyer(**attrs.asdict(contact)),
            deposit_due=SystemClock().now() + waits if waits else None,
        )
        return Window(script=given.script, user_code=opening["user_code"], request_pay=opening["params"])

    return window


def ask_provider(settings: Settings) -> datetime:
    """Ask Iamport for an access token, and return the time there (UTC). Raises GatewayError or BadSettings."""
    asking = attrs.evolve(iamport_settings(settings), deadline=min(settings.iamport.deadline, ASK_SECONDS), tries=1)
    with IamportGateway(asking) as gateway:
        return run(gateway.present())


def check_at_start(settings: Settings) -> None:
    """Ask Iamport once whether it accepts the keys, unless the settings say not to.

    Raises BadSettings if it refuses them: each payment would fail. An Iamport that does not answer is only logged.
    """
    if not settings.iamport.check_at_start:
        return
    try:
        ask_provider(settings)
    except CredentialsRefused as error:
        raise BadSettings(
            f"Iamport refuses iamport.key and iamport.secret. {error} Take them from the console, or set "
            "iamport.check_at_start to false to start without asking. Nothing was started."
        ) from None
    except GatewayError as error:
        log.warning("Iamport could not be asked whether it accepts the keys: %s", error)
