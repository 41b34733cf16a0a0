"""Edits over a scenario: only what can be used changes anything, and a file says all of it."""

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model import load, scenario_file
from model.edits import Edits, number
from model.params_file import parse
from model.problems import InputError

CAC, MATCH, MARKETING = "mentees.cac", "mentees.match_rate", "mentees.marketing"
CAPEX, OPENING = "capex.platform", "opening_cash"
MIX = ("mentees.mix.career_changers", "mentees.mix.senior_experts")


def same(one, other):
    months = one.calendar.months
    return [path for path in one.entries if not np.array_equal(
        one.series[path].monthly(months), other.series[path].monthly(months))]


def file_of(folder, name, company="mentorship"):
    return folder / "params" / company / "scenarios" / f"{name}.yaml"


# What is typed.

@pytest.mark.parametrize("text, unit, value", [
    ("95", "USD/mentee", 95), ("1,070,000", "USD/year", 1070000), ("4.5", "fraction/month", 0.045),
    ("4.5%", "fraction", 0.045), (" 80 % ", "fraction", 0.8), ("75", "divisor fraction", 0.75),
    ("−3", "fraction/year", -0.03), ("1e3", "USD", 1000), ("1", "flag", 1), ("0.1", "FTE", 0.1)])
def test_a_text_is_the_number_that_people_read(text, unit, value):
    assert number(text, unit) == value


@pytest.mark.parametrize("text", ["", "4,5", "abc", "1 000", "80%%", "[1, 2]", "nan", "true",
                                  "{2026: 5}", "1" * 70, "a: b", "5 %", "50%%", "1\n2", "-",
                                  "5\0", "5 # c", "&a 5", "'5'", "~", "1.2.3"])
@pytest.mark.parametrize("unit", ["USD", "fraction"])
def test_what_is_no_number_is_refused_and_changes_nothing(text, unit):
    if (text, unit) == ("5 %", "fraction"):
        return
    edits = Edits("mentorship")
    path = OPENING if unit == "USD" else MATCH
    edits.type((path, ""), text)
    assert edits.step.refused[(path, "")].text == text and not edits.step.changes
    reason, = edits.step.refused[(path, "")].reasons
    how = ("digits with a point, as 12.5; 1,200,000 and 1.2m can be read, too." if unit == "USD"
           else "a percent with a point, as 12.5.")
    assert reason.endswith(f"is not a number; type {how}")
    assert reason.startswith("Opening cash: '" if unit == "USD" else "Match rate: '")
    assert not same(edits.assumptions, load("mentorship"))


@pytest.mark.parametrize("cell, text, changes", [
    ((MATCH, ""), "80", {MATCH: 0.8}), ((CAC, "2028"), "95", {f"{CAC}.2028": 95}),
    ((MATCH, "2027"), "70%", {f"{MATCH}.2027": 0.7}),
    ((CAPEX, "2026-04"), "30,000", {f"{CAPEX}.2026-04": 30000})])
def test_an_edit_is_the_change_that_a_scenario_file_would_hold(cell, text, changes):
    edits = Edits("mentorship")
    edits.type(cell, text)
    assert edits.step.changes == changes and edits.is_edited(cell)
    assert not same(edits.assumptions, load("mentorship", changes=changes))


def test_the_reason_is_the_sentence_of_the_check(folder):
    file_of(folder, "wrong").write_text(f"title: T\nwhy: W\nchanges:\n  {MATCH}: 1.2\n")
    with pytest.raises(InputError) as found:
        load("mentorship", "wrong")
    edits = Edits("mentorship")
    edits.set_whole(MATCH, 1.2)
    problem, = found.value.problems
    assert problem.what.startswith(f"{MATCH} = 1.2 fraction is outside")
    assert edits.step.refused[(MATCH, "")].reasons == (
        problem.what.replace(MATCH, "Match rate"),)


