"""The index of the reports: for each subject its scenarios side by side, and every page.

Columns sort and the search narrows by the page's own script (index.js), which asks for nothing;
without it the page reads the same, in its first order and whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from model.counts import alert_count, count, listed
from model.currency import UNIT, showing
from model.numerals import PLAIN
from model.views.markup import escape, tag
from model.views.page import policy, style_sheet, template_file

TITLE = "Financial model reports"
TRUST = "How far can this be trusted?"


@dataclass(frozen=True)
class Entry:
    """One page: where it is, or why it failed; `old` when its inputs have changed since."""

    label: str
    title: str
    href: str | None
    failure: str = ""
    old: bool = False


class Figure(NamedTuple):
    """A headline figure as written, and what it sorts by: a number, or text such as 2027-10; None
    where there is no value, which stands last either way."""

    label: str
    unit: str
    value: str
    key: float | str | None = None


@dataclass(frozen=True)
class Scenario:
    """One scenario; `master` is ok or failed, `last_run` when its youngest page was made."""

    name: str
    title: str
    why: str = ""
    sentence: str = ""
    figures: tuple[Figure, ...] = ()
    master: str = ""
    failed: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    problem: str = ""
    pages: tuple[Entry, ...] = ()
    workbook: str = ""
    last_run: str = ""


@dataclass(frozen=True)
class Company:
    """A subject: pages of all its scenarios, the scenarios, and what it is about in words. Its
    headline columns are those that its scenarios' figures name, in their order. `currency` and
    `numerals` are how its amounts and numbers are shown."""

    name: str
    title: str
    pages: tuple[Entry, ...]
    scenarios: tuple[Scenario, ...]
    about: str = ""
    currency: str = UNIT
    numerals: str = PLAIN

    @property
    def entries(self) -> list[Entry]:
        return [*self.pages, *(entry for one in self.scenarios for entry in one.pages)]


def index_html(companies: Sequence[Company], last_run: str) -> str:
    """The whole index as one file; `last_run` is a time in UTC as shown."""
    currencies = list(dict.fromkeys(one.currency for one in companies)) or [UNIT]
    head = [tag("h1", escape(TITLE)), _state(companies, last_run),
            tag("p", f"Amounts in {listed(currencies)}; k = thousand, m = million. A failed "
                     "check means: do not trust the figures. An alert means: look at this.",
                class_="hint"),
            tag("p", tag("a", TRUST, href="trust.html"))]
    if len(companies) > 1:
        head.append(tag("p", "".join(tag("a", escape(one.title), href=_anchor(one.name))
                                     for one in companies), class_="row"))
    if companies:
        head.append(_SEARCH)
    content = "\n".join(head + [_company(one) for one in companies])
    script, style = own_script(), style_sheet() + template_file("index.css")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(TITLE)}</title>\n<style>{style}</style>\n"
        '</head>\n<body>\n<a class="skip" href="#main">Skip to the content</a>\n'
        f'<main id="main">\n{content}\n</main>\n<script>{script}</script>\n</body>\n</html>\n')


# Hidden until the script is there to answer it. Not a form, which the page's policy forbids.
_SEARCH = ('<div class="search" role="search" hidden><label for="search">Search scenarios and '
           'pages</label> <input id="search" type="search" autocomplete="off" '
           'spellcheck="false"> <span id="found" class="hint" role="status"></span></div>')


def own_script() -> str:
    return template_file("index.js")


def _state(companies: Sequence[Company], last_run: str) -> str:
    """What there is, whether it holds, and when it was made."""
    if not last_run:
        return tag("p", "No notebook has been run yet.", class_="hint")
    scenarios = [one for company in companies for one in company.scenarios]
    entries = [entry for company in companies for entry in company.entries]
    failures = sum(bool(entry.failure) for entry in entries)
    verdict = [f"{count(len(companies), 'subject')}, {count(len(scenarios), 'scenario')}, "
               f"{count(len(entries) - failures, 'page')}."]
    if failures:
        verdict.append(f"{count(failures, 'page')} failed; the reasons stand below.")
    wrong = [f"{one.title} ({company.title})" for company in companies
             for one in company.scenarios if one.master == "failed"]
    if wrong:
        verdict.append(f"⚠ Error checks fail in {', '.join(wrong)}.")
    elif scenarios and all(one.master == "ok" for one in scenarios):
        verdict.append("All error checks hold in every scenario.")
    verdict.append(f"Last run {last_run} UTC.")
    return tag("p", escape(" ".join(verdict)), class_="hint")


def _anchor(*names: str) -> str:
    return "#" + quote(_id(*names))


def _id(*names: str) -> str:
    return "-".join(names).replace(" ", "-")


def _company(company: Company) -> str:
    with showing(company.currency, company.numerals):
        return _section(company)


def _section(company: Company) -> str:
    parts = [tag("h2", escape(company.title), id=_id(company.name)),
             company.about and tag("p", escape(company.about)),
             company.pages and tag("div", _pages("All scenarios", company.pages), class_="place"),
             _side_by_side(company), *(_scenario(company.name, one) for one in company.scenarios)]
    return tag("section", "\n".join(filter(None, parts)), class_="subject")


def _side_by_side(company: Company) -> str:
    """A row for each scenario, base first, with the headline figures of this subject."""
    heads = dict.fromkeys(figure[:2] for one in company.scenarios for figure in one.figures)
    if not company.scenarios:
        return ""
    head = "".join(tag("th", text, scope="col") for text in (
        "Scenario",
        *(escape(label) + (f" {tag('small', escape(unit))}" if unit else "")
          for label, unit in heads), "Checks", "Alerts", "Last run <small>UTC</small>"))
    caption = f"Headline figures of {company.title}"
    table = tag("table", tag("caption", escape(caption)) + tag("thead", tag("tr", head))
                + tag("tbody", "".join(_row(company, one, heads) for one in company.scenarios)))
    return tag("div", table, class_="scroll figures", tabindex="0", role="region",
               aria_label=caption)


def _row(company: Company, scenario: Scenario, heads: Sequence[tuple[str, str]]) -> str:
    figures = {figure[:2]: figure for figure in scenario.figures}
    link = tag("a", escape(scenario.title), href=_anchor(company.name, scenario.name))
    cells = [tag("th", link, scope="row", data_key=scenario.title)]
    for head in heads:
        mine = figures.get(head, Figure(*head, "–"))
        cells.append(tag("td", escape(mine.value), data_key=mine.key))
    cells += [tag("td", _status(scenario), data_key=_rank(scenario)),
              tag("td", str(len(scenario.alerts)) if scenario.alerts else "none",
                  data_key=len(scenario.alerts)),
              tag("td", _time(scenario.last_run), data_key=scenario.last_run or None,
                  class_="when")]
    return tag("tr", "".join(cells), data_place=_id(company.name, scenario.name))


def _time(moment: str) -> str:
    """A time in UTC, 2026-11-21 22:50, in which the day stays whole."""
    day, _, hour = moment.partition(" ")
    if not hour:
        return escape(moment) or "–"
    return tag("time", f"{tag('span', escape(day))} {tag('span', escape(hour))}",
               datetime=f"{day}T{hour}Z")


def _scenario(company: str, scenario: Scenario) -> str:
    name = _id(company, scenario.name)
    failures = [("Failed check", verdict) for verdict in scenario.failed]
    if scenario.problem:
        failures.append(("No headline figures", scenario.problem))
    parts = [tag("h3", escape(scenario.title), id=name),
             scenario.why and tag("p", escape(scenario.why), class_="hint"),
             scenario.sentence and tag("p", escape(scenario.sentence)),
             _signals(failures), _alerts(scenario.alerts), _pages("Pages", scenario.pages),
             scenario.workbook and tag("p", tag("span", "Workbook") + tag(
                 "a", "Excel, live formulas", href=scenario.workbook), class_="row")]
    return tag("section", "\n".join(filter(None, parts)), class_="scenario place",
               data_place=name)


def _rank(scenario: Scenario) -> int:
    """What the status sorts by: the worst first."""
    if scenario.problem:
        return 0
    return {"failed": 1, "ok": 3}.get(scenario.master, 2)


def _status(scenario: Scenario) -> str:
    if scenario.problem:
        return tag("span", "⚠ not computed", class_="warn")
    if scenario.master == "failed":
        return tag("span", f"⚠ {len(scenario.failed) or ''} failed", class_="warn")
    return tag("span", "all hold", class_="ok") if scenario.master == "ok" else "–"


def _alerts(alerts: Sequence[str]) -> str:
    """Folded, as their number stands in the table; what failed never is."""
    items = _signals([("Alert", text) for text in alerts])
    return tag("details", tag("summary", alert_count(alerts)) + items) if alerts else ""


def _signals(sentences: Sequence[tuple[str, str]]) -> str:
    rows = "".join(tag("li", f"<b>{escape(kind)}:</b> {escape(text)}") for kind, text in sentences)
    return tag("ul", rows, class_="signals") if rows else ""


def _pages(name: str, entries: Sequence[Entry]) -> str:
    links = "".join(tag("a", escape(entry.label + (" (older inputs)" if entry.old else "")),
                        href=entry.href, title=entry.title) for entry in entries if entry.href)
    failures = _signals([(f"{entry.label} failed", entry.failure)
                         for entry in entries if entry.failure])
    return (tag("p", tag("span", escape(name)) + links, class_="row") if links else "") + failures
