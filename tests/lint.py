"""Rules of FAST and of the ICAEW's Financial Modelling Code for every formula of every text.

That a row has one formula needs no rule: the trace refuses what could change a formula from month
to month. Each exception to a rule is listed here with its reason.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator

from model.companies import company_module
from model.companies.glossary import UndescribedError, glossary
from model.engine.nodes import COMPARISONS, Formula, Node, Ref
from model.engine.shapes import alike, quotient, segments_in_sum, terms, undefined_const
from model.engine.texts import Texts, may_be_undefined, term_of, texts
from model.engine.timeline import TIMELINES
from model.engine.words import code_name
from model.params.assumptions import Assumptions
from model.params.units import UNITS

# Numbers that may be typed; every other number has a name, a unit and a source.
NUMBERS = (0.0, 1.0)
# The most operations in a formula, as `length` counts them: as many as a choice between four years
# has, or a sum of four products. FAST asks for less than a thumb's width.
LONGEST = 8

# Lines that read their own last month, and are not opening plus flows.
NOT_BALANCES = {
    "salary_rise": "an index: each January's rise compounds",
    "profit_to_date": "starts again from nothing each January",
    "positive_months": "a counter: a month below zero sets it back to nothing",
    **dict.fromkeys(("breakeven_first", "breakeven_operating", "breakeven_cumulative",
                     "out_of_cash", "paid_back", "channel_paid_back"),
                    "keeps the first month that was found"),
    "breakeven_earned_back": "keeps the month since when the losses are earned back",
    "was_negative": "keeps that it was once so",
    "trough_cash": "keeps the lowest so far",
    "trough_month": "keeps the month of the lowest so far",
    "lowest_flow": "keeps the lowest so far",
    "lowest_flow_month": "keeps the month of the lowest so far",
    "burn_at_worst": "keeps the highest so far",
    "worst_burn": "keeps the highest until the month of the lowest flow",
    "first_raise_costs": "keeps what holds in the first month",
    "left": "a share: churn takes a part of those who are left",
}
_LEAVES = "no more leaves than is there"
# Lines that are 0 or more (E14 checks it), although their formula alone does not show it.
NEVER_BELOW_ZERO = {
    **dict.fromkeys(("active_mentees", "active_mentors", "active_customers", "active_schools",
                     "staying", "subscriptions", "gross_left", "debt", "loss_pool", "tax_payable",
                     "deferred_revenue", "assets_in_use", "fixed_assets"), _LEAVES),
    "churned_schools": "those who were won in the month before are among those who were there",
    "headcount": "params refuse a plan in which more people leave than are there",
    "billed_customers": "who is in onboarding was signed last month, and so is among the active",
    "refunds": "the share of plans kept is 1 at most",
    "fees": "what is earned from prepaid plans is a share of subscriptions",
    "salary_share": "salaries never fall by all that they are",
    "paid_by_age": "of a month's amount, the same or less is unpaid a month later",
    "collected": "losses are a share of what is settled",
    "mentor_payable": "commission is never more than what mentees pay",
    "income_tax": "losses used are a share of the profit",
    **dict.fromkeys(("paid_in_capital", "financed_so_far"),
                    "the cost of a raise is a share of it"),
    "breakeven_operating": "a run of months is not longer than the months so far",
}
# Lines that have the formula of another line on purpose.
CALCULATED_AGAIN = {
    **dict.fromkeys(("mentor_receipts", "customer_receipts"),
                    "the direct cash flow reads nothing that the indirect one reads"),
}


def lint(assumptions: Assumptions) -> list[str]:
    """A sentence for each formula that breaks a rule: the line, the fault and the remedy."""
    company = texts(assumptions)
    faults = list(_inputs(company, assumptions))
    for text in (company.lines | company.checks, company.customer, company.life, company.kpis):
        faults += _repetitions(text.values())
    for formula in company.formulas:
        if unknown := _unknown(formula, assumptions):
            faults.append(unknown)
            continue
        faults += [*_constants(formula, company), *_alone(formula)]
        # A check is as long as what it adds up again.
        if formula.kind != "check":
            faults += _length(formula)
        if not _is_exception(formula.line, NOT_BALANCES):
            faults += _balance(formula, assumptions)
        if formula.kind == "line":
            faults += _sign(formula, assumptions)
    return faults


def length(node: Node) -> int:
    """Operations of a formula. A sum over a line's segments is one, as is a quotient with its value
    for a divisor of 0; what only decides between a value and UNDEFINED is none."""
    if node.op in ("const", "ref"):
        return 0
    if segments_in_sum(node):
        return 1
    parts = quotient(node)
    if parts is None:
        parts = node.args
        if node.op == "where" and undefined_const(parts[2]) and parts[0].op in COMPARISONS:
            parts = (*parts[0].args, parts[1])
    return 1 + sum(length(arg) for arg in parts)


def _unknown(formula: Formula, assumptions: Assumptions) -> str | None:
    try:
        term_of(glossary(assumptions.company), assumptions.company, formula.line, formula.kind)
    except UndescribedError:
        where = "profile.yaml or glossary.yaml" if formula.kind == "kpi" else "glossary.yaml"
        return f"{_name(formula)} is not in {where}; describe it there."
    return None


def _name(formula: Formula) -> str:
    return code_name(Ref(formula.kind, formula.line))


def _is_exception(line: str, exceptions: dict[str, str]) -> bool:
    return line.partition(".")[0] in exceptions


def _constants(formula: Formula, company: Texts) -> Iterator[str]:
    """Numbers that may not be typed, and UNDEFINED in the month, where lines have a value."""
    for number in dict.fromkeys(formula.constants):
        if math.isnan(number):
            if formula.line in company.month.formulas and formula.kind == "line":
                yield (f"{formula.line} may be undefined, in {formula.section}(); a line of the "
                       "month always has a value, so give it one.")
        elif number not in NUMBERS:
            yield (f"{_name(formula)} has {number:g} typed into its formula in "
                   f"{formula.section}(); make it an assumption, or read it from the timeline.")


def _length(formula: Formula) -> Iterator[str]:
    if (size := length(formula.node)) > LONGEST:
        yield (f"{_name(formula)} has {size} operations in its formula in {formula.section}(), "
               f"more than {LONGEST}; give a part of it a line of its own.")


def _alone(formula: Formula) -> Iterator[str]:
    """A quotient that may be undefined, and is not a line of its own."""
    if any(node.op not in ("const", "ref", "where")
           and any(may_be_undefined(arg, ()) for arg in node.args) for node in formula.node.walk()):
        yield (f"{_name(formula)} calculates with what may be undefined in its formula in "
               f"{formula.section}(); give that a line of its own.")


def _inputs(company: Texts, assumptions: Assumptions) -> Iterator[str]:
    """Assumptions that nothing reads (A8), or that are declared beside the month but read by it."""
    beside = company_module(assumptions.company).BESIDE
    for path in company.month.unread(assumptions.entries, beside):
        yield (f"{path} is read by no formula ({assumptions.where(path)}); remove it, or declare "
               "it in BESIDE.")
    for path in beside:
        if readers := company.month.readers("assumption", path):
            yield f"{path} is declared in BESIDE, but {readers[0]} reads it; take it out there."


def _repetitions(text: Iterable[Formula]) -> Iterator[str]:
    """Formulas of a text that calculate the same figure again."""
    by_reads: dict[frozenset[Ref], list[Formula]] = {}
    for formula in text:
        if formula.node.op not in ("const", "ref"):
            by_reads.setdefault(frozenset(formula.reads), []).append(formula)
    for group in by_reads.values():
        for one, other in itertools.combinations(group, 2):
            if alike(one.node, other.node) and not _is_exception(other.line, CALCULATED_AGAIN):
                yield (f"{_name(other)} has the formula of {_name(one)}; read that line instead "
                       "of calculating it again.")


def _balance(formula: Formula, assumptions: Assumptions) -> Iterator[str]:
    """A line that reads its own last month, and is not opening plus flows."""
    opening = Ref(formula.kind, formula.line, 1)
    if not any((ref.kind, ref.name) == (opening.kind, opening.name) and ref.ago
               for ref in formula.reads):
        return
    parts = [(sign, term) for sign, term in terms(formula.node)
             if not (sign == 1 and term.op == "ref" and term.args[0] == opening)]
    if len(parts) == len(terms(formula.node)) - 1 and all(
            _is_flow(term, assumptions) for _, term in parts):
        return
    yield (f"{_name(formula)} reads its own last month, but is not opening plus flows less flows; "
           "give each flow a line of its own, or list it in NOT_BALANCES with the reason.")


def _is_flow(term: Node, assumptions: Assumptions) -> bool:
    """Whether a term is a flow of the month by name or, along a life, reads that month alone."""
    refs = [node.args[0] for node in term.walk() if node.op == "ref"]
    if any(ref.kind == "life" for ref in refs):
        return not any(ref.ago for ref in refs)
    if term.op != "ref":
        return False
    ref, = refs
    if ref.kind == "assumption":
        return assumptions.entries[ref.name].form == "month"
    terms = glossary(assumptions.company)
    return ref.kind == "line" and not ref.ago and terms.term(ref.name).kind == "flow"


def _sign(formula: Formula, assumptions: Assumptions) -> Iterator[str]:
    """A sign of the glossary that does not fit the bounds of the formula."""
    line, sign = formula.line, glossary(assumptions.company).term(formula.line).sign
    low, high = bounds(formula.node, assumptions)
    if sign == "minus" and low >= 0:
        yield (f"{line} may be below zero by glossary.yaml, but its formula never is; take the "
               "sign out, so that E14 watches it.")
    if sign == "plus" and high <= 0 > low:
        yield (f"{line} is above zero by glossary.yaml, but its formula never is; write it as a "
               "positive amount that is subtracted, or give it the sign minus.")
    elif sign == "plus" and low < 0 and not _is_exception(line, NEVER_BELOW_ZERO):
        yield (f"{line} is never below zero by glossary.yaml, but nothing in its formula keeps it "
               "there; give it the sign minus, or list it in NEVER_BELOW_ZERO with the reason.")


def bounds(node: Node, assumptions: Assumptions) -> tuple[float, float]:
    """The least and greatest value of a formula, by domains of assumptions and signs of lines."""
    if node.op == "const":
        return node.args[0], node.args[0]
    if node.op == "ref":
        return _ref_bounds(node.args[0], assumptions)
    if node.is_condition:
        return 0.0, 1.0
    (low, high), *others = (bounds(arg, assumptions)
                            for arg in (node.args[1:] if node.op == "where" else node.args))
    if node.op == "where" and node.args[0].op in (">", ">=") and alike(
            node.args[0].args[0], node.args[1]):
        low = max(low, bounds(node.args[0].args[1], assumptions)[0])
    if node.op == "neg":
        return -high, -low
    least, most = others[0]
    if node.op == "+":
        return low + least, high + most
    if node.op == "-":
        return low - most, high - least
    if node.op == "*":
        products = [0.0 if 0 in pair else math.prod(pair)
                    for pair in itertools.product((low, high), (least, most))]
        return min(products), max(products)
    if node.op == "/":
        if least < 0:
            return -math.inf, math.inf
        return 0.0 if low >= 0 else -math.inf, 0.0 if high <= 0 else math.inf
    if node.op == "where":
        return min(low, least), max(high, most)
    pick = min if node.op == "min" else max
    return pick(low, least), pick(high, most)


def _ref_bounds(ref: Ref, assumptions: Assumptions) -> tuple[float, float]:
    if ref.kind == "assumption":
        domain = UNITS[assumptions.entries[ref.name].unit]
        return domain.low, domain.high
    terms = glossary(assumptions.company)
    unit = (TIMELINES[ref.name] if ref.kind == "timeline" else terms.term(ref.name)).unit
    if ref.kind == "line" and terms.term(ref.name).sign == "minus":
        return -math.inf, math.inf
    return 0.0, 1.0 if unit == "flag" else math.inf