@pytest.mark.parametrize("cell, text, said", [
    ((MATCH, ""), "0.8", "Match rate is 0.8% as typed, where the plan has 75%; type 80% or 0.8%, "
     "whichever is meant."),
    ((MATCH, "2027"), "1", "Match rate, 2027 is 1% as typed, where the plan has 75%; type 100% "),
    (("mentees.young_pros.churn", ""), "0.05", "type 5% or 0.05%, whichever"),
    ((MATCH, ""), "120%", "Match rate is 120%, outside what can be, at least 0% and at most 100%"),
    ((MARKETING, "2026"), "1.270", "Marketing budget for mentees, 2026 is written 1.270, with"),
    ((CAC, "2028"), "abc", "CAC, mentee, 2028: 'abc' is not a number")])
def test_a_cell_asks_where_two_readings_are_likely(cell, text, said):
    edits = Edits("mentorship")
    edits.type(cell, text)
    reason, = edits.step.refused[cell].reasons
    assert said in reason and not edits.step.changes


@pytest.mark.parametrize("cell, text, value", [
    ((MATCH, ""), "0.8%", 0.008), ((MATCH, ""), "80", 0.8),
    (("payroll.salary_growth", ""), "1", 0.01), ((CAC, "2028"), "78.125", 78.125),
    ((MARKETING, "2026"), "150k", 150_000),
    ((MARKETING, "2027"), "USD 1.27m", 1_270_000), ((OPENING, ""), "1.2m", 1_200_000),
    ((OPENING, ""), "1.125M", 1_125_000), ((OPENING, ""), "2bn", 2_000_000_000),
    ((OPENING, ""), "1.2700", 1.27)])
def test_what_can_be_read_in_one_way_is_taken(cell, text, value):
    edits = Edits("mentorship")
    edits.type(cell, text)
    assert not edits.step.refused and edits.value(cell) == value


def test_a_value_with_three_decimals_is_saved_so_that_it_is_read_again(folder):
    edits = Edits("mentorship")
    edits.type((OPENING, ""), "12.3450")
    edits.save("small", "Small", "To try three decimals.")
    assert f"{OPENING}: 12.3450\n" in file_of(folder, "small").read_text()
    assert load("mentorship", "small").series[OPENING].values[0, 0] == 12.345


@pytest.mark.parametrize("cell, text, part", [
    ((CAC, "1999"), "95", "needs a year from 2026 to 2030"),
    ((OPENING, "2027"), "5", "one number for the whole plan"),
    ((CAPEX, ""), "5", "dated amounts"), ((CAPEX, "2031-01"), "5", "needs a month from"),
    ((CAC, ""), "", "is not a number"), ((CAC, "2026"), "0", "at least 0.01")])
def test_each_refusal_says_what_to_do(cell, text, part):
    edits = Edits("mentorship")
    edits.type(cell, text)
    assert part in edits.step.refused[cell].reasons[0]


def test_a_word_in_a_flag_is_refused_and_no_way_to_type_what_it_is():
    edits = Edits("mentorship")
    flag = next(path for path, entry in edits.start.entries.items()
                if entry.unit == "flag" and entry.value == 1)
    edits.type((flag, ""), "true")
    assert "'true' is not a number" in edits.step.refused[(flag, "")].reasons[0]


@pytest.mark.parametrize("text", ["1e999", "1e9999999999999999999"])
def test_a_number_beyond_all_bounds_is_refused(text):
    edits = Edits("mentorship")
    edits.type((MATCH, ""), text)
    assert edits.step.refused[(MATCH, "")].reasons and not edits.step.changes


def test_typing_what_the_scenario_has_is_no_edit():
    edits = Edits("mentorship", "downside")
    for cell, text in (((MATCH, ""), "65"), ((CAC, "2028"), "80"), ((CAPEX, "2027-05"), "0")):
        edits.type(cell, "2")
        assert edits.step.changes
        edits.type(cell, text)
        assert not edits.step.changes and not edits.is_edited(cell)


