"""The command `verify`: a page is made again in memory, and every figure on it compared."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType

from model.commands import BAD_INPUT, DONE, FAILED
from model.counts import count
from model.files import UnusableError, read, text
from model.folders import relative
from model.problems import InputError, Problem, visible
from model.reporting import pages
from model.reporting.jobs import Inputs, Job, Selection, load_all, select
from model.views import facts
from model.views.facts import Comparison
from model.views.page import Origin, hrefs, origin, page_html

MOST = 4_000_000
# Of a page of another version that many differences are printed.
SHOWN = 20
VERIFIED, DIFFERS, OTHER = "verified", "differs", "made by another version"


class Unmakeable(Exception):
    """Why a page cannot be made here."""


def verify(files: Sequence[Path]) -> int:
    """Print of each page what a second making of it shows. The exit code is that of the worst:
    0 every figure agrees, 1 something differs or cannot be made again, 2 no page of ours."""
    code = DONE
    with Maker() as maker:
        for path in files:
            try:
                html = _page(path)
                state, lines = judged(html, maker)
            except InputError as error:
                print(error, file=sys.stderr)
                code = BAD_INPUT
                continue
            except Unmakeable as error:
                state, lines = "cannot be made again here", [str(error)]
            print(visible(f"{relative(path)}: {state}: {lines[0]}"),
                  *(visible(f"  {line}") for line in lines[1:]), sep="\n", flush=True)
            code = max(code, DONE if state == VERIFIED else FAILED)
    return code


def judged(html: str, maker: Maker) -> tuple[str, list[str]]:
    """What a page is, and the lines that say why. Raises Unmakeable."""
    claim = origin(html)
    found = facts.compare(html, maker.page(claim, hrefs(html)))
    here = maker.origin(claim)
    same = not (found.differences or found.texts)
    kin = [name for name in ("version", "code", "params", *(() if same else ("libraries",)))
           if getattr(claim, name) != getattr(here, name)]
    state = OTHER if kin else VERIFIED if same else DIFFERS
    lines = [f"{found.agreeing:,} of {count(found.count, 'figure')} agree"
             + (", and all other text." if same else ".")]
    if kin:
        lines += [f"the page: {_words(claim)}", f"here: {_words(here)}"]
    elif claim.commit != here.commit:
        lines += [f"made at commit {claim.commit or 'unknown'}, compared at "
                  f"{here.commit or 'unknown'}; what the page is made of is the same."]
    return state, lines + _differences(found, SHOWN if kin else found.count)


def _words(made: Origin) -> str:
    names = {"version": made.version, "commit": made.commit, "code": made.code,
             "params": made.params, "libraries": made.libraries}
    return ", ".join(f"{name} {value or 'unknown'}" for name, value in names.items())


def _differences(found: Comparison, most: int) -> list[str]:
    lines = [f"{name}: {_value(page)} in the page, {_value(here)} here"
             for name, page, here in found.differences[:most]]
    more = len(found.differences) - len(lines)
    return lines + ([f"and {count(more, 'more figure')}."] if more else []) \
        + [f"text differs: {part}" for part in found.texts]


def _value(value: str | None) -> str:
    return "nothing" if value is None else value


def _page(path: Path) -> str:
    """The text of a page. Raises InputError for what is no page of ours."""
    try:
        html = text(read(path, MOST, "a page", "name a page of reports", "name a page of reports"))
    except UnusableError as error:
        raise InputError([Problem(relative(path), str(error))]) from None
    if origin(html) is None:
        raise InputError([Problem(relative(path), "is no page that says of itself what it was made "
                                  "of; name one that `python -m model run` wrote.")])
    return html.replace("\r\n", "\n")


class Maker:
    """Makes pages in memory; to be used in a `with` block, after which nothing of it is left."""

    def __init__(self) -> None:
        self.inputs, self._runner = Inputs(), None

    def __enter__(self) -> Maker:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._runner is not None:
            self._runner.__exit__(kind, error, trace)

    @cached_property
    def selection(self) -> Selection:
        """All jobs; what is wrong with a notebook is said where it is needed."""
        return select((), (), (), [])

    def job(self, claim: Origin) -> Job:
        """The job of a page. Raises Unmakeable where there is none."""
        key = "/".join(filter(None, (claim.company, claim.scenario, claim.notebook)))
        job = next((job for job in self.selection.every if job.key == key), None)
        if job is None:
            raise Unmakeable(f"there is no {key} in this folder.")
        return job

    def origin(self, claim: Origin) -> Origin:
        """What the page would say of itself if it were made here."""
        return pages.origin(self.job(claim), self.inputs.stamp(self.job(claim)))

    def page(self, claim: Origin, links: set[str]) -> str:
        """The page as this folder makes it, with the links that it had and what it says of itself.
        Raises Unmakeable."""
        job, problems = self.job(claim), []
        loaded = load_all([(job.company, name) for name in job.scenarios], problems)
        if problems:
            raise Unmakeable(f"{job.key}: {problems[0]}")
        titles = {pair: (each.title, each.scenario_title) for pair, each in loaded.items()}
        frame = pages.page(job, self.selection, titles, pages.linked(job, self.selection, links))
        return page_html(self.notebook(job), replace(frame, origin=claim))

    def notebook(self, job: Job):
        """The executed notebook of a job. Raises Unmakeable where it fails."""
        from model.reporting.kernel import Failure, Runner

        if self._runner is None:
            self._runner = Runner().__enter__()
        result = self._runner.execute(job)
        if isinstance(result, Failure):
            raise Unmakeable(f"{job.key}: {result}")
        return result
