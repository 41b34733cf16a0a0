"""Variance, splice and accuracy by hand and by identities; what the pages say of them."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import load, project
from model.analysis import actuals as against
from model.analysis import splice
from model.analysis.actuals import SUBTOTALS, effect
from model.analysis.observed import Actuals
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine import ledger
from model.pages import actuals as page
from model.pages import comparison, open_view
from model.pages.view import View

NAN = float("nan")


@pytest.fixture(scope="module")
def plan():
    """A plan in round numbers: 100 of revenue in the first month and 10 more in each after it."""
    def month(a, prev, now):
        now["a"].revenue = 10 * a.timeline.month
        now["b"].revenue = 90 + 0 * a.timeline.month
        now.revenue = now["a"].revenue + now["b"].revenue
        now.cost_of_revenue = 0.1 * now.revenue
        now.gross_profit = now.revenue - now.cost_of_revenue
        now.variable_opex = 0 * now.revenue
        now.contribution = now.gross_profit - now.variable_opex
        now.marketing = 30 + 0 * now.revenue
        now.payroll = 50 + 0 * now.revenue
        now.fixed_opex = 20 + 0 * now.revenue
        now.ebitda = now.contribution - now.marketing - now.payroll - now.fixed_opex
        now.cash = prev.cash + now.ebitda
        now.orders_wanted = 4 + 0 * now.revenue
        now.orders = 2 + 0 * now.revenue
        now.fill_rate = now.orders / now.orders_wanted
        now.breakeven_first = 0 * now.revenue
    module = SimpleNamespace(month=month, OPENINGS={"cash": "opening_cash"}, BESIDE=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "company_module", lambda company: module)
        return project(load("mentorship", changes={"opening_cash": 1000}))


@pytest.fixture(scope="module")
def real():
    return project(load("mentorship"))


def seen(projection, **values):
    """Actuals of the first months; a name with a segment is written with two underscores."""
    padded = {name.replace("__", "."): np.append(months, [NAN] * (len(projection.months)
                                                                  - len(months)))
              for name, months in values.items()}
    return Actuals("actuals.csv", "", projection.assumptions.calendar, padded, {}, {})


def rows_of(rows, *fields):
    return [tuple(getattr(row, field) for field in fields) for row in rows]


# Against plan -------------------------------------------------------------------------------------

def test_variance_by_hand(plan):
    found = seen(plan, revenue=[90, 110, 126], payroll=[50, 60])
    rows = against.variance(plan, found)
    assert rows_of(rows, "name", "period", "plan", "actual", "difference", "share", "effect") == [
        ("revenue", "2026-01", 100, 90, -10, -0.1, "bad"),
        ("revenue", "2026-02", 110, 110, 0, 0, "on plan"),
        ("revenue", "2026-03", 120, 126, 6, 0.05, "good"),
        ("payroll", "2026-01", 50, 50, 0, 0, "on plan"),
        ("payroll", "2026-02", 50, 60, 10, 0.2, "bad")]
    assert rows_of(against.latest(rows), "name", "period") == [("revenue", "2026-03"),
                                                               ("payroll", "2026-02")]


def test_the_year_to_date_adds_up_the_same_months_on_both_sides(plan):
    found = seen(plan, revenue=[90, NAN, 126], payroll=[60], cash=[900, 880])
    rows = against.year_to_date(plan, found)
    assert rows_of(rows, "name", "months", "plan", "actual", "effect") == [
        ("revenue", 2, 220, 216, "bad"), ("payroll", 1, 50, 60, "bad")]
    later = seen(plan, revenue=[1] * 12 + [200, 250])
    assert rows_of(against.year_to_date(plan, later), "period", "months", "plan", "actual") == [
        ("2027", 2, 220 + 230, 450)]


def test_the_share_of_a_plan_below_zero_has_the_sign_of_the_difference(plan):
    # EBITDA of the first month is 90 − 100.
    row, = against.variance(plan, seen(plan, ebitda=[-12]))
    assert (row.plan, row.difference, row.share, row.effect) == (-10, -2, -0.2, "bad")
    nothing, = against.variance(plan, seen(plan, variable_opex=[5]))  # nothing is planned of it
    assert np.isnan(nothing.share) and nothing.effect == "neutral"


def test_subtotals_are_made_where_all_of_their_parts_are_given(plan):
    found = seen(plan, revenue=[90, 100, 110], cost_of_revenue=[10, 10], variable_opex=[5, 5, 5],
                 marketing=[30, 30, 30], payroll=[50, 40, 40], fixed_opex=[20, 20, 20])
    made = against.with_subtotals(found)
    assert made["gross_profit"][:2].tolist() == [80, 90]
    assert made["contribution"][:2].tolist() == [75, 85]
    assert made["ebitda"][:2].tolist() == [-25, -5]
    assert all(np.isnan(made[name][2:]).all() for name in SUBTOTALS)
    assert "ebitda" not in against.with_subtotals(seen(plan, revenue=[90], payroll=[50]))
    never = seen(plan, revenue=[90], cost_of_revenue=[NAN, 10], variable_opex=[5])
    assert "gross_profit" not in against.with_subtotals(never)
    assert splice.spliced(plan, never, "gross_profit").why == (
        "no month has actuals of all its parts")
    assert splice.spliced(plan, never, "contribution").why.endswith("nor of Gross profit")


def test_a_subtotal_that_is_given_stands_even_beside_its_parts(plan):
    found = seen(plan, revenue=[90, 100], cost_of_revenue=[10, 10], gross_profit=[70])
    assert against.with_subtotals(found)["gross_profit"][:2].tolist() == [70, 90]


def test_sums_that_their_parts_do_not_give_are_open_points(plan):
    found = seen(plan, revenue=[90, 100], cost_of_revenue=[10, 10], gross_profit=[80.01, 70],
                 revenue__a=[40, 40], revenue__b=[50, 50])
    assert against._loose_ends(plan, found) == [
        ("gross_profit", "2026-02 is given as 70, where the parts that are given make 90"),
        ("revenue", "2026-02 is given as 100, where the parts that are given make 90")]


@pytest.mark.parametrize(("name", "more_is"), [
    ("revenue", "good"), ("revenue.young_pros", "good"), ("cost_of_revenue", "bad"),
    ("payroll.developer", "bad"), ("cash", "good"), ("churned_mentees", "bad"),
    ("headcount", "neutral"), ("gross_margin", "good"), ("ebitda", "good")])
def test_the_effect_is_what_a_difference_does_and_not_its_sign(name, more_is):
    way = against.direction(name, profile("mentorship").kpis.get(name))
    less_is = {"good": "bad", "bad": "good"}.get(more_is, more_is)
    assert effect(100, 101, way) == effect(-100, -99, way) == more_is
    assert effect(100, 99, way) == less_is
    assert effect(100, 100 + 1e-8, way) == "on plan"


def test_a_kpi_goes_the_way_of_its_target():
    kpis = profile("mentorship").kpis
    for name, goal in kpis.items():
        if goal.test:
            assert against.direction(name, goal) == (-1 if goal.test in ("at_most", "below") else 1)
    assert against.direction("mentee_cac", kpis["mentee_cac"]) == -1


def test_less_than_a_cent_of_money_is_no_difference():
    assert effect(28_333.3333, 28_333.33, -1, "USD") == "on plan"
    assert effect(0.7533, 0.75, 1, "fraction") == "bad"


def test_every_name_with_a_direction_is_a_line_or_a_kpi_and_no_cost_is_left_out():
    known = set(glossary().terms)
    for company in ("influencer", "mentorship"):
        goals = profile(company).kpis
        known |= set(goals)
        for name, goal in goals.items():
            assert against.direction(name, goal) != 0, name
    assert against.directions().keys() <= known
    for name in ("cost_of_revenue", "variable_opex", "marketing", "payroll", "fixed_opex", "capex",
                 "interest", "income_tax"):
        assert against.direction(name) == -1


def test_a_kpi_is_held_against_plan_and_target(real):
    found = seen(real, match_rate=[0.72, 0.6], time_to_first_match=[15, 14])
    rows = against.variance(real, found)
    assert rows_of(rows, "name", "effect") == [
        ("match_rate", "bad"), ("match_rate", "bad"),
        ("time_to_first_match", "neutral"), ("time_to_first_match", "neutral")]
    assert [kpi.status for kpi in against.against_target(real, rows)] == [
        "met", "watch", "missed", "met"]


# Spliced ------------------------------------------------------------------------------------------

def test_a_flow_takes_the_plan_after_its_last_actual(plan):
    made = splice.spliced(plan, seen(plan, revenue=[90, NAN, 126]), "revenue")
    assert made.values[:5].tolist() == [90, 110, 126, 130, 140]
    assert (made.rests_on, made.last) == ("actuals", 2)
    # 1,860 are planned for 2026; 10 less came in the first month and 6 more in the third.
    assert splice.by_year(plan, seen(plan, revenue=[90, NAN, 126]), "revenue")[0] == 1860 - 10 + 6


def test_a_stock_carries_its_difference_on(plan):
    cash = plan["cash"][0]
    assert cash[:4].tolist() == [990, 989, 997, 1014]
    made = splice.spliced(plan, seen(plan, cash=[NAN, 980, NAN, 1000]), "cash")
    assert made.values[:5].tolist() == [990, 980, 997 - 9, 1000, cash[4] - 14]
    assert splice.by_year(plan, seen(plan, cash=[NAN, 980]), "cash")[0] == cash[11] - 9


def test_a_ratio_is_made_again_from_its_spliced_parts(plan):
    made = splice.spliced(plan, seen(plan, orders=[3], orders_wanted=[4, 8]), "fill_rate")
    assert made.values[:3].tolist() == [0.75, 0.25, 0.5]
    assert made.rests_on == "parts"
    year = splice.by_year(plan, seen(plan, orders=[3], orders_wanted=[4, 8]), "fill_rate")
    assert year[0] == pytest.approx(25 / 52)
    own = splice.spliced(plan, seen(plan, fill_rate=[0.9]), "fill_rate")
    assert own.values[:2].tolist() == [0.9, 0.5] and own.rests_on == "actuals"


def test_a_ratio_with_nothing_to_divide_by_stays_plan_in_that_month(plan):
    made = splice.spliced(plan, seen(plan, orders=[0], orders_wanted=[0]), "fill_rate")
    assert made.values[:2].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("line", "values", "why"), [
    ("revenue", {"payroll": [5]}, "no actuals of it"),
    ("revenue", {"revenue__a": [5]}, "actuals are given for 1 of its 2 parts, but not for the line "
                                     "itself"),
    ("ebitda", {"revenue": [5], "payroll": [5]}, "no actuals of it, nor of Contribution, Marketing,"
                                                 " Fixed operating cost"),
    ("breakeven_first", {"revenue": [5]}, "no actuals of it"),
    ("fill_rate", {"revenue": [5]}, "no actuals of it"),
])
def test_a_line_without_actuals_stays_plan_and_says_why(plan, line, values, why):
    made = splice.spliced(plan, seen(plan, **values), line)
    assert (made.rests_on, made.why, made.last) == ("plan", why, None)
    assert made.values.tolist() == plan[line][0].tolist()


amounts = st.lists(st.one_of(st.just(NAN), st.floats(-1e9, 1e9)), max_size=60)


@settings(max_examples=60)
@given(revenue=amounts, cash=amounts)
def test_a_splice_is_actual_where_there_is_one_and_moves_with_the_plan_after(plan, revenue, cash):
    found = seen(plan, revenue=revenue, cash=cash)
    for line in ("revenue", "cash"):
        made, given_ = splice.spliced(plan, found, line), found.values[line]
        there = np.isfinite(given_)
        assert made.values[there].tolist() == given_[there].tolist()
        assert np.isfinite(made.values).all()
        start = made.last + 1 if made.last is not None else 0
        difference = (made.values - plan[line][0])[start:]
        carried = given_[made.last] - plan[line][0, made.last] if start and line == "cash" else 0
        assert difference == pytest.approx(carried, abs=1e-6)
    assert splice.by_year(plan, found, "revenue") == pytest.approx(
        splice.spliced(plan, found, "revenue").values.reshape(-1, 12).sum(axis=1))


def test_actuals_that_are_the_plan_change_nothing(real):
    lines = [line for line in real.lines if glossary().kind(line)[0] != "flag"]
    found = Actuals("x", "", real.assumptions.calendar, {
        line: np.where(np.arange(60) < 17, real[line][0], NAN) for line in lines}, {}, {})
    assert against._loose_ends(real, found) == []
    assert {row.effect for row in against.variance(real, found)} == {"on plan"}
    for line in lines:
        assert splice.spliced(real, found, line).values == pytest.approx(real[line][0], rel=1e-12)
        assert splice.by_year(real, found, line) == pytest.approx(real.by_year(line)[0], rel=1e-9,
                                                                  nan_ok=True)
    for row in against.accuracy(real, found):
        assert row.months == 17
        assert row.bias == pytest.approx(0, abs=1e-12) or np.isnan(row.bias)


# Accuracy -----------------------------------------------------------------------------------------

def test_accuracy_by_hand(plan):
    # Planned 100, 110, 120: off by 25% of 80, 0 and 20% of 150.
    row, = against.accuracy(plan, seen(plan, revenue=[80, 110, 150]))
    assert (row.name, row.months) == ("revenue", 3)
    assert row.mape == pytest.approx((20 / 80 + 0 + 30 / 150) / 3)
    assert row.bias == pytest.approx((330 - 340) / 340)


def test_an_actual_of_zero_leaves_the_mean_error_undefined(plan):
    row, = against.accuracy(plan, seen(plan, revenue=[0, 100]))
    assert np.isnan(row.mape) and row.bias == pytest.approx(110 / 100)


# Pages --------------------------------------------------------------------------------------------

CELLS = (page.against_plan, page.by_month, page.spliced, page.accuracy)


@pytest.fixture(scope="module")
def demo():
    return open_view("mentorship", "demo_actuals")


@pytest.fixture
def shown(monkeypatch):
    """A view whose actuals are given instead of read."""
    def of(view, **values):
        found = seen(view.projection, **values)
        monkeypatch.setattr(page, "actuals", lambda projection: found)
        return View(view.assumptions, {})
    return of


@pytest.mark.parametrize("draw", CELLS, ids=lambda draw: draw.__name__)
def test_every_block_of_the_example_says_that_it_is_invented(demo, draw):
    assert draw(demo).message.startswith("INVENTED EXAMPLE: no company had these figures. ")
    assert "INVENTED EXAMPLE" in draw(demo).html


@pytest.mark.parametrize("company", ["influencer", "mentorship"])
def test_without_actuals_the_first_block_says_how_to_add_them_and_the_others_nothing(company):
    view = open_view(company)
    note = page.against_plan(view)
    assert f"params/{company}/actuals.csv" in note.text and "period, name, value" in note.text
    assert [draw(view) for draw in CELLS[1:]] == [None] * 3


def test_a_kpi_is_worked_out_where_both_of_its_lines_were_observed(demo):
    found = against.observed_kpis(demo.projection)
    margin = found["contribution_margin"]
    assert margin[:2] == pytest.approx([(2680 - 275 - 206) / 2680, (5490 - 556 - 428) / 5490])
    assert np.isnan(margin[4:]).all()
    assert found["mentees_per_mentor"][3] == pytest.approx(447 / 62)
    assert found["match_rate"][0] == 0.61  # given as such; the mentees onboarded are not


def test_other_pages_can_ask_for_the_remark_and_the_last_close(demo):
    assert page.remark(demo) == "INVENTED EXAMPLE: no company had these figures. "
    assert page.last_month(demo) == "2026-04"
    assert (page.remark(open_view("mentorship")), page.last_month(open_view("mentorship"))) == (
        "", None)


def test_the_example_against_plan(demo):
    block = page.against_plan(demo)
    plan, year = demo.projection, 2680 + 5490 + 8720 + 12_980
    below = plan["revenue"][0, :4].sum() - year
    assert f"Revenue of 2026 so far is USD 29.9k, USD {below / 1e3:.1f}k" in block.message
    assert "below plan: bad; EBITDA of 2026 so far is USD −198.9k" in block.message
    for words in ("Time to first match", "not planned", "since first proposals are reviewed",
                  "Year to date, 4 months to Apr 2026", "Lines, Apr 2026"):
        assert words in block.html, words
    assert ">0%<" in block.html and "on plan" in block.html


def test_the_example_spliced(demo):
    block = page.spliced(demo)
    expected = 702_400 + demo.projection["unrestricted_cash"][0, 11] \
        - demo.projection["unrestricted_cash"][0, 3]
    assert "unrestricted cash in December 2026 is USD " + f"{expected / 1e3:.1f}k" in block.message
    assert "With actuals to Apr 2026, the forecast of revenue for 2026" in page.spliced(
        demo, "revenue").message
    assert "With actuals of its parts to Apr 2026, the forecast of EBITDA" in page.spliced(
        demo, "ebitda").message
    assert "Gross merchandise value stays as planned: no actuals of it." in page.spliced(
        demo, "gmv").message


SEEN = [
    {"revenue": [3000]}, {"revenue": [0, 0]}, {"active_mentees": [1]},
    {"match_rate": [0.7]}, {"time_to_first_match": [20, 12]}, {"headcount": [9]},
    {"revenue": [NAN, 5000], "cash": [900_000]}, {"fill_rate": [0.9], "order_value": [70]},
    {"revenue__young_pros": [5.0]}, {"revenue": [1e4] * 60}, {"revenue": [1e4] * 25},
    {"revenue": [NAN] * 3}, {"cash": [1e6] * 12, "payroll": [30_000] * 13},
]


@pytest.mark.parametrize("values", SEEN, ids=str)
def test_every_cell_says_no_nonsense_of_few_and_odd_figures(demo, shown, values):
    view = shown(demo, **values)
    for draw in (*CELLS, lambda v: page.spliced(v, "ebitda"), lambda v: page.spliced(v, "cash")):
        html = draw(view).html
        words = re.sub(r'src(set)?="data:[^"]*"', "", html)
        for nonsense in (r"\bnan\b", r"\bNone\b", r"\binf\b", r"−0\b(?!\.)", r"\+0\b(?!\.)",
                         r"\b1 (are|figures|months)\b"):
            found = re.search(nonsense, words)
            assert not found, words[max(0, found.start() - 80):found.end() + 20]


def test_a_file_without_a_closed_month_says_so(demo, shown):
    for draw in CELLS:
        assert "holds no closed month" in draw(shown(demo, revenue=[NAN])).text


def test_a_month_in_which_all_goes_to_plan_is_said_so(demo, shown):
    view = shown(demo, revenue=demo.projection["revenue"][0, :2], cash=[8e5])
    assert "revenue of 2026 so far is USD 10.0k, as planned" in page.against_plan(
        view).message.replace("Revenue", "revenue")
    only = shown(demo, revenue=demo.projection["revenue"][0, :2])
    assert "as planned." in page.spliced(only).message
    assert "No figure of 2026 differs from plan" in page.by_month(only).message


def test_months_that_differ_get_a_column(demo, shown):
    block = page.against_plan(shown(demo, revenue=[3000, 6000], payroll=[28_000]))
    assert "Lines, the latest month of each" in block.html and "Jan 2026" in block.html
    assert "Year to date, to Feb 2026" in block.html and "Months" in block.html


def test_the_chart_shows_a_year_beyond_that_of_the_close_and_one_before(demo, shown):
    def span(count):
        return page.spliced(shown(demo, revenue=[3000] * count)).figure.texts
    def years(count):
        return sorted({text.get_text() for text in span(count)} & {str(y) for y in range(2026, 31)}
                      | {text.get_text() for text in span(count)
                         if re.fullmatch("20[23][0-9]", text.get_text())})
    assert years(1) == ["2026", "2027"]
    assert years(25) == ["2027", "2028", "2029"]
    assert years(60) == ["2029", "2030"]


def test_the_comparison_says_which_scenario_is_base_again():
    found = comparison.open_comparison("mentorship")
    assert found.alike == ["Demonstration: invented actuals"]
    assert "Demonstration: invented actuals changes nothing. The other scenarios change" in \
        comparison.differences(found).message
    assert "has the plan of base and no panel" in comparison.paths(found).reading
    assert comparison.open_comparison("influencer").alike == []