def test_one_year_leaves_the_years_around_it():
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    assert [edits.value((CAC, str(year))) for year in range(2026, 2031)] == [100, 90, 95, 70, 60]


def test_two_shares_of_a_mix_may_change_places_in_either_order():
    one, other = ((path, "2026") for path in MIX)
    edits = Edits("mentorship")
    edits.type(one, "95")
    assert "the shares sum to 105%" in edits.step.refused[one].reasons[0]
    assert not edits.step.changes
    edits.type(other, "2")
    assert not edits.step.refused
    assert edits.step.changes == {f"{MIX[0]}.2026": 0.95, f"{MIX[1]}.2026": 0.02}


def test_a_sound_cell_counts_while_another_is_refused():
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "120")
    edits.type((CAC, "2028"), "95")
    assert edits.step.changes == {f"{CAC}.2028": 95} and list(edits.step.refused) == [(MATCH, "")]
    edits.take_back((MATCH, ""))
    assert not edits.step.refused and edits.step.changes == {f"{CAC}.2028": 95}


# Undoing.

CELLS = [(MATCH, ""), (CAC, "2028"), (CAPEX, "2026-04"), (MIX[0], "2026"), (MIX[1], "2026"),
         (MATCH, "2027")]
DEEDS = st.lists(st.one_of(
    st.tuples(st.just("type"), st.sampled_from(CELLS), st.sampled_from(
        ["80", "1,000", "x", "0", "65", "-1"])),
    st.tuples(st.sampled_from(["reset", "take_back"]), st.sampled_from(CELLS), st.just(""))),
    max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS, scenario=st.sampled_from(["base", "downside", "cac_delay"]))
def test_undoing_everything_and_redoing_it_finds_every_state_again(deeds, scenario):
    edits = Edits("mentorship", scenario)
    states = [edits.step]
    for deed, cell, text in deeds:
        before = edits.step
        getattr(edits, deed)(*((cell, text) if deed == "type" else (cell,)))
        states += [edits.step] if edits.step is not before else []
        # What holds is always exactly what the changes say, and it is always valid.
        assert not same(edits.assumptions, load("mentorship", scenario, edits.step.changes))
    for state in reversed(states):
        assert edits.step is state
        edits.undo()
    assert edits.step is states[0] and not edits.undoes
    assert not same(edits.assumptions, load("mentorship", scenario))
    for state in states:
        assert edits.step is state
        edits.redo()
    assert not edits.redoes


def test_an_edit_after_undoing_ends_what_could_be_redone():
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "80", "a")
    edits.type((MATCH, ""), "81", "b")
    edits.undo()
    assert (edits.undoes, edits.redoes) == ("a", "b")
    edits.type((MATCH, ""), "82", "c")
    assert (edits.undoes, edits.redoes) == ("c", "")
    edits.undo()
    assert edits.step.changes == {MATCH: 0.8}


def test_the_moves_of_one_slider_are_undone_together():
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "80")
    for value in (81, 82, 83):
        edits.set_whole(CAC, value, "CAC", "slide")
    edits.undo()
    assert edits.step.changes == {MATCH: 0.8}
    edits.redo()
    assert edits.step.changes == {MATCH: 0.8, CAC: 83}


# Setting back.

def test_an_edited_cell_goes_back_to_the_scenario_and_then_to_base():
    edits = Edits("mentorship", "downside")
    edits.type((MATCH, ""), "80")
    edits.type((CAC, "2028"), "95")
    edits.reset((MATCH, ""))
    assert edits.step.changes == {f"{CAC}.2028": 95} and edits.value((MATCH, "")) == 0.65
    edits.reset((MATCH, ""))
    assert edits.step.changes == {f"{CAC}.2028": 95, MATCH: 0.75}
    edits.reset((CAC, "2028"))
    assert edits.step.changes == {MATCH: 0.75}


