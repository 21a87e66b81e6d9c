"""The documents keep their word: Python in them runs, commands in them exist, links in them lead somewhere.

Python blocks of one document are one program, tried from top to bottom in an empty folder, as a reader would. Of a
command in a console block we check that there is such a command with such options; what it prints is not compared.
Tests in a document are run by pytest.
"""

import functools
import itertools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.docs.documents import ROOT, commands, documents, missing_links, program
from support.patience import EVENTUALLY

PAYMENTS = str(Path(sys.executable).with_name("payments"))
RUN_WORDS = re.findall(r"^#   \./run (\w+)", (ROOT / "run").read_text(), re.MULTILINE)

each_document = pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))


def run_program(source: str, folder: Path, *runner: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(source)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PAYMENTS_", "PYTEST_"))}
    command = [sys.executable, "-W", "error", *runner, "program.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=EVENTUALLY)


def wrong_with(command: list[str]) -> str:
    """Return what is wrong with *command*, which is one of ours; nothing when there is such a command."""
    program, *rest = command
    if program == "./run" and rest[0] in RUN_WORDS and rest[0] not in ("demo", "sandbox"):
        return ""
    given = [word.partition("=")[0] for word in rest]
    named = list(itertools.takewhile(lambda word: not word.startswith("-"), given))
    known, failure = helped(*named)
    unknown = [word for word in given if word.startswith("--") and word not in known]
    return f"no option {unknown[0]}" if unknown else failure


@functools.cache
def helped(*named: str) -> tuple[set[str], str]:
    """Return the words of a command's help, and what is wrong with it. Documents name the same few commands often."""
    asked = subprocess.run([PAYMENTS, *named, "--help"], capture_output=True, text=True, timeout=EVENTUALLY)
    return set(asked.stdout.split()), asked.stderr


@each_document
def test_the_python_in_a_document_runs(document, tmp_path):
    ran = run_program(program(document.read_text()), tmp_path)
    assert ran.returncode == 0, f"{document} (the lines are the document's)\n{ran.stderr}"


@pytest.mark.parametrize(
    "document", [path for path in documents() if "\ndef test_" in path.read_text()], ids=lambda path: path.name
)
def test_the_tests_in_a_document_pass(document, tmp_path):
    ran = run_program(program(document.read_text()), tmp_path, "-m", "pytest", "-q", "-p", "no:schemathesis")
    assert ran.returncode == 0, ran.stdout + ran.stderr


@each_document
def test_the_commands_in_a_document_exist(document):
    ours = [command for command in commands(document.read_text()) if command[0] in ("payments", "./run")]
    wrong = {shlex.join(command): why for command in ours if (why := wrong_with(command))}
    assert not wrong


@each_document
def test_the_links_in_a_document_lead_somewhere(document):
    assert not missing_links(document)


SAMPLE = """
```python
answer = 42
```
<!-- no-run: needs a key of your own -->
```python
raise SystemExit("not to be run")
```
```python
assert answer == 43
```
"""


def test_a_document_whose_python_fails_is_told_by_its_line(tmp_path):
    ran = run_program(program(SAMPLE), tmp_path)
    assert ran.returncode == 1
    assert "line 10, in <module>\n    assert answer == 43" in ran.stderr


@pytest.mark.parametrize("command", ["payments demolish", "payments demo --no-such-option", "./run nothing"])
def test_a_command_that_does_not_exist_is_noticed(command):
    assert wrong_with(shlex.split(command))


def test_a_missing_file_is_noticed(tmp_path):
    (tmp_path / "page.md").write_text("[here](page.md#top), [gone](gone.md), [outside](https://example.com/)")
    assert missing_links(tmp_path / "page.md") == ["gone.md"]
