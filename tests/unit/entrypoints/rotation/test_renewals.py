"""What is made of secrets is made anew as a whole, or stays as it was."""

import attrs
import pytest
from typed_settings import Secret

from payments.domain.errors import BadInput
from payments.entrypoints.rotation.changes import changes, with_changes
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.settings import BuyerSettings, HttpSettings, Settings, WebhookOptions

BEFORE = Settings(http=HttpSettings(secret=Secret("one"), port=1))
AFTER = Settings(http=HttpSettings(secret=Secret("two"), previous_secret=Secret("one"), port=2))


@attrs.frozen
class Holder:
    secret: str


def holder(settings: Settings) -> Holder:
    return Holder(settings.http.secret.get_secret_value())


def test_whoever_holds_a_part_uses_the_new_secret():
    renewals = Renewals()
    held = renewals.made(holder, BEFORE)
    renewals.renew(AFTER)
    assert held.secret == "two"


def test_one_part_that_cannot_be_made_keeps_all_others_as_they_were():
    renewals = Renewals()
    held = renewals.made(holder, BEFORE)

    def broken(settings: Settings) -> Holder:
        if settings is not BEFORE:
            raise BadInput("no")
        return holder(settings)

    other = renewals.made(broken, BEFORE)
    with pytest.raises(BadInput):
        renewals.renew(AFTER)
    assert (held.secret, other.secret) == ("one", "one")


def test_what_nobody_asked_for_at_the_start_is_not_made_later():
    renewals = Renewals()
    made: list[Settings] = []
    assert renewals.made(made.append, BEFORE) is None
    renewals.renew(AFTER)
    assert made == [BEFORE]


def test_secrets_are_taken_and_everything_else_waits_for_a_restart():
    found = changes(BEFORE, AFTER)
    assert found.now == ["http.secret", "http.previous_secret"]
    assert found.at_restart == ["http.port"]
    taken = with_changes(BEFORE, AFTER, found.now).http
    assert (taken.secret, taken.previous_secret, taken.port) == (AFTER.http.secret, AFTER.http.previous_secret, 1)


@pytest.mark.parametrize(
    "after",
    [
        Settings(),
        attrs.evolve(BEFORE, buyers=BuyerSettings(key=Secret("k"))),
        attrs.evolve(BEFORE, webhooks=WebhookOptions(secrets=("whsec_x",))),
    ],
)
def test_a_secret_that_comes_or_goes_needs_a_restart(after: Settings):
    assert changes(BEFORE, after).now == []
    assert changes(BEFORE, after).at_restart


def test_named_keys_join_a_key_without_a_restart():
    before = attrs.evolve(BEFORE, buyers=BuyerSettings(key=Secret("k")))
    assert changes(before, attrs.evolve(before, buyers=BuyerSettings(jwks=Secret("j")))).at_restart == []
