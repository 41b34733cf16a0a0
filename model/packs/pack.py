"""Packs: a plan as it was sent, in a pack or in an older workbook, or as it is now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from model import folders
from model.companies import COMPANIES, company_module, has_texts
from model.engine.close import as_planned
from model.files import listing, text
from model.packs import archive
from model.packs.record import FORMAT, record
from model.params import catalog
from model.params.assumptions import Assumptions, load
from model.problems import InputError, Problem, nearest, quoted
from model.views.formats import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = "pack.json"
PARAMS = "params/"
NOW = "now"
WORKBOOK = ".xlsx"
# What a workbook does not hold, and so nothing is compared with.
ACTUALS, FORMULAS, DEFINITIONS, TIES = "actuals", "formulas", "definitions", "correlations"
_KINDS = {"name": str, "made": str, "company": str, "scenario": str, "scenario_title": str,
          "headlines": dict, "kpis": dict, "formulas": dict, "definitions": dict, "as_of": str,
          "version": str}


@dataclass(frozen=True)
class Pack:
    """A plan as it was sent, or as it is now.

    name      what tables call it
    record    what it says of itself (record.py)
    plan      its assumptions, as they are read today
    missing   what it does not hold, in words: actuals, formulas, definitions, correlations
    gone      of a workbook, what its plan has set that nobody can name any more: values by path
    """

    name: str
    record: Mapping
    plan: Assumptions
    missing: tuple[str, ...] = ()
    gone: Mapping[str, str] = field(default_factory=dict)

    @property
    def company(self) -> str:
        return self.plan.company

    @property
    def origin(self) -> str:
        """Where its figures come from, in words: day, version and commit."""
        said = self.record
        parts = [f"made {said['made']}" if said.get("made") else "",
                 f"scenario {self.plan.scenario}", f"as of {said['as_of']}",
                 f"version {said['version']}", said.get("commit") and f"commit {said['commit']}",
                 said.get("python") and f"Python {said['python']}"]
        return ", ".join(filter(None, parts))


def path_of(name: str) -> Path:
    """The file of a pack of this name, there or not."""
    return folders.packs() / f"{name}{archive.SUFFIX}"


def names() -> tuple[str, ...]:
    """The names of the packs that are kept here, in alphabetical order."""
    return tuple(path.stem for path in listing(folders.packs()) if path.suffix == archive.SUFFIX)


def kept(company: str) -> tuple[list[Pack], list[str]]:
    """The packs of a company that are kept here, the youngest first, and the names of those that
    cannot be used, without those that say that they are of another company."""
    packs, unusable = [], []
    for name in names():
        try:
            packs.append(opened(path_of(name)))
        except InputError:
            if _company_said(path_of(name)) in (company, None):
                unusable.append(name)
    packs = [each for each in packs if each.company == company]
    return sorted(packs, key=lambda each: (each.record["made"], each.name),
                  reverse=True), unusable


def _company_said(path: Path) -> str | None:
    """The company of this model that a pack says it is of, proven or not; None if it says none."""
    try:
        company = json.loads(text(archive.unproven(path)[RECORD]))["company"]
        return company if company in COMPANIES else None
    except (InputError, ValueError, LookupError, TypeError, RecursionError):
        return None


def found(name: str, like: Pack | None = None) -> Pack:
    """The pack of a name, of a pack's file or of an older workbook; `now` is this folder's plan of
    the company and scenario of another pack, which it is `like`. Raises InputError."""
    if name == NOW:
        if like is None:
            raise InputError.of("compare-packs", "compares a pack with now; name a pack first, and "
                                                 f"then {NOW}.")
        return now(like.company, like.plan.scenario)
    path = Path(name)
    if path.suffix.lower() == WORKBOOK:
        return of_workbook(path)
    if path.suffix.lower() == archive.SUFFIX:
        return opened(path)
    if name not in names():
        where = folders.relative(folders.packs())
        raise InputError.of("pack", f"{quoted(name)} is no pack in {where}/; "
                                    f"{nearest(name, (*names(), NOW))}")
    return opened(path_of(name))


def now(company: str, scenario: str) -> Pack:
    """The plan of this folder as it is now. Raises InputError."""
    plan = load(company, scenario)
    return Pack(NOW, record(plan, NOW), plan)


def of_workbook(path: Path) -> Pack:
    """The plan that a workbook was written with. It holds neither actuals nor definitions nor
    correlations, and of formulas a mark: its headlines are what the formulas of today make of it.
    Raises InputError."""
    from model.workbook import reading
    from model.workbook.book import book

    plans, version = reading.sent(path)
    base = load(plans.base.company)
    plan = _as_set(replace(as_planned(plans.now), actuals=None, actuals_file=None), base)
    whole = in_today(plan, base.opened(plan.entries))
    alike = plan.entries.keys() == whole.entries.keys() and not plans.gone
    same = alike and book(plans).version == version
    said = record(whole, path.stem) | {"commit": "", "python": "",
                                       "version": f"of formulas {version}"}
    gone = {name: "values over time" if isinstance(setting.value, Mapping) else
            typed(setting.value, None) for name, setting in plans.gone.items()}
    missing = (ACTUALS, DEFINITIONS, TIES, *(() if same else (FORMULAS,)))
    return Pack(path.stem, said, plan, missing, gone)


def opened(path: Path) -> Pack:
    """The pack in a file. Raises InputError with every problem."""
    contents = archive.unpacked(path)
    said = _record(folders.relative(path), contents)
    with _params(contents):
        try:
            plan = load(said["company"], said["scenario"])
        except InputError as error:
            raise InputError([Problem(f"{path.name}, {each.where}", each.what)
                              for each in error.problems]) from None
    return Pack(path.stem, said, plan)


def _record(where: str, contents: Mapping[str, bytes]) -> dict:
    """What a pack says of itself. Raises InputError for what no pack says."""
    try:
        said = json.loads(text(contents.get(RECORD, b"")))
        if said["format"] != FORMAT:
            raise InputError.of(where, f"was written by another version of the model (format "
                                       f"{quoted(said['format'])}, here {FORMAT}); open it with "
                                       "that version.")
        usable = _is_record(said)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        usable = False
    if not usable:
        raise InputError.of(where, f"is no pack: its {RECORD} is not what `python -m model pack` "
                                   "writes; name one that it wrote.")
    if not has_texts(said["company"]):
        raise InputError.of(where, f"is a pack of {quoted(said['company'])}, which is not a "
                                   f"company of this model; {nearest(said['company'], COMPANIES)}")
    return said


def _is_record(said: Mapping) -> bool:
    """Whether a record is such as record.py makes. Raises ValueError or LookupError otherwise."""
    date.fromisoformat(said["made"])
    figures = [*said["headlines"].values(),
               *(each for by_year in said["kpis"].values() for each in by_year.values())]
    texts = [each[name] for each in said["formulas"].values()
             for name in ("label", "words", "formula")]
    return (all(isinstance(said[key], kind) for key, kind in _KINDS.items())
            and all(isinstance(each, dict) for each in said["definitions"].values())
            and all(isinstance(each, str) for each in texts)
            and all(_is_figure(each) for each in figures))


def _is_figure(said: Mapping) -> bool:
    kind = str if said["unit"] == "month" else int | float
    value = said["value"]
    return isinstance(said["label"], str) and isinstance(said["unit"], str) and (
        value is None or (isinstance(value, kind) and not isinstance(value, bool)))


@contextmanager
def _params(contents: Mapping[str, bytes]) -> Iterator[None]:
    """A folder that is the project's meanwhile, in which the params of a pack stand."""
    with TemporaryDirectory(prefix="pack-") as name:
        folder = Path(name)
        for part, content in contents.items():
            if part.startswith(PARAMS):
                path = folder / PurePosixPath(part)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        (folder / PARAMS).mkdir(exist_ok=True)
        with folders.project_at(folder):
            yield


