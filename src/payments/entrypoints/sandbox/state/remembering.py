"""Memory: what of a sandbox goes into its state file, and how it comes back.

recall   a file's records, put into an empty sandbox
attach   from now on every change is recorded before its answer goes out
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from payments.entrypoints.sandbox.payments.webhooks import Delivery
from payments.entrypoints.sandbox.state.state import Committing, Kept, StateFile

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.service import Sandbox

PAYMENTS: Final = "payments"
SCHEDULES: Final = "schedules"
STORES: Final = {
    PAYMENTS: "book.past",
    "prepares": "book.prepared._rows",
    "customers": "billing.customers._rows",
    SCHEDULES: "billing.schedules._rows",
    "certifications": "certifications._rows",
    "receipts": "receipts._rows",
    "parcels": "escrows._rows",
    "naver_orders": "naver._orders",
    "webhook_urls": "webhooks._targets",
}
"""Where the sandbox keeps what: dicts whose entries are recorded one by one, payments one state after the other."""


class Memory:
    """Writes one sandbox down; `lock` is to be the sandbox's own."""

    def __init__(self, file: StateFile) -> None:
        self.file = file
        self.lock = Committing(self._commit)
        self.starts = 0
        """How often a sandbox was started on the file before."""
        self._open, self._begun = False, False
        self._stores: dict[str, Kept[Any, Any]] = {}
        self._written: dict[str, int] = {}
        self._deliveries: dict[int, Delivery] = {}
        self._values: dict[str, Any] = {}

    def recall(self, sandbox: "Sandbox") -> None:
        """Let an empty *sandbox* know what the file says; StateError if it cannot be read."""
        deliveries: dict[int, Delivery] = {}
        values: dict[str, Any] = {}
        for record in self.file.records():
            for name, entries in record.get("stores", {}).items():
                for entry in entries:
                    _put(sandbox, name, *entry)
            deliveries |= {told["number"]: _delivery(told) for told in record.get("webhooks", [])}
            values |= record.get("values", {})
            self.starts += record.get("starts", 0)
        for row in list(sandbox.book.rows()):
            if row.awaits_deposit:
                sandbox.book.watch(row)
        sandbox.webhooks.restore(deliveries.values())
        _restore(sandbox, values)

    def attach(self, sandbox: "Sandbox") -> None:
        """Record what *sandbox* knows, if this is the file's first start, and from now on every change."""
        self._sandbox, self._open = sandbox, True
        for name, path in STORES.items():
            owner, _, field = path.rpartition(".")
            store = self._stores[name] = Kept(attrgetter(path)(sandbox))
            setattr(attrgetter(owner)(sandbox), field, store)
            if not self.starts:
                store.touched.update(dict.fromkeys(store))
        if self.starts:
            self._written = {imp_uid: len(states) for imp_uid, states in self._stores[PAYMENTS].items()}
        sandbox.webhooks.settled, sandbox.webhooks.heard = self._settled, self._heard
        with self.lock:
            """Leaving it commits."""

    def seed(self, seed: int | None) -> str | None:
        """Return what *seed* is at this start: ids are known in advance, but none is given out twice."""
        return None if seed is None else f"{seed}:{self.starts}"

    def close(self) -> None:
        """Let go of the file, for another sandbox to take; from now on nothing is recorded."""
        with self.lock:
            self._open = False
            self.file.close()

    def _settled(self) -> None:
        """Wait until what a webhook tells has been recorded."""
        with self.lock:
            """Whoever had it has committed."""

    def _heard(self, delivery: Delivery) -> None:
        with self.lock:
            self._deliveries[delivery.number] = delivery

    def _commit(self) -> None:
        if not self._open:
            return
        values = _values(self._sandbox)
        touched = {name: store for name, store in self._stores.items() if store.touched}
        if not touched and not self._deliveries and values == self._values:
            return
        record = {
            "stores": {name: [self._entry(name, key) for key in store.touched] for name, store in touched.items()},
            "webhooks": [delivery.shown() for delivery in self._deliveries.values()],
            "starts": int(not self._begun),
            "values": {name: value for name, value in values.items() if value != self._values.get(name)},
        }
        self.file.append({part: content for part, content in record.items() if content})
        self._begun = True
        for name, store in touched.items():
            if name == PAYMENTS:
                self._written |= {imp_uid: len(store[imp_uid]) for imp_uid in store.touched}
            store.touched.clear()
        self._deliveries.clear()
        self._values = values

    def _entry(self, name: str, key: Any) -> list[Any]:
        """Return `[key, value]`, or `[key]` for what is no more; of a payment the states that are new."""
        store = self._stores[name]
        if key not in store:
            return [key]
        return [key, store[key][self._written.get(key, 0) :] if name == PAYMENTS else store[key]]


def _values(sandbox: "Sandbox") -> dict[str, Any]:
    clock = sandbox.clock
    return {"clock": (clock._ahead, clock._stopped_at), "token": sandbox.tokens._live, "reviews": sandbox.naver.reviews}


def _restore(sandbox: "Sandbox", values: Mapping[str, Any]) -> None:
    if "clock" in values:
        sandbox.clock._ahead, sandbox.clock._stopped_at = values["clock"]
    sandbox.tokens._live = values.get("token")
    sandbox.naver.reviews[:] = values.get("reviews", [])


def _put(sandbox: "Sandbox", name: str, key: Any, *value: Any) -> None:
    if name == PAYMENTS:
        for row in value[0]:
            sandbox.book.keep(row) if row.imp_uid in sandbox.book.past else sandbox.book.adopt(row)
    elif name == SCHEDULES:
        sandbox.billing.schedules.keep(value[0])
    else:
        store = attrgetter(STORES[name])(sandbox)
        key = tuple(key) if isinstance(key, list) else key
        store.pop(key, None) if not value else store.__setitem__(key, value[0])


def _delivery(told: Mapping[str, Any]) -> Delivery:
    delivery = Delivery(**told)
    if delivery.http is not None:
        delivery.finish(delivery.finished_at or 0, delivery.http, delivery.error)
    return delivery
