"""Our errors as getpaid's, with our slug and what became of the question in their `context`."""

from collections.abc import Iterator
from contextlib import contextmanager

from getpaid_core.exceptions import CredentialsError, GetPaidException

from payments.domain.errors import ContractViolation, CredentialsRefused, PaymentsError, Rejected, Unknown


@contextmanager
def translated(error: type[GetPaidException]) -> Iterator[None]:
    """Raise what goes wrong as one of getpaid's errors: *error*, or CredentialsError where the keys are refused."""
    try:
        yield
    except CredentialsRefused as refused:
        raise CredentialsError(str(refused)) from refused
    except PaymentsError as known:
        raise error(str(known), {"slug": known.slug, "outcome": outcome_of(known)}) from known


def outcome_of(error: PaymentsError) -> str:
    """Return what became of what was asked: "unknown" may have been done, "refused" and "not-sent" were not."""
    if isinstance(error, Unknown | ContractViolation):
        return "unknown"
    return "refused" if isinstance(error, Rejected) else "not-sent"
