"""What a page works out when its reader moves a lever: as the model would."""

import json
import re

import numpy as np
import pytest
from javascript import PARTS, plan_of
from seasonal import CHANGES

from model import cli, load, project
from model.analysis.kpis import kpis
from model.analysis.rules import fired
from model.analysis.uncertainty import sampling, sensitivity
from model.analysis.uncertainty.chances import chances
from model.engine.parity import engine
from model.pages import live, what_if
from model.pages.frame import spoken
from model.pages.view import open_view
from model.params import catalog
from model.views.formats import format_month, format_value

COMPANIES = catalog.companies()
UNITS = ("USD", "USD/mentee", "fraction", "fraction/month", "ratio", "months", "mentees",
         "hours/FTE", "orders/mentee/month")


def test_numbers_are_written_digit_by_digit_as_in_tables():
    rng = np.random.default_rng(5)
    numbers = [0.0, 0.5, 2.675, 999960, 999.5, 5e-4, 1e-7, -0.04, 0.9995, 1e14, 3e17, 9999.5,
               *rng.normal(size=800) * 10 ** rng.uniform(-8, 12, 800),
               *np.round(rng.normal(size=400) * 1000, 2), *np.round(rng.random(400), 4)]
    with engine(PARTS["formats"]) as racer:
        for unit in UNITS:
            written = json.loads(racer.eval(
                f"JSON.stringify({json.dumps(list(map(float, numbers)))}"
                f".map((number) => format(number, '{unit}')))"))
            assert written == [format_value(float(number), unit) for number in numbers]
        assert racer.eval("monthName('2027-10')") == format_month("2027-10")


@pytest.mark.parametrize(("company", "scenario", "changes"), [
    ("mentorship", "base", {}), ("mentorship", "cac_delay", {}), ("influencer", "downside", {}),
    ("mentorship", "base", CHANGES["mentorship"] | {
        "mentees.mix.senior_experts": 0.49, "mentees.mix.career_changers": 0.27}),
    ("mentorship", "base", CHANGES["mentorship"] | {
        "mentees.match_rate.2027-03": 0.97, "mentees.match_rate.2028": 0.89,
        "opening.headcount.support_specialist": 1.1,
        "team.support_specialist.hires": {"2026-02": -1, "2026-07": 1}}),
    ("influencer", "base", CHANGES["influencer"])])
def test_draws_are_those_of_the_sensitivity_page_to_the_bit(company, scenario, changes):
    plan = load(company, scenario, changes)
    paths = sampling.uncertain(plan)
    values = sampling.drawn(plan, paths, 60, sensitivity.SEED)
    with plan_of(plan, "draws") as racer:
        racer.eval(_draws(open_view(company, scenario, changes)))
        for number in range(60):
            found = json.loads(racer.eval(
                f"draws.set({number}); JSON.stringify({json.dumps(paths)}.map((path) => "
                "plan.series[path].values))"))
            for path, drawn in zip(paths, found, strict=True):
                wanted = np.atleast_1d(values[path][number])
                # Where no share of a mix was cut, one value may stand for all months.
                assert np.array_equal(np.broadcast_to(drawn, wanted.shape), wanted), path


def test_members_of_a_full_mix_share_what_there_is_as_on_the_sensitivity_page():
    mix = catalog.mix_of("mentees.mix.career_changers")
    members = load("mentorship").mixes[mix]
    plan = load("mentorship", "base", dict.fromkeys(members, 0.49))
    values = sampling.drawn(plan, sampling.uncertain(plan), 40, sensitivity.SEED)
    assert max(sum(values[path] for path in members)) == pytest.approx(1, abs=1e-12)
    with plan_of(plan, "draws") as racer:
        racer.eval(_draws(open_view("mentorship", "base", dict.fromkeys(members, 0.49))))
        for number in range(40):
            found = json.loads(racer.eval(
                f"draws.set({number}); JSON.stringify({json.dumps(members)}.map((path) => "
                "plan.series[path].values[0]))"))
            assert found == [values[path][number] for path in members]


