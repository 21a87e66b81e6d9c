"""Handlers: exactly once for each event, in a transaction of the project's database."""

from datetime import timedelta

import pytest

from payments.domain.errors import BadInput
from payments.domain.messages import Message
from payments.entrypoints.blocking import run


def deliver(limit: int = 100) -> None:
    """Do what the worker's deliverers do, until nothing is delivered."""
    from payments.entrypoints.django.wiring import service

    while run(service().courier.deliver(limit)):
        pass


@pytest.fixture
def handlers(monkeypatch, project):
    """No handlers but those of the test."""
    from payments.entrypoints.django import handlers

    monkeypatch.setattr(handlers.handlers, "_by_kind", {})
    return handlers


def a_message(order, version: int = 2, kind: str = "captured") -> Message:
    import json

    from django.utils import timezone

    data = {
        "merchant_id": f"m{order.pk}",
        "version": version,
        "order": str(order.pk),
        "status": "paid",
        "amount": 12_000,
    }
    body = {"type": f"payment.{kind}", "timestamp": timezone.now().isoformat(), "data": data}
    message_id = f"m{order.pk}_{version}"
    return Message(
        id=message_id,
        merchant_id=data["merchant_id"],
        version=version,
        body=json.dumps(body),
        created_at=timezone.now(),
    )


def test_a_paid_order_is_marked_in_the_projects_own_table(paid, order):
    paid(order)
    deliver()
    order.refresh_from_db()
    assert order.paid


def test_a_message_that_comes_twice_runs_a_handler_once(handlers, order):
    ran = []
    handlers.on("payment.captured")(ran.append)
    message = a_message(order)
    handlers.receive(message)
    handlers.receive(message)
    assert [happened.order for happened in ran] == [str(order.pk)]


def test_what_a_failing_handler_wrote_is_rolled_back_and_it_runs_again(handlers, order):
    from shop.models import Order

    failing = [True]

    @handlers.on("payment.captured")
    def mark(happened):
        Order.objects.filter(pk=happened.order).update(paid=True)
        if failing:
            raise RuntimeError("the mail server is down")

    message = a_message(order)
    with pytest.raises(RuntimeError):
        handlers.receive(message)
    order.refresh_from_db()
    assert not order.paid
    failing.clear()
    handlers.receive(message)
    order.refresh_from_db()
    assert order.paid


def test_a_handler_before_the_failing_one_does_not_run_again(handlers, order):
    ran, failing = [], [True]

    @handlers.on("payment.captured")
    def first(happened):
        ran.append("first")

    @handlers.on("payment.captured")
    def second(happened):
        if failing:
            raise RuntimeError
        ran.append("second")

    with pytest.raises(RuntimeError):
        handlers.receive(a_message(order))
    failing.clear()
    handlers.receive(a_message(order))
    assert ran == ["first", "second"]


def test_a_failing_handler_holds_back_only_its_own_payments_events(handlers, paid, order, user):
    from shop.models import Order

    deliver()
    ran, failing = [], [str(order.pk)]

    def note(happened):
        if happened.order in failing:
            raise RuntimeError
        ran.append((happened.order, happened.version))

    handlers.on("payment.prepared", "payment.captured")(note)
    other = Order.objects.create(user=user, title="책", total=12_000)
    paid(order)
    paid(other)
    deliver()
    assert {one for one, _ in ran} == {str(other.pk)}
    assert [version for _, version in ran] == sorted(version for _, version in ran)


def test_a_handler_of_an_unknown_kind_is_refused(handlers):
    with pytest.raises(BadInput, match=r"payment\.payed"):
        handlers.on("payment.payed")


def test_old_notes_are_forgotten_and_young_ones_kept(handlers, order):
    from django.utils import timezone

    from payments.entrypoints.django.models import ProcessedMessage

    handlers.on("payment.captured")(str)
    for version in (2, 3):
        handlers.receive(a_message(order, version))
    mine = ProcessedMessage.objects.filter(message_id__startswith=f"m{order.pk}_")
    mine.filter(message_id=f"m{order.pk}_2").update(at=timezone.now() - handlers.KEPT - timedelta(days=1))
    handlers.forget_old()
    assert [one.message_id for one in mine] == [f"m{order.pk}_3"]
