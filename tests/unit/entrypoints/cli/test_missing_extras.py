"""A command whose libraries are missing says in one line what to install."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Without())
from payments.entrypoints.cli.app import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("missing", "command", "extra"),
    [
        ("uvicorn", "sandbox", "sandbox"),
        ("uvicorn", "demo", "all"),
        ("uvicorn", "serve", "all"),
        ("requests", "worker", "all"),
        ("sqlalchemy", "keys list", "sql"),
        ("cyclopts", "keys list", "cli"),
    ],
)
def test_a_missing_library_is_one_line_that_says_what_to_install(
    tmp_path, missing: str, command: str, extra: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing, *command.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"This command needs {missing}, which is not installed. Install it: pip install 'payments-kr[{extra}]'"
    ]
