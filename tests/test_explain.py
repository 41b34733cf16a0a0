"""A figure is taken apart down to params: the parts give the whole, and the page says the same."""

import re
from html.parser import HTMLParser

import formulas
import numpy as np
import pytest

from model import batch, cli, load, project
from model.analysis.explain import explain
from model.companies import COMPANIES
from model.engine.nodes import Ref
from model.engine.trace import trace
from model.pages import explain as page
from model.pages.view import open_view
from model.problems import InputError


@pytest.fixture(scope="module")
def projections():
    return {company: project(load(company)) for company in COMPANIES}


@pytest.fixture
def run(capsys):
    def command(*arguments):
        try:
            code = cli.main(["explain", *arguments])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()
    return command


def named(root, name):
    return next(part for part in root.walk() if part.ref.name == name)


# The tree ----------------------------------------------------------------------------------------

def test_a_figure_by_hand():
    # 360,000 a year buys 30,000 a month; at 90 times 0.75 each that is 444.4 who sign up.
    plan = project(load("mentorship"))
    root = explain(plan, "onboarded_mentees", "2027-10").root
    assert root.value == pytest.approx(30_000 / 67.5)
    assert (root.unit, root.period) == ("mentee", "2027-10")
    assert root.formula == "Marketing for mentees / Cost of one onboarded mentee"
    marketing, cost = root.parts
    assert (marketing.value, cost.value) == (30_000, 67.5)
    budget, months = marketing.parts
    assert (budget.ref, budget.value, budget.unit) == (
        Ref("assumption", "mentees.marketing"), 360_000, "USD/year")
    assert budget.source.startswith("calibrated: 2026 is published")
    assert budget.where == "params/mentorship/base.yaml:28"
    assert (months.label, months.value, months.unit) == ("Months per year", 12, "months/year")
    assert months.parts == budget.parts == ()


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("month", ["2026-01", "2027-10", "2030-12"])
def test_the_parts_give_the_whole_and_end_in_params(projections, company, month):
    found = trace(projections[company].assumptions)
    for line in ("ebitda", "cash", "imbalance", "breakeven_operating", "trough_cash"):
        root = explain(projections[company], line, month).root
        for part in root.walk():
            if part.ref.kind == "line" and part.parts and part.period == month:
                values = {each.ref: np.array(each.value) for each in part.parts}
                made = formulas.value(found.formulas[part.ref.name].node, values.__getitem__)
                assert float(made) == part.value, part.ref
            elif not part.parts and not part.above:
                assert (part.ref.kind != "line" or part.ref.ago
                        or not found.formulas[part.ref.name].reads), part.ref
            if part.ref.kind == "assumption" and not part.above:
                assert part.source and re.fullmatch(r"params/\w+/base.yaml:\d+", part.where)


def test_what_is_read_twice_is_taken_apart_once(projections):
    root = explain(projections["mentorship"], "ebitda", "2027-10").root
    seen = [part for part in root.walk() if part.ref == Ref("line", "salary_share")]
    assert len(seen) == 10
    assert seen[0].parts and not seen[0].above
    assert all(part.above and not part.parts and part.value == seen[0].value for part in seen[1:])


def test_earlier_months_are_figures_and_what_opens_is_an_assumption(projections):
    plan = projections["mentorship"]
    last = explain(plan, "cash", "2026-02").root.parts[0]
    assert (last.ref, last.period) == (Ref("line", "cash", 1), "2026-01")
    assert last.value == plan["cash"][0, 0] and not last.parts
    opening = explain(plan, "cash", "2026-01").root.parts[0]
    assert (opening.period, opening.value) == (None, 1_000_000)
    assert opening.parts[0].ref == Ref("assumption", "opening_cash")
    nothing = explain(plan, "debt", "2026-01").root.parts[0]
    assert (nothing.period, nothing.value, nothing.parts) == (None, 0, ())


