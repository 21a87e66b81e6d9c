"""Log-in: who gets a session, how long it lasts, and how often one may try."""

from datetime import timedelta

import attrs
import pyotp
import pytest

from payments.adapters.memory.people import MemoryPeople
from payments.adapters.passwords import Argon2Passwords
from payments.adapters.sealing import SealedCodes, derived_key
from payments.domain.access import Scope
from payments.domain.errors import BadInput, StorageConflict
from payments.domain.people.audit import AuditAction
from payments.domain.people.operators import SESSION_IDLE, NotSignedIn, OperatorNotFound, SignInRefused
from payments.domain.use_cases.people.trail import Trail
from payments.domain.values import Caller
from payments.entrypoints.blocking import run
from payments.entrypoints.limits import Budget, Policy, TooManyRequests
from payments.entrypoints.people.managing import Managing
from payments.entrypoints.people.sign_in import Attempts, SignIn
from payments.testing.shop import ManualClock

SHELL = Caller.shop("cli:root")
PASSWORD = "갈매기 세 마리와 우산"
ADDRESS = "192.0.2.7"


class QuickPasswords:
    """Not a hash: argon2 takes its time in a test of its own."""

    def hashed(self, password: str) -> str:
        return f"hash of {password}"

    def fits(self, stored: str, password: str) -> bool:
        return stored == self.hashed(password)


@attrs.frozen
class House:
    people: MemoryPeople
    clock: ManualClock
    managing: Managing
    sign_in: SignIn

    def actions(self) -> list[AuditAction]:
        return [row.action for row in run(self.people.audit.after(0, 100))]

    def enter(self, password: str = PASSWORD, code: str = "", name: str = "kim", address: str = ADDRESS) -> str:
        return run(self.sign_in.enter(name, password, code, address))


@pytest.fixture
def house() -> House:
    people, clock = MemoryPeople(), ManualClock()
    shared = {
        "operators": people.operators,
        "passwords": QuickPasswords(),
        "seals": SealedCodes.of([derived_key("s" * 32, "one-time codes")]),
        "clock": clock,
        "trail": Trail(people.audit, clock),
    }
    unlimited = Attempts(address=Budget(Policy("a", 0)), name=Budget(Policy("n", 0)))
    made = House(people, clock, Managing(**shared), SignIn(**shared, attempts=unlimited))
    run(made.managing.create(SHELL, "kim", PASSWORD, frozenset({Scope.REFUND})))
    return made


def test_the_right_password_opens_a_new_session_each_time(house: House) -> None:
    first, second = house.enter(), house.enter()
    assert first != second
    assert run(house.sign_in.resume(first))[1].name == "kim"
    assert house.actions() == [AuditAction.OPERATOR_CREATED, AuditAction.SIGNED_IN, AuditAction.SIGNED_IN]


def test_the_store_has_only_hashes(house: House) -> None:
    token = house.enter()
    [session] = run(house.people.operators.sessions())
    assert token not in repr(attrs.asdict(session))
    assert PASSWORD not in repr(run(house.people.operators.find("kim")))


@pytest.mark.parametrize("given", [{"password": "wrong"}, {"name": "lee"}, {"password": "x" * 100_000}, {"name": ""}])
def test_everything_wrong_is_refused_in_the_same_words(house: House, given: dict[str, str]) -> None:
    with pytest.raises(SignInRefused, match=r"^Name, password or code is wrong\.$"):
        house.enter(**given)
    assert AuditAction.SIGNED_IN not in house.actions()


def test_a_session_ends_by_pause_log_out_and_revocation(house: House) -> None:
    paused, left, revoked = house.enter(), house.enter(), house.enter()
    run(house.sign_in.leave(run(house.sign_in.resume(left))[0]))
    house.clock.advance(seconds=SESSION_IDLE.total_seconds() - 1)
    run(house.sign_in.resume(revoked))
    house.clock.advance(seconds=2)
    for token in (paused, left, None, "", "made up"):
        with pytest.raises(NotSignedIn):
            run(house.sign_in.resume(token))
    assert run(house.sign_in.resume(revoked))
    run(house.managing.revoke(SHELL, "kim"))
    with pytest.raises(NotSignedIn):
        run(house.sign_in.resume(revoked))
    with pytest.raises(SignInRefused):
        house.enter()


