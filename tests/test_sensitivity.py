"""Tornado, grid, random draws and solve-for."""

import math

import numpy as np
import pytest

from model import batch, load, project
from model.analysis import solve as solving
from model.analysis.uncertainty import sampling, sensitivity
from model.analysis.uncertainty.chances import Share
from model.analysis.uncertainty.sensitivity import outcomes
from model.analysis.unit_economics import economics, sides
from model.companies import COMPANIES
from model.pages import investor_report, open_view
from model.pages import sensitivity as page
from model.pages.sensitivity.shares import bare, rough


@pytest.fixture(scope="module", params=COMPANIES)
def assumptions(request):
    return load(request.param)


def outcome(assumptions, name):
    return outcomes(assumptions.calendar.years)[name]


def test_a_bar_of_the_tornado_is_that_change_alone():
    assumptions = load("mentorship")
    base, swings = sensitivity.tornado(assumptions, outcome(assumptions, "ebitda_2028"))
    assert base == project(assumptions).by_year("ebitda")[0, 2]
    churn = next(s for s in swings if s.path == "mentees.young_pros.churn")
    low, high = assumptions.entries[churn.path].range
    for end, value in ((churn.low, low), (churn.high, high)):
        alone = project(load("mentorship", changes={churn.path: value}))
        assert end == alone.by_year("ebitda")[0, 2]
    cac = next(s for s in swings if s.path == "mentees.cac")
    scaled = {year: value * 0.8 for year, value in
              zip(assumptions.calendar.years, (100, 90, 80, 70, 60), strict=True)}
    alone = project(load("mentorship", changes={"mentees.cac": scaled}))
    assert cac.low == pytest.approx(alone.by_year("ebitda")[0, 2], rel=1e-12)


def test_the_tornado_is_sorted_and_counts_never_as_beyond_the_horizon(assumptions):
    wanted = outcome(assumptions, "months_to_breakeven")
    base, swings = sensitivity.tornado(assumptions, wanted)
    never = assumptions.calendar.months + 1.0
    widths = [swing.width(base, never) for swing in swings]
    assert widths == sorted(widths, reverse=True)
    assert {swing.path for swing in swings} == set(sampling.uncertain(assumptions))


def test_the_middle_of_the_grid_is_the_plan(assumptions):
    wanted = outcome(assumptions, "lowest_cash")
    paths = sampling.uncertain(assumptions)[1:3]
    found = sensitivity.grid(assumptions, wanted, *paths)
    assert found.values[3, 3] == project(assumptions)["trough_cash"][0, -1]
    assert found.values.shape == (7, 7)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others(assumptions):
    first, again, other = (sensitivity.fan(assumptions, 50, seed) for seed in (7, 7, 8))
    assert np.array_equal(first.projection.block, again.projection.block)
    assert not np.array_equal(first.projection.block, other.projection.block)


def test_a_draw_does_not_depend_on_which_others_are_made(assumptions):
    paths = sampling.uncertain(assumptions)
    every = sampling.drawn(assumptions, paths, 20, 3)
    alone = sampling.drawn(assumptions, paths[:1], 20, 3)
    assert np.array_equal(every[paths[0]], alone[paths[0]])


def test_draws_lie_in_their_ranges_with_the_plan_as_mode():
    assumptions = load("mentorship")
    draws = sampling.drawn(assumptions, ("mentees.young_pros.churn",), 40_000, 1)
    churn = draws["mentees.young_pros.churn"]
    low, high = assumptions.entries["mentees.young_pros.churn"].range
    assert low <= churn.min() and churn.max() <= high
    # Mean and variance of the triangular distribution.
    mean = (low + 0.04 + high) / 3
    variance = (low**2 + 0.04**2 + high**2 - low * 0.04 - low * high - 0.04 * high) / 18
    assert churn.mean() == pytest.approx(mean, rel=0.01)
    assert churn.var() == pytest.approx(variance, rel=0.05)


def test_draws_stay_in_the_domain_in_every_scenario():
    for company, scenario in (("influencer", "rate_as_printed"), ("influencer", "ebitda_1_5m"),
                              ("mentorship", "downside")):
        assumptions = load(company, scenario)
        values = sampling.drawn(assumptions, sampling.uncertain(assumptions), 200, 5)
        # Raises InputError where a value is outside what its unit allows.
        assert assumptions.with_values(values).series[next(iter(values))].values.shape[1] == 200