def _draws(view):
    data = live.data(view)
    spreads = data["spreads"] | {path: lever[6] for path, lever in data["levers"].items()}
    return (f"const draws = new Draws(plan, {json.dumps(spreads)}, "
            f"{json.dumps(data['mixes'])}, {sensitivity.SEED}); 0")


@pytest.mark.parametrize("company", COMPANIES)
def test_odds_are_those_of_the_sensitivity_page(company):
    view = open_view(company)
    plan, fan = view.projection, sensitivity.fan(view.assumptions)
    told = chances(plan, fan, plan.years[0], "")
    month = plan.months.index(view.breakeven.first) + 1
    with plan_of(view.assumptions, "draws") as racer:
        racer.eval(_draws(view))
        odds = json.loads(racer.eval(
            f"const odds = new Odds(plan.months, {fan.size}); for (let n = 0; n < odds.size; n++) "
            f"{{ draws.set(n); odds.add(plan, {month}); }} JSON.stringify([odds.short, "
            "odds.in_time, Array.from(odds.quantiles([0.05, 0.95])[0])])"))
    assert odds[:2] == [told.short.count, told.on_time.count]
    assert told.short.count + told.on_time.count > 0
    assert odds[2] == pytest.approx(fan.quantiles("unrestricted_cash", (0.05,))[0.05], rel=1e-9)


@pytest.mark.parametrize(("company", "scenario"), [
    (company, scenario) for company in COMPANIES for scenario in ("base", "downside", "upside")])
def test_goals_rules_and_checks_are_those_of_the_model(company, scenario):
    view = open_view(company, scenario)
    data = live.data(view)
    with plan_of(view.assumptions, "formats", "outcome") as racer:
        found = json.loads(racer.eval(f"JSON.stringify(outcome(plan, {json.dumps(data)}, {{}}))"))
    judged = kpis(view.projection)
    for goal, said in zip(data["kpis"], found["goals"], strict=True):
        states = [kpi.status for kpi in judged[goal["name"]].values()]
        assert said["states"] == states, goal["name"]
    calendar = view.projection.calendar
    rules = [spoken(f"A5 {sentence}", calendar) for sentence in fired(view.projection)
             if "could not be judged" not in sentence]
    said = {alert.rstrip(".") for alert in found["alerts"]}
    assert {rule.rstrip(".") for rule in rules} <= said
    # Beside rules: cash below zero, and EBITDA that never reaches zero.
    beside = (view.breakeven.out_of_cash is not None) + (view.breakeven.first is None)
    assert len(said) == len(rules) + beside
    assert found["failed"] == []
    outcome = view.breakeven
    assert (found["first"], found["back"], found["lowest_month"], found["out"]) == (
        outcome.first, outcome.earned_back, outcome.trough_month, outcome.out_of_cash)
    assert found["lowest"] == outcome.trough_cash


def test_a_check_that_fails_is_told():
    view = open_view("mentorship")
    data = live.data(view)
    with plan_of(view.assumptions, "formats", "outcome") as racer:
        racer.eval("plan.run('checks'); plan.check('assets_unfunded')[3] = 1")
        found = json.loads(racer.eval(
            f"JSON.stringify(outcome(plan, {json.dumps(data)}, {{}}).failed)"))
    assert found == ["assets equal liabilities and equity"]


def test_a_lever_beyond_its_plausible_range_is_told():
    view = open_view("mentorship")
    data = live.data(view)
    levers = {path: {"label": label, "unit": unit, "shown": shown, "factor": not unit and not shown,
                     "range": (range_ or [spread[:2]])[0]}
              for path, (label, unit, _, _, _, shown, spread, *range_) in data["levers"].items()}
    with plan_of(view.assumptions, "formats", "outcome") as racer:
        said = json.loads(racer.eval("JSON.stringify(alerts(plan, "
                                     f"{json.dumps(data | {'levers': levers})}, "
                                     "{'mentees.cac': 1.4, 'mentees.match_rate': 0.7}))"))
    low, high = view.assumptions.entries["mentees.cac"].range
    assert f"CAC, mentee is at 1.40 × plan, outside its plausible {low:.2f} × plan to " \
           f"{high:.2f} × plan." in said
    assert not any("Match rate is at" in sentence for sentence in said)


