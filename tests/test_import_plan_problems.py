"""What is wrong with a plan in a spreadsheet is said all at once, by cell, and changes nothing."""

import pytest
from test_import_plan import MONTHS, Sheets, by_month

from model import load

CAC = {"rows": {"CAC": "mentees.cac"}}
ADS = {"rows": {"Ads": "mentees.marketing"}}


@pytest.fixture
def sheets(folder, capsys):
    return Sheets(folder, capsys)


def test_every_cell_that_is_no_amount_is_named_at_once(sheets):
    rows = [["", 2026, 2027, 2028], ["CAC", "ninety", 85, 80], ["Match", 0.7, "a lot", 0.7]]
    both = {"rows": {"CAC": "mentees.cac", "Match": "mentees.match_rate"}}
    first, second = sheets.refused(rows, **both)
    assert first.startswith("plan.xlsx, sheet Plan, B2: column 2 (2026): 'ninety' is no amount")
    assert second.startswith("plan.xlsx, sheet Plan, C3: column 3 (2027): 'a lot' is no amount")
    first, second = sheets.refused(rows, name="plan.csv", **both)
    assert first.startswith("plan.csv, line 2, column 2: column 2 (2026): 'ninety' is no amount")


@pytest.mark.parametrize(("rows", "keys", "where", "what"), [
    # Units that may be meant in two ways, or are none of the assumption's.
    ([["", *MONTHS], ["Ads", *[12_000] * 12]], ADS, "sheet Plan, B2 to M2",
     "'Ads' does not say its unit: add it under units in the map; say one of USD/year, USD/month, "
     "USD (of the month or whole year of each column), also in thousand or million."),
    ([["", *MONTHS], ["Ads", *[12_000] * 12]], {**ADS, "units": {"Ads": "USD/year"}},
     "sheet Plan, B2 to M2",
     "'Ads' is 12,000 USD/year on average over the months of 2026, where the plan has 150,000; are "
     "these amounts of a month? Then its unit is USD; otherwise give 2026 in one column of its "
     "year."),
    ([["", *MONTHS], ["Dev", *[1] * 12]], {"rows": {"Dev": "team.lead_developer.hires"}},
     "sheet Plan, B2 to M2",
     "'Dev' does not say its unit: add it under units in the map; say one of FTE, headcount."),
    ([["", 2026], ["CAC", 90]], {**CAC, "units": {"CAC": "USD/year"}}, "sheet Plan, B2",
     "'CAC' is in 'USD/year', but its assumption is in USD/mentee; say one of USD/mentee, also in "
     "thousand or million."),
    ([["", 2026], ["CAC", 90]], {**CAC, "units": {"CAC": "EUR/mentee"}}, "sheet Plan, B2",
     "'CAC' is in 'EUR/mentee', but its assumption is in USD/mentee; say one of USD/mentee, also "
     "in thousand or million."),
    ([["", 2026], ["CAC", "90%"]], CAC, "sheet Plan, B2",
     "'CAC' is written with %, but mentees.cac is in USD/mentee; type the amount."),
    # Ranges: the same sentences as for params.
    ([["", 2026], ["Match", 72]], {"rows": {"Match": "mentees.match_rate"}}, "sheet Plan, B2",
     "mentees.match_rate.2026 = 72 fraction is outside what its unit allows (at least 0 and at "
     "most 1); type a value within, 72% as 0.72."),
    ([["", *range(2026, 2031)], ["CAC", 100, 90, -80, 70, 60]], CAC, "sheet Plan, B2 to F2",
     "mentees.cac = -80 USD/mentee in 2028 is outside what its unit allows (at least 0.01 and at "
     "most 1e+12); type a value within."),
    ([["", 2026], ["Mix", 0.95]], {"rows": {"Mix": "mentees.mix.career_changers"}}, None,
     "mentees.mix: the shares sum to 105% in 2026-01 (career_changers 95%, senior_experts 10%) and "
     "leave -5% for the remainder, which must be 0 or more; lower one."),
    # Times.
    ([["", "2026-01", "2026-02", "2026-03"], ["CAC", 90, "", 80]], CAC, "sheet Plan, B2 to D2",
     "'CAC' says nothing of 2026-02, between what it says; type 0 or a number."),
    ([["", "2026-01", 2026], ["CAC", 90, 80]], CAC, "sheet Plan, B2 to C2",
     "'CAC' says 2026-01 twice, by the month and by the year; keep one, or put a column of sums "
     "under totals."),
    ([["", 2027], ["Build", 60_000]], {"rows": {"Build": "capex.platform"}}, "sheet Plan, B2",
     "'Build' happens once, so 2027 does not say when; give columns of months."),
    ([["", 2026], ["Dev", 2]],
     {"rows": {"Dev": "team.lead_developer.hires"}, "units": {"Dev": "headcount"}},
     "sheet Plan, B2", "'Dev' is a headcount, which needs columns of months; give those, or who "
                       "joins and leaves, in FTE."),
    ([["", *MONTHS[:11]], ["Season", *[1] * 11]],
     {"rows": {"Season": "mentees.marketing.season"}}, "sheet Plan, B2 to L2",
     "'Season' is a season of 11 months; give all twelve."),
    ([["", "Whole", 2026], ["CAC", 90, 80]], {**CAC, "columns": {"name": 1, "value": "Whole"}},
     "sheet Plan, B2 to C2",
     "'CAC' has one number for the whole plan, and amounts over time as well; keep one of the "
     "two."),
    ([["", *MONTHS], ["Ads", *[12_000] * 12], ["Season", *[1] * 11, 2]],
     {"rows": {"Ads": "mentees.marketing", "Season": "mentees.marketing.season"},
      "units": {"Ads": "USD"}}, "sheet Plan, B3 to M3",
     "mentees.marketing.season is a season of what the file gives by month as well; keep one of "
     "the two."),
    ([["", 2026], ["Match", 0.72]],
     {"rows": {"Match": "mentees.match_rate"}, "units": {"Match": "percent"}}, "sheet Plan, B2",
     "'Match' is 0.72 percent on average, where the plan has 75%; do the cells show 72%? Then its "
     "unit is fraction; otherwise type the sign, as 0.5%, into cells of text."),
    # Rows.
    ([["", 2026], ["CAC", 90], ["Cost", 80]],
     {"rows": {"CAC": "mentees.cac", "Cost": "mentees.cac"}}, "sheet Plan, B3",
     "'Cost' and 'CAC' are both mentees.cac, which is in USD/mentee and does not add up; keep one "
     "of the two."),
    ([["", 2026, 2027], ["Ads", 90, 80], ["More", 80, ""]],
     {"rows": {"Ads": "mentees.marketing", "More": "mentees.marketing"}}, "sheet Plan, B3",
     "'More' and 'Ads' are added up as mentees.marketing, but have amounts in different columns; "
     "type 0 where there is nothing."),
])
def test_each_refusal_is_one_sentence_with_its_cells(sheets, rows, keys, where, what):
    place = "plan.xlsx" if where is None else f"plan.xlsx, {where}"
    assert sheets.refused(rows, **keys) == [f"{place}: {what}"]


