"""Names of settings: what nobody knows is refused with the nearest name, and what Kubernetes sets is let pass."""

from pathlib import Path

import pytest
from unit.entrypoints.settings_files import clean, loaded

from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import load_settings
from payments.entrypoints.settings.options import FROM_FILES
from payments.entrypoints.settings.sources import names, variable

assert clean  # the fixture that gives each test an environment of its own
ELSEWHERE = ("buyers.jwks", "orders.jwks", "openid.client_secret")  # no other secret can stand in these files
SECRET = "Yq3vT8mKx0Lr5Zs2Wd7Nb4Hg9Fc6Jp1AYq3vT8mKx0L="  # a good one for every setting, an encryption key too


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("PAYMENTS_HTTP_SECRT", "PAYMENTS_HTTP_SECRET"),
        ("PAYMENTS_DATABSE_URL", "PAYMENTS_DATABASE_URL"),
        ("PAYMENTS_MODUS", "PAYMENTS_MODE"),
        ("PAYMENTS_HTTP_SECRET_FIL", "PAYMENTS_HTTP_SECRET_FILE"),
        ("PAYMENTS_CONFIGG", "PAYMENTS_CONFIG"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest_name(monkeypatch, given, meant):
    monkeypatch.setenv(given, "hunter2")
    with pytest.raises(BadSettings, match=rf"no setting {given}\. Did you mean {meant}\?") as refusal:
        load_settings()
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("PAYMENTS_SERVICE_HOST", "10.0.0.7"),
        ("PAYMENTS_SERVICE_PORT_HTTP", "8000"),
        ("PAYMENTS_PORT", "tcp://10.0.0.7:8000"),
        ("PAYMENTS_PORT_8000_TCP_ADDR", "10.0.0.7"),
        ("PAYMENTS_WORKER_SERVICE_HOST", "10.0.0.7"),
        ("PAYMENTS_WORKER_PORT", "tcp://10.0.0.7:8000"),
        ("PAYMENTS_HTTP_PORT", "tcp://10.0.0.7:8000"),  # of a service payments-http
    ],
)
def test_what_kubernetes_sets_for_a_service_is_let_pass(monkeypatch, given, value):
    monkeypatch.setenv(given, value)
    assert load_settings().http.port == 8000


@pytest.mark.parametrize(("text", "meant"), [("[http]\nprot = 1", "http.port"), ("[htpp]\nport = 1", "http")])
def test_an_unknown_name_in_the_file_is_refused_with_the_nearest_name(text, meant):
    with pytest.raises(BadSettings, match=rf"Did you mean {meant}\?"):
        loaded(text)


@pytest.mark.parametrize("name", [name for name in FROM_FILES if name not in ELSEWHERE])
def test_a_secret_can_come_from_a_file(monkeypatch, name):
    Path("secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv(f"{variable(name)}_FILE", "secret")
    for group in ("BUYERS", "ORDERS"):
        monkeypatch.setenv(f"PAYMENTS_{group}_ISSUER", "shop")
    settings = load_settings()
    group, _, field = name.partition(".")
    value = getattr(getattr(settings, group), field)
    assert SECRET in (value.get_secret_value() if hasattr(value, "get_secret_value") else value)


def test_every_secret_can_come_from_a_file():
    hidden = {name for name in names() if "secret" in name or name.rpartition(".")[2] == "key"}
    assert hidden <= set(FROM_FILES)


@pytest.mark.parametrize("content", [None, "", "\n", "x" * 70_000])
def test_a_file_without_a_secret_is_refused(monkeypatch, content):
    if content is not None:
        Path("secret").write_text(content)
    monkeypatch.setenv("PAYMENTS_HTTP_SECRET_FILE", "secret")
    with pytest.raises(BadSettings, match="PAYMENTS_HTTP_SECRET_FILE names a file"):
        load_settings()


def test_a_secret_from_two_places_is_refused(monkeypatch):
    Path("secret").write_text(SECRET)
    monkeypatch.setenv("PAYMENTS_HTTP_SECRET_FILE", "secret")
    monkeypatch.setenv("PAYMENTS_HTTP_SECRET", SECRET)
    with pytest.raises(BadSettings, match="both set"):
        load_settings()
