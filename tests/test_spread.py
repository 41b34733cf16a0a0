"""What decides: Sobol's indices and Shapley's effects against closed forms, and what the page says
of them."""

from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy.special import ndtri

from model import load
from model.analysis.uncertainty import influence, sampling, sensitivity
from model.analysis.uncertainty.draws import positions
from model.analysis.uncertainty.exchange import Exchange
from model.analysis.uncertainty.influence import of_plan
from model.analysis.uncertainty.sensitivity import outcomes
from model.analysis.uncertainty.spread import spread, unsourced
from model.engine import kernel
from model.pages import open_view
from model.pages import sensitivity as page
from model.pages.sensitivity import decisive, evidence, spread_tables
from model.pages.sensitivity.spread import about, spread_of
from model.pages.view import View
from model.params.entry import Correlation

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


def tied(one, other, normal):
    """Two that go together, by the correlation of their normal scores."""
    return Correlation(between=[one, other], rank=float(6 / np.pi * np.arcsin(normal / 2)),
                       source="estimate: made up for a test")


def known(matrix, members):
    """The variance of the sum of `linear` that goes if some are known (Owen and Prieur, 2017)."""
    at, sizes = list(members), np.array([1.0, 2.0, 3.0])
    own = matrix[:, at] @ np.linalg.pinv(matrix[np.ix_(at, at)]) @ matrix[at]
    return sizes @ own @ sizes


def shapley(matrix):
    """Shapley's effects of `linear` with a matrix of correlations, over all orders."""
    others = [[each for each in range(3) if each != one] for one in range(3)]
    found = np.array([sum((known(matrix, (*some, one)) - known(matrix, some)) / 3 / comb(2, size)
                          for size in range(3) for some in combinations(others[one], size))
                      for one in range(3)])
    return found / found.sum()


def test_ishigami_in_closed_form():
    found = spread(ishigami, "abc", ONE_BY_ONE, 1, 4096, beside={"ac": "ac", "all": "abc"})
    part = 0.1 * np.pi**4 / 5
    one, two = 0.5 * (1 + part)**2, 49 / 8
    both = 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + both
    assert found.first.value[0] == pytest.approx(
        np.array([one, two, 0, one + both, whole]) / whole, abs=0.015)
    assert found.total.value[0] == pytest.approx(
        np.array([one + both, two, both, one + both, whole]) / whole, abs=0.01)
    assert found.joint.value[0, :3] == pytest.approx(np.array([both, 0, both]) / whole, abs=0.02)
    # What two decide together is shared out in halves.
    assert found.fair.value[0] == pytest.approx(
        np.array([one + both / 2, two, both / 2]) / whole, abs=0.015)
    assert found.fair.value[0].sum() == pytest.approx(1, abs=1e-12)
    assert found.moves.tolist() == [True, False]
    assert not any(each.value[1].any() for each in (found.first, found.total, found.fair))


def test_a_linear_sum_of_normal_variables_in_closed_form():
    found = spread(linear, "abc", ONE_BY_ONE, 2, 4096, beside={"ab": "ab"})
    wanted = np.array([1, 4, 9, 5]) / 14
    assert found.first.value[0] == pytest.approx(wanted, abs=0.01)
    assert found.total.value[0] == pytest.approx(wanted, abs=0.01)
    assert found.fair.value[0] == pytest.approx(wanted[:3], abs=0.01)


