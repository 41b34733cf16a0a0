"""What differs only in the digits that arithmetic leaves counts as equal."""

import numpy as np
import pytest

from model.tolerance import near, slack


@pytest.mark.parametrize("size", [1e-3, 1, 1234.5, 1e9])
def test_a_number_is_near_to_one_that_differs_by_less_than_a_billionth(size):
    billionth = 1e-9 * max(1, size)
    assert near(size + 0.9 * billionth, size) and near(size - 0.9 * billionth, size)
    assert not near(size + 1.1 * billionth, size) and not near(size - 1.1 * billionth, size)


def test_it_is_asked_of_many_at_once():
    assert near(np.array([0.1 + 0.2, 0.31]), 0.3).tolist() == [True, False]
    assert slack(np.array([-2e6, 0.0])) == pytest.approx([2e-3, 1e-9])
