"""Faults as text: what stands for how often."""

import pytest

from payments.entrypoints.sandbox.errors import InvalidFault
from payments.entrypoints.sandbox.faults.fault import faults_of


@pytest.mark.parametrize("text", ["cancel:delay=20x3", "cancel:delay=20 x3"])
def test_how_often_a_fault_strikes_may_stand_right_behind_its_value(text: str) -> None:
    (fault,) = faults_of(text)
    assert (fault.value, fault.times) == ("20", 3)
    assert faults_of(str(fault)) == [fault]


def test_the_name_of_a_field_may_end_like_a_number_of_times() -> None:
    (fault,) = faults_of("get_payment:missing=linux3")
    assert (fault.value, fault.times) == ("linux3", None)


def test_a_value_that_is_none_is_refused_with_and_without_a_number_of_times() -> None:
    for text in ("cancel:delay=soonx3", "cancel:delay=soon", "cancel:delay=20x"):
        with pytest.raises(InvalidFault, match="seconds"):
            faults_of(text)
