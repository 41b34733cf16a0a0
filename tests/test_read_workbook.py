"""A workbook comes back: every change is found, said, and becomes exactly the scenario it was."""

import numpy as np
import pytest
import yaml
from workbooks import Sent, kept, said

from model import cli, load
from model.problems import InputError
from model.workbook import intake, reading, snapshot


def laid(sent):
    return intake.draft(reading.read(sent.back()))


def monthly(assumptions, path):
    return assumptions.monthly(path)[:, 0]


# Nothing changed.

@pytest.mark.parametrize(("company", "scenario"), [("mentorship", "base"),
                                                   ("influencer", "ebitda_1_5m"),
                                                   ("mentorship", "cac_delay")])
def test_a_workbook_that_nobody_changed_has_no_changes(tmp_path, company, scenario):
    returned = reading.read(Sent(tmp_path, company, scenario).back())
    assert (returned.changes, returned.other_changes, returned.chosen) == ((), (), scenario)
    assert intake.outdated(returned) == ()


def test_what_the_workbook_remembers_are_the_plans_it_was_made_from():
    found, _ = kept("influencer", "ebitda_1_5m")
    plans, mark = snapshot.read(list(found.snapshot))
    assert mark == found.version and plans.chosen == "ebitda_1_5m"
    for name, plan in found.plans.scenarios.items():
        assert plans.scenarios[name].settings == plan.settings


# What was typed.

def test_every_kind_of_change_is_found(tmp_path):
    sent = Sent(tmp_path)
    places = [sent.type(0.8, "mentees.match_rate"), sent.type(77, "mentees.cac", 2028),
              sent.type(2, "mentors.cac", "delay"),
              sent.type(30000, "capex.platform", "2026-04")]
    changes = reading.read(sent.back()).changes
    assert {(c.where, c.field.path, c.field.field, c.old, c.new) for c in changes} == {
        (places[0], "mentees.match_rate", "value", 0.75, 0.8),
        (places[1], "mentees.cac", "2028", 80.0, 77.0),
        (places[2], "mentors.cac", "delay", 0, 2.0),
        (places[3], "capex.platform", "2026-04", 0.0, 30000.0)}
    found = laid(sent)
    assert found.changes == {"mentees.match_rate": 0.8, "mentees.cac.2028": 77.0,
                             "capex.platform.2026-04": 30000.0}
    assert found.delay == {"mentors.cac": 2}


@pytest.mark.parametrize("scenario", ["base", "downside", "cac_delay", "flat_marketing"])
def test_what_is_written_is_the_plan_that_the_workbook_shows(folder, tmp_path, scenario):
    """Whatever is typed in the cells that a scenario shows, the file that is written says the
    same, month by month: each path alone, and then all of them."""
    sent = Sent(tmp_path, "mentorship", scenario)
    plans = sent.found.plans
    typed = {}
    for path, field, value in [
            ("mentees.match_rate", "value", 0.71), ("mentees.cac", "2027", 83),
            ("mentees.cac", "delay", 5), ("mentors.cac", "2029", 140.5),
            ("mentees.marketing", "2026", 200000), ("mentees.marketing", "delay", 1),
            ("capex.platform", "2027-02", 1234.5), ("tax.tax_rate", "value", 0.3)]:
        owner = scenario if scenario in plans.changed.get(path, ()) else "base"
        sent.type(value, path, field, owner)
        typed.setdefault(path, {})[field] = value
    found = laid(sent)
    assert not found.idle
    file = intake.write(found, "sent_back", "Sent back", "To see.")
    made = load("mentorship", "sent_back").opened()
    for path in plans.base.entries:
        wanted = monthly(plans.now, path)
        if path in typed:
            wanted = by_hand(plans, path, typed[path])
        assert monthly(made, path) == pytest.approx(wanted, rel=1e-15), path
    content = yaml.safe_load(file.read_text())
    named = {path.removesuffix(f".{path.rpartition('.')[2]}") if path.rpartition(".")[2][0] in "2"
             else path for path in (*content["changes"], *content.get("delay", ()))}
    assert named == set(typed)
    assert content.get("extends", "base") == scenario


