"""What is typed over a scenario: only what can be used changes anything, and it can be undone."""

import pytest
from edits_stand import CAC, CAPEX, MARKETING, MATCH, MIX, OPENING, file_of, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model import load
from model.params.edits import Edits, number
from model.problems import InputError

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
    assert edits.step.refusals[(path, "")].text == text and not edits.step.changes
    reason, = edits.step.refusals[(path, "")].reasons
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
    assert edits.step.refusals[(MATCH, "")].reasons == (
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
    reason, = edits.step.refusals[cell].reasons
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
    assert not edits.step.refusals and edits.value(cell) == value


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
    assert part in edits.step.refusals[cell].reasons[0]


def test_a_word_in_a_flag_is_refused_and_no_way_to_type_what_it_is():
    edits = Edits("mentorship")
    flag = next(path for path, entry in edits.start.entries.items()
                if entry.unit == "flag" and entry.value == 1)
    edits.type((flag, ""), "true")
    assert "'true' is not a number" in edits.step.refusals[(flag, "")].reasons[0]


@pytest.mark.parametrize("text", ["1e999", "1e9999999999999999999"])
def test_a_number_beyond_all_bounds_is_refused(text):
    edits = Edits("mentorship")
    edits.type((MATCH, ""), text)
    assert edits.step.refusals[(MATCH, "")].reasons and not edits.step.changes


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
    assert "the shares sum to 105%" in edits.step.refusals[one].reasons[0]
    assert not edits.step.changes
    edits.type(other, "2")
    assert not edits.step.refusals
    assert edits.step.changes == {f"{MIX[0]}.2026": 0.95, f"{MIX[1]}.2026": 0.02}


def test_a_sound_cell_counts_while_another_is_refused():
    edits = Edits("mentorship")
    edits.type((MATCH, ""), "120")
    edits.type((CAC, "2028"), "95")
    assert edits.step.changes == {f"{CAC}.2028": 95} and list(edits.step.refusals) == [(MATCH, "")]
    edits.take_back((MATCH, ""))
    assert not edits.step.refusals and edits.step.changes == {f"{CAC}.2028": 95}


# Undoing.

CELLS = [(MATCH, ""), (CAC, "2028"), (CAPEX, "2026-04"), (MIX[0], "2026"), (MIX[1], "2026"),
         (MATCH, "2027")]
DEEDS = st.lists(st.one_of(
    st.tuples(st.just("type"), st.sampled_from(CELLS), st.sampled_from(
        ["80", "1,000", "x", "0", "65", "-1"])),
    st.tuples(st.sampled_from(["reset", "take_back"]), st.sampled_from(CELLS), st.just(""))),
    max_size=8)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
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