def test_a_look_back_of_years_finds_its_month(projections):
    plan = projections["mentorship"]
    root = explain(plan, "written_down.platform", "2029-01").root
    months = {part.ref.ago: part.period for part in root.parts if part.ref.name == "capex.platform"}
    assert months == {12: "2028-01", 24: "2027-01", 36: "2026-01", 48: None}
    assert root.value == 60_000


def test_depth_ends_the_tree_and_keeps_the_formulas(projections):
    plan = projections["influencer"]
    assert explain(plan, "ebitda", "2026-06", depth=0).root.parts == ()
    root = explain(plan, "ebitda", "2026-06", depth=1).root
    assert [part.ref.name for part in root.parts] == ["contribution", "marketing", "payroll",
                                                      "fixed_opex"]
    assert all(part.formula and not part.parts for part in root.parts)
    assert explain(plan, "ebitda", "2026-06", depth=99) == explain(plan, "ebitda", "2026-06")


def test_a_segment_and_one_scenario_of_many(projections):
    assumptions = load("mentorship")
    plan = batch(assumptions, {"mentees.cac": np.array([90.0, 45.0])})
    root = explain(plan, "revenue.young_pros", "2026-05", scenario=1).root
    assert root.value == plan["revenue.young_pros"][1, 4]
    assert named(root, "mentees.cac").value == 45
    assert named(root, "mentees.match_rate").value == 0.75


def test_what_a_plan_changes_is_said_beside_base():
    plan = project(load("mentorship", "cac_delay", {"mentees.match_rate": 0.7}))
    # The CAC of 2026 holds on into 2027.
    root = explain(plan, "new_mentees", "2027-02").root
    rate, cac = named(root, "mentees.match_rate"), named(root, "mentees.cac")
    assert (rate.value, rate.base) == (0.7, 0.75)
    assert (cac.value, cac.base) == (100, 90)
    assert named(explain(plan, "new_mentees", "2027-10").root, "mentees.cac").base is None
    assert named(root, "mentees.marketing").base is None


def test_who_reads_a_line_is_known(projections):
    assert explain(projections["mentorship"], "ebitda", "2027-10").read_by == (
        *(Ref("line", line) for line in ("operating_profit", "positive_months", "counted_flow",
                                         "cumulative_ebitda", "ebitda_of_quarter")),
        Ref("kpi", "ebitda_margin"))
    # A line that the plan's last month gives, a KPI that another is made of, a customer's CAC.
    assert Ref("kpi", "months_to_breakeven") in explain(
        projections["mentorship"], "breakeven_first", "2027-10").read_by
    assert explain(projections["influencer"], "revenue_growth", "2027-10").read_by == (
        Ref("kpi", "rule_of_40"),)
    assert explain(projections["influencer"], "customer.cac.customers", "2027-10").read_by[:2] == (
        Ref("life", "paid_back.customers"), Ref("life", "paid_back.basic"))


@pytest.mark.parametrize(("line", "month", "said"), [
    ("ebitd", "2027-10", "'ebitd' is not a line or KPI of mentorship; did you mean ebitda?"),
    ("revenue.young_pro", "2027-10", "did you mean revenue.young_pros?"),
    ("mentees.cac", "2027-10", "an assumption of mentorship, not a line or KPI; try "
     "onboarding_cost"),
    ("valuation.discount_rate", "2027-10", "not a line or KPI; no line reads it."),
    ("ebitda", "2027-13", "'2027-13' is not a month of the plan, 2026-01 to 2030-12; did you "),
    ("ebitda", "October", "2026-01 to 2030-12; write one of them as YYYY-MM."),
    ("ltv_to_ca", "2027-10", "did you mean ltv_to_cac?"),
    ("kpi.fill_rat", "2027-10", "did you mean kpi.fill_rate?"),
    ("customer.cac.mentee", "2027-10", "did you mean customer.cac.mentees?"),
    ("repeat_rate", "2027-10", "the plan says nothing about repeat_rate, which only actuals can"),
])
def test_what_there_is_not_is_said_with_the_nearest(projections, line, month, said):
    with pytest.raises(InputError, match=re.escape(said)):
        explain(projections["mentorship"], line, month)