def by_hand(plans, path, typed):
    """The months of a path as the workbook shows them after typing."""
    own = plans.input(plans.chosen, path)
    if plans.forms[path] == "constant":
        return np.full(60, typed["value"])
    if plans.forms[path] == "month":
        values = dict(zip(plans.calendar.labels, own.values, strict=True)) | typed
        return np.array(list(values.values()))
    delay = typed.get("delay", own.delay)
    new = {int(year): value for year, value in typed.items() if year != "delay"}
    years = dict(zip(plans.calendar.years, own.values, strict=True))
    setting = plans.now.settings[path]
    given = [*map(int, setting.value)] if isinstance(setting.value, dict) else [2026]
    if new.keys() & set(given):
        # The shipped paths that are typed here move in equal steps, or are one number.
        years = dict(zip(years, np.interp([*years], given, [
            new.get(year, years[year]) for year in given]), strict=True))
    years |= {int(year): value for year, value in setting.years.items()} | new
    return np.array([list(years.values())[max(month - delay, 0) // 12] for month in range(60)])


def test_a_delay_can_be_taken_back(folder, tmp_path):
    sent = Sent(tmp_path, "mentorship", "cac_delay")
    sent.type(0, "mentees.cac", "delay", "cac_delay")
    found = laid(sent)
    intake.write(found, "on_time", "On time", "To see.")
    made = load("mentorship", "on_time")
    assert np.array_equal(monthly(made, "mentees.cac"), monthly(load("mentorship"), "mentees.cac"))
    assert not np.array_equal(monthly(made, "mentors.cac"),
                              monthly(load("mentorship"), "mentors.cac"))


def test_changes_of_a_scenario_that_is_not_shown_are_named_and_left_out(tmp_path):
    sent = Sent(tmp_path, "mentorship", "base")
    sent.type(0.5, "mentees.match_rate", scenario="upside")
    sent.type(0.9, "mentees.match_rate", scenario="base")
    sent.choose("downside")
    found = laid(sent)
    assert found.parent == "downside" and not found.changes
    assert {change.field.scenario for change in found.idle} == {"upside", "base"}


def test_the_selector_may_be_typed_in_capitals(tmp_path):
    sent = Sent(tmp_path)
    sent.choose("DownSide")
    assert reading.read(sent.back()).chosen == "downside"


def test_the_effect_is_that_of_the_model(tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(0.8, "mentees.match_rate")
    assert cli.main(["read-workbook", str(sent.back())]) == 0
    out = capsys.readouterr().out
    assert "Match rate (mentees.match_rate): 75 → 80 %" in out
    assert "First break-even" in out and "Oct 2027" in out
    assert out.count("293.0k") == 1  # lowest cash of base, and another beside it


def test_values_outside_their_plausible_range_are_remarked(tmp_path, capsys):
    sent = Sent(tmp_path)
    for value, path, field in ((0.95, "mentees.match_rate", "value"), (300, "mentees.cac", 2028),
                               (0.26, "tax.tax_rate", "value")):
        sent.type(value, path, field)
    assert cli.main(["read-workbook", str(sent.back())]) == 0
    alerts = [line for line in capsys.readouterr().out.splitlines() if line.startswith("alert: A3")]
    assert len(alerts) == 2
    assert "mentees.cac) is 300 USD/mentee in 2028-01" in alerts[0]
    assert "mentees.match_rate) is 95%" in alerts[1] and "60% to 85%" in alerts[1]


# A plan that has changed since the workbook was written.

@pytest.fixture
def october(folder, tmp_path):
    """A workbook, and a base.yaml in which two figures were changed since."""
    sent = Sent(tmp_path)
    base = folder / "params" / "mentorship" / "base.yaml"
    text = base.read_text()
    for entry, old, new in (("match_rate:", "0.75", "0.72"),
                            ("opening_cash:", "1000000", "900000")):
        at = text.index(f"value: {old}", text.index(entry))
        text = f"{text[:at]}value: {new}{text[at + len(f'value: {old}'):]}"
    base.write_text(text)
    return sent


def row(out, label):
    return next(line for line in out.splitlines() if line.strip().startswith(label)).split("  ")


def test_what_has_changed_since_is_listed_beside_what_was_sent(october, capsys):
    """The right values of a workbook of October, read after match rate and opening cash fell."""
    assert cli.main(["read-workbook", str(october.back())]) == 0
    out = capsys.readouterr().out
    assert "2 assumptions of the plan are no longer as when this workbook was written" in out
    assert "  Match rate (mentees.match_rate): 75 → 72 %\n" in out
    assert "  Opening cash (opening_cash): 1,000,000 → 900,000 USD\n" in out
    figures = {label: [cell.strip() for cell in row(out, label)[2:] if cell.strip()]
               for label in ("First break-even", "Lowest cash, USD", "Month of the lowest cash",
                             "EBITDA 2028, USD")}
    assert figures == {"First break-even": ["Oct 2027", "Nov 2027"],
                       "Lowest cash, USD": ["293.0k", "152.0k"],
                       "Month of the lowest cash": ["Sep 2027", "Jan 2028"],
                       "EBITDA 2028, USD": ["710.7k", "613.3k"]}


def test_what_was_sent_becomes_a_scenario_of_today(october, capsys):
    was = load("mentorship", "base", {"mentees.match_rate": 0.75, "opening_cash": 1000000})
    assert cli.main(["read-workbook", str(october.back()), "--name", "october_pack"]) == 0
    made = load("mentorship", "october_pack")
    assert not made.differing(was)
    assert made.changed == ("opening_cash", "mentees.match_rate")
    assert made.scenario_why == "The plan of returned.xlsx."


@pytest.mark.parametrize(("whole", "changed"), [
    ((), {"mentees.cac": 77}),
    (("--whole",), {"mentees.cac": 77, "mentees.match_rate": 0.75, "opening_cash": 1000000})])
def test_what_was_typed_goes_over_today_or_over_what_was_sent(october, capsys, whole, changed):
    october.type(77, "mentees.cac", 2028)
    changed = {path.replace("cac", "cac.2028"): value for path, value in changed.items()}
    assert cli.main(["read-workbook", str(october.back()), "--name", "answer", *whole]) == 0
    assert not load("mentorship", "answer").differing(load("mentorship", changes=changed))
    out = capsys.readouterr().out
    assert "when written" in out and "now" in out and "with the changes" in out


def test_the_whole_plan_of_a_scenario_with_delays_comes_back(folder, tmp_path):
    """Whatever became of the scenario and of base since, the file says the months as sent."""
    sent = Sent(tmp_path, "mentorship", "cac_delay")
    was = load("mentorship", "cac_delay")
    scenarios = folder / "params" / "mentorship" / "scenarios"
    (scenarios / "cac_delay.yaml").write_text("title: Other\nwhy: To see.\n"
                                              "changes: {mentees.cac: 60}\n")
    assert cli.main(["read-workbook", str(sent.back()), "--name", "as_sent"]) == 0
    assert not load("mentorship", "as_sent").differing(was)


def test_what_was_observed_is_no_part_of_the_plan_that_was_sent(folder, tmp_path, capsys):
    """A workbook with a forecast from the last close becomes the plan that it was written with."""
    sent = Sent(tmp_path, "mentorship", "demo_actuals")
    was = load("mentorship", "demo_actuals")
    base = folder / "params" / "mentorship" / "base.yaml"
    base.write_text(base.read_text().replace("value: 0.75", "value: 0.72", 1))
    assert cli.main(["read-workbook", str(sent.back()), "--name", "as_sent"]) == 0
    out = capsys.readouterr().out
    assert "1 assumption of the plan is no longer" in out and "removed" not in out
    assert not load("mentorship", "as_sent").differing(was)


def test_whole_says_nothing_without_a_name(tmp_path, capsys):
    assert cli.main(["read-workbook", str(Sent(tmp_path).back()), "--whole"]) == 2
    assert "--name: is missing" in capsys.readouterr().err


# Writing the scenario.

def test_a_scenario_is_written_by_the_command(folder, tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(77, "mentees.cac", 2028)
    assert cli.main(["read-workbook", str(sent.back()), "--name", "investor",
                     "--title", "=What they said", "--why", "Mail of May: #1"]) == 0
    file = folder / "params" / "mentorship" / "scenarios" / "investor.yaml"
    assert yaml.safe_load(file.read_text()) == {
        "title": "=What they said", "why": "Mail of May: #1",
        "changes": {"mentees.cac.2028": 77}}
    assert "investor.yaml" in capsys.readouterr().out
    assert cli.main(["check", "mentorship", "-s", "investor"]) == 0


def test_a_scenario_that_is_there_is_replaced_only_by_force(folder, tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(77, "mentees.cac", 2028)
    file = folder / "params" / "mentorship" / "scenarios" / "upside.yaml"
    before = file.read_bytes()
    command = ["read-workbook", str(sent.back()), "--name", "upside"]
    assert cli.main(command) == 2 and file.read_bytes() == before
    assert "--force" in capsys.readouterr().err
    assert cli.main([*command, "--force"]) == 0 and file.read_bytes() != before


def found_over(over="base", **changes):
    return intake.Draft("mentorship", over, changes, {}, (), {})


@pytest.mark.parametrize("name", ["base", "No Good", "../up", "con", ""])
def test_a_name_that_cannot_be_is_refused(folder, name):
    with pytest.raises(InputError, match="--name"):
        intake.write(found_over(opening_cash=5), name, "T", "W")
    assert not (folder / "params" / "up.yaml").exists()


def test_no_change_makes_no_scenario(folder):
    with pytest.raises(InputError, match="nothing was changed"):
        intake.write(found_over(), "same", "T", "W")


def test_a_scenario_cannot_extend_itself(folder):
    with pytest.raises(InputError, match="is the scenario that was changed"):
        intake.write(found_over("upside", opening_cash=5), "upside", "T", "W", force=True)


def test_a_scenario_that_cannot_be_used_leaves_what_was_there(folder):
    file = folder / "params" / "mentorship" / "scenarios" / "upside.yaml"
    before = file.read_bytes()
    for name in ("upside", "fresh"):
        with pytest.raises(InputError, match="outside what its unit allows"):
            intake.write(found_over(**{"tax.tax_rate": 7}), name, "T", "W", force=True)
    assert file.read_bytes() == before and not file.with_name("fresh.yaml").exists()


# Values that cannot be.

def test_values_that_cannot_be_are_named_by_their_cells_all_at_once(tmp_path, capsys):
    sent = Sent(tmp_path)
    wrong = {"mentees.match_rate": "0.8", "commission.share": "80%", "tax.tax_rate": "=1+1",
             "tax.loss_limit": None, "terms.credit_losses": True, "commission.fee": "a\nb"}
    where = {path: sent.type(value, path) for path, value in wrong.items()}
    where["scenario"] = sent.choose("nobody")
    assert cli.main(["read-workbook", str(sent.back())]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    words = ["'0.8', which is not a number", "'80%', which is not a number", "holds a formula",
             "is empty", "'True', which is not a number", "not a number", "is not a scenario"]
    assert len(lines) == len(where)
    for address, path, said_of_it in zip(where.values(), where, words, strict=True):
        line = next(line for line in lines if f"{address}:" in line)
        assert said_of_it in line and (path in line or path == "scenario")


def test_values_outside_what_is_allowed_are_named_by_their_cells(tmp_path):
    sent = Sent(tmp_path)
    where = [sent.type(1.4, "mentees.match_rate"), sent.type(-1, "mentees.cac", 2027),
             sent.type(-5, "capex.platform", "2026-02")]
    text = said(sent.back())
    assert text.count("outside what its unit allows") == 3
    assert all(address in text for address in where)


def test_shares_that_sum_to_more_than_one_are_refused(tmp_path):
    sent = Sent(tmp_path)
    sent.type(0.95, "mentees.mix.career_changers", 2030)
    assert "sum to 107%" in said(sent.back())


def test_a_delay_is_a_whole_number_of_months(tmp_path):
    sent = Sent(tmp_path)
    for path, value in (("mentees.cac", 1.5), ("mentors.cac", -1), ("mentees.marketing", 600)):
        sent.type(value, path, "delay")
    assert said(sent.back()).count("a delay is a whole number of months from 0 to 59") == 3


def test_an_amount_below_zero_at_the_end_of_a_constant_rate_is_refused_in_a_sentence(tmp_path):
    sent = Sent(tmp_path)
    where = sent.type(-43.2, "mentees.young_pros.order_value", 2030)
    text = said(sent.back())
    assert where in text and "order_value" in text
