"""The dashboard and the alert rules ask for metrics that exist, and each alert has its chapter in both languages."""

import json
import re
from typing import Any

import pytest
import yaml
from support.docs.documents import ROOT
from support.metrics import names, shown

PAGES = {"operating.md": ("## At 2 a.m.", "chapter"), "operating.ko.md": ("## 새벽 2시에", "chapter_ko")}
OF_PROMETHEUS = {"up"}
OF_A_HISTOGRAM = {f"payments_group_commit_size_{part}" for part in ("bucket", "sum", "count")}


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())["groups"]
    return group["rules"]


def dashboard() -> list[str]:
    panels = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + dashboard()


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:(?:payments|process)_[a-z_]+|up)\b(?!\")", expression))


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_that_is_asked_for_exists(expression):
    of_the_process = {line.split()[2] for line in shown().splitlines() if line.startswith("# TYPE process_")}
    assert asked(expression)
    assert asked(expression) <= names() | OF_PROMETHEUS | OF_A_HISTOGRAM | of_the_process


@pytest.mark.parametrize("expression", expressions())
def test_every_state_that_is_asked_for_exists(expression):
    """A misspelt label makes an alert that never fires."""
    for name, state in re.findall(r"(payments_\w+)\{(state=\"[^}]*)\}", expression):
        assert re.search(rf"^{name}\{{(\w+=\"\w+\",)*{state}\}} ", shown(), re.M)


def test_the_dashboard_shows_every_metric():
    found = {name for expression in dashboard() for name in asked(expression)}
    assert names() - found == {"payments_group_commit_size"}, "a histogram is shown by its parts"


@pytest.mark.parametrize("page", PAGES)
def test_each_alert_has_its_chapter_and_a_chapter_names_no_other(page):
    night, key = PAGES[page]
    chapters = (ROOT / "docs" / page).read_text().partition(f"{night}\n")[2].split("\n### ")[1:]
    named = {
        (text.partition("\n")[0].partition(" (")[0], a)
        for text in chapters
        for a in re.findall("`(Payments[A-Z]\\w+)`", text)
    }
    assert named == {(rule["annotations"][key], rule["alert"]) for rule in rules()}
