"""Wrong input of a budget is refused where it stands, in a sentence, before any figure is."""

import json
import shutil
import warnings
from datetime import timedelta

import pytest
from quarter import PLAN, TWO_WEEKS, enrolled, on, paid, parsed, problems, text

from model import cli, folders
from model.budget.accounts.log import MAX_LINE, Log, digest, verify
from model.budget.plan.paths import LISTS, PATHS
from model.budget.plan.plan import load_plan
from model.budget.strategies import tuning
from model.pages import budget as page
from model.pages.budget.view import open_budget
from model.problems import InputError

LISTED = {path: entry.value for path, entry in load_plan().entries.items()
          if isinstance(entry.value, tuple)}


@pytest.fixture
def base(folder):
    """Edits base.yaml, or another file of the budget, and gives the line of what was edited."""
    def edit(old, new, file="base.yaml", after=""):
        path = folder / "params" / "budget" / file
        content = path.read_text(encoding="utf-8")
        at = content.index(old, content.index(after))
        path.write_text(content[:at] + new + content[at + len(old):], encoding="utf-8")
        return content[:at].count("\n") + 1

    return edit


def faults(scenario="base", changes=None):
    with pytest.raises(InputError) as error:
        load_plan(scenario, changes)
    return [str(problem) for problem in error.value.problems]


def refused(capsys, *arguments):
    """What a command says of input that it refuses."""
    assert cli.main(list(map(str, arguments))) == cli.BAD_INPUT
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.splitlines()


# The invented example -----------------------------------------------------------------------------

@pytest.mark.parametrize(("old", "new"), [("start: 2026-01-05", "start: 2026-03-02"),
                                          ("value: 120000", "value: 90000")])
def test_the_example_is_absent_where_base_itself_is_another_quarter(base, old, new):
    base(old, new)
    view = open_budget()
    assert view.file is None and view.review is None
    assert "no export tells of its weeks yet" in page.sentence(view)


@pytest.mark.parametrize("scenario", ["base", "learning_department"])
def test_the_example_is_shown_by_plans_of_its_own_quarter(scenario):
    assert open_budget(scenario).remark.startswith("INVENTED EXAMPLE")


# Lists --------------------------------------------------------------------------------------------

def test_the_paths_that_are_lists_are_those_of_the_shipped_plan():
    assert set(LISTED) == LISTS <= set(PATHS)


@pytest.mark.parametrize("path", sorted(LISTS))
def test_one_number_where_a_list_is_needed_is_refused_in_base(base, path):
    line = base(_written(path), "value: 3", after=_entry(path))
    assert f"params/budget/base.yaml:{line}: {path} needs a list of numbers." in faults()


@pytest.mark.parametrize("path", ["rule_a.dwell", "total"])
def test_a_list_where_one_number_is_needed_is_refused_in_base(base, path):
    line = base(_written(path), "value: [1, 2]", after=_entry(path))
    assert f"params/budget/base.yaml:{line}: {path} needs one number." in faults()


def _entry(path):
    """The label of a path's entry, after which its value stands."""
    return load_plan().entries[path].label


def _written(path):
    value = load_plan().entries[path].value
    if isinstance(value, tuple):
        return f"value: [{', '.join(f'{number:g}' for number in value)}]"
    return f"value: {value:.12g}"


@pytest.mark.parametrize(("weeks", "part"), [
    ([4], "has 1 numbers, but needs two"), ([3, 8, 9], "has 3 numbers, but needs two"),
    ([8, 3], "runs from week 8 to week 3"), ([3, 14], "ends in week 14, after the last of 13")])
def test_the_weeks_of_a_shock_are_two_in_order_within_the_plan(weeks, part):
    (said,) = faults(changes={"simulation.environment.shock_weeks": weeks})
    assert said.startswith("changes: simulation.environment.shock_weeks") and part in said


# Tuned settings -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("old", "new", "part"), [
    ("cents: 30000", "cents: .nan", "S1: cents = nan"),
    ("cents: 30000", "cents: .inf", "S1: cents = inf"),
    ("cents: 30000", "cents: 30000.5", "S1: cents = 30000.5"),
    ("cents: 30000", "cents: 0x10", "'cents' = '0x10' is not a setting"),
    ("S4: {days: 2}", "S4: {days: -3}", "S4: days = -3"),
    ("S4: {days: 2}", "S4: {days: 31}", "at least 0.2 and at most 30"),
    ("S4: {days: 2}", "S4: {days: 2}\nS4: {days: 3}", "stands twice"),
    ("S4: {days: 2}", "S4: [2]", "S4 has no days")])
