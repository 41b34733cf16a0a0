"""Making the pages of a scenario from a notebook: a process of its own, and how far it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from model import folders
from model.counts import count
from model.views.formats import sentence_case

_COMMAND = (sys.executable, "-m", "model", "run")
# What a run prints when a page has ended.
_ENDED = re.compile(r"^(\S+): (?:done|failed), ")


@dataclass(frozen=True)
class PageRun:
    """How far the pages of a scenario are: `done` of `pages`, in words as `said`, links to what is
    there as label and place in the project, and what went wrong."""

    done: int = 0
    pages: int = 0
    said: str = ""
    links: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def data(self) -> dict:
        return asdict(self)


def make_pages(company: str, scenario: str, tell: Callable[[PageRun], None]) -> None:
    """Bring the pages of a scenario up to date, and tell how far they are."""
    tell(PageRun(said="Looking which pages are out of date"))
    run = [*_COMMAND, company, "-s", scenario, "--json"]
    plan = subprocess.run([*run, "--dry-run"], cwd=folders.root(), capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, check=False)
    if plan.returncode:
        tell(PageRun(problems=_lines(plan.stderr)))
        return
    pages = len(json.loads(plan.stdout)["execute"])
    done, said = 0, []
    tell(PageRun(0, pages, f"Making {count(pages, 'page')}"))
    with subprocess.Popen(run, cwd=folders.root(), stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as work:
        for line in work.stderr:
            if found := _ENDED.match(line):
                done += 1
                tell(PageRun(done, pages, f"{_page(found[1])} is made, {done} of {pages}"))
            else:
                said.append(line)
        outcome = work.stdout.read()
    tell(_outcome(outcome, "".join(said), pages))


def _outcome(outcome: str, said: str, pages: int) -> PageRun:
    """How a run ended, by what it printed as JSON, and else on stderr."""
    try:
        found = json.loads(outcome)
    except ValueError:
        return PageRun(problems=_lines(said) or ("The pages were not made.",))
    made = count(len(found["executed"]), "page") if pages else "Every page was up to date, none"
    links = [(_page(key), f"reports/{key}.html") for key in found["executed"]]
    return PageRun(pages, pages, f"{made} made in {found['seconds']:g} seconds.",
                  (*links, ("All pages", "reports/index.html")), tuple(found["problems"]))


def _page(key: str) -> str:
    return sentence_case(key.rpartition("/")[2].replace("_", " "))


def _lines(said: str) -> tuple[str, ...]:
    return tuple(filter(None, said.splitlines()))
