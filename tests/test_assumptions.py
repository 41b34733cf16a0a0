"""What values in params files mean over time, and in which shapes many scenarios are given."""

import numpy as np
import pytest
from stand import BASE, SCENARIO, SCENARIO_FILE, monthly, replaced, same

from model import load
from model.analysis.register import carried_from, register, shares
from model.pages import assumptions as page
from model.pages.assumptions import grid_rows
from model.params.calendar import Calendar
from model.params.yaml_file import value_of
from model.problems import InputError


def test_years_are_filled_in_between_and_held_at_the_ends(project):
    calendar = project.load()
    assert calendar.yearly("guests.cac")[:, 0].tolist() == [130, 120, 110, 100, 100]
    assert calendar.yearly("guests.marketing")[:, 0].tolist() == [120, 140, 160, 180, 200]
    np.testing.assert_allclose(calendar.yearly("guests.fare")[:, 0], [100, 110, 121, 121, 121])
    later = project.load(changes={"guests.marketing": {2028: 7}, "guests.cac": {2027: 5, 2029: 9}})
    assert later.yearly("guests.marketing")[:, 0].tolist() == [7] * 5
    assert later.yearly("guests.cac")[:, 0].tolist() == [5, 5, 5, 9, 9]


def test_a_year_holds_for_its_twelve_months(project):
    assert monthly(project.load(), "guests.cac").tolist() == (
        [130] * 12 + [120] * 12 + [110] * 12 + [100] * 24)


def test_dated_amounts_happen_once(project):
    path = monthly(project.load(), "capex.stand")
    assert {i: v for i, v in enumerate(path) if v} == {2: 45000, 12: 500}
    assert project.load().yearly("capex.stand")[:2, 0].tolist() == [45000, 500]


def test_one_year_of_a_path_leaves_its_neighbours_alone(project):
    found = project.load(changes={"guests.marketing.2028": 7})
    assert found.yearly("guests.marketing")[:, 0].tolist() == [120, 140, 7, 180, 200]
    found = project.load(changes={"guests.churn.2027": 0.5})
    assert found.yearly("guests.churn")[:, 0] == pytest.approx([0.05, 0.5, 0.05, 0.05, 0.05])
    found = project.load(changes={"capex.stand.2026-04": 9})
    assert {i: v for i, v in enumerate(monthly(found, "capex.stand")) if v} == {
        2: 45000, 3: 9, 12: 500}


def test_one_year_beside_its_whole_path_wins_in_any_order(project):
    for changes in ({"guests.marketing.2028": 7, "guests.marketing": 5},
                    {"guests.marketing": 5, "guests.marketing.2028": 7}):
        found = project.load(changes=changes)
        assert found.yearly("guests.marketing")[:, 0].tolist() == [5, 5, 7, 5, 5]


def test_a_later_layer_takes_a_path_whole(project):
    project.scenario("parent", SCENARIO + "changes: {guests.cac.2028: 7}\n")
    project.scenario("child", SCENARIO + "extends: parent\nchanges: {guests.cac: 5}\n")
    assert project.load("child").yearly("guests.cac")[:, 0].tolist() == [5] * 5


def test_extends_lays_base_then_parents_then_the_scenario_then_changes(project):
    project.scenario("first", SCENARIO + "changes: {guests.churn: 0.1, opening_cash: 1, "
                                         "rules.streak: 1}\n")
    project.scenario("second", "title: Two\nwhy: y\nextends: first\n"
                               "changes: {guests.churn: 0.2, opening_cash: 2}\n")
    project.scenario("third", "title: Three\nwhy: Because\nextends: second\n"
                              "changes: {guests.churn: 0.3}\n")
    found = project.load("third", {"guests.mix.tea": 0.1})
    values = {path: monthly(found, path)[0] for path in
              ("guests.churn", "opening_cash", "rules.streak", "guests.mix.tea")}
    assert values == {"guests.churn": 0.3, "opening_cash": 2, "rules.streak": 1,
                      "guests.mix.tea": 0.1}
    assert (found.scenario_title, found.scenario_why) == ("Three", "Because")
    assert [path.stem for path in found.files] == ["base", "first", "second", "third"]
    assert set(found.changed) == set(values)


