"""Settings: where they come from, which go before which, and what is said of wrong ones."""

from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from unit.entrypoints.settings_files import clean, loaded

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.prices.toml_file import PriceList
from payments.domain.errors import BadInput, NothingToPay, OrderNotFound
from payments.domain.money import Money
from payments.domain.values import Caller, Method, Mode, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.sending import MAX_SENDS
from payments.entrypoints.service import BadSettings
from payments.entrypoints.settings import DatabaseSettings, HttpSettings, load_settings
from payments.entrypoints.worker import Pace, Worker, running_worker

assert clean  # the fixture that gives each test an environment of its own
SECRET = "0123456789abcdef0123456789abcdef"


def test_without_anything_it_is_play_money_in_a_file_here():
    settings = load_settings()
    assert (settings.mode, settings.database.url) == (Mode.TEST, "sqlite:///payments.db")


def test_the_environment_goes_before_the_file(monkeypatch):
    monkeypatch.setenv("PAYMENTS_DATABASE_URL", "sqlite:///env.db")
    settings = loaded('[database]\nurl = "sqlite:///file.db"\n[http]\nport = 9000')
    assert (settings.database.url, settings.http.port) == ("sqlite:///env.db", 9000)


def test_another_file_is_named_by_the_environment_or_by_hand(monkeypatch, tmp_path):
    (tmp_path / "a.toml").write_text("[http]\nport = 1")
    (tmp_path / "b.toml").write_text("[http]\nport = 2")
    monkeypatch.setenv("PAYMENTS_CONFIG", str(tmp_path / "a.toml"))
    assert load_settings().http.port == 1
    assert load_settings(tmp_path / "b.toml").http.port == 2


def test_lists_are_separated_by_commas_in_the_environment(monkeypatch):
    monkeypatch.setenv("PAYMENTS_HTTP_ALLOWED_ORIGINS", "https://a.test,https://b.test:8443")
    assert load_settings().http.allowed_origins == ("https://a.test", "https://b.test:8443")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[http]\nprot = 1", "http.prot"),
        ("[htpp]\nport = 1", "htpp"),
        ('[http]\nport = "many"', "http.port"),
        ('mode = "real"', "mode"),
        ('[buyers]\nalgorithm = "none"', "buyers.algorithm"),
        ("[database\n", "payments.toml"),
    ],
)
def test_what_cannot_be_read_is_named(text, named):
    if named == "payments.toml":
        named = "cannot be read"
    with pytest.raises(BadSettings, match=named):
        loaded(text)


def test_a_file_that_is_not_there_is_no_empty_file():
    with pytest.raises(BadSettings, match=r"nowhere\.toml"):
        load_settings(Path("nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[buyers]\nkey = "short"\nissuer = "shop"', "buyers.key"),
        (f'[buyers]\nkey = "{SECRET}"', "buyers.issuer"),
        (f'[orders]\nkey = "{SECRET}"\nissuer = "shop"\naudience = ""', "orders.audience"),
        (f'[buyers]\nkey = "{SECRET}"\nissuer = "shop"\nalgorithm = "RS256"', "buyers.key"),
        (
            '[buyers]\nkey = """-----BEGIN PUBLIC KEY-----\nM\n-----END PUBLIC KEY-----"""\nissuer = "s"',
            "buyers.key",
        ),
        ('[http]\nreturn_page = "javascript:alert(1)"', "http.return_page"),
        ('[http]\nallowed_hosts = ["https://pay.shop.test"]', "http.allowed_hosts"),
        ('[http]\nsecret = "short"', "http.secret"),
        ('[http]\nallowed_origins = ["*"]', "http.allowed_origins"),
        ('[http]\nallowed_origins = ["https://shop.test/"]', "http.allowed_origins"),
        ('[http]\nallowed_origins = ["shop.test"]', "http.allowed_origins"),
        ('[http]\nallowed_origins = ["null"]', "http.allowed_origins"),
        ("[http]\nthreads = 0", "http.threads"),
        ("[http]\nconcurrency = 501", "http.concurrency"),
    ],
)
def test_what_could_hurt_is_refused_by_name_and_never_repeats_a_secret(text, named):
    with pytest.raises(BadSettings, match=named) as refusal:
        loaded(text)
    assert "short" not in str(refusal.value).replace("shorter", "")
    assert SECRET not in str(refusal.value)
    assert str(refusal.value).endswith("Nothing was started.")


