"""The reading of the texts as units: each formula must give the unit that its line states.

Assumptions state their units in params, KPIs in profile.yaml, all other lines in the glossary. A
month counts as 1, so that a flow of a month and a stock add up; a year is a unit, so that an
annual figure used as a month's is an error. A formula is checked against the units that the lines
it reads state, so that no error hides another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from model.companies import company_module
from model.companies.glossary import Glossary, UndescribedError, glossary
from model.companies.profiles import profile
from model.counts import plural
from model.engine.nodes import Formula, Node, NotAFormula, Ref
from model.engine.shapes import is_guard, is_number, undefined_const
from model.engine.texts import Texts, term_of, texts
from model.engine.timeline import TIMELINES
from model.engine.words import NAMES, code_name, in_words
from model.params.assumptions import Assumptions
from model.params.units import UNITS
from model.problems import nearest

# Words of units that every company has, and what each counts as; plain numbers count as nothing.
_SHARED = ("FTE", "day", "year", "share")
_PLAIN = ("fraction", "divisor fraction", "ratio", "flag", "month", "months", "month number")


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """All words of units, with those for what companies count."""
    counted = (*_SHARED, "customer", *(word for kind in UNITS.counted.values() for word in kind))
    return {**dict.fromkeys(_PLAIN, ""), "USD": "USD", "signed USD": "USD", "level USD": "USD",
            "month of year": "month of year",
            **{word: word for word in counted}, **{plural(word): word for word in counted}}


_VERBS = {"+": "add", "-": "subtract", "where": "choose between"}
# Characters of a formula that a sentence quotes.
_LONGEST = 120


@dataclass(frozen=True)
class Unit:
    """A product of powers: USD/year is (("USD", 1), ("year", -1))."""

    powers: tuple[tuple[str, int], ...] = ()

    def times(self, other: Unit, power: int = 1) -> Unit:
        """The product with a power of another unit."""
        powers = dict(self.powers)
        for word, size in other.powers:
            powers[word] = powers.get(word, 0) + power * size
        return Unit(tuple(sorted((word, size) for word, size in powers.items() if size)))

    def __str__(self) -> str:
        if not self.powers:
            return "a plain number"
        over = [word for word, size in self.powers for _ in range(size)]
        under = [word for word, size in self.powers for _ in range(-size)]
        return "/".join(["\u00b7".join(over) or "1", *under])


PLAIN = Unit()
# The unit of a typed 0, and of UNDEFINED: that of whatever stands beside it.
ANY = Unit((("anything", 1),))


@lru_cache(maxsize=256)
def unit(text: str) -> Unit:
    """A text such as `USD/FTE/year` as a unit. Raises ValueError with a sentence on other words."""
    product = PLAIN
    for i, word in enumerate(text.split("/")):
        if word not in (words := _words()):
            raise ValueError(f"{word!r} is not a word of a unit; {nearest(word, words)}")
        if words[word]:
            product = product.times(Unit(((words[word], 1),)), -1 if i else 1)
    return product


def check_units(assumptions: Assumptions) -> list[str]:
    """A sentence for each formula that does not fit its units (E18), with operands and remedy."""
    try:
        of = texts(assumptions)
    except NotAFormula as refusal:
        return [str(refusal)]
    faults = findings(of, glossary(assumptions.company), assumptions.company,
                      tuple(company_module(assumptions.company).BESIDE.items()),
                      tuple((path, entry.unit) for path, entry in assumptions.entries.items()))
    stand = ("; ".join(f"{path} stands in {assumptions.where(path)}" for path in paths)
             for _, paths in faults)
    return [f"{sentence} ({places})" if places else sentence
            for (sentence, _), places in zip(faults, stand, strict=True)]


# A sentence, and the assumptions that it speaks of.
Finding = tuple[str, tuple[str, ...]]


@lru_cache(maxsize=32)
def findings(of: Texts, terms: Glossary, company: str, beside: tuple[tuple[str, str], ...],
             entries: tuple[tuple[str, str], ...]) -> tuple[Finding, ...]:
    """What does not fit its units. `beside` and `entries` are paths of assumptions with the units
    that the analysis expects, and that params state."""
    inputs = {path: unit(text) for path, text in entries}
    lines, faults = _line_units(of, terms, company)
    goals = profile(company).kpis
    faults += _ratios(terms)
    for formula in of.formulas:
        reading = _Reading(formula, lines, inputs)
        reading.check("profile.yaml" if formula.kind == "kpi" and formula.line in goals
                      else "glossary.yaml")
        # What else is wrong with a formula mostly follows from the first.
        faults += [(sentence, reading.paths) for sentence in reading.problems[:1]]
    for path, text in beside:
        if path in inputs and inputs[path] != unit(text):
            faults.append((f"{path} is {_in(inputs[path])}, but the analysis reads it as "
                           f"{_in(unit(text))}; correct its unit.", (path,)))
    return tuple(faults)


def _line_units(of: Texts, terms: Glossary,
                company: str) -> tuple[dict[Ref, Unit], list[Finding]]:
    """The unit that each line of each text states, and findings on lines without one."""
    units: dict[Ref, Unit] = {}
    faults: list[Finding] = []
    for formula in of.formulas:
        ref = Ref(formula.kind, formula.line)
        try:
            units[ref] = unit(term_of(terms, company, formula.line, formula.kind).unit)
        except UndescribedError as fault:
            faults.append((f"{code_name(ref)} has no unit: {fault.problems[0].what}", ()))
        except ValueError as fault:
            faults.append((f"{code_name(ref)} has no unit: {fault.args[0]}", ()))
    return units, faults


def _ratios(terms: Glossary) -> list[Finding]:
    """Findings on lines whose unit is not that of the two lines that they divide, or of the line
    that they are in a year."""
    faults: list[Finding] = []
    for name, term in (terms.terms | terms.memory).items():
        if not term.of:
            continue
        try:
            own, over, *under = (unit(terms.term(line).unit) for line in (name, *term.of))
        except ValueError:
            continue  # a finding on the lines themselves
        if not under and over != own:
            faults.append((f"{name} is {_in(own)} by glossary.yaml, but in a year it is "
                           f"{term.of[0]} ({_in(over)}); correct one of them.", ()))
        elif under and over.times(under[0], -1) != own:
            faults.append((f"{name} is {_in(own)} by glossary.yaml, but is the ratio of "
                           f"{term.of[0]} ({_in(over)}) and {term.of[1]} ({_in(under[0])}); "
                           "correct one of them.", ()))
    return faults


class _Reading:
    """One formula read as units, from those of lines and of assumptions. An operation on an
    unknown unit gives an unknown unit, which is no problem."""

    def __init__(self, formula: Formula, lines: Mapping[Ref, Unit], inputs: Mapping[str, Unit]):
        self._formula, self._lines, self._inputs = formula, lines, inputs
        self._own = Ref(formula.kind, formula.line)
        self.problems: list[str] = []

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(ref.name for ref in self._formula.reads if ref.kind == "assumption")

    def check(self, file: str) -> None:
        """Compare the unit of the formula with the one that `file` states of its line."""
        node = self._formula.node
        result, own = self._unit(node), self._lines.get(self._own)
        if None in (result, own) or result in (ANY, own):
            return
        left, right = _operands(node)
        of = "" if right is None else f": {self._operand(left)} and {self._operand(right)}"
        self.problems.append(
            f"{code_name(self._own)} is {_in(own)} by {file}, but its formula {_quote(node)} "
            f"gives {result}{of}; {self._remedy(result, own)}")

    def _unit(self, node: Node) -> Unit | None:
        if node.op == "const":
            return ANY if is_number(node, 0) or undefined_const(node) else PLAIN
        if node.op == "ref":
            return self._of(node.args[0])
        if node.op == "where":
            self._true_or_false(node.args[0])
            if is_guard(node):
                return self._unit(node.args[1])
            return self._same(node, *node.args[1:])
        if node.op in ("and", "or", "not"):
            for arg in node.args:
                self._true_or_false(arg)
            return PLAIN
        if node.op == "neg":
            return self._unit(node.args[0])
        if node.op in ("*", "/"):
            return self._product(node)
        return self._same(node, *node.args)

    def _of(self, ref: Ref) -> Unit | None:
        if ref.kind == "timeline":
            return unit(TIMELINES[ref.name].unit)
        if ref.kind == "assumption":
            return self._inputs.get(ref.name)
        return self._lines.get(Ref("line" if ref.kind == "plan" else ref.kind, ref.name))

    def _product(self, node: Node) -> Unit | None:
        left, right = (self._unit(arg) for arg in node.args)
        if None in (left, right):
            return None
        return ANY if ANY in (left, right) else left.times(right, 1 if node.op == "*" else -1)

    def _same(self, node: Node, one: Node, other: Node) -> Unit | None:
        left, right = self._unit(one), self._unit(other)
        if None in (left, right):
            return None
        if ANY in (left, right) or left == right:
            return right if left is ANY else left
        self.problems.append(
            f"{code_name(self._own)} cannot {_VERBS.get(node.op, 'compare')} "
            f"{self._operand(one)} and {self._operand(other)}; {self._remedy(left, right)}")
        return None

    def _true_or_false(self, node: Node) -> None:
        own = self._unit(node)
        if not node.is_condition and own not in (None, ANY, PLAIN):
            self.problems.append(f"{code_name(self._own)} reads {self._operand(node)} as true or "
                                 "false; compare it with something.")

    def _operand(self, node: Node) -> str:
        own = _Reading(self._formula, self._lines, self._inputs)._unit(node)
        return f"{_quote(node)} ({_in(own)})"

    def _remedy(self, one: Unit, other: Unit) -> str:
        apart = one.times(other, -1)
        if apart.powers in ((("year", 1),), (("year", -1),)):
            return ("one is a year's and one a month's: convert it by timeline.months_per_year, or "
                    "correct a unit.")
        return f"correct the formula in {self._formula.section}(), or the unit that is wrong."


def _operands(node: Node) -> tuple[Node, Node | None]:
    """The operands that decide a formula's unit: of its first × or /, or of its first operation."""
    at = node
    while at.op in ("+", "-", "min", "max", "neg", "where") and not is_guard(at):
        at = at.args[1 if at.op == "where" else 0]
    if at.op in ("*", "/"):
        return at.args
    return (node.args[-2], node.args[-1]) if node.op not in ("const", "ref", "neg") else (node,
                                                                                        None)


def _in(own: Unit) -> str:
    return str(own) if own == PLAIN else f"in {own}"


def _quote(node: Node) -> str:
    text = in_words(node, NAMES)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