def test_a_new_password_ends_all_sessions(house: House) -> None:
    token = house.enter()
    run(house.managing.set_password(SHELL, "kim", "another long sentence"))
    with pytest.raises(NotSignedIn):
        run(house.sign_in.resume(token))
    with pytest.raises(SignInRefused):
        house.enter()
    assert house.enter("another long sentence")


def test_a_code_is_asked_for_and_works_once(house: House) -> None:
    code = pyotp.TOTP(run(house.managing.require_codes(SHELL, "kim"))).at(house.clock.time)
    for wrong in ("", "000000", "12", "not a code"):
        with pytest.raises(SignInRefused):
            house.enter(code=wrong)
    assert house.enter(code=f"{code[:3]} {code[3:]}")
    with pytest.raises(SignInRefused):
        house.enter(code=code)


def test_the_secret_of_codes_is_sealed_for_its_operator(house: House) -> None:
    secret = run(house.managing.require_codes(SHELL, "kim"))
    operator = run(house.people.operators.find("kim"))
    assert operator is not None
    assert secret not in operator.otp
    assert house.sign_in.seals is not None
    assert house.sign_in.seals.open(operator.otp, "kim") == secret
    assert house.sign_in.seals.open(operator.otp, "lee") is None


def test_without_a_key_for_it_no_code_is_required(house: House) -> None:
    bare = attrs.evolve(house.managing, seals=None)
    with pytest.raises(BadInput, match="encryption_keys"):
        run(bare.require_codes(SHELL, "kim"))


@pytest.mark.parametrize("who", ["address", "name"])
def test_trying_is_limited_by_address_and_by_name(house: House, who: str) -> None:
    few = Attempts(**{"address": Budget(Policy("a", 0)), "name": Budget(Policy("n", 0)), who: Budget(Policy("few", 3))})
    door = attrs.evolve(house.sign_in, attempts=few)
    for number in range(3):
        with pytest.raises(SignInRefused):
            run(door.enter("kim", f"wrong {number}", "", ADDRESS))
    with pytest.raises(TooManyRequests):
        run(door.enter("kim", PASSWORD, "", ADDRESS))


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaa", "password-password", "kim-is-my-name"])
def test_an_easy_password_is_refused(house: House, password: str) -> None:
    with pytest.raises(BadInput):
        run(house.managing.set_password(SHELL, "kim", password))
    assert house.enter()


def test_operators_are_created_and_changed_only_where_that_is_possible(house: House) -> None:
    with pytest.raises(StorageConflict):
        run(house.managing.create(SHELL, "kim", PASSWORD, frozenset({Scope.READ})))
    with pytest.raises(BadInput):
        run(house.managing.create(SHELL, "lee", PASSWORD, frozenset()))
    with pytest.raises(OperatorNotFound):
        run(house.managing.revoke(SHELL, "lee"))
    assert house.actions() == [AuditAction.OPERATOR_CREATED, AuditAction.OPERATOR_CREATED, AuditAction.REFUSED]


def test_argon2_knows_its_own_hashes() -> None:
    passwords = Argon2Passwords()
    stored = passwords.hashed(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert passwords.fits(stored, PASSWORD)
    assert not passwords.fits(stored, "wrong")
    assert not passwords.fits("not a hash", PASSWORD)


def test_a_use_is_noted_once_a_minute(house: House) -> None:
    token = house.enter()
    for seconds in (30, 31):
        house.clock.advance(seconds=seconds)
        run(house.sign_in.resume(token))
    [session] = run(house.people.operators.sessions())
    assert session.seen_at == house.clock.time
    assert session.seen_at - session.created_at == timedelta(seconds=61)