def test_one_year_goes_back_though_the_whole_path_was_moved():
    edits = Edits("mentorship")
    edits.set_whole(CAC, 50)
    edits.reset((CAC, "2028"))
    assert [edits.value((CAC, year)) for year in ("2027", "2028", "2029")] == [50, 80, 50]


def test_a_dated_amount_that_was_added_is_gone_again():
    edits = Edits("mentorship")
    edits.type((CAPEX, "2026-04"), "5")
    edits.reset((CAPEX, "2026-04"))
    assert not edits.step.changes


# Saving.

@pytest.mark.parametrize("scenario", ["base", "downside", "cac_delay", "flat_marketing"])
def test_what_is_saved_is_what_was_shown_month_by_month(folder, scenario):
    edits = Edits("mentorship", scenario)
    for cell, text in (((MATCH, ""), "71"), ((CAC, "2027"), "83"), ((CAPEX, "2027-02"), "1234.5"),
                       ((MARKETING, "2026"), "200,000")):
        edits.type(cell, text)
    path = edits.save("mine", "Mine: #1", "=To see.")
    content = yaml.safe_load(path.read_text())
    assert not same(load("mentorship", "mine"), edits.assumptions)
    assert content["changes"] == {MATCH: 0.71, f"{CAC}.2027": 83, f"{CAPEX}.2027-02": 1234.5,
                                  f"{MARKETING}.2026": 200000}
    assert content.get("extends", "base") == scenario
    assert (content["title"], content["why"]) == ("Mine: #1", "=To see.")


@pytest.mark.parametrize("name, title, why, parts", [
    ("No Good", "", "", ["is not a plain name", "title is empty", "why is empty"]),
    ("base", "T", "W", ["'base' is the plan itself"]), ("", "T", "W", ["is not a plain name"]),
    ("../up", "T", "W", ["is not a plain name"]), ("con", "T", "W", ["is a reserved word"])])
def test_what_cannot_be_saved_is_said_all_at_once(folder, name, title, why, parts):
    before = sorted(folder.rglob("*"))
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "80")
    with pytest.raises(InputError) as found:
        edits.save(name, title, why)
    said = str(found.value).lower().replace(": is empty", " is empty")
    assert all(part.lower() in said for part in parts)
    assert sorted(folder.rglob("*")) == before


def test_nothing_and_what_is_refused_are_not_saved(folder):
    edits = Edits("mentorship")
    with pytest.raises(InputError, match="nothing was changed"):
        edits.save("mine", "T", "W")
    edits.type((CAC, "2028"), "95")
    edits.type((MATCH, ""), "120")
    with pytest.raises(InputError, match="match_rate cannot be used as typed"):
        edits.save("mine", "T", "W")
    assert not file_of(folder, "mine").exists()


def test_a_title_that_no_file_may_have_leaves_no_file(folder):
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    with pytest.raises(InputError, match="title is longer than 80"):
        edits.save("mine", "T" * 81, "W")
    assert not file_of(folder, "mine").exists()


def test_another_scenario_is_replaced_only_when_that_is_confirmed(folder):
    file = file_of(folder, "upside")
    before = file.read_bytes()
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    with pytest.raises(scenario_file.ThereAlreadyError, match="yaml is there already"):
        edits.save("upside", "T", "W")
    assert file.read_bytes() == before
    edits.save("upside", "T", "W", replace=True)
    assert yaml.safe_load(file.read_text()) == {"title": "T", "why": "W",
                                                "changes": {f"{CAC}.2028": 95}}


def test_a_scenario_that_others_extend_is_not_replaced_by_what_breaks_them(folder):
    """The others raise one share of a mix; with the new values the remainder would be negative."""
    file_of(folder, "upper").write_text(
        f"title: U\nwhy: W\nextends: upside\nchanges:\n  {MIX[0]}.2026: 0.8\n")
    before = file_of(folder, "upside").read_bytes()
    edits = Edits("mentorship")
    edits.type((MIX[1], "2026"), "70")
    with pytest.raises(InputError, match="the shares sum to 1"):
        edits.save("upside", "T", "W", replace=True)
    assert file_of(folder, "upside").read_bytes() == before


