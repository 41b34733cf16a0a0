"""What the pages say of actuals."""

import re

import numpy as np
import pytest
from stand import seen

from model.analysis.variance import observed_kpis
from model.companies import COMPANIES
from model.pages import comparison, open_view
from model.pages.comparison.view import open_comparison
from model.pages.scoreboard import actuals as page
from model.pages.scoreboard.outlook import forecast, forecast_accuracy
from model.pages.view import View

NAN = float("nan")
CELLS = (page.against_plan, page.variances_by_month, forecast, forecast_accuracy)


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


@pytest.mark.parametrize("company", COMPANIES)
def test_without_actuals_the_first_block_says_so_and_the_others_nothing(company):
    view = open_view(company)
    assert "Nobody has written down yet what happened" in page.against_plan(view).text
    assert [draw(view) for draw in CELLS[1:]] == [None] * 3


def test_a_kpi_is_worked_out_where_both_of_its_lines_were_observed(demo):
    found = observed_kpis(demo.projection)
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


def test_the_example_run_on_from_its_close(demo):
    block = forecast(demo)
    assert ("Run on from the close of Apr 2026, unrestricted cash in December 2026 is USD 459.4k, "
            "USD 25.7k below plan: bad. EBITDA first reaches zero in Oct 2027, as planned; cash is "
            "lowest in Sep 2027, with USD 263.7k (planned: USD 293.0k in Sep 2027)."
            ) in block.message
    assert "Run on from the close of Apr 2026, revenue for 2026 is USD 225.7k" in forecast(
        demo, "revenue").message
    for words in ("Forecast from Mar 2026", "actuals of its parts to Apr 2026",
                  "what follows from the close", "Losses since the start earned back"):
        assert words in block.html, words


def test_earlier_forecasts_are_held_against_a_naive_one(demo):
    block = forecast_accuracy(demo)
    assert "Looking 1 month ahead, earlier forecasts of revenue missed by" in block.message
    assert "over 3 forecasts" in block.message and "Naive" in block.html


def test_what_no_flow_explains_and_what_no_term_carries_on_are_told(demo, shown):
    reading = forecast(shown(demo, cash=[700_000])).reading
    assert re.search(r"the owners' equity fell by USD [0-9.]+k that no flow", reading)
    block = forecast(shown(demo, revenue=demo.projection["revenue"][0, :2]))
    assert "no flow" not in block.reading and "does not go on" not in block.reading


@pytest.mark.parametrize(("values", "names"), [
    ({"mentor_earnings": [5_000], "mentor_payable": [3_000]}, "mentor payouts payable"),
    ({"assets": [500_000], "equity": [400_000]}, "assets and equity")])
def test_a_balance_from_which_the_forecast_does_not_go_on_is_told(demo, shown, values, names):
    block = forecast(shown(demo, **values))
    assert f"does not go on from what was observed of {names}: openings" in block.reading


def test_one_closed_month_is_named_once(demo, shown):
    message = page.variances_by_month(shown(demo, revenue=[3_000])).message
    assert "1 of 1 difference from plan, Jan 2026, is bad" in message
    message = page.variances_by_month(shown(demo, revenue=[3_000, 3_000])).message
    assert "from plan, Jan 2026 to Feb 2026, are bad" in message


SEEN = [
    {"revenue": [3000]}, {"revenue": [0, 0]}, {"active_mentees": [1]},
    {"match_rate": [0.7]}, {"time_to_first_match": [20, 12]}, {"headcount": [9]},
    {"revenue": [NAN, 5000], "cash": [900_000]}, {"fill_rate": [0.9], "order_value": [70]},
    {"revenue__young_pros": [5.0]}, {"revenue": [1e4] * 60}, {"revenue": [1e4] * 25},
    {"revenue": [NAN] * 3}, {"cash": [1e6] * 12, "payroll": [30_000] * 13},
]


@pytest.mark.parametrize("values", SEEN, ids=str)
def test_every_cell_says_no_nonsense_of_few_and_odd_figures(demo, shown, sketched, values):
    view = shown(demo, **values)
    for draw in (*CELLS, lambda v: forecast(v, "ebitda"),
                 lambda v: forecast(v, "cash")):
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
    assert "as planned." in forecast(only).message
    assert "No figure of 2026 differs from plan" in page.variances_by_month(only).message


def test_months_that_differ_get_a_column(demo, shown):
    block = page.against_plan(shown(demo, revenue=[3000, 6000], payroll=[28_000]))
    assert "Lines, the latest month of each" in block.html and "Jan 2026" in block.html
    assert "Year to date, to Feb 2026" in block.html and "Months" in block.html


def test_the_chart_shows_a_year_beyond_that_of_the_close_and_one_before(demo, shown):
    def span(count):
        return forecast(shown(demo, revenue=[3000] * count)).figure.texts
    def years(count):
        return sorted({text.text for text in span(count)} & {str(y) for y in range(2026, 31)}
                      | {text.text for text in span(count)
                         if re.fullmatch("20[23][0-9]", text.text)})
    assert years(1) == ["2026", "2027"]
    assert years(25) == ["2027", "2028", "2029"]
    assert years(60) == ["2029", "2030"]


def test_the_comparison_says_which_scenario_is_base_again():
    found = open_comparison("mentorship")
    assert found.alike == ["Demonstration: invented actuals"]
    assert "Demonstration: invented actuals changes nothing. The other scenarios change" in \
        comparison.differences(found).message
    assert "has the plan of base and no panel" in comparison.cash(found).reading
    assert open_comparison("influencer").alike == []
