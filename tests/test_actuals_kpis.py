"""KPIs of closed months come from what was observed, and where they do not the page says so."""

import numpy as np
import pytest

from model import cli, load, project
from model.analysis import rules
from model.analysis import variance as against
from model.analysis.kpis import kpi_months
from model.analysis.variance import actuals, observed_kpis
from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine.texts import texts
from model.pages import open_view, scoreboard
from model.pages.scoreboard import actuals as page
from model.pages.scoreboard import period
from model.params.observations import Actuals

NAN = float("nan")


@pytest.fixture
def happened(folder):
    """Write what happened, {name: values from the first month on}, and project the base plan."""
    def of(company="mentorship", **values):
        rows = [f"{f'2026-{place + 1:02d}'},{name.replace('__', '.')},{float(value)!r}"
                for name, months in values.items() for place, value in enumerate(months)
                if value is not None]
        (folder / "params" / company / "actuals.csv").write_text(
            "period,name,value\n" + "".join(f"{row}\n" for row in rows))
        return project(load(company))
    return of


# Worked out from lines ----------------------------------------------------------------------------

def test_an_acquisition_cost_needs_the_lines_of_its_side_alone(happened):
    found = observed_kpis(happened(mentee_marketing=[13_500], new_mentees=[117]))
    assert set(found) == {"mentee_cac"}
    assert found["mentee_cac"][0] == pytest.approx(115.385, abs=0.001)
    assert np.isnan(found["mentee_cac"][1:]).all()


def test_sides_that_do_not_add_up_to_the_budget_are_an_open_point_and_still_worked_out(happened):
    plan = happened(mentee_marketing=[12_000], mentor_marketing=[3_000], marketing=[20_000],
                    new_mentees=[100], new_mentors=[10])
    found = observed_kpis(plan)
    assert {name: values[0] for name, values in found.items() if name.endswith("cac")} == {
        "mentee_cac": 120, "mentor_cac": 300, "blended_cac": pytest.approx(20_000 / 110)}
    assert actuals(plan).notices == (
        ("marketing", "2026-01 is given as 20,000, where the parts that are given make 15,000"),)


def test_a_budget_is_the_sum_of_its_sides_where_it_is_not_given(happened):
    found = observed_kpis(happened(mentee_marketing=[12_000], mentor_marketing=[3_000],
                                   new_mentees=[100], new_mentors=[20]))
    assert found["blended_cac"][0] == 125


def test_churn_needs_those_who_were_there_a_month_before(happened):
    found = observed_kpis(happened(churned_mentees=[1, 8, 9], active_mentees=[100, None, 180]))
    assert found["mentee_churn"][1] == 0.08
    assert np.isnan(np.delete(found["mentee_churn"], 1)).all()


def test_runway_is_worked_out_from_cash_in_months_that_follow_each_other(happened):
    plan = project(load("mentorship"))
    opening, financed = plan.openings["unrestricted_cash"][0], plan["financing_cash_flow"][0, :7]
    cash = opening + np.cumsum([-50_000, -40_000, -30_000, -20_000, -10_000, -60_000, -20_000]
                               ) + np.cumsum(financed)
    found = observed_kpis(happened(unrestricted_cash=cash.tolist()))["runway"]
    assert found[0] == pytest.approx(cash[0] / 50_000)
    assert found[2] == pytest.approx(cash[2] / 40_000)
    assert found[6] == pytest.approx(cash[6] / 30_000)
    # Without the third month the fourth has no change, and the next two no three months.
    gap = [*cash[:2], None, *cash[3:]]
    broken = observed_kpis(happened(unrestricted_cash=gap))["runway"]
    assert np.flatnonzero(np.isfinite(broken[:7])).tolist() == [0, 1, 6]
    assert broken[6] == found[6]
    raised = [opening + 100_000 - 50_000]
    found = observed_kpis(happened(unrestricted_cash=raised, financing_cash_flow=[100_000]))
    assert found["runway"][0] == pytest.approx(raised[0] / 50_000)


def test_a_kpi_that_is_given_goes_before_its_lines(happened):
    found = observed_kpis(happened(mentee_marketing=[100, 300], new_mentees=[1, 2],
                                   mentee_cac=[90]))
    assert found["mentee_cac"][:2].tolist() == [90, 150]


@pytest.mark.parametrize("company", COMPANIES)
def test_lines_that_go_to_plan_give_the_kpis_of_the_plan(company, monkeypatch):
    plan = project(load(company))
    lines = {line: plan[line][0] for line in plan.lines
             if glossary(company).term(line).kind != "flag" and line != "free_cash_flow"}
    monkeypatch.setattr(against, "actuals", lambda projection: Actuals(
        "x", "", plan.assumptions.calendar, lines, {}, {}))
    found = observed_kpis(plan)
    for name in profile(company).kpis:
        if texts(plan.assumptions).grain(name) != "period":
            assert name not in found, name
        else:
            assert found[name] == pytest.approx(kpi_months(plan, name)[0], rel=1e-6, nan_ok=True)