def test_extending_base_is_the_same_as_extending_nothing(project):
    project.scenario("plain", SCENARIO + "changes: {opening_cash: 5}\n")
    project.scenario("explicit", SCENARIO + "extends: base\nchanges: {opening_cash: 5}\n")
    assert same(project.load("plain"), project.load("explicit"))


def test_a_delay_holds_the_first_level_and_shifts_the_rest(project):
    project.scenario("late", SCENARIO + "delay: {guests.cac: 3}\n")
    found = project.load("late")
    assert monthly(found, "guests.cac").tolist() == (
        [130] * 15 + [120] * 12 + [110] * 12 + [100] * 21)
    assert found.changed == ("guests.cac",)


def test_a_delay_moves_dated_amounts_and_drops_those_beyond_the_horizon(project):
    project.scenario("late", SCENARIO + "changes: {capex.stand: {2026-01: 1, 2030-11: 2}}\n"
                                        "delay: {capex.stand: 3}\n")
    path = monthly(project.load("late"), "capex.stand")
    assert {i: v for i, v in enumerate(path) if v} == {3: 1}


def test_a_delay_longer_than_the_horizon_holds_the_first_level(project):
    for months in (59, 60, 61, 120):
        delay = f"delay: {{guests.cac: {months}, capex.stand: {months}}}\n"
        project.scenario("late", SCENARIO + delay)
        found = project.load("late")
        assert set(monthly(found, "guests.cac")[:59]) == {130}
        assert not monthly(found, "capex.stand").any()


def test_a_delay_can_make_a_mix_overflow_and_is_blamed_for_it(project):
    project.base(replaced("value: 0.5\n        range: [0.4, 0.6]",
                          "value: {2026: 0.8, 2027: 0.5}\n        range: [0.9, 1.2]").replace(
        "value: {2026: 0.2, 2030: 0.4}\n        between: linear", "value: {2026: 0.2, 2027: 0.4}"))
    project.scenario("late", SCENARIO + "delay: {guests.mix.tea: 2}\n")
    found = project.problem("late")
    assert found.where == f"{SCENARIO_FILE.format('late')}:3"
    assert "sum to 120% in 2027-01" in found.what


CHANGES = {
    "guests.cac": {2026: 140, 2028: 90}, "guests.cac.2029": 80, "guests.churn": 0.07,
    "guests.fare.2027": 99.5, "capex.stand": {"2026-02": 7, "2028-12": 8},
    "capex.stand.2030-01": 9, "guests.mix.tea": 0.25,
}


def test_changes_and_set_mean_the_same_as_a_scenario_file(project):
    lines = [f"  {path}: {value}".replace("'", "") for path, value in CHANGES.items()]
    project.scenario("s", SCENARIO + "changes:\n" + "\n".join(lines) + "\n")
    set_texts = {path: value_of(str(value).replace("'", "")) for path, value in CHANGES.items()}
    assert same(project.load("s"), project.load(changes=CHANGES))
    assert same(project.load("s"), project.load(changes=set_texts))
    assert same(project.load("s"), project.load().with_values(CHANGES))
    assert not same(project.load("s"), project.load())


def test_a_change_back_to_base_is_no_change(project):
    back = {"guests.churn": 0.05, "guests.cac": {2026: 130, 2027: 120, 2028: 110, 2029: 100},
            "capex.stand": {"2027-01": 500, "2026-03": 45000}}
    assert project.load(changes=back).changed == ()


# Arrays: many scenarios at once -------------------------------------------------------------------

