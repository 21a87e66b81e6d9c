"""The contracts themselves: each of them fails when a store is put in that breaks the promise it is about."""

from collections.abc import Callable

import attrs
import pytest

from payments.adapters.memory.store import MemoryStore
from payments.domain.ports import Store
from payments.testing.broken import side, workplaces
from payments.testing.broken import stores as broken
from payments.testing.builders import paid
from payments.testing.contracts import (
    AuditContract,
    HintsContract,
    KeysContract,
    OperatorsContract,
    OrphansContract,
    OutboxContract,
)
from payments.testing.contracts.at_once import AtOnce
from payments.testing.contracts.leases import Leases
from payments.testing.contracts.listing import Listing
from payments.testing.contracts.refusals import Refusals
from payments.testing.contracts.unannounced import LISTS, Unannounced
from payments.testing.contracts.whole_payments import WholePayments

Claim = Callable[[Store], None]


def told_twice(store: Store) -> None:
    Refusals().test_what_no_use_case_may_make_of_a_payment_is_not_stored(
        store, lambda p: attrs.evolve(paid(p, rank=1), new_events=paid(p, rank=1).new_events * 2)
    )


def anothers_place(store: Store) -> None:
    Listing().test_a_buyer_cannot_tell_another_buyers_payment_from_an_absent_one(store, "another's")


def listed_unannounced(store: Store) -> None:
    Unannounced().test_a_new_payment_is_in_no_list(store, LISTS[0])


def less_known_of_an_orphan(store: Store) -> None:
    OrphansContract().test_what_no_use_case_may_make_of_an_orphan_is_not_stored(
        store, lambda o: attrs.evolve(o, report=attrs.evolve(o.report, refunded=0))
    )