def test_rows_and_paths_that_nobody_knows_are_refused_together(sheets):
    rows = [["", 2026], ["CAC", 90], ["Sales", 5], ["Matched", 0.7]]
    assert sheets.refused(rows, rows={"CAC": "mentees.cax", "Matched": "matching"}) == [
        "map.yaml:6: 'mentees.cax' is not an assumption; did you mean mentees.cac?",
        "map.yaml:7: 'matching' is not an assumption; see the register in the assumptions notebook "
        "for the names."]
    assert sheets.refused(rows, rows={"CAX": "mentees.cac", "Match": "mentees.match_rate"}) == [
        "map.yaml:6: plan.xlsx has no row 'CAX'; did you mean CAC?",
        "map.yaml:7: plan.xlsx has no row 'Match'; did you mean Matched?"]
    assert sheets.refused(rows, rows={"Sales": "revenue"}) == [
        "map.yaml:6: revenue is worked out by the model from its assumptions; put the row under "
        "left_out."]


def test_totals_must_add_up(sheets):
    rows = [["", 2026, 2027], ["Search", 90, 80], ["Social", 10, 10], ["Total", 100, 95]]
    both = {"rows": {"Search": "mentees.marketing", "Social": "mentees.marketing"}}
    found = sheets.refused(rows, **both)
    assert len(found) == 1 and found[0].startswith(
        "plan.xlsx:4: 'Total' is 95, where what it totals makes 90: +5 of difference.")
    rows[-1][-1] = 90
    plan = sheets.plan(rows, **both, units={"mentees.marketing": "USD/year"})
    assert by_month(plan, "mentees.marketing", 2027) == [90] * 12
    across = [["", "2026-01", "2026-02", "Sum of both"], ["Search", 1, 2, 4], ["Social", 1, 1, 2]]
    found = sheets.refused(across, **both, units=dict.fromkeys(both["rows"], "USD"),
                           totals={"Sum of both": None})
    assert len(found) == 1
    assert "column 4 (Sum of both) is 4, where what it totals makes 3" in found[0]


