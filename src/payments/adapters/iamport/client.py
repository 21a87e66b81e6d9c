"""IamportGateway: the Gateway port over Iamport's REST API (PortOne V1). It blocks, and any thread may call it.

prepare    POST, and where that is refused or unknown: GET, compare, PUT
find       GET  /payments/{imp_uid}
attempts   GET  /payments/findAll/{merchant_uid}, all pages
refund     POST /payments/cancel, with amount and checksum; never sent twice by itself
revoke     DELETE /vbanks/{imp_uid}
listing    GET  /payments/status/all, one page
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Self

from payments.adapters.iamport import wire
from payments.adapters.iamport.api import Api, Call, Query
from payments.adapters.iamport.guesses import BEYOND_THE_DATA, says_still_at_work
from payments.adapters.iamport.settings import IamportSettings
from payments.adapters.iamport.transport import Deadline
from payments.domain.errors import ContractViolation, GatewayError, Rejected, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Report
from payments.domain.values import GatewayId, MerchantId, Mode

LONGEST_SPAN: Final = timedelta(days=90)
"""The longest stretch of time the provider lists at once."""

MAX_PAGES: Final = 50
"""How many pages of attempts at one payment are read. No honest buyer opens so many windows."""

LONGEST_ID: Final = 64
"""Longer names than any attempt's can come from strangers, and none is asked for."""

PREPARE_ROUNDS: Final = 2
"""How often an amount is sent anew after no answer: a first one may still arrive between our look and our second."""

_BY_START: Final = "started"  # the one order in which a row never moves, whatever happens to it


