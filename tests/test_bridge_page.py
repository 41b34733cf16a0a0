"""The bridge between two plans as the page of scenarios shows it."""

import re

import pytest

from model.analysis import bridge as bridges
from model.companies import COMPANIES
from model.pages import comparison, open_view
from model.pages.comparison import bridge as page
from model.pages.comparison.view import CHANGED, open_comparison
from model.params import catalog
from model.views.blocks import Block


@pytest.fixture(scope="module")
def opened():
    return {company: open_comparison(company) for company in catalog.companies()}


def test_the_page_bridges_base_to_every_scenario_that_differs(opened):
    found = comparison.bridges(opened["mentorship"])
    blocks = [part for part in found.parts if isinstance(part, Block)]
    assert [block.message.partition(",")[0] for block in blocks] == [
        "From Base to CAC three months late", "From Base to CAC stays", "From Base to Downside",
        "From Base to Flat marketing", "From Base to Upside"]
    assert found.parts[-1].sentence == ("Demonstration: invented actuals has the assumptions of "
                                        "Base, so there is nothing to explain.")
    assert all(block.figure and block.table.totals == ("Difference",) for block in blocks)
    assert found.html.count('class="fm-chart') == len(blocks) and "Downside" in found.text


@pytest.mark.parametrize("name", ["ebitda_2030", "cash_2026", "lowest_cash",
                                  "months_to_breakeven"])
@pytest.mark.parametrize("company", COMPANIES)
def test_no_pair_makes_the_page_talk_nonsense(opened, company, name):
    names = list(opened[company].views)
    for start, end in zip(names, names[1:] + names[:1], strict=True):
        text = page.bridge(opened[company], start, end, name, by="section").text
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|−0\b(?!\.)", text), text


def test_the_table_is_written_to_the_cent_and_adds_up(opened):
    table = page.bridge(opened["influencer"], "base", "ebitda_1_5m", "ebitda_2030").table
    written = [round(100 * float(text.replace(",", "").replace("−", "-")))
               for text in table.columns["Due to it"]]
    assert sum(written[:-1]) == written[-1] and len(written) == bridges.MOST + 1


def test_the_sentence_names_both_ends_and_the_largest_parts(opened):
    message = page.bridge(opened["mentorship"], "base", "flat_marketing", "cash_2030").message
    assert message == (
        "From Base to Flat marketing, cash at the end of 2030 falls by USD 10.62m, from USD "
        "10.31m to USD −312.3k: marketing budget for mentees takes USD 6.92m; marketing budget "
        "for mentors takes USD 3.71m.")


@pytest.mark.parametrize(("changes", "said"), [
    ({"mentees.marketing": 0}, "the first break-even is lost: month 22 (Oct 2027) becomes never "
                               "within the horizon. With never counted as month 61"),
    ({"mentees.match_rate": 0.65}, "the first break-even comes 6 months later, in month 28"),
    ({"mentees.match_rate": 0.8}, "match rate saves")])
def test_the_sentence_on_the_month_knows_its_cases(changes, said):
    found = open_comparison("mentorship", changes=changes)
    there = page.bridge(found, "base", CHANGED, "months_to_breakeven")
    assert said in there.message
    back = page.bridge(found, CHANGED, "base", "months_to_breakeven").message
    assert ("gained: never within the horizon becomes" in back) == ("lost" in there.message)


def test_a_break_even_that_comes_after_the_cash_is_not_told_without_it(opened):
    said = page.bridge(opened["mentorship"], "base", "flat_marketing", "months_to_breakeven")
    assert said.message.endswith("In Flat marketing cash has run out before that, in Jan 2029.")
    other = page.bridge(opened["mentorship"], "base", "downside", "months_to_breakeven")
    assert "cash" not in other.message


def test_two_plans_that_never_break_even_have_no_months_to_explain():
    never = {"mentees.marketing": 0}
    found = open_comparison("mentorship", "flat_marketing", never)
    found.views["base"] = open_view("mentorship", changes={"mentees.cac": 5000})
    block = page.bridge(found, "base", CHANGED, "months_to_breakeven")
    assert block.message.startswith("Neither Base nor With these changes breaks even")
    assert block.figure is None and block.table is None


def test_what_moves_nothing_or_cancels_out_is_said(opened):
    flat = page.bridge(opened["influencer"], "base", "cac_delay", "lowest_cash")
    assert flat.message.endswith("nothing that differs moves it.") and flat.figure is None
    cancels = page.bridge(opened["influencer"], "base", "ebitda_1_5m", "months_to_breakeven")
    assert "as what differs cancels out: hourly rate, Basic saves 0.5 months" in cancels.message
    assert "10 of the 12 move nothing and have no bar" in cancels.reading


def test_a_scenario_against_itself_says_so(opened):
    message = page.bridge(opened["mentorship"], "upside", "upside").message
    assert message == "Upside and Upside are one scenario: nothing differs."


def test_the_controls_draw_the_pair_that_is_chosen(opened):
    panel = page.controls(opened["mentorship"])
    choices = {box.description: box for box in panel.children[1].children}
    start, end, what, *_ = choices.values()
    end.value, what.value = "upside", "lowest_cash"
    assert "From Base to Upside, lowest month-end cash rises" in panel.children[-1].value
    start.value = "upside"
    assert "one scenario" in panel.children[-1].value
