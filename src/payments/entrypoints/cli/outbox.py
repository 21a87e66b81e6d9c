"""Commands about messages that the shop did not accept."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from payments.domain.errors import BadInput
from payments.domain.messages import Message
from payments.domain.values import MerchantId, recorded_id
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import (
    DEFAULT,
    MAX_LIST_LENGTH,
    Common,
    check_limit,
    operator,
    print_json,
    say,
    stored,
    table,
)
from payments.entrypoints.cli.words import word

if TYPE_CHECKING:
    from payments.domain.ports import Store
    from payments.domain.use_cases.people.letters import Letters


def list_(*, payment: str | None = None, limit: int = 100, common: Common = DEFAULT) -> None:
    """`payments outbox list`.

    Parameters
    ----------
    payment
        The id of a payment: only the messages about it.
    limit
        The most messages to list.
    """
    check_limit(limit)
    with stored(common) as store:
        found = run(store.outbox.waiting(limit, _about(payment)))
    _show("waiting", found, common)


def dead(*, payment: str | None = None, limit: int = 100, common: Common = DEFAULT) -> None:
    """`payments outbox dead`.

    Parameters
    ----------
    payment
        The id of a payment: only the messages about it.
    limit
        The most messages to list.
    """
    check_limit(limit)
    with stored(common) as store:
        found = run(store.outbox.dead(limit, _about(payment)))
    _show("dead", found, common)


def _about(payment: str | None) -> MerchantId | None:
    return recorded_id(payment) if payment else None


def _show(name: str, found: Sequence[Message], common: Common) -> None:
    if common.json:
        print_json({name: [_fields(message) for message in found]})
        return
    if not found:
        say(word("none", common.language))
        return
    heads = [word(key, common.language) for key in ("message", "created", "error")]
    table([heads, *([one.id, display.moment(one.created_at, common.language), one.error] for one in found)])


def _fields(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "created_at": message.created_at,
        "tries": message.tries,
        "error": message.error,
        "body": message.body,
    }


def skip(*messages: str, common: Common = DEFAULT) -> int:
    """`payments outbox skip`.

    Parameters
    ----------
    messages
        The ids of the messages, as `payments outbox dead` shows them.
    """
    if not messages:
        raise BadInput("Give the ids of the messages. Nothing was changed.")
    with stored(common) as store:
        letters = _letters(store)
        missing = [one for one in messages if not run(letters.skip(operator(), one))]
    if common.json:
        print_json({"skipped": len(messages) - len(missing), "missing": missing})
    else:
        say(
            f"{len(messages) - len(missing)} deleted. Later messages of these payments follow.",
            *(f"There is no dead message {one}." for one in missing),
        )
    return REFUSED if missing else 0


def replay(
    *messages: str,
    everything: Annotated[bool, Parameter(name="--all", negative="")] = False,
    waiting: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> int:
    """`payments outbox replay`.

    Parameters
    ----------
    messages
        The ids of the messages, as `payments outbox dead` shows them.
    everything
        Send all dead messages.
    waiting
        Send what was postponed now, because the shop answers again.
    """
    if [bool(messages), everything, waiting].count(True) != 1:
        raise BadInput("Give the ids of the messages, or --all, or --waiting. Nothing was changed.")
    if waiting:
        return _hurry(common)
    with stored(common) as store:
        chosen = [one.id for one in run(store.outbox.dead(MAX_LIST_LENGTH))] if everything else list(messages)
        letters = _letters(store)
        missing = [one for one in chosen if not run(letters.replay(operator(), one))]
    if common.json:
        print_json({"replayed": len(chosen) - len(missing), "missing": missing})
    else:
        say(
            f"{len(chosen) - len(missing)} will be sent again.",
            *(f"There is no dead message {one}." for one in missing),
        )
    return REFUSED if missing else 0


def _letters(store: "Store") -> "Letters":
    from payments.entrypoints.people.wiring import letters_at_a_shell

    return letters_at_a_shell(store)


def _hurry(common: Common) -> int:
    with stored(common) as store:
        hurried = run(_letters(store).hurry(operator()))
    if common.json:
        print_json({"replayed": hurried, "missing": []})
    else:
        say(f"{hurried} will be sent again.")
    return 0
