"""From the manifest to what the pages and the index show: titles, links, headline figures."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from importlib import import_module
from urllib.parse import quote

from model.companies import has_texts
from model.companies.glossary import glossary
from model.currency import UNIT, labelled_data, showing
from model.files import digest
from model.numerals import PLAIN
from model.params import catalog
from model.reporting.jobs import STAMP, Inputs, Job, Selection
from model.reporting.manifest import WORKBOOK, Manifest
from model.views.index import Company, Entry, Figure, Scenario
from model.views.page import Link, Links, Origin, Page

# Units that their values show by themselves: "Oct 2027", "3.10".
_PLAIN = ("month", "year", "ratio", "fraction", "flag")

# What a check is called in the code, in front of what it says.
_CODE = re.compile(r"^E\d+ ")

# Subjects with headlines of their own, and the module whose `headlines(loaded)` gives them, as
# model.pages.frame.Headlines; the index has a column for each figure that they name.
OWN_HEADLINES: dict[str, str] = {catalog.BUDGET: "model.pages.budget"}


def there(manifest: Manifest) -> set[str]:
    """What a page can link to: the keys of pages, and of scenarios with a workbook."""
    return {key for key, record in manifest.jobs.items() if record["status"] == "done"} \
        | set(manifest.workbooks)


def frame(job: Job, selection: Selection, there: Collection[str]) -> str:
    """What a page shows beside its notebook's outputs; a change exports it again."""
    own, whole, workbook, alike = _targets(job, selection, there)
    return digest(repr([(other.key, other.notebook.label) for other in (*own, *whole, *alike)]
                       + [workbook]).encode())


def _targets(job: Job, selection: Selection,
             there: Collection[str]) -> tuple[list[Job], list[Job], bool, list[Job]]:
    """The pages that a page links to, of those that are there: of its scenario, or of a company's
    page the first of each scenario; of the whole company; whether there is a workbook; and the same
    page of every scenario."""
    others = [other for other in selection.every if other.company == job.company
              and (other.key in there or other == job)]
    own = [other for other in others if other.scenario and other.scenario == job.scenario]
    if not job.scenario:
        first = {other.scenario: other for other in reversed(others) if other.scenario}
        own = [first[name] for name in job.scenarios if name in first]
    alike = [other for other in others if job.scenario and other.notebook == job.notebook]
    return own, [other for other in others if other.scenario is None], bool(
        job.scenario and f"{job.company}/{job.scenario}" in there), alike


def linked(job: Job, selection: Selection, links: Collection[str]) -> set[str]:
    """What must have been there for a job's page to have these links; `there` of its page."""
    found = {other.key for other in selection.every
             if other.company == job.company and _relative(job, other) in links}
    return found | ({f"{job.company}/{job.scenario}"} if WORKBOOK in links else set())


def scenarios(selection: Selection, there: Collection[str]) -> set[tuple[str, str]]:
    """The (company, scenario) of the pages that are there."""
    return {(job.company, job.scenario) for job in selection.every
            if job.key in there and job.scenario}


def origin(job: Job, record: dict) -> Origin:
    """What the page of a job says of itself, from the record of its run."""
    return Origin(job.company, job.scenario or "", job.notebook.name,
                  record.get("started", "")[:16].replace("T", " "),
                  **{name: record.get(name, "") for name in STAMP})


def page(job: Job, selection: Selection, titles: dict[tuple[str, str], tuple[str, str]],
         there: Collection[str], record: dict | None = None) -> Page:
    """The frame of a job's page; `titles` are the company's and the scenario's for each pair, and
    `record` is that of its run."""
    own, whole, workbook, alike = _targets(job, selection, there)
    company, scenario = _titles(titles, job.company, job.scenarios[0])
    # Those of a scenario that a page belongs to stand open, whatever leads away from it is folded.
    by_scenario = tuple(Link(_titles(titles, job.company, other.scenario)[1],
                             None if other == job else _relative(job, other))
                        for other in (alike if job.scenario else own))
    several = len(by_scenario) > 1 or not job.scenario
    groups = [
        Links("Pages", _links(job, own) if job.scenario else ()),
        Links("All scenarios", _links(job, whole)),
        Links(f"Scenario: {scenario}" if job.scenario else "Scenarios",
              by_scenario if several else (), folded=True),
        Links("Workbook", (Link("Excel, live formulas", WORKBOOK),) if workbook else ()),
        Links("Reports", (Link("Index", "../" * job.key.count("/") + "index.html"),))]
    return Page(job.notebook.title, company, scenario if job.scenario else "",
                tuple(group for group in groups if group.links),
                origin=origin(job, record) if record else None, speak=speaker(job.company))


def speaker(company: str) -> Callable[[str], str]:
    """Says what stands in notebooks in the words of a company."""
    return glossary(company).spoken if has_texts(company) else str


def _titles(titles: dict, company: str, scenario: str) -> tuple[str, str]:
    """The titles of a company and a scenario, or their names where no run has read them."""
    return titles.get((company, scenario), (company, scenario))


def titles(manifest: Manifest) -> dict[tuple[str, str], tuple[str, str]]:
    """The titles of every (company, scenario) that a run has read."""
    return {(record["company"], record["scenario"]): (
                record["company_title"], record.get("title", record["scenario"]))
            for record in manifest.scenarios.values()}


def _links(job: Job, others: list[Job]) -> tuple[Link, ...]:
    return tuple(Link(other.notebook.label, None if other == job else _relative(job, other))
                 for other in others)


def _relative(job: Job, other: Job) -> str:
    """The way from one page to another; both lie under the reports folder."""
    if job.scenario and job.scenario == other.scenario:
        return quote(f"{other.notebook.name}.html")
    up = "../" * job.key.count("/")
    return up + quote(f"{other.key}.html")


