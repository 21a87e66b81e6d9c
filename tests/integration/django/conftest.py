"""The example project, once for all Django tests of a process: set up here, with a sandbox and databases of its own."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox

EXAMPLE = Path(__file__).parents[3] / "examples" / "django"


@pytest.fixture(scope="session")
def provider() -> Iterator[Sandbox]:
    """The sandbox of the whole session, which tells the project nothing by itself."""
    with running_sandbox(SandboxSettings()) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def project(provider: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Django, set up with the example's settings and migrated."""
    os.environ |= {
        "SHOP_DATA": str(tmp_path_factory.mktemp("django")),
        "SANDBOX_URL": provider.url,
        "IAMPORT_KEY": provider.settings.key,
        "IAMPORT_SECRET": provider.settings.secret,
        "IAMPORT_USER_CODE": provider.settings.user_code,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
    }
    sys.path.insert(0, str(EXAMPLE))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("payments_upgrade", verbosity=0)
    yield provider
    from payments.entrypoints.django import wiring

    wiring.close()
    sys.path.remove(str(EXAMPLE))


@pytest.fixture
def user(project: Sandbox) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_user(f"kim-{uuid4().hex[:12]}", password="book")


@pytest.fixture
def order(user: Any) -> Any:
    from shop.models import Order

    return Order.objects.create(user=user, title="책", total=12_000)


@pytest.fixture
def buyer(user: Any) -> Any:
    """The user's browser: Django's test client, logged in."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def begin(buyer: Any) -> Callable[..., Any]:
    """Begin a payment for an order as the page's script does."""

    def begin(order: Any, **more: Any) -> Any:
        body = {"order": str(order.pk), "method": "card", **more}
        return buyer.post("/pay/payments", body, content_type="application/json")

    return begin


@pytest.fixture
def paid(begin: Callable[..., Any], buyer: Any, project: Sandbox) -> Callable[[Any], str]:
    """Pay an order, tell the project, and return the merchant id."""

    def pay(order: Any) -> str:
        begun = begin(order).json()
        attempt = project.open_window(begun["merchant_id"], order.total)
        project.approve(attempt)
        path = f"/pay/payments/{begun['merchant_id']}/complete"
        answer = buyer.post(path, {"gateway_id": attempt}, content_type="application/json")
        assert (answer.status_code, answer.json()["status"]) == (200, "paid")
        return str(begun["merchant_id"])

    return pay