@pytest.mark.parametrize(("one", "other"), [(0.7, -0.4), (0.0, 0.9), (-0.6, 0.0)])
def test_a_linear_sum_of_correlated_variables_in_closed_form(one, other):
    matrix, sizes = np.eye(3), np.array([1, 2, 3])
    matrix[0, 2] = matrix[2, 0] = one
    matrix[1, 2] = matrix[2, 1] = other
    found = spread(linear, "abc", ONE_BY_ONE, 1, 4096, {"ab": "ab"}, [
        tied(*pair) for pair in (("a", "c", one), ("b", "c", other)) if pair[2]])
    whole = sizes @ matrix @ sizes
    assert found.fair.value[0] == pytest.approx(shapley(matrix), abs=0.015)
    assert np.abs(found.fair.value[0] - shapley(matrix)).max() < found.fair.error.max()
    assert found.first.value[0, :3] == pytest.approx((matrix @ sizes)**2 / whole, abs=0.015)
    left = [whole - known(matrix, rest) for rest in ((1, 2), (0, 2), (0, 1), (2,))]
    assert found.total.value[0] == pytest.approx(np.array(left) / whole, abs=0.01)


def test_two_that_are_always_alike_have_half_each():
    """Known, either takes all of the spread away; unknown alone, neither leaves any."""
    def outcome(places):
        return ndtri(np.clip(places["a"], 1e-9, 1 - 1e-9))[None]

    found = spread(outcome, "ab", {"a": "a", "b": "b"}, 3, 1024, correlations=[tied("a", "b", 1)])
    assert found.fair.value[0] == pytest.approx([0.5, 0.5], abs=0.03)
    assert found.first.value[0] == pytest.approx([1, 1], abs=0.02)
    assert found.total.value[0] == pytest.approx([0, 0], abs=1e-12)


def test_a_square_of_one_of_two_that_go_together_in_closed_form():
    """Of a normal variable squared, 2 (1 - r^4) of the variance 2 is left with the other known."""
    def outcome(places):
        return ndtri(np.clip(places["a"], 1e-9, 1 - 1e-9))[None]**2

    found = spread(outcome, "ab", {"a": "a", "b": "b"}, 3, 4096,
                   correlations=[tied("a", "b", 0.8)])
    other = 0.8**4
    assert found.fair.value[0] == pytest.approx([1 - other / 2, other / 2], abs=0.03)
    assert found.first.value[0] == pytest.approx([1, other], abs=0.05)
    assert found.total.value[0] == pytest.approx([1 - other, 0], abs=0.03)


def test_inputs_without_a_group_count_in_the_whole():
    found = spread(linear, "abc", {"b": "b"}, 3, 2048)
    assert found.groups == ("b",)
    assert found.fair.value[0] == pytest.approx([4 / 14], abs=0.02)


def test_points_between_the_samples_are_as_likely_as_any_draw():
    """Of exchanged inputs those that go together still do, and with what stays."""
    exchange = Exchange("abcd", {name: name for name in "abcd"}, {}, 4, 4096,
                        [tied("a", "c", 0.8), tied("c", "b", -0.5)])
    wanted = np.array([[1, 0, 0.8, 0], [0, 1, -0.5, 0], [0.8, -0.5, 1, 0], [0, 0, 0, 1]])
    assert exchange.blocks == 2 + 4 + 3 + 2
    first = exchange.places(0)
    for block in range(exchange.blocks):
        places = exchange.places(block)
        scores = ndtri(np.clip([places[name] for name in "abcd"], 1e-9, 1 - 1e-9))
        assert np.corrcoef(scores) == pytest.approx(wanted, abs=0.06), block
        same = [name for name in "abcd" if np.allclose(places[name], first[name], rtol=0,
                                                       atol=1e-12)]
        assert same == [list("abcd"), [], list("bcd"), list("acd"), list("abd"), list("abc"),
                        ["a"], ["b"], ["c"], [], []][block]


def test_the_ends_hold_the_truth_and_narrow_with_more_points():
    wanted, held, widths = np.array([1, 4, 9]) / 14, 0, {}
    for seed in range(12):
        found = spread(linear, "abc", ONE_BY_ONE, seed, 256)
        for shares in (found.first, found.total, found.fair):
            held += int(((shares.low[0] <= wanted) & (wanted <= shares.high[0])).sum())
    assert held >= 0.95 * 12 * 9
    for points in (256, 4096):
        found = spread(linear, "abc", ONE_BY_ONE, 3, points)
        widths[points] = found.total.error.mean(), found.fair.error.mean()
    assert (np.array(widths[4096]) < 0.4 * np.array(widths[256])).all()


