"""Faults and the error that carries them."""

import pytest

from kalip.expressions import ExpressionError, Fault
from tests.support.expressions import compiled, faults


def test_it_works() -> None:
    error = ExpressionError("a b", (Fault("second", "", 2, 1), Fault("first", "mend it", 0, 1)))
    assert [fault.offset for fault in error.faults] == [0, 2]
    assert str(error) == "first: mend it; second"
    assert error.code == "E100"


def test_all_faults_are_told_at_once() -> None:
    assert len(faults("nmae == 'x' && amout > 1")) == 2


def test_a_fault_knows_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled("open && (amount == 'x')")
    fault = caught.value.faults[0]
    assert (fault.offset, fault.length) == (9, 13)
    assert caught.value.source == "open && (amount == 'x')"
