"""People: what is kept about the shop's people, over one store."""

from typing import Protocol

from payments.domain.people.audit import AuditLog
from payments.domain.people.operators import Operators


class People(Protocol):
    """The ports of one store."""

    @property
    def operators(self) -> Operators: ...
    @property
    def audit(self) -> AuditLog: ...
