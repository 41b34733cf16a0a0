"""What decides: Sobol's indices against closed forms, and what the page says of them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from model import load
from model.analysis.uncertainty import sampling, sensitivity
from model.analysis.uncertainty.draws import positions
from model.analysis.uncertainty.sensitivity import outcomes
from model.analysis.uncertainty.spread import of_plan, spread, unsourced
from model.pages import open_view
from model.pages import sensitivity as page
from model.pages.sensitivity import decisive

ONE_BY_ONE = {"a": "a", "b": "b", "c": "c"}


def ishigami(places):
    """The function of Ishigami and Homma (1990), and a constant beside it."""
    one, two, three = (2 * np.pi * places[name] - np.pi for name in "abc")
    value = np.sin(one) + 7 * np.sin(two)**2 + 0.1 * three**4 * np.sin(one)
    return np.array([value, np.full_like(value, 3.0)])


def linear(places):
    """A sum of normal variables with the standard deviations 1, 2 and 3."""
    return np.array([sum(size * ndtri(np.clip(places[name], 1e-9, 1 - 1e-9))
                         for size, name in enumerate("abc", 1))])


def test_ishigami_in_closed_form():
    found = spread(ishigami, "abc", {**ONE_BY_ONE, "ac": "ac", "all": "abc"}, 1, 4096)
    part = 0.1 * np.pi**4 / 5
    one, two = 0.5 * (1 + part)**2, 49 / 8
    both = 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + both
    assert found.first.value[0] == pytest.approx(
        np.array([one, two, 0, one + both, whole]) / whole, abs=0.015)
    assert found.total.value[0] == pytest.approx(
        np.array([one + both, two, both, one + both, whole]) / whole, abs=0.01)
    assert found.moves.tolist() == [True, False]
    assert not found.first.value[1].any() and not found.total.value[1].any()


def test_a_linear_sum_of_normal_variables_in_closed_form():
    found = spread(linear, "abc", {**ONE_BY_ONE, "ab": "ab"}, 2, 4096)
    wanted = np.array([1, 4, 9, 5]) / 14
    assert found.first.value[0] == pytest.approx(wanted, abs=0.01)
    assert found.total.value[0] == pytest.approx(wanted, abs=0.01)


def test_the_ends_hold_the_truth_and_narrow_with_more_points():
    wanted, held, widths = np.array([1, 4, 9]) / 14, 0, {}
    for seed in range(12):
        found = spread(linear, "abc", ONE_BY_ONE, seed, 256)
        for shares in (found.first, found.total):
            held += int(((shares.low[0] <= wanted) & (wanted <= shares.high[0])).sum())
    assert held >= 0.95 * 12 * 6
    for points in (256, 4096):
        widths[points] = spread(linear, "abc", ONE_BY_ONE, 3, points).total.error.mean()
    assert widths[4096] < 0.4 * widths[256]


def test_the_same_seed_gives_the_same_shares():
    one, again, other = (spread(linear, "abc", ONE_BY_ONE, seed, 64) for seed in (1, 1, 2))
    assert np.array_equal(one.first.low, again.first.low)
    assert not np.array_equal(one.first.value, other.first.value)


@pytest.fixture(scope="module")
def view():
    return open_view("mentorship")


def test_opening_cash_is_added_to_lowest_cash_and_to_nothing_else():
    """So its share is that of its own variance, which a triangle has in closed form."""
    plan = load("influencer", changes={"terms.days_to_collect": 30})
    path, every = "opening_cash", outcomes(plan.calendar.years)
    wanted = every["lowest_cash"], every["ebitda_2030"]
    found = of_plan(plan, wanted, {path: (path,)}, 5)
    low, high = plan.entries[path].range
    mode = plan.series[path].values[0, 0]
    own = (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18
    whole = np.var(sensitivity.fan(plan, 4000, 8).projection["trough_cash"][:, -1])
    assert found.total.value[0, 0] == pytest.approx(own / whole, abs=0.05)
    assert found.first.low[0, 0] <= own / whole <= found.first.high[0, 0]
    assert found.total.value[1, 0] == found.first.value[1, 0] == 0


def test_a_position_gives_the_value_that_a_draw_there_has(view):
    plan, paths = view.assumptions, sampling.uncertain(view.assumptions)
    places = {path: positions(4, path, 30) for path in paths}
    drawn = sampling.drawn(plan, paths, 30, 4)
    assert all(np.array_equal(values, drawn[path])
               for path, values in sampling.values_at(plan, places).items())


def test_what_no_source_gives_is_told_by_the_kind_of_each_entry():
    plan = load("mentorship")
    entries, ours = plan.entries, unsourced(plan)
    assert all(entries[path].kind in ("estimate", "calibrated", "decision") for path in ours)
    assert {entries[path].kind for path in sampling.uncertain(plan) if path not in ours} <= {
        "published", "derived", "benchmark"}
    assert "mentees.cac" not in ours
    # What a scenario or a change sets, nobody has printed.
    assert "mentees.cac" in unsourced(load("mentorship", changes={"mentees.cac": 90}))


def test_the_page_says_what_decides_in_figures_of_its_table(view):
    block = page.decides(view)
    table = block.table
    assert block.message.startswith(
        "EBITDA 2030 is decided most by CAC, mentee: to know it exactly would take about 30% of "
        "its spread away, and Match rate about ")
    assert "; for lowest month-end cash it is CAC, mentee (about " in block.message
    paths = sampling.uncertain(view.assumptions)
    ours = len(unsourced(view.assumptions))
    assert f"for {ours} of {len(paths)} assumptions no source gives a figure." in block.message
    assert table.labels[-2:] == [f"All other {len(paths) - len(table.labels) + 2} together",
                                 f"The {ours} that no source gives"]
    row = table.labels.index("Opening cash")
    assert [values[row] for values in table.columns.values()][:2] == ["0%", "0%"]
    plans = 512 * (len(table.labels) + 2)
    assert f"Worked out with {plans:,} plans, all assumptions independent" in block.reading


@pytest.mark.parametrize(("share", "error", "said"), [
    (0.334, 0.02, "about 33%"), (0.334, 0.06, "about 30%"), (-0.01, 0.02, "about 0%"),
    (1.02, 0.03, "about 100%"), (0.4, 0.0, "about 40%")])
def test_a_share_of_the_spread_has_no_digit_too_many(share, error, said):
    assert decisive._about(share, error) == said


def test_what_acts_only_together_and_what_does_not_move_is_told(view):
    found = decisive._found(view)
    alone = np.zeros_like(found.spread.first.value)
    alone[:, 0] = 0.5
    none = replace(found.spread, first=replace(
        found.spread.first, value=alone, low=alone - 0.01, high=alone + 0.01))
    moving = [0, 1, 2]
    many = decisive._together(replace(found, spread=none), moving)
    assert many.startswith(
        " About 50% of the spread of EBITDA 2030, about 50% of the spread of lowest month-end cash")
    assert many.endswith(" come from no assumption alone, but from several that act together.")
    assert " comes from no assumption" in decisive._together(replace(found, spread=none), [0])
    # No product of assumptions is in lowest cash that draws could tell.
    assert "lowest month-end cash" not in decisive._together(found, moving)
    still = replace(found, spread=replace(found.spread, moves=np.array([True, False, True])))
    cells = decisive._table(view, still).columns
    assert set(cells["Lowest month-end cash: would go"]) == {"–"}
    assert "lowest month-end cash" not in decisive._decides(view, still, [0, 2])
