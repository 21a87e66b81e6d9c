"""Reading payments: by imp_uid, by many ids, find, findAll, status lists; users/pg and the code tables."""

from typing import Any

import attrs

from payments.entrypoints.sandbox.api.table import Entry
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.payments.channels import BANKS, CARDS
from payments.entrypoints.sandbox.payments.messages import NO_PAYMENT, STATUS_UNKNOWN
from payments.entrypoints.sandbox.payments.paging import DEFAULT_LIMIT, TimeWindow, ordered, page_of
from payments.entrypoints.sandbox.payments.row import STATUSES, PaymentRow
from payments.entrypoints.sandbox.service import Sandbox
from payments.entrypoints.sandbox.wire.call import Call
from payments.entrypoints.sandbox.wire.envelope import Reply

IDS_MAX = 100


def get_payment(sandbox: Sandbox, call: Call) -> Reply:
    """One payment; a test payment only with `include_sandbox`."""
    row = sandbox.book.payment(call.path_params["imp_uid"])
    if row.sandbox and sandbox.settings.hide_sandbox_payments and not call.query.flag("include_sandbox"):
        raise CallRefused(NO_PAYMENT)
    shown = row.shown()
    return Reply(shown | {"extension": None} if call.query.flag("extension") else shown)


def get_payments(sandbox: Sandbox, call: Call) -> Reply:
    """Many payments by id: 207 when some are missing, 404 when all are."""
    imp_uids, merchant_uids = call.query.texts("imp_uid"), call.query.texts("merchant_uid")
    if not 1 <= len(imp_uids) + len(merchant_uids) <= IDS_MAX:
        raise call.query.refused("imp_uid[], merchant_uid[]")
    found = [sandbox.book.past[imp_uid][-1] for imp_uid in imp_uids if imp_uid in sandbox.book.past]
    rows = {row.imp_uid: row for row in found if not row.is_v2}
    missing = len(set(imp_uids)) - len(rows)
    for merchant_uid in dict.fromkeys(merchant_uids):
        named = sandbox.book.by_merchant_uid(merchant_uid)
        missing += not named
        rows |= {row.imp_uid: row for row in named[-1:]}
    if not rows:
        raise CallRefused(NO_PAYMENT)
    listed = list(rows.values())
    if sandbox.book.guesses.many_by_id == "oldest first":
        listed.sort(key=lambda row: row.hidden.order)
    return Reply([row.shown() for row in listed], 207 if missing else 200)


def _status(call: Call) -> str:
    status = call.path_params.get("payment_status", "all")
    if status not in ("all", *STATUSES):
        raise CallRefused(STATUS_UNKNOWN)
    return status


def _found(sandbox: Sandbox, call: Call) -> list[PaymentRow]:
    rows = sandbox.book.by_merchant_uid(call.path_params["merchant_uid"], _status(call))
    if not rows:
        raise CallRefused(NO_PAYMENT)
    return ordered(rows, call.query.text("sorting"), sandbox.book.guesses)


def find_payment(sandbox: Sandbox, call: Call) -> Reply:
    """The first payment of a merchant_uid by the sorting."""
    return Reply(_found(sandbox, call)[0].shown())


def _paged(sandbox: Sandbox, call: Call, rows: list[PaymentRow], *, beyond_refused: bool = True) -> dict[str, Any]:
    page, limit = call.query.whole("page", 1), call.query.whole("limit", DEFAULT_LIMIT)
    return page_of(rows, page or 0, limit or 0, sandbox.book.guesses, beyond_refused=beyond_refused)


def find_payments(sandbox: Sandbox, call: Call) -> Reply:
    """All payments of a merchant_uid, paged."""
    refused = sandbox.book.guesses.page_beyond_find_all == "refused"
    return Reply(_paged(sandbox, call, _found(sandbox, call), beyond_refused=refused))


def list_payments(sandbox: Sandbox, call: Call) -> Reply:
    """The store's payments of a status inside a time window, paged."""
    status, guesses = _status(call), sandbox.book.guesses
    since, until = call.query.whole("from"), call.query.whole("to")
    window = TimeWindow.of(since, until, sandbox.clock.now(), guesses)
    rows = [row for row in sandbox.book.with_status(status) if window.holds(row)]
    return Reply(_paged(sandbox, call, ordered(rows, call.query.text("sorting"), guesses)))


def list_channels(sandbox: Sandbox, call: Call) -> Reply:  # noqa: ARG001 - every handler has this shape
    """The store's channels."""
    return Reply([attrs.asdict(channel) for channel in sandbox.settings.channels])


def _code_table(names: dict[str, str], call: Call) -> Reply:
    code = call.path_params.get("code")
    if code is None:
        return Reply([{"code": known, "name": name} for known, name in names.items()])
    if code not in names:
        raise CallRefused(attrs.evolve(NO_PAYMENT, message="존재하지 않는 코드입니다."))
    return Reply({"code": code, "name": names[code]})


def banks(sandbox: Sandbox, call: Call) -> Reply:  # noqa: ARG001 - every handler has this shape
    """Bank codes and names."""
    return _code_table(BANKS, call)


def cards(sandbox: Sandbox, call: Call) -> Reply:  # noqa: ARG001 - every handler has this shape
    """Card company codes and names."""
    return _code_table(CARDS, call)


TABLE = (
    Entry("GET", "/payments", get_payments),
    Entry("GET", "/payments/find/{merchant_uid}", find_payment),
    Entry("GET", "/payments/find/{merchant_uid}/{payment_status}", find_payment),
    Entry("GET", "/payments/findAll/{merchant_uid}", find_payments),
    Entry("GET", "/payments/findAll/{merchant_uid}/{payment_status}", find_payments),
    Entry("GET", "/payments/status/{payment_status}", list_payments),
    Entry("GET", "/payments/{imp_uid}", get_payment),
    Entry("GET", "/users/pg", list_channels),
    Entry("GET", "/banks", banks),
    Entry("GET", "/banks/{code}", banks),
    Entry("GET", "/cards", cards),
    Entry("GET", "/cards/{code}", cards),
)
