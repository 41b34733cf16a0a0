"""Pages and workbooks of plans in other years: they are made, and say nothing false of a year."""

import re
from importlib.resources import files

import other_years
import pytest
from workbooks import calculated, differences

from model import folders
from model.analysis.variance import actuals, year_to_date
from model.pages import breakeven, investor_report, scoreboard, statements, unit_economics, years
from model.pages.source_check import verdicts
from model.pages.view import open_view
from model.workbook.book import book
from model.workbook.paths import load_plans

SCENARIO = """\
title: Later
why: To try.
changes: {mentees.cac.2027: 95, mentees.match_rate: {2026: 0.6, 2028: 0.7}}
delay: {mentees.cac: 5}
"""


@pytest.fixture
def view(tmp_path, monkeypatch):
    """The base plan of a company in other years, in a folder of its own."""
    def enter(change, company="influencer"):
        monkeypatch.chdir(other_years.own(tmp_path, change, (company,)))
        return open_view(company)
    return enter


def test_a_page_says_which_months_a_year_has(view):
    found = view(other_years.shown_from_july, "mentorship")
    facts = scoreboard.header(found).facts
    assert ("FY2027 is Jul 2026 to Jun 2027; years of which months are missing are shown and not "
            "judged") in facts
    assert years.months_of(open_view("mentorship").base.calendar) == years.months_of(
        found.projection.calendar)


def test_statements_name_the_month_with_which_a_year_ends(view):
    found = view(other_years.from_july)
    assert statements.balance(found).reading.startswith("Balances at the end of June;")
    assert "Salaries rise each July;" in statements.team_and_assets(found).reading
    assert "Tax is charged in June for the year." in statements.monthly_statements(found).reading
    assert "FTE in June 2027 and" in statements.team_and_assets(found).message
    assert ("of tax of FY2031 that is paid in Oct 2031: tax is charged once a year, in June" in
            statements.cash_flow(found).message)


def test_profit_of_a_year_that_goes_on_after_the_plan_is_said_to_be_untaxed(view):
    found = view(other_years.odd)
    profit = found.projection["profit_to_date"][0, -1]
    assert (f"its profit before tax of USD {profit / 1e6:.2f}m since Apr 2028 is not yet taxed."
            in statements.cash_flow(found).message)
    assert statements.balance(found).reading.startswith("Balances at the end of each year;")


def test_revenue_does_not_grow_from_half_a_year_to_a_whole_one(view):
    found = view(other_years.shown_from_july, "mentorship")
    block = investor_report.growth(found)
    assert block.message.startswith("Revenue goes from USD 550.8k in FY2027 to USD ")
    table = block.table
    assert list(table.columns)[:2] == ["FY2026 (6 months)", "FY2027"]
    at = table.labels.index("Growth on the year before")
    growth = [values[at] for values in table.columns.values()]
    assert [value != value for value in growth] == [True, True, False, False, False, True]


def test_the_first_year_that_is_judged_is_whole(view):
    found = view(other_years.eighteen_months)
    assert found.first_year == 2027 and str(found.years[0]) == "2026 (6 months)"
    assert "in 2027" in unit_economics.segments(found).message
    assert "(the last month of the first whole year" in scoreboard.review(found).table[0].caption
    year = scoreboard.review(found, "2026")
    assert "not judged" in year.message and "misses" not in year.message
    assert not re.search("✓ met|✗ missed|! watch", str([t.columns for t in year.table[1:]]))


def test_published_years_are_not_compared_with_others(view):
    found = view(other_years.from_july, "mentorship")
    assert ("The source counts calendar years, of which the plan shows none:"
            in verdicts(found).reading)
    assert "source's" not in scoreboard.header(found).tiles[2].compared


def test_the_year_to_date_and_the_outlook_run_from_july(view):
    view(other_years.from_july)
    (folders.params() / "influencer" / "actuals.csv").write_text(
        "period,name,value\n" + "".join(f"{month},revenue,{amount}\n" for month, amount in (
            ("2026-12", 90_000), ("2027-01", 110_000))), encoding="utf-8")
    found = open_view("influencer")
    to_date = year_to_date(found.projection, actuals(found.projection))[0]
    # Two months of two calendar years, and of one year of the company.
    assert (str(to_date.period), to_date.actual, to_date.months) == ("FY2027", 200_000, 2)
    assert "Dec 2026 to Jan 2027" not in scoreboard.variances_by_month(found).message
    assert ", Jul 2026 to Jan 2027, " in scoreboard.variances_by_month(found).message
    block = scoreboard.forecast(found)
    assert "revenue for FY2027 is" in block.message
    assert block.table[0].caption == "FY2027: plan and forecast; balances of June"
    assert block.table[2].caption == "Plan and forecast by year; balances in June"


@pytest.mark.parametrize("change", other_years.ALL)
def test_pages_are_made_without_a_fault(view, change, sketched):
    found = view(change)
    for draw in (investor_report.growth, investor_report.cash, statements.income,
                 statements.ratios, statements.discounted_cash_flow, breakeven.cash,
                 breakeven.volumes, scoreboard.trends, unit_economics.cohorts):
        assert draw(found).message


def test_the_workbook_recalculates_to_the_model_in_other_years(view):
    view(other_years.odd, "mentorship")
    path = folders.params() / "mentorship" / "scenarios" / "later.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    found = book(load_plans("mentorship", "later"))
    assert differences(found, calculated(found).value) == []


@pytest.mark.parametrize(("bounds", "at", "number"), [
    ("[0, 6, 18, 30, 34]", 1, None), ("[0, 6, 18, 30, 34]", 2, 20), ("[0, 6, 18, 30, 34]", 3, None),
    ("[0, 12, 24, 34]", 1, 10)])
def test_a_page_holds_no_year_against_one_of_which_months_are_missing(bounds, at, number):
    """As in the table of the growth of revenue, which the page's button works out again."""
    mini_racer = pytest.importorskip("py_mini_racer")
    script = (files("model.pages.live") / "proof.js").read_text(encoding="utf-8")
    found = mini_racer.MiniRacer().eval(f"""const YEAR = 12; {script}
        const bounds = {{12: {bounds}}}, at = {at};
        const plan = {{bounds, over: () => [10, 20, 30, 40]}};
        Proof.prototype.named.call({{plan}}, "before:revenue", {{
            months: 12, at, from: bounds[12][at], end: bounds[12][at + 1]}})""")
    assert found == number or (number is None and found != found)
