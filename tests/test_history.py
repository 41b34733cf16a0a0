"""Months before the plan are kept: growth on the year before, the last twelve months, no plan."""

from dataclasses import replace

import numpy as np
import pytest

from model import load, project
from model.analysis import history
from model.analysis.variance import actuals, variance
from model.pages import scoreboard
from model.pages.view import View
from model.params.actuals_file import read_actuals

# Case 26.
CASE = ("2025-01,revenue,2100", "2025-11,revenue,2500", "2025-12,revenue,2600",
        "2026-01,revenue,2680")


@pytest.fixture
def plan(tmp_path):
    """The marketplace beside a file of actuals with some rows."""
    def of(*rows):
        path = tmp_path / "actuals.csv"
        path.write_text("\n".join(("period,name,value", *rows)) + "\n", encoding="utf-8")
        return replace(load("mentorship"), actuals_file=path, actuals=read_actuals(path))
    return of


def seen(assumptions):
    projection = project(assumptions)
    return projection, actuals(projection)


def test_growth_on_the_year_before_is_that_on_the_same_month(plan):
    projection, file = seen(plan(*CASE))
    line, = history.observed(projection, file)
    assert (line.line, line.months[0], line.months[line.last]) == ("revenue", "2025-01", "2026-01")
    assert line.growth[line.last] == pytest.approx(2_680 / 2_100 - 1)
    assert f"{line.growth[line.last]:+.1%}" == "+27.6%"
    assert np.isnan(line.twelve_months[line.last])


def test_history_is_held_against_no_plan(plan):
    projection, file = seen(plan(*CASE))
    assert [(row.period, row.actual) for row in variance(projection, file)] == [("2026-01", 2_680)]
    assert file.history.values["revenue"][[0, 10, 11]].tolist() == [2_100, 2_500, 2_600]
    assert file.values["revenue"][0] == 2_680 and np.isnan(file.values["revenue"][1:]).all()


def test_twelve_months_reach_back_over_the_start(plan):
    rows = [f"2025-{month:02d},revenue,{100 * month}" for month in range(1, 13)]
    projection, file = seen(plan(*rows, "2026-01,revenue,1300"))
    line, = history.observed(projection, file)
    assert line.twelve_months[line.last] == 100 * sum(range(2, 14))
    assert line.twelve_months[line.last - 1] == 100 * sum(range(1, 13))


def test_weeks_totals_and_doubts_of_history_are_those_of_other_months(plan):
    rows = (*(f"2025-W{week:02d},commission,{week}" for week in (1, 2, 3, 4, 5)),
            "2025-01,subscriptions,100", "2025-02,active_mentees,40", "2025-W49,commission,7")
    projection, file = seen(plan(*rows))
    values = {each.line: each.values for each in history.observed(projection, file)}
    assert values["commission"][0] == 15 and values["revenue"][0] == 115
    assert values["active_mentees"][1] == 40 and np.isnan(values["commission"][11])
    assert any(name == "commission" and "2025-12 is not closed" in what
               for name, what in file.open_months)
    wrong = seen(plan("2025-01,commission,15", "2025-01,subscriptions,100", "2025-01,revenue,50"))
    assert any("where the parts that are given make 115" in what for _, what in wrong[1].notices)
    slip = seen(plan("2016-03,revenue,5", "2026-03,revenue,5"))[1]
    assert any("is 120 months after the last figure before it, that of 2016-03" in what
               for _, what in slip.notices)


def test_the_scoreboard_shows_it_before_the_first_month(plan):
    assert scoreboard.before_the_plan(View(load("mentorship"), {})) is None
    assert scoreboard.before_the_plan(View(plan("2026-01,revenue,2680"), {})) is None
    block = scoreboard.before_the_plan(View(plan(*CASE), {}))
    assert ("Revenue of Jan 2026 is USD 2.7k, 27.6% above that of Jan 2025; 3 months before the "
            "plan are known.") in block.message
    for words in ("A year before", "+27.6%", "Observed before the plan", "Dec 2025"):
        assert words in block.html, words
    only = scoreboard.before_the_plan(View(plan("2025-12,active_mentees,40"), {}))
    assert "Active mentees of Dec 2025 is 40" in only.message and "1 month before" in only.message
