"""What a plan may open with beside its cash: balances and stocks before the first month.

Each is an assumption under `opening`. Base.yaml need not hold it: a plan without one starts from
nothing there, and whoever sets one in a scenario, or as a change, sets it against 0. In the same
way a plan may say by how much CAC rises with marketing (`mentees.saturation.rise`), which it else
does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

import numpy as np

from model.params import catalog
from model.params.calendar import Calendar
from model.params.entry import Entry
from model.params.series import Series
from model.params.units import UNITS
from model.params.yaml_file import glossaries, shared_glossary
from model.problems import MOST, Problem, nearest

SECTION = "opening"
TO_DATE = f"{SECTION}.profit_to_date"
FROM_NOTHING = "decision: the plan starts from nothing"
NOT_SATURATED = "decision: what winning one costs does not rise with marketing"
# The sources of what base.yaml does not hold.
IMPLIED = (FROM_NOTHING, NOT_SATURATED)
# The least that a value is taken to be which an opening needs above 0. [day; fraction]
NEEDED = 1e-3
_SEGMENT = r"([a-z][a-z0-9_]*)"


@dataclass(frozen=True)
class Openable:
    """A balance or stock that may open with something, or what else a plan need not say: its path,
    in which `*` stands for a segment.

    beside     the assumption that makes it one of the company's, for the same segment
    needs      the assumption that must be above 0 where it opens with something
    otherwise  what would come of it without
    """

    name: str
    label: str
    unit: str
    beside: str
    needs: str = ""
    otherwise: str = ""
    source: str = FROM_NOTHING


def _saturated(one: str, beside: str) -> tuple[Openable, Openable]:
    """What says by how much the cost of one rises with marketing."""
    return (Openable(f"{one}.saturation.rise", "Rise of CAC for each further such budget",
                     "fraction", beside, f"{one}.saturation.budget",
                     "there is no budget from which on it could rise", NOT_SATURATED),
            Openable(f"{one}.saturation.budget", "Marketing budget up to which CAC is as planned",
                     "USD/year", beside, source=NOT_SATURATED))


SATURATION = (*_saturated("*", "*.cac"), *_saturated("channels.*", "channels.*.cost_per_trial"))
OPENABLE = (
    Openable("headcount.*", "Headcount", "FTE", "team.*.hires"),
    Openable("receivables", "Receivables", "USD", "terms.days_to_collect",
             "terms.days_to_collect", "it would never be collected"),
    Openable("fixed_assets.*", "Fixed assets", "USD", "asset_life.*", "opening.months_left.*",
             "it would never be used up"),
    Openable("months_left.*", "Months of life left", "months", "asset_life.*"),
    Openable("deferred_revenue", "Deferred revenue", "USD", "terms.prepaid_share",
             "terms.prepaid_share", "all of it would be refunded in the first month"),
    Openable("payables.*", "Payables", "USD", "terms.days_to_pay.*", "terms.days_to_pay.*",
             "it would never be paid"),
    Openable("tax_payable", "Tax payable", "USD", "tax.payment_month"),
    Openable("sales_tax_payable", "Sales tax payable", "USD", "sales_tax.charged"),
    Openable("debt", "Debt", "USD", "debt.interest_rate"),
    Openable("tax_losses", "Tax losses carried forward", "USD", "tax.loss_limit"),
    Openable("profit_to_date", "Profit of the tax year so far", "signed USD", "tax.tax_rate"),
    Openable("paid_in_capital", "Paid-in capital", "USD", "opening_cash"),
    Openable("retained_earnings", "Retained earnings", "signed USD", "opening_cash"),
)


@lru_cache(maxsize=16)
def _openables(texts: str | None) -> tuple[Openable, ...]:
    """Those of every company, and before them those that a glossary names under `opens`, or all
    glossaries: a line, with the assumption that is `beside` it and, if it must not be 0, why it is
    needed."""
    own = []
    for content in [glossaries()[texts]] if texts else glossaries().values():
        lines, opens = content.get("lines") or {}, content.get("opens") or {}
        for line, about in opens.items():
            # What is written wrongly is said by who reads the glossary for its company.
            term = lines.get(line)
            if not (isinstance(about, dict) and isinstance(term, dict) and "label" in term
                    and term.get("unit") in UNITS):
                continue
            beside = str(about.get("beside", ""))
            needs = about.get("otherwise", "")
            own.append(Openable(f"{line}.*" if "*" in beside else line, term["label"],
                                term["unit"], beside, beside if needs else "", needs))
    return (*own, *OPENABLE)


@dataclass(frozen=True)
class Opening:
    """One of them, of a company: the entry that stands for it where base.yaml holds none, the path
    of what it needs, and what would come of it without."""

    entry: Entry
    needs: str
    otherwise: str


def openable(entries: Collection[str], company: str | None = None) -> Mapping[str, Opening]:
    """What a company with some assumptions may open with, by path; if no company is named, what any
    company may that has them. Of entries, and not only paths, labels are known too."""
    labels = [each.label for each in entries.values()] if isinstance(entries, Mapping) else ()
    return _openable(tuple(entries), tuple(labels), _texts(company) if company else None)


def _texts(company: str) -> str | None:
    """The folder with the texts of a company; None where there is none, or an unknown one."""
    named = company if company in glossaries() else catalog.model_of(company)[0]
    return named if isinstance(named, str) and named in glossaries() else None


@lru_cache(maxsize=16)
def _openable(paths: tuple[str, ...], labels: tuple[str, ...],
              texts: str | None) -> Mapping[str, Opening]:
    return _beside([replace(each, name=f"{SECTION}.{each.name}", label=f"{each.label} at the start")
                    for each in _openables(texts)], paths, labels, texts)


def implied(entries: Collection[str], company: str | None = None) -> Mapping[str, Opening]:
    """What may be opened, and what else a plan need not say, by path."""
    labels = [each.label for each in entries.values()] if isinstance(entries, Mapping) else ()
    return _implied(tuple(entries), tuple(labels), _texts(company) if company else None)


@lru_cache(maxsize=16)
def _implied(paths: tuple[str, ...], labels: tuple[str, ...],
             texts: str | None) -> Mapping[str, Opening]:
    return {**_openable(paths, labels, texts), **_beside(SATURATION, paths, labels, texts)}


def _beside(every: Iterable[Openable], paths: tuple[str, ...], labels: tuple[str, ...],
            texts: str | None) -> dict[str, Opening]:
    """Those that have what must stand beside them among some paths."""
    found, label_of = {}, dict(zip(paths, labels, strict=False))
    for each in every:
        pattern = re.compile(re.escape(each.beside).replace(r"\*", _SEGMENT))
        for match in filter(None, map(pattern.fullmatch, paths)):
            segment = match[1] if match.groups() else ""
            of = f", {_called(segment, label_of.get(match[0], ''), texts)}" if segment else ""
            # What must not be 0, and is given by nobody, is refused where anything needs it.
            least = UNITS[each.unit].low if each.unit == "months" else 0.0
            most = UNITS[each.unit].high if least else least
            entry = Entry(label=f"{each.label}{of}", unit=each.unit, value=least,
                          range=[least, most], source=each.source, confidence="high")
            found[each.name.replace("*", segment)] = Opening(
                entry, each.needs.replace("*", segment), each.otherwise)
    return found


def _called(segment: str, label: str, texts: str | None) -> str:
    """What a segment is called: as in the glossary, as behind the comma of the label of what stands
    beside the opening, or by its name in words."""
    for content in (*([glossaries()[texts]] if texts else glossaries().values()),
                    shared_glossary()):
        if found := (content.get("segments") or {}).get(segment):
            return str(found)
    return label.partition(", ")[2] or segment.replace("_", " ").capitalize()


def need_not_be_said(path: str) -> bool:
    """Whether a plan may leave a path out, where what it stands beside is there."""
    names = [each.name for each in SATURATION]
    return catalog.within(path, SECTION) or any(re.fullmatch(
        re.escape(name).replace(r"\*", _SEGMENT), path) for name in names)


def with_implied(entries: Mapping[str, Entry], names: Iterable[str] | None = None,
                 company: str | None = None) -> dict[str, Entry]:
    """Entries of a company, and behind them those that stand for what is set under some `names`,
    and for what that needs, where base.yaml holds none; by default all that may be set."""
    known = implied(entries, company)
    wanted = set(known) if names is None else {
        path for path in known for name in (*entries, *map(str, names))
        if name == path or name.startswith(f"{path}.")}
    wanted |= {known[path].needs for path in wanted}
    there = {path: entry for path, entry in entries.items()
             if path not in known or entry != known[path].entry}
    return there | {path: each.entry for path, each in known.items()
                    if path in wanted and path not in there}


def is_needed(path: str, series: Mapping[str, Series]) -> bool:
    """Whether a plan opens with something that needs an assumption to be above 0."""
    return any(each.needs == path and name in series and np.any(series[name].values)
               for name, each in implied(tuple(series)).items())


def nearest_name(name: str, entries: Collection[str], before: int,
                 company: str | None = None) -> str:
    """The end of a sentence on an unknown name: which assumption or opening may be meant."""
    known, words = openable(entries, company), _words(name)
    if SECTION not in words:
        return nearest(name, entries, before=before)
    shared = {path: (len(words & _words(path)), SequenceMatcher(None, name, path).ratio())
              for path in known if before < MOST}
    best = max(shared, key=shared.__getitem__, default="")
    if best and shared[best][0] > 1:
        return f"did you mean {best}?"
    # All are alike in that they open with something.
    rest = {re.sub(rf"^{SECTION}[._]", "", path): path for path in (*entries, *known)}
    close = get_close_matches(re.sub(rf"^{SECTION}[._]", "", name), rest, n=1) \
        if before < MOST else []
    return f"did you mean {rest[close[0]]}?" if close else (
        f"python -m model list --openings {company or 'COMPANY'} prints what may be opened.")


def _words(name: str) -> set[str]:
    return set(re.split(r"[._]", name))


def problems(entries: Mapping[str, Entry], series: Mapping[str, Series], given: Collection[str],
             where: Callable[[Sequence[str]], str], calendar: Calendar,
             company: str | None = None) -> list[Problem]:
    """Problems of one plan that opens with what would never be paid, delivered or used up, or with
    the profit of a tax year that is over. `given` are the paths that somebody has set, and `where`
    says where paths were last set. Of many scenarios at once nothing is asked: draws keep what is
    needed above 0, and what stands between two plans need not be a plan."""
    found = []
    for path, each in implied(entries, company).items():
        if path not in series or series[path].values.shape[1] > 1 or not np.any(
                series[path].values):
            continue
        if path == TO_DATE and not calendar.months_before:
            found.append(Problem(where([path]), f"{path} is {series[path].values.max():,.12g} "
                                 f"{entries[path].shown_unit}, but the plan begins with a tax "
                                 "year, of which no profit has been made yet; set it to 0."))
        if not each.needs or (each.needs in series
                              and series[each.needs].values.shape[1] > 1):
            continue
        there = each.needs in given
        if not (there and np.all(series[each.needs].values[0])):
            found.append(Problem(where([path]), (
                f"{path} is {series[path].values.max():,.12g} {entries[path].shown_unit}, but "
                f"{each.needs} is {'0' if there else 'not given'}, so {each.otherwise}; set "
                f"{each.needs} above 0, or {path} to 0.")))
    return found
