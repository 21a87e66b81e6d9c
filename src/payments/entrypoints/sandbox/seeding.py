"""Seeding: what a sandbox knows from its start, read from a JSON or TOML file.

├── payments         the properties of a payment; those left out follow from `status` (paid unless it says otherwise)
├── prepares         merchant_uid, amount, currency
├── customers        billing keys: customer_uid and what else the API shows; `expiry`, `refuses`
├── schedules        customer_uid, merchant_uid, schedule_at, amount, name, buyer_…, notice_url
├── certifications   identity checks
└── naver_reviews    reviews of Naver Pay's order type

A time below 1,000,000,000 (in 2001) counts from the sandbox's start: -3600 is an hour before it, 86400 a day after.
"""

import json
import tomllib
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs

from payments.entrypoints.sandbox.billing.billing import ScheduleRequest
from payments.entrypoints.sandbox.billing.customers import Customer
from payments.entrypoints.sandbox.errors import CallRefused, InvalidSeedData
from payments.entrypoints.sandbox.extras.certifications import Certification
from payments.entrypoints.sandbox.payments.opening import BUYER_FIELDS, WindowRequest, urls
from payments.entrypoints.sandbox.payments.prepared import Registration
from payments.entrypoints.sandbox.payments.row import Cancellation, Hidden, PaymentRow
from payments.entrypoints.sandbox.store import Store

ABSOLUTE_FROM: Final = 1_000_000_000
TIMES: Final = frozenset({"vbank_date", "inserted", "updated"})
"""Times that do not end with `_at`."""
T = TypeVar("T")


def read(path: Path) -> dict[str, Any]:
    """Return what the file at *path* says; InvalidSeedData if it cannot be read."""
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text, parse_float=Decimal) if path.suffix == ".toml" else _json(text)
    except (OSError, ValueError) as error:
        raise InvalidSeedData(f"{path} cannot be read as seed data: {error}") from error
    if not isinstance(data, dict):
        raise InvalidSeedData(f"{path} is not seed data: it must hold an object")
    return data


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def plant(store: Store, data: Mapping[str, Any]) -> None:
    """Put *data* into *store*. Raises InvalidSeedData; part of the data is in the store then."""
    planters: dict[str, Callable[[Store, Item], object]] = {
        "payments": _payment,
        "prepares": lambda store, item: store.book.prepared.add(item.build(Registration)),
        "customers": _customer,
        "schedules": _schedule,
        "certifications": lambda store, item: store.certifications.put(item.build(Certification)),
        "naver_reviews": lambda store, item: store.naver.add_review(item.timed()),
    }
    unknown = ", ".join(sorted(set(data) - set(planters)))
    if unknown:
        raise InvalidSeedData(f"seed data cannot have {unknown}; it has: {', '.join(planters)}")
    for kind, planter in planters.items():
        for item in _items(kind, data.get(kind, []), store.clock.now()):
            try:
                planter(store, item)
            except CallRefused as error:
                raise InvalidSeedData(f"{item.where}: {error}") from error


@attrs.frozen
class Item:
    """One object of the file: its place in the file, its values, and when the sandbox started (UNIX seconds)."""

    where: str
    values: Mapping[str, Any]
    start: int

    def build(self, cls: type[T], **defaults: Any) -> T:
        """Return a *cls* made of the values. Raises InvalidSeedData for a value of another type than *cls* declares."""
        hints = get_type_hints(cls)
        for name in self.values:
            if name not in hints or name == "hidden":
                raise InvalidSeedData(f"{self.where}: there is no {name!r}")
        read = {name: self._read(name, hints[name], value) for name, value in self.values.items()}
        try:
            return cls(**defaults | read)
        except (TypeError, ValueError) as error:
            raise InvalidSeedData(f"{self.where}: {error}") from error

    def timed(self) -> dict[str, Any]:
        """Return the values with absolute times."""
        return {name: self._time(name, value) for name, value in self.values.items()}

    def _time(self, name: str, value: Any) -> Any:
        is_time = name.endswith("_at") or name in TIMES
        return self.start + value if is_time and isinstance(value, int) and 0 != abs(value) < ABSOLUTE_FROM else value

    def _read(self, name: str, hint: Any, value: Any) -> Any:
        union = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        kinds = [get_origin(kind) or kind for kind in union]
        if name == "cancel_history":
            return _cancellations(f"{self.where}.{name}", value, self.start)
        if type(value) is int and int in kinds:
            return self._time(name, value)
        if type(value) in (int, Decimal) and Decimal in kinds:
            return Decimal(value)
        if isinstance(value, list) and tuple in kinds:
            return tuple(value)
        if type(value) in kinds or (isinstance(value, dict) and Mapping in kinds):
            return value
        raise InvalidSeedData(f"{self.where}: {name} cannot be {value!r}")


