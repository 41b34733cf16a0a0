"""The command `identify`: what the published figures of a company leave open."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from model.commands import DONE
from model.commands.simulate import SEED, draw_problems
from model.counts import count
from model.problems import fail_if
from model.terminal import aligned

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions
    from model.views.blocks import Table

# Draws by default, and how many are held at once at most.
DRAWS, MOST = 1000, 5000


def add_identify(command) -> None:
    """Add the options of `identify`, but for those that choose the plan."""
    command.add_argument("--draws", type=int, default=DRAWS, metavar="N",
                         help="plans that are drawn; %(default)s by default")
    command.add_argument("--seed", type=int, default=SEED, metavar="S",
                         help="what the draws begin with; %(default)s by default")


def identify(options, assumptions: Assumptions) -> int:
    """Print how far plans differ that meet all that is published and that this one meets."""
    from model.audit.source_check import SourceCheck
    from model.pages.source_check import left_open
    from model.pages.view import View
    from model.views.blocks import Note

    fail_if(draw_problems(options.draws, options.seed, MOST))
    start, view = time.perf_counter(), View(assumptions, {})
    found = left_open.block(view, SourceCheck(view.projection), options.draws, options.seed)
    if isinstance(found, Note):
        print(found.text)
        return DONE
    print(f"{assumptions.title}, {assumptions.scenario_title}: {found.message}")
    for table in found.table:
        print(f"\n{table.caption}:", *_lines(table), sep="\n  ")
    print(f"\n{found.reading}\nMade in {time.perf_counter() - start:.1f} s, of "
          f"{count(options.draws, 'draw')} (seed {options.seed}).")
    return DONE


def _lines(table: Table) -> list[str]:
    """The rows of a table of texts, under its heads."""
    columns = [list(map(str, values)) for values in table.columns.values()]
    return aligned([[table.corner, *table.columns],
                    *zip(table.labels, *columns, strict=True)], 1)
