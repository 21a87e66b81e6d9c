"""The process's one service: opened when it is first needed, closed when the process ends.

service       the wired Service, for views, commands and a project's own code
close         close it; the next call opens another (tests that change settings)
"""

import atexit
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import attrs
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import HttpRequest
from django.urls import reverse

from payments.domain.errors import OrderNotFound
from payments.domain.messages import Message
from payments.domain.values import Offer
from payments.entrypoints.django import conf
from payments.entrypoints.django.handlers import receive
from payments.entrypoints.hosts.renewing import opened_from
from payments.entrypoints.providers import window_of
from payments.entrypoints.rotation.reloading import Source
from payments.entrypoints.service import Service


@attrs.define
class _Process:
    lock: Any = attrs.field(factory=threading.Lock)
    stack: ExitStack = attrs.field(factory=ExitStack)
    service: Service | None = None
    has_address: bool = False


_process = _Process()


@attrs.frozen
class ProjectPrices:
    """Prices of the project's own tables."""

    offer_for: conf.OfferCallable

    async def offer(self, buyer: str, order: str) -> Offer:
        """Return the project's offer. Raises OrderNotFound where the project's callable finds no such order."""
        try:
            return self.offer_for(buyer, order)
        except (ObjectDoesNotExist, ValidationError, ValueError):
            raise OrderNotFound(f"There is no order {order} of this buyer.") from None


def service(request: HttpRequest | None = None) -> Service:
    """Return the service. Raises BadSettings, or what refuses the database.

    The first *request* tells the public address where `http.public_url` is not set; live mode needs it set.
    """
    with _process.lock:
        if _process.service is None:
            source = Source.by(conf.load, conf.files)
            _process.service = _process.stack.enter_context(
                opened_from(source, subscribers=_subscribers(), prices=_prices())
            )
        if request is not None and not _process.has_address:
            window = window_of(conf.load(_address(request)))
            _process.service, _process.has_address = attrs.evolve(_process.service, window=window), True
        return _process.service


def close() -> None:
    """Close the service of this process, if one was opened."""
    with _process.lock:
        _process.service, _process.has_address = None, False
        _process.stack.close()


atexit.register(close)


def _subscribers() -> Sequence[Any]:
    def project_handlers(message: Message) -> None:
        receive(message)

    return (project_handlers,)


def _prices() -> ProjectPrices | None:
    return ProjectPrices(conf.offer_callable()) if conf.given().get("offer") else None


def _address(request: HttpRequest) -> str:
    begin: str = request.build_absolute_uri(reverse("payments_kr:payments"))
    return begin.removesuffix("/payments")