COMMENTED = """\
# Kept by the team.
why: Because.   # said in May
title: "Cautious"

changes:
  # From the interviews.
  mentees.match_rate: 0.65  # the serious example
  mentees.cac:
    2026: 110   # agreed
    2030: 70
  opening_cash: 900000

  # Costs
  tax.tax_rate: 0.2
# Late, as asked
delay:
  mentors.cac: 3
"""


def test_a_scenario_is_updated_in_place_with_its_comments_and_order(folder):
    file = file_of(folder, "cautious")
    file.write_text(COMMENTED)
    edits = Edits("mentorship", "cautious")
    edits.type((MATCH, ""), "70")
    edits.type((CAC, "2028"), "95")
    edits.type(("orders.executive_premium", ""), "25")
    edits.save("cautious", "", "")
    assert file.read_text() == COMMENTED.replace("match_rate: 0.65 ", "match_rate: 0.7 ").replace(
        "tax_rate: 0.2\n", "tax_rate: 0.2\n  mentees.cac.2028: 95\n"
                           "  orders.executive_premium: 0.25\n")
    assert not same(load("mentorship", "cautious"), edits.assumptions)
    edits.undo()
    edits.save("cautious", "Careful", "")
    assert "executive_premium" not in file.read_text() and "title: Careful" in file.read_text()
    assert not same(load("mentorship", "cautious"), edits.assumptions)


def test_comments_on_what_goes_go_with_it():
    """A quote that stands behind another scenario's figure would be said of the new one."""
    after = {"title": "Cautious", "why": "Because.",
             "changes": {"mentees.match_rate": 0.8, "mentees.cac": {"2026": 110, "2030": 75},
                         "opening_cash": 900000}}
    own = scenario_file.rewritten(COMMENTED, after, "s.yaml")
    assert own == COMMENTED[:COMMENTED.index("  # Costs")].replace("0.65", "0.8").replace(
        "2030: 70", "2030: 75")
    after["changes"]["mentees.cac"] = {"2026": 115, "2030": 70}
    other = scenario_file.rewritten(COMMENTED, after, "s.yaml", own=False)
    assert other == COMMENTED[:COMMENTED.index("  # Costs")].replace(
        "0.65  # the serious example", "0.8").replace("110   # agreed", "115")
    after["changes"] = {"d.e": 1}
    assert read(scenario_file.rewritten(COMMENTED, after, "s.yaml", own=False)) == texts(after)
    after["changes"] = {"mentees.cac": 95}
    assert "agreed" not in scenario_file.rewritten(COMMENTED, after, "s.yaml")


def test_another_scenario_that_is_replaced_loses_the_comments_beside_its_figures(folder):
    file = file_of(folder, "cautious")
    file.write_text(COMMENTED)
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "81")
    edits.save("cautious", "Cautious", "Because.", replace=True)
    assert file.read_text() == (
        '# Kept by the team.\nwhy: Because.   # said in May\ntitle: "Cautious"\n\nchanges:\n'
        "  # From the interviews.\n  mentees.match_rate: 0.81\n\n")


@pytest.mark.parametrize("there", [False, True])
def test_an_interruption_leaves_what_was_there(folder, monkeypatch, there):
    file = file_of(folder, "upside" if there else "mine")
    before = file.read_bytes() if there else None
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scenario_file, "_hold", interrupted)
    with pytest.raises(KeyboardInterrupt):
        edits.save(file.stem, "T", "W", replace=True)
    assert (file.read_bytes() if there else None) == before and file.exists() == there


