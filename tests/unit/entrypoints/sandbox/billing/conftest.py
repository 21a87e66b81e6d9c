"""A book with billing keys, a clock that stands still, and what the webhooks would report."""

from typing import Any

import attrs
import pytest
from support.sandbox import NOW

from payments.entrypoints.sandbox.billing.billing import Billing
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.errors import CallRefused
from payments.entrypoints.sandbox.payments.book import Book
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.rows import Notice


@attrs.define
class Store:
    billing: Billing
    told: list[Notice]

    def refuses(self, call: Any, *args: Any) -> tuple[int, int, str]:
        with pytest.raises(CallRefused) as refused:
            call(*args)
        refusal = refused.value.refusal
        return refusal.http, refusal.code, refusal.message

    def pass_time(self, seconds: int) -> None:
        self.billing.book.clock.move(seconds)
        self.billing.catch_up()

    def status(self, merchant_uid: str) -> tuple[str, str | None]:
        schedule = self.billing.schedules.get(merchant_uid)
        row = self.billing.payment_of(schedule)
        return schedule.status, row.status if row else None


@pytest.fixture
def store() -> Store:
    told: list[Notice] = []
    return Store(Billing(Book(clock=Clock.stopped(NOW), ids=Ids(7), notify=told.append)), told)
