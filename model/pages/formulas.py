"""How a line or KPI is made, in words and without figures, for a notebook."""

from __future__ import annotations

from model.analysis.explain import in_order
from model.analysis.question import figure_of, names_of
from model.analysis.register import source
from model.companies.glossary import glossary
from model.engine.texts import Texts, described, texts, whenever
from model.engine.trace import Ref
from model.engine.words import in_words, labels
from model.pages.explain import readers
from model.pages.view import View
from model.problems import InputError
from model.views.blocks import Block, Table
from model.views.formats import sentence_case

# What is read, by the kind of reference.
_KINDS = {"assumption": "Assumption", "timeline": "Calendar", "line": "Line", "plan": "Line",
          "customer": "Of a customer", "life": "Of a customer's life", "kpi": "KPI",
          "check": "Check"}
# For what a formula is, by the kind of text, and of a KPI by what it is one figure for.
_HOLDS = {"line": "a month", "check": "a month", "customer": "the customers won in a year",
          "life": "a month of the life of customers won in a year",
          "period": "a month, a quarter or a year", "year": "the customers won in a year",
          "plan": "the whole plan"}


def formula(view: View, name: str) -> Block:
    """The formula of a line or KPI in words, and how each thing that it reads is made.

    Raises InputError with the nearest name where there is no such line or KPI.
    """
    ref, problems = figure_of(view.projection, name)
    if problems:
        raise InputError(problems)
    assumptions = view.assumptions
    found, naming = texts(assumptions), labels(assumptions, ref.kind)
    node = found.by_kind[ref.kind][ref.name].node
    label, reads = labels(assumptions).name(ref), list(in_order(node))
    asked = {known: word for word, known in names_of(found).items()}
    holds = found.grain(ref.name) if ref.kind == "kpi" else ref.kind
    term = described(glossary(), view.company, ref.name, ref.kind)
    reading = (f"{_sentence(term.meaning)}The formula is that of {_HOLDS[holds]}. "
               f"{readers(assumptions, label, found.readers(ref))}")
    return Block(f"{label} = {in_words(node, naming)}", reading=reading, open=True, table=Table(
        f"What {label} reads", [naming.name(read) for read in reads], {
            "Name": [_name(read, asked) for read in reads],
            "What it is": [_KINDS[read.kind] for read in reads],
            "How it is made": [_made(view, found, read, ref) for read in reads]},
        row_units=[_unit(view, read) for read in reads], corner="It reads") if reads else None)


def _sentence(text: str) -> str:
    return f"{sentence_case(text).rstrip('.')}. " if text else ""


def _name(read: Ref, asked: dict[Ref, str]) -> str:
    """The name to ask for it; of an assumption that in params."""
    return asked.get(whenever(read), read.name if read.kind == "assumption" else "–")


def _made(view: View, found: Texts, read: Ref, by: Ref) -> str:
    """The formula of what is read, or who says it."""
    own = whenever(read)
    if own == by:
        return "By this formula"
    if own.kind == "assumption":
        return sentence_case(source(view.assumptions, own.name))
    if own.kind == "timeline":
        return "Given by the calendar"
    return in_words(found.by_kind[own.kind][own.name].node, labels(view.assumptions, own.kind))


def _unit(view: View, read: Ref) -> str:
    if read.kind == "timeline":
        return ""
    if read.kind == "assumption":
        return view.assumptions.entries[read.name].shown_unit
    return described(glossary(), view.company, read.name, read.kind).unit