def test_all_that_is_wrong_is_said_at_once(projections):
    with pytest.raises(InputError) as found:
        explain(projections["mentorship"], "ltv_to_ca", "2027-13", quarter="2027-Q5", year=2031)
    assert [str(problem) for problem in found.value.problems] == [
        "name: 'ltv_to_ca' is not a line or KPI of mentorship; did you mean ltv_to_cac?",
        "period: a month and a quarter and a year are given; keep one of them.",
        "month: '2027-13' is not a month of the plan, 2026-01 to 2030-12; did you mean 2027-12?",
        "quarter: '2027-Q5' is not a quarter of the plan, 2026-Q1 to 2030-Q4; did you mean "
        "2027-Q4?",
        "year: '2031' is not a year of the plan, 2026 to 2030; did you mean 2030?"]
    with pytest.raises(InputError, match="give a month, a quarter or a year"):
        explain(projections["mentorship"], "ebitda")
    with pytest.raises(InputError, match="2026 to 2030; write one of them as YYYY"):
        explain(projections["mentorship"], "ebitda", year="the last")


def test_a_line_that_was_not_kept_is_said():
    with pytest.raises(InputError, match="runway is not kept in this projection"):
        explain(project(load("influencer"), keep=["ebitda"]), "runway", "2027-10")
    with pytest.raises(InputError, match="cash is not kept in this projection"):
        explain(project(load("influencer"), keep=["ebitda"]), "cash", "2027-10")


# The command -------------------------------------------------------------------------------------

def test_the_command_prints_the_tree_down_to_params(run):
    code, out, err = run("mentorship", "ebitda", "--month", "2027-10")
    assert (code, err) == (0, [])
    assert out[0] == ("Career mentorship marketplace, Base: EBITDA in Oct 2027 is USD "
                      f"{project(load('mentorship'))['ebitda'][0, 21]:,.2f}.")
    assert out[2].startswith("EBITDA [ebitda]: USD ")
    assert out[3] == "  = Contribution − Marketing − Payroll − Fixed operating cost"
    assert out[4].startswith("  Contribution [contribution]: USD ")
    at = next(i for i, line in enumerate(out) if "[mentees.cac]" in line)
    assert out[at].strip() == "CAC, mentee [mentees.cac]: USD 90.00 per mentee"
    assert out[at + 1].strip().startswith("published: buyer CAC 2026; ")
    assert out[at + 1].endswith("(params/mentorship/base.yaml:36)")
    assert "EBITDA is read by Operating profit, " in out[-1]


def test_the_command_takes_scenario_changes_and_depth(run):
    code, out, _ = run("influencer", "churned_customers.pro", "--month", "2026-03", "--set",
                       "tiers.pro.churn=0.5", "-s", "downside", "--depth", "1")
    assert code == 0
    assert "In this plan " in out[-1] and "assumptions differ from base" in out[-1]
    at = next(i for i, line in enumerate(out) if "[tiers.pro.churn]" in line)
    assert out[at].strip().endswith(": 50% per month")
    assert out[at + 1].strip() == "changed in this plan; in base 2.5% per month"


def test_the_month_is_that_of_the_first_breakeven_or_the_last(run):
    assert "in Jun 2026 is" in run("influencer", "ebitda", "--depth", "0")[1][0]
    never = run("influencer", "ebitda", "--depth", "0", "--set", "customers.marketing=0")
    assert "in Dec 2030 is" in never[1][0]


@pytest.mark.parametrize("arguments", [
    ("mentorship", "ebitd"), ("mentorship", "ebitda", "--month", "2031-01"), ("mentorsip", "cash"),
    ("mentorship", "cash", "--depth", "-1"), ("mentorship", "cash", "-s", "nowhere"),
    ("mentorship", "cash", "--set", "mentees.cac=x"), ("mentorship",)])
def test_bad_input_is_a_sentence_and_code_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, [])
    assert len(err) == 1 and "Traceback" not in err[0]


