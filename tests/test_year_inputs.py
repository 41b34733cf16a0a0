"""Whatever is typed in the cells of a path becomes a scenario of just the months that the workbook
shows: years, a delay, years after it, months set alone, seasons."""

import random
import shutil
from dataclasses import replace

import numpy as np
import pytest
from edits_stand import file_of
from workbooks import calculated

from model import folders, load
from model.workbook import intake
from model.workbook.book import book
from model.workbook.cells import NAME, Field
from model.workbook.equality import type_into
from model.workbook.monthly import MONTHLY
from model.workbook.paths import Plans, load_plans
from model.workbook.reading import Change, Returned

CAC, MENTORS, MARKETING, CHURN = ("mentees.cac", "mentors.cac", "mentees.marketing",
                                  "mentees.young_pros.churn")
PATHS = (CAC, MENTORS, MARKETING, CHURN, "mentees.match_rate")
SCENARIOS = {
    "late": "changes: {mentees.cac.2027: 85, mentors.executive.churn.2028: 0.05}\n"
            "delay: {mentees.cac: 3}\n",
    # Years typed after a delay, and a month set alone among them.
    "later": "extends: late\nchanges: {mentees.cac.2028: 66, mentees.cac.2029: 61, "
             "mentees.cac.2028-03: 90}\n",
    "autumn": """\
changes:
  mentees.marketing.season: {9: 10, 10: 10}
  mentees.marketing.2027-03: 400000
  mentees.marketing.2028: 700000
  mentees.match_rate.season: {8: 0.5}
  mentees.match_rate.2026-11: 0.6
  mentees.cac.2026-12: 80
  mentees.cac.2028-05: 82
  mentors.cac.season: {1: 2}
  mentors.cac.2026-02: 900
  mentors.cac.2029: 150
  mentees.young_pros.churn: {2026: 0.05, 2027-06: 0.04}
  mentees.young_pros.churn.2026-08: 0.07
delay: {mentors.cac: 3, mentees.marketing: 2}
"""}


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """The plans of workbooks that show each of the scenarios, in a folder of their own."""
    folder = tmp_path_factory.mktemp("years")
    for name in ("params", "notebooks"):
        shutil.copytree(folders.root() / name, folder / name)
    for path in (folder / "params" / "mentorship" / "scenarios").iterdir():
        path.unlink()
    for name, text in SCENARIOS.items():
        file_of(folder, name).write_text(f"title: {name}\nwhy: To see.\n{text}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = load_plans("mentorship", "base")
        yield {name: Plans(found.scenarios, name) for name in found.scenarios}


def returned(plans, typed, path, scenario=None):
    """A workbook in which some fields of a path were typed over, where the shown scenario has it,
    or in the row of another."""
    owner = scenario or (plans.chosen if plans.chosen in plans.changed.get(path, ()) else "base")
    return Returned(plans, plans.chosen, tuple(
        Change("Sheet!A1", Field(owner, path, name), None, value)
        for name, value in typed.items()), ())


def shown(plans, path, typed):
    """The months of a path in the workbook after typing, worked out cell by cell."""
    before, labels = plans.input(plans.chosen, path), plans.calendar.labels
    if plans.forms[path] == "constant":
        level = np.full(len(labels), typed.get("value", before.values[0]))
    elif plans.forms[path] == "level":
        level = np.array([typed.get(month, value) for month, value in zip(
            labels, before.values, strict=True)])
        for at, month in enumerate(labels):
            if at not in before.years.nodes and month not in typed:
                level[at] = level[at - 1]
    else:
        level = _by_year(plans, path, before, typed)
    if path in plans.with_season:
        season = [typed.get(f"season {month}", before.season[month - 1]) for month in range(1, 13)]
        level = level * [season[int(month[5:]) - 1] / (sum(season) / 12) for month in labels]
    if path in plans.with_alone:
        for at, month in enumerate(labels):
            single = typed.get(f"{month} alone", before.alone[at])
            level[at] = level[at] if single is None else single
    return level


def _by_year(plans, path, before, typed):
    years = [str(year) for year in plans.calendar.years]
    of_month = plans.calendar.years_of()
    values = [typed.get(year, value) for year, value in zip(years, before.values, strict=True)]
    nodes = before.years.nodes
    for at, year in enumerate(years):
        if at in before.years or year in typed:
            continue
        if plans.interpolation_method(plans.chosen, path) == "step":
            values[at] = values[max((node for node in nodes if node < at), default=nodes[0])]
        else:
            values[at] = np.interp(at, nodes, [values[node] for node in nodes])
    delay = typed.get("delay", before.delay)
    level = np.array([values[of_month[max(at - delay, 0)]] for at in range(len(of_month))])
    for at, year in enumerate(years):
        later = typed.get(f"later {year}", before.later[at] if before.later else None)
        if later is not None:
            level[of_month == at] = later
    return level


def check(plans, path, typed, saved=True):
    """Hold the scenario that typing makes, in memory and as a file, to what is shown."""
    draft, wanted = intake.draft(returned(plans, typed, path)), shown(plans, path, typed)
    made = [draft.over(plans.now)]
    if saved:
        file = intake.write(draft, "back", "Back", "To see.", force=True)
        made.append(load("mentorship", "back").opened())
        file.unlink()
    for plan in made:
        assert plan.monthly(path)[:, 0] == pytest.approx(wanted, rel=1e-14, abs=0), (
            plans.chosen, path, typed, draft.changes, draft.delay)
        assert set(plan.differing(plans.now)) <= {path}


@pytest.mark.parametrize(("scenario", "path", "typed"), [
    # A month set alone survives the year that is typed over it, before and after a delay.
    ("autumn", CAC, {"2026": 90}), ("autumn", CAC, {"2028": 90}),
    ("autumn", CAC, {"2028": 90, "2030": 91}),
    ("later", CAC, {"later 2028": 67}),
    # A delay moves the years, and no month that was set alone.
    ("autumn", CAC, {"delay": 4}), ("autumn", CAC, {"delay": 6, "2027-02 alone": 70}),
    ("autumn", CAC, {"delay": 24}), ("autumn", MENTORS, {"delay": 0}),
    ("autumn", MENTORS, {"delay": 1, "2026-02 alone": None}), ("autumn", MARKETING, {"delay": 5}),
    ("autumn", MARKETING, {"2027": 5000, "2027-03 alone": 6000}),
    # What was set alone is taken out.
    ("autumn", CAC, {"2026-12 alone": None}), ("autumn", MARKETING, {"2027-03 alone": None}),
    ("autumn", "mentees.match_rate", {"2026-11 alone": None}),
    ("autumn", CHURN, {"2026-08 alone": None}),
    ("later", CAC, {"2028-03 alone": None}),
    # Years typed after a delay, beside others of the row.
    ("later", CAC, {"2026": 90}), ("later", CAC, {"later 2028": None}),
    ("later", CAC, {"delay": 6, "later 2030": 50}), ("later", CAC, {"delay": 0, "2027": 83}),
    ("later", CAC, {"delay": 0, "later 2028": None}), ("late", CAC, {"2026": 91}),
    ("late", CAC, {"later 2027": 70}), ("base", CAC, {"delay": 3, "later 2028": 70}),
    ("later", CAC, {"delay": 2, "2026": 90, "later 2028": None, "later 2029": None})], ids=str)
def test_what_is_typed_is_said_as_the_workbook_shows_it(plans, scenario, path, typed):
    check(plans[scenario], path, typed)


def test_a_file_says_a_year_and_its_month_as_they_were_typed(plans):
    assert intake.draft(returned(plans["autumn"], {"2028": 90}, CAC)).changes == {
        f"{CAC}.2028": 90, f"{CAC}.2028-05": 82}
    draft = intake.draft(returned(plans["autumn"], {"delay": 4}, CAC))
    assert draft.delay == {CAC: 4} and {f"{CAC}.2026-08": 80, f"{CAC}.2028-01": 82}.items() <= (
        draft.changes.items())


def test_a_delay_of_what_is_alike_in_all_years_moves_nothing(plans):
    path = "mentors.executive.churn"
    assert plans["base"].forms[path] == "year"
    draft = intake.draft(returned(plans["base"], {"delay": 3}, path))
    assert not draft.changes and not draft.delay
    check(plans["base"], path, {"delay": 3, "2030": 0.06})


@pytest.mark.parametrize("financial", [False, True])
def test_whatever_is_typed_is_said_as_the_workbook_shows_it(plans, financial):
    """In calendar years, and in years from July, of which the first and the last have six
    months."""
    if financial:
        moved = {name: replace(each.now, calendar=replace(
            each.calendar, year_starts=7, year_named="start")) for name, each in plans.items()}
        plans = {name: Plans(moved, name) for name in moved}
    draw = random.Random(7)
    for _ in range(60):
        shows, path = plans[draw.choice([*plans])], draw.choice(PATHS)
        check(shows, path, typed_at_random(draw, shows, path), saved=False)


def typed_at_random(draw, plans, path):
    before, calendar = plans.input(plans.chosen, path), plans.calendar
    names = {"constant": ["value"], "level": [*calendar.labels],
             "year": [*map(str, calendar.years), "delay", "delay"]}[plans.forms[path]]
    if before.later:
        names += [f"later {year}" for year in calendar.years]
    there = [month for month, value in zip(calendar.labels, before.alone, strict=False)
             if value is not None]
    if before.alone:
        names += [f"{month} alone" for month in (*draw.sample(calendar.labels, 3), *there, *there)]
    typed = {}
    for name in draw.sample(names, min(len(names), draw.choice([1, 1, 2, 3]))):
        value = before.values[0] * draw.choice([0.5, 0.8, 1.2, 1.25])
        if name == "delay":
            value = draw.choice([0, 1, 4, 17])
        elif name.startswith("later") or name.endswith("alone"):
            value = draw.choice([value, value, None])
        typed[name] = value
    return typed


def test_another_program_shows_what_is_worked_out_here(plans):
    """The months of the sheet of assumptions by month, after typing."""
    shows = Plans({name: plans[name].now for name in ("base", "autumn")}, "autumn")
    cases = {CAC: {"2026": 90, "delay": 4, "2026-12 alone": 85.0},
             MENTORS: {"2028": 170.0, "delay": 17}}
    found = book(shows)
    sheet = found.sheet(MONTHLY)
    type_into(found, {Field("autumn", path, name): value for path, typed in cases.items()
                      for name, value in typed.items()})
    program = calculated(found)
    rows = {sheet.cells[row, col].content: row for row, col in sheet.cells if col == NAME}
    for path, typed in cases.items():
        months = [program.value(MONTHLY, rows[path], col) for col in found.axis.months]
        assert months == pytest.approx(shown(shows, path, typed), rel=1e-14)


def test_the_whole_plan_comes_back_with_years_typed_after_a_delay(plans):
    was = load("mentorship", "later")
    file = intake.write_whole(was, "whole", "Whole", "To see.")
    assert not load("mentorship", "whole").differing(was)
    file.unlink()


# Whose cells are read.

def test_the_cells_of_the_forecast_are_those_that_its_workbook_reads(plans):
    """It stands on Scenarios with rows of its own, and what is typed there changes its plan."""
    file = file_of(folders.root(), "closed")
    file.write_text("title: Closed\nwhy: To see.\nactuals: examples/invented_actuals.csv\n"
                    "changes: {mentees.match_rate: 0.7}\n")
    found = load_plans("mentorship", "closed")
    file.unlink()
    assert found.forecast == "forecast" in found.changed["mentees.match_rate"]
    for scenario, changes in (("forecast", {"mentees.match_rate": 0.72}), ("closed", {})):
        ahead = Plans(found.scenarios, "closed")
        draft = intake.draft(Returned(ahead, "forecast", (Change(
            "Scenarios!D20", Field(scenario, "mentees.match_rate", "value"), 0.7, 0.72),), ()))
        assert (draft.parent, draft.changes, bool(draft.idle)) == ("closed", changes, not changes)


def test_a_scenario_that_is_called_forecast_is_no_forecast(plans):
    base = plans["base"].base
    own = Plans({"base": base, "forecast": base.with_values({"mentees.match_rate": 0.7})}, "base")
    assert own.forecast is None
    assert intake.shown(Returned(own, "forecast", (), ())) == "forecast"


def test_a_name_is_refused_where_only_other_scenarios_were_changed(plans):
    draft = intake.draft(returned(plans["base"], {"2028": 3}, CAC, "late"))
    with pytest.raises(intake.InputError, match="nothing that scenario base reads was changed"):
        intake.write(draft, "other", "Other", "To see.")
