"""The decision that a base.yaml may name: its options as changes of the plan, and what counts.

An option is checked as the changes of a scenario are; what its changes set is decided, and so is
certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.params import overlay
from model.params.calendar import Calendar
from model.params.entry import Decision, Entry, Option, validate
from model.params.yaml_file import ParamsFile
from model.problems import Problem

KEY = "decision"
_OPTIONS = "options"


def of_file(file: ParamsFile, entries: Mapping[str, Entry], calendar: Calendar, company: str,
            doubts: Callable[[str], bool] = lambda path: False,
            ) -> tuple[Decision | None, list[Problem]]:
    """The decision of a base.yaml, None where it names none, and what is wrong with it."""
    if KEY not in file.content:
        return None, []
    decision, problems = validate(Decision, file.content[KEY], file, (KEY,), name="the decision")
    if decision is None:
        return None, problems
    options, settings = [], {path: overlay.Setting.of(entry) for path, entry in entries.items()}
    for place, content in enumerate(decision.options):
        at = (KEY, _OPTIONS, place)
        option, faults = validate(Option, content, file, at, name=f"option {place + 1}")
        problems += faults
        if option is None:
            continue
        if any(option.label == other.label for other in options):
            problems.append(Problem(
                file.where(*at), f"option {place + 1} has the label of another, "
                                 f"{option.label!r}; give it one of its own."))
        for path, value in option.changes.items():
            if not doubts(path):
                faults = overlay.with_changes(settings, entries, calendar, {path: value},
                                              company=company)[1]
                problems += [Problem(file.where(*at, "changes", path), fault.what)
                             for fault in faults]
        options.append(option)
    if not problems and len(options) < 2:
        problems.append(Problem(file.where(KEY, _OPTIONS), "the decision has "
                                f"{len(options)} options; name two or more, one of which may "
                                "change nothing."))
    return decision.model_copy(update={_OPTIONS: tuple(options)}), problems
