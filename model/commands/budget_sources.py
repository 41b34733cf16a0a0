"""The command `budget import`: files of booking, payment and learning systems become an export."""

from __future__ import annotations

from pathlib import Path

from model.commands import DONE
from model.commands.intake import check_new, offer
from model.files import exists, write_whole
from model.folders import relative
from model.problems import InputError, Problem, fail_if


def add_import(command) -> None:
    """Add the options of `budget import`."""
    command.add_argument("files", nargs="+", type=Path, metavar="FILE",
                         help="a CSV or .xlsx of a booking, payment or learning system")
    command.add_argument("--map", type=Path, action="append", default=[], metavar="MAP.yaml",
                         help="how a file is written; one for each file, in the same order")
    command.add_argument("--to", type=Path, metavar="FILE.csv",
                         help="where the export is written; printed without it")
    command.add_argument("--yes", action="store_true", help="write over a file that is there")
    command.add_argument("--plan", default="base", metavar="SCENARIO",
                         help="scenario of the budget")
    command.add_argument("--propose", type=Path, metavar="MAP.yaml",
                         help="without a map: where the proposed one is written")
    command.set_defaults(command=take)


def take(options) -> int:
    """Print or write the export that some files make by their maps; without a map, propose one."""
    if not options.map:
        return _propose(options)
    from model.budget.plan.plan import load_plan
    from model.budget.programme.export import records_of
    from model.budget.sources.joined import as_export, placed, translations

    if options.propose:
        raise InputError.of("--propose", "is for a file without a map; take it out, or take --map "
                                         "out.")
    if len(options.map) != len(options.files):
        raise InputError.of("--map", f"is given {len(options.map)} times for {len(options.files)} "
                                     "files; give one for each, in the same order.")
    if options.to and exists(options.to) and not options.yes:
        raise InputError.of("--to", f"{relative(options.to)} is there already; --yes writes over "
                                    "it.")
    plan = load_plan(options.plan)
    parts = translations(options.files, options.map, plan)
    rows = placed(parts)
    # What cannot be an export is told before anything is written.
    records_of(", ".join(part.name for part in parts), "", rows, plan)
    text = as_export(rows)
    if options.to is None:
        print(text, end="")
        return DONE
    write_whole(options.to, text.encode())
    left = sum(part.left_out for part in parts)
    print(f"Written: {relative(options.to)}, {len(rows):,} rows"
          f"{f'; {left:,} rows are left out, as the map says' if left else ''}.")
    return DONE


def _propose(options) -> int:
    from model.budget.sources.proposal import propose

    fail_if([Problem(f"--{name}", "is about an import, which needs a map; give --map, or take it "
                                  "out.") for name in ("to", "yes") if getattr(options, name)])
    if len(options.files) > 1:
        raise InputError.of("FILE", "is more than one: a map is proposed for one file at a time.")
    check_new(options.propose)
    return offer(propose(options.files[0]), options.propose, "budget import", options.files[0])
