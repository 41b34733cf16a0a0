"""A KPI, and a line of a quarter or year, is taken apart down to params."""

import re

import formulas
import numpy as np
import pytest

from model import cli, load, project
from model.analysis.explain import explain
from model.companies import COMPANIES
from model.companies.profiles import profile
from model.engine.figures import figures
from model.engine.nodes import Ref
from model.pages import explain as page
from model.pages import open_view, scoreboard


@pytest.fixture(scope="module")
def projections():
    return {company: project(load(company)) for company in COMPANIES}


@pytest.fixture
def run(capsys):
    def command(*arguments):
        code = cli.main(["explain", *arguments])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()
    return command


def named(root, name):
    return next(part for part in root.walk() if part.ref.name == name)


def test_ltv_to_cac_by_hand(projections):
    # A Young Pro pays a price of a month for as long as 4% of those left leave each month, of
    # which the margin before ads remains; 360,000 a year wins 4,000 mentees at 90.
    plan, year = projections["mentorship"], slice(12, 24)
    price = plan["revenue.young_pros"][0, year].sum() / plan["active_mentees.young_pros"][
        0, year].sum()
    lived = (1 - 0.96 ** 60) / 0.04
    margin = ((plan["contribution"] + plan["variable_opex.digital_ads"])[0, year].sum()
              / plan["revenue"][0, year].sum())
    root = explain(plan, "ltv_to_cac", year=2027).root
    assert root.value == pytest.approx(price * lived * margin / 90, rel=1e-12)
    assert (root.label, root.unit, root.period) == ("LTV:CAC of Young Pros", "ratio", "2027")
    worth, cac = named(root, "worth.young_pros"), named(root, "cac.mentees")
    assert worth.value == pytest.approx(price * lived * margin, rel=1e-12)
    assert worth.label == "Contribution so far at the end of the life, Young Pros"
    assert (named(root, "lived.young_pros").value, named(root, "churn.young_pros").value) == (
        pytest.approx(lived, rel=1e-12), pytest.approx(0.04))
    assert (cac.value, cac.unit, cac.period) == (pytest.approx(90), "USD/mentee", "2027")
    won = explain(plan, "new_mentees", year=2027).root
    assert (won.value, won.period) == (pytest.approx(4_000), "2027")
    assert won.formula == "the sum of its 12 months, the last of which is taken apart below"
    december, = won.parts
    assert (december.ref, december.period) == (Ref("line", "new_mentees"), "2027-12")
    assert december.value == pytest.approx(1_000 / 3) and december.parts
    assert named(december, "mentees.marketing").value == 360_000
    # All the way down to what was typed.
    assert {part.ref.kind for part in root.walk()} == {
        "kpi", "customer", "life", "line", "assumption", "timeline"}


def test_runway_by_hand(projections):
    plan = projections["mentorship"]
    burn = -plan["free_cash_flow"][0, 15:18].mean()
    root = explain(plan, "runway", "2027-06").root
    assert root.value == pytest.approx(plan["unrestricted_cash"][0, 17] / burn, rel=1e-12)
    assert burn > 0 and root.unit == "months"
    assert named(root, "net_burn").value == pytest.approx(burn, rel=1e-12)
    assert [part.period for part in root.parts] == ["2027-06"] * 3


def test_a_stock_of_a_longer_period_is_that_of_its_last_month(projections):
    plan = projections["mentorship"]
    year, quarter = (explain(plan, "runway", **period).root
                     for period in ({"year": "2026"}, {"quarter": "2026-Q4"}))
    december = explain(plan, "runway", "2026-12").root
    assert year.value == quarter.value == december.value
    cash = named(year, "unrestricted_cash")
    assert (cash.period, cash.value) == ("2026-12", plan["unrestricted_cash"][0, 11])
    assert cash.formula == "Cash − Cash held for mentors" and cash.parts


