"""The trace: formulas as they are written, and what is said of those that cannot be one."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from model import load
from model.companies import COMPANIES
from model.companies.vocabulary import part
from model.engine import trace as tracing
from model.engine.nodes import NotAFormula, Ref
from model.engine.texts import texts
from model.engine.trace import trace
from model.engine.words import NAMES, in_words, labels


@pytest.fixture
def traced(monkeypatch):
    """Traces a month of the test's own over the influencer's assumptions."""
    def of(month, opening=None):
        module = SimpleNamespace(month=month, opening=opening or nothing, BESIDE={})
        monkeypatch.setattr(tracing, "company_module", lambda company: module)
        return trace(load("influencer"))
    return of


def nothing(a, now):
    """The text of a plan that opens with nothing."""


def words(company, line):
    assumptions = load(company)
    return in_words(trace(assumptions).formulas[line].node, labels(assumptions))


def test_a_formula_is_what_is_written(traced):
    def month(a, prev, now):
        now.marketing = a.customers.marketing / a.timeline.months_per_year
        now["pro"].cost = np.minimum(now.marketing, prev["pro"].cost) + prev.ago(12).marketing
        now.x = np.where(now.marketing > 0, 1 - now["pro"].cost, -now.marketing)
    formulas = traced(month).formulas
    assert list(formulas) == ["marketing", "cost.pro", "x"]
    cost = formulas["cost.pro"]
    assert cost.reads == (Ref("line", "marketing"), Ref("line", "cost.pro", 1),
                          Ref("line", "marketing", 12))
    assert (cost.constants, cost.section) == ((), "month")
    assert formulas["marketing"].reads == (Ref("assumption", "customers.marketing"),
                                           Ref("timeline", "months_per_year"))
    assert formulas["x"].constants == (0.0, 1.0)
    assert in_words(formulas["x"].node, NAMES) == (
        "1 − cost.pro if marketing is above 0, otherwise −marketing")


def test_who_reads_what_is_known_both_ways(traced):
    def month(a, prev, now):
        now.money = prev.money + a.equity.raises
        now.twice = 2 * now.money + prev.twice + now.money * 12
        now.later = prev.money - now.twice
    def opening(a, now):
        now.money = a.opening_cash
    found = traced(month, opening)
    assert found.readers("line", "money") == ("money", "twice", "later")
    assert found.readers("assumption", "equity.raises") == ("money",)
    assert found.inputs("assumption") == {"equity.raises", "opening_cash"}
    assert found.inputs("line") == {"money", "twice"}
    assert found.unread(["equity.raises", "tax.tax_rate", "debt.draws"], ["debt.draws"]) == (
        "tax.tax_rate",)
    assert found.formulas["twice"].constants == (2.0, 12.0)
    assert {line: in_words(each.node, NAMES) for line, each in found.opening.items()} == {
        "money": "opening_cash"}


REFUSED = {
    "if": (lambda x: 1 if x > 0 else 2, "one truth value .*np.where"),
    "and": (lambda x: (x > 0) and (x < 9), "one truth value .*np.logical_and"),
    "or": (lambda x: (x > 0) or (x < 9), "one truth value .*np.logical_or"),
    "not": (lambda x: not x, "one truth value .*np.logical_not"),
    "chain": (lambda x: 0 < x < 9, "one truth value"),
    "in": (lambda x: x in [1, 2], "one truth value"),
    "min": (lambda x: min(x, 1), "one truth value .*np.minimum"),
    "max": (lambda x: max(0, x), "one truth value .*np.maximum"),
    "any": (lambda x: any([x > 0]), "one truth value"),
    "float": (lambda x: float(x), "plain number"),
    "int": (lambda x: int(x), "plain number"),
    "round": (lambda x: round(x, 2), "plain number"),
    "math": (lambda x: math.floor(x), "plain number"),
    "ceil of math": (lambda x: math.ceil(x), "plain number"),
    "range": (lambda x: range(x), "plain number"),
    "iteration": (lambda x: sorted(x), "value by value"),
    "picking": (lambda x: x[0], "value by value"),
    "length": (lambda x: len(x), "value by value"),
    "np.round": (lambda x: np.round(x), r"uses np.round, which is not among \+ - "),
    "np.ceil": (lambda x: np.ceil(x), "uses np.ceil, which is not among"),
    "power": (lambda x: x ** 2, "uses np.power, which"),
    "floor division": (lambda x: x // 12, "uses np.floor_divide, which"),
    "remainder": (lambda x: x % 12, "uses np.remainder, which"),
    "absolute": (lambda x: abs(x), "uses np.absolute, which"),
    "np.clip": (lambda x: np.clip(x, 0, 1), "uses np.clip, which"),
    "np.exp": (lambda x: np.exp(x), "uses np.exp, which"),
    "reduce": (lambda x: np.add.reduce(x), "uses np.add.reduce, which"),
    "half a where": (lambda x: np.where(x > 0), r"np.where\(condition, a, b\)"),
    "method": (lambda x: x.sum(), r"asks a line for \.sum"),
    "condition as a number": (lambda x: 5 * (x > 0), r"condition; write np.where\(condition, 1, 0"),
    "condition as a choice": (lambda x: np.where(x > 0, x > 1, 0), "computes with a condition"),
    "condition as a line": (lambda x: x > 0, r"writes a condition to the line y; write np.where"),
    "array": (lambda x: x + np.array([1.0, 2.0]), "neither a line nor a number"),
    "text": (lambda x: "five", "'five', which is neither a line nor a number"),
    "boolean": (lambda x: True, "True, which is neither"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_formula_can_say_is_refused_with_place_and_remedy(traced, name):
    compute, said = REFUSED[name]

    def month(a, prev, now):
        now.x = prev.x + a.equity.raises
        now.y = compute(now.x)
    with pytest.raises(NotAFormula, match=rf"(?:^|/)tests/test_trace.py:\d+ .*{said}.*\.$"):
        traced(month)


def test_changing_a_value_in_place_is_refused(traced):
    def month(a, prev, now):
        sum_ = a.equity.raises
        sum_ += a.debt.draws
        now.x = sum_
    with pytest.raises(NotAFormula, match=r"in place \(\+=, out=\)"):
        traced(month)


@pytest.mark.parametrize(("month", "said"), [
    (lambda a, prev, now: setattr(now, "x", now.y + 1), "reads the line y before it is written"),
    (lambda a, prev, now: [setattr(now, "x", 1), setattr(now, "x", 0)], "writes the line x twice"),
    (lambda a, prev, now: setattr(now, "x", prev.y), "last month's y, which no formula writes"),
    (lambda a, prev, now: setattr(now, "x", prev.ago(a.breakeven.months_in_a_row).x),
     "looks back by a number of months that is itself a line; look back by fixed numbers"),
    (lambda a, prev, now: setattr(now, "x", a.tiers), "computes with the section tiers"),
    (lambda a, prev, now: setattr(now, "x", a.tax.nothing + a.nowhere),
     "reads tax.nothing, nowhere, which base.yaml does not hold; add"),
])
def test_a_formula_out_of_order_is_named(traced, month, said):
    with pytest.raises(NotAFormula, match=said):
        traced(month)


@pytest.mark.parametrize("company", COMPANIES)
def test_every_line_has_a_formula(company):
    from model import project
    assumptions = load(company)
    found = trace(assumptions)
    assert tuple(found.formulas) == project(assumptions).lines
    assert trace(load(company, "downside")) is found


@pytest.mark.parametrize("company", COMPANIES)
def test_what_opens_at_an_assumption_is_a_line(company):
    found = trace(load(company))
    assert {line: in_words(each.node, NAMES) for line, each in found.opening.items()} == (
        dict.fromkeys(("cash", "unrestricted_cash", "paid_in_capital"), "opening_cash"))
    assert found.opening.keys() <= found.formulas.keys()


@pytest.mark.parametrize(("company", "line", "said"), [
    ("mentorship", "mentee_marketing", "Marketing budget for mentees / Months per year"),
    ("mentorship", "churned_mentees.young_pros",
     "Churn, Young Pros × last month's Active mentees, Young Pros"),
    ("mentorship", "fill_rate", "Mentors busy / (Mentors wanted, or 1 where that is not above 0)"),
    ("mentorship", "revenue", "Commission + Subscriptions"),
    ("mentorship", "commission",
     "the sum of Commission over Young Pros, Career Changers and Senior Experts"),
    ("influencer", "headcount",
     "the sum of Headcount over 12 parts, Chief executive to Finance analyst"),
    ("influencer", "headcount.developer",
     "last month's Headcount, Developer + Hires, Software Developer"),
    ("mentorship", "refunds", "(1 − Share of prepaid plans kept) × last month's Deferred revenue"),
    ("mentorship", "counted_flow",
     "Free cash flow + Interest if Cumulative break-even counts cash, otherwise EBITDA"),
    ("mentorship", "tax_paid", "last month's Tax payable if Month of the calendar year is Month in "
                               "which last year's tax is paid, otherwise 0"),
    ("influencer", "investing_cash_flow", "−Capital spending"),
    ("influencer", "taxable_before",
     "Last month of a year (1 or 0) × (the greater of Profit of the year so far and 0)"),
])
def test_formulas_in_words(company, line, said):
    assert words(company, line) == said


@pytest.mark.parametrize(("company", "kind", "line", "said"), [
    ("mentorship", "line", "net_burn",
     "−Free cash flow of three months / (the lesser of Month number and Months per quarter)"),
    ("mentorship", "line", "flow_of_quarter",
     "Free cash flow + last month's Free cash flow + Free cash flow 2 months before"),
    ("mentorship", "customer", "share.young_pros",
     "New paying mentees, Young Pros / New paying mentees, 0 where New paying mentees is 0"),
    ("mentorship", "customer", "cac.mentees",
     "Marketing for mentees / New paying mentees, undefined where New paying mentees is 0"),
    ("mentorship", "life", "left.young_pros",
     "1 if Month of life is at most 1, otherwise Still there, Young Pros, a month before × "
     "(1 − Churn a month, Young Pros)"),
    ("influencer", "life", "worth.pro", "Revenue so far, Pro × Margin counted in LTV"),
    ("mentorship", "kpi", "ltv_to_cac", "LTV:CAC, Young Pros"),
    ("mentorship", "kpi", "debt_to_equity",
     "Debt / Equity, undefined where Equity is not above 0"),
    ("mentorship", "kpi", "lifetime_value_to_cac.young_pros",
     "LTV, Young Pros / CAC of the year's new customers, Mentees, undefined where CAC of the "
     "year's new customers, Mentees is 0"),
    ("influencer", "kpi", "lifetime_value.customers",
     "Contribution so far at the end of the life, Customers if Months billed so far at "
     "the end of the life, Customers is above 0, otherwise undefined"),
    ("influencer", "kpi", "months_to_breakeven",
     "First break-even in the last month of the plan if First break-even in the last month of the "
     "plan is above 0, otherwise undefined"),
])
def test_formulas_of_every_text_in_words(company, kind, line, said):
    assumptions = load(company)
    formula = texts(assumptions).by_kind[kind][line]
    assert in_words(formula.node, labels(assumptions, kind)) == said


def test_a_quotient_is_bracketed_inside_a_formula(traced):
    def month(a, prev, now):
        now.x = 1 - part(prev.x, a.tax.tax_rate)
        now.y = now.x * np.where(now.x != 0, prev.x / a.tax.tax_rate, 0)
    found = traced(month).formulas
    assert in_words(found["x"].node, NAMES) == (
        "1 − (last month's x / tax.tax_rate, 0 where tax.tax_rate is 0)")
    # What is divided by something else than what is compared with 0 is a choice.
    assert in_words(found["y"].node, NAMES) == (
        "x × (last month's x / tax.tax_rate if x is not 0, otherwise 0)")


@pytest.mark.parametrize(("formula", "said"), [
    (lambda p: p.a - (p.b - p.c), "last a − (last b − last c)"),
    (lambda p: p.a - p.b - p.c, "last a − last b − last c"),
    (lambda p: p.a / (p.b / p.c), "last a / (last b / last c)"),
    (lambda p: p.a / p.b / p.c, "last a / last b / last c"),
    (lambda p: (p.a + p.b) * p.c, "(last a + last b) × last c"),
    (lambda p: -(p.a + p.b), "−(last a + last b)"),
    (lambda p: np.minimum(p.a, p.b) * p.c, "(the lesser of last a and last b) × last c"),
    (lambda p: 1 - np.where(p.a > p.b, 1, p.c),
     "1 − (1 if last a is above last b, otherwise last c)"),
    (lambda p: np.where(np.logical_or(p.a > 0, np.logical_and(p.b < 1, p.c != 0)), p.a, 0),
     "last a if last a is above 0 or last b is below 1 and last c is not 0, otherwise 0"),
    (lambda p: np.where(np.logical_and(np.logical_or(p.a > 0, p.b >= 1), p.c <= 0), p.a, 0),
     "last a if (last a is above 0 or last b is at least 1) and last c is at most 0, otherwise 0"),
    (lambda p: np.where(np.logical_not(p.a == p.b), 1, 0),
     "1 if not (last a is last b), otherwise 0"),
    (lambda p: np.where(p.a, 1, 0), "1 if last a is not 0, otherwise 0"),
])
def test_words_bracket_what_would_be_read_otherwise(traced, formula, said):
    def month(a, prev, now):
        now.x = formula(prev)
        now.a = now.b = now.c = a.equity.raises
    found = in_words(traced(month).formulas["x"].node, NAMES)
    assert found.replace("last month's", "last") == said