def test_arrays_of_each_shape_are_spread_over_scenarios_and_time(project):
    base = project.load()
    years = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], float)
    dates = np.zeros((2, 60))
    dates[0, 4], dates[1, 7] = 5, 6
    months = np.linspace(1, 2, 120).reshape(2, 60)
    found = base.with_values({"guests.churn": np.array([0.1, 0.2]), "guests.cac": years,
                              "capex.stand": dates, "guests.marketing": months,
                              "guests.fare.2027": np.array([1, 2]), "opening_cash": 5})
    shown = {path: found.monthly(path) for path in found.series}
    assert shown["guests.churn"].tolist() == [[0.1, 0.2]] * 60
    assert shown["guests.cac"].T.tolist() == np.repeat(years, 12, axis=1).tolist()
    assert shown["capex.stand"].T.tolist() == dates.tolist()
    assert shown["guests.marketing"].T.tolist() == months.tolist()
    assert shown["guests.fare"][12:24].tolist() == [[1, 2]] * 12
    np.testing.assert_allclose(shown["guests.fare"][:12], 100)
    assert shown["opening_cash"].tolist() == [[5]] * 60
    assert "guests.churn" in found.changed and "rules.streak" not in found.changed


def test_numbers_of_numpy_are_numbers(project):
    for five in (np.float64(5), np.int64(5), np.array(5), np.array([5]), np.array([5], "int8")):
        found = project.load().with_values({"opening_cash": five})
        assert monthly(found, "opening_cash")[0] == 5


@pytest.mark.parametrize(("values", "says"), [
    ({"guests.churn": np.array([0.1, np.nan])}, ["guests.churn", "not finite"]),
    ({"guests.churn": np.array([0.1, np.inf])}, ["guests.churn", "not finite"]),
    ({"guests.churn": np.array([0.1, 1.1])}, ["guests.churn = 1.1 fraction/month", "at most 1"]),
    ({"guests.cac": np.full((2, 5), -1.0)}, ["guests.cac = -1 USD/customer", "at least 0.01"]),
    ({"guests.cac": np.ones((2, 7))}, ["guests.cac", "(2, 7)", "(scenarios, years)"]),
    ({"guests.cac": np.ones((2, 5, 1))}, ["guests.cac", "(2, 5, 1)", "(scenarios,)"]),
    ({"guests.cac": np.array([])}, ["guests.cac", "(0,)", "(scenarios,)"]),
    ({"guests.cac": np.ones((0, 5))}, ["guests.cac", "(0, 5)"]),
    ({"guests.cac": np.array(["a"])}, ["guests.cac", "not finite numbers"]),
    ({"guests.cac": np.array([True])}, ["guests.cac", "not finite numbers"]),
    ({"guests.cac": np.array([1j])}, ["guests.cac", "not finite numbers"]),
    ({"guests.cac": np.array([None])}, ["guests.cac", "not finite numbers"]),
    ({"guests.cac": 10 ** 400}, ["guests.cac", "more digits"]),
    ({"guests.cac.2027": np.ones((2, 5))}, ["guests.cac.2027", "one moment"]),
    ({"guests.cac": np.ones((2, 5)), "guests.cac.2027": 5}, ["cac.2027", "change the array"]),
    ({"capex.stand": np.ones(2)}, ["capex.stand happens once", "dated amounts"]),
    ({"capex.stand": np.ones((2, 5))}, ["capex.stand happens once", "dated amounts"]),
    ({"capex.stand": np.ones((2, 60)), "capex.stand.2026-01": 5}, ["change the array"]),
    ({"guests.churn": np.full(2, 0.1), "guests.cac": np.ones((3, 5))},
     ["guests.churn 2", "guests.cac 3", "give all the same"]),
    ({"guests.cac": np.ones((2, 5)), "guests.churn.2027": np.full(3, 0.1)}, ["give all the same"]),
    ({"guests.mix.tea": np.array([0.1, 0.9])}, ["guests.mix", "sum to 110% in 2026-01", "tea 90%"]),
    ({"rules.streak": np.array([1, 2.5])}, ["rules.streak = 2.5 months", "a whole number"]),
    ({"nobody": np.ones(2)}, ["nobody is not an assumption"]),
    ({5: 6}, ["5 is not an assumption"]),
])
def test_arrays_that_cannot_be_used_are_refused(project, values, says):
    base = project.load()
    for attempt in (base.with_values, lambda v: project.load(changes=v)):
        with pytest.raises(InputError) as caught:
            attempt(values)
        [found] = caught.value.problems
        assert found.where == "changes"
        assert [part for part in says if part not in found.what] == [], found.what


