"""The command `pack`: what is sent is kept, params, figures, pages and workbook in one file."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from model import files, folders
from model.commands import DONE, FAILED
from model.counts import count
from model.packs import archive, pack
from model.params import catalog
from model.problems import InputError, Problem, fail_if, nearest, quoted
from model.reporting import manifest, workbooks


def pack_plan(options: argparse.Namespace, run: Callable[..., int]) -> int:
    """Keep a scenario as it is, with pages that `run` brings up to date. Nothing is written where
    a page, a check or a file fails."""
    from model import load, project
    from model.audit.checks import check

    company = _company(options.company)
    path, day = _place(options.name, options.out), _day(options.date)
    failed = check(project(load(company, options.scenario))).failed
    for sentence in failed:
        print(f"check failed: {sentence}", file=sys.stderr)
    code = FAILED if failed else DONE if options.no_pages else run([company], [options.scenario])
    if code != DONE:
        print("Nothing was packed.", file=sys.stderr)
        return code
    pages = {} if options.no_pages else _pages(company, options.scenario)
    book = {f"reports/{company}/{options.scenario}/{manifest.WORKBOOK}":
            workbooks.content(company, options.scenario)}
    content = pack.content(options.name, company, options.scenario, day, pages | book)
    files.write_whole(path, content)
    name = options.name if options.out is None else shlex.quote(str(path))
    what = "no pages" if options.no_pages else count(len(pages), "page")
    print(f"Written: {folders.relative(path)} ({len(content) / 1e6:.1f} MB) with params, figures, "
          f"workbook and {what}. python -m model compare-packs {name} says what has "
          "changed since.")
    return DONE


def _company(name: str | None) -> str:
    """The company of a pack. Raises InputError where it must be named."""
    companies = catalog.companies()
    if name is None and len(companies) != 1:
        raise InputError.of("--company", f"is missing; {nearest('', companies)}")
    company = companies[0] if name is None else name
    catalog.check_company(company)
    return company


def _place(name: str, out: Path | None) -> Path:
    """The file of a new pack. Raises InputError with every problem."""
    path = out or pack.path_of(name)
    problems = []
    if fault := catalog.name_fault(name, in_formulas=False):
        problems.append(Problem("name", f"{quoted(name)} {fault}."))
    elif name == pack.NOW:
        problems.append(Problem("name", f"{pack.NOW!r} is the plan as it is; give the pack a name "
                                        "of its own."))
    if path.suffix.lower() != archive.SUFFIX:
        problems.append(Problem("--out", f"{quoted(str(path))} does not end in {archive.SUFFIX}; "
                                         "give such a name."))
    elif files.exists(path):
        problems.append(Problem("name" if out is None else "--out",
                                f"{folders.relative(path)} is there already, and what was sent is "
                                "not replaced; give another name."))
    fail_if(problems)
    return path


def _day(text: str | None) -> str:
    """The day of a pack. Raises InputError."""
    try:
        return (date.fromisoformat(text) if text else datetime.now(UTC).date()).isoformat()
    except ValueError:
        raise InputError.of("--date", f"is {quoted(text)}, but must be a date such as "
                                      "2026-10-31.") from None


def _pages(company: str, scenario: str) -> dict[str, bytes]:
    """The pages of a scenario that a run has just brought up to date, by their names in a pack."""
    out = folders.reports()
    names = [f"{key}.html" for key, job in manifest.read(out).jobs.items()
             if (job["company"], job["scenario"], job["status"]) == (company, scenario, "done")]
    return {f"reports/{name}": (out / name).read_bytes() for name in names}
