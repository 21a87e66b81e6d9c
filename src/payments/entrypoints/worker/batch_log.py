"""Log lines for a batch of payments: one for the batch, and one for each thing that a person should look at."""

import logging
from collections import defaultdict
from collections.abc import Sequence

from payments.domain.errors import GatewayError, PaymentsError
from payments.domain.use_cases.sweep import Swept, Trouble

log = logging.getLogger("payments.worker")


def slug_of(error: Exception) -> str:
    """Return the error's slug; "internal-error" if it is a bug."""
    return error.slug if isinstance(error, PaymentsError) else "internal-error"


def log_batch(loop: str, done: Swept, troubles: Sequence[Trouble], skipped: Sequence[str]) -> None:
    """Log what *loop* did, and which *troubles* and *skipped* rows it met."""
    ids_by_slug = defaultdict(list)
    for trouble in troubles:
        ids_by_slug[slug_of(trouble.error)].append(str(trouble.merchant_id))
    summary = "".join(f"; {slug}: {', '.join(ids)}" for slug, ids in sorted(ids_by_slug.items()))
    summary += "".join(f"; {name} does not answer: {slug_of(error)}" for name, error in sorted(done.silent.items()))
    foreign = f", {done.foreign} of another installation" if done.foreign else ""
    level = logging.WARNING if troubles or done.silent else logging.INFO
    log.log(level, "%s: %d checked, %d changed%s%s", loop, done.visited, done.changed, foreign, summary)
    for trouble in troubles:
        if not isinstance(trouble.error, PaymentsError):
            log.error("%s: %s", loop, trouble.merchant_id, exc_info=trouble.error)
        elif not isinstance(trouble.error, GatewayError) or trouble.error.slug == "gateway-contract":
            log.error("%s: %s: %s", loop, trouble.merchant_id, trouble.error)
    for sentence in skipped:
        log.error("%s: a row in the provider's list cannot be used: %s", loop, sentence)
