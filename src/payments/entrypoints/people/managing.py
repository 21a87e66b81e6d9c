"""Managing: operators are created, changed and revoked, each time with a row in the audit list."""

import attrs

from payments.domain.access import Scope
from payments.domain.errors import BadInput
from payments.domain.people.audit import AuditAction
from payments.domain.people.operators import Operator, OperatorNotFound, Operators
from payments.domain.ports import Clock
from payments.domain.use_cases.people.trail import Trail
from payments.domain.values import Caller
from payments.entrypoints.people.codes import new_secret
from payments.entrypoints.people.passwords import Passwords, Seals, checked


@attrs.frozen(kw_only=True)
class Managing:
    """What an operator with the scope `admin`, or a person at a shell, may do with operators."""

    operators: Operators
    passwords: Passwords
    seals: Seals | None
    clock: Clock
    trail: Trail

    async def create(self, by: Caller, name: str, password: str, scopes: frozenset[Scope]) -> Operator:
        """Store a new operator. Raises BadInput, or StorageConflict where the name is in use."""
        if not scopes:
            raise BadInput("An operator needs a scope. No operator was created.")
        hashed = self.passwords.hashed(checked(password, name))
        scopes |= {Scope.READ}  # whoever may do something may look at it
        operator = Operator(name=name, password=hashed, created_at=self.clock.now(), scopes=scopes)
        adding = self.operators.add(operator)
        await self.trail.noted(by, AuditAction.OPERATOR_CREATED, None, adding, operator=name, scopes=sorted(scopes))
        return operator

    async def revoke(self, by: Caller, name: str) -> None:
        """Revoke an operator, whose sessions end at once. Raises OperatorNotFound."""
        operator = await self._active(name)
        await self._change(by, AuditAction.OPERATOR_REVOKED, attrs.evolve(operator, revoked_at=self.clock.now()))

    async def set_password(self, by: Caller, name: str, password: str) -> None:
        """Give an operator a new password; all sessions end. Raises OperatorNotFound or BadInput."""
        operator = await self._with_password(name)
        hashed = self.passwords.hashed(checked(password, name))
        await self._change(by, AuditAction.PASSWORD_CHANGED, attrs.evolve(operator, password=hashed))

    async def require_codes(self, by: Caller, name: str) -> str:
        """Require one-time codes of an operator from now on, and return the secret for an authenticator app.

        Raises OperatorNotFound, or BadInput where the settings have no key that could seal the secret.
        """
        operator = await self._with_password(name)
        if self.seals is None:
            raise BadInput("One-time codes need database.encryption_keys or http.secret. Nothing was changed.")
        secret = new_secret()
        changed = attrs.evolve(operator, otp=self.seals.seal(secret, name), otp_step=0)
        await self._change(by, AuditAction.CODES_CHANGED, changed)
        return secret

    async def stop_codes(self, by: Caller, name: str) -> None:
        """Ask no one-time codes of an operator any more. Raises OperatorNotFound."""
        operator = await self._active(name)
        await self._change(by, AuditAction.CODES_CHANGED, attrs.evolve(operator, otp="", otp_step=0))

    async def _active(self, name: str) -> Operator:
        found = await self.operators.find(name)
        if found is None:
            raise OperatorNotFound(f"There is no active operator {name}. Nothing was changed.")
        return found

    async def _with_password(self, name: str) -> Operator:
        operator = await self._active(name)
        if operator.subject:
            raise BadInput(f"{name} logs in by single sign-on and has no password here. Nothing was changed.")
        return operator

    async def _change(self, by: Caller, action: AuditAction, operator: Operator) -> None:
        changing = self.operators.change(operator)
        if not await self.trail.noted(by, action, None, changing, operator=operator.name):
            raise OperatorNotFound(f"There is no active operator {operator.name}. Nothing was changed.")
