"""A session of edits to a scenario: typing into cells, undoing, saving.

A cell is an assumption and a time: "" for the whole of it, a year (2027), a month (2027-03), or
SEASON for the weights of its months.
A wish is what somebody wants in a cell: a typed text, or a value. A wish that can be granted
becomes a change, {path: value} or {path.time: value}; another one is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from model.files import UnusableError
from model.folders import relative
from model.params import overlay, scenario_file, yaml_file
from model.params.assumptions import Assumptions, load
from model.params.calendar import Calendar
from model.params.catalog import within
from model.params.entry import Entry
from model.params.numerals import number
from model.params.overlay import Setting
from model.params.values import EVEN, SEASON
from model.problems import InputError, Problem, fail_if

Cell = tuple[str, str]

_TIME = re.compile(rf"(?:\.(\d{{4}}(?:-\d{{2}})?|{SEASON}))?(.*)", re.DOTALL)
_WORDING = scenario_file.Wording("Name", "confirm that it is replaced")


@dataclass(frozen=True)
class Refusal:
    """A wish for a cell that cannot be granted, and why."""

    wish: object
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text that was typed; empty for a value."""
        return self.wish if isinstance(self.wish, str) else ""


@dataclass(frozen=True)
class Step:
    """One state of the edits and what led to it; steps of one `group` are undone together."""

    changes: Mapping[str, object]
    refusals: Mapping[Cell, Refusal] = field(default_factory=dict)
    what: str = ""
    group: str = ""


