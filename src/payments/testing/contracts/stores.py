"""The contracts of a store, put together from their parts."""

from payments.testing.contracts.access import KeysContract
from payments.testing.contracts.at_once import AtOnce
from payments.testing.contracts.leases import Leases
from payments.testing.contracts.listing import Listing
from payments.testing.contracts.orphans import OrphansContract
from payments.testing.contracts.outbox import OutboxContract
from payments.testing.contracts.refusals import Refusals
from payments.testing.contracts.terms import KeptTerms
from payments.testing.contracts.unannounced import Unannounced
from payments.testing.contracts.whole_payments import WholePayments


class RepositoryContract(WholePayments, Refusals, AtOnce, Leases, Listing, Unannounced, KeptTerms):
    """What holds of every PaymentRepository. The fixture `store` returns an empty Store."""


class StoreContract(RepositoryContract, OutboxContract, OrphansContract, KeysContract):
    """What holds of every Store, for its payments, messages, orphans and keys."""


__all__ = ["KeysContract", "OrphansContract", "OutboxContract", "RepositoryContract", "StoreContract"]
