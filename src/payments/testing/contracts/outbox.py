"""What holds of every Outbox: a message waits until it is delivered or buried, and each claim has one owner."""

import json
from datetime import datetime, timedelta

import attrs

from payments.domain.messages import Message
from payments.domain.payment import Payment
from payments.domain.ports import Store
from payments.domain.values import MerchantId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.builders import a_payment, paid
from payments.testing.contracts.promises import Promised
from payments.testing.shop import NOON

UNTIL = NOON + timedelta(minutes=2)
LATER = NOON + timedelta(hours=1)


def begun(store: Store, *, minutes: int = 0) -> Message:
    """Return the message that tells of a new payment."""
    payment = a_payment(at=NOON + timedelta(minutes=minutes))
    run(store.payments.add(payment))
    return Message.about(payment, payment.new_events[0])


def claim(store: Store, *, now: datetime = NOON, until: datetime = UNTIL, limit: int = 10) -> list[Message]:
    return list(run(store.outbox.claim(now, until, limit)))


def changed_twice(store: Store) -> list[str]:
    """Return the ids of three messages about one payment."""
    payment = run(store.payments.add(a_payment(at=NOON)))
    event = run(store.payments.timeline(payment.merchant_id))[0]
    for _ in range(2):
        run(store.payments.update(payment.merchant_id, lambda seen: seen.with_event(attrs.evolve(event, at=NOON))))
    return [f"{payment.merchant_id}_{version}" for version in (1, 2, 3)]


def in_order(store: Store, now: datetime = NOON, until: datetime = UNTIL) -> list[str]:
    return [message.id for message in run(store.outbox.claim(now, until, 10, in_order=True))]