# The page ----------------------------------------------------------------------------------------

class Counted(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.open, self.deepest, self.tags, self.said = [], 0, [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)
        self.deepest = max(self.deepest, self.open.count("details"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)


def test_the_page_folds_and_says_what_the_command_says(projections):
    view = open_view("mentorship")
    block = page.explain(view, "ebitda", "2027-10")
    same = page.explain(projections["mentorship"], "ebitda", "2027-10")
    assert block.html == same.html and repr(block) == block.text == same.text
    assert block._repr_mimebundle_() == {"text/html": block.html, "text/plain": block.text}
    found = Counted(block.html)
    assert found.deepest > 10
    # One level stands open, the rest folds.
    assert block.html.count("<details open>") == 1
    said = "".join(found.said)
    for part in ("Contribution − Marketing − Payroll", "mentees.cac", "base.yaml:36",
                 "see above", "in Sep 2027"):
        assert part in block.text and part in (said if " " in part else block.html)


def test_text_from_params_is_escaped(projections, monkeypatch):
    assumptions = load("mentorship")
    hostile = assumptions.entries["mentees.cac"].model_copy(
        update={"label": "<img src=x onerror=alert(1)>", "source": "estimate: </p><script>"})
    monkeypatch.setitem(assumptions.entries, "mentees.cac", hostile)
    html = page.explain(project(assumptions), "onboarded_mentees", "2027-10").html
    assert "<img" not in html and "<script" not in html
    assert "&lt;img src=x" in html and "&lt;script&gt;" in html


@pytest.mark.parametrize("company", COMPANIES)
def test_every_line_can_be_explained_and_says_its_figure(projections, company):
    plan = projections[company]
    for line in plan.lines:
        text = page.explain(plan, line, "2026-01", depth=1).text
        assert not re.search(r"\b(nan|inf|None)\b", text)
        assert text.count("\n") >= 3


def test_what_has_nothing_to_divide_by_is_undefined_and_the_words_give_the_result():
    plan = project(load("mentorship", changes={"mentees.marketing.2026": 0}))
    text = page.explain(plan, "fill_rate", "2026-03", depth=1).text
    assert "Fill rate in Mar 2026 is undefined, as Mentors wanted is 0; counted as 0%." in text
    assert "Mentors busy / (Mentors wanted, or 1 where that is not above 0)" in text
    assert "undefined" not in page.explain(plan, "fill_rate", "2027-03", depth=1).text


@pytest.mark.parametrize(("value", "unit", "said"), [
    (1234.567, "USD", "USD 1,234.57"), (-0.5, "USD", "USD −0.50"), (0, "USD", "USD 0.00"),
    (1e-6, "USD", "USD 1e-06"), (-1.1e-10, "USD", "USD 0.00"), (-1e-7, "mentee", "0 mentees"),
    (5.6e-17, "fraction", "0%"), (-1e-9, "fraction", "−1e-07%"),
    (90, "USD/mentee", "USD 90.00 per mentee"), (37.775, "USD/customer", "USD 37.78 per customer"),
    (360000, "USD/year", "USD 360,000.00 per year"), (0.04, "fraction/month", "4% per month"),
    (1 / 3, "fraction", "33.3333%"), (-0.1, "fraction", "−10%"), (1, "flag", "yes"),
    (0, "flag", "no"), (1, "mentee", "1 mentee"), (2490.456, "mentee", "2,490.46 mentees"),
    (22, "month number", "month 22"), (0, "month number", "none so far"), (3, "months", "3 months"),
    (1, "months", "1 month"), (12, "months/year", "12 months per year"), (4, "month of year", "4"),
    (2027, "year", "2027"), (1, "years", "1 year"), (2.5, "FTE", "2.5 FTE"),
    (1234567.8, "orders/mentee/month", "1,234,568 orders per mentee and month")])
def test_figures_are_written_for_auditors(value, unit, said):
    assert page.written(value, unit) == said
