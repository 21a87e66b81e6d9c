"""The guide for Django, followed word for word: from `startproject` to a paid order, with what the wheel installs.

What would break it: a step in the wrong order, an import that the page leaves out, a command that asks for more.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import attrs
import pytest
from playwright.sync_api import Page, expect
from support.browser.shopper import put_up_with
from support.hosts import installed
from support.patience import until
from support.system.town import House, held_port

from payments.entrypoints.sandbox import Sandbox, SandboxSettings, running_sandbox

DOCS = Path(__file__).parents[3] / "docs"
STEP = re.compile(r"<!-- (?:no-run: (add to|write) (\S+)|(run)) -->\n```\w+\n(.*?)```", re.S)
PROVIDER = "http://127.0.0.1:4100"
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # an installation keeps what it has compiled
PASSWORD = {"DJANGO_SUPERUSER_PASSWORD": "book"}


@attrs.frozen
class Reader:
    """Does what the page says, in a folder of its own, and knows nothing else."""

    folder: Path
    env: dict[str, str]
    provider: Sandbox

    def follow(self, page: str) -> None:
        for how, file, _, text in STEP.findall(page):
            if file:
                self.edit(self.folder / file, text.replace(PROVIDER, self.provider.url), keeps=how == "add to")
            else:
                for line in text.splitlines():
                    self.run(line.removeprefix("$ "))

    def edit(self, file: Path, text: str, *, keeps: bool) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((file.read_text() if keeps else "") + "\n" + text)

    def run(self, line: str) -> None:
        command = shlex.split(line)
        if command[0] == "pip":
            return  # `programs` did it
        if "createsuperuser" in command:
            command += ["--noinput", "--username", "kim", "--email", "kim@shop.example"]
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an environment's programs, with what the guide installs."""
    (wanted,) = re.findall(r"pip install '(.*)'", (DOCS / "django.md").read_text())
    return installed.environment(tmp_path_factory, [wanted]).parent


@pytest.fixture
def provider() -> Iterator[Sandbox]:
    with running_sandbox(SandboxSettings()) as sandbox:
        yield sandbox


def test_the_guide_has_the_same_steps_in_both_languages() -> None:
    english, korean = (STEP.findall((DOCS / name).read_text()) for name in ("django.md", "django.ko.md"))
    assert english == korean


def test_who_follows_the_guide_has_a_paid_order(
    programs: Path, provider: Sandbox, tmp_path: Path, page: Page, console_errors: list[str]
) -> None:
    settings = provider.settings
    assert (settings.key, settings.secret, settings.user_code) == ("sandbox-key", "sandbox-secret", "imp00000000")
    env = os.environ | PASSWORD | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": "", **COMPILED}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    reader = Reader(tmp_path, env, provider)
    reader.follow((DOCS / "django.md").read_text())
    with held_port() as port, ExitStack() as stack:
        manage = [str(programs / "python"), str(tmp_path / "manage.py")]
        log = stack.enter_context((tmp_path / "log").open("ab"))
        url = f"http://127.0.0.1:{port}"
        server = House("server", [*manage, "runserver", "--noreload", str(port)], env, log, f"{url}/pay/payments.js")
        beat = tmp_path / "beat"
        worker = House("worker", [*manage, "payments_worker", "--heartbeat", str(beat)], env, log, heartbeat=beat)
        for house in (server, worker):
            stack.callback(house.kill)
            house.start()
        pay(page, f"{url}/orders/1/")
    put_up_with(console_errors, "favicon.ico")


def pay(page: Page, order: str) -> None:
    page.goto(order)
    page.fill("#id_username", "kim")
    page.fill("#id_password", PASSWORD["DJANGO_SUPERUSER_PASSWORD"])
    page.click("[type=submit]")
    page.get_by_role("button", name="Pay").click()  # a new project speaks English
    page.frame_locator("iframe[name=imp-iframe]").locator("#approve").click()
    expect(page.get_by_role("button", name="Pay")).to_be_disabled()

    def is_paid() -> bool:
        page.goto(order)
        return page.get_by_text("결제 완료", exact=True).count() > 0

    until(is_paid)
