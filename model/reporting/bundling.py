"""The command `bundle`: all pages of a scenario and its workbook in one file that can be mailed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from model import files, folders
from model.commands import DONE
from model.counts import count
from model.params import catalog
from model.problems import InputError, quoted
from model.reporting import manifest as manifests
from model.reporting import pages, workbooks
from model.reporting.jobs import Inputs, select
from model.views.bundle import Sheet, bundle_html

SUFFIX = ".html"


def bundle(options: argparse.Namespace, run: Callable[..., int]) -> int:
    """Write the bundle of a scenario, with pages that `run` brings up to date; nothing is written
    where a page fails. Raises InputError."""
    company, scenario = options.company, options.scenario
    catalog.check_company(company)
    path = _place(options.out, company, scenario)
    code = run([company], [scenario])
    if code != DONE:
        return code
    sheets, title, made = _sheets(company, scenario)
    book = (f"{company}-{scenario}.xlsx", workbooks.content(company, scenario))
    content = bundle_html(*title, sheets, book, made).encode()
    files.write_whole(path, content)
    print(f"Written: {folders.relative(path)} ({len(content) / 1e6:.1f} MB) with "
          f"{count(len(sheets), 'page')} and the workbook; it needs nothing beside it.")
    return DONE


def _place(out: Path | None, company: str, scenario: str) -> Path:
    """The file of the bundle. Raises InputError."""
    path = out or folders.reports() / company / scenario / f"{company}-{scenario}{SUFFIX}"
    if path.suffix.lower() != SUFFIX:
        raise InputError.of("--out", f"{quoted(str(path))} does not end in {SUFFIX}; give such a "
                                     "name.")
    return path


def _sheets(company: str, scenario: str) -> tuple[list[Sheet], tuple[str, str], str]:
    """The pages of a scenario, and those of the whole company that are up to date; the titles of
    both; and when the first page was made, and of what."""
    from model.reporting import kernel
    from model.views.page import page_html

    out, selection, inputs = folders.reports(), select((), (), (), []), Inputs()
    manifest = manifests.read(out)
    titles = pages.titles(manifest)
    found, made = [], ""
    mine = [job for job in selection.every if job.company == company and job.key in manifest.jobs
            and (job.scenario == scenario or (job.scenario is None
                                              and manifest.is_current(job, inputs, out)))]
    for job in mine:
        record = manifest.jobs[job.key]
        # Links lead nowhere in a mail; those above the frame lead to the other pages.
        page = replace(pages.page(job, selection, titles, (), record), links=())
        notebook = kernel.from_bytes((out / f"{job.key}.ipynb").read_bytes())
        found.append(Sheet(job.notebook.name, job.notebook.label, page_html(notebook, page)))
        made = made or page.origin.sentence
    return found, titles[company, scenario], made
