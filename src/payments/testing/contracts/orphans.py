"""What holds of every store of orphans: each capture once, told in full, and never less known than before."""

from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from hypothesis import given, settings

from payments.domain.books.search import Filter
from payments.domain.errors import PaymentNotFound
from payments.domain.messages import Message
from payments.domain.orphan import Orphan
from payments.domain.ports import Store
from payments.domain.report import Rank
from payments.domain.values import GatewayId
from payments.entrypoints.blocking import run
from payments.testing.at_once import at_once
from payments.testing.builders import a_payment, a_report
from payments.testing.contracts.promises import Promised
from payments.testing.contracts.settings import EXAMPLES, UNHURRIED
from payments.testing.looking import FAR
from payments.testing.shop import NOON
from payments.testing.strategies import orphans

BY = "test"
UNTIL = NOON + timedelta(minutes=5)
Change = Callable[[Orphan | None], Orphan]


def found(gateway_id: str = "imp_1", *, minutes: int = 0, **report: object) -> Orphan:
    lost = a_payment(merchant_id=f"lost_{gateway_id}"[:40])
    captured = a_report(lost, gateway_id=gateway_id, **report)
    return Orphan.found(captured, NOON + timedelta(minutes=minutes), BY)


def known(orphan: Orphan | None) -> Orphan:
    assert orphan is not None
    return orphan


def refunded(stored: Orphan | None, amount: int = 12_000) -> Orphan:
    rank = Rank.CANCELLED if amount == 12_000 else Rank.CAPTURED
    orphan = known(stored)
    return orphan.seen(attrs.evolve(orphan.report, refunded=amount, rank=rank), NOON, BY)


def add(store: Store, orphan: Orphan) -> Orphan:
    return run(store.orphans.update(orphan.gateway_id, lambda _: orphan))


def waiting(store: Store) -> list[Message]:
    """Return all messages in the outbox; they stay due."""
    return list(run(store.outbox.claim(FAR, FAR - timedelta(seconds=1), 100_000)))


def walk(store: Store, *, open_only: bool) -> list[str]:
    seen: list[Orphan] = []
    while page := run(store.orphans.page(seen[-1].gateway_id if seen else None, 2, open_only=open_only)):
        assert len(page) <= 2
        seen += page
    return [orphan.gateway_id for orphan in seen]


def due(name: str, minutes: int | None) -> Orphan:
    return attrs.evolve(found(name), due_at=None if minutes is None else NOON + timedelta(minutes=minutes))