def test_no_secret_shows_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv(
        "PAYMENTS_DATABASE_URL", "postgresql://shop:hunter2/@hunter2@db.test/payments?sslpassword=hunter2"
    )
    monkeypatch.setenv("PAYMENTS_WEBHOOKS_SECRETS", "whsec_hunter2")
    monkeypatch.setenv("PAYMENTS_WEBHOOKS_URL", "https://shop.test/hooks/hunter2?token=hunter2")
    for name in ("IAMPORT_KEY", "IAMPORT_SECRET", "HTTP_SECRET", "BUYERS_KEY", "ORDERS_KEY"):
        monkeypatch.setenv(f"PAYMENTS_{name}", f"hunter2-{SECRET}")
    for name in ("BUYERS_ISSUER", "ORDERS_ISSUER"):
        monkeypatch.setenv(f"PAYMENTS_{name}", "shop")
    settings = load_settings()
    assert "hunter2" in settings.iamport.secret.get_secret_value()
    assert "hunter2" not in repr(settings) + str(settings)
    assert "db.test" in repr(settings)


def price_list(text: str) -> PriceList:
    Path("prices.toml").write_text(text, encoding="utf-8")
    return PriceList.read(Path("prices.toml"))


def test_a_price_list_prices_an_order_by_what_comes_before_the_hash():
    prices = price_list('[gold]\nname = "골드"\namount = 12000\n[book]\nname = "B"\namount = 1999\ncurrency = "USD"')
    assert run(prices.offer("alice", "gold")).price == run(prices.offer("bob", "gold#2026-11")).price == Money(12_000)
    assert run(prices.offer("alice", "book")).price == Money(1_999, "USD")
    for order in ("silver", "", "#gold", "gold ", "Gold"):
        with pytest.raises(OrderNotFound):
            run(prices.offer("alice", order))


@pytest.mark.parametrize(
    "text",
    [
        "[gold",
        "gold = 12000",
        '[gold]\nname = "G"',
        '[gold]\nname = "G"\namount = 0.0',
        '[gold]\nname = "G"\namount = false',
        '[gold]\nname = "G"\namount = 12000\ntax_free = 12001',
        '[gold]\nname = "G"\namount = 12000.0',
        '[gold]\nname = "G"\namount = "12000"',
        '[gold]\nname = "G"\namount = true',
        '[gold]\nname = "G"\namount = 12000\ncurrency = "WON"',
        '[gold]\nname = "G"\namount = 12000\ndiscount = 10',
        '[gold]\nname = ""\namount = 12000',
        '["gold#1"]\nname = "G"\namount = 12000',
    ],
)
def test_a_price_list_that_could_be_misread_is_refused(text):
    with pytest.raises(BadInput, match=r"prices\.toml"):
        price_list(text)


def test_an_article_that_costs_nothing_is_nothing_to_pay_and_the_others_are_sold():
    prices = price_list('[gold]\nname = "G"\namount = 12000\ntax_free = 4000\n[gift]\nname = "F"\namount = 0')
    assert run(prices.offer("alice", "gold")).terms.parts.tax_free == 4_000
    with pytest.raises(NothingToPay):
        run(prices.offer("alice", "gift#1"))


def test_a_price_list_that_is_not_there_is_refused():
    with pytest.raises(BadInput, match=r"nowhere\.toml"):
        PriceList.read(Path("nowhere.toml"))


def test_every_thread_of_a_process_finds_a_connection_of_its_own(tmp_path):
    """Fails where a worker in the API's process waits for connections that the API's callers hold."""
    settings = attrs.evolve(
        load_settings(),
        database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'pool.db'}", create=True),
        http=HttpSettings(threads=8),
    )
    with opened(settings, gateway=MemoryGateway(), subscribers=[print]) as service:
        with running_worker(Worker.of(service)) as worker:
            loops = len(worker.health)
        assert loops == Pace().threads
        pool = service.checkout.payments._front._database.engine.pool
        assert pool.size() == service.web.at_once + MAX_SENDS + loops


def test_a_payment_expires_after_the_minutes_that_are_set():
    with opened(loaded('expires_after = 5\n[database]\nurl = "memory://"'), gateway=MemoryGateway()) as service:
        begun = service.checkout.begin("kim", "1", Offer("Gold", Money(12_000)), Method.CARD, Caller.shop("web"))
        payment = run(begun)
    assert payment.expires_at - payment.created_at == timedelta(minutes=5)


@pytest.mark.parametrize("minutes", [0, -1, 43_201])
def test_a_payment_that_would_expire_at_once_or_never_is_refused(minutes):
    with pytest.raises(BadSettings, match="expires_after must be between 1 and 43200 minutes"):
        loaded(f"expires_after = {minutes}")
