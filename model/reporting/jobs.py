"""What a run consists of, and the fingerprint that says whether a page is up to date.

A job is one notebook executed for one scenario, or once for a subject. Its fingerprint covers
every byte that can change its page: the notebook, the package, the params files that it reads,
the lock file and the versions installed. Equal fingerprints mean an equal page.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from model import __version__, checkout, folders
from model.currency import UNIT, showing
from model.files import digest, file_digest, listing
from model.packs.archive import SUFFIX
from model.params import catalog
from model.problems import InputError, Problem, nearest, quoted
from model.reporting import notebooks
from model.reporting.notebooks import Notebook

PACKAGE = Path(__file__).resolve().parent.parent
# What a page says it was made of; of hashes so many characters.
STAMP = ("version", "commit", "code", "params", "libraries")
_SHORT = 12


@dataclass(frozen=True)
class Job:
    """One notebook for one scenario, or (scenario None) for a whole company."""

    company: str
    scenario: str | None
    notebook: Notebook

    @property
    def key(self) -> str:
        """Its place under the reports folder, without suffix: mentorship/base/breakeven."""
        return "/".join(filter(None, (self.company, self.scenario, self.notebook.name)))

    @property
    def parameters(self) -> dict:
        """What papermill assigns. `changes` is emptied on purpose: a notebook saved in the middle
        of an experiment must not carry it into the report of the scenario."""
        values = {"company": self.company, "scenario": self.scenario or "base", "changes": {},
                  "events": "", "log": ""}
        return {name: values[name] for name in values if name in self.notebook.parameters}

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios that it reads."""
        return (self.scenario,) if self.scenario else catalog.scenarios(self.company)


@cache
def versions() -> dict[str, str]:
    """What a page is made with, as installed; a hand-upgraded library makes a page anew."""
    numbers = {"python": sys.version.split()[0]}
    for package in ("anywidget", "ipywidgets", "matplotlib", "nbconvert", "numpy", "pandas",
                    "papermill", "scipy", "xlsxwriter"):
        with contextlib.suppress(PackageNotFoundError):
            numbers[package] = version(package)
    return numbers


class Inputs:
    """Content hashes of everything on disk that jobs read, each file read once."""

    def __init__(self) -> None:
        self._seen: dict[Path, str | None] = {}
        self._params: dict[tuple[str, tuple[str, ...]], dict[str, str | None]] = {}

    def hash(self, path: Path) -> str | None:
        if path not in self._seen:
            self._seen[path] = file_digest(path)
        return self._seen[path]

    @cached_property
    def sources(self) -> dict[str, str]:
        """Hash of each file of the package, by its path below the package's parent."""
        files = (path for path in sorted(PACKAGE.rglob("*")) if path.is_file())
        return {path.relative_to(PACKAGE.parent).as_posix(): self.hash(path) for path in files
                if "__pycache__" not in path.parts and _is_read(path)}

    @cached_property
    def sources_hash(self) -> str:
        return hash_of(self.sources)

    def params(self, company: str, scenarios: Iterable[str]) -> dict[str, str | None]:
        key = company, tuple(scenarios)
        if key not in self._params:
            self._params[key] = self._params_of(*key)
        return self._params[key]

    def _params_of(self, company: str, scenarios: tuple[str, ...]) -> dict[str, str | None]:
        files = {path for name in scenarios for path in _scenario_files(company, name)}
        if company == catalog.BUDGET:
            files |= _beside(company)
        else:
            files |= {catalog.actuals_file(company, name) for name in scenarios} - {None}
        return {folders.relative(path): self.hash(path) for path in sorted(files)}

    def plans(self, job: Job) -> dict[str, str | None]:
        """Hash of each file with a plan that a job reads: params and, of a page of the whole
        company, what was sent."""
        packs = [path for path in listing(folders.packs()) if path.suffix == SUFFIX] \
            if job.scenario is None and job.company != catalog.BUDGET else []
        return {**self.params(job.company, job.scenarios),
                **{folders.relative(path): self.hash(path) for path in packs}}

    def files(self, job: Job) -> dict[str, str | None]:
        """Hash of each file that a job reads, without the package's."""
        lock = folders.root() / "requirements.lock"
        notebook = folders.relative(folders.notebooks() / f"{job.notebook.name}.ipynb")
        return {notebook: digest(job.notebook.content), **self.plans(job),
                **({folders.relative(lock): self.hash(lock)} if lock.is_file() else {})}

    def fingerprint(self, job: Job) -> str:
        return hash_of({**self.files(job), "job": job.key, "package": self.sources_hash,
                        "installed": str(versions())})

    @cached_property
    def commit(self) -> str:
        return checkout.commit()

    def stamp(self, job: Job) -> dict[str, str]:
        """What a page of this job is made of, for its foot: texts by the names in STAMP."""
        params = self.plans(job)
        code = {name: each for name, each in self.files(job).items() if name not in params}
        hashes = [hash_of(parts)[:_SHORT] for parts in (
            {**code, "package": self.sources_hash}, params, {"installed": str(versions())})]
        return dict(zip(STAMP, (__version__, self.commit, *hashes), strict=True))

    def scenario_fingerprint(self, company: str, scenario: str) -> str:
        """What a scenario's headline in the index depends on."""
        return hash_of({**self.params(company, [scenario]), "package": self.sources_hash})

    def workbook_fingerprint(self, company: str, scenario: str) -> str:
        """What a scenario's workbook depends on: it holds all of the company's scenarios."""
        return hash_of({**self.params(company, catalog.scenarios(company)), "scenario": scenario,
                        "package": self.sources_hash, "installed": str(versions())})


