"""Client: the Gateway port over Iamport's REST API (PortOne V1), for every transport.

prepare    POST; if it was refused or its outcome is unknown: GET, compare, PUT
find       GET  /payments/{imp_uid}
attempts   GET  /payments/findAll/{merchant_uid}, every page
refund     POST /payments/cancel, with amount and checksum; never retried here
revoke     DELETE /vbanks/{imp_uid}
listing    GET  /payments/status/all, one page
channels   GET  /users/pg
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from payments.adapters.http_wire.calling import Query
from payments.adapters.http_wire.transport import Deadline, Transport
from payments.adapters.iamport import wire
from payments.adapters.iamport.api import Api, Call
from payments.adapters.iamport.channels import ListedChannel, listed
from payments.adapters.iamport.guesses import NO_SUCH_PAGE, says_still_at_work
from payments.adapters.iamport.settings import IamportSettings
from payments.domain.errors import ContractViolation, GatewayError, Rejected, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId, Mode

MAX_SPAN: Final = timedelta(days=90)
"""The longest period that the provider lists in one call."""

MAX_PAGES: Final = 50
"""How many pages of attempts at one payment are read; an honest buyer never needs more."""

MAX_ID_LENGTH: Final = 64
"""Longer ids come from strangers, because no attempt has one. The provider is not called for them."""

PREPARE_ROUNDS: Final = 2
"""How often the POST is sent if its outcome is unknown: a first one may still arrive after our GET."""

_SORTING: Final = "started"  # the only order in which a row never moves


class Client:
    """The Gateway of one shop over a transport. Its calls block or suspend as those of the transport do."""

    def __init__(self, settings: IamportSettings, transport: Transport) -> None:
        self._settings = settings
        self._api = Api(settings, transport)

    def renew(self, settings: IamportSettings) -> None:
        """Use the keys of *settings* from the next token on. The address and the limits stay as they are."""
        self._api.renew(settings)

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover: the provider allows 90 days."""
        return MAX_SPAN

    async def present(self) -> datetime:
        """Return the time at the provider, in UTC. Raises CredentialsRefused where it does not accept our keys."""
        return await self._api.present(self._deadline())

    async def channels(self) -> Sequence[ListedChannel]:
        """Return the shop's channels as the provider lists them. Raises CredentialsRefused, NotSent or Unknown."""
        call = Call(method="GET", path="/users/pg", harmless=True)
        return listed(await self._api.response(call, self._deadline()))

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Register the only amount that a payment window may open with. A further call changes the amount."""
        ends = self._deadline()
        for rounds_left in reversed(range(PREPARE_ROUNDS)):
            try:
                await self._register("POST", merchant_id, price, ends)
            except (Unknown, Rejected) as error:
                registered = await self._registered(merchant_id, ends)
                if registered is None and (isinstance(error, Rejected) or not rounds_left):
                    raise  # it was refused although nothing is registered, or never answered
            else:
                return
            if registered is not None:
                if not registered.is_of(merchant_id, price):
                    await self._register("PUT", merchant_id, price, ends)
                return

    async def _register(self, method: str, merchant_id: MerchantId, price: Money, ends: Deadline) -> None:
        body = wire.prepare_body(merchant_id, price)
        call = Call(method=method, path="/payments/prepare", body=body, harmless=method == "PUT")
        registered = wire.registration(await self._api.response(call, ends), merchant_id)
        if registered.amount != price.to_major() or registered.currency not in ("", price.currency):
            raise ContractViolation("The provider registered a different amount than requested.")

    async def _registered(self, merchant_id: MerchantId, ends: Deadline) -> wire.Registration | None:
        call = Call(method="GET", path="/payments/prepare/{}", about=merchant_id, harmless=True)
        reply = await self._api.ask(call, ends)
        if reply.is_absence:
            return None
        if reply.is_refusal:
            raise self._api.rejection(reply)
        return wire.registration(reply.envelope.response, merchant_id)

    async def find(self, gateway_id: GatewayId, _: MerchantId | None = None) -> Report | None:
        """Return the report of one attempt, or None. In live mode, attempts on a test channel are not found here."""
        if not 0 < len(gateway_id) <= MAX_ID_LENGTH:
            return None
        query: Query = {"include_sandbox": "true"} if self._settings.mode is Mode.TEST else {}
        call = Call(method="GET", path="/payments/{}", about=gateway_id, query=query, harmless=True)
        reply = await self._api.ask(call, self._deadline())
        if reply.is_absence:
            return None
        if reply.is_refusal:
            raise self._api.rejection(reply)
        return self._report_of(gateway_id, reply.envelope.response)

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return a report of every attempt under a merchant id, oldest first, including those on test channels.

        What may be missing is reported as unreadable too: a page beyond MAX_PAGES, or fewer rows than the provider
        counts.
        """
        ends = self._deadline()
        reports: list[Report] = []
        unreadable: list[str] = []
        rows = 0
        for number in range(1, MAX_PAGES + 1):
            page = await self._attempts_page(merchant_id, number, ends)
            more, skipped = _reports_of(page.rows)
            reports += more
            unreadable += skipped
            rows += len(page.rows)
            if page.next != number + 1:
                break
        if page.next:
            unreadable.append(f"page {page.next} follows page {number}; it was not read and may have more attempts")
        elif rows < page.total:
            unreadable.append(f"the provider counts {page.total} attempts at this payment, but shows {rows}")
        return Attempts(tuple(reports), tuple(unreadable))

    async def _attempts_page(self, merchant_id: MerchantId, number: int, ends: Deadline) -> wire.Page:
        query: Query = {"page": number, "limit": self._settings.page_size, "sorting": _SORTING}
        call = Call(method="GET", path="/payments/findAll/{}", about=merchant_id, query=query, harmless=True)
        reply = await self._api.ask(call, ends)
        if reply.is_absence and number == 1:
            return wire.Page((), 0, 0)
        if reply.is_refusal:
            raise self._api.rejection(reply)
        return wire.page(reply.envelope.response)

    async def refund(self, refund: Refund, currency: str, _: MerchantId) -> Report:
        """Cancel all or part of a capture, under a deadline of its own: the provider waits for the PG meanwhile.

        It is never sent twice by itself. After Unknown, the caller must refresh before it calls again.
        """
        call = Call(method="POST", path="/payments/cancel", body=wire.cancel_body(refund, currency))
        reply = await self._api.ask(call, Deadline(self._settings.refund_deadline))
        if reply.is_refusal:
            refusal = self._api.rejection(reply)
            if says_still_at_work(refusal.provider_text):
                raise StillAtWork("The provider is still working on an earlier cancel of this payment.")
            raise refusal
        return self._report_of(refund.gateway_id, reply.envelope.response)

    async def revoke(self, gateway_id: GatewayId, _: MerchantId) -> Report:
        """Close a virtual account before its deposit. The attempt is then declined."""
        call = Call(method="DELETE", path="/vbanks/{}", about=gateway_id)
        return self._report_of(gateway_id, await self._api.response(call, self._deadline()))

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of the attempts whose status changed from *since* to *until* (inclusive), first started first.

        An attempt that changes meanwhile leaves or enters the period, and those after it move to another page. Raises
        Rejected, without a call, for a period of more than 90 days.
        """
        if not timedelta(0) <= until - since <= MAX_SPAN or page < 1:
            raise Rejected("A listing must cover at most 90 days and start at page 1. The provider was not called.")
        reply = await self._api.ask(self._listing_call(since, until, page), self._deadline())
        if reply.status == NO_SUCH_PAGE:
            return ListingPage((), 0, 0)
        if reply.is_refusal:
            raise self._api.rejection(reply)
        listed = wire.page(reply.envelope.response)
        reports, skipped = _reports_of(listed.rows)
        following = listed.next if listed.next == page + 1 else 0  # its pages may be shorter than requested
        pages = max(math.ceil(listed.total / self._settings.page_size), following)
        return ListingPage(tuple(reports), pages, listed.total, tuple(skipped))

    def _listing_call(self, since: datetime, until: datetime, page: int) -> Call:
        query: Query = {
            "from": math.floor(since.timestamp()),
            "to": min(math.ceil(until.timestamp()), math.floor(since.timestamp()) + int(MAX_SPAN.total_seconds())),
            "page": page,
            "limit": self._settings.page_size,
            "sorting": _SORTING,
        }
        return Call(method="GET", path="/payments/status/all", query=query, harmless=True)

    def _report_of(self, gateway_id: GatewayId, value: object) -> Report:
        report = wire.report(value)
        if report.gateway_id != gateway_id:
            raise ContractViolation("The provider returned a different attempt than requested.")
        return report

    def _deadline(self) -> Deadline:
        return Deadline(self._settings.deadline)


def _reports_of(rows: Iterable[object]) -> tuple[list[Report], list[str]]:
    """Return the reports of *rows*, and a sentence about each row that cannot be read and is skipped."""
    reports: list[Report] = []
    skipped: list[str] = []
    for row in rows:
        try:
            reports.append(wire.report(row))
        except GatewayError as error:
            skipped.append(f"{wire.name_of(row)}: {error}")
    return reports, skipped
