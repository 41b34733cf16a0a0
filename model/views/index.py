"""The index of the reports: for each company its scenarios side by side, and every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from model.views.export import TEMPLATES, policy, style_sheet
from model.views.markup import escape, tag

TITLE = "Financial model reports"
FOLD_FROM = 3


@dataclass(frozen=True)
class Entry:
    """One page: where it is, or why it failed; `old` when its inputs have changed since."""

    label: str
    title: str
    href: str | None
    failure: str = ""
    old: bool = False


@dataclass(frozen=True)
class Scenario:
    """One scenario: `figures` are (label, unit, value) as written; `master` is ok or failed."""

    name: str
    title: str
    why: str = ""
    sentence: str = ""
    figures: tuple[tuple[str, str, str], ...] = ()
    master: str = ""
    failed: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    problem: str = ""
    pages: tuple[Entry, ...] = ()
    workbook: str = ""


@dataclass(frozen=True)
class Company:
    name: str
    title: str
    pages: tuple[Entry, ...]
    scenarios: tuple[Scenario, ...]


def index_html(companies: Sequence[Company], last_run: str) -> str:
    """The whole index as one file; `last_run` is a time in UTC as shown."""
    failed = [entry for company in companies
              for pages in (company.pages, *(one.pages for one in company.scenarios))
              for entry in pages if entry.failure]
    head = [tag("h1", escape(TITLE)),
            tag("p", escape(_state(last_run, len(failed))), class_="hint"),
            tag("p", "Amounts in USD; k = thousand, m = million. A failed check means: do not "
                     "trust the figures. An alert means: look at this.", class_="hint")]
    if len(companies) > 1:
        head.append(tag("p", "".join(tag("a", escape(one.title), href=_anchor(one.name))
                                     for one in companies), class_="row"))
    content = "\n".join(head + [_company(one) for one in companies])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(TITLE)}</title>\n<style>{style_sheet()}{_own_style()}</style>\n"
        '</head>\n<body>\n<a class="skip" href="#main">Skip to the content</a>\n'
        f'<main id="main">\n{content}\n</main>\n</body>\n</html>\n')


@cache
def _own_style() -> str:
    return (TEMPLATES / "investor" / "index.css").read_text(encoding="utf-8")


def _state(last_run: str, failed: int) -> str:
    if not last_run:
        return "No notebook has been run yet."
    said = f"Last run {last_run} UTC."
    if failed:
        said += f" {failed} page{'s' * (failed > 1)} failed; the reasons stand below."
    return said


def _anchor(*names: str) -> str:
    return "#" + quote(_id(*names))


def _id(*names: str) -> str:
    return "-".join(names).replace(" ", "-")


def _company(company: Company) -> str:
    parts = [tag("h2", escape(company.title), id=_id(company.name))]
    if company.pages:
        parts.append(_pages("All scenarios", company.pages))
    parts.append(_side_by_side(company))
    parts += [_scenario(company.name, one) for one in company.scenarios]
    return tag("section", "\n".join(filter(None, parts)))


def _side_by_side(company: Company) -> str:
    """The headline figures, a column for each scenario, base first."""
    shown = [one for one in company.scenarios if one.figures]
    rows = dict.fromkeys((label, unit) for one in shown for label, unit, _ in one.figures)
    if not rows:
        return ""
    head = tag("th", "Headline", scope="col") + "".join(
        tag("th", tag("a", escape(one.title), href=_anchor(company.name, one.name)), scope="col")
        for one in shown)
    values = [{(label, unit): value for label, unit, value in one.figures} for one in shown]
    body = "".join(
        tag("tr", tag("th", escape(label) + (f" {tag('small', escape(unit))}" if unit else ""),
                      scope="row")
            + "".join(tag("td", escape(mine.get((label, unit), "–"))) for mine in values))
        for label, unit in rows)
    body += tag("tr", tag("th", "Checks", scope="row")
                + "".join(tag("td", _status(one)) for one in shown))
    body += tag("tr", tag("th", "Alerts", scope="row")
                + "".join(tag("td", str(len(one.alerts)) if one.alerts else "none")
                          for one in shown))
    caption = f"Headline figures of {company.title}"
    table = tag("table", tag("caption", escape(caption)) + tag("thead", tag("tr", head))
                + tag("tbody", body))
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _scenario(company: str, scenario: Scenario) -> str:
    parts = [tag("h3", escape(scenario.title), id=_id(company, scenario.name))]
    if scenario.why:
        parts.append(tag("p", escape(scenario.why), class_="hint"))
    if scenario.sentence:
        parts.append(tag("p", escape(scenario.sentence)))
    failed = [("Failed check", name) for name in scenario.failed]
    if scenario.problem:
        failed.append(("No headline figures", scenario.problem))
    parts.append(_signals(failed))
    parts.append(_alerts(scenario.alerts))
    parts.append(_pages("Pages", scenario.pages))
    if scenario.workbook:
        parts.append(tag("p", tag("span", "Workbook") + tag(
            "a", "Excel, live formulas", href=scenario.workbook), class_="row"))
    return tag("section", "\n".join(filter(None, parts)), class_="scenario")


def _status(scenario: Scenario) -> str:
    if scenario.problem:
        return tag("span", "⚠ not computed", class_="warn")
    if scenario.master == "failed":
        return tag("span", f"⚠ {len(scenario.failed) or ''} failed", class_="warn")
    return tag("span", "all hold", class_="ok") if scenario.master == "ok" else ""


def _alerts(alerts: Sequence[str]) -> str:
    listed = _signals([("Alert", said) for said in alerts])
    if len(alerts) <= FOLD_FROM:
        return listed
    return tag("details", tag("summary", f"{len(alerts)} alerts") + listed)


def _signals(said: Sequence[tuple[str, str]]) -> str:
    rows = "".join(tag("li", f"<b>{escape(kind)}:</b> {escape(text)}") for kind, text in said)
    return tag("ul", rows, class_="signals") if rows else ""


def _pages(name: str, entries: Sequence[Entry]) -> str:
    links = "".join(tag("a", escape(entry.label + (" (older inputs)" if entry.old else "")),
                        href=entry.href, title=entry.title) for entry in entries if entry.href)
    failed = _signals([(f"{entry.label} failed", entry.failure)
                       for entry in entries if entry.failure])
    return (tag("p", tag("span", escape(name)) + links, class_="row") if links else "") + failed
