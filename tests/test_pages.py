"""What the pages say is computed: it stays true in every scenario, and in plans that fail."""

import re

import pytest

from model import places
from model.analysis.breakeven import breakeven
from model.pages import assumptions, comparison, headlines, open_view, sensitivity, unit_economics
from model.pages import breakeven as breakeven_page
from model.pages.view import View
from model.views.formats import format_month, format_value, say

CELLS = {
    assumptions: ("header", "sources", "differences", "published", "everything", "checks"),
    unit_economics: ("header", "contribution", "segments", "over_time", "both_sides", "checks"),
    breakeven_page: ("header", "months", "cash", "volumes", "solve", "checks"),
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
VIEWS = [(company, scenario, {}) for company in ("influencer", "mentorship")
         for scenario in places.scenarios(company)]
VIEWS += [(company, "base", changes) for company, changes in EXTREME]


def text_of(view: View) -> dict[str, str]:
    return {f"{page.__name__}.{name}": getattr(page, name)(view)._repr_html_()
            for page, names in CELLS.items() for name in names}


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_every_cell_of_every_scenario_draws_and_says_no_nonsense(company, scenario, changes):
    for name, html in text_of(open_view(company, scenario, changes)).items():
        words = re.sub(r'src(set)?="data:[^"]*"', "", html)
        words = re.sub(r"<style>.*?</style>", "", words, flags=re.DOTALL)
        for nonsense in (r"\bnan\b", r"\bNone\b", r"\binf\b", r"\bnp\.", r"−0\b(?!\.)", "Traceback"):
            found = re.search(nonsense, words)
            assert not found, (name, words[max(0, found.start() - 80):found.end() + 20])


@pytest.mark.parametrize(("company", "scenario", "changes"), VIEWS)
def test_the_headline_says_what_the_figures_say(company, scenario, changes):
    view = open_view(company, scenario, changes)
    found, said = breakeven(view.projection), headlines.sentence(view.projection)
    if found.first:
        assert f"first reaches zero in {format_month(found.first)}" in said
    else:
        assert "stays below zero in every month" in said
    assert say(found.trough_cash, "USD") in said
    assert ("needs more money" in said) == (found.trough_cash < 0)
    for i in (0, -1):
        assert say(float(view.projection.by_year("ebitda")[0, i]), "USD") in said


def test_the_months_are_named_in_the_message_and_the_alt_text():
    block = breakeven_page.months(open_view("mentorship"))
    assert "Oct 2027" in block.message and "Oct 2027" in block.alt
    assert "does not reach zero" in breakeven_page.months(
        open_view("mentorship", changes={"mentees.marketing": 0})).message


def test_a_solved_value_stands_in_the_table():
    block = breakeven_page.solve(open_view("mentorship"))
    assert "110.47" in block.html and "3" in block.message


def test_differences_name_base_and_here():
    html = assumptions.differences(open_view("mentorship", "downside")).html
    assert "mentees.match_rate" in html and "75.0" in html and "65.0" in html
    delayed = assumptions.differences(open_view("mentorship", "cac_delay")).html
    assert "3 months later" in delayed


def test_every_assumption_is_in_the_register_with_its_source():
    view = open_view("influencer")
    html = assumptions.everything(view).html
    for path, entry in view.assumptions.entries.items():
        assert f"({path})" in html
        assert entry.source.split(";")[0].replace("'", "&#x27;") in html


def test_a_comparison_shows_every_scenario_and_the_changes_of_the_notebook():
    found = comparison.open_comparison("mentorship")
    html = comparison.table(found).html
    for title in found.titles:
        assert title in html
    assert len(found.titles) == len(places.scenarios("mentorship"))
    changed = comparison.open_comparison("mentorship", changes={"mentees.cac": 90})
    assert "With these changes" in comparison.table(changed).html


def test_tiles_compare_with_the_source_in_base_and_with_base_elsewhere():
    base = headlines.header(open_view("mentorship"), "x")
    other = headlines.header(open_view("mentorship", "downside"), "x")
    assert [tile.compared for tile in base.tiles][0] == "source: Oct 2027"
    assert [tile.compared for tile in other.tiles][0] == "base: Oct 2027"
    assert other.tiles[1].warn and format_value(other.tiles[1].value, None)