@pytest.mark.parametrize("company", COMPANIES)
def test_no_lever_leads_out_of_what_its_unit_allows(company):
    for scenario in catalog.scenarios(company):
        plan = load(company, scenario)
        for path, (label, _, low, high, step, *_) in live.data(
                open_view(company, scenario))["levers"].items():
            assert label and low < high and step > 0
            factor = plan.series[path].grain != "constant"
            for end in (low, high):
                plan.with_values({path: plan.series[path].values[:, 0][None] * end
                                  if factor else np.array([end])})


def test_one_number_in_place_of_years_moves_within_its_own_range():
    # The range of values by year holds factors, 0.85 to 1.15, and no shares.
    changes = {"mentors.mix.mid_career": 0.6}
    lever, start = what_if.lever(load("mentorship", "base", changes), "mentors.mix.mid_career")
    assert start == 0.6 and lever.low == pytest.approx(0.51) and lever.high == pytest.approx(0.69)
    # It is plausible where every year of base is within the range: 0.85 × 0.40 to 1.15 × 0.35.
    told = live.data(open_view("mentorship", "base", changes))["levers"]["mentors.mix.mid_career"]
    assert told[2:4] == [lever.low, lever.high] and told[7] == pytest.approx([0.34, 0.4025])


def test_labels_of_levers_are_told_apart():
    for company in COMPANIES:
        labels = [lever[0] for lever in live.data(open_view(company))["levers"].values()]
        assert len(set(labels)) == len(labels)


# What comes back from a page.

@pytest.fixture
def saved(tmp_path):
    def write(**content):
        path = tmp_path / "changes.json"
        path.write_text(json.dumps({"company": "mentorship", "scenario": "base"} | content))
        return str(path)
    return write


def test_what_was_moved_is_told_with_its_bridge_from_base(saved, capsys):
    assert cli.main(["read-page", saved(changes={"mentees.match_rate": 0.7})]) == 0
    said = capsys.readouterr().out
    figures = [row.split()[-1] for row in said.splitlines()
               if re.match(r"  (base|Match rate|with)", row)]
    base, moved = (project(plan).by_year("ebitda")[0, 2] for plan in (
        load("mentorship"), load("mentorship", "base", {"mentees.match_rate": 0.7})))
    assert figures[:3] == [format_value(value, "USD") for value in (base, moved - base, moved)]


@pytest.mark.parametrize(("content", "says"), [
    ({"changes": {}}, "nothing was moved"),
    ({"changes": {"mentees.cax": 1}}, "did you mean mentees.cac?"),
    ({"changes": {"mentees.match_rate": 2}}, "at most 1"),
    ({"changes": {"mentees.match_rate": "a"}}, "not a number"),
    ({"changes": {"mentees.cac": [1]}}, "only a season has"),
    ({"changes": [], "scenario": 3}, "is missing or of another kind"),
    ({"changes": {"mentees.match_rate": 0.7}, "company": "nobody"}, "nobody"),
    ({"changes": {"mentees.match_rate": 0.7}, "formula": "x"}, "nothing that a page saves"),
])
def test_a_file_that_no_plan_can_be_made_of_is_refused_in_a_sentence(saved, capsys, content, says):
    assert cli.main(["read-page", saved(**content)]) == 2
    error = capsys.readouterr().err
    assert says in error and "Traceback" not in error


@pytest.mark.parametrize("name", ["base", "a b", "../x"])
def test_a_name_that_cannot_be_is_refused_before_anything_is_printed(saved, capsys, name):
    file = saved(changes={"mentees.match_rate": 0.7})
    assert cli.main(["read-page", file, "--name", name]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("--name: ") and said.err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "[]", "{", '{"company": NaN}', "\ufffe", "[" * 100_000])
def test_a_file_that_no_page_wrote_is_refused(tmp_path, capsys, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    assert cli.main(["read-page", str(path)]) == 2
    assert "save it again" in capsys.readouterr().err
    assert cli.main(["read-page", str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
