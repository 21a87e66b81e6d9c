"""A guess takes its variants and nothing else, and says why it is a guess."""

import attrs
import pytest

from payments.entrypoints.sandbox.guesses import Guesses, variants


def test_every_guess_takes_its_variants_and_nothing_else() -> None:
    guesses = Guesses()
    assert len(variants()) >= 18
    for name, values in variants().items():
        assert getattr(guesses, name) == values[0], "the first variant is the default"
        for value in values:
            setattr(guesses, name, value)
        with pytest.raises(ValueError):
            setattr(guesses, name, "something else")


def test_a_wording_takes_text_only_and_every_guess_says_why_it_is_one() -> None:
    for field in attrs.fields(Guesses):
        assert field.metadata["why"], field.name
        if field.name not in variants():
            with pytest.raises(TypeError):
                setattr(Guesses(), field.name, 5)
