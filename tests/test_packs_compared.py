"""What has changed since a plan was sent is said, each headline to the cent."""

import math
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packs import DAY, LATER, add_fee, changed, edit, found, head, keep, said

from model import load, project
from model.analysis.bridge import Bridge, Group, Part, bridged
from model.analysis.forecast import forecast
from model.analysis.variance import actuals
from model.packs import pack, steps
from model.packs.assumptions import changed_assumptions
from model.packs.comparison import compare

# What has changed ---------------------------------------------------------------------------------

def test_nothing_has_changed(october, run):
    code, out, err = run("compare-packs", "october")
    assert (code, err) == (0, [])
    for what in ("Assumptions", "Actuals", "Formulas", "Definitions"):
        assert f"{what}: nothing has changed.\n" in out
    assert "Headlines: 46 figures of 46 as before." in out
    assert f"  october: made {DAY}, scenario base" in out
    assert "Bridges: none, as no headline of the plan moves." in out


def test_every_kind_of_changed_assumption_is_listed(october, folder, run):
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    edit(folder, "opening_cash", "value: 1000000", "value: 900000")
    edit(folder, "opening_cash", "source: ", "source: \"estimate: the bank\" # ")
    code, out, err = run("compare-packs", "october", "now")
    assert (code, err) == (0, [])
    assert "  Match rate (mentees.match_rate): 75 → 72 %\n" in out
    assert "  Opening cash (opening_cash): 1,000,000 → 900,000 USD\n" in out
    assert re.search(r"  Opening cash \(opening_cash\), source: .+ → estimate: the bank\n", out)
    assert len(found(run, "october")["assumptions"]) == 2


def test_assumptions_that_go_together_otherwise_are_said(october, folder, run):
    base = folder / "params" / "mentorship" / "base.yaml"
    base.write_text(base.read_text() + "correlations:\n- between: [mentees.cac, mentors.cac]\n"
                    "  rank: 0.5\n  source: 'estimate: one market'\n")
    code, out, err = run("compare-packs", "october")
    assert (code, err) == (0, [])
    assert re.search(r"\n  correlation of CAC, mentee with CAC, mentor: none → 0\.5\n", out)


def test_other_terms_of_money_are_said(october, folder, run):
    base = folder / "params" / "mentorship" / "base.yaml"
    base.write_text(base.read_text() + "terms_of_raises:\n- {month: 2026-05, kind: safe, cap: "
                    "5000000, source: 'decision: x'}\ncovenants:\n- {of: minimum_cash, limit: "
                    "200000, source: 'decision: x'}\n")
    code, out, err = run("compare-packs", "october")
    assert (code, err) == (0, [])
    assert "\n  terms of the money of 2026-05: none → safe, cap 5,000,000\n" in out
    assert "\n  demand of lenders: minimum cash: none → limit 200,000\n" in out


def test_values_are_said_by_the_years_and_months_in_which_they_differ():
    plan = load("mentorship")
    later = load("mentorship", "base", {
        "mentees.cac": {2026: 80, 2027: 85, 2029: 85, 2030: 80}, "capex.platform.2027-03": 1500})
    lines = [line for change in changed_assumptions(plan, later) for line in change.lines()]
    of_cac = [line for line in lines if "(mentees.cac)" in line]
    old = plan.monthly("mentees.cac")[::12, 0]
    assert all(re.search(r", 20\d\d(?: to 20\d\d)?: ", line) for line in of_cac)
    assert any(f"{old[1]:g} → 85" in line for line in of_cac)
    assert [line for line in lines if "(capex.platform)" in line] == [
        f"{plan.entries['capex.platform'].label} (capex.platform), 2027-03: 0 → 1,500 USD"]
    # Later by three months, so that the first three of each year differ.
    delayed = load("mentorship", "cac_delay")
    months = [value.when for change in changed_assumptions(plan, delayed)
              for value in change.values if change.path == "mentees.cac"]
    assert months and all(re.fullmatch(r"(20\d\d)-01 to \1-03", month) for month in months)


def test_years_are_those_of_the_company(folder):
    """A plan from July, in years from July: what differs in one of them is said by its name."""
    path = folder / "params" / "influencer" / "base.yaml"
    text = path.read_text()
    assert text.count("start: 2026-01\n") == 1
    path.write_text(text.replace("start: 2026-01\n", "start: 2026-01\nyear_starts: 7\n"))
    plan = load("influencer")
    later = load("influencer", "base", {"customers.marketing.2028": 5})
    (value,) = next(change for change in changed_assumptions(plan, later)
                    if change.path == "customers.marketing").values
    assert value.when == "FY2028" and value.new == 5
    keep(folder, "sent", "influencer")
    path.write_text(path.read_text().replace("value: 0.", "value: 0.0", 1))
    kinds = {kind.label: kind for kind in steps.by_kind(compare(
        pack.found("sent"), pack.now("influencer", "base")).ways)}
    assert kinds["EBITDA"].heads[-1].startswith("FY")


