"""What the pages say is computed: it stays true in every scenario, and in plans that fail."""

import io
import re
import shutil

import openpyxl
import plain
import pytest
from published import PUBLISHED
from sweep import plans

from model import folders
from model.analysis.breakeven import breakeven
from model.analysis.register import put_back, register
from model.analysis.unit_economics import economics, sides
from model.pages import (
    assumptions,
    comparison,
    frame,
    investor_report,
    open_view,
    sensitivity,
    statements,
    unit_economics,
)
from model.pages import breakeven as breakeven_page
from model.pages.comparison.view import open_comparison
from model.pages.view import View
from model.pages.what_if import Steering
from model.params import catalog
from model.params.values import CONFIDENCE
from model.views.formats import format_month, say
from model.workbook.file import workbook
from model.workbook.paths import load_plans

CELLS = {
    assumptions: ("header", "sources", "differences", "published", "full_register", "checks"),
    unit_economics: ("header", "contribution", "segments", "ltv_to_cac_by_year", "customer_layers",
                     "ltv_variants", "ltv_to_cac_by_part", "ltv_to_cac_of_both_sides", "cohorts",
                     "checks"),
    breakeven_page: ("header", "breakeven_months", "cash", "volumes", "solve", "checks"),
    sensitivity: ("header", "tornado", "two_way", "fan", "checks"),
}
EXTREME = [
    ("mentorship", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", {"mentors.marketing": 0}),
    ("mentorship", {"mentees.cac": 0.01}),
    ("mentorship", {f"mentees.{s}.churn": 1 for s in
                    ("young_pros", "career_changers", "senior_experts")}),
    ("mentorship", {"opening_cash": 0}),
    ("influencer", {"customers.marketing": 0}),
    ("influencer", {"customers.basic_share": 1}),
    ("influencer", {"tiers.basic.hourly_rate": 1e6}),
]
VIEWS = plans({})
VIEWS += [(company, "base", changes) for company, changes in EXTREME]


_views: dict[str, View] = {}


def opened(company: str, scenario: str, changes: dict) -> View:
    """A view of the list above, opened once. Nobody may change it."""
    key = str((company, scenario, changes))
    if key not in _views:
        _views[key] = open_view(company, scenario, changes)
    return _views[key]


def text_of(view: View) -> dict[str, str]:
    return {f"{page.__name__}.{name}": getattr(page, name)(view)._repr_html_()
            for page, names in CELLS.items() for name in names}


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_every_cell_of_every_scenario_draws_and_says_no_nonsense(
        sketched, company, scenario, changes):
    for name, html in text_of(opened(company, scenario, changes)).items():
        assert plain.foreign(html) == [], name
        words = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
        for nonsense in (r"\bnan\b", r"\bNone\b", r"\binf\b", r"\bnp\.", r"−0\b(?!\.)"):
            found = re.search(nonsense, words)
            assert not found, (name, words[max(0, found.start() - 80):found.end() + 20])


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_the_headline_says_what_the_figures_say(company, scenario, changes):
    view = opened(company, scenario, changes)
    found, said = breakeven(view.projection), frame.sentence(view.projection)
    if found.first:
        assert f"first reaches zero in {format_month(found.first)}" in said
    else:
        assert "stays below zero in every month" in said
    assert say(found.trough_cash, "USD") in said
    assert ("needs more money" in said) == (found.trough_cash < 0)
    if found.earned_back == view.projection.months[0]:
        assert "there are no losses to earn back" in said
    elif found.earned_back:
        assert f"earned back in {format_month(found.earned_back)}" in said
    else:
        assert ("are not earned back by Dec 2030" in said) == bool(found.first)
    assert ("after cash has run out" in said) == bool(
        found.first and found.out_of_cash and found.out_of_cash <= found.first)
    for i in (0, -1):
        assert say(float(view.projection.by_year("ebitda")[0, i]), "USD") in said


def test_the_months_are_named_in_the_message_and_the_alt_text():
    block = breakeven_page.breakeven_months(open_view("mentorship"))
    assert "Oct 2027" in block.message and "Oct 2027" in block.alt
    assert "does not reach zero" in breakeven_page.breakeven_months(
        open_view("mentorship", changes={"mentees.marketing": 0})).message


def test_a_solved_value_stands_in_the_table():
    block = breakeven_page.solve(open_view("mentorship"))
    assert "110.47" in block.html and "3" in block.message


def test_differences_name_base_and_here():
    html = assumptions.differences(open_view("mentorship", "downside")).html
    assert "mentees.match_rate" in html and "75.0" in html and "65.0" in html
    delayed = assumptions.differences(open_view("mentorship", "cac_delay")).html
    assert "3 months later" in delayed


@pytest.mark.parametrize("company", PUBLISHED)
def test_the_share_of_evidence_says_what_is_carried_on_and_read_otherwise(company):
    view = open_view(company, "base")
    rows = register(view.assumptions)
    carried = [row for row in rows if row.printed_for]
    block = assumptions.sources(view)
    assert (f"{len(carried)} of them for some years only, carried on to the others"
            ) in block.message
    first = sum(row.printed_for == (2026,) for row in carried)
    assert (f"Of the {len(carried)} entries carried on, {first} are printed or worked out for 2026 "
            "alone") in block.reading
    low = sum(row.kind in ("published", "derived") and row.confidence == "low" for row in rows)
    assert f"confidence in the source is low for {low or 'none'}. " in block.reading
    # Of the service 45 full-time equivalents are read as 4.5, and two entries come of these.
    lost = {"mentorship": 7, "influencer": 5}[company]
    assert put_back("influencer") >= {"team.delivery_team.hires", "team.delivery_team.salary"}
    known = sum(row.kind in ("published", "derived") for row in rows)
    assert f"{lost} of the {known} rest on a figure that is read with a decimal" in block.reading
    assert block.reading.partition("Counted")[0] in investor_report.evidence(view).reading
    assert sum(block.table.columns["Number"]) == len(rows)


def test_every_assumption_is_in_the_register_with_its_source():
    view = open_view("influencer")
    html = assumptions.full_register(view).html
    for path, entry in view.assumptions.entries.items():
        assert f'data-name="{path}"' in html
        assert entry.source.split(";")[0].replace("'", "&#x27;") in html


def test_a_comparison_shows_every_scenario_and_the_changes_of_the_notebook():
    found = open_comparison("mentorship")
    html = comparison.outcome_table(found).html
    for title in found.titles:
        assert title in html
    assert len(found.titles) == len(catalog.scenarios("mentorship"))
    changed = open_comparison("mentorship", changes={"mentees.cac": 90})
    assert "With these changes" in comparison.outcome_table(changed).html


def test_a_scenario_without_a_plan_of_its_own_is_told_and_not_compared():
    found = open_comparison("mentorship")
    (demo,) = found.alike
    assert list(found.plans) == [title for title in found.titles if title != demo]
    outcome, cash = comparison.outcome_table(found), comparison.cash(found)
    assert f" {demo} has the plan of base, so it is neither counted nor shown. Not a plan of its " \
           "own but base, beside figures that we invented" in outcome.message
    for table in (*outcome.table, cash.table):
        assert table.labels == list(found.plans), table.caption
    assert open_comparison("influencer").no_plans == ""


def test_tiles_compare_with_the_source_in_base_and_with_base_elsewhere():
    base = frame.header(open_view("mentorship"), "x")
    other = frame.header(open_view("mentorship", "flat_marketing"), "x")
    assert base.tiles[0].compared == (
        "source: Oct 2027 for all losses earned back, which here is Dec 2028, 14 months later; "
        "the first month was set by choice of an assumption")
    assert other.tiles[0].compared == (
        "all losses earned back: never; first break-even of base: Oct 2027")
    assert other.tiles[1].warn and not base.tiles[1].warn


def test_a_slider_that_is_moved_and_moved_back_leaves_the_plan_as_it_was():
    view = open_view("mentorship", changes={"mentees.cac.2028": 95})
    steering = Steering(view, breakeven_page.breakeven_months)
    values = dict(steering.start)
    assert steering.draw(values)[0] == breakeven_page.breakeven_months(view).screen_html
    _, line = steering.draw(values | {"mentees.cac": 0.5})
    changes = eval(line.removeprefix("changes = "))
    assert list(changes) == ["mentees.cac"]
    moved = open_view("mentorship", changes=changes).assumptions.yearly("mentees.cac")[:, 0]
    assert moved.tolist() == [50, 45, 47.5, 35, 30]


def test_a_delayed_path_has_no_slider():
    view = open_view("mentorship", "cac_delay")
    assert "mentees.cac" not in Steering(view, breakeven_page.breakeven_months)._controls
    assert "mentees.match_rate" in Steering(view, breakeven_page.breakeven_months)._controls


@pytest.mark.parametrize(("scenario", "changes", "said"), [
    ("base", {}, "Young Pros cost USD 125.00 per mentee in 2026 and no longer earn 3 times that: "
                 "2.65, against 3.31"),
    ("downside", {}, "and do not earn 3 times that"),
    ("base", {"mentees.young_pros.order_value": 100}, "and still earn 3 times that"),
    ("base", {"mentees.marketing.2026": 0}, "No mentees or no mentors are won in 2026")])
def test_the_sentence_on_both_sides_knows_its_cases(scenario, changes, said):
    view = open_view("mentorship", scenario, changes)
    assert said in unit_economics.ltv_to_cac_of_both_sides(view).message


def test_a_break_even_without_cash_says_so_wherever_it_is_told():
    view = open_view("mentorship", "flat_marketing")
    for said in (frame.sentence(view.projection),
                 breakeven_page.breakeven_months(view).message):
        assert "in Dec 2030" in said and "after cash has run out in Jan 2029" in said
    assert frame.tiles(view)[0].warn and not frame.tiles(open_view("mentorship"))[0].warn


@pytest.mark.parametrize(("company", "changes", "said"), [
    ("mentorship", {}, "earned back in Dec 2028, and the first month with EBITDA at or above zero "
                       "is Oct 2027 (the published month)."),
    ("mentorship", {"mentees.marketing": 0}, "In this plan losses are not earned back within the "
                                             "horizon, and no month has EBITDA at or above zero."),
    ("influencer", {}, "In this plan losses are earned back in Oct 2026, and the first month with "
                       "EBITDA at or above zero is Jun 2026 (the published month)."),
    # A plan whose losses are earned back in the month that is published.
    ("influencer", {"tiers.basic.hourly_rate": 220}, "earned back in Jun 2026 (the published month)"
                                                     ", and the first month")])
def test_the_page_says_which_break_even_the_published_month_is(company, changes, said):
    reading = breakeven_page.breakeven_months(open_view(company, changes=changes)).reading
    assert said in reading and "which it defines as all losses earned back" in reading


def test_only_segments_count_as_segments():
    message = unit_economics.segments(open_view("mentorship")).message
    assert message.startswith("4 of 6 segments earn") and "All " not in message


@pytest.mark.parametrize(("company", "changes", "said"), [
    ("mentorship", {}, "From 2028 the plan sells enough"),
    ("mentorship", {"mentees.marketing": {2026: 150_000, 2027: 700_000, 2028: 0}},
     "in 2028 and 2029, but not after that"),
    ("mentorship", {"mentees.marketing": 10_000}, "stay below what pays"),
    ("influencer", {"customers.marketing": 0}, "none is sold")])
def test_the_sentence_on_volume_knows_its_cases(company, changes, said):
    assert said in breakeven_page.volumes(open_view(company, changes=changes)).message


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_enough_is_sold_only_where_the_year_makes_no_loss(company, scenario, changes):
    view = opened(company, scenario, changes)
    message = breakeven_page.volumes(view).message
    at = re.match(r"From (20\d\d) the plan sells enough", message)
    if at:
        years = view.projection.years
        assert (view.projection.by_year("ebitda")[0, years.index(int(at[1])):] >= 0).all()


def test_the_volume_that_pays_marketing_too_stands_beside_the_one_that_does_not():
    # 2027 sells 2,968 orders a month: more than the 2,005 before marketing, and at a loss: with
    # marketing it takes 3,632 and a part of one more.
    row = breakeven_page.volumes(open_view("mentorship")).table.columns
    assert [round(row[head][1]) for head in (
        "Planned", "To pay payroll and fixed cost alone", "To break even")] == [2968, 2005, 3633]


def test_a_flow_that_is_never_negative_has_nothing_to_earn_back():
    rich = {"mentees.young_pros.order_value": 30_000, "capex.platform": {"2026-03": 1000}}
    assert "nothing has to come back" in breakeven_page.breakeven_months(
        open_view("mentorship", changes=rich)).message


def test_a_solved_value_that_is_typed_in_meets_the_goal():
    view = open_view("influencer")
    found = re.search(r"CAC of USD ([\d,.]+) per customer alone",
                      breakeven_page.solve(view).message)
    cac = float(found[1].replace(",", ""))
    factor = cac / 500
    changes = {"customers.cac": {year: value * factor for year, value in
                                 zip((2026, 2027, 2028, 2029, 2030),
                                     (500, 462.5, 425, 387.5, 350), strict=True)}}
    typed = economics(open_view("influencer", changes=changes).projection,
                      sides("influencer")[0], "basic")
    assert 3.0 <= typed.ltv_to_cac[0, 0] < 3.001


def test_two_scenarios_of_one_title_are_both_compared(tmp_path, monkeypatch):
    shutil.copytree(folders.params(), tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    folder = tmp_path / "params" / "mentorship" / "scenarios"
    shutil.copy(folder / "upside.yaml", folder / "upside_too.yaml")
    monkeypatch.chdir(tmp_path)
    found = open_comparison("mentorship")
    assert "Upside (upside)" in found.titles and "Upside (upside_too)" in found.titles
    assert "Upside (upside_too)" in comparison.outcome_table(found).html


def test_confidence_is_never_shown_without_what_it_is_in():
    view = open_view("mentorship")
    shown = [assumptions.published(view), assumptions.full_register(view),
             sensitivity.tornado(view), investor_report.must_be_true(view),
             investor_report.register(view), statements.discounted_cash_flow(view)]
    for block in shown:
        html = block._repr_html_()
        assert CONFIDENCE in html and ">Confidence<" not in html
    for block in shown[:3] + shown[4:5]:
        assert "does not say how likely the company is to reach it" in block.text
    assert "confidence in the source is low for" in shown[3].text
    heads = {cell.value for row in openpyxl.load_workbook(
                 io.BytesIO(workbook(load_plans("mentorship"))))["Assumptions"].iter_rows()
             for cell in row if isinstance(cell.value, str)}
    assert CONFIDENCE in heads and "Confidence" not in heads