@pytest.mark.parametrize(("line", "formula", "value"), [
    ("revenue", "the sum of its 3 months, the last of which is taken apart below",
     lambda plan: plan["revenue"][0, 18:21].sum()),
    ("cash", "last month's Cash + Cash flow from operations + Cash flow from investment + Cash "
     "flow from financing", lambda plan: plan["cash"][0, 20]),
    ("debt_at_start", "last month's Debt", lambda plan: plan["debt"][0, 17]),
    ("assets_at_start", "last month's Cash + last month's Receivables + last month's Fixed assets",
     lambda plan: plan["assets"][0, 17]),
    ("order_value.young_pros", "Gross merchandise value, Young Pros / Orders, Young Pros, "
     "undefined where Orders, Young Pros is 0", lambda plan: (
         plan["gmv.young_pros"][0, 18:21].sum() / plan["orders.young_pros"][0, 18:21].sum())),
    ("recent_flow", "Free cash flow of three months",
     lambda plan: plan["free_cash_flow"][0, 18:21].sum()),
])
def test_a_line_of_a_quarter_is_made_by_its_kind(projections, line, formula, value):
    root = explain(projections["mentorship"], line, quarter="2027-Q3").root
    assert root.formula == formula
    assert root.value == pytest.approx(value(projections["mentorship"]), rel=1e-12)


def test_what_is_recent_is_in_a_year_that_of_the_year(projections):
    root = explain(projections["mentorship"], "burn_multiple", year=2027, depth=4).root
    recent = named(root, "recent_flow")
    assert (recent.formula, recent.period) == ("Free cash flow", "2027")
    assert recent.value == recent.parts[0].value == pytest.approx(
        projections["mentorship"]["free_cash_flow"][0, 12:24].sum())


@pytest.mark.parametrize(("company", "scenario"), [
    ("mentorship", "base"), ("mentorship", "downside"), ("influencer", "base"),
    ("influencer", "cac_delay")])
def test_the_root_is_the_figure_of_every_kpi(company, scenario):
    plan = project(load(company, scenario))
    found = figures(plan)
    for kpi in found.texts.kpis:
        name = kpi if kpi not in found.texts.lines else f"kpi.{kpi}"
        values = [(found.kpi(kpi, 12)[0, at], {"year": year})
                  for at, year in enumerate(plan.years)]
        values += [(found.kpi(kpi, 1)[0, at], {"month": plan.months[at]}) for at in (0, 9, 17, 59)]
        values.append((found.kpi(kpi, 3)[0, 6], {"quarter": "2027-Q3"}))
        for value, period in values:
            made = explain(plan, name, depth=0, **period).root.value
            assert made == value or (np.isnan(made) and np.isnan(value)), (kpi, period)


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("period", [{"year": 2028}, {"quarter": "2026-Q2"}, {"month": "2027-06"}])
def test_the_parts_of_a_kpi_give_it_and_each_figure_is_taken_apart_once(
        projections, company, period):
    plan = projections[company]
    found = figures(plan).texts
    for kpi in [name for name, goal in profile(company).kpis.items() if goal.modeled]:
        root = explain(plan, kpi if kpi not in found.lines else f"kpi.{kpi}", **period).root
        apart = set()
        for part in root.walk():
            kind = "line" if part.ref.kind == "plan" else part.ref.kind
            if part.ref.ago or not part.parts:
                continue
            key = (kind, part.ref.name, part.period)
            assert key not in apart and not part.above
            apart.add(key)
            # Lines of a quarter or year are added up, not made by their own formula.
            if kind == "line" and ("-Q" in part.period or "-" not in part.period):
                continue
            values = {each.ref: np.array(each.value) for each in part.parts}
            with np.errstate(divide="ignore", invalid="ignore"):
                made = formulas.value(found.by_kind[kind][part.ref.name].node, values.__getitem__)
            assert float(made) == pytest.approx(part.value, rel=1e-12, nan_ok=True), part.ref


def test_a_kpi_of_the_name_of_a_line_is_asked_for_with_its_kind(run, projections):
    plan = projections["mentorship"]
    line, kpi = (explain(plan, name, "2027-10", depth=1).root
                 for name in ("fill_rate", "kpi.fill_rate"))
    assert (line.ref, kpi.ref) == (Ref("line", "fill_rate"), Ref("kpi", "fill_rate"))
    assert [part.ref.name for part in kpi.parts] == ["orders", "orders_wanted"]
    assert page.explain(plan, "fill_rate", "2027-10", depth=1).text.endswith(
        "The KPI of that name is kpi.fill_rate.")


