"""Every kind of fault there is: those of calls, and those of webhooks."""

from collections.abc import Mapping
from typing import Final

from payments.entrypoints.sandbox.faults import strikes_answers as answers
from payments.entrypoints.sandbox.faults import strikes_store as store
from payments.entrypoints.sandbox.faults import strikes_webhooks as webhooks
from payments.entrypoints.sandbox.faults import strikes_wire as wire
from payments.entrypoints.sandbox.faults.kind import Kind, Phase

OF_CALLS: Final = (
    Kind("refuse", "reset the connection; nothing is done", Phase.CONNECTION, wire.refuse),
    Kind("drop", "do the work and close the connection without an answer", Phase.SENDING, wire.drop),
    Kind("cut", "do the work and close the connection halfway through the answer", Phase.SENDING, wire.cut),
    Kind("delay", "wait this long, by real time", Phase.WAIT, wire.delay, value="seconds", default="5", either=True),
    Kind(
        "drip", "answer one byte at a time, this far apart", Phase.SENDING, wire.drip, value="seconds", default="0.05"
    ),
    Kind(
        "error",
        "answer an HTTP status from 400 to 599",
        Phase.ANSWER,
        answers.error,
        value="status",
        default="500",
        either=True,
    ),
    Kind(
        "html",
        "answer a page of HTML with this status",
        Phase.ANSWER,
        answers.html,
        value="status",
        default="502",
        either=True,
    ),
    Kind("truncated", "answer half of the JSON", Phase.BODY, answers.truncated),
    Kind("garbage", "answer bytes that are not JSON", Phase.BODY, answers.garbage),
    Kind("missing", "leave out a field, any or the one named", Phase.BODY, answers.missing, value="field"),
    Kind("ill-typed", "give a field, any or the one named, another type", Phase.BODY, answers.ill_typed, value="field"),
    Kind("maintenance", "refuse: the PG is closed for a while", Phase.ANSWER, answers.maintenance),
    Kind("in-progress", "refuse: an earlier cancel is being executed", Phase.ANSWER, answers.in_progress),
    Kind(
        "new-status",
        "show a payment, any or the one named, with a status that nobody knows yet",
        Phase.BODY,
        answers.new_status,
        value="payment",
    ),
    Kind(
        "filtered",
        "leave a payment, any or the one named, out of a list",
        Phase.BODY,
        answers.filtered,
        value="payment",
    ),
    Kind("token", "let the access token expire just before the call", Phase.TOKEN, store.token),
    Kind(
        "stale",
        "show payments as they were this many changes ago",
        Phase.READING,
        store.stale,
        value="states",
        default="1",
    ),
    Kind("late-approval", "the PG approves the call's failed payment", Phase.ACT, store.late_approval, either=True),
    Kind(
        "console-refund",
        "somebody refunds the payment of the call in the console",
        Phase.ACT,
        store.console_refund,
        value="amount",
        either=True,
    ),
    Kind("second-tab", "the order of the call is paid again in another tab", Phase.ACT, store.second_tab, either=True),
    Kind(
        "slow",
        "take a cancel on, answer nothing, and execute it so much later, by the sandbox's clock",
        Phase.READING,
        store.slow,
        value="seconds",
        default="120",
    ),
    Kind("row-enters", "an older payment enters the list that is read", Phase.ACT, store.row_enters, either=True),
    Kind("row-leaves", "a payment leaves the list that is read", Phase.ACT, store.row_leaves, either=True),
)
OF_WEBHOOKS: Final = (
    Kind("drop", "lose it", Phase.WEBHOOK, webhooks.lose),
    Kind("late", "send it later, by the sandbox's clock", Phase.WEBHOOK, webhooks.late, value="seconds", default="60"),
    Kind("twice", "send it twice", Phase.WEBHOOK, webhooks.twice),
    Kind("reordered", "send it after the next one, or a minute later", Phase.WEBHOOK, webhooks.reordered),
    Kind(
        "forged",
        "send a forged one before it; =stranger: about a payment that does not exist",
        Phase.WEBHOOK,
        webhooks.forged,
        value="who",
    ),
)
ALL: Final = (*OF_CALLS, *OF_WEBHOOKS)
BY_NAME: Final[Mapping[bool, Mapping[str, Kind]]] = {
    False: {kind.name: kind for kind in OF_CALLS},
    True: {kind.name: kind for kind in OF_WEBHOOKS},
}
"""By `is_for_webhooks` and name."""
