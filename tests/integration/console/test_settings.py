"""The page of settings: all of them, no secret, and what a check says."""

import attrs
import pytest
from support.api import api_settings, running_api
from support.console import Visitor, add_operator, signed_in
from typed_settings import Secret

from payments.domain.access import Scope
from payments.entrypoints.console.pages.settings import rows_of
from payments.entrypoints.settings import DatabaseSettings, IamportOptions, Settings, WebhookOptions

SECRETS = ("the-iamport-secret", "whsec_of_the_shop", "key-of-the-database", "pass-of-postgres", "token-in-the-path")


def full() -> Settings:
    return Settings(
        iamport=IamportOptions(key=Secret("rest-key"), secret=Secret(SECRETS[0])),
        webhooks=WebhookOptions(url=f"https://shop.test/{SECRETS[4]}", secrets=(SECRETS[1],)),
        database=DatabaseSettings(url=f"postgresql://pay:{SECRETS[3]}@db/pay", encryption_keys=(SECRETS[2],)),
    )


def test_no_secret_is_among_the_settings_that_are_shown() -> None:
    rows = {row.name: row for row in rows_of(full())}
    written = repr(rows)
    assert [secret for secret in (*SECRETS, "rest-key") if secret in written] == []
    assert (rows["iamport.secret"].hidden, rows["iamport.secret"].value) == (True, "set")
    assert (rows["portone.api_secret"].hidden, rows["portone.api_secret"].value) == (True, "")
    assert "pay:***@db" in rows["database.url"].value
    assert (rows["zone"].value, rows["zone"].is_default) == ("Asia/Seoul", True)
    assert all(row.help for row in rows.values())


@pytest.mark.parametrize("asked", ["settings", "check"])
def test_an_admin_reads_the_settings_and_what_a_check_says(asked: str) -> None:
    with running_api(settings=attrs.evolve(api_settings(), second_person_above=77_000)) as api:
        add_operator(api.service, "boss", Scope.ADMIN)
        boss = Visitor(api, signed_in(api.service, "boss"))
        page = boss.get("/settings").text if asked == "settings" else boss.post("/settings/check").text
    assert "second_person_above" in page
    assert "77000" in page
    assert ("The database is ready" in page, "audit list is" in page) == (asked == "check",) * 2
