"""How lines and KPIs are made: formulas that a table links to, and one in words for a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from model.analysis.explain import explain as explained
from model.analysis.explain import in_order
from model.analysis.question import figure_of, names_of
from model.analysis.register import source
from model.analysis.statements import Statement
from model.engine.nodes import Ref
from model.engine.texts import Texts, term_of, texts, this_period
from model.engine.trace import trace
from model.engine.words import in_words, labels
from model.pages import statement_tables
from model.pages.explain import branch, readers, telling
from model.pages.view import View
from model.problems import InputError
from model.views.blocks import Block, Table
from model.views.formats import format_month, sentence_case
from model.views.tree import Branch, Trees


def anchors(view: View, statement: Statement) -> Mapping[str, str]:
    """Where the labels of a statement's table lead, {label: anchor}."""
    return {name: _anchor(statement, line)
            for line, name in _lines(view, statement).items()}


def made(view: View, statement: Statement) -> Trees:
    """The formula of every line that the statement shows, with what it reads, in one month."""
    month = telling(view.projection)
    lines = _lines(view, statement)
    roots = [_root(view, statement, line, month, lines) for line in lines]
    return Trees(f"{statement.title}: how each line is made, with figures of "
                 f"{format_month(month)}", roots)


def _lines(view: View, statement: Statement) -> dict[str, str]:
    """The lines behind the rows shown, by what the table calls them. A row that only the statement
    adds up has no formula of its own."""
    formulas, names = trace(view.assumptions).formulas, {}
    for row in statement_tables.shown(view, statement):
        for line, name in ((row.line, statement_tables.label(view, row)),
                           *((part, statement_tables.part_row(view, part))
                             for part in statement_tables.parts(view, row))):
            if line in formulas:
                names.setdefault(line, name)
    return names


def _root(view: View, statement: Statement, line: str, month: str,
          lines: Mapping[str, str]) -> Branch:
    explanation = explained(view.projection, line, month, depth=1).root
    root = branch(explanation, view.projection.calendar)
    refs = [part.ref for part in explanation.parts]
    targets = [_anchor(statement, ref.name) if ref.kind == "line" and not ref.ago
               and ref.name in lines else "" for ref in refs]
    return replace(root, anchor=_anchor(statement, line), branches=[
        replace(below, branches=(), target=target)
        for below, target in zip(root.branches, targets, strict=True)])


def _anchor(statement: Statement, line: str) -> str:
    return f"{statement.name}-{line.replace('.', '-')}"


# Levels that a KPI is taken apart on a page: its formula, and those of what that reads.
_LEVELS = 2


def of_kpis(view: View, names: Iterable[str]) -> tuple[Mapping[str, str], Trees]:
    """Where the labels of KPIs lead, {label: anchor}, and there the formula of each with what it
    reads, in the last month of the plan."""
    every, month = texts(view.assumptions), view.months[-1]
    questions = {ref.name: name for name, ref in names_of(every).items() if ref.kind == "kpi"}
    anchors, roots = {}, []
    for name in names:
        anchor = f"kpi-{name}"
        anchors[view.profile.kpis[name].label] = anchor
        # What only passes on another KPI is no level.
        levels = _LEVELS + (every.kpis[name].node.op == "ref")
        root = explained(view.projection, questions[name], month, levels).root
        roots.append(replace(branch(root, view.projection.calendar), anchor=anchor))
    return anchors, Trees(f"How each KPI is made, with figures of {format_month(month)} as planned",
                          roots)


# What is read, by the kind of reference.
_KINDS = {"assumption": "Assumption", "timeline": "Calendar", "line": "Line", "plan": "Line",
          "customer": "Of a {person}", "life": "Of a {person}'s life", "kpi": "KPI",
          "check": "Check"}
# For what a formula is, by the kind of text, and of a KPI by what it is one figure for.
_HOLDS = {"line": "a month", "check": "a month", "customer": "the {people} won in a year",
          "life": "a month of the life of {people} won in a year",
          "period": "a month, a quarter or a year", "year": "the {people} won in a year",
          "plan": "the whole plan"}


def formula(view: View, *names: str) -> Block:
    """The formula of a line or KPI in words, and how each thing that it reads is made; of several
    names that of the first that the company has.

    Raises InputError with the nearest name where there is no such line or KPI.
    """
    found = [figure_of(view.projection, name) for name in names]
    ref, problems = next((each for each in found if not each[1]), found[0])
    if problems:
        raise InputError(problems)
    assumptions = view.assumptions
    every, naming = texts(assumptions), labels(assumptions, ref.kind)
    node = every.by_kind[ref.kind][ref.name].node
    label, reads = labels(assumptions).name(ref), list(in_order(node))
    # The name to ask for what is read; of an assumption that in params.
    questions = {ref_: word for word, ref_ in names_of(every).items()} | {
        read: read.name for read in reads if read.kind == "assumption"}
    people = view.glossary.people
    holds = every.grain(ref.name) if ref.kind == "kpi" else ref.kind
    term = term_of(view.glossary, view.company, ref.name, ref.kind)
    meaning = f"{sentence_case(term.meaning).rstrip('.')}. " if term.meaning else ""
    reading = (f"{meaning}The formula is that of {_HOLDS[holds].format(people=people)}. "
               f"{readers(assumptions, label, every.readers(ref))}")
    return Block(f"{label} = {in_words(node, naming)}", reading=reading, open=True, table=Table(
        f"What {label} reads", [naming.name(read) for read in reads], {
            "Name": [questions.get(this_period(read), "–") for read in reads],
            "What it is": [_KINDS[read.kind].format(person=view.glossary.person)
                           for read in reads],
            "How it is made": [_formula_of(view, every, read, ref) for read in reads]},
        row_units=[_unit(view, read) for read in reads], corner="It reads") if reads else None)


def _formula_of(view: View, every: Texts, read: Ref, by: Ref) -> str:
    """The formula of what is read, or who says it."""
    own = this_period(read)
    if own == by:
        return "By this formula"
    if own.kind == "assumption":
        return sentence_case(source(view.assumptions, own.name))
    if own.kind == "timeline":
        return "Given by the calendar"
    return in_words(every.by_kind[own.kind][own.name].node, labels(view.assumptions, own.kind))


def _unit(view: View, read: Ref) -> str:
    if read.kind == "timeline":
        return ""
    if read.kind == "assumption":
        return view.entries[read.name].shown_unit
    return term_of(view.glossary, view.company, read.name, read.kind).unit