def test_a_mix_never_promises_more_than_there_is():
    assumptions = load("mentorship", changes={"mentees.mix.career_changers": 0.7,
                                              "mentees.mix.senior_experts": 0.3})
    paths = ("mentees.mix.career_changers", "mentees.mix.senior_experts")
    values = {path: sampling.scaled(assumptions, path, np.array([0.5, 1.2])) for path in paths}
    fitted = sampling.within_mixes(assumptions, values)
    totals = fitted[paths[0]] + fitted[paths[1]]
    assert totals == pytest.approx([0.5, 1.0])
    batch(assumptions, fitted)


def test_a_mix_of_a_constant_and_a_path_by_year_is_kept_in_bounds_too():
    assumptions = load("mentorship", changes={"mentors.mix.mid_career": 0.74})
    wanted = outcome(assumptions, "ebitda_2028")
    sensitivity.tornado(assumptions, wanted)
    sensitivity.fan(assumptions, 50)


@pytest.mark.parametrize("path", ["mentees.cac", "mentees.young_pros.churn",
                                  "mentees.young_pros.order_value"])
def test_the_solution_gives_the_goal(path):
    assumptions, side = load("mentorship"), sides("mentorship")[0]
    gap = solving.ltv_to_cac_gap(side, "young_pros", 2026, 3.0)
    (found,) = solving.solve(assumptions, [(path, gap)])
    values = {path: sampling.scaled(assumptions, path, np.array([found.factor]))}
    reached = economics(batch(assumptions, values), side, "young_pros").ltv_to_cac[0, 0]
    assert reached >= 3.0
    assert reached == pytest.approx(3.0, abs=1e-4)


def test_the_solution_brings_the_breakeven_to_the_month_and_no_sooner():
    assumptions = load("mentorship")
    (found,) = solving.solve(assumptions, [("mentees.cac", solving.breakeven_gap("2027-06"))])
    for factor, month in ((found.factor, 18), (found.factor * 1.001, 19)):
        values = {"mentees.cac": sampling.scaled(assumptions, "mentees.cac", np.array([factor]))}
        first = batch(assumptions, values)["breakeven_first"][0, -1]
        assert first == month if month == 18 else first > 18


def test_where_nothing_helps_there_is_no_solution():
    assumptions = load("mentorship")
    gap = solving.breakeven_gap("2026-01")
    (found,) = solving.solve(assumptions, [("mentees.young_pros.churn", gap)])
    assert found.factor is None and found.value is None and not found.met


def test_where_everything_will_do_the_solution_says_so():
    assumptions = load("influencer")
    gap = solving.breakeven_gap("2030-12")
    (found,) = solving.solve(assumptions, [("tiers.one_off.churn", gap)])
    assert found.factor is None and found.met


def test_several_questions_are_answered_as_if_asked_alone():
    assumptions, side = load("mentorship"), sides("mentorship")[0]
    gap = solving.ltv_to_cac_gap(side, "young_pros", 2026, 3.0)
    questions = [("mentees.cac", gap), ("mentees.cac", solving.breakeven_gap("2027-06")),
                 ("mentees.match_rate", gap)]
    together = solving.solve(assumptions, questions)
    assert together == [solving.solve(assumptions, [question])[0] for question in questions]


@pytest.mark.parametrize("company", COMPANIES)
def test_the_pair_says_which_plausible_ranges_it_leaves(company):
    view = open_view(company)
    reading = page.two_way(view).reading
    for path in view.profile.grid:
        low, high = view.assumptions.entries[path].range
        now = float(view.assumptions.series[path].values[0, 0])
        factors = (low / now, high / now) if view.assumptions.entries[path].form == "constant" \
            else (low, high)
        leaves = factors[0] > 0.7 or factors[1] < 1.3
        assert (view.label(path) in reading.partition("Beyond the")[2]) == leaves, path


def test_a_value_that_lies_on_the_end_of_its_range_is_inside():
    reading = page.two_way(open_view("influencer")).reading
    # CAC at 650 is 1.3 times the plan's, where its range ends; only 350 lies beyond.
    assert "CAC at 350.00 (plausible: × 0.8 to × 1.3)" in reading and "650" not in reading


