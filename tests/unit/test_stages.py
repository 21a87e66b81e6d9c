"""The stages of `./run test` and the table of CONTRIBUTING.md have the same minutes, which fit into a run of CI."""

import re
from pathlib import Path

from support.stages import STAGES

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
MOST_MINUTES = 40


def test_the_table_of_stages_has_their_budgets():
    rows = re.findall(r"^\| \(?`([^`]+)`\)? \|.*\| (\d+) \|$", CONTRIBUTING.read_text(), re.M)
    told = {name: int(minutes) for name, minutes in rows}
    check = told.pop("./run check")
    assert told == {stage.name: stage.minutes for stage in STAGES}
    assert check + sum(told.values()) <= MOST_MINUTES
