"""What `manage.py check` and `payments_check` say before money is taken."""

import io

import pytest


@pytest.fixture
def payments_setting(settings_of_project):
    """Change entries of PAYMENTS for one test."""
    return settings_of_project


@pytest.fixture
def settings_of_project(project, monkeypatch):
    from django.conf import settings

    def change(**entries):
        monkeypatch.setattr(settings, "PAYMENTS", {**settings.PAYMENTS, **entries})

    return change


def ids(found) -> list[str]:
    return [one.id for one in found]


def test_the_example_is_in_order(project):
    from django.core.management import call_command

    out = io.StringIO()
    call_command("payments_check", stdout=out)
    assert out.getvalue() == "The database of the payments is ready.\n"


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"datebase": {}}, "no setting datebase. Did you mean database?"),
        ({"mode": "real"}, "The value of 'mode' is invalid (PAYMENTS)"),
        ({"offer": "shop.models.Order.nothing"}, "must name a callable"),
        ({"expires_after": 0}, "expires_after must be"),
        ({"mode": "live"}, "http.secret must be set"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_it(payments_setting, entry, part):
    from payments.entrypoints.django.checks import check_settings

    payments_setting(**entry)
    (error,) = check_settings()
    assert error.id == "payments_kr.E001"
    assert part in error.msg


def test_no_prices_and_play_money_in_production_are_warnings(payments_setting, monkeypatch):
    from django.conf import settings

    from payments.entrypoints.django.checks import check_settings

    monkeypatch.setattr(settings, "DEBUG", False)
    assert ids(check_settings()) == ["payments_kr.W003"]
    payments_setting(offer="")
    assert ids(check_settings()) == ["payments_kr.W002", "payments_kr.W003"]


def test_atomic_requests_and_a_project_without_handlers_are_warnings(project, monkeypatch):
    from django.db import connections

    from payments.entrypoints.django import handlers
    from payments.entrypoints.django.checks import check_transactions, check_worker

    assert (check_transactions(), check_worker()) == ([], [])
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    monkeypatch.setattr(handlers.handlers, "_by_kind", {})
    assert ids(check_transactions() + check_worker()) == ["payments_kr.W004", "payments_kr.W005"]


def test_the_models_are_as_the_migration_says_in_every_language(project):
    from django.core.management import call_command

    call_command("makemigrations", "payments_kr", "--check", "--dry-run", verbosity=0)