def test_a_text_that_no_file_can_hold_is_one_problem(folder):
    edits = Edits("mentorship")
    edits.type((CAC, "2028"), "95")
    with pytest.raises(InputError) as found:
        edits.save("mine", "T\udc80", "W")
    assert len(found.value.problems) == 1 and not file_of(folder, "mine").exists()


def test_an_own_file_that_is_gone_is_said_to_be(folder):
    edits = Edits("mentorship", "downside")
    edits.type((CAC, "2028"), "95")
    file_of(folder, "downside").unlink()
    with pytest.raises(InputError, match="was changed or removed since"):
        edits.save("downside", "", "")


def test_what_a_delaying_file_cannot_say_is_refused_and_kept(folder):
    edits = Edits("mentorship", "cac_delay")
    before = file_of(folder, "cac_delay").read_bytes()
    edits.type((CAC, "2028"), "95")
    with pytest.raises(InputError, match="this file cannot say"):
        edits.save("cac_delay", "", "")
    assert file_of(folder, "cac_delay").read_bytes() == before
    edits.save("cac_delay_95", "T", "W")
    assert not same(load("mentorship", "cac_delay_95"), edits.assumptions)


@pytest.mark.parametrize("name", ["base", "downside"])
def test_a_plan_that_somebody_else_changed_meanwhile_is_not_written_over(folder, name):
    edits = Edits("mentorship", "downside")
    edits.type((CAC, "2028"), "95")
    file = file_of(folder, name) if name != "base" else folder / "params/mentorship/base.yaml"
    file.write_text(file.read_text() + "# by a colleague\n")
    for target in ("mine", "downside"):
        with pytest.raises(InputError, match="was changed or removed since this notebook read it"):
            edits.save(target, "T", "W")
    assert not file_of(folder, "mine").exists()


# The text of a file.

AMOUNTS = st.one_of(st.integers(0, 10**9), st.floats(1e-6, 1e9).map(lambda x: float(f"{x:.6g}")))
VALUES = st.one_of(AMOUNTS, st.dictionaries(st.integers(2026, 2030), AMOUNTS, min_size=1))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    str.strip)
CONTENTS = st.fixed_dictionaries(
    {"title": WORDS, "why": WORDS},
    optional={"extends": st.sampled_from(["upside", "a_b"]),
              "changes": st.dictionaries(st.sampled_from(["a.b", "c", "d.e.2027", "f"]), VALUES,
                                         min_size=1),
              "delay": st.dictionaries(st.sampled_from(["a.b", "c"]), st.integers(1, 9),
                                       min_size=1)})


def read(text):
    file = parse("s.yaml", text)
    assert not file.problems
    return file.content


def texts(value):
    return {str(k): texts(v) for k, v in value.items()} if isinstance(value, dict) else value


@settings(max_examples=150, deadline=None)
@given(before=CONTENTS, after=CONTENTS)
def test_any_file_becomes_any_other_and_back_and_keeps_its_comments(before, after):
    text = "# head\n" + scenario_file.text_of(before).replace("\n", "  # beside\n", 1) + "# end"
    assert read(text) == texts(before)
    edited = scenario_file.rewritten(text, after, "s.yaml")
    assert read(edited) == texts(after)
    assert edited.startswith("# head\n") and "# end" in edited
    assert "# beside" in edited or next(iter(before)) not in after
    assert read(scenario_file.rewritten(edited, before, "s.yaml")) == texts(before)
    assert scenario_file.rewritten(text, before, "s.yaml") == text


@pytest.mark.parametrize("text", ["{title: A, why: B}", "", "title: &t A\nwhy: *t\n", "[1]",
                                  "title: A\nwhy: B\n---\ntitle: C\n"])
def test_a_file_that_cannot_be_edited_line_by_line_is_left(text):
    with pytest.raises(InputError, match="save under another name"):
        scenario_file.rewritten(text, {"title": "T", "why": "W"}, "s.yaml")
