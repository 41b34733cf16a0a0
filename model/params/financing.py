"""On which terms money comes in, and what lenders demand: what files state, laid over each other.

The money itself is that of `equity.raises` and `debt.draws`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from model.params.calendar import Calendar
from model.params.entry import Covenant, Milestone, Terms, listed
from model.params.yaml_file import ParamsFile
from model.problems import Problem

TERMS, COVENANTS = "terms_of_raises", "covenants"


@dataclass(frozen=True)
class Financing:
    """Terms by month, in order, and covenants; none where nothing is said."""

    terms: tuple[Terms, ...] = ()
    covenants: tuple[Covenant, ...] = ()

    def of(self, month: str) -> Terms | None:
        """The terms of the equity that is raised in a month."""
        return next((each for each in self.terms if each.month == month), None)


def of_files(files: Iterable[ParamsFile], calendar: Calendar) -> tuple[Financing, list[Problem]]:
    """What holds in a plan of some files, base first, and what is wrong with them."""
    terms: dict[str, Terms] = {}
    covenants: dict[str, Covenant] = {}
    problems: list[Problem] = []
    for file in files:
        for key, model, name, by, faults, found in (
                (TERMS, Terms, "terms", lambda each: each.month, _terms, terms),
                (COVENANTS, Covenant, "covenant", lambda each: each.of, _covenant, covenants)):
            every, wrong = listed(model, file, key, name)
            problems += wrong
            problems += _twice(file, key, name, [(place, by(each)) for place, each in every])
            for place, each in every:
                problems += [Problem(file.where(key, place), f"{name} {place + 1}: {what}")
                             for what in faults(each, calendar)]
                found[by(each)] = each
    return Financing(tuple(sorted(terms.values(), key=lambda each: each.month)),
                     tuple(covenants.values())), problems


def _twice(file: ParamsFile, key: str, name: str,
           given: list[tuple[int, str]]) -> Iterator[Problem]:
    """Those of a file that are for the same month or of the same kind as one before them."""
    first: dict[str, int] = {}
    for place, of in given:
        if of in first:
            yield Problem(file.where(key, place), f"{name} {place + 1}: {of} stands in {name} "
                          f"{first[of] + 1} already; keep one of the two.")
        first.setdefault(of, place)


def _in_plan(month: str | None, calendar: Calendar) -> Iterator[str]:
    if month and month not in calendar.labels:
        yield (f"{month} is no month of the plan, which has {calendar.labels[0]} to "
               f"{calendar.labels[-1]}; name one of them.")


def _terms(each: Terms, calendar: Calendar) -> Iterator[str]:
    yield from _in_plan(each.month, calendar)
    if each.kind == "shares" and (each.cap or each.discount or each.interest):
        yield ("shares have the price of their round, and neither cap nor discount nor interest; "
               "take these out, or write safe or note as their kind.")
    if each.kind == "safe" and each.interest:
        yield "a safe bears no interest; take it out, or write note as its kind."
    if each.milestone:
        yield from _milestone(each.milestone, each.month, calendar)


def _milestone(each: Milestone, month: str, calendar: Calendar) -> Iterator[str]:
    if (each.at_least is None) == (each.at_most is None):
        yield "its milestone needs either at_least or at_most; write one of them."
    if month == calendar.labels[0]:
        yield (f"money of {month}, the first month, cannot hang on a milestone, which must be "
               "reached in the month before; move the money, or take the milestone out.")


def _covenant(each: Covenant, calendar: Calendar) -> Iterator[str]:
    yield from _in_plan(each.starts, calendar)
