"""Rules of FAST and the ICAEW's Financial Modelling Code, held against every formula."""

from types import SimpleNamespace

import formulas
import lint
import numpy as np
import pytest
import wild
from lint import LONGEST, NUMBERS, length

from model import batch, load, project
from model.audit import checks
from model.companies import COMPANIES, glossary, mentorship
from model.companies.profiles import profile
from model.companies.vocabulary import UNDEFINED, part, ratio
from model.engine import numbers
from model.engine import texts as all_texts
from model.engine import trace as tracing
from model.engine.shapes import segments_in_sum
from model.engine.texts import texts
from model.engine.trace import trace


@pytest.fixture
def linted(monkeypatch):
    """What lint says of the marketplace with one formula more, or another one; by line."""
    def of(formula, beside=mentorship.BESIDE):
        def month(a, prev, now):
            mentorship.month(a, prev, now)
            for line, node in formula(a, prev, now).items():
                now._formulas.pop(line, None)
                setattr(now, line, node)
        module = SimpleNamespace(month=month, opening=mentorship.opening, BESIDE=beside)
        monkeypatch.setattr(tracing, "company_module", lambda company: module)
        monkeypatch.setattr(lint, "company_module", lambda company: module)
        return lint.lint(load("mentorship"))
    return of


# What the companies keep -------------------------------------------------------------------------

@pytest.mark.parametrize("company", COMPANIES)
def test_every_formula_keeps_every_rule(company):
    assert lint.lint(load(company)) == []


@pytest.mark.parametrize("company", COMPANIES)
def test_a_row_has_one_formula_in_every_month_and_scenario(company):
    assumptions = load(company)
    assert formulas.differing(project(assumptions)) == []
    assert formulas.differing(batch(assumptions, wild.values(assumptions, 5, 3))) == []


@pytest.mark.parametrize("company", COMPANIES)
def test_only_nothing_and_one_are_typed_into_formulas(company):
    found = texts(load(company))
    typed = {number for formula in found.month.formulas.values() for number in formula.constants}
    assert typed == set(NUMBERS) == {0, 1}
    typed = {number for formula in found.beside for number in formula.constants}
    assert {number for number in typed if not np.isnan(number)} == {0, 1}


@pytest.mark.parametrize("company", COMPANIES)
def test_formulas_are_short(company):
    found = [length(formula.node) for formula in texts(load(company)).formulas
             if formula.kind != "check"]
    assert max(found) <= LONGEST
    # Few come near the bound: it is not what formulas are written up to.
    assert sum(size > 4 for size in found) < len(found) / 5
    assert sum(size > 2 for size in found) < len(found) / 3


@pytest.mark.parametrize("company", COMPANIES)
def test_every_assumption_is_read_or_declared(company):
    assumptions, module = load(company), mentorship
    assert trace(assumptions).unread(assumptions.entries, module.BESIDE) == ()
    assert project(assumptions).unread == ()


def test_every_line_is_described_and_every_term_is_a_line():
    names, terms = {}, {}
    for company in COMPANIES:
        own = glossary.glossary(company)
        found = texts(load(company))
        for kind, text in (("line", found.month.formulas), ("memory", found.memory),
                           ("customer", found.customer), ("life", found.life),
                           ("kpi", found.kpis),
                           ("check", found.checks)):
            names.setdefault(kind, set()).update(line.partition(".")[0] for line in text)
            terms.setdefault(kind, set()).update(
                {"line": own.terms, "memory": own.memory}.get(kind) or own.names(kind))
            if kind == "kpi":
                terms[kind] |= {name for name, goal in profile(company).kpis.items()
                                if goal.modeled}
    assert names == terms


LISTS = [(name, line) for name in ("NOT_BALANCES", "NEVER_BELOW_ZERO", "CALCULATED_AGAIN")
         for line in getattr(lint, name)]


@pytest.mark.parametrize(("name", "line"), LISTS)
def test_every_exception_is_needed_and_has_a_reason(monkeypatch, name, line):
    exceptions = getattr(lint, name)
    assert len(exceptions[line]) > 15
    monkeypatch.setattr(lint, name, {key: why for key, why in exceptions.items() if key != line})
    found = [sentence for company in COMPANIES for sentence in lint.lint(load(company))]
    assert found and all(sentence.removeprefix("life's ").startswith((f"{line} ", f"{line}."))
                         for sentence in found)