def test_amounts_of_another_currency_are_refused(sheets):
    assert sheets.refused([["", 2026], ["CAC", "€90"], ["Ads", "100000 EUR"]], name="plan.csv",
                          rows={"CAC": "mentees.cac", "Ads": "mentees.marketing"}) == [
        "plan.csv: amounts are written in EUR, where the plan of mentorship is in USD, and nothing "
        "is converted; convert them in the file."]


@pytest.mark.parametrize(("header", "what"), [
    ("Q1 2026", "and no total. A quarter cannot be taken apart into months, and years are written "
                "in four digits. What is not needed stands under totals or left_out."),
    ("26", "years are written in four digits"),
])
def test_a_column_that_is_no_time_is_refused(sheets, header, what):
    found = sheets.refused([["", 2027, header], ["CAC", 91, 80]], **CAC)
    assert len(found) == 1 and found[0].startswith("plan.xlsx:1: column 3: ") and what in found[0]
    assert by_month(sheets.plan([["", 2027, header], ["CAC", 91, 80]], **CAC, left_out=[header]),
                    "mentees.cac", 2027) == [91] * 12


@pytest.mark.parametrize(("keys", "what"), [
    ({"rows": {"CAC": "?"}}, "map.yaml:6: the assumption of 'CAC' is still ?; name one, put the "
                             "row under left_out, or remove this line."),
    ({**CAC, "units": {"CAC": "?"}}, "map.yaml:8: the unit of 'CAC' is still ?; name one, as the "
                                     "comment beside it says."),
    ({**CAC, "units": {"CAX": "USD"}}, "map.yaml:8: 'CAX' is neither a row of the map nor an "
                                       "assumption of one; correct or remove it under units."),
    ({**CAC, "left_out": ["CAC"]}, "map.yaml:6: 'CAC' is both a row and left out or a total; keep "
                                   "one."),
    ({**CAC, "thousands": "."}, "map.yaml:7: thousands is '.', as the decimal sign is; write what "
                                "the file has between thousands, or none."),
    ({**CAC, "accounts": {}}, "map.yaml:7: the map has an unknown key 'accounts'; did you mean "
                              "columns?"),
    ({**CAC, "columns": {"account": 1}}, "map.yaml:3: columns has no 'name'; add it."),
    ({**CAC, "company": "acme"}, "map.yaml:1: 'acme' has no assumptions; known: influencer, "
                                 "mentorship, subscription."),
    ({**CAC, "source": "guess"}, "map.yaml:7: the map: source is 'guess'; it must be"),
])
def test_a_map_that_says_nothing_useful_is_refused(sheets, keys, what):
    assert any(line.startswith(what) for line in sheets.refused([["", 2026], ["CAC", 90]], **keys))


