"""The contracts of a store, put together from their parts."""

from payments.testing.contracts.access import KeysContract
from payments.testing.contracts.at_once import AtOnce
from payments.testing.contracts.hints import HintsContract
from payments.testing.contracts.leases import Leases
from payments.testing.contracts.listing import Listing
from payments.testing.contracts.orphans import OrphansContract
from payments.testing.contracts.outbox import OutboxContract
from payments.testing.contracts.people import AuditContract, OperatorsContract
from payments.testing.contracts.refusals import Refusals
from payments.testing.contracts.terms import KeptTerms
from payments.testing.contracts.unannounced import Unannounced
from payments.testing.contracts.whole_payments import WholePayments


class RepositoryContract(WholePayments, Refusals, AtOnce, Leases, Listing, Unannounced, KeptTerms):
    """What holds of every PaymentRepository. The fixture `store` returns an empty Store."""


class _Beside(HintsContract, OperatorsContract, AuditContract):
    """What a store keeps beside payments and messages."""


class StoreContract(RepositoryContract, OutboxContract, OrphansContract, KeysContract, _Beside):
    """What holds of every Store: its payments, messages, orphans, keys and hints, and what it keeps of people."""


__all__ = [
    "AuditContract",
    "HintsContract",
    "KeysContract",
    "OperatorsContract",
    "OrphansContract",
    "OutboxContract",
    "RepositoryContract",
    "StoreContract",
]