class OutboxContract(Promised):
    """What holds of every Outbox: a message waits until it is delivered or buried, and each claim has one owner."""

    def test_the_messages_about_one_payment_are_found(self, store: Store) -> None:
        ids, other = changed_twice(store), begun(store, minutes=-1)
        run(store.outbox.bury(ids[1], "gone"))
        of = MerchantId(ids[0].removesuffix("_1"))
        assert [one.id for one in run(store.outbox.waiting(10, of))] == [ids[0], ids[2]]
        assert [one.id for one in run(store.outbox.dead(10, of))] == [ids[1]]
        assert run(store.outbox.dead(10, other.merchant_id)) == []
        assert [one.id for one in run(store.outbox.waiting(1))] == [other.id]

    def test_a_message_is_told_in_the_order_of_the_changes(self, store: Store) -> None:
        payment = run(store.payments.add(a_payment(at=NOON)))

        def changed(seen: Payment) -> Payment:
            for _ in range(11):  # so many that 10 must not come before 2
                seen = seen.with_event(attrs.evolve(event, at=NOON))
            return seen

        event = run(store.payments.timeline(payment.merchant_id))[0]
        run(store.payments.update(payment.merchant_id, changed))
        assert [message.id for message in claim(store, limit=100)] == [
            f"{payment.merchant_id}_{n}" for n in range(1, 13)
        ]

    def test_the_longest_due_are_claimed_first_and_no_more_than_asked(self, store: Store) -> None:
        second, first, third = (begun(store, minutes=minute) for minute in (-2, -3, -1))
        begun(store, minutes=1)  # not yet due
        assert claim(store, limit=2) == [first, second]
        assert claim(store, limit=2) == [third]
        assert claim(store, limit=2) == []

    def test_of_those_due_at_the_same_moment_the_oldest_is_claimed_first(self, store: Store) -> None:
        newest, oldest, middle = (begun(store, minutes=minute) for minute in (-1, -3, -2))
        assert len(claim(store)) == 3  # now all three are due again at the same moment
        assert claim(store, now=UNTIL) == [oldest, middle, newest]

    def test_a_claimed_message_comes_due_again_unless_it_is_delivered(self, store: Store) -> None:
        kept, delivered = begun(store, minutes=-2), begun(store, minutes=-1)
        claim(store)
        run(store.outbox.delivered(delivered.id))
        assert claim(store, now=UNTIL - timedelta(microseconds=1)) == []
        assert claim(store, now=UNTIL, until=LATER) == [kept]

    def test_each_message_is_claimed_by_exactly_one_of_many(self, store: Store) -> None:
        waiting = [begun(store, minutes=-minute) for minute in range(24)]

        def work() -> list[Message]:
            mine: list[Message] = []
            while claimed := claim(store, limit=2):
                mine += claimed
            return mine

        taken = [message for messages in at_once(*[work] * 6) for message in messages]
        assert sorted(m.id for m in taken) == sorted(m.id for m in waiting)

    def test_a_postponed_message_is_the_same_to_the_byte(self, store: Store) -> None:
        message = begun(store)
        claim(store)
        run(store.outbox.postpone(message.id, LATER, "503"))
        assert claim(store, now=LATER - timedelta(microseconds=1), until=LATER) == []
        assert claim(store, now=LATER, until=LATER) == [attrs.evolve(message, tries=1, error="503")]
        run(store.outbox.postpone(message.id, LATER, "504"))
        assert claim(store, now=LATER) == [attrs.evolve(message, tries=2, error="504")]

    def test_in_order_a_message_waits_until_the_one_before_it_was_delivered(self, store: Store) -> None:
        first, second, third = changed_twice(store)
        other = begun(store).id
        assert sorted(in_order(store)) == sorted([first, other])  # another payment's messages do not wait
        assert in_order(store) == []  # the first is with somebody
        run(store.outbox.delivered(other))
        run(store.outbox.postpone(first, LATER, "503"))
        assert in_order(store, now=LATER - timedelta(minutes=1)) == []
        assert in_order(store, now=LATER) == [first]
        run(store.outbox.delivered(first))
        assert in_order(store, now=LATER) == [second]
        run(store.outbox.delivered(second))
        assert in_order(store, now=LATER) == [third]

    def test_in_order_a_later_message_waits_for_a_dead_letter_until_it_is_skipped(self, store: Store) -> None:
        first, second, _ = changed_twice(store)
        run(store.outbox.bury(first, "410"))
        assert in_order(store) == []
        assert run(store.outbox.skip(first))
        assert in_order(store) == [second]

    def test_only_a_dead_letter_can_be_skipped(self, store: Store) -> None:
        message = begun(store)
        assert not run(store.outbox.skip(message.id))
        assert claim(store) == [message]
        run(store.outbox.bury(message.id, "410"))
        assert run(store.outbox.skip(message.id))
        assert not run(store.outbox.skip(message.id))
        assert not run(store.outbox.replay(message.id, NOON))

    def test_a_dead_letter_is_never_due_until_it_is_replayed(self, store: Store) -> None:
        message = begun(store)
        run(store.outbox.bury(message.id, "410"))
        assert claim(store, now=NOON + timedelta(days=1_000)) == []
        assert run(store.outbox.dead(10)) == [attrs.evolve(message, tries=1, error="410")]
        assert run(store.outbox.replay(message.id, LATER))
        assert run(store.outbox.dead(10)) == []
        assert claim(store, now=LATER - timedelta(microseconds=1)) == []
        assert claim(store, now=LATER) == [message]

    def test_dead_letters_are_listed_oldest_first(self, store: Store) -> None:
        letters = [begun(store, minutes=minute) for minute in (2, 0, 1)]
        for letter in letters:
            run(store.outbox.bury(letter.id, "gone"))
        assert [letter.id for letter in run(store.outbox.dead(2))] == [letters[1].id, letters[2].id]

    def test_only_a_dead_letter_can_be_replayed(self, store: Store) -> None:
        """Fails where a replay brings a delivered message back, or forgets the tries of a waiting one."""
        waiting, delivered = begun(store), begun(store)
        run(store.outbox.postpone(waiting.id, LATER, "503"))
        run(store.outbox.delivered(delivered.id))
        for message_id in (waiting.id, delivered.id, "never written"):
            assert not run(store.outbox.replay(message_id, NOON))
        assert claim(store) == []
        assert [message.tries for message in claim(store, now=LATER)] == [1]

    def test_what_comes_too_late_changes_nothing(self, store: Store) -> None:
        """A worker whose lease ran out reports after another has delivered or buried the message."""
        delivered, buried = begun(store), begun(store)
        run(store.outbox.delivered(delivered.id))
        run(store.outbox.bury(buried.id, "410"))
        for message in (delivered, buried):
            run(store.outbox.postpone(message.id, NOON, "503"))
        run(store.outbox.bury(delivered.id, "503"))
        assert claim(store, now=LATER) == []
        assert run(store.outbox.dead(10)) == [attrs.evolve(buried, tries=1, error="410")]

    def test_whatever_a_receiver_says_can_be_kept(self, store: Store) -> None:
        """Fails where NUL, half a surrogate pair or a whole page of HTML gets as far as the database."""
        message = begun(store)
        run(store.outbox.postpone(message.id, NOON, "\x00\ud800" + "오류 " * 1_000))
        [again] = claim(store)
        assert again.error.startswith("?오류 ")
        assert len(again.error) <= 1_000

    def test_a_paid_payment_is_told_to_the_shop(self, store: Store) -> None:
        payment = run(store.payments.add(a_payment()))
        run(store.payments.update(payment.merchant_id, paid))
        kinds = [json.loads(message.body)["type"] for message in claim(store, now=LATER)]
        assert kinds == ["payment.begun", "payment.captured"]

    def test_what_nobody_took_for_long_is_forgotten_and_nothing_younger(self, store: Store) -> None:
        _, dead, young, postponed = (begun(store, minutes=minute) for minute in (-9, -8, 1, -7))
        for letter in (dead, young):
            run(store.outbox.bury(letter.id, "410"))
        run(store.outbox.postpone(postponed.id, LATER, "503"))
        assert run(store.outbox.forget(NOON, 10)) == 2
        assert run(store.outbox.dead(10)) == [attrs.evolve(young, tries=1, error="410")]
        assert [message.id for message in claim(store, now=LATER)] == [postponed.id]

    def test_no_more_is_forgotten_at_once_than_asked(self, store: Store) -> None:
        """Fails where one delete locks everybody else out, or takes the limit twice: for waiting and dead ones."""
        for minute in (-4, -3, -2):
            begun(store, minutes=minute)
        run(store.outbox.bury(begun(store, minutes=-1).id, "410"))
        assert [run(store.outbox.forget(NOON, 2)) for _ in range(3)] == [2, 2, 0]

    def test_what_was_postponed_is_seen_and_due_when_it_is_hurried(self, store: Store) -> None:
        dead, postponed, fresh = (begun(store, minutes=minute) for minute in (-3, -2, -1))
        run(store.outbox.bury(dead.id, "410"))
        run(store.outbox.postpone(postponed.id, LATER, "503"))
        assert [message.id for message in run(store.outbox.waiting(10))] == [postponed.id, fresh.id]
        assert [message.id for message in run(store.outbox.waiting(1))] == [postponed.id]
        assert [run(store.outbox.hurry(NOON)), run(store.outbox.hurry(NOON))] == [1, 0]
        assert {message.id for message in claim(store)} == {postponed.id, fresh.id}
        assert [message.tries for message in run(store.outbox.waiting(1))] == [1]

    def test_only_what_waits_beyond_a_time_is_hurried_and_nothing_that_is_excepted(self, store: Store) -> None:
        soon, late, excepted = (begun(store, minutes=minute) for minute in (-3, -2, -1))
        run(store.outbox.postpone(soon.id, UNTIL, "503"))
        for message in (late, excepted):
            run(store.outbox.postpone(message.id, LATER, "503"))
        assert run(store.outbox.hurry(NOON, beyond=UNTIL, but={excepted.id})) == 1
        assert [message.id for message in claim(store)] == [late.id]