def _is_read(path: Path) -> bool:
    """Whether a job may depend on a file: on none that is hidden, and on no README."""
    return not path.name.startswith(".") and path.name != "README.md"


def _beside(subject: str) -> set[Path]:
    """Every file in a subject's folder that is no scenario: its base, and the data it reads."""
    return {path for path in (folders.params() / subject).rglob("*")
            if path.is_file() and _is_read(path)
            and path.parent != folders.params() / subject / "scenarios"}


def _scenario_files(company: str, scenario: str) -> tuple[Path, ...]:
    """The files of a scenario; of one that extends nothing that exists, those that do exist,
    since loading it will say what is wrong, and the fingerprint need not."""
    try:
        return catalog.scenario_files(company, scenario)
    except InputError:
        return catalog.scenario_path(company, "base"), catalog.scenario_path(company, scenario)


def hash_of(parts: dict[str, str | None]) -> str:
    return digest("\n".join(f"{name} {parts[name]}" for name in sorted(parts)).encode())


@dataclass(frozen=True)
class Selection:
    """All jobs there are, and those that were asked for."""

    every: tuple[Job, ...]
    choice: tuple[Job, ...]
    unreadable: frozenset[str]


def select(subjects: Sequence[str], scenarios: Sequence[str], names: Sequence[str],
           problems: list[Problem]) -> Selection:
    """The jobs that a command asks for; adds to `problems` what cannot be had.

    No subject, scenario or notebook named means all of them. Naming a scenario leaves out the
    pages of the whole company, unless their notebook is named too.
    """
    companies = catalog.subjects()
    by_company = {company: catalog.scenarios(company) for company in companies}
    problems += _unknown("subject", subjects, companies)
    subjects_here = [company for company in companies if company in subjects or not subjects]
    names_here = dict.fromkeys(name for company in subjects_here for name in by_company[company])
    problems += _unknown("scenario", scenarios, tuple(names_here))
    there = notebooks.names()
    problems += _unknown("notebook", names, there)
    if not there:
        problems.append(Problem(folders.relative(folders.notebooks()), "holds no notebooks."))
    read, unreadable = [], set()
    for name in there:
        notebook, faults = notebooks.read(name)
        if notebook:
            read.append(notebook)
        else:
            unreadable.add(name)
            problems += faults if name in names or not names else []
    every = [job for company in companies for job in _jobs(company, by_company[company], read)]
    choice = [job for job in every if job.company in subjects_here
              and (job.notebook.name in names or not names)
              and (not scenarios or job.scenario in scenarios
                   or (job.scenario is None and job.notebook.name in names))]
    if not choice and not problems:
        problems += [Problem("run", f"no notebook fits: {_why_none(company, names, read)}")
                     for company in subjects_here]
    return Selection(tuple(every), tuple(choice), frozenset(unreadable))


def _why_none(company: str, names: Sequence[str], read: Sequence[Notebook]) -> str:
    about = [notebook for notebook in read if company in notebook.subjects]
    if not about:
        return (f"none is about {company}; write {company} into the list model.subjects in the "
                "metadata of those that are to be.")
    others = [notebook for notebook in read if notebook.name in names and notebook not in about]
    if others:
        return "; ".join(f"{notebook.name} is about {', '.join(notebook.subjects)}, not about "
                         f"{company}" for notebook in others) + "."
    return (f"those about {company} look at all of its scenarios together; leave the scenario out, "
            "or name the notebook.")


def _jobs(company: str, scenarios: Sequence[str], read: Sequence[Notebook]) -> list[Job]:
    mine = sorted((notebook for notebook in read if company in notebook.subjects),
                  key=lambda notebook: (notebook.order, notebook.name))
    return ([Job(company, scenario, notebook) for scenario in scenarios
             for notebook in mine if notebook.scope == "scenario"]
            + [Job(company, None, notebook) for notebook in mine if notebook.scope == "company"])


def _unknown(kind: str, asked: Sequence[str], choices: Sequence[str]) -> list[Problem]:
    return [Problem(kind, f"{quoted(name)} is unknown; {nearest(name, choices)}")
            for name in dict.fromkeys(asked) if name not in choices]


def load_all(pairs: Iterable[tuple[str, str]], problems: list[Problem]) -> dict:
    """The assumptions of each (company, scenario); adds to `problems` what is wrong in them."""
    import model

    plans = {}
    for company, scenario in pairs:
        try:
            with showing(UNIT):
                if company == catalog.BUDGET:
                    plans[company, scenario] = _budget(scenario)
                    continue
                plans[company, scenario] = model.load(company, scenario)
                _read_actuals(plans[company, scenario])
        except InputError as error:
            before = set(problems)
            problems += [each for each in dict.fromkeys(error.problems) if each not in before]
    return plans


def _budget(scenario: str):
    """The view of a budget's scenario; an export or log that cannot be read is said on its page
    alone. Raises InputError where the plan cannot be used."""
    from model.pages.budget.view import open_budget

    return open_budget(scenario)


def _read_actuals(assumptions) -> None:
    """Raise InputError where actuals cannot be read; only then is a projection needed."""
    import model
    from model.analysis.variance import actuals

    if assumptions.actuals_file:
        actuals(model.project(assumptions))