def _items(where: str, listed: Any, start: int) -> list[Item]:
    if not isinstance(listed, list) or not all(isinstance(values, dict) for values in listed):
        raise InvalidSeedData(f"{where} must be a list of objects")
    return [Item(f"{where}[{index}]", values, start) for index, values in enumerate(listed)]


def _cancellations(where: str, listed: Any, start: int) -> tuple[Cancellation, ...]:
    nothing = {"pg_tid": None, "reason": "", "receipt_url": "", "cancelled_at": start}
    items = _items(where, listed, start)
    return tuple(
        item.build(Cancellation, **nothing, cancellation_id=f"seeded-{index}") for index, item in enumerate(items)
    )


def _payment(store: Store, item: Item) -> None:
    row = _completed(item.build(PaymentRow, status="paid", started_at=item.start), item)
    if not row.sandbox:
        raise InvalidSeedData(f"{item.where}: seeded payments must have `sandbox: true`")
    if row.imp_uid in store.book.past:
        raise InvalidSeedData(f"{item.where}: {row.imp_uid} exists already")
    if not 0 <= row.cancel_amount <= row.amount:
        raise InvalidSeedData(f"{item.where}: cancel_amount must be between 0 and amount")
    latest = max(row.started_at, row.paid_at, row.failed_at, row.cancelled_at)
    store.book.insert(attrs.evolve(row, hidden=Hidden(order=len(store.book.past), updated_at=latest)))


def _completed(row: PaymentRow, item: Item) -> PaymentRow:
    """Return *row* with what its status implies, unless the file says otherwise."""
    implied: dict[str, Any] = {}
    if row.status in ("paid", "cancelled"):
        implied |= {"paid_at": row.started_at, "pay_method": "card", "pg_tid": f"seeded_{row.imp_uid}"}
    if row.status == "failed":
        implied |= {"failed_at": row.started_at}
    if row.status == "cancelled":
        implied |= {"cancelled_at": row.paid_at or row.started_at, "cancel_amount": row.amount}
    row = attrs.evolve(row, **{name: value for name, value in implied.items() if name not in item.values})
    if not row.cancel_amount or row.cancel_history:
        return row
    one = Cancellation(
        pg_tid=row.pg_tid,
        amount=row.cancel_amount,
        cancelled_at=row.cancelled_at,
        reason=row.cancel_reason or "",
        cancellation_id=f"seeded-{row.imp_uid}",
        receipt_url="",
    )
    return attrs.evolve(row, cancel_history=(one,))


def _customer(store: Store, item: Item) -> None:
    home = {"pg_provider": "nice", "pg_id": "nictest04m"}
    store.billing.customers.keep(item.build(Customer, **home, inserted=item.start, updated=item.start))


@attrs.frozen(kw_only=True)
class _Schedule:
    """The values of a schedule in a file."""

    customer_uid: str
    merchant_uid: str
    schedule_at: int
    amount: Decimal
    name: str = ""
    currency: str = "KRW"
    buyer_name: str = ""
    buyer_email: str = ""
    buyer_tel: str = ""
    buyer_addr: str = ""
    buyer_postcode: str = ""
    custom_data: str | None = None
    notice_url: str = ""


def _schedule(store: Store, item: Item) -> None:
    given = item.build(_Schedule)
    request = WindowRequest(
        merchant_uid=given.merchant_uid,
        amount=given.amount,
        name=given.name,
        currency=given.currency,
        buyer={field: getattr(given, field) for field in BUYER_FIELDS if getattr(given, field)},
        custom_data=given.custom_data,
        notice_urls=urls(given.notice_url),
        channel="api",
    )
    store.billing.schedule(given.customer_uid, [ScheduleRequest(schedule_at=given.schedule_at, request=request)])