def test_bars_say_at_which_ends_hours_are_sold_that_nobody_delivers():
    reading = page.tornado(open_view("influencer")).reading
    assert "short of hours with" in reading and "CAC at × 0.8" in reading
    assert "64 of 85 assumptions are moved so" in reading
    assert "short of hours" not in page.tornado(open_view("mentorship")).reading


def test_a_pair_within_its_ranges_does_not_say_that_it_leaves_them():
    view = open_view("mentorship", changes={"mentees.match_rate": 0.7})
    found = sensitivity.grid(view.assumptions, outcome(view.assumptions, "lowest_cash"),
                             "mentees.match_rate", "mentees.cac", (0.9, 1.0, 1.1))
    assert page._beyond(view, found) == ""
    wide = sensitivity.grid(view.assumptions, outcome(view.assumptions, "lowest_cash"),
                            "mentees.match_rate", "mentees.cac", (0.9, 1.0, 1.25))
    assert "Match rate at 87.5% (plausible: 60.0% to 85.0%)." in page._beyond(view, wide)
    assert "CAC" not in page._beyond(view, wide)


def test_a_pair_that_acts_as_one_driver_says_so():
    said = "Moved by the same factor, the two leave the outcome as it is: they act as one driver"
    view = open_view("mentorship")
    assert said in page.two_way(view).reading
    assert said in page.two_way(view, outcome="lowest_cash").reading
    assert "one driver" not in page.two_way(
        view, column="mentees.young_pros.churn", outcome="lowest_cash").reading
    assert "one driver" not in page.two_way(open_view("influencer")).reading


def test_the_fan_says_which_cash_it_draws():
    block = page.fan(open_view("mentorship"), size=20)
    assert "end 2030 with unrestricted cash of about USD" in block.message
    assert block.table.caption.startswith("Unrestricted cash")


# How likely the plan is by its own ranges


@pytest.fixture(scope="module")
def mentorship():
    return open_view("mentorship")


def test_the_chance_of_the_plan_is_counted_draw_by_draw(mentorship):
    found, drawn = page.odds(mentorship), page.draws(mentorship).projection
    on_time = reached = short = earns = 0
    for first, cash, ebitda in zip(drawn["breakeven_first"][:, -1], drawn["unrestricted_cash"],
                                   drawn.by_year("ebitda")[:, 2], strict=True):
        months_below = [month for month, amount in enumerate(cash, 1) if amount < 0]
        funded = first > 0 and not any(month <= first for month in months_below)
        reached += funded
        on_time += funded and first <= 22
        short += bool(months_below)
        earns += ebitda >= mentorship.projection.by_year("ebitda")[0, 2]
    assert [found.on_time.count, found.reached.count, found.short.count, found.earns.count] == [
        on_time, reached, short, earns]
    # A hundred times as many draws of this seed say 31.0%, 23.6% and 20.8%.
    for share, wanted in ((found.on_time, 0.310), (found.earns, 0.236), (found.short, 0.208)):
        assert abs(share.value - wanted) < 2 * share.error


def test_break_even_in_the_words_of_the_source_is_counted_draw_by_draw(mentorship):
    found, ebitda = page.odds(mentorship), page.draws(mentorship).projection["ebitda"]
    so_far = np.cumsum(ebitda, axis=1)
    # Earned back: from a month on, EBITDA of all months so far is never below zero.
    back = np.array([60 - int(np.argmax((sums < 0)[::-1])) + 1 if (sums < 0).any() else 1
                     for sums in so_far])
    assert found.back.count == (back <= 36).sum() > 300
    assert found.printed.count == (back <= 22).sum() == 0
    said = page.plan_odds(mentorship)[0]
    assert said.endswith("Break-even in the source's own words, all losses earned back, comes by "
                         "Oct 2027, as printed, in none of them and by Dec 2028, as planned, in "
                         f"{page.share_of(found.back)}.")
    assert "in about 55% of them" in page.plan_odds(open_view("influencer"))[0]
    # A plan that ends before the printed month, or never earns its losses back, says less.
    assert page.chances(mentorship.projection, page.draws(mentorship), 2028, "2035-01"
                        ).printed is None
    never = page.plan_odds(open_view("mentorship", "flat_marketing"))[0]
    assert "as printed, in none of them." in never


