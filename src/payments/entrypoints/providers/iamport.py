"""Iamport as the settings describe it: how to reach it, how its window opens, what its messages name."""

from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, ClassVar

import attrs

from payments.adapters.iamport import (
    Buyer,
    IamportGateway,
    IamportHints,
    IamportSettings,
    LoopIamportGateway,
    request_pay,
)
from payments.domain.errors import BadInput
from payments.domain.payment import Payment
from payments.domain.ports import Contact, HintReader, Window
from payments.entrypoints.blocking import run
from payments.entrypoints.providers.account import ASK_SECONDS, Account
from payments.entrypoints.providers.listed import faults_of, hint_of
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import ChannelOptions, IamportOptions


@attrs.frozen
class Iamport(Account):
    """The shop's account at Iamport."""

    name: ClassVar[str] = "iamport"
    title: ClassVar[str] = "Iamport"

    @property
    def given(self) -> IamportOptions:
        return self.settings.iamport

    def gateway(self, connections: int) -> IamportGateway:
        """Return the gateway for threads."""
        return IamportGateway(self.reached(connections))

    def loop_gateway(self, connections: int) -> LoopIamportGateway:
        """Return the gateway for an event loop."""
        return LoopIamportGateway(self.reached(connections))

    def present(self) -> tuple[IamportGateway, Coroutine[Any, Any, datetime | None]]:
        """Return a gateway of one try, and the question what time it is there: its answer shows the keys accepted."""
        gateway = self._of_one_try()
        return gateway, gateway.present()

    def channel_faults(self) -> tuple[Sequence[str], str]:
        """Return how the channels differ from those that Iamport lists. Raises GatewayError or BadSettings."""
        with self._of_one_try() as gateway:
            there = run(gateway.channels())
        mine = [one for one in self.settings.channels if (one.provider or self.settings.provider) == self.name]
        asked = [ChannelOptions(channel_key=self.given.channel_key, pg=self.given.pg), *mine]
        faults = [fault for one in asked for fault in faults_of(one, there, self.settings.mode)]
        hints = filter(None, (hint_of(one, there) for one in asked))
        return faults, " ".join(("Iamport lists the channels of the settings, in the same mode.", *hints))

    def _of_one_try(self) -> IamportGateway:
        deadline = min(self.given.deadline, ASK_SECONDS)
        return IamportGateway(attrs.evolve(self.reached(1), deadline=deadline, tries=1))

    def reader(self) -> HintReader:
        """Return what reads its messages."""
        return IamportHints()

    def window(self, payment: Payment, contact: Contact) -> Window:
        """Return what opens the window of *payment*."""
        given, channel = self.given, self.channel_of(payment)
        default = ChannelOptions(channel_key=given.channel_key, pg=given.pg)
        chosen = channel or default
        opening = request_pay(
            payment,
            user_code=given.user_code,
            channel_key=chosen.channel_key,
            pg=chosen.pg,
            digital=given.digital,
            max_instalments=given.max_instalments or None,
            return_url=self.return_url,
            notice_url=self.notice_url(wanted=given.notice),
            buyer=Buyer(**attrs.asdict(contact)),
            deposit_due=self.deposit_due(given.deposit_days),
        )
        parameters = {"user_code": opening["user_code"], "request_pay": opening["params"]}
        return Window(provider=self.name, script=given.script, parameters=parameters)

    def reached(self, connections: int) -> IamportSettings:
        """Return how the adapter reaches it. Raises BadSettings."""
        given = self.given
        try:
            return IamportSettings(
                key=given.key.get_secret_value(),
                secret=given.secret.get_secret_value(),
                user_code=given.user_code,
                mode=self.settings.mode,
                api_url=given.api_url,
                channel_key=given.channel_key,
                pg=given.pg,
                deadline=given.deadline,
                refund_deadline=given.refund_deadline,
                connections=connections,
            )
        except BadInput as error:
            raise BadSettings(str(error)) from None
