"""The list of mutants that no test can notice stays true to the code, and gives a reason for each."""

import tomllib

from support.docs.documents import ROOT

EXCUSED = tomllib.loads((ROOT / "mutation" / "equivalent.toml").read_text("utf-8")).get("excused", [])


def test_each_excused_mutant_has_a_reason():
    assert [one for one in EXCUSED if len(one["reason"].split()) < 4] == []


def test_each_excused_mutant_changes_a_line_that_exists():
    def exists(one: dict[str, str]) -> bool:
        lines = (ROOT / one["path"]).read_text("utf-8").splitlines()
        return one["before"] in " ".join(line.strip() for line in lines)

    assert [one for one in EXCUSED if not exists(one)] == []
