"""Calls by a host program's own session: what a page of another site can send without leave changes nothing.

What would break it: a call that needs no JSON media type, because its body may be empty.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from payments.domain.money import Money
from payments.domain.values import Caller, Method, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.hosts.flask import payments_blueprint
from payments.entrypoints.service import Service
from payments.entrypoints.settings import DatabaseSettings, Settings
from payments.testing import shop

PATH = "/pay/payments"


@pytest.fixture
def service() -> Iterator[Service]:
    memory = Settings(database=DatabaseSettings(url="memory://"))
    with opened(memory, gateway=shop().gateway) as wired:
        yield wired


@pytest.fixture
def browser(service: Service) -> FlaskClient:
    """The browser of kim, who is logged in."""
    app = Flask("host")
    app.register_blueprint(payments_blueprint(service, buyer=lambda: "kim"), url_prefix="/pay")
    return app.test_client()


@pytest.fixture
def merchant_id(service: Service) -> str:
    offer = Offer("책", Money(12_000))
    return run(service.checkout.begin("kim", "1", offer, Method.CARD, Caller.shop("web"))).merchant_id


FORMS = [{}, {"content_type": "text/plain"}, {"content_type": "application/x-www-form-urlencoded"}]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("call", ["cancel", "abandon"])
def test_a_form_of_another_site_changes_nothing(browser: FlaskClient, merchant_id: str, call: str, form: dict) -> None:
    answer = browser.post(f"{PATH}/{merchant_id}/{call}", **form)
    assert (answer.status_code, answer.json["slug"]) == (415, "unsupported-media-type")
    assert browser.get(f"{PATH}/{merchant_id}").json["status"] == "awaiting"


def test_the_pages_own_script_cancels(browser: FlaskClient, merchant_id: str) -> None:
    assert browser.post(f"{PATH}/{merchant_id}/cancel", json={}).json["status"] == "cancelled"


def test_a_body_over_the_limit_of_its_call_is_refused_before_it_is_read(browser: FlaskClient, merchant_id: str) -> None:
    answer = browser.post(f"{PATH}/{merchant_id}/cancel", data=b"x" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.json["slug"]) == (413, "body-too-large")