def test_arrays_laid_over_arrays_must_agree_in_size(project):
    two = project.load().with_values({"guests.churn": np.array([0.1, 0.2])})
    again = two.with_values({"guests.cac": np.array([5.0, 6])})
    assert again.series["guests.cac"].values.shape == (1, 2)
    assert two.with_values({"guests.cac": np.array([5.0])})
    with pytest.raises(InputError, match=r"guests.cac 3, guests.churn 2"):
        two.with_values({"guests.cac": np.array([5.0, 6, 7])})


def test_what_is_typed_after_a_delay_is_in_calendar_time():
    late = load("mentorship", "cac_delay")
    one_year = load("mentorship", "cac_delay", {"mentees.cac.2028": 75})
    assert one_year.yearly("mentees.cac")[2, 0] == 75
    assert one_year.yearly("mentees.cac")[[0, 1, 3, 4], 0].tolist() == (
        late.yearly("mentees.cac")[[0, 1, 3, 4], 0].tolist())
    whole = load("mentorship", "cac_delay", {"mentees.cac": {2026: 100, 2027: 50}})
    assert whole.yearly("mentees.cac")[:, 0].tolist() == [100, 50, 50, 50, 50]


@pytest.mark.parametrize(("path", "value"), [
    ("opening_cash.2028", 1_200_000), ("opening_cash", {2026: 1, 2027: 2}),
    ("breakeven.months_in_a_row.2027", 4), ("breakeven.count_cash", {2026: 1})])
def test_what_holds_for_the_whole_plan_has_no_values_by_year(path, value):
    with pytest.raises(InputError, match="one number for the whole plan"):
        load("mentorship", changes={path: value})


@pytest.mark.parametrize("changes", ["{'mentees.cac': 90}", ["mentees.cac"]])
def test_changes_that_are_no_mapping_are_refused(changes):
    with pytest.raises(InputError, match="is not a mapping of paths to values"):
        load("mentorship", changes=changes)


# What alert A3 says.

@pytest.mark.parametrize("changes", [
    {"equity.raises": {"2027-01": 500_000}}, {"debt.draws": {"2027-01": 500_000}}])
def test_what_base_does_not_plan_has_no_plausible_range(changes):
    assert not load("mentorship", changes=changes).outside_range()


def test_a_large_amount_outside_its_range_is_written_out():
    (sentence,) = load("mentorship", changes={"opening_cash": 2_345_678}).outside_range()
    assert "is 2,345,678 USD" in sentence and sentence.endswith("plausible 800,000 to 1,200,000")
    (sentence,) = load("mentorship", changes={"mentees.match_rate": 0.4}).outside_range()
    assert sentence.endswith("plausible 60% to 85%")


def test_what_falls_has_a_plausible_range_as_well(project):
    """The greater factor gives the lower value: base itself is never outside."""
    project.base(BASE + """\
  wages:
    wage_growth:
      label: Growth of wages
      unit: fraction/year
      value: {2026: -0.02, 2028: 0.01}
      range: [0.5, 1.5]
      source: "estimate: by feel"
      confidence: low
""")
    assert not project.load().outside_range()
    assert not project.load(changes={"wages.wage_growth.2026": -0.03}).outside_range()
    (sentence,) = project.load(changes={"wages.wage_growth.2026": -0.04}).outside_range()
    assert "is -4% a year in 2026-01, outside its plausible -3% to -1%" in sentence


# What the company does.

def test_what_a_company_does_is_read_and_may_be_left_out(project):
    assert project.load().about == ""
    project.base(f"about: Sells  lemonade.\n{BASE}")
    assert project.load().about == "Sells lemonade."


