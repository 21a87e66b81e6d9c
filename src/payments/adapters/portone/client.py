"""Client: the Gateway port over PortOne's REST API, for every transport. Everything is addressed by our own id.

prepare    POST /payments/{id}/pre-register; a further call changes the amount
find       GET  /payments/{id}, and its transactions where that shows another attempt
attempts   GET  /payments/{id}/transactions; where the provider has withdrawn it (it may), GET /payments/{id}
refund     GET  /payments/{id}, then POST /payments/{id}/cancel, with remainder and idempotency key; then find
revoke     POST /payments/{id}/virtual-account/close; then find
listing    GET  /payments, by the time of the last change, one page
"""

import json
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from payments.adapters.http_wire.calling import Query
from payments.adapters.http_wire.fields import Fields
from payments.adapters.http_wire.jsontext import decoded
from payments.adapters.http_wire.transport import Deadline, Transport
from payments.adapters.portone import wire
from payments.adapters.portone.api import Api, Call
from payments.adapters.portone.cancelling import cancel_body, idempotency_key
from payments.adapters.portone.guesses import LISTING_SPAN, MAX_ROWS, OVERLAP
from payments.adapters.portone.settings import PortOneSettings
from payments.adapters.portone.words import NOT_FOUND, NOT_WAITING, OTHER_CAPTURE
from payments.domain.errors import ContractViolation, GatewayError, NotSent, Rejected, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.refund import Refund
from payments.domain.report import Outcome, Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId

MAX_ID_LENGTH: Final = 64
"""Longer ids come from strangers, because no attempt has one. The provider is not called for them."""


