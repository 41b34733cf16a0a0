"""How the lines of a statement and KPIs are made, so that a table can link to their formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from model.analysis.explain import explain as explained
from model.analysis.question import names_of
from model.analysis.statements import Statement
from model.engine.texts import texts
from model.engine.trace import trace
from model.pages import statement_tables
from model.pages.explain import branch, telling
from model.pages.view import View
from model.views.formats import format_month
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
    formulas, found = trace(view.assumptions).formulas, {}
    for row in statement_tables.shown(view, statement):
        for line, name in ((row.line, statement_tables.label(row)),
                           *((part, statement_tables.part_row(view, part))
                             for part in statement_tables.parts(view, row))):
            if line in formulas:
                found.setdefault(line, name)
    return found


def _root(view: View, statement: Statement, line: str, month: str,
          lines: Mapping[str, str]) -> Branch:
    found = explained(view.projection, line, month, depth=1).root
    root = branch(found, month)
    parts = []
    for part, shown in zip(found.parts, root.branches, strict=True):
        here = part.ref.kind == "line" and not part.ref.ago and part.ref.name in lines
        parts.append(replace(shown, branches=(),
                             target=_anchor(statement, part.ref.name) if here else ""))
    return replace(root, branches=parts, anchor=_anchor(statement, line))


def _anchor(statement: Statement, line: str) -> str:
    return f"{statement.name}-{line.replace('.', '-')}"


# Levels that a KPI is taken apart on a page: its formula, and those of what that reads.
_LEVELS = 2


def of_kpis(view: View, names: Iterable[str]) -> tuple[Mapping[str, str], Trees]:
    """Where the labels of KPIs lead, {label: anchor}, and there the formula of each with what it
    reads, in the last month of the plan."""
    known, month = texts(view.assumptions), view.projection.months[-1]
    asked = {ref.name: name for name, ref in names_of(known).items() if ref.kind == "kpi"}
    anchors, roots = {}, []
    for name in names:
        anchor = f"kpi-{name}"
        anchors[view.profile.kpis[name].label] = anchor
        # What only passes on another KPI is no level.
        levels = _LEVELS + (known.kpis[name].node.op == "ref")
        root = explained(view.projection, asked[name], month, levels).root
        roots.append(replace(branch(root, month), anchor=anchor))
    return anchors, Trees(f"How each KPI is made, with figures of {format_month(month)} as planned",
                          roots)
