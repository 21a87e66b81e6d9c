"""A pytest plugin for mutants: Hypothesis tries the same examples each time, does not shrink, and keeps nothing."""

from typing import Any, Final

import pytest
from hypothesis import Phase, settings

EXAMPLES: Final = 25
"""Where a test does not say how many: a mutant that needs luck to be noticed counts as a survivor."""


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Come after the conftest, which loads a profile of its own."""
    once: dict[str, Any] = {
        "max_examples": EXAMPLES,
        "database": None,
        "derandomize": True,
        "phases": (Phase.explicit, Phase.generate),
    }
    settings.register_profile("mutation", settings.get_profile(settings.get_current_profile_name()), **once)
    settings.load_profile("mutation")