def test_tuned_settings_that_were_never_tried_are_refused_by_check_with_their_line(
        base, capsys, old, new, part):
    line = base(old, new, "tuned.yaml") + new.count("\n")
    (said,) = refused(capsys, "check", "budget")
    assert said.startswith(f"params/budget/tuned.yaml:{line}: ") and part in said


def test_tuned_settings_are_written_whole_or_not_at_all(folder, monkeypatch):
    path = tuning.tuned_file()
    before = path.read_bytes()
    shown = {name: {key: values[0] for key, values in space.items()}
             for name, space in tuning.SPACES.items()}
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="is no file"):
        tuning.write_settings(shown, 1)
    path.rmdir()
    path.write_bytes(before)
    inode = path.stat().st_ino
    tuning.write_settings(shown, 1)
    assert path.stat().st_ino != inode and tuning.tuned_strategies()["S4"].days == 0.2


# What is divided by -------------------------------------------------------------------------------

@pytest.mark.parametrize("path", [
    "simulation.marketing.scale", "simulation.redesign.scale", "simulation.library.full",
    "simulation.recruiting.cost", "simulation.booking.chance", "simulation.environment.season"])
def test_what_the_budget_divides_by_cannot_be_0(base, path):
    value = [1] * 12 + [0] if path in LISTS else 0
    (said,) = faults(changes={path: value})
    assert said.startswith(f"changes: {path} = 0 ") and "divides by it" in said
    line = base(_written(path), f"value: {json.dumps(value)}", after=_entry(path))
    assert any(each.startswith(f"params/budget/base.yaml:{line}: {path} = 0 ")
               for each in faults())


