"""Installing other people's clients: once, whole, in their exact versions, or not at all and in plain words."""

from pathlib import Path

import pytest
from integration.clients import installing

NOWHERE = "http://127.0.0.1:1/"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing is installed yet, and registries that nobody serves."""
    monkeypatch.setattr(installing, "KEPT", tmp_path / "clients")
    for name in ("UV_DEFAULT_INDEX", "npm_config_registry"):
        monkeypatch.setenv(name, NOWHERE)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    return tmp_path / "clients"


def test_a_registry_out_of_reach_is_said_and_nothing_half_installed_is_used(kept: Path) -> None:
    for install in (installing.python, installing.node):
        for _ in range(2):
            with pytest.raises(installing.Missing, match=r"could not be installed: (uv|npm) \w+.*: .+"):
                install()
    assert not list(kept.glob("*/.whole"))


def test_a_package_of_another_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "node_modules" / "iamport"
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"version": "0.3.5"}')
    with pytest.raises(installing.Missing, match=r"iamport 0\.3\.5 instead of 0\.3\.4"):
        installing._check(tmp_path, '{"dependencies": {"iamport": "0.3.4"}, "devDependencies": {}}')


def test_everything_asked_for_is_asked_for_exactly() -> None:
    lines = (installing.HERE / "requirements.txt").read_text().splitlines()
    wanted = [line for line in lines if not line.startswith("#")]
    assert [line.partition("==")[0] for line in wanted] == [
        *("iamport-rest-client", "async-iamport", "iamporter"),
        *("portone-server-sdk", "standardwebhooks"),
    ]
    assert all(line.partition("==")[2] for line in [*wanted, installing.NODE])
    assert not set((installing.HERE / "package.json").read_text()) & set("^~*<>|")
