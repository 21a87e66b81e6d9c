"""The example shops, installed from the wheel, each in an environment and a process of its own.

They are paid in a real browser, marked paid in the shop's own table, and refunded by the shop's people.
"""

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from playwright.sync_api import Page, expect
from support.browser.chromium import PHONE
from support.browser.shopper import put_up_with
from support.hosts import installed
from support.patience import until
from support.system.town import House, held_port

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox

EXAMPLES = Path(__file__).parents[3] / "examples"


@attrs.frozen
class Host:
    """A running example: its address, and how a visitor logs in and arrives at an order that waits to be paid.

    `program` is its environment's `payments` command.
    """

    name: str
    url: str
    enter: Callable[[Page], None]
    program: str
    env: dict[str, str]

    def command(self, *words: str) -> Any:
        """Return what a command prints, as JSON."""
        done = subprocess.run(
            [self.program, *words, "--json"], env=self.env, check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def provider() -> Iterator[Sandbox]:
    with running_sandbox(SandboxSettings()) as sandbox:
        yield sandbox


def environment(provider: Sandbox, folder: Path, port: int, example: str) -> dict[str, str]:
    return os.environ | {
        "PAYMENTS_DATABASE_URL": f"sqlite:///{folder}/payments.db",
        "PAYMENTS_DATABASE_CREATE": "true",
        "PAYMENTS_IAMPORT_API_URL": provider.url,
        "PAYMENTS_IAMPORT_SCRIPT": f"{provider.url}/v1/iamport.js",
        "PAYMENTS_IAMPORT_KEY": provider.settings.key,
        "PAYMENTS_IAMPORT_SECRET": provider.settings.secret,
        "PAYMENTS_IAMPORT_USER_CODE": provider.settings.user_code,
        "PAYMENTS_HTTP_PUBLIC_URL": f"http://127.0.0.1:{port}/pay",
        "SHOP_DATABASE": f"sqlite:///{folder}/shop.db",
        "SHOP_DATA": str(folder),
        "SANDBOX_URL": provider.url,
        "IAMPORT_KEY": provider.settings.key,
        "IAMPORT_SECRET": provider.settings.secret,
        "IAMPORT_USER_CODE": provider.settings.user_code,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "PYTHONPATH": str(EXAMPLES / example),
        "PYTHONDONTWRITEBYTECODE": "",  # an installation keeps what it has compiled
    }


COMMANDS = {
    "fastapi": ["-m", "uvicorn", "shop:app", "--port"],
    "flask": ["-m", "flask", "--app", "shop", "run", "--port"],
    "django": [str(EXAMPLES / "django" / "manage.py"), "runserver", "--noreload"],
}
SEEDED = """
import django; django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from shop.models import Order
call_command("migrate")
call_command("payments_upgrade")
user = User.objects.create_superuser("kim", password="book")
for _ in range(3): Order.objects.create(user=user, title="책", total=12_000)
"""


@pytest.fixture(scope="module", params=["fastapi", "flask", "django"])
def host(request: pytest.FixtureRequest, provider: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp(request.param)
    python = installed.environment(tmp_path_factory, installed.required_by(EXAMPLES / request.param))
    with held_port() as port, (folder / "log").open("ab") as log, contextlib.ExitStack() as stack:
        env = environment(provider, folder, port, request.param)
        url = f"http://127.0.0.1:{port}"
        command = [str(python), *COMMANDS[request.param], str(port)]
        if request.param == "django":
            prepare_django(python, env)
            worker = House("worker", [*command[:2], "payments_worker", "--heartbeat", f"{folder}/beat"], env, log)
            worker.heartbeat = folder / "beat"
            worker.start()
            stack.callback(worker.kill)
        shop = House(request.param, command, env, log, ready_at=f"{url}/pay/payments.js")
        shop.start()
        stack.callback(shop.kill)
        yield Host(request.param, url, entrance(url, request.param), str(python.parent / "payments"), env)


def prepare_django(python: Path, env: dict[str, str]) -> None:
    """Make the tables of the shop and of the payments, and three orders, in one process."""
    manage = [str(python), str(EXAMPLES / "django" / "manage.py")]
    subprocess.run([*manage, "shell", "-c", SEEDED], env=env, check=True, capture_output=True)


def entrance(url: str, example: str) -> Callable[[Page], None]:
    orders = iter((1, 2, 3))

    def enter_django(page: Page) -> None:
        page.goto(f"{url}/admin/login/?next=/orders/{next(orders)}/")
        page.fill("#id_username", "kim")
        page.fill("#id_password", "book")
        page.click("[type=submit]")

    return enter_django if example == "django" else lambda page: page.goto(f"{url}/login/kim") and None


def buy(page: Page, host: Host, *, on_phone: bool) -> str:
    """Pay the order, and return the address of its page."""
    host.enter(page)
    order = page.url
    page.get_by_role("button", name="결제하기").click()
    window: Any = page if on_phone else page.frame_locator("iframe[name=imp-iframe]")
    window.locator("#approve").click()
    return order


def shows_paid(page: Page, order: str) -> None:
    """The shop's own table says it, once the worker has told it."""

    def learned() -> bool:
        page.goto(order)
        return page.get_by_text("paid").or_(page.get_by_text("결제 완료")).count() > 0

    until(learned, pause=lambda: page.wait_for_timeout(100))


@pytest.fixture(autouse=True)
def favicons(console_errors: list[str]) -> Iterator[None]:
    """Django's own admin pages ask for one that a project without one does not have."""
    yield
    if any("favicon.ico" in error for error in console_errors):
        put_up_with(console_errors, "favicon.ico")


def test_an_order_is_paid_at_a_desk(host: Host, page: Page) -> None:
    order = buy(page, host, on_phone=False)
    expect(page.get_by_text("paid").or_(page.get_by_text("결제가 완료되었습니다"))).to_be_visible()
    if host.name == "django":
        expect(page.get_by_role("button", name="결제하기")).to_be_disabled()
    shows_paid(page, order)


def test_an_order_is_paid_on_a_phone_and_returns_below_our_path(host: Host, open_tab: Callable[..., Page]) -> None:
    page = open_tab(**PHONE)
    order = buy(page, host, on_phone=True)
    page.wait_for_url("**/pay/payments/return**")
    shows_paid(page, order)


def test_a_paid_order_is_refunded_by_the_shops_people(host: Host, page: Page) -> None:
    shows_paid(page, buy(page, host, on_phone=False))
    if host.name == "django":
        refund_in_the_admin(page, host)
        return
    newest = host.command("list", "--status", "paid")["payments"][0]["merchant_id"]
    host.command("refund", newest, "--amount", "2,000", "--reason", "고객 요청", "--yes")
    assert host.command("show", newest)["payment"]["refunded"] == 2_000


def refund_in_the_admin(page: Page, host: Host) -> None:
    page.goto(f"{host.url}/admin/payments_kr/payment/?status=paid")
    page.locator("#result_list tbody tr").first.get_by_role("link").click()
    page.get_by_label("금액").fill("2,000")
    page.get_by_label("사유").fill("고객 요청")
    page.get_by_role("button", name="환불").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page.get_by_text("2,000원").first).to_be_visible()


def test_the_documentation_works_below_the_path(host: Host, page: Page) -> None:
    if page.request.get(f"{host.url}/pay/docs").status == 404:
        return  # Django and Flask projects serve the calls, not their documentation
    page.goto(f"{host.url}/pay/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.request.get(f"{host.url}/pay/openapi.json").json()["servers"] == [{"url": "/pay"}]


def own_lines(text: str) -> int:
    """Count lines of code: no blank lines, comments, imports or lines that only close a bracket."""
    lines = [line.strip() for line in text.splitlines()]
    return sum(
        1 for line in lines if line and not line.startswith(("#", '"""', "import ", "from ")) and line not in ")]}"
    )


def part(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def test_a_shop_needs_few_lines_of_its_own() -> None:
    fast, flask = ((EXAMPLES / name / "shop.py").read_text() for name in ("fastapi", "flask"))
    assert own_lines(part(fast, "# --- payments ---", "# --- the shop itself ---")) <= 25
    assert own_lines(part(flask, "# --- payments ---", "# --- the shop itself ---")) <= 40
    django = EXAMPLES / "django" / "shop"
    handlers = own_lines((django / "payment_handlers.py").read_text())
    offer = own_lines(part((django / "models.py").read_text(), "@classmethod", "\0"))
    settings = own_lines(part((django / "settings.py").read_text(), "SANDBOX =", "\0"))
    assert handlers + offer + settings + 1 <= 25