def test_the_command_takes_a_kpi_in_a_year(run, projections):
    code, out, err = run("mentorship", "ltv_to_cac", "--year", "2027")
    assert (code, err) == (0, [])
    assert out[0].endswith(", Base: LTV:CAC of Young Pros in 2027 is 3.93422.")
    text = "\n".join(out)
    for said in ("CAC of the year's new customers, Mentees [customer.cac.mentees]: USD 90.00 per "
                 "mentee\n", "New paying mentees [new_mentees]: 333.333 mentees in Dec 2027\n",
                 "[life.worth.young_pros]", "(params/mentorship/base.yaml:28)"):
        assert said in text
    # A month is named once, above all that is of it.
    assert "[mentees.match_rate]: 75%\n" in text
    assert "Figures are of 2027 unless another period is named above them" in text
    assert "in Q3 2027 is" in run("mentorship", "ebitda", "--quarter", "2027-Q3")[1][0]


def test_the_command_says_why_a_kpi_is_undefined(run):
    code, out, _ = run("mentorship", "rule_of_40", "--month", "2026-10", "--depth", "1")
    assert code == 0 and out[0].endswith("Rule of 40 in Oct 2026 is undefined (it needs revenue in "
                                         "a full year and the one before).")
    out = run("mentorship", "interest_cover", "--year", "2027", "--depth", "0")[1]
    assert out[0].endswith("Interest cover in 2027 is undefined (no interest is due).")


def test_both_a_month_and_a_year_and_a_wrong_name_are_said_in_one_go(run):
    code, out, err = run("influencer", "runwa", "--month", "2027-06", "--year", "2050")
    assert (code, out) == (2, [])
    assert len(err) == 3 and "did you mean runway?" in err[0]
    assert "a month and a year are given" in err[1] and "2026 to 2030" in err[2]


def test_what_a_customer_reads_is_the_mean_of_the_year(folder):
    # From 6% to 4% a month in the middle of 2027.
    (folder / "params/mentorship/scenarios/late.yaml").write_text(
        "title: Late\nwhy: Churn falls in July.\nchanges:\n  mentees.young_pros.churn: {2026: "
        "0.06, 2027: 0.04}\ndelay:\n  mentees.young_pros.churn: 6\n", encoding="utf-8")
    root = explain(project(load("mentorship", "late")), "customer.churn.young_pros",
                   year=2027).root
    typed, = root.parts
    assert typed.value == root.value == pytest.approx(0.05)
    assert typed.ref.kind == "assumption" and typed.base == pytest.approx(0.04)


def test_a_check_is_taken_apart_in_the_last_month(projections):
    root = explain(projections["mentorship"], "check.cash_adrift", year=2027).root
    assert (root.ref, root.period) == (Ref("check", "cash_adrift"), "2027-12")
    assert root.value == pytest.approx(0, abs=1e-6)
    assert [part.ref.name for part in root.parts] == [
        "unrestricted_cash", "unrestricted_cash", "free_cash_flow", "financing_cash_flow"]


# The scoreboard ----------------------------------------------------------------------------------

@pytest.mark.parametrize("company", COMPANIES)
def test_every_kpi_of_the_scoreboards_table_leads_to_its_formula(company):
    view = open_view(company)
    table, made = scoreboard.trends(view).table
    assert set(table.links) == set(table.labels)
    assert [root.anchor for root in made.roots] == list(table.links.values())
    html = table.html + made.html
    anchors = re.findall(r' id="([^"]+)"', html)
    assert set(re.findall(r'href="#([^"]+)"', html)) == set(anchors)
    assert len(anchors) == len(set(anchors)) and len(made.html) < 2_300 * len(made.roots)
    for root, label, unit, shown in zip(made.roots, table.labels, table.row_units,
                                        table.columns[str(view.projection.years[-1])],
                                        strict=True):
        value = page.written(np.nan if shown is None else shown, unit)
        assert root.label == label and (root.value == value if shown is not None else
                                        root.value.startswith(f"{value} (")), label
        assert root.notes[0].startswith("= ") and root.branches
    # What only passes a KPI on does not count as a level.
    ltv = next(root for root in made.roots if root.anchor == "kpi-ltv_to_cac")
    assert [branch.name.partition(".")[0] for branch in ltv.branches[0].branches] == [
        "lifetime_value", "customer"]
    assert all(branch.branches for branch in ltv.branches[0].branches)
