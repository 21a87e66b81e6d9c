"""The port on V2: the real adapter, over a transport whose calls befall what befalls every call to a provider."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from payments.adapters.http_wire.transport import Answer, Deadline, Turn
from payments.adapters.portone.client import Client
from payments.adapters.portone.settings import PortOneSettings
from payments.domain.money import Money
from payments.domain.ports import Attempts
from payments.domain.refund import Refund
from payments.domain.report import Rank, Report
from payments.domain.values import GatewayId, MerchantId
from simulation.line import Line
from simulation.rows import PORTONE
from simulation.scheduler import NOON, SECOND
from simulation.v2 import answers
from simulation.v2.book import Shown
from simulation.v2.cancels import Cancel

if TYPE_CHECKING:
    from simulation.world import World

CANCEL_DEADLINE: Final = 75 * SECOND
NO_ROUTER: Final = Answer(404, b"<html>no such page</html>")
"""What a server answers that no longer has the call."""


@contextmanager
def quiet() -> Iterator[None]:
    """Write no log: worlds call the adapter millions of times."""
    logger = logging.getLogger("payments.portone")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


class WireV2(Client):
    """The adapter as it is released. What the laws must see before it leaves is shown to them here."""

    def __init__(self, world: "World", skew: int) -> None:
        self._world, self._scheduler = world, world.scheduler
        settings = PortOneSettings(
            api_secret="secret",  # noqa: S106 - of nothing
            store_id="store-1",
            mode=world.plan.mode,
            tries=1,  # a second try would wait for a chance that is not the seed's
            page_size=world.plan.guesses.page_size,
            refund_deadline=CANCEL_DEADLINE / SECOND,
        )
        super().__init__(settings, Traffic(world, skew))

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        self._world.laws.about_to_prepare(merchant_id, price)
        await super().prepare(merchant_id, price)

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        answer = await super().attempts(merchant_id)
        assert self._scheduler.current
        self._scheduler.current.looked[merchant_id] = not answer.unreadable
        return answer

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        assert self._scheduler.current
        self._scheduler.current.sending = refund
        return await super().refund(refund, currency, merchant_id)

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        self._world.laws.about_to_touch(gateway_id)
        return await super().revoke(gateway_id, merchant_id)


class Traffic(Line):
    """The transport of one machine."""

    async def send(self, _: str, target: str, headers: Mapping[str, str], body: bytes | None, __: Deadline) -> Answer:
        """Bring a request to the provider's API, and its answer back."""
        address = urlsplit(target)
        path = [unquote(part) for part in address.path.split("/")[2:]]
        if not path:
            return await self._list(json.loads(parse_qs(address.query)["requestBody"][0]))
        merchant_id, call = MerchantId(path[0]), "/".join(path[1:])
        sent = json.loads(body) if body else {}
        if call == "cancel":
            return await self._cancel(merchant_id, sent, headers["Idempotency-Key"])
        if call == "pre-register":
            return await self._prepare(merchant_id, Money(sent["totalAmount"], sent["currency"]))
        if call == "virtual-account/close":
            return await self._close(merchant_id)
        return await (self._transactions(merchant_id) if call else self._payment(merchant_id))

    async def pause(self, seconds: float) -> None:
        await self._scheduler.pause("before trying again", int(seconds * SECOND))

    def turn(self) -> Turn:
        raise NotImplementedError

    async def _prepare(self, merchant_id: MerchantId, price: Money) -> Answer:
        await self._sent("prepare")
        answer = self._prepared(merchant_id, price)
        await self._answered("prepare")
        return answer

    def _prepared(self, merchant_id: MerchantId, price: Money) -> Answer:
        chance = self._world.chance
        if chance.happens(self._world.faults.refusals * 0.2):
            self._world.count("refusal", "prepare")
            return answers.refused(chance.choice(["UNAUTHORIZED", "INVALID_REQUEST"]), "price refused")
        if self._world.v2.captured(merchant_id):
            return answers.refused("ALREADY_PAID")
        self._provider.prices[merchant_id] = price
        return answers.done()

    async def _payment(self, merchant_id: MerchantId) -> Answer:
        await self._sent("find")
        shown = self._world.v2.payment(self._mixed_up(merchant_id), self._replica())
        await self._answered("find")
        if shown is None:
            return answers.refused("PAYMENT_NOT_FOUND")
        self._noticed(shown)
        return answers.done(**answers.payment(shown, self._guesses_v2))

    async def _transactions(self, merchant_id: MerchantId) -> Answer:
        await self._sent("attempts")
        found = self._world.v2.attempts(merchant_id, self._replica())
        await self._answered("attempts")
        if not self._guesses_v2.lists_attempts:
            return NO_ROUTER
        if not found:
            return answers.refused("PAYMENT_NOT_FOUND")
        for shown in found:
            self._noticed(shown)
        if not self._guesses.oldest_first:
            found.reverse()
        return answers.done(items=[answers.transaction(shown, self._guesses_v2) for shown in found])

    async def _list(self, asked: dict[str, Any]) -> Answer:
        await self._sent("listing")
        page, filters = asked["page"], asked["filter"]
        if "textSearch" in filters:
            found = self._searched(filters["textSearch"][0]["value"])
            await self._answered("listing")
            return self._page([found] if found else [], int(found is not None))
        start, end = _milliseconds(filters["from"]), _milliseconds(filters["until"])
        number = page["number"] + 1
        shown, rows = self._world.v2.listed(start, end, number, page["size"], self._replica())
        self._world.marks.page_read(self._scheduler.current, number, start, shown.total)
        self._unsettle(shown)
        await self._answered("listing")
        for one in rows:
            self._noticed(one)
        return self._page(rows, shown.total)

    def _searched(self, gateway_id: str) -> Shown | None:
        row = self._provider.rows.get(GatewayId(gateway_id))
        shown = self._world.v2.payment(row.merchant_id, self._replica()) if row else None
        return shown if shown and shown.row is row else None

    def _page(self, rows: list[Shown], total: int) -> Answer:
        items = [answers.payment(shown, self._guesses_v2) for shown in rows]
        return answers.done(items=items, page={"number": 0, "size": len(items), "totalCount": total})

    async def _close(self, merchant_id: MerchantId) -> Answer:
        await self._sent("revoke")
        answer = self._closed(merchant_id)
        await self._answered("revoke")
        return answer

    def _closed(self, merchant_id: MerchantId) -> Answer:
        rows = self._provider.by_merchant_id.get(merchant_id, [])
        beside = any(row.rank >= Rank.CAPTURED for row in rows)
        waiting = next((row for row in rows if row.waits and row.provider == PORTONE), None)
        if waiting is None or (beside and not self._guesses_v2.closes_beside):
            return answers.refused("PAYMENT_NOT_WAITING_FOR_DEPOSIT")
        if not self._guesses.revokes_accounts:
            return answers.refused("PG_PROVIDER", "no account can be closed")
        waiting.closed = True
        self._provider.close(waiting)
        return answers.done(closedAt=answers.text_of(self._scheduler.now))

    async def _cancel(self, merchant_id: MerchantId, body: dict[str, Any], key: str) -> Answer:
        """Hand a cancel to the provider, which may go on with it when nobody waits any more."""
        assert self._scheduler.current
        refund: Refund = self._scheduler.current.sending
        self._world.laws.about_to_send(refund, self._skew)
        self._world.laws.named(refund, key)
        in_flight = self._world.in_flight
        in_flight[refund.id] = in_flight.get(refund.id, 0) + 1
        handed_over = False
        try:
            await self._sent("refund", CANCEL_DEADLINE)
            self._world.laws.arrives(refund)
            taken = self._world.cancels.arrive(merchant_id, body, key, refund)
            handed_over = isinstance(taken, Cancel)
        finally:
            if not handed_over:
                in_flight[refund.id] -= 1
        if isinstance(taken, Answer):
            await self._answered("refund")
            return taken
        return await self._worked(taken)

    async def _worked(self, cancel: Cancel) -> Answer:
        outcome: list[Answer] = []
        work = self._work()

        def book() -> None:
            self._world.in_flight[cancel.refund.id] -= 1
            outcome.append(self._world.cancels.book(cancel))
            if work > CANCEL_DEADLINE:
                self._world.marks.hit("cancel done after we gave up")

        self._scheduler.at(self._scheduler.now + work, book)
        await self._worked_on(work, CANCEL_DEADLINE)
        await self._answered("refund")
        return outcome[0]

    def _noticed(self, shown: Shown) -> None:
        self._note_staleness(shown.row, shown.report)
        if shown.row.unreadable:
            self._world.marks.hit("unreadable row")
        if shown.row.provider != PORTONE:
            self._world.marks.hit("row of V1 in V2's list")

    def _mixed_up(self, merchant_id: MerchantId) -> MerchantId:
        """Return the payment that the answer is about: a cache of the provider may answer another question."""
        if self._world.chance.happens(self._world.faults.mixups):
            self._world.count("fault", "another payment's answer")
            return self._world.chance.choice(list(self._provider.by_merchant_id) or [merchant_id])
        return merchant_id

    @property
    def _guesses_v2(self) -> Any:
        return self._world.plan.guesses_v2


def _milliseconds(text: str) -> int:
    return round((datetime.fromisoformat(text) - NOON) / timedelta(milliseconds=1))