def _as_set(plan: Assumptions, base: Assumptions) -> Assumptions:
    """A plan without the openings of which neither it nor base says anything."""
    entries = {path: entry for path, entry in plan.entries.items()
               if path in base.entries or plan.settings[path].differs(entry)}
    return replace(plan, entries=entries, settings={path: plan.settings[path] for path in entries})


def in_today(plan: Assumptions, base: Assumptions) -> Assumptions:
    """A plan with the assumptions that formulas of today read: those that it does not have are as
    in today's base, those that today does not have are left out."""
    return replace(
        plan, entries={path: plan.entries.get(path, entry) for path, entry in base.entries.items()},
        settings={path: plan.settings.get(path, setting)
                  for path, setting in base.settings.items()})


def params_of(company: str, scenario: str) -> dict[str, bytes]:
    """The params files that a scenario reads, by their names in a pack. Raises InputError."""
    paths = [*catalog.scenario_files(company, scenario),
             *filter(None, [catalog.actuals_file(company, scenario)])]
    return {PARAMS + path.relative_to(folders.params()).as_posix(): path.read_bytes()
            for path in paths}


def content(name: str, company: str, scenario: str, made: str,
            others: Mapping[str, bytes]) -> bytes:
    """The bytes of a pack: params, what the plan says of itself, and `others`, pages and workbook
    by their names in it. Raises InputError for a plan that cannot be used."""
    company_module(company)
    said = json.dumps(record(load(company, scenario), name, made), indent=1, ensure_ascii=False)
    return archive.packed({**params_of(company, scenario), **others,
                           RECORD: f"{said}\n".encode()})
