"""The command `verify`: a page is made again in memory, and every figure on it compared."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from model.commands import BAD_INPUT, DONE, FAILED
from model.counts import count
from model.files import UnusableError, read, text
from model.folders import relative
from model.problems import InputError, Problem, visible
from model.reporting import pages
from model.reporting.jobs import STAMP, Inputs, Job, Selection, load_all, select
from model.views import facts
from model.views.page import Origin, hrefs, origin, page_html

if TYPE_CHECKING:
    from model.reporting.kernel import Runner

MOST = 4_000_000
# Of a page of another version that many differences are printed.
SHOWN = 20
VERIFIED, DIFFERS, OTHER = "verified", "differs", "made by another version"


class Unmakeable(Exception):
    """Why a page cannot be made here."""


def verify(files: Sequence[Path]) -> int:
    """Print of each page what a second making of it shows. The exit code is that of the worst:
    0 every figure agrees, 1 something differs or cannot be made again, 2 no page of ours."""
    from model.reporting.kernel import Runner

    code = DONE
    with Runner() as runner:
        maker = Maker(runner)
        for path in files:
            try:
                state, lines = judged(_page(path), maker)
            except InputError as error:
                print(error, file=sys.stderr)
                code = BAD_INPUT
                continue
            except Unmakeable as error:
                state, lines = "cannot be made again here", [str(error)]
            lines[0] = f"{relative(path)}: {state}: {lines[0]}"
            print(*map(visible, lines), sep="\n  ", flush=True)
            code = max(code, DONE if state == VERIFIED else FAILED)
    return code


def _page(path: Path) -> str:
    """The text of a page. Raises InputError for what is no page of ours."""
    try:
        html = text(read(path, MOST, "a page", "name a page of reports", "name a page of reports"))
        if origin(html) is None:
            raise UnusableError("is no page that says of itself what it was made of; name one that "
                                "`python -m model run` wrote.")
    except UnusableError as error:
        raise InputError([Problem(relative(path), str(error))]) from None
    return html.replace("\r\n", "\n")


def judged(html: str, maker: Maker) -> tuple[str, list[str]]:
    """What a page is, and the lines that say why. Raises Unmakeable."""
    claim = origin(html)
    found, here = facts.compare(html, maker.page(claim, hrefs(html))), maker.origin(claim)
    # Other libraries should make the same page; where they do not, they may be why.
    same = not (found.differences or found.texts)
    other = any(getattr(claim, name) != getattr(here, name) for name in STAMP
                if name != "commit" and not (same and name == "libraries"))
    lines = [f"{found.count - len(found.differences):,} of {count(found.count, 'figure')} agree"
             + (", and all other text." if same else ".")]
    if other:
        lines += [f"{whose}: " + ", ".join(f"{name} {getattr(made, name) or 'unknown'}"
                                           for name in STAMP)
                  for whose, made in (("the page", claim), ("here", here))]
    elif claim.commit != here.commit:
        lines += [f"made at commit {claim.commit or 'unknown'}, compared at "
                  f"{here.commit or 'unknown'}; what the page is made of is the same."]
    shown = found.differences[:SHOWN if other else None]
    lines += [f"{name}: {'nothing' if page is None else page} in the page, "
              f"{'nothing' if ours is None else ours} here" for name, page, ours in shown]
    if len(shown) < len(found.differences):
        lines.append(f"and {count(len(found.differences) - len(shown), 'more figure')}.")
    lines += [f"text differs: {part}" for part in found.texts]
    return OTHER if other else VERIFIED if same else DIFFERS, lines


@dataclass
class Maker:
    """Makes pages in memory."""

    runner: Runner
    inputs: Inputs = field(default_factory=Inputs)
    selection: Selection = field(default_factory=lambda: select((), (), (), []))

    def job(self, claim: Origin) -> Job:
        """The job of a page. Raises Unmakeable where there is none."""
        key = "/".join(filter(None, (claim.company, claim.scenario, claim.notebook)))
        job = next((job for job in self.selection.every if job.key == key), None)
        if job is None:
            raise Unmakeable(f"there is no {key} in this folder.")
        return job

    def origin(self, claim: Origin) -> Origin:
        """What the page would say of itself if it were made here."""
        job = self.job(claim)
        return pages.origin(job, self.inputs.stamp(job))

    def page(self, claim: Origin, links: set[str]) -> str:
        """The page as this folder makes it, with the links that it had and what it says of itself.
        Raises Unmakeable."""
        job, problems = self.job(claim), []
        loaded = load_all([(job.company, name) for name in job.scenarios], problems)
        if problems:
            raise Unmakeable(f"{job.key}: {problems[0]}")
        there = pages.linked(job, self.selection, links)
        # Of another scenario nothing but its name is needed, and it may be at fault itself.
        loaded |= load_all([pair for pair in pages.scenarios(self.selection, there)
                            if pair not in loaded], [])
        titles = {pair: (each.title, each.scenario_title) for pair, each in loaded.items()}
        frame = pages.page(job, self.selection, titles, there)
        return page_html(self.notebook(job), replace(frame, origin=claim))

    def notebook(self, job: Job):
        """The executed notebook of a job. Raises Unmakeable where it fails."""
        from model.reporting.kernel import Failure

        result = self.runner.execute(job)
        if isinstance(result, Failure):
            raise Unmakeable(f"{job.key}: {result}")
        return result
