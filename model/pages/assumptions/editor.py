"""Editing assumptions in a notebook: a grid, the figures and the chart that follow, and saving."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections import Counter
from collections.abc import Callable, Mapping

from model.analysis.register import register
from model.counts import alert_count, count
from model.currency import labelled_data, on_page
from model.folders import relative
from model.pages import breakeven, frame, what_if
from model.pages.assumptions.grid_rows import Cells, section_label
from model.pages.assumptions.page_run import PageRun, make_pages
from model.pages.scoreboard import outlook
from model.pages.view import View
from model.params.catalog import path_of
from model.params.edits import Cell, Edits
from model.params.scenario_file import ThereAlreadyError
from model.params.values import CONFIDENCE
from model.problems import InputError
from model.views.blocks import Block
from model.views.charts import pixel_size, render
from model.views.formats import format_month

SAVING = {"problems": [], "question": "", "done": [], "pages": False}
LEVERS = "levers"
_OF_TILE = ("label", "value", "compared")
# Seconds without a further edit until the checks are made.
PAUSE = 0.6


class Editor:
    """What the grid shows, and what it does with what is typed.

    Figures and chart always show everything that could be used. While something could not, they
    are greyed and said not to be updated.
    """

    def __init__(self, view: View, draw: Callable[[View], Block] = breakeven.cash,
                 on_save: Callable[[str], None] = lambda name: None):
        self.edits = Edits(view.company, view.assumptions.scenario, view.changes)
        self._view, self._draw = view, draw
        self._cells = Cells(self.edits, view.levers)
        self._saving: Mapping[str, object] = SAVING
        self._on_save, self._run, self._worker = on_save, PageRun(), None
        self._fault = ""
        self._pasting: list[str] = []
        self._count = 0
        self._lock = threading.RLock()
        self._drawn: View | None = None
        self.state = labelled_data(self._state(view))
        self.table = labelled_data(self._table())
        self.grid = None

    def show(self):
        from model.views.grid import Grid

        self.grid = Grid(self.table, self.state, self.hear)
        return self.grid

    def hear(self, message: Mapping[str, object]) -> None:
        """Do what the grid asks for, and say what it shows then.

        JupyterLab may send messages through several threads of the kernel, so one waits for the
        other here.
        """
        with self._lock:
            self._hear(message)

    def _hear(self, message: Mapping[str, object]) -> None:
        self._fault, self._pasting = "", []
        before = self.edits.step
        try:
            self._do(message)
        except Exception as error:  # a widget would drop it, and old figures pass for new ones
            self._fault = f"{type(error).__name__}: {error}"
        if before is not self.edits.step or message.get("done", True):
            self._say(self._state(self._now()))
            self._later()

    def _later(self) -> None:
        """Say what the checks find as soon as nothing else was typed for a moment: they take as
        long as the figures. At once where no loop of a kernel would come back to it."""
        try:
            asyncio.get_running_loop().call_later(PAUSE, self._check, self._count)
        except RuntimeError:
            self._check(self._count)

    def _check(self, number: int) -> None:
        with self._lock:
            if number == self._count:
                self._say(self.state | {"checks": self._checks(self._view)})

    def _say(self, state: dict) -> None:
        self._count += 1
        self.state = labelled_data(state | {"number": self._count})
        if self.grid is not None:
            self.grid.state = self.state

    def _now(self) -> View:
        """The view of what holds, which keeps what does not depend on it."""
        if self._view.assumptions is not self.edits.assumptions:
            self._view = self._view.moved(self.edits.assumptions, self.edits.step.changes)
        return self._view

    def _do(self, message: Mapping[str, object]) -> None:
        action, edits = message.get("do"), self.edits
        if action != "save":
            self._saving = SAVING
        if action in ("undo", "redo"):
            getattr(edits, action)()
        elif action == "reset_all":
            edits.reset_all("everything set back")
        elif action == "save":
            self._save(message)
        elif action == "paste":
            self._paste(message)
        elif (path := message.get("path")) in edits.start.entries:
            self._edit(action, str(path), message)

    def _paste(self, message: Mapping[str, object]) -> None:
        """Type a block of texts into the cells that the grid found for them, or none of them."""
        cells, beyond = message.get("cells", []), str(message.get("beyond", ""))
        texts = {(str(path), str(time)): str(text) for path, time, text in cells
                 if path in self.edits.start.entries}
        try:
            if beyond:
                raise InputError.of("Nothing was pasted", beyond)
            self.edits.paste(texts, f"{count(len(texts), 'value')} pasted")
        except InputError as error:
            self._pasting = list(map(str, error.problems))

    def _edit(self, action: object, path: str, message: Mapping[str, object]) -> None:
        cell: Cell = (path, str(message.get("time", "")))
        if action == "type":
            text = str(message.get("text", ""))
            self.edits.type(cell, text, self._cells.named(cell, text))
        elif action == "take_back":
            self.edits.take_back(cell)
        elif action == "reset":
            self.edits.reset(cell, f"{self._cells.named(cell)} set back")
        elif action == "split":
            self._cells.split.add(path)
        elif action == "slide":
            self._slide(path, float(message["value"]))

    def _slide(self, path: str, value: float) -> None:
        slider, start = what_if.lever(self.edits.start, path)
        what = f"{self.edits.start.entries[path].label}, by its slider"
        if abs(value - start) < slider.step / 2:
            self.edits.restore(path, what, f"slide {path}")
        else:
            self.edits.move(path, what_if.moved_to(self.edits.start, path, value), what,
                            f"slide {path}")

    # What the grid shows.

    def _table(self) -> dict:
        start, own = self.edits.start, self.edits.own_name
        rows = [self._cells.fixed(row) for row in register(start)]
        levers = sum("lever" in row for row in rows)
        sizes = Counter(row["section"] for row in rows)
        into = (f"{own} updates the scenario shown; another name makes one that extends it."
                if own else "Lower-case letters, digits and underscores.")
        return {
            "caption": f"Assumptions of {start.title}, {start.scenario_title} scenario",
            "years": list(map(str, start.calendar.years)),
            "confidence": CONFIDENCE,
            "months": [[month, format_month(month)] for month in start.calendar.labels],
            "sections": [*[{"name": LEVERS, "label": f"Main levers ({levers})"}] * bool(levers),
                         {"name": "", "label": f"All sections ({len(rows)})"},
                         *({"name": name, "label": f"{section_label(name)} ({size})"}
                           for name, size in sizes.items())],
            "hints": {"name": into, "title": "What readers call it"
                      + (f"; {start.scenario_title} where {own} is updated and this left empty."
                         if own else "."),
                      "why": "One sentence: why it exists, what it shows"
                             + ("; left empty, it stays." if own else ".")},
            "rows": rows}

    def _state(self, view: View) -> dict:
        edits, changes = self.edits, self._cells.changes()
        over = edits.start.scenario_title
        return {
            "rows": {path: self._cells.now(path) for path in edits.start.entries
                     if edits.has_edits(path) or path in self._cells.split},
            **self._outcome(view),
            "stale": self._stale(),
            "checks": None,
            "undo": f"Undo: {edits.undoes}" if edits.undoes else "",
            "redo": f"Redo: {edits.redoes}" if edits.redoes else "",
            "edits": changes,
            "editsHead": (f"{count(len(changes), 'edit')} over {over}" if changes else
                          f"No edits: the grid shows {over} as it is in its file."),
            "paste": what_if.line(edits.step.changes),
            "pasting": self._pasting,
            "saving": dict(self._saving),
            "making": self._run.data(),
            "number": self._count}

    def _outcome(self, view: View) -> dict:
        """Figures and chart, made again only where they may be others."""
        if self._drawn is not view:
            self._drawn, block = view, self._draw(view)
            data = base64.b64encode(render(block.figure)).decode("ascii")
            # What is read here is a page's; cells, and what is said of them, are as typed.
            self._shown = {
                "figures": [vars(tile) | {name: on_page(getattr(tile, name)) for name in _OF_TILE}
                            for tile in frame.tiles(view)],
                "chart": {"src": f"data:image/svg+xml;base64,{data}",
                          "alt": on_page(block.alt), "width": pixel_size(block.figure)[0],
                          "message": on_page(block.message + outlook.sentence(view)),
                          "reading": on_page(block.reading)}}
        return self._shown

    def _stale(self) -> str:
        if self._fault:
            return f"Not updated: {self._fault}"
        refusals = self.edits.step.refusals
        if not refusals:
            return ""
        names = ", ".join(map(self._cells.named, refusals))
        return (f"Not updated: {names} cannot be used as typed. Figures and chart are those "
                "without it; mend it below, or take it back with Esc in its cell.")

    def _checks(self, view: View) -> dict:
        checks = view.checks
        total, failures = len(checks.made), len(checks.failed)
        verdict = (f"{failures} of {total} checks fail: {'; '.join(checks.failed)}" if failures
                   else f"All {total} checks hold")
        if checks.alerts:
            verdict += f"; {alert_count(checks.alerts)}"
        return {"text": f"{verdict}.", "warn": bool(failures)}

    # Saving.

    def _save(self, message: Mapping[str, object]) -> None:
        name, title, why = (str(message.get(key, "")).strip() for key in ("name", "title", "why"))
        try:
            path = self.edits.save(name, title, why, message.get("replace") is True)
        except ThereAlreadyError:
            self._saving = SAVING | {"question": self._question(name),
                                     "pages": message.get("pages") is True}
        except InputError as error:
            self._saving = SAVING | {"problems": list(map(str, error.problems))}
        except OSError as error:
            self._saving = SAVING | {"problems": [f"Not saved: {error.strerror or error}."]}
        else:
            pages = message.get("pages") is True
            self._saving = SAVING | {"done": self._confirmation(name, path, title, why, pages)}
            self._on_save(name)
            if pages:
                self._make(name)

    def _make(self, name: str) -> None:
        """Make the pages of a scenario beside what one goes on to type. What is made already goes
        on: a run waits for no other, and says so."""
        def tell(run: PageRun) -> None:
            with self._lock:
                self._run = run
                self._say(self.state | {"making": run.data()})

        self._worker = threading.Thread(target=make_pages, args=(self.edits.company, name, tell))
        self._worker.start()

    def _question(self, name: str) -> str:
        return (f"{relative(path_of(self.edits.company, name))} is there already. Replacing it "
                "puts these changes in the place of its own. Its comments are kept, except those "
                "directly above what goes and those beside what goes or changes.")

    def _confirmation(self, name: str, path, title: str, why: str,
                      pages: bool) -> list[tuple[str, str]]:
        number, company = len(self.edits.step.changes), self.edits.company
        changes = count(number, "change")
        summary = f"with {changes} over {self.edits.start.scenario_title}"
        if name == self.edits.own_name:
            news = {changes: number, "a new title": title, "a new reason": why}
            summary = "updated with " + frame.listed([what for what, new in news.items() if new])
        saved = ("text", f"Saved: {relative(path)}, {summary}.")
        if pages:
            return [saved]
        return [
            saved,
            ("text", "To make its reports, paste this into a terminal in the project's folder:"),
            ("command", f'make reports ARGS="{company} -s {name}"'),
            ("text", "or, where the environment is active:"),
            ("command", f"python -m model run {company} -s {name}"),
            ("text", f"Its pages are then in reports/{company}/{name}. To open it in a notebook, "
                     "put this into the parameters cell and run all cells:"),
            ("command", f'scenario = "{name}"')]