def test_what_is_never_below_zero_is_watched_by_a_check():
    made = checks.check(project(load("mentorship"))).made
    assert "E14 what cannot be negative is not below zero" in made
    for line in lint.NEVER_BELOW_ZERO:
        every = [glossary.glossary(company) for company in COMPANIES]
        terms = [own.terms | own.memory for own in every]
        assert {own[line].sign for own in terms if line in own} <= {"plus"}, line


def every_check():
    """The functions of both modules that take a projection and say what is wrong with it."""
    for module in (checks, checks):
        for name, function in vars(module).items():
            if callable(function) and getattr(function, "__module__", "") == module.__name__ \
                    and function.__annotations__.get("return") == "str | None":
                yield module, name


@pytest.mark.parametrize(("module", "name"), list(every_check()), ids=lambda value: str(
    getattr(value, "__name__", value)))
def test_every_check_feeds_the_master_check(monkeypatch, module, name):
    projection = project(load("mentorship"))
    assert checks.check(projection).master == "ok"
    monkeypatch.setattr(module, name, lambda *_: "broken on purpose")
    assert checks.check(projection).master == "failed"


def test_checks_are_numbered_without_a_gap():
    made = checks.check(project(load("mentorship"))).made
    assert [int(name.split()[0][1:]) for name in made] == list(range(1, len(made) + 1))


# What breaks a rule is named ---------------------------------------------------------------------

