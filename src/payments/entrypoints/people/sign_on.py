"""SignOn: log-in by an identity provider (OpenID Connect). Who comes back with a role is an operator of the same name.

An operator belongs to the subject of the issuer, which never changes; name and groups may. What a person may do is
taken from the groups at each log-in.
"""

import base64
import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, Protocol, TypeVar

import attrs

from payments.domain.access import Scope
from payments.domain.errors import BadInput, StorageConflict
from payments.domain.people.audit import AuditAction
from payments.domain.people.operators import (
    MAX_OPERATOR_NAME,
    NO_PASSWORD,
    IdentityProviderNotReached,
    Operator,
    SignOnRefused,
)
from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.display import one_line
from payments.entrypoints.limits import network_of
from payments.entrypoints.people.sign_in import SignIn, aside

T = TypeVar("T")
AT_ONCE: Final = 4
"""How many log-ins may wait for the provider at a time, so that a slow one does not hold up the console."""
_log = logging.getLogger("payments.console")


class IdentityProvider(Protocol):
    """Where people log in. Its coroutines block."""

    def address(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> Coroutine[Any, Any, str]:
        """Return where a person logs in. Raises IdentityProviderNotReached."""

    def claims(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> Coroutine[Any, Any, Mapping[str, Any]]:
        """Return what is said of whoever came back. Raises SignOnRefused or IdentityProviderNotReached."""


@attrs.frozen(kw_only=True)
class Roles:
    """What a person may do: by their groups (the claim `claim`), or by their own subject."""

    groups: Mapping[str, frozenset[Scope]] = attrs.field(factory=dict)
    subjects: Mapping[str, frozenset[Scope]] = attrs.field(factory=dict)
    claim: str = "groups"

    def of(self, claims: Mapping[str, Any]) -> frozenset[Scope]:
        """Return the scopes; none where nothing fits."""
        said = claims.get(self.claim)
        groups = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        found = [self.groups.get(group, frozenset()) for group in groups if isinstance(group, str)]
        scopes: frozenset[Scope] = frozenset().union(*found, self.subjects.get(str(claims["sub"]), frozenset()))
        return scopes | {Scope.READ} if scopes else scopes


@attrs.frozen(kw_only=True)
class SignOn:
    """Log-in elsewhere. `seed` is a secret of one browser, from which everything of its log-in follows."""

    provider: IdentityProvider
    issuer: str
    roles: Roles
    name_claim: str
    redirect_uri: str
    sign_in: SignIn
    _at_once: threading.BoundedSemaphore = attrs.field(factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    async def start(self, seed: str, to: str, address: str) -> str:
        """Return the address to log in at; the person comes back for the page *to*. Raises TooManyRequests too."""
        self.sign_in.attempts.address.take(network_of(address))
        salt = secrets.token_urlsafe(16)
        state = f"{salt}.{_derived(seed, 'state', salt, to)}.{base64.urlsafe_b64encode(to.encode()).decode()}"
        nonce, verifier = _derived(seed, "nonce", salt), _derived(seed, "verifier", salt)
        return await self._asked(lambda: run(self.provider.address(self.redirect_uri, state, nonce, verifier)))

    async def finish(self, seed: str, state: str, code: str, address: str) -> tuple[str, str]:
        """Return the token of a new session, and the page that was asked for. Raises SignOnRefused, TooManyRequests."""
        self.sign_in.attempts.address.take(network_of(address))
        salt, to = _checked(seed, state)
        nonce, verifier = _derived(seed, "nonce", salt), _derived(seed, "verifier", salt)
        claims = await self._asked(lambda: run(self.provider.claims(code, self.redirect_uri, nonce, verifier)))
        return await self.sign_in.begin(await self._operator(claims)), to

    async def _asked(self, work: Callable[[], T]) -> T:
        """Ask the provider in a thread where there is an event loop; few at a time."""
        if not self._at_once.acquire(blocking=False):
            raise IdentityProviderNotReached("Too many log-ins wait for the identity provider. Try again soon.")
        try:
            return await aside(work)
        except IdentityProviderNotReached as error:
            _log.warning("the identity provider was not reached: %s", one_line(error.cause or str(error)))
            raise
        except SignOnRefused as error:
            _log.warning("a log-in by single sign-on was refused: %s", one_line(str(error)))
            raise
        finally:
            self._at_once.release()

    async def _operator(self, claims: Mapping[str, Any]) -> Operator:
        """Return the operator of a subject, created or changed where that is needed. Raises SignOnRefused."""
        subject, scopes = f"{self.issuer} {claims['sub']}", self.roles.of(claims)
        known = await self.sign_in.operators.find_subject(subject)
        if known is not None and not known.is_active:
            raise SignOnRefused("This operator was revoked.")
        if known is None:
            if not scopes:
                raise SignOnRefused("No group of this person has a role here.")
            return await self._created(subject, scopes, claims)
        if known.scopes != scopes:
            known = await self._changed(known, scopes)
        if not scopes:
            raise SignOnRefused("No group of this person has a role here any more.")
        return known

    async def _created(self, subject: str, scopes: frozenset[Scope], claims: Mapping[str, Any]) -> Operator:
        name = str(claims.get(self.name_claim) or claims.get("email") or claims["sub"]).strip()[:MAX_OPERATOR_NAME]
        now = self.sign_in.clock.now()
        try:
            operator = Operator(name=name, password=NO_PASSWORD, created_at=now, scopes=scopes, subject=subject)
            adding = self.sign_in.operators.add(operator)
            await self.sign_in.trail.noted(
                Caller.operator(name),
                AuditAction.OPERATOR_CREATED,
                None,
                adding,
                operator=name,
                scopes=sorted(scopes),
                subject=subject,
            )
        except (BadInput, StorageConflict):
            _log.warning("a log-in by single sign-on was refused: another operator has this name, or it is none")
            raise SignOnRefused("Another operator has this name already.") from None
        return operator

    async def _changed(self, known: Operator, scopes: frozenset[Scope]) -> Operator:
        changed = attrs.evolve(known, scopes=scopes)
        changing = self.sign_in.operators.change(changed)
        by, said = Caller.operator(known.name), {"operator": known.name, "scopes": sorted(scopes)}
        await self.sign_in.trail.noted(by, AuditAction.SCOPES_CHANGED, None, changing, **said)
        return changed


def _derived(seed: str, *parts: str) -> str:
    """Return 64 characters that only the holder of *seed* can make of these texts."""
    return hmac.new(seed.encode(), "\n".join(("single sign-on", *parts)).encode(), hashlib.sha256).hexdigest()


def _checked(seed: str, state: str) -> tuple[str, str]:
    """Return the salt of a log-in and the page that was asked for. Raises SignOnRefused for a state of another one."""
    salt, _, rest = state.partition(".")
    mac, _, to = rest.partition(".")
    try:
        asked_for = base64.urlsafe_b64decode(to).decode()
    except ValueError:
        asked_for = ""
    if not seed or not hmac.compare_digest(mac.encode(), _derived(seed, "state", salt, asked_for).encode()):
        raise SignOnRefused("This log-in did not begin in this browser, or began too long ago. Start again.")
    return salt, asked_for