def test_assumptions_that_come_and_go_are_said_with_their_values(october, folder, run):
    add_fee(folder)
    assert "  Extra fee (extra_fee): added, 5 USD\n" in run("compare-packs", "october")[1]
    keep(folder, "later", "mentorship")
    assert "  Extra fee (extra_fee): removed, 5 USD\n" in run("compare-packs", "later",
                                                            "october")[1]


def test_actuals_are_compared_by_row_and_close(october, folder, run):
    (folder / "params" / "mentorship" / "actuals.csv").write_text(LATER)
    out = run("compare-packs", "october")[1]
    part = out[out.index("Actuals:\n"):out.index("Formulas:")].splitlines()[1:]
    assert [line.strip() for line in part if line] == [
        "closed to: 2026-02 → 2026-03", "2026-02 revenue: 6000 → 6100.50",
        "2026-03 revenue: added, 7000", "2026-02 marketing: removed, 900 (once)"]
    assert found(run, "october")["to"]["closed"] == "2026-03"


def test_formulas_and_definitions_are_said_in_the_words_of_both(october, run):
    def otherwise(record):
        record["formulas"]["line ebitda"] |= {"formula": "x", "words": "Contribution"}
        record["formulas"]["line old_line"] = {"label": "Old line", "words": "a", "formula": "a"}
        del record["formulas"]["line revenue"]
        record["formulas"]["line marketing"]["formula"] = "y"
        record["definitions"]["KPI mentee_cac"]["target"] = 120
        record["definitions"]["rule R7"]["threshold"] = 24
        del record["definitions"]["KPI ltv"]
    said(october, otherwise)
    out = run("compare-packs", "october")[1]
    assert re.search(r"  EBITDA \(line ebitda\): Contribution → Contribution . Marketing", out)
    assert "  Revenue (line revenue): added, " in out
    assert "  Old line (line old_line): removed, a\n" in out
    # Where the words are the same, the formulas themselves are shown.
    assert re.search(r"\(line marketing\): y → \+\(line:", out)
    assert "  Mentee CAC, target (KPI mentee_cac): 120 → 100\n" in out
    assert "  Rule R7, threshold (rule R7): 24 → 18\n" in out
    assert "  LTV of Young Pros (KPI ltv): added, LTV of Young Pros\n" in out


def test_figures_and_verdicts_are_said_before_and_after(october, folder, run):
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    out = run("compare-packs", "october")[1]
    assert re.search(r"  First break-even +Oct 2027 +Nov 2027\n", out)
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)
    assert "  Mentee CAC 2026: 100.00 met → 104.17 missed\n" in out


def test_of_another_horizon_the_months_and_years_of_both_are_compared(october, folder, run):
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    head(folder, "months: 60\n", "months: 72\n")
    there = found(run, "october")
    assert [change["path"] for change in there["assumptions"]] == ["mentees.match_rate"]
    assert there["not_compared"] == ["only in now, so not compared: 2031"]
    assert {each["period"] for each in there["kpis"]} <= {*map(str, range(2026, 2031))}
    assert not [each for each in there["headlines"] if each["name"].endswith("2031")]
    out = run("compare-packs", "october")[1]
    assert "\n  Only in now, so not compared: 2031.\n" in out
    assert "  horizon: 2026-01 to 2030-12 → 2026-01 to 2031-12\n" in out
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)


def test_years_of_other_months_are_not_compared(october, folder, run):
    head(folder, "start: 2026-01\n", "start: 2026-01\nreport_years_from: 7\n")
    there = found(run, "october")
    assert {each["name"]: (each["old"], each["new"]) for each in there["head"]} == {
        "years": ("calendar years", "years from July, named after the calendar year in which they "
                                    "end")}
    assert there["not_compared"] == [
        "only in now, so not compared: FY2031 (6 months)",
        "with other months in october than in now, so not compared: FY2026 (6 months), FY2027, "
        "FY2028, FY2029, FY2030"]
    assert there["assumptions"] == there["kpis"] == []
    assert not [each for each in there["headlines"] if re.search("20[0-9][0-9]$", each["name"])]


def test_what_one_pack_does_not_have_is_not_there(october, run):
    def older(record):
        del record["headlines"]["revenue_2027"], record["kpis"]["ltv"]
        record["headlines"]["revenue_2028"]["value"] = None
        record["headlines"]["first"]["value"] = None
    said(october, older)
    out = run("compare-packs", "october")[1]
    assert re.search(r"  Revenue 2027, USD +not there +[0-9,.]+\n", out)
    assert re.search(r"  Revenue 2028, USD +undefined +[0-9,.]+\n", out)
    assert re.search(r"  First break-even +never +Oct 2027\n", out)
    assert "  LTV of Young Pros 2026: not there → " in out


