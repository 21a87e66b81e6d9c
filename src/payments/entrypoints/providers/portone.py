"""PortOne V2 as the settings describe it: how to reach it, how its window opens, what its messages name."""

from collections.abc import Coroutine
from typing import Any, ClassVar

import attrs

from payments.adapters.portone import (
    LoopPortOneGateway,
    PortOneGateway,
    PortOneHints,
    PortOneSettings,
    request_payment,
)
from payments.domain.errors import BadInput
from payments.domain.payment import Payment
from payments.domain.ports import Contact, HintReader, Window
from payments.entrypoints.providers.account import ASK_SECONDS, Account
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import PortOneOptions


@attrs.frozen
class PortOne(Account):
    """The shop's account at PortOne V2."""

    name: ClassVar[str] = "portone"
    title: ClassVar[str] = "PortOne"

    @property
    def given(self) -> PortOneOptions:
        return self.settings.portone

    def gateway(self, connections: int) -> PortOneGateway:
        """Return the gateway for threads."""
        return PortOneGateway(self.reached(connections))

    def loop_gateway(self, connections: int) -> LoopPortOneGateway:
        """Return the gateway for an event loop."""
        return LoopPortOneGateway(self.reached(connections))

    def present(self) -> tuple[PortOneGateway, Coroutine[Any, Any, None]]:
        """Return a gateway of one try, and a question that only an accepted secret gets an answer to."""
        deadline = min(self.given.deadline, ASK_SECONDS)
        gateway = PortOneGateway(attrs.evolve(self.reached(1), deadline=deadline, tries=1))
        return gateway, gateway.present()

    def shadow(self) -> PortOneGateway:
        """Return what shows the payments of V1."""
        return self.gateway(1)

    def reader(self) -> HintReader:
        """Return what reads its messages: only signed ones where the settings have a secret. Raises BadSettings."""
        try:
            return PortOneHints.of(self.given.webhook_secrets)
        except BadInput as error:
            raise BadSettings(f"portone.webhook_secrets: {error} Nothing was started.") from None

    def window(self, payment: Payment, contact: Contact) -> Window:
        """Return what opens the window of *payment*."""
        given, channel = self.given, self.channel_of(payment)
        parameters = request_payment(
            payment,
            store_id=given.store_id,
            channel_key=channel.channel_key if channel else given.channel_key,
            digital=given.digital,
            max_instalments=given.max_instalments or None,
            return_url=self.return_url,
            notice_url=self.notice_url(wanted=given.notice),
            contact=contact,
            deposit_due=self.deposit_due(given.deposit_days),
        )
        return Window(provider=self.name, script=given.script, parameters={"request_payment": parameters})

    def reached(self, connections: int) -> PortOneSettings:
        """Return how the adapter reaches it. Raises BadSettings."""
        given = self.given
        try:
            return PortOneSettings(
                api_secret=given.api_secret.get_secret_value(),
                store_id=given.store_id,
                mode=self.settings.mode,
                api_url=given.api_url,
                deadline=given.deadline,
                refund_deadline=given.refund_deadline,
                connections=connections,
            )
        except BadInput as error:
            raise BadSettings(str(error)) from None
