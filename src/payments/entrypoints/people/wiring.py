"""SignIn and Managing over one store, with the adapters that the extra `console` brings."""

from typing import Any

from payments.domain.people.operators import Operators
from payments.domain.ports import Clock, Store
from payments.domain.use_cases.people.letters import Letters
from payments.domain.use_cases.people.trail import Trail
from payments.entrypoints.people.managing import Managing
from payments.entrypoints.people.passwords import Seals
from payments.entrypoints.people.sign_in import SignIn
from payments.entrypoints.people.sign_on import IdentityProvider, Roles, SignOn
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.settings import Settings, public_url
from payments.entrypoints.settings.openid import scopes_of


def seals_of(settings: Settings) -> Seals | None:
    """Return what seals the secrets of one-time codes; None where the settings hold no key for it."""
    from payments.adapters.sealing import SealedCodes, derived_key  # cryptography takes a while to import

    http = settings.http
    secrets = [*settings.database.encryption_keys, http.secret.get_secret_value()]
    secrets.append(http.previous_secret.get_secret_value())
    keys = [derived_key(secret, "one-time codes") for secret in secrets if secret]
    return SealedCodes.of(keys) if keys else None


def sign_in(operators: Operators, clock: Clock, trail: Trail, seals: Seals | None) -> SignIn:
    """Return what operators log in with."""
    return SignIn(**_shared(operators, clock, trail, seals))


def managing(operators: Operators, clock: Clock, trail: Trail, seals: Seals | None) -> Managing:
    """Return what operators are managed with."""
    return Managing(**_shared(operators, clock, trail, seals))


def sign_on(signing: SignIn, settings: Settings, renewals: Renewals) -> SignOn | None:
    """Return what operators log in with elsewhere; None where the settings name no identity provider."""
    openid = settings.openid
    if not openid.issuer:
        return None
    roles = Roles(
        groups={group: scopes_of(words) for group, words in openid.groups.items()},
        subjects={subject: scopes_of(words) for subject, words in openid.subjects.items()},
        claim=openid.groups_claim,
    )
    return SignOn(
        provider=renewals.made(_identity_provider, settings),
        issuer=openid.issuer,
        roles=roles,
        name_claim=openid.name_claim,
        redirect_uri=f"{public_url(settings)}/console/login/return",
        sign_in=signing,
    )


def _identity_provider(settings: Settings) -> IdentityProvider:
    from payments.adapters.openid import OpenIdProvider, OpenIdSettings

    given = settings.openid
    secret = given.client_secret.get_secret_value()
    return OpenIdProvider(
        OpenIdSettings(issuer=given.issuer, client_id=given.client_id, client_secret=secret, scopes=given.scopes)
    )


def trail_at_a_shell(store: Store) -> Trail:
    """Return what writes into the audit list of a store that is open."""
    from payments.adapters.system.clock import SystemClock

    return Trail(store.people.audit, SystemClock())


def managing_at_a_shell(store: Store, settings: Settings) -> Managing:
    """Return what operators are managed with at a shell, over a store that is open."""
    trail = trail_at_a_shell(store)
    return managing(store.people.operators, trail.clock, trail, seals_of(settings))


def letters_at_a_shell(store: Store) -> Letters:
    """Return what is done with messages at a shell, over a store that is open."""
    trail = trail_at_a_shell(store)
    return Letters(outbox=store.outbox, clock=trail.clock, trail=trail)


def _shared(operators: Operators, clock: Clock, trail: Trail, seals: Seals | None) -> dict[str, Any]:
    from payments.adapters.passwords import Argon2Passwords

    return {"operators": operators, "passwords": Argon2Passwords(), "seals": seals, "clock": clock, "trail": trail}
