"""SignIn: log-in with name, password and one-time code; sessions in the database, by the hash of their token."""

import asyncio
import hashlib
import logging
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

import attrs

from payments.domain.errors import StorageConflict, StorageUnavailable
from payments.domain.people.audit import AuditAction
from payments.domain.people.operators import NO_PASSWORD, NotSignedIn, Operator, Operators, Session, SignInRefused
from payments.domain.ports import Clock
from payments.domain.use_cases.people.trail import Trail
from payments.domain.values import Caller
from payments.entrypoints.limits import Budget, Policy, network_of
from payments.entrypoints.people.codes import step_of
from payments.entrypoints.people.passwords import MAX_PASSWORD, Passwords, Seals

T = TypeVar("T")
NOTED_EVERY: Final = timedelta(minutes=1)
"""How exact the time of a session's latest use is; each request but the first of a minute then writes nothing."""
HASHES_AT_ONCE: Final = 2
_ABSENT: Final = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$3cLZLEnn5JIJVhZ1CfIDbzyuY1hPMzCWaHV2BvMSWyM"
"""A hash of no known password: an unknown name takes as long as a wrong password."""
_WRONG: Final = "Name, password or code is wrong."
_log = logging.getLogger("payments.console")


@attrs.frozen(kw_only=True)
class Attempts:
    """How often log-in may be tried: by one address, and for one name."""

    address: Budget = attrs.field(factory=lambda: Budget(Policy("log-in", 10, 60)))
    name: Budget = attrs.field(factory=lambda: Budget(Policy("log-in of one name", 10, 300)))


@attrs.frozen(kw_only=True)
class SignIn:
    """Log-in, and what follows from it. Every log-in makes a new session."""

    operators: Operators
    passwords: Passwords
    seals: Seals | None
    clock: Clock
    trail: Trail
    attempts: Attempts = attrs.field(factory=Attempts)
    _at_once: threading.BoundedSemaphore = attrs.field(factory=lambda: threading.BoundedSemaphore(HASHES_AT_ONCE))

    async def enter(self, name: str, password: str, code: str, address: str) -> str:
        """Return the token of a new session. Raises SignInRefused, or TooManyRequests without having looked."""
        self.attempts.address.take(network_of(address))
        self.attempts.name.take(name[:100])
        return await self.begin(await self.confirm(name, password, lambda: code))

    async def confirm(self, name: str, password: str, code: Callable[[], str]) -> Operator:
        """Return the operator whose password this is; no session begins. Raises SignInRefused.

        *code* is called where the operator has one-time codes.
        """
        operator = await self.operators.find(name)
        stored = operator.password if operator and operator.password != NO_PASSWORD else _ABSENT
        fits = await self._fits(stored, password)
        if operator is None or not fits or not await self._code_fits(operator, code):
            _log.warning("the password or code of an operator was refused")
            raise SignInRefused(_WRONG)
        return operator

    async def begin(self, operator: Operator) -> str:
        """Return the token of a new session of an operator who has shown that it is them."""
        token, now = secrets.token_urlsafe(32), self.clock.now()
        session = Session(digest=digest_of(token), operator=operator.name, created_at=now, seen_at=now)
        await self.trail.note(Caller.operator(operator.name), AuditAction.SIGNED_IN)
        await self.operators.begin_session(session)
        return token

    async def _fits(self, stored: str, password: str) -> bool:
        """Compare in a thread where there is an event loop, because it takes long; few at a time."""
        if len(password) > MAX_PASSWORD:
            return False
        return await aside(lambda: self._compared(stored, password))

    def _compared(self, stored: str, password: str) -> bool:
        with self._at_once:
            return self.passwords.fits(stored, password)

    async def _code_fits(self, operator: Operator, ask: Callable[[], str]) -> bool:
        if not operator.otp:
            return True
        code = ask()
        secret = self.seals.open(operator.otp, operator.name) if self.seals else None
        step = step_of(secret, code, self.clock.now()) if secret and code else None
        return step is not None and await self.operators.use_step(operator.name, step)

    async def resume(self, token: str | None) -> tuple[Session, Operator]:
        """Return the session of a token and its operator. Raises NotSignedIn."""
        found = await self.operators.session(digest_of(token)) if token else None
        now = self.clock.now()
        if found is None or not found[0].is_valid(now):
            raise NotSignedIn("Log in first.")
        session, operator = found
        if now - session.seen_at >= NOTED_EVERY:
            try:
                await self.operators.note_session(session.digest, now)
            except (StorageConflict, StorageUnavailable) as error:
                _log.warning("the use of a session was not recorded: %s", error)
        return session, operator

    async def leave(self, session: Session) -> None:
        """End a session."""
        await self.trail.note(Caller.operator(session.operator), AuditAction.SIGNED_OUT)
        await self.operators.end_session(session.digest)


async def aside(work: Callable[[], T]) -> T:
    """Return what *work* returns; in a thread where there is an event loop, which must not wait for it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    return await asyncio.to_thread(work)


def digest_of(token: str) -> str:
    """Return the hash by which a session is stored: the token has 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