# Said on the page ---------------------------------------------------------------------------------

def test_a_closed_month_says_which_values_are_the_plans(happened):
    happened(mentee_marketing=[13_500], new_mentees=[117])
    view = open_view("mentorship")
    block, found = scoreboard.review(view), period.in_period(view, "2026-01")
    assert found["mentee_cac"].value == pytest.approx(13_500 / 117)
    valued = [kpi for kpi in found.values() if kpi.value is not None]
    met = sum(kpi.status == "met" for kpi in valued)  # CAC is not among them
    assert (f"{len(valued) - 1} of the {len(valued)} values are the forecast's and not observed, "
            f"{met} of those that meet their targets among them") in block.message
    for table in block.table:
        for label, value, rests in zip(table.labels, table.columns["Value"],
                                       table.columns["Rests on"], strict=True):
            wanted = "–" if value is None else "actuals" if label == "Mentee CAC" else "forecast"
            assert rests == wanted, label
    later = scoreboard.review(view, "2026-02")
    assert "Rests on" not in later.table[0].columns and "not observed" not in later.message
    assert "the forecast's and not observed" in scoreboard.review(view, "2026").message


def test_the_parts_of_the_page_agree_on_a_closed_month(happened):
    happened(mentee_marketing=[9_000, 13_500], new_mentees=[100, 117], match_rate=[0.4])
    view = open_view("mentorship")
    above = period.in_period(view, "2026-01")
    assert (above["mentee_cac"].status, above["match_rate"].status) == ("met", "missed")
    table = scoreboard.history(view).table
    row = list(table.labels).index("Mentee CAC")
    runs = table.columns["Missed or on watch in"][row]
    assert runs.startswith("Feb 2026")
    serious = next(each for each in period.outcomes(view)
                   if each.rule.kpi == "match_rate" and each.rule.threshold == 0.5)
    assert serious.fired == ("2026-01",)


def test_without_actuals_the_page_says_why_it_opens_where_it_does():
    view = open_view("mentorship")
    assert scoreboard.review(view).table[0].caption == (
        "What to do now, Dec 2026 (the last month of the first year, as there are no actuals)")
    assert scoreboard.review(view, "2026-12").table[0].caption == "What to do now, Dec 2026"


def test_rules_are_counted_by_name_and_readings_where_there_was_something_to_judge():
    view = open_view("mentorship")
    block = scoreboard.rules(view)
    assert "of the 10 conditions of 5 rules" in block.message
    days = list(block.table.labels).index("Time to first match above 14 days")
    assert block.table.columns["Readings fired"][days] == "–"
    assert block.table.columns["First fired"][days] == "not judged"


def test_a_unit_that_is_a_ratio_is_not_written_behind_its_label():
    html = scoreboard.review(open_view("mentorship"), "2027").table[-1].html
    assert "ratio" not in html.partition("Burn multiple")[2].partition("</th>")[0]


# Noise and slips ----------------------------------------------------------------------------------

def test_only_gaps_between_observations_of_what_is_not_planned_are_news():
    plan, days = project(load("mentorship")), np.full(60, NAN)
    days[2] = 12
    assert not any("time to first match" in said
                   for said in rules.fired(plan, observed={"time_to_first_match": days}))
    days[5] = 12
    assert any("time to first match has no value in 2026-04 and 1 later month and could" in said
               for said in rules.fired(plan, observed={"time_to_first_match": days}))


def test_a_month_whose_weeks_are_not_all_there_is_no_alert(folder, capsys):
    path = folder / "params" / "mentorship" / "actuals.csv"
    path.write_text("period,name,value\n" + "".join(
        f"2026-W{week:02d},{name},10\n" for week in (1, 2, 3, 4, 5, 6)
        for name in ("time_to_first_match", "revenue")))
    assert cli.main(["check", "mentorship", "-s", "base"]) == 0
    said = capsys.readouterr().out
    assert "is not closed" not in said and "time to first match" not in said
    assert "2026-02 is not closed" in page.against_plan(open_view("mentorship")).html


SUMS = {
    "revenue": {"commission": 50, "mentee_subscriptions": 30, "mentor_subscriptions": 20},
    "subscriptions": {"mentee_subscriptions": 60, "mentor_subscriptions": 40},
    "marketing": {"mentee_marketing": 70, "mentor_marketing": 30},
    "gmv": {"commission": 25, "mentor_earnings": 75},
}


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_of_other_lines_must_be_what_they_give(happened, name):
    parts = {part: [value] for part, value in SUMS[name].items()}
    assert near_plan(actuals(happened(**{name: [100.01]}, **parts))) == ()
    assert near_plan(actuals(happened(**{name: [110]}, **parts))) == (
        (name, "2026-01 is given as 110, where the parts that are given make 100"),)