def test_the_least_that_is_allowed_can_be_computed_with():
    from model.budget.simulator.quarter import simulate
    from model.budget.simulator.tape import draw

    plan = load_plan(changes={
        "simulation.marketing.scale": 0.01, "simulation.redesign.scale": 0.01,
        "simulation.library.full": 0.01, "simulation.recruiting.cost": 0.01,
        "simulation.booking.chance": 1e-6, "simulation.environment.season": [1, 0.01, 1]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulate(plan, draw(plan, "E1", range(2)), list(tuning.tuned_strategies().values()))


# Commands -----------------------------------------------------------------------------------------

@pytest.fixture
def export(folder):
    (folder / "two.csv").write_text(text(*TWO_WEEKS))
    return ("budget", "review", "--events", "two.csv", "--log", "log")


@pytest.mark.parametrize("option", ["--head", "--on"])
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_option_is_refused_and_no_check_is_skipped(export, capsys, folder, option, empty):
    (said,) = refused(capsys, *export, "--approve", "X", "--by", "Ann", option, empty)
    assert said.startswith(f"{option}: is empty; ") and not (folder / "log").exists()


def test_an_empty_head_needs_its_log_as_any_other(export, capsys):
    assert any("needs --log" in line for line in refused(capsys, *export[:4], "--head", ""))


@pytest.mark.parametrize("others", [
    ["--ab", "S2", "S3"], ["--replications", "5"], ["--format", "json"], ["--format", "table"]])
def test_tuning_takes_no_option_that_it_would_ignore(folder, capsys, others):
    before = tuning.tuned_file().read_bytes()
    (said,) = refused(capsys, "budget", "compare", "--tune", *others)
    assert said.startswith(f"{others[0]}: ") and "--tune" in said
    assert tuning.tuned_file().read_bytes() == before


def test_both_sides_are_known_before_a_comparison_is_said_to_begin(capsys):
    said = refused(capsys, "budget", "compare", "--ab", "S8", "R99")
    assert [line.split("'")[1] for line in said] == ["S8", "R99"]
    assert not any("Comparing" in line for line in said)


def test_the_core_does_not_import_its_command():
    for path in (folders.root() / "model").rglob("*.py"):
        if path.name not in ("cli.py", "commands.py"):
            assert "commands_compare" not in path.read_text(encoding="utf-8"), path


# Dates of another quarter -------------------------------------------------------------------------

def test_many_dates_outside_the_plan_are_one_sentence_with_count_and_first_line():
    year = timedelta(days=364)
    rows = [enrolled(on(1), "L0"), *(paid(on(1) + year, "LIB", "3") for _ in range(40))]
    ((line, said),) = problems(text(*rows))
    assert line == 3 and said.startswith("date is 2027-01-04, ")
    assert "as are those of 39 more rows" in said
    assert "outside of the plan's 13 weeks, 2026-01-05 to 2026-04-05" in said


def test_few_dates_outside_the_plan_are_said_one_by_one():
    year = timedelta(days=364)
    said = problems(text(*(paid(on(1) + year, "LIB", "3") for _ in range(3))))
    assert [line for line, _ in said] == [2, 3, 4]


def test_dates_outside_the_plan_hide_no_other_fault():
    year = timedelta(days=364)
    said = problems(text(*(paid(on(1) + year, "LIB", "3") for _ in range(9)),
                         paid(on(1), "NIX", "3")))
    assert [line for line, _ in said] == [2, 11] and "NIX" in said[1][1]
    assert parsed(text(paid(on(1), "LIB", "3"))).start == PLAN.start


# Base that cannot be read, and where a fault is ---------------------------------------------------

def test_a_base_that_cannot_be_read_blames_no_scenario(base, capsys):
    base("title: Total", "title: [Total")
    said = refused(capsys, "check", "budget")
    assert len(said) == 1 and said[0].startswith("params/budget/base.yaml:"), said


def test_a_base_without_assumptions_says_still_what_a_scenario_misspelt(base, folder):
    base("total: 20000", "totl: 20000", "scenarios/small_pilot.yaml")
    base("title: Total", "title: [Total")
    assert any(line.endswith("totl is not an assumption; did you mean total?")
               for line in faults("small_pilot"))


def test_weeks_that_a_scenario_sets_are_blamed_on_the_scenario(folder):
    file = folder / "params" / "budget" / "scenarios" / "month.yaml"
    file.write_text("title: A\nwhy: B\nchanges:\n  rule_a.dwell: 2\n  weeks: 4\n")
    said = faults("month")
    assert said and all(line.startswith("params/budget/scenarios/month.yaml:5: ")
                        for line in said), said
    assert {line.split(": ")[1].split()[0] for line in said} == {
        "offered.profile", "cohorts.end_week", "simulation.environment.shock_weeks"}


def test_a_priority_that_is_taken_is_blamed_on_who_changed_it():
    (said,) = faults(changes={"buckets.ONE.priority": 2})
    assert said.startswith("changes: buckets.GRP has priority 2, as has ONE")


# The log ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("content", [
    b"title: A\nweeks: 13\n", b"id,date\n", b'{"a":1}\n', b"\n", b"no end", b'{"seq":1,"time":"']
)
def test_a_file_that_is_no_log_is_not_called_a_log_that_was_changed(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    for said in (verify(path), str(_opened(path))):
        assert ":1: is no log; name another file." in said
    assert path.read_bytes() == content


def _opened(path):
    with pytest.raises(InputError) as error:
        Log.open(path)
    return error.value


@pytest.mark.parametrize(("key", "value"), [
    ("inputs", []), ("before", 1), ("after", None), ("before", {"ONE.planned": "5"}),
    ("after", {"ONE.planned": True}), ("after", {"ONE.planned": None})])
def test_an_entry_whose_parts_are_of_another_kind_is_refused(tmp_path, key, value):
    path = tmp_path / "log"
    with Log.open(path) as log:
        log.append_all([{"kind": "note", "time": "2026-01-06", "actor": "A"}])
    entry = json.loads(path.read_bytes())
    del entry["hash"]
    entry[key] = value
    body = json.dumps(entry, separators=(",", ":")).encode()
    assert len(body) < MAX_LINE
    path.write_bytes(body[:-1] + b',"hash":"' + digest(body).encode() + b'"}\n')
    assert f":1: does not have {key} " in verify(path)


# Hints --------------------------------------------------------------------------------------------

def test_hints_send_to_what_a_budget_has(base, capsys):
    base("  warm_up:\n", "  zzzzzz:\n")
    base("unit: USD/workshop", "unit: qqqqqq")
    base("\nassumptions:", "\n  vvvvvv: {}\nassumptions:")
    said = faults(changes={"xxxxxx": 1, "headline": ["yyyyyy", "utilization", "nps"],
                           "rules.wwwwww.active": False})
    said += refused(capsys, "budget", "compare", "--ab", "S2", "uuuuuu")
    for name in ("zzzzzz", "qqqqqq", "xxxxxx", "yyyyyy", "wwwwww", "vvvvvv"):
        assert any(name in line for line in said), (name, said)
    assert not any("assumptions notebook" in line for line in said), said


def test_every_scenario_can_still_be_used(folder, capsys):
    assert cli.main(["check", "budget"]) == 0
    shutil.rmtree(folder / "params" / "budget" / "examples")
    assert open_budget().file is None