def headline(assumptions, fingerprint: str) -> dict:
    """What the index says of a scenario; `problem` holds why there are no figures."""
    record = {"company": assumptions.company, "scenario": assumptions.scenario,
              "company_title": assumptions.title,
              "currency": getattr(assumptions, "currency", UNIT),
              "numerals": getattr(assumptions, "numerals", PLAIN),
              "about": getattr(assumptions, "about", ""),
              "title": assumptions.scenario_title, "why": assumptions.scenario_why,
              "fingerprint": fingerprint}
    try:
        with showing(record["currency"]):
            return record | labelled_data(_figures(assumptions))
    except Exception as error:  # a scenario without figures must not cost the others their pages
        return record | {"problem": f"{type(error).__name__}: {error}", "checks": {}}


def _figures(assumptions) -> dict:
    from model.views.formats import format_value, unit_label

    rows = _headlines(assumptions)
    return {"sentence": rows.sentence,
            "figures": [[str(label), "" if unit in _PLAIN else unit_label(unit),
                         "never" if unit == "month" and value is None else
                         format_value(value, unit), _key(value)]
                        for label, value, unit in rows.figures],
            "checks": {"master": str(rows.checks["master"]),
                       "failed": [str(name) for name in rows.checks["failed"]],
                       "alerts": [str(name) for name in rows.checks["alerts"]]}}


def _headlines(assumptions):
    if assumptions.company in OWN_HEADLINES:
        return import_module(OWN_HEADLINES[assumptions.company]).headlines(assumptions)
    import model
    from model.pages.frame import headlines

    return headlines(model.project(assumptions))


def _key(value: object) -> float | str | None:
    """What a figure sorts by; None where there is no value."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def index_rows(selection: Selection) -> list[tuple[str, str]]:
    """The (subject, scenario) pairs whose headline figures the wanted pages bring to the index: of
    a page of one scenario that one, of a subject with no such pages every scenario."""
    by_scenario = {job.company for job in selection.every if job.scenario}
    return list(dict.fromkeys(
        (job.company, name) for job in selection.choice
        if job.scenario or job.company not in by_scenario for name in job.scenarios))


def companies(manifest: Manifest, selection: Selection, inputs: Inputs) -> list[Company]:
    """The index's companies, from what was made so far."""
    current = {job.key: inputs.fingerprint(job) for job in selection.every}
    # Companies first: who opens the index has mostly come for them.
    names = sorted({record["company"] for record in manifest.jobs.values()},
                   key=lambda name: (name == catalog.BUDGET, name))
    return [_company(name, manifest, current) for name in names]


def _company(name: str, manifest: Manifest, current: dict[str, str]) -> Company:
    jobs = {key: record for key, record in manifest.jobs.items() if record["company"] == name}
    records = {record["scenario"]: record for record in manifest.scenarios.values()
               if record["company"] == name}
    scenarios = {record["scenario"] for record in jobs.values() if record["scenario"]}
    # A subject whose pages are all about every scenario shows those of which it has figures.
    scenarios = scenarios or set(records)
    title = next((record["company_title"] for record in records.values()), name)
    about = next((record.get("about", "") for record in records.values()), "")
    return Company(name, title, _entries(jobs, None, current), tuple(
        _scenario(scenario, records.get(scenario, {}), _entries(jobs, scenario, current),
                  f"{name}/{scenario}" in manifest.workbooks and quote(
                      f"{name}/{scenario}/{WORKBOOK}"),
                  _youngest(jobs.values(), scenario))
        for scenario in sorted(scenarios, key=lambda other: (other != "base", other))), about,
        *(next((record.get(name, usual) for record in records.values()), usual)
          for name, usual in (("currency", UNIT), ("numerals", PLAIN))))


def _scenario(name: str, record: dict, entries: tuple[Entry, ...], workbook: str | bool,
              last_run: str) -> Scenario:
    checks = record.get("checks", {})
    return Scenario(
        name, record.get("title", name), record.get("why", ""), record.get("sentence", ""),
        tuple(Figure(*figure) for figure in record.get("figures", ())), checks.get("master", ""),
        tuple(_CODE.sub("", each) for each in checks.get("failed", ())),
        tuple(checks.get("alerts", ())),
        record.get("problem", ""), entries, workbook or "", last_run)


def _entries(jobs: dict, scenario: str | None, current: dict[str, str]) -> tuple[Entry, ...]:
    mine = sorted(((record["order"], key, record) for key, record in jobs.items()
                   if record["scenario"] == scenario), key=lambda item: item[:2])
    return tuple(Entry(record["label"], record["title"],
                       quote(f"{key}.html") if record["status"] == "done" else None,
                       record.get("failure", ""), record["fingerprint"] != current.get(key))
                 for _, key, record in mine)


def last_run(manifest: Manifest) -> str:
    """When the youngest page was made, in UTC, as 2026-11-21 22:50; empty without pages."""
    return _moment(manifest.jobs.values())


def _youngest(records: Collection[dict], scenario: str) -> str:
    """When the youngest page of a scenario was made, or of all where it has none."""
    mine = [record for record in records if record["scenario"] == scenario]
    return _moment(mine or records)


def _moment(records: Collection[dict]) -> str:
    return max((record["started"] for record in records), default="")[:16].replace("T", " ")


def kept_scenarios(manifest: Manifest) -> dict[str, dict]:
    """The scenario records that still have a params file."""
    names = {name: catalog.scenarios(name) for name in catalog.subjects()}
    return {key: record for key, record in manifest.scenarios.items()
            if record["scenario"] in names.get(record["company"], ())}