def test_a_season_is_said(october, folder, run):
    edit(folder, "match_rate", "value: 0.75", "value: 0.75\n      season: {1: 1}")
    assert re.search(r"\(mentees.match_rate\), season: nothing → 1.0, 1.0, 1.0",
                     run("compare-packs", "october")[1])


def test_the_forecast_of_a_close_is_held_against_that_of_the_pack(folder, october):
    """Where nothing was closed when it was sent, what was expected then is the plan."""
    (folder / "params" / "mentorship" / "actuals.csv").write_text(LATER)
    sums = {each.name: (each.old, each.new) for each in compare(
        pack.found("october"), pack.now("mentorship", "base")).headlines}
    plan = project(load("mentorship"))
    ahead = forecast(plan, actuals(plan)).ahead
    assert sums["forecast.revenue_2026"][1] == pytest.approx(ahead.by_year("revenue")[0, 0])
    assert sums["forecast.revenue_2026"][0] != sums["forecast.revenue_2026"][1]
    assert sums["revenue_2026"][0] == sums["revenue_2026"][1]


# To the cent --------------------------------------------------------------------------------------

def cents(amount):
    return round(100 * amount)


def assert_sums(ways):
    for way in ways:
        ends = [way["counted"] if value is None else value for value in (way["start"], way["end"])]
        assert sum(cents(step["amount"]) for step in way["steps"]) == cents(ends[1]) - cents(
            ends[0]), way["name"]


def test_each_headline_is_bridged_by_what_changed(october, folder, run):
    """By hand: cash to begin with moves cash by itself, and EBITDA not at all."""
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    edit(folder, "opening_cash", "value: 1000000", "value: 900000")
    ways = {way["name"]: way for way in found(run, "october")["bridges"]}
    assert_sums(ways.values())
    assert len(ways) == 17
    steps_of = {name: {step["what"]: step["amount"] for step in way["steps"]}
                for name, way in ways.items()}
    assert steps_of["ebitda_2028"] == {"Match rate": -97364.01, "Opening cash": 0}
    assert steps_of["cash_2026"]["Opening cash"] == -100000
    assert steps_of["months_to_breakeven"] == {"Match rate": 1, "Opening cash": 0}


def test_what_formulas_did_is_a_step_of_its_own(october, folder, run):
    def older(record):
        record["formulas"]["line ebitda"] |= {"formula": "x"}
        record["headlines"]["ebitda_2028"]["value"] += 1000.10
        record["headlines"]["months_to_breakeven"]["value"] = None
    said(october, older)
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    ways = {way["name"]: way for way in found(run, "october")["bridges"]}
    assert_sums(ways.values())
    amounts = {name: {step["what"]: step["amount"] for step in way["steps"]}
               for name, way in ways.items()}
    assert amounts["ebitda_2028"] == {"Match rate": -97364.01, "Formulas": -1000.10}
    assert amounts["ebitda_2027"].keys() == {"Match rate"}
    # Never counts as month 61.
    assert amounts["months_to_breakeven"] == {"Match rate": 1, "Formulas": 22 - 61}


@pytest.mark.parametrize(("company", "scenario"), [("influencer", "ebitda_1_5m"),
                                                   ("mentorship", "downside")])
def test_from_one_scenario_to_another_the_steps_sum(folder, run, company, scenario):
    """With more that differs than can be shared out one by one, too."""
    keep(folder, "one", company)
    keep(folder, "other", company, scenario)
    there = found(run, "one", "other")
    assert_sums(there["bridges"])
    assert there["head"] == [{"name": "scenario", "what": "changed", "old": "base",
                              "new": scenario, "label": ""}]
    assert any(way["end"] != way["start"] for way in there["bridges"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(-1e8, 1e8), max_size=12), st.floats(-1e9, 1e9), st.floats(-1e7, 1e7))
def test_whatever_the_parts_the_steps_sum_to_the_cent(amounts, start, rest):
    parts = tuple(Part(Group(f"p{i}.mix", ("a", "b")), amount, 0, 0)
                  for i, amount in enumerate(amounts))
    bridge = Bridge(bridged((2026,))["ebitda_2026"], start, start + math.fsum(amounts), parts,
                    1, 0, 61)
    end = start + math.fsum(amounts) + rest
    way = steps._way(bridge, "2026", {}, [start, end], "Formulas")
    assert sum(map(cents, way.steps.values())) == cents(end) - cents(start)
    assert "Formulas" in way.steps or abs(rest) < 0.006


def test_plans_of_other_months_have_no_bridge(october, folder, run):
    def longer(contents):
        name = "params/mentorship/base.yaml"
        contents[name] = contents[name].replace(b"months: 60\n", b"months: 72\n")
    changed(october, longer)
    code, out, _ = run("compare-packs", "october")
    assert code == 0 and "Bridges: none, as the two plans have other months or years." in out
    assert "  horizon: 2026-01 to 2031-12 → 2026-01 to 2030-12\n" in out
