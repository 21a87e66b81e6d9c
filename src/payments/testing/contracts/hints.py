"""What holds of every store of hints: they are few, kept for a short time, and handed out at a set rate."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from payments.domain.access import Hint, Hints
from payments.domain.ports import Store
from payments.domain.values import GatewayId, MerchantId
from payments.entrypoints.blocking import run
from payments.testing.builders import a_payment, paid
from payments.testing.contracts.promises import Promised
from payments.testing.shop import NOON

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=2)


def claimed(hints: Hints, now: datetime, limit: int = 10, pause: timedelta = SECOND) -> Sequence[str | None]:
    return [hint.gateway_id for hint in run(hints.claim_hints(now, now + LEASE, limit, pause))]


def add(hints: Hints, *names: str, now: datetime = NOON) -> Sequence[bool]:
    return [run(hints.add_hint(Hint(gateway_id=GatewayId(name)), now)) for name in names]


class HintsContract(Promised):
    """What holds of every store of hints."""

    def limited(self, hints: Hints, most: int) -> Hints:
        """Return *hints* with room for *most* of them. Override it where that is no attrs field `most`."""
        return attrs.evolve(hints, most=most)  # type: ignore[misc]  # Hints is a protocol

    def test_a_hint_names_the_payment_of_its_id_or_of_its_attempt(self, store: Store) -> None:
        payment = run(store.payments.add(a_payment()))
        run(store.payments.update(payment.merchant_id, lambda p: paid(p, gateway_id="imp_paid")))
        ours, attempt, other = payment.merchant_id, GatewayId("imp_paid"), GatewayId("imp_else")
        for merchant_id, gateway_id, named in [
            (ours, None, ours),
            (ours, other, ours),
            (None, attempt, ours),
            (MerchantId("nobody"), attempt, ours),
            (MerchantId("nobody"), other, None),
            (None, None, None),
        ]:
            assert run(store.hints.payment_named(Hint(merchant_id, gateway_id))) == named

    def test_a_hint_is_kept_once(self, store: Store) -> None:
        assert add(store.hints, "a", "a", "b") == [True, False, True]
        assert claimed(store.hints, NOON) == ["a", "b"]

    def test_a_full_list_of_hints_takes_no_more_and_loses_nothing(self, store: Store) -> None:
        few = self.limited(store.hints, 2)
        assert add(few, "a", "b", "c") == [True, True, False]
        assert claimed(few, NOON) == ["a", "b"]

    def test_no_more_hints_than_asked_for_are_handed_out_per_pause_the_oldest_first(self, store: Store) -> None:
        add(store.hints, "new", now=NOON + SECOND)
        add(store.hints, "b", "a", now=NOON)
        later = NOON + 2 * SECOND
        assert claimed(store.hints, later, limit=2) == ["a", "b"]
        assert claimed(store.hints, later + SECOND / 2) == []
        assert claimed(store.hints, later + SECOND) == ["new"]
        assert claimed(store.hints, later + 2 * SECOND) == []  # all are with a worker

    def test_a_hint_whose_worker_died_is_handed_out_again(self, store: Store) -> None:
        add(store.hints, "a")
        assert claimed(store.hints, NOON) == ["a"]
        assert claimed(store.hints, NOON + LEASE) == ["a"]
        run(store.hints.remove_hint(Hint(gateway_id=GatewayId("a"))))
        assert claimed(store.hints, NOON + 2 * LEASE) == []

    def test_a_worker_whose_clock_is_ahead_holds_up_no_hint(self, store: Store) -> None:
        add(store.hints, "a", "b")
        assert claimed(store.hints, NOON + timedelta(hours=1), limit=1) == ["a"]
        assert claimed(store.hints, NOON) == ["b"]

    def test_old_hints_are_dropped(self, store: Store) -> None:
        add(store.hints, "old")
        add(store.hints, "young", now=NOON + SECOND)
        assert run(store.hints.forget_hints(NOON + SECOND)) == 1
        assert claimed(store.hints, NOON + SECOND) == ["young"]