@pytest.mark.parametrize(("options", "what"), [
    ([], "FILE: is missing"),
    (["plan.xlsx", "--title", "T", "--map", "map.yaml"], "--title: is about the scenario"),
    (["plan.xlsx", "--name", "x"], "--map: is missing: --name is about a plan"),
    (["plan.xlsx", "--base"], "--map: is missing: --base is about a plan"),
    (["plan.xlsx", "--base", "--name", "x", "--map", "map.yaml"], "--name: is for a scenario"),
    (["plan.xlsx", "--map", "map.yaml", "--propose", "m.yaml"], "--propose: is for a file without"),
    (["plan.xlsx", "--template", "t.xlsx"], "plan.xlsx: is read only without --template"),
    (["--template", "t.xlsx"], "--company: is missing; known: influencer, "
                              "mentorship, subscription."),
    (["--template", "t.csv", "--company", "mentorship"], "--template: 't.csv' does not end"),
    (["--template", "plan.xlsx", "--company", "mentorship"], "--template: plan.xlsx is there"),
    (["none.xlsx", "--map", "map.yaml"], "none.xlsx: cannot be read"),
    (["plan.xlsx", "--map", "none.yaml"], "none.yaml:1: cannot be read"),
    (["plan.xlsx", "--map", "map.yaml", "--company", "acme"], "company: 'acme' has no assumptions"),
    (["plan.xlsx", "--map", "map.yaml", "--name", "base"], "--name: 'base' is the plan itself"),
    (["plan.xlsx", "--map", "map.yaml", "--name", "A b"], "--name: 'A b' is not a plain name"),
    (["plan.xlsx", "--map", "map.yaml", "--name", "upside"], "--name: params/mentorship/scenarios/"
                                                            "upside.yaml is there already"),
])
def test_options_that_do_not_go_together_are_refused(sheets, options, what):
    sheets.write("plan.xlsx", [["", 2026], ["CAC", 90]])
    sheets.map(**CAC)
    before = sheets.stand()
    code, _, err = sheets.run(*options)
    assert code == 2 and err.startswith(what), err
    assert sheets.stand() == before


def test_an_amount_of_a_year_that_the_plan_has_in_part_needs_its_unit(sheets, folder):
    path = folder / "params" / "mentorship" / "base.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(
        "months: 60\n", "months: 60\nyear_starts: 7\n", 1), encoding="utf-8")
    rows = [["", 2026, 2027], ["Ads", 90_000, 95_000]]
    assert sheets.refused(rows, **ADS, units={"Ads": "USD"}) == [
        "plan.xlsx, sheet Plan, B2 to C2: 'Ads' is in 'USD', but its assumption is in USD/year; "
        "say one of USD/year, USD/month, USD (of the month or whole year of each column), also in "
        "thousand or million."]
    plan = sheets.plan(rows, **ADS, units={"Ads": "USD/year"})
    assert by_month(plan, "mentees.marketing", 2026) == [90_000] * 6


def test_rows_without_amounts_are_told(sheets):
    out = sheets.take([["", 2026], ["CAC", 90], ["Match", ""]],
                      rows={"CAC": "mentees.cac", "Match": "mentees.match_rate"})
    assert "notice: without amounts in the file, and so as they are in the plan: Match." in out


def test_what_looks_odd_is_told_and_taken(sheets):
    out = sheets.take([["", 2026], ["CAC", 900]], **CAC)
    assert "notice: CAC, mentee (mentees.cac) is 900 USD/mentee in 2026-01, outside its" in out
    assert by_month(load("mentorship", "sheet"), "mentees.cac", 2026) == [900] * 12
