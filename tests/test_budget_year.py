"""A year of four quarters with everything that happens to a programme ties to the cent."""

import numpy as np
import pytest
from programme_year import rows_of, run_year, spending
from quarter import PLAN, parsed, text

from model.budget.programme.columns import EVENTS
from model.budget.programme.weeks import spendings


def test_four_quarters_tie_to_the_cent_whatever_is_answered_or_tried(folder):
    run_year(np.random.default_rng(1), folder)


@pytest.mark.parametrize("seed", range(3))
def test_a_quarter_s_rows_are_what_happens_and_add_up_without_the_ledger(seed):
    rows = rows_of(np.random.default_rng(seed), PLAN)
    records = parsed(text(*rows))
    assert sum(cents for *_, cents in spendings(records)) == sum(spending(rows).values())
    missing = set(EVENTS) - {event for _, event, _ in rows}
    assert missing == {"cohort", "unserved", "satisfaction", "recommendation", "placed",
                       "certification_passed", "certification_failed", "portfolio_piece"}
