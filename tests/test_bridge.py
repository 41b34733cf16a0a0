"""The bridge between two plans: worked by hand, by its axioms, and by trying every order."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model import load, project
from model.analysis import bridge as bridges
from model.analysis.bridge import bridge, bridged, grouped, shapley, to_cents
from model.analysis.uncertainty.sensitivity import Outcome
from model.companies import COMPANIES
from model.pages.comparison import bridge as page
from model.pages.comparison.view import CHANGED, open_comparison
from model.params import catalog

YEARS = (2026, 2027, 2028, 2029, 2030)
WORTH = st.floats(-1e7, 1e7).map(lambda value: round(value, 2))
PAIRS = [(company, scenario) for company in COMPANIES
         for scenario in catalog.scenarios(company) if scenario != "base"]
SLOW = "ebitda_1_5m"  # the pair with the most differences


def coalitions(most: int = 5):
    """The worth of every coalition of up to `most` players."""
    return st.integers(1, most).flatmap(lambda n: arrays(float, 1 << n, elements=WORTH))


def by_every_order(values: np.ndarray) -> np.ndarray:
    """The definition: what each adds when it comes, averaged over all orders."""
    players = len(values).bit_length() - 1
    shares = np.zeros(players)
    for order in permutations(range(players)):
        so_far = 0
        for player in order:
            shares[player] += values[so_far | 1 << player] - values[so_far]
            so_far |= 1 << player
    return shares / math.factorial(players)


def outcome(name: str) -> Outcome:
    return bridged(YEARS)[name]


# By hand


def test_of_two_each_gets_the_mean_of_first_and_second():
    # Alone 10 and 20, together 50: one adds 10 or 30, the other 20 or 40.
    assert shapley(np.array([0.0, 10.0, 20.0, 50.0])).tolist() == [20.0, 30.0]


def test_what_only_one_plan_opens_with_is_nothing_in_the_other():
    """An opening that a file or a pack holds, and the other has never heard of."""
    plan, running = load("mentorship"), load("mentorship", changes={
        "opening.receivables": 4_000, "mentees.cac": 90})
    assert "opening.receivables" not in plan.entries
    there, back = (bridge(*ends, outcome("cash_2026"))
                   for ends in ((plan, running), (running, plan)))
    amounts = {part.group.name: part.amount for part in there.parts}
    assert amounts.pop("opening.receivables") == pytest.approx(4_000)
    assert amounts.keys() == {"mentees.cac"}
    assert back.difference == pytest.approx(-there.difference)
    found = open_comparison("mentorship", changes={"opening.receivables": 4_000})
    for ends in (("base", CHANGED), (CHANGED, "base")):
        block = page.bridge(found, *ends, "cash_2026")
        assert "Receivables at the start" in block.text and "4,000.00" in block.text


def test_a_season_may_bring_a_share_to_all_of_it():
    """1/w times w is more than 1 by what rounding leaves."""
    season = {1: 1.3}
    top = 1.3 / ((1.3 + 11) / 12)
    full = load("mentorship", changes={
        "mentees.match_rate.season": season, "mentees.match_rate": (1 + 1e-12) / top})
    assert full.monthly("mentees.match_rate").max() > 1
    found = bridge(load("mentorship"), full, outcome("cash_2026"))
    assert [part.group.name for part in found.parts] == ["mentees.match_rate"]
    assert found.end == pytest.approx(outcome("cash_2026").value(project(full))[0])


def test_of_three_the_glove_that_is_scarce_gets_two_thirds():
    # A left glove and two right ones; a pair is worth 1.
    worth = [0, 0, 0, 1, 0, 1, 0, 1]
    np.testing.assert_allclose(shapley(np.array(worth, float)), [2 / 3, 1 / 6, 1 / 6])


def test_of_three_by_hand():
    # v(A) 6, v(B) 12, v(AB) 24, v(C) 18, v(AC) 36, v(BC) 42, v(ABC) 60; orders ABC, ACB, BAC,
    # BCA, CAB, CBA give A 6, 6, 12, 18, 18, 18; B 18, 24, 12, 12, 24, 24; C 36, 30, 36, 30, 18, 18.
    shares = shapley(np.array([0, 6, 12, 24, 18, 36, 42, 60], float))
    np.testing.assert_allclose(shares, [13, 19, 28])


def test_two_changes_of_a_plan_by_hand(project_of):
    # EBITDA = customers x price in the toy: 2 x 3 = 6 becomes 4 x 5 = 20. Price first adds 4,
    # price last 8; customers first 6, last 10.
    found = project_of({"customers": (2, 4), "price": (3, 5)})
    assert {part.group.name: (part.amount, part.first, part.last) for part in found.parts} == {
        "customers": (8, 6, 10), "price": (6, 4, 8)}
    assert (found.start, found.end, found.difference) == (6, 20, 14)


@pytest.fixture
def project_of(monkeypatch):
    """A bridge of the product of some numbers, each 1 if it is not given."""
    def of(numbers, worth=None):
        names = list(numbers)
        groups = tuple(bridges.Group(name, (name,)) for name in names)

        def where(start, end, groups, changed, wanted, projected):
            ends = np.array([numbers[group.name] for group in groups], float)
            rows = np.where(changed, ends[:, 1], ends[:, 0])
            return (worth or (lambda row: row.prod(axis=1)))(rows)
        monkeypatch.setattr(bridges, "_outcome_where", where)
        monkeypatch.setattr(bridges, "grouped", lambda *_: groups)
        plan = load("mentorship")
        return bridge(plan, plan, outcome("ebitda_2028"))
    return of


# By its axioms


@given(coalitions())
def test_the_amounts_sum_to_the_difference(values):
    assert sum(shapley(values)) == pytest.approx(values[-1] - values[0], abs=1e-6)


@given(coalitions())
def test_it_is_the_mean_over_every_order(values):
    np.testing.assert_allclose(shapley(values), by_every_order(values), rtol=1e-9, atol=1e-6)


@given(coalitions(4))
def test_a_group_that_does_nothing_gets_nothing_and_costs_the_others_nothing(values):
    doubled = np.concatenate([values, values])  # the last player changes no coalition
    shares = shapley(doubled)
    assert shares[-1] == 0
    np.testing.assert_allclose(shares[:-1], shapley(values), atol=1e-6)


@given(coalitions(5))
def test_two_that_do_the_same_get_the_same(values):
    players = len(values).bit_length() - 1
    if players < 2:
        return
    swapped = [(c & ~3) | (c & 1) << 1 | (c >> 1 & 1) for c in range(len(values))]
    shares = shapley((values + values[swapped]) / 2)
    assert shares[0] == pytest.approx(shares[1], abs=1e-6)


@given(coalitions(), st.data())
def test_amounts_of_a_sum_are_sums_of_amounts(values, data):
    other = data.draw(arrays(float, len(values), elements=WORTH))
    np.testing.assert_allclose(shapley(values + other), shapley(values) + shapley(other),
                               rtol=1e-9, atol=1e-6)


@given(coalitions())
def test_the_way_back_is_the_negative(values):
    # From the other end, what is changed there is what is not changed here.
    np.testing.assert_allclose(shapley(values[::-1]), -shapley(values), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("count", [0, 3, 6])
def test_only_every_subset_can_be_shared(count):
    with pytest.raises(ValueError, match=f"{count} coalitions"):
        shapley(np.zeros(count))


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12))
def test_what_is_written_sums_to_the_cent(amounts):
    total = math.fsum(amounts)
    cents = to_cents(amounts, total)
    assert round(math.fsum(cents), 2) == round(round(100 * total) / 100, 2)
    assert all(abs(cent - amount) < 0.0101 for cent, amount in zip(cents, amounts, strict=True))


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12), st.sampled_from([-1, 0, 1]))
def test_what_is_written_sums_to_a_total_that_is_a_cent_away_as_well(amounts, away):
    total = (round(100 * math.fsum(amounts)) + away) / 100
    cents = to_cents(amounts, total)
    assert sum(round(100 * cent) for cent in cents) == round(100 * total)
    assert all(abs(cent - amount) < 0.0301 for cent, amount in zip(cents, amounts, strict=True))


def test_the_bridges_of_several_outcomes_are_those_of_each():
    plans = load("mentorship"), load("mentorship", "cac_delay")
    several = list(map(outcome, ["revenue_2027", "ebitda_2027", "lowest_cash"]))
    assert [found.parts for found in bridges.bridges(*plans, several)] == [
        bridge(*plans, each).parts for each in several]


def test_the_bridges_of_several_outcomes_have_the_same_groups():
    plans = load("influencer"), load("influencer", SLOW)
    several = list(map(outcome, ["revenue_2027", "cash_2026", "months_to_breakeven"]))
    found = bridges.bridges(*plans, several)
    groups = {frozenset(part.group for part in each.parts) for each in found}
    assert len(groups) == 1 and len(found[0].parts) == bridges.MOST
    # What moves any of them most stands alone.
    for each in several:
        first = bridge(*plans, each).parts[0].group
        assert first in next(iter(groups))


def test_the_cents_left_over_go_where_rounding_cuts_most():
    assert to_cents([0.333, 0.333, 0.334], 1.0) == [0.33, 0.33, 0.34]
    assert to_cents([-0.004, -0.004, -0.004], -0.012) == [0.0, 0.0, -0.01]
    assert to_cents([0.0, 12.5], 12.5) == [0.0, 12.5]


# On the plans that are shipped


@pytest.mark.parametrize(("company", "scenario"), PAIRS)
@pytest.mark.parametrize("name", ["ebitda_2028", "cash_2027", "lowest_cash",
                                  "months_to_breakeven"])
def test_every_shipped_scenario_is_bridged_to_the_cent(company, scenario, name):
    start, end = load(company), load(company, scenario)
    found = bridge(start, end, outcome(name))
    value = outcome(name).value
    ends = [float(value(project(plan))[0]) for plan in (start, end)]
    assert [found.start, found.end] == pytest.approx(ends, rel=1e-13, nan_ok=True)
    amounts = [part.amount for part in found.parts]
    assert math.fsum(amounts) == pytest.approx(found.difference, abs=0.005)
    assert round(sum(to_cents(amounts, found.difference)), 2) == round(found.difference, 2)
    assert len(found.parts) <= bridges.MOST
    assert found.combinations == 2 ** len(found.parts)


@pytest.mark.parametrize("name", ["ebitda_2027", "cash_2030", "months_to_breakeven"])
@pytest.mark.parametrize("pair", [("mentorship", "downside", "upside"),
                                  ("mentorship", "cac_delay", "flat_marketing"),
                                  ("influencer", "base", SLOW)])
def test_from_there_to_here_is_the_negative_of_from_here_to_there(pair, name):
    company, one, other = pair
    plans = load(company, one), load(company, other)
    there, back = bridge(*plans, outcome(name)), bridge(*reversed(plans), outcome(name))
    assert there.difference == -back.difference
    amounts = {part.group.paths: -part.amount for part in back.parts}
    assert amounts.keys() == {part.group.paths for part in there.parts}
    for part in there.parts:
        assert part.amount == pytest.approx(amounts[part.group.paths], abs=1e-6)
        # First on the way there is last on the way back.
        back_part = next(p for p in back.parts if p.group.paths == part.group.paths)
        assert part.first == pytest.approx(-back_part.last, abs=1e-6)


def test_it_is_what_changing_one_by_one_gives_in_every_order():
    """Against the model itself: each order's plans made by hand with `load`."""
    name = "ebitda_2028"
    changes = {"mentees.match_rate": 0.65, "mentees.young_pros.churn": 0.055,
               "orders.executive_premium": 0.2}
    value = outcome(name).value
    sums = dict.fromkeys(changes, 0.0)
    for order in permutations(changes):
        before = value(project(load("mentorship")))[0]
        for place, path in enumerate(order):
            plan = load("mentorship", changes={p: changes[p] for p in order[:place + 1]})
            after = value(project(plan))[0]
            sums[path] += (after - before) / 6
            before = after
    found = bridge(load("mentorship"), load("mentorship", changes=changes), outcome(name))
    assert {p.group.name: p.amount for p in found.parts} == pytest.approx(sums, abs=1e-6)