def test_the_same_seed_gives_the_same_shares():
    one, again, other = (spread(linear, "abc", ONE_BY_ONE, seed, 64) for seed in (1, 1, 2))
    assert np.array_equal(one.first.low, again.first.low)
    assert np.array_equal(one.fair.high, again.fair.high)
    assert not np.array_equal(one.first.value, other.first.value)


def test_jobs_work_out_the_same_bytes_in_any_parts_and_by_the_kernel():
    plan = load("influencer")
    ends = [outcomes(plan.calendar.years)[name].headline for name in
            ("months_to_breakeven", "closing_cash")]
    groups = {path: (path,) for path in ("customers.cac", "opening_cash")}
    wanted = of_plan(plan, ends, groups, 5, points=16)
    for blocks, compiled in ((1, False), (3, kernel.available())):
        jobs = influence.jobs(plan, ends, groups, 5, None, 16, blocks, compiled)
        parts = [function(*arguments) for function, *arguments in jobs]
        found = influence.of_parts(parts, plan, groups, 5, None, 16)
        for name in ("first", "total", "joint", "fair"):
            one, other = getattr(found, name), getattr(wanted, name)
            assert all(np.array_equal(getattr(one, part), getattr(other, part))
                       for part in ("value", "low", "high"))


def test_a_break_even_that_never_comes_counts_as_the_month_after_the_plan():
    plan = load("mentorship", changes={"mentees.match_rate": 0.05})
    found = influence.part(plan, (outcomes(plan.calendar.years)["months_to_breakeven"].headline,),
                           {"opening_cash": ("opening_cash",)}, 1, None, 8, 0, 1)
    # Where the match rate is drawn from its range, some break even.
    assert found.shape == (1, 1, 8) and found.min() > 0
    assert found.max() == 61 and 1 < (found == 61).sum() < 8


@pytest.fixture(scope="module")
def view():
    return open_view("mentorship")


def test_opening_cash_is_added_to_lowest_cash_and_to_nothing_else():
    """So its share is that of its own variance, which a triangle has in closed form."""
    plan = load("influencer", changes={"terms.days_to_collect": 30})
    path, every = "opening_cash", outcomes(plan.calendar.years)
    wanted = every["lowest_cash"], every["ebitda_2030"]
    found = of_plan(plan, [each.headline for each in wanted], {path: (path,)}, 5)
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
    table, by_year, by_kind = block.table
    assert block.message.startswith(
        "EBITDA 2030 is decided most by “CAC, mentee”: to know it exactly would take about 30% "
        "of its spread away, and “Match rate” about ")
    assert "; for lowest month-end cash it is “CAC, mentee” (about " in block.message
    paths = sampling.uncertain(view.assumptions)
    ours, others = len(unsourced(view.assumptions)), len(paths) - len(table.labels) + 2
    assert f"for {ours} of {len(paths)} assumptions no source gives a figure." in block.message
    assert table.labels[-2:] == [f"All other {others} together",
                                 f"The {ours} that no source gives"]
    row = table.labels.index("Opening cash")
    assert [values[row] for values in table.columns.values()][:2] == ["0%", "0%"]
    # Both samples, each group, those beside them, and walks from sample to sample.
    groups = len(table.labels) - 1
    plans = 512 * (2 + groups + 1 + len(by_kind.labels) + groups - 2)
    assert f"the other {others} count as one. Worked out with {plans:,} plans." in block.reading
    assert list(by_year.columns) == list(map(str, view.years))
    assert block.message.endswith(
        " Cash is decided most by “Opening cash” at the end of 2026; by “CAC, mentee” or “Opening "
        "cash” at the end of 2027; by “CAC, mentee” at the end of 2028 to 2030.")


