"""Handlers of a Django project: `@on("payment.captured")`, each run once for each event, in a transaction.

The note that a handler ran is a row of `ProcessedMessage` in the project's own database. It commits together with what
the handler changed there, so a crash leaves both or neither.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import close_old_connections, router, transaction
from django.utils import timezone

from payments.domain.messages import Message
from payments.entrypoints.hosts.effects import Handlers

KEPT = timedelta(days=60)
"""How long a note is kept: twice as long as a message can wait in the outbox."""
FORGET_AT_ONCE = 1000

handlers = Handlers()
on = handlers.on


def receive(message: Message) -> None:
    """Run the project's handlers of *message*. Raises what they raise; the message then comes again."""
    close_old_connections()  # the worker's threads live for days
    try:
        handlers.subscriber(once)(message)
    finally:
        close_old_connections()


def once(message_id: str, handler: str, effect: Callable[[], object]) -> None:
    """Run *effect* and note it in one transaction, unless it is noted already."""
    from payments.entrypoints.django.models import ProcessedMessage

    using = router.db_for_write(ProcessedMessage)
    with transaction.atomic(using=using):
        _, is_new = ProcessedMessage.objects.using(using).get_or_create(message_id=message_id, handler=handler)
        if is_new:
            effect()


def forget_old() -> int:
    """Delete notes that no message can need any more, at most FORGET_AT_ONCE. Return how many."""
    from payments.entrypoints.django.models import ProcessedMessage

    using = router.db_for_write(ProcessedMessage)
    rows = ProcessedMessage.objects.using(using)
    old = rows.filter(at__lt=timezone.now() - KEPT).values_list("pk", flat=True)[:FORGET_AT_ONCE]
    deleted: int = rows.filter(pk__in=list(old)).delete()[0]
    return deleted