class Edits:
    """Edits of one scenario, as it stood when they began. `step` is their present state, and
    `assumptions` the scenario with its changes."""

    def __init__(self, company: str, scenario: str = "base",
                 changes: Mapping[str, object] | None = None):
        self.company, self.scenario = company, scenario
        self.start = load(company, scenario).opened()
        self._read = contents(self.start.files)
        self._own = {} if scenario == "base" else yaml_file.read(self.start.files[-1]).content
        self.assumptions = self.start.with_values(changes) if changes else self.start
        self._steps = [Step(dict(changes or {}))]
        self._at = 0

    @property
    def step(self) -> Step:
        return self._steps[self._at]

    @property
    def undoes(self) -> str:
        """What undoing would take back, in words; empty if there is nothing."""
        return self.step.what if self._at else ""

    @property
    def redoes(self) -> str:
        """What redoing would bring back, in words; empty if there is nothing."""
        return self._steps[self._at + 1].what if self._at + 1 < len(self._steps) else ""

    def value(self, cell: Cell, of: Assumptions | None = None) -> float | None:
        """The value of a cell; None without an amount, or for a whole path with years. That of a
        year is its level, without single months; that of a month is what it holds."""
        path, time = cell
        plan = of or self.assumptions
        if time or plan.series[path].grain == "constant":
            return _value(plan.settings[path], plan.entries[path], plan.calendar, time)
        return None

    def season(self, path: str, of: Assumptions | None = None) -> tuple[float, ...]:
        """The weights of an assumption's months; none without a season."""
        weights = (of or self.assumptions).settings[path].season or ()
        return weights if len(set(weights)) > 1 else ()

    def is_edited(self, cell: Cell) -> bool:
        """Whether a cell differs from the scenario."""
        if cell[1] == SEASON:
            return self.season(cell[0]) != self.season(cell[0], self.start)
        return self.value(cell) != self.value(cell, self.start)

    def has_edits(self, path: str) -> bool:
        """Whether an assumption has changes or refused wishes."""
        return any(within(name, path) for name in self.step.changes) or any(
            cell[0] == path for cell in self.step.refusals)

    def type(self, cell: Cell, text: str, what: str = "") -> None:
        """Type a text into a cell; a refused one stays there with its reasons."""
        self._set(cell, text, what)

    def set_whole(self, path: str, value: object, what: str = "", group: str = "") -> None:
        self._set((path, ""), value, what, group)

    def move(self, path: str, changes: Mapping[str, object], what: str, group: str) -> None:
        """Set all of an assumption by several changes, but for its season."""
        self._settle({**overlay.without(self.step.changes, path), **changes},
                     self._other_wishes((path, "")), what, group)

    def paste(self, texts: Mapping[Cell, str], what: str) -> None:
        """Type texts into several cells as one step. Raises InputError, and types none of them,
        where any cannot be granted."""
        try:
            changes, _ = self._grant(self.step.changes, texts)
        except _RefusedError as refused:
            raise InputError([Problem("Nothing was pasted", reason)
                              for reason in refused.args]) from None
        self._settle(changes, {cell: refusal.wish for cell, refusal in self.step.refusals.items()
                               if cell not in texts}, what)

    def restore(self, path: str, what: str = "", group: str = "") -> None:
        """Set all of an assumption back to the scenario."""
        self._settle(overlay.without(self.step.changes, path, season=True),
                     self._other_wishes((path, "")), what, group)

    def take_back(self, cell: Cell) -> None:
        """Remove a refused wish from its cell."""
        if cell in self.step.refusals:
            rest = {key: refusal for key, refusal in self.step.refusals.items() if key != cell}
            self._push(Step(self.step.changes, rest, self.step.refusals[cell].text))

    def reset(self, cell: Cell, what: str = "") -> None:
        """Set an edited cell back to the scenario, any other to base."""
        path, time = cell
        if not time:
            rest = overlay.without(self.step.changes, path)
            changes = rest if rest != self.step.changes else self._with_cell(
                rest, cell, self.start.entries[path].value)
        elif time == SEASON:
            target = self.start if self.is_edited(cell) else self.start.base()
            changes = self._with_cell(self.step.changes, cell, self.season(path, target) or EVEN)
        else:
            target = self.start if self.is_edited(cell) else self.start.base()
            value = self.value(cell, target)
            changes = self._with_cell(self.step.changes, cell, 0 if value is None else value)
        self._settle(changes, self._other_wishes(cell), what)

    def reset_all(self, what: str = "") -> None:
        self._settle({}, {}, what)

    def undo(self) -> None:
        self._go(max(self._at - 1, 0))

    def redo(self) -> None:
        self._go(min(self._at + 1, len(self._steps) - 1))

    def _go(self, at: int) -> None:
        self.assumptions = self._with(self._steps[at].changes)
        self._at = at

    def _with(self, changes: Mapping[str, object]) -> Assumptions:
        """The scenario with changes. Raises InputError."""
        if changes == self.step.changes:
            return self.assumptions
        return self.start.with_values(changes) if changes else self.start

    def _push(self, step: Step) -> None:
        together = step.group and self.step.group == step.group and self._at
        self._steps = [*self._steps[:self._at if together else self._at + 1], step]
        self._at = len(self._steps) - 1

    def _set(self, cell: Cell, wish: object, what: str, group: str = "") -> None:
        self._settle(self.step.changes, {cell: wish, **self._other_wishes(cell)}, what, group)

    def _other_wishes(self, cell: Cell) -> dict[Cell, object]:
        """Refused wishes for other cells; a cell of a whole path has the path's cells in it."""
        path, time = cell
        return {key: refusal.wish for key, refusal in self.step.refusals.items()
                if key != cell and (time or key[0] != path)}

    def _settle(self, changes: Mapping[str, object], wishes: Mapping[Cell, object], what: str,
                group: str = "") -> None:
        """Grant wishes over changes: together if that can be, else one by one, the last first."""
        refusals: dict[Cell, Refusal] = {}
        try:
            changes, plan = self._grant(changes, wishes)
        except _RefusedError:
            plan = None
            for cell, wish in wishes.items():
                try:
                    changes, plan = self._grant(changes, {cell: wish})
                except _RefusedError as refused:
                    refusals[cell] = Refusal(wish, refused.args)
            plan = plan or self._with(changes)
        self.assumptions = plan
        self._push(Step(changes, refusals, what, group))

    def _grant(self, changes: Mapping[str, object], wishes: Mapping[Cell, object],
               ) -> tuple[Mapping[str, object], Assumptions]:
        """Changes with wishes, and the scenario with them. Raises _RefusedError."""
        try:
            for cell, wish in wishes.items():
                changes = self._with_cell(changes, cell, self._parsed(cell, wish)
                                          if isinstance(wish, str) else wish)
            return changes, self._with(changes)
        except InputError as error:
            sentences = [problem.what for problem in error.problems]
        except ValueError as error:
            sentences = [f"{_name(*cell)} {error}"]
        raise _RefusedError(*map(self._by_label, sentences))

    def _parsed(self, cell: Cell, text: str) -> object:
        """The value of a typed text. Raises ValueError with the end of a sentence."""
        if cell[1] == SEASON:
            return season_of(text)
        return number(text, self.start.entries[cell[0]].unit, self._usual(cell))

    def _usual(self, cell: Cell) -> float | None:
        """The value of a cell in the scenario; None for a time that the plan does not have."""
        _, time = cell
        calendar = self.start.calendar
        inside = not time or time in map(str, calendar.years) or time in calendar.labels
        return self.value(cell, self.start) if inside else None

    def _by_label(self, sentence: str) -> str:
        path = max((path for path in self.start.entries if sentence.startswith(
            (f"{path} ", f"{path}.", f"{path}:"))), key=len, default=None)
        if path is None:
            mix, colon, rest = sentence.partition(":")
            words = mix.replace(".", ", ").replace("_", " ").capitalize()
            return f"{words}{colon}{rest}" if re.fullmatch(r"[\w.]+", mix) else sentence
        time, rest = _TIME.fullmatch(sentence[len(path):]).groups()
        return (f"{self.start.entries[path].label}{f', {time}' if time else ''}"
                + ":" * rest.startswith(" '") + rest)

    def _with_cell(self, changes: Mapping[str, object], cell: Cell, value: object) -> dict:
        """Changes with the value of a cell, or without the cell if the scenario has that value."""
        path, time = cell
        if not time:
            before = self.start.settings[path]
            rest = overlay.without(changes, path)
            same = replace(before, season=None) == Setting(value)
            return rest if same else {**rest, path: value}
        rest = {name: other for name, other in changes.items() if name != _name(path, time)}
        if time == SEASON:
            return rest if value == (self.season(path, self.start) or EVEN) else {
                **rest, _name(path, time): value}
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if plain and (self._value_in(rest, cell) or 0) == value:
            return rest
        return {**rest, _name(path, time): value}

    def _value_in(self, changes: Mapping[str, object], cell: Cell) -> float | None:
        """The value of a month or year in the scenario with changes."""
        path, time = cell
        entry, calendar = self.start.entries[path], self.start.calendar
        own = {name: amount for name, amount in changes.items() if within(name, path)}
        # A mix whose other members are elsewhere may not hold with these changes alone.
        after, _ = overlay.with_changes(self.start.settings, self.start.entries, calendar, own,
                                        company=self.start.company)
        known = time in calendar.labels or time in map(str, calendar.years)
        return _value(after[path], entry, calendar, time) if known else None

    # Saving.

    @property
    def own_name(self) -> str:
        """The name that saves into the scenario's own file; empty for base."""
        return "" if self.scenario == "base" else self.scenario

    def content(self, name: str, title: str, why: str) -> dict[str, object]:
        """What a file of this name would hold: what differs from the scenario, or, for the
        scenario's own file, its changes with these laid over them."""
        if name and name == self.own_name:
            return self._own_content(title, why)
        content = {"title": title, "why": why, "extends": self.own_name,
                   "changes": dict(self.step.changes)}
        return {key: part for key, part in content.items() if part or key in ("title", "why")}

    def _own_content(self, title: str, why: str) -> dict[str, object]:
        content = dict(self._own)
        changes, delays = (dict(content.pop(key, None) or {}) for key in ("changes", "delay"))
        content["title"], content["why"] = title or content.get("title"), why or content.get("why")
        for change in self.step.changes:
            if change in self.start.entries:
                changes, _ = overlay.without(changes, change), delays.pop(change, None)
            elif months := self._months_of(change):
                changes = {name: value for name, value in changes.items() if name not in months}
        changes |= self.step.changes
        return content | ({"changes": changes} if changes else {}) | (
            {"delay": delays} if delays else {})

    def _months_of(self, change: str) -> set[str]:
        """The changes of single months that a change of their year sets anew."""
        path, _, year = change.rpartition(".")
        calendar = self.start.calendar
        return {_name(path, month) for month in calendar.labels[calendar.months_of(int(year))]} \
            if year in map(str, calendar.years) else set()

    def save(self, name: str, title: str, why: str, replace: bool = False) -> Path:
        """Write the edits as a scenario. Raises scenario_file.ThereAlreadyError for the name of
        another scenario without `replace`, otherwise InputError with every problem."""
        own = bool(name) and name == self.own_name
        problems = []
        if not own:
            problems = scenario_file.name_problems(self.company, name, self.scenario, _WORDING)
            problems += [Problem(key, f"is empty; {hint}")
                         for key, text, hint in (("Title", title, "say what readers call it."),
                                                 ("Why", why, "say why it exists."))
                         if not text.strip()]
        if self.step.refusals:
            names = ", ".join(_name(*cell) for cell in self.step.refusals)
            problems.append(Problem("Not saved", f"{names} cannot be used as typed; mend it first, "
                                                 "or take it back with Esc."))
        if not self.step.changes and not (own and (title or why)):
            problems.append(Problem("Not saved", "nothing was changed, so there is no scenario to "
                                                 "write."))
        fail_if(problems + self._conflicts(name if own else ""))
        path = scenario_file.save(
            self.company, name, self.content(name, title.strip(), why.strip()), over=self.scenario,
            wording=_WORDING, replace=replace, own=own, expected=self.assumptions)
        if own:
            self._read |= contents((path,))
        return path

    def _conflicts(self, own: str) -> list[Problem]:
        now = contents(self.start.files)
        return [Problem(relative(path), "was changed or removed since this notebook read it; keep "
                        "the line `changes = …` below, and run all cells again.")
                for path, content in self._read.items()
                if now.get(path) != content and (own or path in now)]


