"""Editing a scenario cell by cell: what was typed, what of it cannot be, undoing, saving.

A cell is an assumption and a time: "" for the whole of it, a year (2027) or a month (2027-03).
What is typed lies over the scenario as `changes` do, {path: value} or {path.time: value}; what
cannot be used is kept beside it with the sentence that says why, and changes nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from model.files import UnusableError
from model.folders import shown
from model.params import scenario_file, settings, yaml_file
from model.params.assumptions import Assumptions, load
from model.params.quantities import UNITS, in_percent, is_share
from model.problems import InputError, Problem, fail_if, quoted

Cell = tuple[str, str]

_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
# 150k, 1.2m and 2bn, as pages print amounts.
_SCALED = re.compile(r"(?:USD\s*)?(?P<number>-?[0-9][0-9,]*(?:\.[0-9]+)?)\s?(?P<suffix>k|m|bn)",
                     re.IGNORECASE)
_SCALES = {"k": 10**3, "m": 10**6, "bn": 10**9}
_LONGEST = 60
_TIMED = re.compile(r"(?:\.(\d{4}(?:-\d{2})?))?(.*)", re.DOTALL)
_ASKED = scenario_file.Asked("Name", "confirm that it is replaced")


@dataclass(frozen=True)
class Refused:
    """What was typed into a cell and cannot be, and why."""

    typed: object
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.typed if isinstance(self.typed, str) else ""


@dataclass(frozen=True)
class Step:
    """One state of the edits, and in words what led to it."""

    changes: Mapping[str, object]
    refused: Mapping[Cell, Refused] = field(default_factory=dict)
    what: str = ""
    group: str = ""


def number(text: str, unit: str, usual: float | None = None) -> int | float:
    """A typed text as the value that it stands for; a share is typed in percent.

    Thousands may be grouped by commas, and an amount end in k, m or bn, as pages print it. A share
    without its sign that would be nearer to the `usual` value as a fraction is asked about.
    Raises ValueError with the end of a sentence.
    """
    typed = text.strip().replace("\u2212", "-")
    share = is_share(unit)
    signed = share and typed.endswith("%")
    if signed:
        typed = typed.removesuffix("%").rstrip()
    scaled = None if share else _SCALED.fullmatch(typed)
    if scaled:
        typed, suffix = scaled["number"], scaled["suffix"].lower()
    if _GROUPED.fullmatch(typed):
        typed = typed.replace(",", "")
    value = yaml_file.plain_number(typed) if len(typed) <= _LONGEST else None
    if value is None:
        raise ValueError(f"{quoted(text.strip())} is not a number; type "
                         + ("a percent with a point, as 12.5." if share else
                            "digits with a point, as 12.5; 1,200,000 and 1.2m can be read, too."))
    if scaled:
        return _whole(Decimal(typed) * _SCALES[suffix])
    if not share:
        return value
    try:
        found = float(Decimal(typed) / 100)
    except ArithmeticError:  # an exponent beyond those of decimals
        return value / 100
    _check_share(typed, found, unit, None if signed else usual)
    return found


def _whole(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _check_share(typed: str, value: float, unit: str, usual: float | None) -> None:
    """Raise ValueError where a percent is none that its unit allows, or seems to be a fraction."""
    domain = UNITS[unit]
    if not domain.allows(value):
        low, high = in_percent(domain.low), in_percent(domain.high)
        least = f"{'above' if domain.above_low else 'at least'} {low}"
        raise ValueError(f"is {typed}%, outside what can be, {least} and at most {high}; type a "
                         "percent within.")
    fraction = value * 100
    # Nearer, in proportion, as a fraction than as the percent that it is here.
    if usual and 0 < fraction <= 1 and usual > math.sqrt(fraction * value):
        raise ValueError(f"is {typed}% as typed, where the plan has {in_percent(usual)}; type "
                         f"{in_percent(fraction)} or {typed}%, whichever is meant.")


class Edits:
    """Edits over one scenario, as it stood when they began. `step` is what holds now."""

    def __init__(self, company: str, scenario: str = "base",
                 changes: Mapping[str, object] | None = None):
        self.company, self.scenario = company, scenario
        self.start = load(company, scenario)
        self._read = _contents(self.start.files)
        self._own = {} if scenario == "base" else yaml_file.read(self.start.files[-1]).content
        self._now = self.start.with_values(changes or {}) if changes else self.start
        self._steps = [Step(dict(changes or {}))]
        self._at = 0

    @property
    def step(self) -> Step:
        return self._steps[self._at]

    @property
    def assumptions(self) -> Assumptions:
        """The scenario with everything that could be used."""
        return self._now

    @property
    def undoes(self) -> str:
        """What undoing takes back; empty where there is nothing."""
        return self.step.what if self._at else ""

    @property
    def redoes(self) -> str:
        return self._steps[self._at + 1].what if self._at + 1 < len(self._steps) else ""

    def value(self, cell: Cell, of: Assumptions | None = None) -> float | None:
        """What holds in a cell; None where no amount is dated there, or where a whole path has
        values by year."""
        path, time = cell
        made = of or self._now
        series = made.series[path]
        if made.entries[path].form == "month":
            return made.settings[path].value.get(time)
        if not time:
            return float(series.values[0, 0]) if series.grain == "constant" else None
        year = made.calendar.years.index(int(time))
        if series.grain == "month":
            return float(made.yearly(path)[year, 0])
        return float(series.values[year if series.grain == "year" else 0, 0])

    def is_edited(self, cell: Cell) -> bool:
        """Whether a cell is not as the scenario has it."""
        return self.value(cell) != self.value(cell, self.start)

    def touched(self, path: str) -> bool:
        """Whether anything of an assumption is edited, or was typed and cannot be."""
        return any(_is_of(name, path) for name in self.step.changes) or any(
            cell[0] == path for cell in self.step.refused)

    def type(self, cell: Cell, text: str, what: str = "") -> None:
        """Type a text into a cell. What cannot be used stays there with its reasons, until it is
        mended or until another cell makes it possible."""
        self._wish(cell, text, what)

    def set_whole(self, path: str, value: object, what: str = "", group: str = "") -> None:
        """Set all of an assumption. Steps of one group are undone together."""
        self._wish((path, ""), value, what, group)

    def restore(self, path: str, what: str = "", group: str = "") -> None:
        """All of an assumption as the scenario has it."""
        wishes = {key: kept.typed for key, kept in self.step.refused.items() if key[0] != path}
        self._settle(_without(self.step.changes, path), wishes, what, group)

    def take_back(self, cell: Cell) -> None:
        """Forget what was typed into a cell and cannot be."""
        if cell in self.step.refused:
            refused = {key: kept for key, kept in self.step.refused.items() if key != cell}
            self._push(Step(self.step.changes, refused, self.step.refused[cell].text))

    def reset(self, cell: Cell, what: str = "") -> None:
        """Set a cell back: to the scenario where it was edited, otherwise to base."""
        path, time = cell
        refused = {key: kept for key, kept in self.step.refused.items()
                   if key != cell and (time or key[0] != path)}
        if not time:
            rest = _without(self.step.changes, path)
            changes = rest if rest != self.step.changes else self._laid(
                rest, cell, self.start.entries[path].value)
        else:
            target = self.start if self.is_edited(cell) else self._base
            value = self.value(cell, target)
            changes = self._laid(self.step.changes, cell, 0 if value is None else value)
        self._settle(changes, {key: kept.typed for key, kept in refused.items()}, what)

    def reset_all(self, what: str = "") -> None:
        """Everything as the scenario has it."""
        self._settle({}, {}, what)

    def undo(self) -> None:
        self._go(max(self._at - 1, 0))

    def redo(self) -> None:
        self._go(min(self._at + 1, len(self._steps) - 1))

    @property
    def _base(self) -> Assumptions:
        return self.start.base()

    def _go(self, at: int) -> None:
        self._now = self._with(self._steps[at].changes)
        self._at = at

    def _with(self, changes: Mapping[str, object]) -> Assumptions:
        if changes == self.step.changes:
            return self._now
        return self.start.with_values(changes) if changes else self.start

    def _push(self, step: Step) -> None:
        keep = self._at + 1
        if step.group and self.step.group == step.group and self._at:
            keep = self._at
        self._steps = [*self._steps[:keep], step]
        self._at = len(self._steps) - 1

    def _wish(self, cell: Cell, typed: object, what: str, group: str = "") -> None:
        kept = {key: refused.typed for key, refused in self.step.refused.items()
                if key != cell and (cell[1] or key[0] != cell[0])}
        self._settle(self.step.changes, {cell: typed, **kept}, what, group)

    def _settle(self, changes: Mapping[str, object], wishes: Mapping[Cell, object], what: str,
                group: str = "") -> None:
        """Lay what was typed over what holds: all of it where that can be, as when one share of a
        mix rises and another falls, otherwise each by itself, the last typed first."""
        refused: dict[Cell, Refused] = {}
        made, together = self._tried(changes, wishes)
        if isinstance(together, Refused):
            for cell, typed in wishes.items():
                after, found = self._tried(changes, {cell: typed})
                if isinstance(found, Refused):
                    refused[cell] = Refused(typed, found.reasons)
                else:
                    changes, made, together = after, after, found
            if isinstance(together, Refused):
                made, together = changes, self._with(changes)
        self._now = together
        self._push(Step(made, refused, what, group))

    def _tried(self, changes, wishes: Mapping[Cell, object]):
        try:
            for cell, typed in wishes.items():
                if isinstance(typed, str):
                    typed = number(typed, self.start.entries[cell[0]].unit, self._usual(cell))
                changes = self._laid(changes, cell, typed)
            return changes, self._with(changes)
        except InputError as error:
            return changes, Refused("", tuple(self._by_label(problem.what)
                                              for problem in error.problems))
        except ValueError as error:
            return changes, Refused("", (self._by_label(f"{_name(*cell)} {error}"),))

    def _usual(self, cell: Cell) -> float | None:
        """What the scenario has in the cell of a share; None where it has nothing there."""
        _, time = cell
        known = not time or time in map(str, self.start.calendar.years)
        return self.value(cell, self.start) if known else None

    def _by_label(self, sentence: str) -> str:
        """A sentence with the label of the row that it is about in the place of its path."""
        path = max((path for path in self.start.entries if sentence.startswith(
            (f"{path} ", f"{path}.", f"{path}:"))), key=len, default=None)
        if path is None:
            mix, colon, rest = sentence.partition(":")
            words = mix.replace(".", ", ").replace("_", " ").capitalize()
            return f"{words}{colon}{rest}" if re.fullmatch(r"[\w.]+", mix) else sentence
        time, rest = _TIMED.fullmatch(sentence[len(path):]).groups()
        return (f"{self.start.entries[path].label}{f', {time}' if time else ''}"
                + ":" * rest.startswith(" '") + rest)

    def _laid(self, changes: Mapping[str, object], cell: Cell, value: object) -> dict:
        """Changes with a cell set, and without it where the scenario has that value anyway."""
        path, time = cell
        if not time:
            before = self.start.settings[path]
            rest = _without(changes, path)
            same = before.value == value and not (before.years or before.later or before.delay)
            return rest if same else {**rest, path: value}
        rest = {name: kept for name, kept in changes.items() if name != _name(path, time)}
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if plain and (self._value_in(rest, cell) or 0) == value:
            return rest
        return {**rest, _name(path, time): value}

    def _value_in(self, changes: Mapping[str, object], cell: Cell) -> float | None:
        own = {name: value for name, value in changes.items() if _is_of(name, cell[0])}
        # A mix whose other members are elsewhere may not hold with these changes alone.
        after, _ = settings.overlaid(self.start.settings, self.start.entries, self.start.calendar,
                                     own)
        path, time = cell
        entry, calendar = self.start.entries[path], self.start.calendar
        if entry.form == "month":
            return after[path].value.get(time)
        if time not in map(str, calendar.years):
            return None
        months = after[path].spread(entry, calendar).monthly(calendar.months)[:, 0]
        year = months[12 * calendar.years.index(int(time)):][:12]
        return float(year[0]) if np.all(year == year[0]) else float(year.mean())

    # Saving.

    @property
    def updates(self) -> str:
        """The name under which saving writes into the scenario's own file; empty for base."""
        return "" if self.scenario == "base" else self.scenario

    def content(self, name: str, title: str, why: str) -> dict[str, object]:
        """What a file of this name would hold: only what differs from the scenario shown, or, in
        that scenario's own file, its changes with these laid over them."""
        changes = dict(self.step.changes)
        if name and name == self.updates:
            made = dict(self._own)
            made["title"], made["why"] = title or made.get("title"), why or made.get("why")
            merged, delays = dict(made.get("changes") or {}), dict(made.get("delay") or {})
            for change, value in changes.items():
                if change in self.start.entries:
                    merged, _ = _without(merged, change), delays.pop(change, None)
                merged[change] = value
            made = {key: value for key, value in made.items() if key not in ("changes", "delay")}
            return made | ({"changes": merged} if merged else {}) | (
                {"delay": delays} if delays else {})
        made = {"title": title, "why": why}
        if self.updates:
            made["extends"] = self.scenario
        return made | ({"changes": changes} if changes else {})

    def save(self, name: str, title: str, why: str, replace: bool = False) -> Path:
        """Write the edits as a scenario. Raises scenario_file.ThereAlreadyError where that name
        is taken and `replace` does not say so, InputError with every problem otherwise."""
        own = bool(name) and name == self.updates
        problems = [] if own else scenario_file.name_problems(self.company, name, self.scenario,
                                                              _ASKED)
        if not own:
            problems += [Problem(key.capitalize(), f"is empty; {hint}")
                         for key, text, hint in (("title", title, "say what readers call it."),
                                                 ("why", why, "say why it exists."))
                         if not text.strip()]
        if self.step.refused:
            names = ", ".join(_name(*cell) for cell in self.step.refused)
            problems.append(Problem("Not saved", f"{names} cannot be used as typed; mend it first, "
                                                 "or take it back with Esc."))
        if not self.step.changes and not (own and (title or why)):
            problems.append(Problem("Not saved", "nothing was changed, so there is no scenario to "
                                                 "write."))
        fail_if(problems + self._moved(name if own else ""))
        path = scenario_file.save(
            self.company, name, self.content(name, title.strip(), why.strip()), over=self.scenario,
            asked=_ASKED, replace=replace, own=own, expected=self._now)
        if own:
            self._read |= _contents((path,))
        return path

    def _moved(self, own: str) -> list[Problem]:
        """Files that somebody else wrote since they were read here."""
        now = _contents(self.start.files)
        return [Problem(shown(path), "was changed or removed since this notebook read it; keep "
                        "the line `changes = …` below, and run all cells again.")
                for path, content in self._read.items()
                if now.get(path) != content and (own or path in now)]


def _contents(files) -> dict[Path, bytes]:
    found = {}
    for path in files:
        with suppress(UnusableError):
            found[path] = yaml_file.bytes_of(path)
    return found


def _name(path: str, time: str) -> str:
    return f"{path}.{time}" if time else path


def _is_of(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}.")


def _without(changes: Mapping[str, object], path: str) -> dict[str, object]:
    return {name: value for name, value in changes.items() if not _is_of(name, path)}
