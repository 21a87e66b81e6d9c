"""Operators: the people who may log in to the console, and their sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol

import attrs

from payments.domain.access import Scope
from payments.domain.errors import BadInput, PaymentsError, Refused
from payments.domain.values import aware, text

MAX_OPERATOR_NAME: Final = 60
MAX_SUBJECT: Final = 500
NO_PASSWORD: Final = "!"  # noqa: S105 - it is the hash of none
"""What an operator has in place of a hash who logs in by single sign-on."""
SESSION_LIFE: Final = timedelta(hours=10)
"""How long a session lasts, however often it is used: a working day."""
SESSION_IDLE: Final = timedelta(minutes=30)
"""How long a session lasts without a request."""


@attrs.define
class NotSignedIn(Refused):
    """There is no session, or it has ended."""

    slug: ClassVar[str] = "not-signed-in"


@attrs.define
class SignInRefused(Refused):
    """Name, password or code is wrong. The text does not say which."""

    slug: ClassVar[str] = "sign-in-refused"


@attrs.define
class SignOnRefused(SignInRefused):
    """Who came back from the identity provider gets no session here."""

    slug: ClassVar[str] = "sign-on-refused"


@attrs.define
class IdentityProviderNotReached(PaymentsError):
    """The identity provider does not answer, or not as it should. `cause` is for the log, and has no secret."""

    slug: ClassVar[str] = "identity-provider-not-reached"
    cause: str = ""


@attrs.define
class OperatorNotFound(Refused):
    """There is no active operator of this name."""

    slug: ClassVar[str] = "operator-not-found"


@attrs.define
class ScopeMissing(Refused):
    """The operator may not do this."""

    slug: ClassVar[str] = "scope-missing"


def _name(_: object, __: object, value: Any) -> None:
    fits = isinstance(value, str) and 1 <= len(value) <= MAX_OPERATOR_NAME
    if not fits or not value.isprintable() or value != value.strip():
        raise BadInput(f"An operator's name must be 1 to {MAX_OPERATOR_NAME} printable characters.")


@attrs.frozen(kw_only=True)
class Operator:
    """A person who may log in. `password` is a hash, `otp` the sealed secret of one-time codes ('': none).

    `otp_step` is the latest time step of which a code was used, so that no code works twice.
    """

    name: str = attrs.field(validator=_name)
    password: str = attrs.field(validator=text(1, 500), repr=False)
    created_at: datetime = attrs.field(validator=aware)
    scopes: frozenset[Scope] = frozenset({Scope.READ})
    otp: str = attrs.field(default="", validator=text(0, 500), repr=False)
    otp_step: int = 0
    revoked_at: datetime | None = None
    subject: str | None = attrs.field(default=None, validator=attrs.validators.optional(text(1, MAX_SUBJECT)))
    """Issuer and subject of an operator who logs in by single sign-on."""

    @property
    def is_active(self) -> bool:
        return self.revoked_at is None

    def allows(self, scope: Scope) -> bool:
        """Return whether the operator may do what needs *scope*; `admin` includes the others."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@attrs.frozen(kw_only=True)
class Session:
    """One log-in. Only the SHA-256 of its token is stored."""

    digest: str = attrs.field(validator=text(1, 64), repr=False)
    operator: str
    created_at: datetime = attrs.field(validator=aware)
    seen_at: datetime = attrs.field(validator=aware)

    def is_valid(self, now: datetime) -> bool:
        """Return whether the session may be used now."""
        return now < self.created_at + SESSION_LIFE and now < self.seen_at + SESSION_IDLE


class Operators(Protocol):
    """Where operators and their sessions are kept."""

    async def add(self, operator: Operator) -> None:
        """Store a new operator. Raises StorageConflict where name or subject is in use, also by a revoked operator."""

    async def find(self, name: str) -> Operator | None:
        """Return the operator of this name unless revoked."""

    async def find_subject(self, subject: str) -> Operator | None:
        """Return the operator of this issuer and subject, a revoked one too."""

    async def list(self) -> Sequence[Operator]:
        """Return all operators, revoked ones too, by name."""

    async def change(self, operator: Operator) -> bool:
        """Replace an active operator by *operator* of the same name, and end all sessions; False if there is none."""

    async def use_step(self, name: str, step: int) -> bool:
        """Note that a code of time step *step* was used; False if one of this step or a later one was before."""

    async def begin_session(self, session: Session) -> None:
        """Store a new session of a stored operator."""

    async def session(self, digest: str) -> tuple[Session, Operator] | None:
        """Return the session with this digest and its operator, unless it was ended or the operator was revoked."""

    async def sessions(self) -> Sequence[Session]:
        """Return all stored sessions, the latest first."""

    async def note_session(self, digest: str, at: datetime) -> None:
        """Record that the session was used."""

    async def end_session(self, digest: str) -> bool:
        """End a session; False if there is none."""

    async def forget_sessions(self, before: datetime) -> int:
        """Delete sessions that began before *before*; returns how many."""