def test_a_delay_is_a_difference_and_one_value_against_values_by_year_too():
    base = load("mentorship")
    assert bridges.differing(base, load("mentorship", "cac_delay")) == ("mentees.cac",
                                                                         "mentors.cac")
    by_year = load("mentorship", changes={"mentees.match_rate": {2026: 0.75, 2028: 0.8},
                                          "capex.platform": {"2026-04": 1000}})
    found = bridge(base, by_year, outcome("cash_2026"))
    assert {part.group.name for part in found.parts} == {"mentees.match_rate", "capex.platform"}
    assert found.end == outcome("cash_2026").value(project(by_year))[0]


def test_plans_that_do_not_differ_have_an_empty_bridge():
    found = bridge(load("mentorship"), load("mentorship", "demo_actuals"), outcome("ebitda_2028"))
    assert found.parts == () and found.difference == 0 and found.start == found.end


def test_a_mix_moves_as_a_whole_so_that_no_combination_holds_more_than_all():
    base = load("influencer")
    mixes = [path for path in base.entries if path.startswith("customers.mix.")]
    assert mixes, "the example needs a mix"
    values = {path: 0.95 if path == mixes[0] else 0.0 for path in mixes}
    other = load("influencer", changes=values)
    (group,) = grouped(base, other, [outcome("ebitda_2028")])
    assert group.name == "customers.mix" and set(group.paths) <= set(mixes)
    assert bridge(base, other, outcome("ebitda_2028")).combinations == 2


