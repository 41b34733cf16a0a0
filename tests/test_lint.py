"""Rules of FAST and the ICAEW's Financial Modelling Code, held against every formula."""

from types import SimpleNamespace

import formulas
import numpy as np
import pytest
import wild

from model import batch, load, project
from model.analysis import checks, tying
from model.companies import COMPANIES, glossary, mentorship
from model.engine import ledger, lint
from model.engine import trace as tracing
from model.engine.lint import ALLOWED, LONGEST, length
from model.engine.shapes import segments_added
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
        module = SimpleNamespace(month=month, OPENINGS=mentorship.OPENINGS, BESIDE=beside)
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
    assert set(trace(load(company)).constants) == set(ALLOWED) == {0, 1}


@pytest.mark.parametrize("company", COMPANIES)
def test_formulas_are_short(company):
    found = {line: length(formula.node) for line, formula in trace(load(company)).formulas.items()}
    assert max(found.values()) <= LONGEST
    # Few come near the bound: it is not what formulas are written up to.
    assert sum(size > 4 for size in found.values()) < len(found) / 5
    assert sum(size > 2 for size in found.values()) < len(found) / 3


@pytest.mark.parametrize("company", COMPANIES)
def test_every_assumption_is_read_or_declared(company):
    assumptions, module = load(company), mentorship
    assert trace(assumptions).unread(assumptions.entries, module.BESIDE) == ()
    assert project(assumptions).unread == ()


def test_every_line_is_in_the_glossary_and_every_term_is_a_line():
    lines = {line.partition(".")[0] for company in COMPANIES
             for line in trace(load(company)).formulas}
    assert lines == set(glossary.glossary().terms)


LISTS = [(name, line) for name in ("NOT_BALANCES", "NEVER_BELOW_ZERO", "CALCULATED_AGAIN")
         for line in getattr(lint, name)]


@pytest.mark.parametrize(("name", "line"), LISTS)
def test_every_exception_is_needed_and_has_a_reason(monkeypatch, name, line):
    exceptions = getattr(lint, name)
    assert len(exceptions[line]) > 15
    monkeypatch.setattr(lint, name, {key: why for key, why in exceptions.items() if key != line})
    found = [sentence for company in COMPANIES for sentence in lint.lint(load(company))]
    assert found and all(sentence.startswith((f"{line} ", f"{line}.")) for sentence in found)


def test_what_is_never_below_zero_is_watched_by_a_check():
    made = checks.check(project(load("mentorship"))).made
    assert "E14 signs are as agreed" in made
    assert all(glossary.glossary().term(line).sign == "plus" for line in lint.NEVER_BELOW_ZERO)


def every_check():
    """The functions of both modules that take a projection and say what is wrong with it."""
    for module in (tying, checks):
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
    module = SimpleNamespace(month=month, OPENINGS={}, BESIDE={})
    for reading in (ledger, tracing):
        monkeypatch.setattr(reading, "company_module", lambda company: module)
    assumptions = load("mentorship", changes={"debt.draws": {"2030-01": 1000}})
    found = trace(assumptions)
    assert formulas.differing(project(assumptions), found) == ["cash"]


def test_a_sum_over_segments_is_one_operation_and_nothing_else_is():
    found = {line: (length(formula.node), formula.operations)
             for line, formula in trace(load("mentorship")).formulas.items()}
    assert found["plans"] == (1, 11)
    assert found["operating_cash_flow"] == (6, 6)
    assert found["receivables"] == (7, 7)
    assert found["capex.platform"] == (0, 0)


def test_segments_of_two_lines_or_months_are_no_sum_over_segments(linted):
    def formula(a, prev, now):
        one, two = now["basic"], now["pro"]
        one.x = two.x = one.y = a.debt.draws
        return {"sum": one.x + two.x, "mixed": one.x + one.y, "months": one.x + prev["pro"].x,
                "less": one.x - two.x, "whole": one.x + now.cash}
    linted(formula)
    found = trace(load("mentorship")).formulas
    shapes = {line: len(segments_added(found[line].node))
              for line in ("sum", "mixed", "months", "less", "whole")}
    assert shapes == {"sum": 2, "mixed": 0, "months": 0, "less": 0, "whole": 0}


@pytest.mark.parametrize("company", COMPANIES)
def test_signs_are_read_from_domains(company):
    """Wild scenarios stay within what is read from formulas."""
    assumptions = load(company)
    projection = batch(assumptions, wild.values(assumptions, 50, 8))
    for line, formula in trace(assumptions).formulas.items():
        low, high = lint._reach(formula.node, assumptions)
        values = projection[line]
        slack = 1e-9 * max(1.0, float(np.abs(values).max()))
        assert values.min() >= low - slack and values.max() <= high + slack, line