def test_ranges_are_told_by_kind_of_source(view):
    kinds, paths = evidence.kinds(view), sampling.uncertain(view.assumptions)
    assert sorted(path for members in kinds.values() for path in members) == sorted(paths)
    assert list(kinds) == ["published", "benchmark", "decision", "calibrated", "estimate"]
    table = spread_tables.by_kind(view, spread_of(view))
    assert sum(table.columns["Assumptions"]) == len(paths)
    # A range of one value, and factors on a path.
    assert evidence.typical(view, ["opening_cash"]) == "−20% to +20%"
    assert evidence.typical(view, ["mentees.cac"]) == "−20% to +30%"
    assert evidence.typical(view, ["mentees.cac", "opening_cash"]) == "−20% to +25%"
    said = evidence.sentence(view)
    assert said == (
        " The range of an estimate, typically −20% to +25% around the plan, is 1.1 times as wide "
        "as that of a published figure, typically −20% to +20%.")
    assert evidence.sentence(open_view("subscription")) == ""


def test_shares_of_cash_by_year_add_up_and_opening_cash_is_the_same_in_all(view):
    found = spread_of(view)
    years = found.spread.fair.value[-len(found.years):]
    assert years.sum(axis=1) == pytest.approx(1, abs=1e-12)
    # It adds the same to the cash of each year, whose variance grows.
    fan = page.draws(view).projection.by_year("unrestricted_cash").var(axis=0)
    cash = years[:, found.spread.groups.index("opening_cash")] * fan
    assert cash[:2] == pytest.approx(cash[:2].mean(), rel=0.15)


def test_where_assumptions_go_together_the_page_shows_fair_shares(view):
    pairs = (tied("mentees.cac", "mentees.match_rate", -0.8),)
    block = page.decides(View(replace(view.assumptions, correlations=pairs), {}))
    assert list(block.table[0].columns) == [
        "EBITDA 2030", "Lowest month-end cash", "Months to the first break-even"]
    assert block.message.startswith("EBITDA 2030 is decided most by “CAC, mentee”, which has "
                                    "about ")
    assert "of its spread as its fair share, and “Match rate” about " in block.message
    assert "would go" not in block.reading and "add up to 100%" in block.reading
    assert "as it acts together" not in block.message
    assert not any(label.startswith("The ") for label in block.table[0].labels)


@pytest.mark.parametrize(("share", "error", "said"), [
    (0.334, 0.02, "about 33%"), (0.334, 0.06, "about 30%"), (-0.01, 0.02, "about 0%"),
    (1.02, 0.03, "about 100%"), (0.4, 0.0, "about 40%")])
def test_a_share_of_the_spread_has_no_digit_too_many(share, error, said):
    assert about(share, error) == said


def test_what_acts_only_together_and_what_does_not_move_is_told(view):
    found = spread_of(view)
    joint = np.zeros_like(found.spread.joint.value)
    joint[:2, found.spread.groups.index("mentees.match_rate")] = 0.3
    many = replace(found, spread=replace(found.spread, joint=replace(
        found.spread.joint, value=joint, low=joint - 0.01, high=joint + 0.01)))
    assert decisive._together(view, many, [0, 1, 2]) == (
        " About 30% of the spread of EBITDA 2030 comes from “Match rate” only as it acts together "
        "with others; about 30% of the spread of lowest month-end cash comes from “Match rate” "
        "only as it acts together with others.")
    # No product of assumptions is in lowest cash that draws could tell.
    assert "lowest month-end cash" not in decisive._together(view, found, [0, 1, 2])
    moves = found.spread.moves.copy()
    moves[[1, -1]] = False
    still = replace(found, spread=replace(found.spread, moves=moves))
    cells = spread_tables.by_outcome(view, still).columns
    assert set(cells["Lowest month-end cash: would go"]) == {"–"}
    assert "lowest month-end cash" not in decisive._decides(view, still, [0, 2])
    assert set(spread_tables.by_year(view, still).columns["2030"]) == {"–"}
    assert decisive._over_years(view, still).endswith("at the end of 2028 to 2029.")
