"""Tables of what decides: by outcome, by year, and by kind of source."""

from __future__ import annotations

from model.pages.sensitivity import evidence
from model.pages.sensitivity.spread import OTHERS, OURS, Found
from model.pages.view import View
from model.views.blocks import Table


def by_outcome(view: View, found: Found) -> Table:
    """What would go of each outcome's spread, and be left of it; or fair shares of it."""
    rows, labels = _rows(view, found, found.ranked(0))
    if found.ours and not found.tied:
        rows.append(OURS)
        labels.append(f"The {len(found.ours)} that no source gives")
    kinds = ({"": found.spread.fair} if found.tied else
             {": would go": found.spread.first, ": would be left": found.spread.total})
    columns = {}
    for place, outcome in enumerate(found.outcomes[:-len(found.years)]):
        for head, shares in kinds.items():
            columns[f"{outcome.label}{head}"] = found.cells(shares, place, rows)
    caption = ("How the spread is shared out among assumptions" if found.tied else
               "What of the spread would go with an assumption known, and be left with it alone "
               "unknown")
    return Table(caption, labels, columns, corner="Assumption", stacked=True,
                 groups=[label for label in labels[-2:] if label.startswith("The ")])


def by_year(view: View, found: Found) -> Table:
    """Fair shares of the spread of cash at the end of each year."""
    rows, labels = _rows(view, found, found.ranked(-1, found.spread.fair))
    first = len(found.outcomes) - len(found.years)
    columns = {str(year): found.cells(found.spread.fair, place, rows)
               for place, year in enumerate(found.years, first)}
    return Table("What decides cash at the end of each year: fair shares of its spread", labels,
                 columns, corner="Assumption", stacked=True)


def _rows(view: View, found: Found, alone: list[str]) -> tuple[list[str], list[str]]:
    """The groups with a row, and what they are called: all others come last."""
    others = [OTHERS] if found.groups[OTHERS] else []
    return [*alone, *others], [*map(view.label, alone), *(
        f"All other {len(found.groups[each])} together" for each in others)]


def by_kind(view: View, found: Found) -> Table:
    """How wide ranges are by kind of source, and what is left with those alone unknown."""
    kinds = evidence.kinds(view)
    shown = found.outcomes[:-len(found.years)]
    return Table(
        "Ranges by kind of source, and what of the spread would be left with those alone unknown",
        [kind.capitalize() for kind in kinds],
        {"Assumptions": list(map(len, kinds.values())),
         "Range, typically": [evidence.typical(view, paths) for paths in kinds.values()],
         **{each.label: found.cells(found.spread.total, place, kinds)
            for place, each in enumerate(shown)}},
        units={"Assumptions": "count"}, corner="Kind of source", stacked=True)