def test_beyond_twelve_the_biggest_stand_alone_and_the_rest_are_one():
    start, end = load("influencer"), load("influencer", SLOW)
    groups = grouped(start, end, [outcome("ebitda_2028")])
    every = {path for group in groups for path in group.paths}
    assert every == set(bridges.differing(start, end)) and len(every) > bridges.MOST
    assert len(groups) == bridges.MOST
    assert [group.name for group in groups].index("") == bridges.MOST - 1
    assert all(len(group.paths) == 1 for group in groups[:-1])
    alone = {path: abs(_moved(start, end, path)) for path in every}
    largest = max(alone, key=alone.get)
    assert (largest,) in [group.paths for group in groups]


def _moved(start, end, path) -> float:
    value = outcome("ebitda_2028").value
    months = end.monthly(path)[:, 0]
    if end.series[path].grain == "constant":
        changed = start.with_values({path: float(months[0])})
    else:
        grain = months[None, :] if start.entries[path].form == "month" else months[None, ::12]
        changed = start.with_values({path: grain})
    return float(value(project(changed))[0] - value(project(start))[0])


def test_by_section_there_is_a_group_a_section_and_the_whole_is_the_same():
    start, end = load("influencer"), load("influencer", SLOW)
    found = bridge(start, end, outcome("cash_2030"), by="section")
    assert {part.group.name for part in found.parts} == {"customers", "tiers", "team"}
    assert found.difference == bridge(start, end, outcome("cash_2030")).difference
    with pytest.raises(ValueError, match="choose path or section"):
        bridge(start, end, outcome("cash_2030"), by="colour")


def test_never_counts_as_the_first_month_beyond_the_horizon():
    start = load("mentorship")
    never = load("mentorship", changes={"mentees.marketing": 0})
    found = bridge(start, never, outcome("months_to_breakeven"))
    assert math.isnan(found.end) and found.counted == 61
    assert found.difference == 61 - found.start == sum(part.amount for part in found.parts)
    assert found.never == 1 and found.combinations == 2
    both = bridge(never, load("mentorship", changes={"mentees.marketing": 0,
                                                     "mentors.marketing": 0}),
                  outcome("months_to_breakeven"))
    assert both.difference == 0 and both.never == both.combinations


def test_plans_of_two_companies_cannot_be_bridged():
    with pytest.raises(ValueError, match="not mentorship and influencer"):
        bridge(load("mentorship"), load("influencer"), outcome("ebitda_2028"))