class IamportGateway:
    """The Gateway of the shop that *settings* name. Closed by `close`, or as a context manager."""

    def __init__(self, settings: IamportSettings) -> None:
        self._settings = settings
        self._api = Api(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that wait for a next call."""
        self._api.close()

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover: the provider allows 90 days."""
        return LONGEST_SPAN

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Register the one amount a window may open with; repeated, it changes the amount."""
        ends = self._deadline()
        for again in reversed(range(PREPARE_ROUNDS)):
            try:
                self._register("POST", merchant_id, price, ends)
            except (Unknown, Rejected) as error:
                told = self._registered(merchant_id, ends)
                if told is None and (isinstance(error, Rejected) or not again):
                    raise  # refused for another reason than that it is there already, or never answered
            else:
                return
            if told is not None:
                if not told.is_of(merchant_id, price):
                    self._register("PUT", merchant_id, price, ends)
                return

    def _register(self, method: str, merchant_id: MerchantId, price: Money, ends: Deadline) -> None:
        body = wire.prepare_body(merchant_id, price)
        call = Call(method=method, path="/payments/prepare", body=body, harmless=method == "PUT")
        told = wire.registration(self._api.response(call, ends), merchant_id)
        if told.amount != price.to_major() or told.currency not in ("", price.currency):
            raise ContractViolation("The provider registered another amount than we asked for.")

    def _registered(self, merchant_id: MerchantId, ends: Deadline) -> wire.Registration | None:
        call = Call(method="GET", path="/payments/prepare/{}", about=merchant_id, harmless=True)
        reply = self._api.ask(call, ends)
        if reply.is_absence:
            return None
        if reply.is_refusal:
            raise self._api.rejection(reply)
        return wire.registration(reply.envelope.response, merchant_id)

    async def find(self, gateway_id: GatewayId) -> Report | None:
        """Look at one attempt. In live mode the provider does not show those of a test channel here: None."""
        if not 0 < len(gateway_id) <= LONGEST_ID:
            return None
        query: Query = {"include_sandbox": "true"} if self._settings.mode is Mode.TEST else {}
        call = Call(method="GET", path="/payments/{}", about=gateway_id, query=query, harmless=True)
        reply = self._api.ask(call, self._deadline())
        if reply.is_absence:
            return None
        if reply.is_refusal:
            raise self._api.rejection(reply)
        return self._report_of(gateway_id, reply.envelope.response)

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return every attempt under a merchant id, the oldest first, those of test channels included."""
        ends = self._deadline()
        reports: list[Report] = []
        unreadable: list[str] = []
        for number in range(1, MAX_PAGES + 1):
            page = self._attempts_page(merchant_id, number, ends)
            more, skipped = _reported(page.rows)
            reports += more
            unreadable += skipped
            if page.next == 0:
                break
            if page.next != number + 1:
                raise ContractViolation(f"After page {number} of attempts the provider names page {page.next}.")
        else:
            unreadable.append(f"there are more than {len(reports)} attempts at this payment; the rest was not read")
        return Attempts(tuple(reports), tuple(unreadable))

    def _attempts_page(self, merchant_id: MerchantId, number: int, ends: Deadline) -> wire.Page:
        query: Query = {"page": number, "limit": self._settings.page_size, "sorting": _BY_START}
        call = Call(method="GET", path="/payments/findAll/{}", about=merchant_id, query=query, harmless=True)
        reply = self._api.ask(call, ends)
        if reply.is_absence and number == 1:
            return wire.Page((), 0, 0)
        if reply.is_refusal:
            raise self._api.rejection(reply)
        return wire.page(reply.envelope.response)

    async def refund(self, refund: Refund, currency: str) -> Report:
        """Cancel all or part of a capture, under a deadline of its own: the provider waits for the PG meanwhile.

        It is never sent twice by itself. After an Unknown the caller must check what became of it.
        """
        call = Call(method="POST", path="/payments/cancel", body=wire.cancel_body(refund, currency))
        reply = self._api.ask(call, Deadline(self._settings.refund_deadline))
        if reply.is_refusal:
            refusal = self._api.rejection(reply)
            if says_still_at_work(refusal.provider_text):
                raise StillAtWork("The provider is still working on an earlier cancel of this payment.")
            raise refusal
        return self._report_of(refund.gateway_id, reply.envelope.response)

    async def revoke(self, gateway_id: GatewayId) -> Report:
        """Close a virtual account before its deposit; the attempt is declined then."""
        call = Call(method="DELETE", path="/vbanks/{}", about=gateway_id)
        return self._report_of(gateway_id, self._api.response(call, self._deadline()))

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """List attempts by the clock of their own status, the first started first; both ends are included.

        A row that changes meanwhile leaves the stretch or enters it, and those behind it move to another page. Raises
        Rejected for a stretch of more than 90 days; nothing is sent then.
        """
        if not timedelta(0) <= until - since <= LONGEST_SPAN or page < 1:
            raise Rejected("A listing is of at most 90 days, from page 1 on. Nothing was asked.")
        reply = self._api.ask(self._listing_call(since, until, page), self._deadline())
        if reply.status == BEYOND_THE_DATA:
            return ListingPage((), 0, 0)
        if reply.is_refusal:
            raise self._api.rejection(reply)
        told = wire.page(reply.envelope.response)
        reports, skipped = _reported(told.rows)
        pages = math.ceil(told.total / self._settings.page_size)
        return ListingPage(tuple(reports), pages, told.total, tuple(skipped))

    def _listing_call(self, since: datetime, until: datetime, page: int) -> Call:
        query: Query = {
            "from": math.floor(since.timestamp()),
            "to": min(math.ceil(until.timestamp()), math.floor(since.timestamp()) + int(LONGEST_SPAN.total_seconds())),
            "page": page,
            "limit": self._settings.page_size,
            "sorting": _BY_START,
        }
        return Call(method="GET", path="/payments/status/all", query=query, harmless=True)

    def _report_of(self, gateway_id: GatewayId, value: object) -> Report:
        report = wire.report(value)
        if report.gateway_id != gateway_id:
            raise ContractViolation("Asked about one attempt, the provider answered about another.")
        return report

    def _deadline(self) -> Deadline:
        return Deadline(self._settings.deadline)


def _reported(rows: Iterable[object]) -> tuple[list[Report], list[str]]:
    """Return the reports of *rows*, and a sentence about each row that no report can be made of."""
    reports: list[Report] = []
    skipped: list[str] = []
    for row in rows:
        try:
            reports.append(wire.report(row))
        except GatewayError as error:
            skipped.append(f"{wire.name_of(row)}: {error}")
    return reports, skipped
