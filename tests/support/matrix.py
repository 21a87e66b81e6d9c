"""Tests of stores and hosts on every supported Python, Django and SQLAlchemy: `python -m support.matrix [WORD ...]`.

A word picks the combinations whose name has it, such as `3.12` or `SQLAlchemy-2.0`. What passed is kept in
artifacts/matrix/, and written into docs/compatibility.md and its translation.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = ROOT / "artifacts" / "matrix"
PAGES: Final = (ROOT / "docs" / "compatibility.md", ROOT / "docs" / "compatibility.ko.md")
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
DJANGOS: Final = {"5.2": "django~=5.2.0", "newest": "django"}
SQLALCHEMIES: Final = {"2.0": "sqlalchemy~=2.0.44", "2.1": "sqlalchemy~=2.1.0"}
TESTS: Final = (
    *(
        "tests/integration/django",
        "tests/integration/hosts/test_effects.py",
        "tests/integration/hosts/test_sessions.py",
    ),
    *(
        "tests/integration/sql/test_neighbours.py",
        "tests/integration/contracts/test_stores.py",
        "tests/integration/sql/test_schema.py",
    ),
)
MARKED: Final = "not slow and not browser"
CHOSEN: Final = "not memory_store and not on_loop"
"""The stores that SQLAlchemy serves, each by plain calls. The forms for a loop run the same statements."""


@attrs.frozen
class Combination:
    """One Python (its version, and where it is) with one Django and one SQLAlchemy."""

    python: str
    interpreter: str
    django: str
    sqlalchemy: str

    @property
    def name(self) -> str:
        return f"Python-{self.python}_Django-{self.django}_SQLAlchemy-{self.sqlalchemy}"


def found(version: str) -> str | None:
    """Return the interpreter of a version: on the path, or installed by pyenv or uv."""
    places = [*Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")]
    places += Path.home().glob(f".local/share/uv/python/cpython-{version}.*/bin/python{version}")
    return next((str(place) for place in places), None) or shutil.which(f"python{version}")


def combinations() -> Iterator[Combination]:
    """Yield every combination that this machine can run."""
    for python in PYTHONS:
        if interpreter := found(python):
            for django in DJANGOS:
                for sqlalchemy in SQLALCHEMIES:
                    yield Combination(python, interpreter, django, sqlalchemy)


def run(one: Combination) -> dict[str, str]:
    """Install and test a combination in an environment of its own, and return what came of it."""
    folder = KEPT / one.name
    python = str(folder / "bin" / "python")
    wanted = ["-e", ".[all,django]", "--group", "test", DJANGOS[one.django], SQLALCHEMIES[one.sqlalchemy]]
    _uv("venv", "--quiet", "--clear", "--python", one.interpreter, str(folder))
    _uv("pip", "install", "--quiet", "--python", python, *wanted)
    tests = [python, "-m", "pytest", *TESTS, "-m", MARKED, "-k", CHOSEN, "-q", "-n", "2"]
    with (KEPT / f"{one.name}.log").open("w") as log:
        done = subprocess.run(tests, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    versions = _versions(python)
    shutil.rmtree(folder)
    return {**versions, "result": "failed" if done.returncode else "passed"}


def _versions(python: str) -> dict[str, str]:
    """Return the exact versions that were tested."""
    names = "platform.python_version(), django.__version__, sqlalchemy.__version__"
    code = f"import django, platform, sqlalchemy; print({names})"
    told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return dict(zip(("python", "django", "sqlalchemy"), told, strict=True))


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    subprocess.run([uv, *arguments], cwd=ROOT, check=True)


def table(results: Mapping[str, Mapping[str, str]], heads: Sequence[str], words: Mapping[str, str]) -> str:
    """Return the results as a table in Markdown; a Python without any is listed as not run."""
    rows = [
        [one["python"], one["django"], one["sqlalchemy"], words[one["result"]]] for _, one in sorted(results.items())
    ]
    rows = [row for number, row in enumerate(rows) if row not in rows[:number]]  # the newest may be 5.2
    tested = {row[0].rpartition(".")[0] for row in rows}
    rows += [[python, "–", "–", words["not run"]] for python in PYTHONS if python not in tested]
    lines = [list(heads), ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


WORDS: Final = (
    (("Python", "Django", "SQLAlchemy", "Result"), {"passed": "passed", "failed": "FAILED", "not run": "not run"}),
    (("Python", "Django", "SQLAlchemy", "결과"), {"passed": "통과", "failed": "실패", "not run": "실행하지 않음"}),
)


def write(results: Mapping[str, Mapping[str, str]]) -> None:
    """Write the table into the page of each language, between its two comments."""
    for page, (heads, words) in zip(PAGES, WORDS, strict=True):
        made = f"<!-- matrix -->\n{table(results, heads, words)}\n<!-- end of matrix -->"
        text = page.read_text("utf-8")
        page.write_text(re.sub(r"<!-- matrix -->.*<!-- end of matrix -->", made, text, flags=re.DOTALL), "utf-8")


def main(words: Sequence[str]) -> None:
    """Run what *words* pick, beside what ran before."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for one in combinations():
        if words and not any(word in one.name for word in words):
            continue
        print(f"run: {one.name}", flush=True)
        results[one.name] = run(one)
        print(f"run: {results[one.name]}", flush=True)
        kept.write_text(json.dumps(results, indent=1))
    write(results)
    if failed := [name for name, one in results.items() if one["result"] == "failed"]:
        raise SystemExit(f"run: failed: {', '.join(failed)}. The logs are in {KEPT}.")


if __name__ == "__main__":
    main(sys.argv[1:])