def test_what_a_company_does_must_be_a_text_of_readable_length(project):
    for text, said in (("2", "needs a text"), ("''", "is empty"),
                       (f'"{"a" * 601}"', "longer than 600 characters")):
        project.base(f"about: {text}\n{BASE}")
        assert "the header: about" in project.problem().what and said in project.problem().what


# The register.

def test_what_a_scenario_changes_is_credited_to_the_scenario_and_to_nobody_else():
    rows = {row.path: row for row in register(load("mentorship", "downside"))}
    row, base = rows["mentees.match_rate"], load("mentorship").entries["mentees.match_rate"]
    assert row.kind == "scenario" and base.kind == "decision"
    assert row.source == (
        "this scenario: Matching stays at 65%, as in an example of the source, which calls more "
        "than 70% strong. Mentees leave sooner, and sessions with Executive mentors bring half the "
        f"premium. In base: {base.source}")
    assert rows["mentees.mix.career_changers"].kind != "scenario"
    counted = shares(list(rows.values()))
    assert counted["scenario"] == len(load("mentorship", "downside").changed) / len(rows)
    assert sum(counted.values()) == pytest.approx(1)
    assert "scenario" not in shares(register(load("mentorship")))


def test_a_change_beside_a_scenario_is_told_from_the_scenarios_own():
    rows = {row.path: row for row in register(load("mentorship", "downside", {
        "opening_cash": 900_000, "mentees.match_rate": 0.7}))}
    for path in ("opening_cash", "mentees.match_rate"):
        assert rows[path].source.startswith("a change of this notebook. In base: ")
    assert rows["mentees.young_pros.churn"].source.startswith("this scenario: ")


def test_what_is_printed_for_some_years_is_counted_apart_as_carried_on():
    rows = {row.path: row for row in register(load("influencer"))}
    for path, years, standing in (
            ("tiers.managed_service.hourly_rate", (2026,), "published, carried on"),
            ("customers.cac", (2026, 2030), "published, carried on"),
            ("team.delivery_team.hires", (2026,), "derived, carried on"),
            # Dated: there is no other amount that could be carried on.
            ("team.chief_executive.hires", (), "published"),
            ("customers.marketing", (), "calibrated")):
        assert (rows[path].printed_for, rows[path].standing) == (years, standing), path
    assert rows["tiers.managed_service.hourly_rate"].source.endswith(
        ". Printed or worked out for 2026 alone, and carried on here")
    assert "carried on here" not in rows["team.chief_executive.hires"].source
    found = shares(list(rows.values()))
    carried = [row for row in rows.values() if row.standing == "derived, carried on"]
    assert found["derived, carried on"] == len(carried) / len(rows) and "derived" not in found
    assert sum(found.values()) == pytest.approx(1)


def test_a_plan_of_the_printed_year_alone_carries_nothing_on(folder):
    base = folder / "params" / "influencer" / "base.yaml"
    assert carried_from(load("influencer").entries["team.lead_developer.salary"],
                        Calendar("2026-01", 12)) == ()
    text = base.read_text().replace("printed_for: [2026, 2030]", "printed_for: [2026]")
    base.write_text(text)
    rows = {row.path: row for row in register(load("influencer"))}
    assert rows["customers.cac"].printed_for == (2026,)


def test_what_a_scenario_changes_is_carried_on_from_no_print():
    row = {row.path: row for row in register(load("mentorship", changes={"mentees.cac": 90}))}[
        "mentees.cac"]
    assert (row.printed_for, row.standing) == ((), "scenario")


def test_a_flag_and_a_month_are_named_alone():
    rows = {row.path: row for row in register(load("mentorship"))}
    for path, value, plausible in (("tax.payment_month", "April", "January to December"),
                                   ("breakeven.count_cash", "yes", "yes or no")):
        row = rows[path]
        assert (page._with_unit(page.here(row, (2026,)), row), grid_rows.plausible(row)) == (
            value, plausible)