class OrphansContract(Promised):
    """What holds of every store of orphans: each capture once, told in full, and never less known than before."""

    @settings(max_examples=EXAMPLES, suppress_health_check=UNHURRIED)
    @given(orphan=orphans())
    def test_any_orphan_is_loaded_as_it_was_stored_and_told_in_full(self, store: Store, orphan: Orphan) -> None:
        stored = add(store, orphan)
        assert (stored, stored.new_events) == (orphan, ())
        assert run(store.orphans.find(orphan.gateway_id)) == orphan
        told = {message.id: message for message in waiting(store)}
        for event in orphan.new_events:
            message = Message.about_orphan(orphan, event)
            assert told[message.id] == message

    def test_an_orphan_is_no_payment(self, store: Store) -> None:
        orphan = add(store, found())
        with pytest.raises(PaymentNotFound):
            run(store.payments.get(orphan.report.merchant_id))
        assert run(store.payments.page(Filter(open_strays=True), None, 10)) == []
        assert run(store.payments.claim(FAR, FAR, 10)) == []

    def test_an_unknown_orphan_is_none(self, store: Store) -> None:
        assert run(store.orphans.find(GatewayId("nobody"))) is None
        seen: list[Orphan | None] = []

        def change(orphan: Orphan | None) -> Orphan:
            seen.append(orphan)
            return orphan or found("nobody")

        run(store.orphans.update(GatewayId("nobody"), change))
        run(store.orphans.update(GatewayId("nobody"), change))
        assert seen == [None, found("nobody")]

    def test_a_change_that_returns_the_same_orphan_stores_nothing(self, store: Store) -> None:
        orphan, before = add(store, found()), waiting(store)
        assert run(store.orphans.update(orphan.gateway_id, known)) == orphan
        assert waiting(store) == before

    def test_what_a_change_raises_passes_through_and_nothing_is_stored(self, store: Store) -> None:
        def refuse(_: Orphan | None) -> Orphan:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run(store.orphans.update(GatewayId("imp_1"), refuse))
        assert run(store.orphans.find(GatewayId("imp_1"))) is None
        add(store, found())  # and nothing stays locked

    def test_each_change_of_an_orphan_is_told_once(self, store: Store) -> None:
        orphan = add(store, found())
        run(store.orphans.update(orphan.gateway_id, lambda o: known(o).checked_at(NOON)))
        run(store.orphans.update(orphan.gateway_id, lambda o: refunded(o, 1_000)))
        run(store.orphans.update(orphan.gateway_id, lambda o: known(o).held("a gift", NOON, "shop:kim")))
        assert [message.version for message in waiting(store)] == [1, 2, 3]

    def test_orphans_with_similar_ids_are_each_told(self, store: Store) -> None:
        """Fails where the id of a message leaves out what tells two gateway ids apart: one message would be lost."""
        for gateway_id in ("imp/1", "imp_1", "imp.1", "imp_1_1", "임프_1"):
            add(store, found(gateway_id))
        run(store.orphans.update(GatewayId("imp_1"), refunded))
        assert len({message.id for message in waiting(store)}) == 6

    def test_a_payment_and_an_orphan_with_one_name_are_both_told(self, store: Store) -> None:
        run(store.payments.add(a_payment(merchant_id="orphan_imp_1")))
        add(store, found())
        assert len({message.id for message in waiting(store)}) == 2

    def test_one_orphan_found_by_many_at_once_is_booked_and_told_once(self, store: Store) -> None:
        """Fails where an insert trusts an earlier look, or loses what the other one stored."""
        reports = [found(refunded=amount).report for amount in (0, 1_000, 2_000, 3_000)]

        def change(number: int) -> Change:
            return lambda o: o.seen(reports[number], NOON, BY) if o else Orphan.found(reports[number], NOON, BY)

        outcomes = at_once(*(lambda n=n: run(store.orphans.update(GatewayId("imp_1"), change(n))) for n in range(4)))
        assert all(isinstance(outcome, Orphan) for outcome in outcomes), outcomes
        stored = run(store.orphans.find(GatewayId("imp_1")))
        assert stored is not None
        assert stored.report.refunded == 3_000
        assert [message.version for message in waiting(store)] == list(range(1, stored.version + 1))

    @pytest.mark.parametrize(
        "broken",
        [
            lambda o: attrs.evolve(refunded(o), new_events=()),
            lambda o: attrs.evolve(o, version=o.version + 1),
            lambda o: attrs.evolve(o, report=attrs.evolve(o.report, merchant_id="another")),
            lambda o: attrs.evolve(o, found_at=NOON + timedelta(1)),
            lambda o: attrs.evolve(o, report=attrs.evolve(o.report, refunded=0)),
            lambda _: found("imp_2"),
        ],
    )
    def test_what_no_use_case_may_make_of_an_orphan_is_not_stored(self, store: Store, broken: Change) -> None:
        orphan = add(store, found(refunded=1_000))
        before = waiting(store)
        with pytest.raises(ValueError, match=r"imp_\d"):
            run(store.orphans.update(orphan.gateway_id, broken))
        assert run(store.orphans.find(orphan.gateway_id)) == orphan
        assert waiting(store) == before

    def test_orphans_are_listed_the_latest_found_first_and_each_once(self, store: Store) -> None:
        for name, minute in (("a", 1), ("b", 1), ("c", 0), ("d", 2), ("e", 1)):
            add(store, found(name, minutes=minute))
        assert walk(store, open_only=False) == ["d", "e", "b", "a", "c"]

    def test_open_orphans_are_those_with_money_and_without_a_note(self, store: Store) -> None:
        for minute, name in enumerate("abcd"):
            add(store, found(name, minutes=minute))
        run(store.orphans.update(GatewayId("a"), refunded))
        run(store.orphans.update(GatewayId("b"), lambda o: refunded(o, 1_000)))
        run(store.orphans.update(GatewayId("d"), lambda o: known(o).held("a gift", NOON, "shop:kim")))
        assert walk(store, open_only=True) == ["c", "b"]
        assert walk(store, open_only=False) == ["d", "c", "b", "a"]
        assert [o.gateway_id for o in run(store.orphans.page(GatewayId("d"), 1, open_only=True))] == ["c"]

    def test_a_page_after_an_unknown_orphan_is_refused(self, store: Store) -> None:
        """Fails where it begins at the newest again: who pages by it never comes to an end."""
        add(store, found())
        with pytest.raises(PaymentNotFound):
            run(store.orphans.page(GatewayId("nobody"), 10, open_only=False))

    def test_due_orphans_are_claimed_longest_due_first_and_come_due_again(self, store: Store) -> None:
        for name, minutes in (("a", -1), ("b", -3), ("c", -2), ("d", 1), ("e", None)):
            add(store, due(name, minutes))
        claimed = [[o.gateway_id for o in run(store.orphans.claim(NOON, UNTIL, 2))] for _ in range(3)]
        assert claimed == [["b", "c"], ["a"], []]
        [again] = run(store.orphans.claim(UNTIL, UNTIL + timedelta(1), 1))
        assert run(store.orphans.find(again.gateway_id)) == again
        assert again.due_at == UNTIL + timedelta(1)

    def test_each_due_orphan_is_claimed_by_exactly_one_of_many(self, store: Store) -> None:
        names = [add(store, due(f"imp_{number}", -number)).gateway_id for number in range(24)]

        def work() -> list[str]:
            mine: list[str] = []
            while claimed := run(store.orphans.claim(NOON, UNTIL, 2)):
                mine += [orphan.gateway_id for orphan in claimed]
            return mine

        taken = [name for part in at_once(*[work] * 6) for name in part]
        assert sorted(taken) == sorted(names)

    def test_a_claim_tells_nothing(self, store: Store) -> None:
        add(store, due("a", -1))
        before = waiting(store)
        assert run(store.orphans.claim(NOON, UNTIL, 1))
        assert waiting(store) == before