CAUGHT: list[tuple[type, Claim]] = [
    (broken.ForgetsTheEvent, WholePayments().test_every_change_has_exactly_one_event_and_one_message),
    (broken.ForgetsTheMessage, WholePayments().test_every_change_has_exactly_one_event_and_one_message),
    (broken.LosesUpdates, AtOnce().test_a_payment_overtaken_by_its_cancellation_is_not_paid),
    (broken.ComparesTheVersionAlone, AtOnce().test_bookkeeping_done_at_once_is_all_kept),
    (broken.WritesBeforeItAsks, Refusals().test_what_a_change_raises_passes_through_and_nothing_is_stored),
    (broken.SwallowsWhatAChangeRaises, Refusals().test_what_a_change_raises_passes_through_and_nothing_is_stored),
    (broken.SwallowsAClash, Refusals().test_an_order_has_one_live_payment),
    (broken.StoresRowByRow, Refusals().test_a_clash_of_one_of_several_attempts_stores_none_of_them),
    (broken.LetsAnAttemptPayTwice, Refusals().test_an_attempt_belongs_to_one_payment),
    (broken.LetsAnOrderLiveTwice, Refusals().test_an_order_has_one_live_payment),
    (broken.KeepsOrdersForEver, Refusals().test_a_cancelled_payment_leaves_its_order_free),
    (broken.LooksAtTheVersionAlone, WholePayments().test_bookkeeping_is_stored_without_an_event),
    (broken.HandsNewsBack, WholePayments().test_what_is_returned_has_no_news),
    (broken.OverwritesWhatIsThere, Refusals().test_a_merchant_id_is_used_once),
    (broken.BelievesAnyChange, told_twice),
    (broken.PagesByOffset, Listing().test_pages_visit_each_payment_once_while_new_ones_are_begun),
    (broken.PagesByTimeAlone, Listing().test_payments_of_the_same_moment_are_each_shown_once),
    (broken.ShowsTheWayPastOthers, anothers_place),
    (workplaces.ClaimsWithoutALease, Leases().test_a_claim_takes_no_more_than_its_limit),
    (workplaces.LeasesForEver, Leases().test_a_lease_that_ends_is_taken_over_once),
    (workplaces.LeasesByTheDueTime, Leases().test_a_lease_is_not_broken_by_making_the_payment_due),
    (workplaces.EndsALeaseWithEachChange, Leases().test_a_lease_is_not_broken_by_making_the_payment_due),
    (workplaces.RenewsForAnybody, Leases().test_only_the_holder_renews_a_lease),
    (workplaces.ReleasesForAnybody, Leases().test_a_release_that_comes_too_late_ends_no_other_lease),
    (workplaces.NeverReleases, Leases().test_a_released_payment_can_be_claimed_at_once),
    (workplaces.ClaimsRoutineFirst, Leases().test_routine_payments_are_claimed_last_although_they_are_longest_due),
    (workplaces.TellsOfUnannouncedPayments, Unannounced().test_a_new_payment_is_stored_without_an_event_or_a_message),
    (workplaces.ListsUnannouncedPayments, listed_unannounced),
    (workplaces.ForgetsTheMessagesOfOrphans, OrphansContract().test_each_change_of_an_orphan_is_told_once),
    (workplaces.TellsOrphansApartByTheirVersion, OrphansContract().test_orphans_with_similar_ids_are_each_told),
    (workplaces.BelievesAnyOrphan, less_known_of_an_orphan),
    (
        workplaces.ClaimsOrphansWithoutALease,
        OrphansContract().test_due_orphans_are_claimed_longest_due_first_and_come_due_again,
    ),
    (workplaces.StartsOverAfterAnUnknownOrphan, OrphansContract().test_a_page_after_an_unknown_orphan_is_refused),
    (broken.MovesTheWatermarkAnywhere, Listing().test_the_watermark_never_moves_back),
    (broken.ForgetsWhatItHandsOut, OutboxContract().test_a_claimed_message_comes_due_again_unless_it_is_delivered),
    (
        broken.OvertakesADeadLetter,
        OutboxContract().test_in_order_a_later_message_waits_for_a_dead_letter_until_it_is_skipped,
    ),
    (broken.SkipsWhatStillWaits, OutboxContract().test_only_a_dead_letter_can_be_skipped),
    (broken.SpeaksAnew, OutboxContract().test_a_postponed_message_is_the_same_to_the_byte),
    (broken.ReplaysAnything, OutboxContract().test_only_a_dead_letter_can_be_replayed),
    (broken.ForgetsWithoutALimit, OutboxContract().test_no_more_is_forgotten_at_once_than_asked),
    (broken.ForgetsWhatStillWaits, OutboxContract().test_what_nobody_took_for_long_is_forgotten_and_nothing_younger),
    (broken.AnswersAnyRequest, KeysContract().test_a_key_is_not_for_another_request),
    (broken.WaitsForTheDead, KeysContract().test_a_claim_that_ran_out_is_taken_over_once),
    (side.KeepsEveryHint, HintsContract().test_a_full_list_of_hints_takes_no_more_and_loses_nothing),
    (
        side.HandsHintsOutForEver,
        HintsContract().test_no_more_hints_than_asked_for_are_handed_out_per_pause_the_oldest_first,
    ),
    (side.LosesTheHintsOfTheDead, HintsContract().test_a_hint_whose_worker_died_is_handed_out_again),
    (
        side.LeavesSessionsOfAChangedOperator,
        OperatorsContract().test_a_change_ends_the_sessions_of_this_operator_alone,
    ),
    (side.FreesTheNameOfARevokedOperator, OperatorsContract().test_the_name_of_an_operator_is_used_once_for_ever),
    (side.TakesACodeTwice, OperatorsContract().test_a_time_step_of_a_code_is_used_once),
    (side.MovesASessionBack, OperatorsContract().test_a_session_is_seen_later_and_never_earlier),
    (side.ShowsEndedSessions, OperatorsContract().test_a_session_comes_with_its_operator_until_it_ends),
    (side.ChainsNothing, AuditContract().test_audit_rows_are_numbered_and_each_holds_the_digest_before_it),
    (
        side.PagesTheAuditListOldestFirst,
        AuditContract().test_a_page_of_the_audit_list_is_newest_first_and_of_one_payment_where_asked,
    ),
]


@pytest.mark.parametrize(("store", "claim"), CAUGHT, ids=lambda part: part.__name__)
def test_a_broken_store_is_noticed_and_the_promise_named(store: type, claim: Claim) -> None:
    claim(MemoryStore.empty())  # a healthy one passes
    with pytest.raises((Exception, pytest.fail.Exception)) as noticed:
        claim(broken.store_with(store))
    assert noticed.value.__notes__[-1].startswith("Broken promise: ")