BROKEN = {
    "typed number": (lambda a, prev, now: {"drawn": 12 * a.debt.draws},
                     "drawn has 12 typed into its formula in month(); make it an assumption"),
    "long formula": (lambda a, prev, now: {"drawn": sum(
        (a.debt.draws * a.tax.tax_rate for _ in range(4)), a.debt.draws * a.tax.loss_limit)},
        "drawn has 9 operations in its formula in month(), more than 8; give a part of it a line"),
    "no corkscrew": (lambda a, prev, now: {"debt": prev.debt * a.tax.loss_limit},
                     "debt reads its own last month, but is not opening plus flows less flows"),
    "opening subtracted": (lambda a, prev, now: {"cash": now.free_cash_flow - prev.cash},
                           "cash reads its own last month, but is not opening plus flows"),
    "opening twice": (lambda a, prev, now: {"cash": prev.cash + now.free_cash_flow + prev.cash},
                      "cash reads its own last month, but is not opening plus flows"),
    "opening taken back": (lambda a, prev, now: {"debt": prev.debt + now.drawn - prev.debt},
                           "debt reads its own last month, but is not opening plus flows"),
    "stock as a flow": (lambda a, prev, now: {"debt": prev.debt + now.receivables},
                        "debt reads its own last month, but is not opening plus flows"),
    "flow of last month": (lambda a, prev, now: {"debt": prev.debt + prev.drawn},
                           "debt reads its own last month, but is not opening plus flows"),
    "a rate as a flow": (lambda a, prev, now: {"debt": prev.debt + a.tax.tax_rate},
                         "debt reads its own last month, but is not opening plus flows"),
    "cost below zero": (lambda a, prev, now: {"marketing": -now.mentee_marketing},
                        "marketing is above zero by glossary.yaml, but its formula never is; write "
                        "it as a positive amount that is subtracted"),
    "plus that subtracts": (lambda a, prev, now: {"drawn": a.debt.draws - now.repaid},
                            "drawn is never below zero by glossary.yaml, but nothing in its "
                            "formula keeps it there; give it the sign minus"),
    "plus that divides by what may be less": (
        lambda a, prev, now: {"drawn": now.revenue / now.ebitda},
        "drawn is never below zero by glossary.yaml, but nothing in its formula keeps it there"),
    "minus for nothing": (lambda a, prev, now: {"ebitda": now.revenue + now.gmv},
                          "ebitda may be below zero by glossary.yaml, but its formula never is"),
    "calculated twice": (lambda a, prev, now: {"fees": now.revenue - now.cost_of_revenue},
                         "fees has the formula of gross_profit; read that line instead"),
    "unknown line": (lambda a, prev, now: {"spare": now.revenue},
                     "spare is not in glossary.yaml; describe it there."),
    "unread assumption": (lambda a, prev, now: {"drawn": a.debt.repayments},
                          "debt.draws is read by no formula (params/mentorship/base.yaml:"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named_with_line_and_remedy(linted, name):
    formula, said = BROKEN[name]
    found = linted(formula)
    assert any(sentence.startswith(said) for sentence in found), found
    assert all(sentence.endswith(".") for sentence in found)


# A text beside the month, what it writes on top, and what is said.
PLANTED = {
    "number in memory": ("memory", lambda a, prev, now: {"net_burn": 3 * now.ebitda},
                         "net_burn has 3 typed into its formula in plant(); make it an assumption"),
    "number in customer": ("customer", lambda a, now: {"churn": now.margin_before_ads / 12},
                           "customer's churn has 12 typed into its formula in plant(); make it"),
    "number in life": ("life", lambda a, won, prev, now: {"left": 2 * won["mentees"].churn},
                       "life's left has 2 typed into its formula in plant(); make it"),
    "number in KPIs": ("kpis", lambda a, now, customer, plan: {"runway": 6 * now.net_burn},
                       "KPI runway has 6 typed into its formula in plant(); make it"),
    "long KPI": ("kpis", lambda a, now, customer, plan: {
        "runway": sum(now.ebitda * now.cash for _ in range(5))},
        "KPI runway has 10 operations in its formula in plant(), more than 8; give a part of it"),
    "repeated KPI": ("kpis", lambda a, now, customer, plan: {
        "cac_payback": ratio(now.contribution, now.revenue)},
        "KPI cac_payback has the formula of KPI contribution_margin; read that line instead"),
    "repeated in memory": ("memory", lambda a, prev, now: {
        "recurring": now.mentee_subscriptions + now.mentor_subscriptions},
        "recurring has the formula of subscriptions; read that line instead"),
    "memory that is no balance": ("memory", lambda a, prev, now: {
        "recurring": prev.recurring + now.receivables},
        "recurring reads its own last month, but is not opening plus flows less flows"),
    "life that is no balance": ("life", lambda a, won, prev, now: {
        "lived": prev.lived + prev["mentees"].lived},
        "life's lived reads its own last month, but is not opening plus flows less flows"),
    "sign in memory": ("memory", lambda a, prev, now: {"recurring": now.ebitda - now.revenue},
                       "recurring is never below zero by glossary.yaml, but nothing in its"),
    "number in a check": ("checks", lambda a, prev, now: {"methods_apart": now.cash - 7},
                          "check methods_apart has 7 typed into its formula in plant(); make it"),
    "check that repeats": ("checks", lambda a, prev, now: {
        "methods_apart": now.gross_profit - now.variable_opex},
        "check methods_apart has the formula of contribution; read that line instead"),
    "unknown KPI": ("kpis", lambda a, now, customer, plan: {"spare": now.revenue / now.gmv},
                    "KPI spare is not in profile.yaml or glossary.yaml; describe it there."),
    "unknown in a life": ("life", lambda a, won, prev, now: {"spare": won["mentees"].churn},
                          "life's spare is not in glossary.yaml; describe it there."),
    "product of a quotient": ("kpis", lambda a, now, customer, plan: {
        "runway": now.ebitda * ratio(now.cash, now.revenue)},
        "KPI runway calculates with what may be undefined in its formula in plant(); give that a "
        "line of its own."),
    "greater of a quotient": ("customer", lambda a, now: {
        "churn": np.maximum(ratio(now.churned_mentees, now.new_mentees), 0)},
        "customer's churn calculates with what may be undefined in its formula in plant()"),
    "condition on a quotient": ("kpis", lambda a, now, customer, plan: {
        "runway": np.where(ratio(now.cash, now.revenue) > 1, now.cash, 0)},
        "KPI runway calculates with what may be undefined in its formula in plant()"),
    "less what has no value": ("memory", lambda a, prev, now: {
        "net_burn": -np.where(now.cash > 0, now.ebitda, UNDEFINED)},
        "net_burn calculates with what may be undefined in its formula in plant()"),
}


@pytest.fixture
def planted(monkeypatch):
    """What lint says where a text beside the month writes one formula more, or another one."""
    def of(text, formula):
        module = formulas.planted(mentorship, text, formula)
        monkeypatch.setattr(all_texts, "company_module", lambda company: module)
        return lint.lint(load("mentorship"))
    return of


@pytest.mark.parametrize("name", PLANTED)
def test_a_broken_rule_beside_the_month_is_named_with_its_text(planted, name):
    text, formula, said = PLANTED[name]
    found = planted(text, formula)
    assert len(found) == 1 and found[0].startswith(said), found


def test_what_may_be_undefined_can_be_a_choice_and_what_is_0_instead_can_be_added(planted):
    assert planted("kpis", lambda a, now, customer, plan: {
        "runway": np.where(now.cash > 0, ratio(now.cash, now.ebitda), UNDEFINED),
        "burn_multiple": 1 + part(now.cash, now.revenue)}) == []


def test_a_line_of_the_month_always_has_a_value(linted):
    assert "drawn may be undefined, in month(); a line of the month always has a value, so give " \
        "it one." in linted(lambda a, prev, now: {"drawn": ratio(a.debt.draws, now.revenue)})


def test_a_declaration_that_is_not_true_is_named(linted):
    found = linted(lambda a, prev, now: {}, mentorship.BESIDE | {"tax.tax_rate": "fraction"})
    assert found == ["tax.tax_rate is declared in BESIDE, but income_tax reads it; take it out "
                     "there."]
    found = linted(lambda a, prev, now: {}, {})
    assert len(found) == len(mentorship.BESIDE)


def test_a_formula_that_changes_over_the_months_is_found(monkeypatch):
    """What the trace cannot see, a month that counts how often it runs, the figures show."""
    runs = []

    def month(a, prev, now):
        runs.append(now)
        now.cash = prev.cash + (a.equity.raises if len(runs) < 30 else a.debt.draws)
        now.debt = prev.debt + a.debt.draws
    module = SimpleNamespace(month=month, opening=lambda a, now: None, BESIDE={})
    for reading in (numbers, tracing):
        monkeypatch.setattr(reading, "company_module", lambda company: module)
    assumptions = load("mentorship", changes={"debt.draws": {"2030-01": 1000}})
    found = trace(assumptions)
    assert formulas.differing(project(assumptions), found) == ["cash"]


def test_a_sum_over_segments_is_one_operation_and_nothing_else_is():
    found = {line: (length(formula.node),
                    sum(node.op not in ("const", "ref") for node in formula.node.walk()))
             for line, formula in trace(load("mentorship")).formulas.items()}
    assert found["plans"] == (1, 11)
    assert found["operating_cash_flow"] == (6, 6)
    assert found["receivables"] == (7, 7)
    assert found["capex.platform"] == (0, 0)


def test_a_quotient_is_one_operation_and_what_keeps_a_value_from_a_figure_is_none():
    found = texts(load("mentorship"))
    assert length(found.kpis["mentee_cac"].node) == 1
    # A quotient by a sum of two products.
    assert length(found.kpis["blended_cac"].node) == 4
    # Three products and two signs, where anybody is won.
    assert length(found.customer["churn.mentees"].node) == 6
    # The greater of cash and nothing, over burn, where there is any.
    assert length(found.kpis["runway"].node) == 3
    # Two conditions are read.
    assert length(found.kpis["burn_multiple"].node) == 5


def test_segments_of_two_lines_or_months_are_no_sum_over_segments(linted):
    def formula(a, prev, now):
        one, two = now["basic"], now["pro"]
        one.x = two.x = one.y = a.debt.draws
        return {"sum": one.x + two.x, "mixed": one.x + one.y, "months": one.x + prev["pro"].x,
                "less": one.x - two.x, "whole": one.x + now.cash}
    linted(formula)
    found = trace(load("mentorship")).formulas
    shapes = {line: len(segments_in_sum(found[line].node))
              for line in ("sum", "mixed", "months", "less", "whole")}
    assert shapes == {"sum": 2, "mixed": 0, "months": 0, "less": 0, "whole": 0}


@pytest.mark.parametrize("company", COMPANIES)
def test_signs_are_read_from_domains(company):
    """Wild scenarios stay within what is read from formulas."""
    assumptions = load(company)
    projection = batch(assumptions, wild.values(assumptions, 50, 8))
    for line, formula in trace(assumptions).formulas.items():
        low, high = lint.bounds(formula.node, assumptions)
        values = projection[line]
        slack = 1e-9 * max(1.0, float(np.abs(values).max()))
        assert values.min() >= low - slack and values.max() <= high + slack, line
