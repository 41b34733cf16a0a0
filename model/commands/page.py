"""The command `read-page`: what a reader moved in a page comes back and becomes a scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from model.commands import DONE
from model.commands.effect import print_effect
from model.files import UnusableError, read, text
from model.folders import relative
from model.problems import InputError, Problem, fail_if, nearest, visible
from model.terminal import aligned

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions

_TITLE, _MOST = "Changes from a page", 1_000_000
_KEYS = ("company", "scenario", "changes")


def add_read_page(command) -> None:
    """Add the options of `read-page`."""
    command.add_argument("file", type=Path, help="the .json that a page saved")
    command.add_argument("--name", metavar="SCENARIO", help="write the changes as a scenario")
    command.add_argument("--title", default=_TITLE, help="the scenario's title")
    command.add_argument("--why", help="the scenario's reason, a sentence")
    command.add_argument("--force", action="store_true", help="replace a scenario of this name")


def read_back(options) -> int:
    """Print what was moved, its effect and the bridge from base; with a name, write it as a
    scenario."""
    from model import load
    from model.params import catalog, scenario_file

    found = _content(options.file)
    company, parent, changes = (found[key] for key in _KEYS)
    catalog.check_company(company)
    after = load(company, parent, changes)
    if options.name is not None:
        # A name that cannot be is told before anything is printed.
        fail_if(scenario_file.name_problems(company, options.name, parent,
                                            scenario_file.Wording()))
    print(visible(f"{after.title} ({company}), scenario {parent}"))
    print_effect(after)
    _print_bridge(after)
    if options.name is not None:
        content = {"title": options.title,
                   "why": options.why or f"What was moved in {options.file.name}.",
                   **({"extends": parent} if parent != "base" else {}), "changes": changes}
        path = scenario_file.save(company, options.name, content, over=parent,
                                  replace=options.force, expected=after)
        print(f"\nWritten: {relative(path)}. See it with python -m model project {company} "
              f"-s {options.name}; make reports makes its pages.")
    return DONE


def _content(path: Path) -> dict:
    """What a page saved. Raises InputError for a file that no page wrote."""
    try:
        raw = text(read(path, _MOST, "a file of changes", "name a file that a page saved",
                        "name the file that the page saved"))
        found = json.loads(raw, parse_constant=_no_number)
    except UnusableError as error:
        raise InputError.of(relative(path), str(error)) from None
    except (ValueError, RecursionError) as error:
        raise InputError.of(relative(path), f"is not what a page saves ({error}); save it "
                                            "again from the page.") from None
    if not isinstance(found, dict):
        raise InputError.of(relative(path), "holds no changes; save it again from the "
                                            "page.")
    fail_if([Problem(relative(path), f"{key!r} is nothing that a page saves; "
                                     f"{nearest(str(key), _KEYS)}")
             for key in found if key not in _KEYS])
    kinds = {"company": str, "scenario": str, "changes": dict}
    fail_if([Problem(relative(path), f"{key!r} is missing or of another kind than a page saves; "
                                     "save it again from the page.")
             for key, kind in kinds.items() if not isinstance(found.get(key), kind)])
    if not found["changes"]:
        raise InputError.of(relative(path), "nothing was moved; move a lever in the page "
                                            "before it is saved.")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _print_bridge(after: Assumptions) -> None:
    """Print what each moved assumption has to do with the difference from base."""
    from model.analysis.bridge import bridge, bridged
    from model.companies.profiles import profile
    from model.views.formats import format_value, unit_label

    calendar = after.calendar.reported
    year = profile(after.company).target_year(calendar)
    outcomes = bridged(calendar.named_years)
    for name in (f"ebitda_{int(year)}", "lowest_cash"):
        made = bridge(after.base(), after, outcomes[name])
        unit, rows = made.outcome.unit, [("base", made.start)]
        for part in made.parts:
            labels = [after.entries[path].label for path in part.group.paths]
            rows.append((", ".join(labels) if part.group.name else "all others", part.amount))
        rows.append(("with the changes", made.end))
        print(f"\n{made.outcome.label}, {unit_label(unit)}: from base, by what each change adds on "
              "average over all orders of changing")
        for line in aligned([(label, format_value(amount, unit)) for label, amount in rows], 1):
            print(visible(f"  {line}"))
