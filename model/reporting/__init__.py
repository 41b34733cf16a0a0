"""The batch: notebooks executed per scenario with papermill, exported as HTML, with an index.

    python -m model run [SUBJECT …] [-s SCENARIO …] [-n NOTEBOOK …] [-j JOBS] [--force] [--out DIR]
                        [--dry-run] [--quiet] [--json]
    python -m model verify PAGE [PAGE …]
    python -m model pack NAME [--company COMPANY] [-s SCENARIO]
    python -m model bundle COMPANY [-s SCENARIO] [--out FILE]

Work whose inputs have not changed is skipped by content, and then none of the Jupyter libraries
is imported.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

DEFAULT_JOBS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m model run`; their names are the arguments of `run`."""
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT",
                        help="subjects to run (default: all)")
    parser.add_argument("-s", "--scenario", dest="scenarios", nargs="+", action="extend",
                        default=[], metavar="SCENARIO", help="only these scenarios")
    parser.add_argument("-n", "--notebook", dest="notebooks", nargs="+", action="extend",
                        default=[], metavar="NOTEBOOK", help="only these notebooks")
    parser.add_argument("-j", "--jobs", type=int, default=DEFAULT_JOBS,
                        help=f"kernels at a time (default: {DEFAULT_JOBS})")
    parser.add_argument("--force", action="store_true", help="run what is up to date, too")
    parser.add_argument("--out", type=Path, default=None, metavar="DIR",
                        help="where the pages go (default: reports)")
    parser.add_argument("--dry-run", dest="dry", action="store_true",
                        help="say what would be made, and write nothing")
    parser.add_argument("--quiet", action="store_true", help="say only what failed")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def add_pages(parser: argparse.ArgumentParser) -> None:
    """The pages of `python -m model verify`."""
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="a page of reports")


def verify(options: argparse.Namespace) -> int:
    """Make pages again and print what differs; returns the exit code."""
    from model.reporting import proof

    return proof.verify(options.pages)


def add_pack(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m model pack`."""
    parser.add_argument("name", help="what the pack is called, october_2026")
    parser.add_argument("--company", help="whose plan; may be left out where there is one company")
    parser.add_argument("-s", "--scenario", default="base")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE",
                        help="where it goes (default: packs/NAME.zip)")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="the day that it says (default: "
                        "today); the same plan on the same day makes the same file")
    parser.add_argument("--no-pages", action="store_true", help="params, figures and workbook only")


def pack(options: argparse.Namespace) -> int:
    """Keep what is sent; returns the exit code."""
    from model.reporting import packing

    return packing.pack_plan(options, run)


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m model bundle`."""
    parser.add_argument("company")
    parser.add_argument("-s", "--scenario", default="base")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="where it goes (default: "
                        "beside the pages, reports/COMPANY/SCENARIO/COMPANY-SCENARIO.html)")


def bundle(options: argparse.Namespace) -> int:
    """Write one file with all pages of a scenario; returns the exit code."""
    from model.reporting import bundling

    return bundling.bundle(options, run)


def run(subjects: Sequence[str] = (), scenarios: Sequence[str] = (), notebooks: Sequence[str] = (),
        jobs: int = DEFAULT_JOBS, force: bool = False,
        out: str | os.PathLike[str] | None = None, *, dry: bool = False, quiet: bool = False,
        json: bool = False) -> int:
    """Bring the chosen reports up to date and say on stderr what failed; a `dry` run writes nothing
    and says what would be made. `quiet` says nothing else, `json` prints the outcome for programs.

    Returns the exit code: 0 done, 1 a notebook or an error check failed or the run was
    interrupted, 2 bad input (every problem is named and nothing is written).
    """
    try:
        return _run(subjects, scenarios, notebooks, jobs, force, out, (dry, quiet, json))
    except KeyboardInterrupt:
        print("Interrupted; the pages that were finished are kept, run again for the others.",
              file=sys.stderr)
        return 1


def _run(subjects: Sequence[str], scenarios: Sequence[str], notebooks: Sequence[str], jobs: int,
         force: bool, out: str | os.PathLike[str] | None, manner: tuple[bool, bool, bool]) -> int:
    from model import folders
    from model.files import Busy
    from model.problems import InputError
    from model.reporting import driver

    try:
        folder = Path(out).resolve() if out else folders.reports()
        return driver.run(subjects, scenarios, notebooks, jobs, force, folder,
                          driver.Manner(*manner))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except Busy:
        print(f"out: another run is writing to {folder}; wait for it, or name another folder "
              "with --out.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"out: {error.filename or folder}: {error.strerror}; what was finished is kept.",
              file=sys.stderr)
        return 1
