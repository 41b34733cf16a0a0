"""The command `import`: an export of another program becomes rows of a company's actuals."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from model.commands import DONE
from model.files import UnusableError, write_whole
from model.folders import params, relative
from model.problems import InputError, Problem, fail_if, visible
from model.terminal import aligned

if TYPE_CHECKING:
    from model.intake.draft import Change, Draft
    from model.intake.layouts import Export
    from model.params.observations import Actuals

# The most accounts and lines of a figure, and unchanged figures, that are listed.
_MOST_ACCOUNTS, _MOST_ROWS, _MOST_UNCHANGED = 4, 4, 20
_OF_MAP = ("to", "month", "close", "yes")


def add_import(command) -> None:
    """Add the options of `import`."""
    command.add_argument("file", type=Path, help="a CSV or .xlsx that another program exported")
    command.add_argument("--map", type=Path, metavar="MAP.yaml",
                         help="how the file is written, and what its accounts are")
    command.add_argument("--to", metavar="NAME.csv",
                         help="a file of actuals in the company's folder; actuals.csv by default")
    command.add_argument("--month", action="append", default=[], metavar="YYYY-MM",
                         help="a month that is read; may be repeated, all by default")
    command.add_argument("--close", metavar="YYYY-MM",
                         help="the month to which the books are closed")
    command.add_argument("--yes", action="store_true", help="write without asking")
    command.add_argument("--company", help="without a map: the company that one is proposed for")
    command.add_argument("--propose", type=Path, metavar="MAP.yaml",
                         help="without a map: where the proposed one is written")


def take(options) -> int:
    """Print what a file would bring into the actuals, and write it if that is wanted; without a
    map, propose one."""
    _check(options)
    return _propose(options) if options.map is None else _import(options)


def _check(options) -> None:
    """Raise InputError for options that do not go together, and for what is no month."""
    from model.params.calendar import MONTH

    problems = [Problem(f"--{name}", f"{month!r} is no month; write one as 2026-01.")
                for name, months in (("month", options.month), ("close", [options.close]))
                for month in months if month and not MONTH.fullmatch(month)]
    if options.map is None:
        problems += [Problem("--map", f"is missing: --{name} is about an import, which needs a "
                                      "map.") for name in _OF_MAP if getattr(options, name)]
    else:
        problems += [Problem(f"--{name}", "is for a file without a map; take it out, or take "
                                          "--map out.")
                     for name in ("company", "propose") if getattr(options, name)]
    fail_if(problems)


def _propose(options) -> int:
    from model import load, project
    from model.analysis.variance import kinds
    from model.intake.proposal import proposal
    from model.params import catalog

    names = catalog.companies()
    company = options.company or (names[0] if len(names) == 1 else None)
    if company is None:
        raise InputError.of("--company", "is missing: a map is proposed for one company; known: "
                                         f"{', '.join(names)}. With --map nothing is proposed.")
    catalog.check_company(company)
    check_new(options.propose)
    return offer(proposal(options.file, company, kinds(project(load(company)))), options.propose,
                 "import", options.file)


def check_new(path: Path | None) -> None:
    """Raise InputError where a proposed map would be written over a file."""
    if path and path.exists():
        raise InputError.of("--propose", f"{relative(path)} is there already, and a map is written "
                                         "over no file; give another name.")


def offer(text: str, path: Path | None, command: str, file: Path) -> int:
    """Print a proposed map of a file, or write it, with the command that reads the file by it."""
    if path is None:
        print(visible(text, allowed="\n"), end="")
        print("Printed only; --propose MAP.yaml writes it.", file=sys.stderr)
        return DONE
    write_whole(path, text.encode())
    print(f"Written: {relative(path)}. Answer what it asks, then python -m model {command} "
          f"{shlex.quote(str(file))} --map {shlex.quote(str(path))}")
    return DONE


def _import(options) -> int:
    from model import load, project
    from model.analysis.variance import kinds
    from model.intake.accounts import figures
    from model.intake.draft import draft
    from model.intake.layouts import bookings
    from model.intake.mapping import read_map
    from model.intake.questions import questions
    from model.intake.table import read_table

    found, file = read_map(options.map)
    path = _target(found.company, options.to)
    projection = project(load(found.company))
    known = kinds(projection)
    table = read_table(options.file, found.separator, found.encoding, found.sheet)
    one = options.month[0] if len(options.month) == 1 else None
    export = bookings(table, found, one)
    taken = figures(export, found, file, known, options.month)
    made = draft(relative(path), _bytes(path), taken, options.close)
    observed = made.observed(projection, export.name)
    print(visible(f"{projection.assumptions.title} ({found.company}), from {export.name} to "
                  f"{made.name}"))
    _print_changes(made, export)
    _print_notices(questions(export, taken, found, projection, known, made.closed[1]), observed)
    _print_close(made, observed)
    if made.is_same:
        print(f"Nothing is new or changed, so {made.name} stays as it is.")
        return DONE
    return _write(options, path, made)


def _target(company: str, name: str | None) -> Path:
    """The file of actuals that is written. Raises InputError for a name that none can have."""
    from model.params import catalog

    if name is not None and not catalog.is_csv_beside(name):
        raise InputError.of("--to", f"{name!r} is not the plain name of a CSV file in the "
                                    "company's folder, such as actuals.csv; give such a name.")
    return params() / company / (name or catalog.ACTUALS)


def _bytes(path: Path) -> bytes | None:
    """The bytes of a file of actuals, None where there is none. Raises InputError."""
    from model.files import exists
    from model.params.actuals_file import bytes_of

    try:
        return bytes_of(path) if exists(path) else None
    except UnusableError as error:
        raise InputError.of(relative(path), str(error)) from None


def _print_changes(made: Draft, export: Export) -> None:
    """Print each figure with what stood in its place, and how many there are of each kind."""
    kinds = {kind: [each for each in made.changes if each.kind == kind]
             for kind in ("new", "changed", "unchanged")}
    shown = [each for each in made.changes if each.kind != "unchanged"]
    if len(kinds["unchanged"]) <= _MOST_UNCHANGED:
        shown = list(made.changes)
    if shown:
        rows = [("period", "line", "from", "value", "was"), *map(_row, shown)]
        print(*(visible(f"  {line}") for line in aligned(rows, 3)), sep="\n")
    print(", ".join(f"{len(each)} {kind}" for kind, each in kinds.items()) + ".")
    if export.totals:
        print(visible("Totals that add up, and are left out: " + ", ".join(export.totals) + "."))


def _row(change: Change) -> tuple[str, ...]:
    figure = change.figure
    accounts = [*figure.accounts[:_MOST_ACCOUNTS]]
    if (more := len(figure.accounts) - len(accounts)) > 0:
        accounts.append(f"{more} more")
    rows = sorted(set(figure.rows))
    lines = f"line{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}" \
        if len(rows) <= _MOST_ROWS else f"{len(rows):,} rows from line {rows[0]} on"
    was = change.before if change.kind == "changed" else change.kind
    return (figure.month, figure.name, f"{', '.join(accounts)} ({lines})",
            f"{figure.value:,f}", was)


def _print_notices(sentences: list[str], observed: Actuals) -> None:
    """Print what looks odd in the file and in what the actuals would be."""
    said = [f"{name}: {sentence}" for name, sentence in
            (*observed.notices, *(observed.open_months if observed.closed else ()))]
    for sentence in (*sentences, *said):
        print(visible(f"notice: {sentence}{'' if sentence.endswith('?') else '.'}"))


def _print_close(made: Draft, observed: Actuals) -> None:
    before, after = made.closed
    if after is None:
        last = max((month.figure.month for month in made.changes), default="YYYY-MM")
        print(f"{made.name} does not say to which month the books are closed, so every month in it "
              f"counts as closed; --close {last} would say so.")
    elif before == after:
        print(f"The books are closed to {after}; --close moves that.")
    else:
        was = "said nowhere until now" if before is None else f"until now to {before}"
        print(f"The books are closed to {after} ({was}).")


def _write(options, path: Path, made: Draft) -> int:
    """Write the file if that is wanted, whole or not at all."""
    from model.params import catalog

    if not options.yes:
        if not (sys.stdin and sys.stdin.isatty()):
            print("Nothing was written: nobody can be asked here; --yes writes it.")
            return DONE
        print(f"Write {made.name}? [y/N] ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            print("Nothing was written.")
            return DONE
    if _bytes(path) != made.before:
        raise InputError.of(made.name, "was changed by somebody else meanwhile; import again.")
    write_whole(path, made.content)
    print(f"Written: {made.name}.")
    company = path.relative_to(params()).parts[0]
    if path not in {catalog.actuals_file(company, each) for each in catalog.scenarios(company)}:
        name = path.relative_to(params() / company).as_posix()
        print(f"No scenario reads it yet; one that says actuals: {name} does.")
    return DONE