class _RefusedError(Exception):
    """Wishes that cannot be granted; the reasons are its arguments."""


def contents(files: Iterable[Path]) -> dict[Path, bytes]:
    """The bytes of those files that can be read."""
    raw = {}
    for path in files:
        with suppress(UnusableError):
            raw[path] = yaml_file.bytes_of(path)
    return raw


def _name(path: str, time: str) -> str:
    return f"{path}.{time}" if time else path


def _value(setting: Setting, entry: Entry, calendar: Calendar, time: str) -> float | None:
    """What a setting gives in a cell of its path."""
    if entry.form == "month":
        return setting.value.get(time)
    if "-" in time:
        held = setting.held(entry, calendar).monthly(calendar)
        return float(held[calendar.labels.index(time), 0])
    level = setting.without_months().series(entry, calendar).monthly(calendar)[:, 0]
    year = level[calendar.months_of(int(time))] if time else level[:1]
    return float(year[0]) if np.all(year == year[0]) else float(year.mean())


def season_of(text: str) -> tuple[float, ...]:
    """The weights of a typed season: `9: 10, 10: 10`, twelve numbers, or nothing. Raises ValueError
    with the end of a sentence."""
    bare = text.strip().strip("{}[]")
    if not bare:
        return EVEN
    bracket = "{%s}" if ":" in bare else "[%s]"
    return overlay.weights_of(yaml_file.value_of(bracket % bare))
