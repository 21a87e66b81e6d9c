"""A guess takes its variants and nothing else, and says why it is a guess."""

from typing import Any

import attrs
import pytest

from payments.entrypoints.sandbox.guesses import Guesses, variants
from payments.entrypoints.sandbox.portone_guesses import PortOneGuesses, portone_variants


@pytest.mark.parametrize(("guesses", "all_variants"), [(Guesses(), variants()), (PortOneGuesses(), portone_variants())])
def test_every_guess_takes_its_variants_and_nothing_else(
    guesses: Guesses | PortOneGuesses, all_variants: dict[str, tuple[Any, ...]]
) -> None:
    assert len(all_variants) >= 18
    for name, values in all_variants.items():
        assert getattr(guesses, name) == values[0], "the first variant is the default"
        for value in values:
            setattr(guesses, name, value)
        with pytest.raises(ValueError):
            setattr(guesses, name, "something else")


@pytest.mark.parametrize("kind", [Guesses, PortOneGuesses])
def test_a_wording_takes_text_only_and_every_guess_says_why_it_is_one(kind: type[Guesses | PortOneGuesses]) -> None:
    for field in attrs.fields(kind):
        assert field.metadata["why"], field.name
        if not field.metadata["variants"]:
            with pytest.raises(TypeError):
                setattr(kind(), field.name, 5)