def test_a_draw_that_ran_out_of_money_has_not_broken_even():
    view = open_view("mentorship", changes={"opening_cash": 100_000})
    found, drawn = page.odds(view), page.draws(view).projection
    ever = drawn["breakeven_first"][:, -1] > 0
    assert ever.mean() > 0.98 and found.reached.value < 0.15
    assert found.short.count + found.reached.count >= found.short.size - (~ever).sum()


@pytest.mark.parametrize(("count", "size", "said"), [
    (224, 1000, "about 22% of them"),
    (3, 1000, "about 0.3% of them"),
    (3000, 10_000, "about 30.0% of them"),
    (7, 20, "about 35% of them"),
    (0, 1000, "none of them"), (1000, 1000, "all of them")])
def test_a_share_has_no_digit_that_its_draws_do_not_give(count, size, said):
    assert page.share_of(Share(count, size)) == said


def test_the_error_of_a_quantile_is_that_of_other_seeds():
    seeds = np.random.default_rng(1).normal(size=(4000, 1000))
    assert sensitivity.quantile_error(seeds[0], 0.25) == pytest.approx(
        np.quantile(seeds, 0.25, axis=1).std(), rel=0.25)
    assert rough(10_160_000, 84_800) == "USD 10.2m" and bare(-5_361_000, 60_000) == "−5.4m"
    assert rough(470_470, 17_000) == "USD 470k" and rough(5, 0) == "USD 5"


@pytest.mark.parametrize("company", COMPANIES)
def test_both_pages_begin_with_the_chance_of_the_plan_and_say_what_a_draw_is(company):
    view = open_view(company)
    for note in (page.header(view).parts[1], investor_report.header(view).parts[1]):
        assert note.items[0].startswith("EBITDA first reaches zero by ")
        assert "as planned, without cash having run out before, in about" in note.items[0]
        assert "no measured odds" in note.items[2]
        assert "triangular distribution" in page.fan(view).reading


def test_the_bars_that_are_not_shown_are_counted(mentorship):
    moved = sum(swing.width(page.swings(mentorship)[0], 61) > 0
                for swing in page.swings(mentorship)[1])
    reading = page.tornado(mentorship).reading
    assert f"The other {moved - 10} assumptions that can move it" in reading


def test_where_the_draws_come_from_is_said_in_words():
    said = page.fan(open_view("influencer"), 20, 7).reading
    cash = page.sensitivity.fan(load("influencer"), 20, 7).projection["unrestricted_cash"]
    share = np.mean(cash[:, -1] < open_view("influencer").projection["unrestricted_cash"][0, -1])
    points = math.ceil(200 * math.sqrt(share * (1 - share) / 20))
    assert (f"Counted in 20 draws (seed 7), these shares are good to {points} points, and the ends "
            "of the bands in 2030 to USD ") in said
    assert "each 50 draws take one value from each of 50 equally likely parts of a range" in said


def test_the_spread_says_which_calibrated_outcome_may_be_read_otherwise():
    said = " ".join(page.header(open_view("influencer")).parts[1].items)
    assert ("EBITDA, 2030 is calibrated to the source's $15 million, which is unresolved: the "
            "scenario EBITDA of 1.5 million in 2030 takes the other reading, and ends with "
            "unrestricted cash of USD 5.01m.") in said
    for other in (open_view("influencer", "ebitda_1_5m"), open_view("mentorship")):
        assert "is calibrated to" not in " ".join(page.header(other).parts[1].items)


def test_only_assumptions_that_move_ebitda_or_cash_are_counted_as_such(mentorship):
    plan = mentorship.assumptions
    found = sensitivity.moving(plan)
    still = set(sampling.uncertain(plan)) - set(found)
    # What a company is worth, and what a round or a loan costs that it has not.
    assert {"valuation.discount_rate", "cap_table.pre_money", "equity.raise_costs",
            "debt.interest_rate"} <= still and len(still) == 8
    assert page.plan_odds(mentorship)[2] == (
        "A draw moves 79 assumptions, of which 71 change EBITDA or cash by themselves, within "
        "ranges that are chosen here: these shares are no measured odds.")