class Client:
    """The Gateway of one shop over a transport. Its calls block or suspend as those of the transport do."""

    def __init__(self, settings: PortOneSettings, transport: Transport) -> None:
        self._settings = settings
        self._api = Api(settings, transport)

    def renew(self, settings: PortOneSettings) -> None:
        """Use the secret of *settings* from the next call on. The address and the limits stay as they are."""
        self._api.renew(settings)

    @property
    def listing_span(self) -> timedelta:
        """The longest stretch of time that one listing may cover."""
        return LISTING_SPAN

    async def present(self) -> None:
        """Ask for one row of the list. Raises CredentialsRefused where the provider does not accept our secret."""
        await self._api.ask(self._list_call({"number": 0, "size": 1}, {}), self._deadline())

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        """Register the only amount that a payment window may open with. A further call changes the amount."""
        body = {"totalAmount": price.minor, "currency": price.currency, "storeId": self._settings.store_id}
        path = "/payments/{}/pre-register"
        call = Call(method="POST", path=path, about=merchant_id, body=body, harmless=True)
        await self._api.ask(call, self._deadline())

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        """Return the report of one attempt, or None. There is no call by attempt, so without our id it searches."""
        if not 0 < len(gateway_id) <= MAX_ID_LENGTH:
            return None
        ends = self._deadline()
        merchant_id = merchant_id or await self._owner(gateway_id, ends)
        if merchant_id is None:
            return None
        shown = await self._payment(merchant_id, ends)
        if shown is None or wire.is_of_v1(shown):
            return None
        if wire.name_of(shown) == gateway_id:
            return self._report(shown)  # it has the cancels that wait, which transactions do not show
        for row in await self._transactions(merchant_id, ends) or ():
            if not wire.is_of_v1(row) and isinstance(row, dict) and row.get("id") == gateway_id:
                return self._report(row)
        return None

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        """Return a report of every attempt under a merchant id, on live and on test channels."""
        ends = self._deadline()
        rows = await self._transactions(merchant_id, ends)
        if rows is None:
            shown = await self._payment(merchant_id, ends)
            rows = [] if shown is None else [shown]
        return Attempts(*self._reports(row for row in rows if not wire.is_of_v1(row)))

    async def refund(self, refund: Refund, currency: str, merchant_id: MerchantId) -> Report:
        """Cancel all or part of a capture, under a deadline of its own: the provider waits for the PG meanwhile.

        It is never sent twice by itself. After Unknown, the caller must refresh before it calls again. The provider's
        cancel names the payment alone, so one whose money came twice (which the provider excludes) is looked at first:
        raises Rejected, and sends nothing, where the cancel would be of another capture.
        """
        body = {**cancel_body(refund), "storeId": self._settings.store_id}
        key = idempotency_key(merchant_id, body, refund.refusals)
        try:
            await self._check_capture(refund.gateway_id, merchant_id)
        except (Unknown, ContractViolation) as error:
            raise NotSent("The provider did not show the capture before its refund. Nothing was sent.") from error
        ends = Deadline(self._settings.refund_deadline)
        call = Call(method="POST", path="/payments/{}/cancel", about=merchant_id, body=body, key=key)
        made = wire.cancelled(await self._api.ask(call, ends))
        if made.outcome is Outcome.FAILED:
            raise Rejected("The provider could not execute the refund. Nothing was done.", "FAILED", "cancel failed")
        try:
            report = await self._again(refund.gateway_id, merchant_id)
        except (NotSent, Rejected) as error:  # of the look: the cancel itself has arrived
            raise Unknown(
                "The provider took the refund, but its outcome was not shown. Refresh before trying again."
            ) from error
        if report.amount.currency != currency:
            raise ContractViolation("The provider reports the capture in another currency than its refund.")
        return _with_waiting(report, made)

    async def _check_capture(self, gateway_id: GatewayId, merchant_id: MerchantId) -> None:
        """Raise Rejected where a cancel could be of another capture, and Unknown where this one is not shown."""
        ends = self._deadline()
        shown = await self._payment(merchant_id, ends)
        if wire.is_captured(shown) and wire.name_of(shown) == gateway_id:
            return
        rows = [shown] if wire.is_captured(shown) else await self._transactions(merchant_id, ends)
        if rows is None:
            return  # the provider no longer lists attempts
        if any(wire.is_captured(row) and wire.name_of(row) != gateway_id for row in rows):
            raise Rejected(
                "The provider would cancel another capture of this payment. Nothing was sent.", OTHER_CAPTURE
            )
        if not any(wire.is_captured(row) for row in rows):
            raise Unknown("The provider does not show this capture.")

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        """Close a virtual account before its deposit. One that was paid meanwhile is reported as it is."""
        known = await self.find(gateway_id, merchant_id)
        if known is None or known.rank is not Rank.READY or known.deposit is None:
            raise Rejected("No account waits for a deposit here. Nothing was done.", NOT_WAITING)
        path = "/payments/{}/virtual-account/close"
        call = Call(method="POST", path=path, about=merchant_id, query={"storeId": self._settings.store_id})
        answer = await self._api.answer(call, Deadline(self._settings.refund_deadline))
        if answer.status != 200:
            refused = self._api.rejection(answer)
            after = await self._again(gateway_id, merchant_id)
            if refused.provider_code == NOT_WAITING and after.rank is not Rank.READY:
                return after
            raise refused
        return await self._again(gateway_id, merchant_id)

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of the payments whose status changed from *since* to *until*, the oldest change first.

        It lists payments, not attempts: a declined attempt beside a paid one is not in it. Payments of V1, which the
        provider shows too, are left to the gateway of V1. Raises Rejected, without a call, for a stretch that is longer
        than the provider lists.
        """
        listed, pages = await self._listed(since, until, page, "V2")
        reports, skipped = self._reports(row for row in listed.rows if not wire.is_of_v1(row))
        return ListingPage(reports, pages, listed.total, skipped)

    async def shadow_listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        """Return a page of the payments of V1, as V2 shows them, for a comparison before a shop moves."""
        listed, pages = await self._listed(since, until, page, "V1")
        reports, skipped = self._reports(row for row in listed.rows if wire.is_of_v1(row))
        return ListingPage(reports, pages, listed.total, skipped)

    async def _listed(self, since: datetime, until: datetime, page: int, version: str) -> tuple[wire.Page, int]:
        size = self._settings.page_size
        if not timedelta(0) <= until - since <= LISTING_SPAN or page < 1:
            raise Rejected("A listing must cover at most 89 days and start at page 1. The provider was not called.")
        if page * size > MAX_ROWS:
            raise Rejected(f"The provider lists {MAX_ROWS} payments at most. Ask for a shorter stretch of time.")
        span = {"from": _text_of(since), "until": _text_of(until + OVERLAP)}
        by_change = {"timestampType": "STATUS_CHANGED_AT", "sortBy": "STATUS_CHANGED_AT", "sortOrder": "ASC"}
        filters = {**by_change, **span, "version": version, "storeId": self._settings.store_id}
        call = self._list_call({"number": page - 1, "size": size}, filters)
        listed = wire.page(await self._api.ask(call, self._deadline()))
        following = page + 1 if len(listed.rows) >= size else page  # the total may be of this page alone
        return listed, max(math.ceil(listed.total / size), following if listed.rows else 0)

    def _list_call(self, page: dict[str, int], filters: dict[str, Any]) -> Call:
        asked = json.dumps({"page": page, "filter": filters}, separators=(",", ":"))
        return Call(method="GET", path="/payments", query={"requestBody": asked}, harmless=True)

    async def _owner(self, gateway_id: GatewayId, ends: Deadline) -> MerchantId | None:
        """Return whose attempt this is: the provider finds parts of a text, so the ids are compared."""
        filters = {"textSearch": [{"field": "TX_ID", "value": gateway_id}], "storeId": self._settings.store_id}
        listed = wire.page(await self._api.ask(self._list_call({"number": 0, "size": 10}, filters), ends))
        owners = (
            row.get("id") for row in listed.rows if isinstance(row, dict) and row.get("transactionId") == gateway_id
        )
        return next((MerchantId(owner) for owner in owners if isinstance(owner, str) and owner), None)

    async def _payment(self, merchant_id: MerchantId, ends: Deadline) -> object | None:
        """Return the payment of this id, with the attempt that the provider shows of it; None if it knows none.

        Raises ContractViolation for the answer to another question.
        """
        answer = await self._api.answer(self._read("/payments/{}", merchant_id), ends)
        if answer.status == 200:
            shown = decoded(answer.body)
            if isinstance(shown, dict) and shown.get("id", merchant_id) != merchant_id:
                raise ContractViolation("Asked about one payment, the provider answered about another.")
            return shown
        refused = self._api.rejection(answer)
        if refused.provider_code == NOT_FOUND:
            return None
        raise refused

    async def _transactions(self, merchant_id: MerchantId, ends: Deadline) -> list[object] | None:
        """Return all attempts; None where the provider no longer has this call, which it calls unstable."""
        answer = await self._api.answer(self._read("/payments/{}/transactions", merchant_id), ends)
        if answer.status == 200:
            return Fields.of(decoded(answer.body), "list of transactions").required_list("items")
        refusal = wire.refusal(answer.body)
        if refusal is not None and refusal.type == NOT_FOUND:
            return []
        if answer.status in (404, 405, 410) and refusal is None:
            return None
        raise self._api.rejection(answer)

    def _read(self, path: str, merchant_id: MerchantId) -> Call:
        query: Query = {"storeId": self._settings.store_id}
        return Call(method="GET", path=path, about=merchant_id, query=query, harmless=True)

    async def _again(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        report = await self.find(gateway_id, merchant_id)
        if report is None:
            raise ContractViolation(f"The provider no longer knows its attempt {gateway_id}.")
        return report

    def _report(self, row: object) -> Report:
        return wire.report(row, self._settings.mode)

    def _reports(self, rows: Iterable[object]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
        """Return the reports of *rows*, and a sentence about each row that cannot be read."""
        reports, skipped = list[Report](), list[str]()
        for row in rows:
            try:
                reports.append(self._report(row))
            except GatewayError as error:
                skipped.append(f"{wire.name_of(row)}: {error}")
        return tuple(reports), tuple(skipped)

    def _deadline(self) -> Deadline:
        return Deadline(self._settings.deadline)


def _with_waiting(report: Report, made: ReportedRefund) -> Report:
    """Return the report with a cancel that was accepted just now, where the provider does not show it yet."""
    if made.outcome is not Outcome.REQUESTED or any(one.provider_id == made.provider_id for one in report.refunds):
        return report
    return attrs.evolve(report, refunds=(*report.refunds, made))


def _text_of(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