def near_plan(found):
    """What is told of a file beside figures that are far from plan."""
    return tuple(each for each in found.notices if "lead to expect" not in each[1]
                 and "every month is about" not in each[1])


def test_a_figure_long_after_all_others_is_a_notice(folder):
    path = folder / "params" / "mentorship" / "actuals.csv"
    head = "period,name,value\n2026-01,revenue,5\n2026-02,revenue,5\n"
    path.write_text(f"{head}2027-02,new_mentees,5\n")
    assert near_plan(actuals(project(load("mentorship")))) == ()
    path.write_text(f"{head}2027-03,new_mentees,5\n")
    assert near_plan(actuals(project(load("mentorship")))) == (
        ("new_mentees", "2027-03 is 13 months after the last figure before it, that of 2026-02; is "
                        "the year right?"),)
    path.write_text(f"{head}2030-02,revenue,5\n")
    assert [said for _, said in near_plan(actuals(project(load("mentorship"))))] == [
        "nothing is given for 2026-03 and 46 more months up to 2030-01, though for later months",
        "2030-02 is 48 months after the last figure before it, that of 2026-02; is the year right?"]


def test_a_name_that_is_only_a_little_alike_is_not_suggested(folder):
    path = folder / "params" / "mentorship" / "actuals.csv"
    for name, hint in (("sales", "prints the names of all lines"),
                       ("mentee_cac.", "did you mean mentee_cac?"),
                       ("new_mentee", "did you mean new_mentees?")):
        path.write_text(f"period,name,value\n2026-01,{name},5\n")
        with pytest.raises(ValueError) as caught:
            actuals(project(load("mentorship")))
        assert hint in str(caught.value) and "payables" not in str(caught.value)


# Costs that follow revenue ------------------------------------------------------------------------

def effects(plan, **values):
    found = {name.replace("__", "."): np.append(np.array(months, float),
                                                np.full(60 - len(months), NAN))
             for name, months in values.items()}
    rows = Actuals("x", "", plan.assumptions.calendar, found, {}, {})
    return ({row.name: row.effect for row in against.latest(against.variance(plan, rows))},
            {row.name: row.effect for row in against.year_to_date(plan, rows)})


def test_a_cost_that_follows_revenue_is_judged_by_its_share():
    plan = project(load("mentorship"))
    sold, cost = plan["revenue"][0, 0], plan["cost_of_revenue"][0, 0]
    line = "cost_of_revenue"
    for revenue, spent, word in ((0.5, 0.5, "neutral"), (0.5, 0.6, "bad"), (0.5, 0.4, "good"),
                                 (0.5, 0.504, "neutral"), (0.5, 0.506, "bad"),
                                 (2, 1.9, "good"), (0.5, 1, "on plan")):
        month, year = effects(plan, revenue=[revenue * sold], cost_of_revenue=[spent * cost])
        assert month[line] == year[line] == word, (revenue, spent)
    assert effects(plan, cost_of_revenue=[cost / 2])[0][line] == "neutral"
    assert effects(plan, revenue=[], cost_of_revenue=[cost / 2])[0][line] == "neutral"
    assert effects(plan, payroll=[1.0])[0]["payroll"] == "good"


def test_a_forecast_cost_is_judged_by_its_share_of_the_forecast_revenue():
    plan = project(load("mentorship"))
    sold, cost = plan.by_year("revenue")[0, 0], plan.by_year("cost_of_revenue")[0, 0]
    assert against.outlook(plan, "cost_of_revenue", 2026, cost * 0.5, sold * 0.5).effect == (
        "neutral")
    assert against.outlook(plan, "cost_of_revenue", 2026, cost * 0.6, sold * 0.5).effect == "bad"
    assert against.outlook(plan, "cost_of_revenue", 2026, cost * 0.6).effect == "neutral"


# Words --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("company", COMPANIES)
def test_words_say_on_what_terms_runway_and_burn_multiple_hold(company):
    kpis = profile(company).kpis
    assert "if the burn of the last three months went on" in kpis["runway"].action
    assert "in a month both are of its last three months" in kpis["burn_multiple"].definition


def test_shares_say_of_what_they_are(happened):
    happened(revenue=[3_000])
    view = open_view("mentorship")
    assert "Difference, of plan" in page.against_plan(view).html
    assert "of the actual a month on average" in scoreboard.forecast_accuracy(view).message
    assert "Mean error, of actual" in scoreboard.forecast_accuracy(view).html
