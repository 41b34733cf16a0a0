"""A decision, and what it is worth to know an assumption before it is taken."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm
from stand import BASE, BASE_FILE, line_of

from model import load
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.draws import positions
from model.analysis.uncertainty.knowledge import DRAWS, of_decision, of_values, worth
from model.engine.numbers import batch
from model.pages import open_view
from model.pages import sensitivity as page
from model.params.entry import Decision, Option

SIZE = 4000
MORE = """
decision:
  label: How much to spend
  out_of_cash: -100
  options:
    - label: As planned
    - label: More
      changes: {guests.marketing: {2026: 150}}
      cost: 12
  source: "decision: made up"
"""


def linear(ahead, sizes, seed=3, size=SIZE):
    """Two options, of which the second is ahead by a number and by normal variables of given
    sizes, as values (option, draw) and positions of those."""
    places = {name: positions(seed, name, size) for name in sizes}
    gain = ahead + sum(each * ndtri(places[name]) for name, each in sizes.items())
    return np.array([np.zeros(size), gain]), places


def normal_worth(ahead, size):
    """What it is worth to know a normal variable of some size in such a decision."""
    return size * norm.pdf(ahead / size) - abs(ahead) * norm.cdf(-abs(ahead) / size)


def found_of(values, places, seed=1):
    options = tuple(Option(label=str(place)) for place in range(len(values)))
    return of_values(values, places, options, values < -np.inf, seed)


@pytest.mark.parametrize(("ahead", "best"), [(1.0, 1), (-0.5, 0)])
def test_of_a_linear_gain_of_normal_variables_all_is_known_in_closed_form(ahead, best):
    sizes = {"a": 3.0, "b": 1.5, "c": 0.1}
    found = found_of(*linear(ahead, sizes))
    assert found.best == best
    assert found.ahead.value == pytest.approx(abs(ahead), abs=3 * found.ahead.error)
    whole = np.sqrt(sum(each**2 for each in sizes.values()))
    assert found.everything.value == pytest.approx(normal_worth(ahead, whole), rel=0.06)
    for name, size in sizes.items():
        each = found.each[name]
        assert each.value == pytest.approx(normal_worth(ahead, size), abs=3 * each.error + 0.02)
    assert [*found.telling] == ["a", "b"]


def test_errors_are_as_large_as_they_are_said_to_be():
    """Over many samples, errors have the size that each says."""
    wanted, away, said = normal_worth(0.3, 1.0), [], []
    for seed in range(40):
        values, places = linear(0.3, {"a": 1.0, "b": 2.0}, seed, 500)
        each = worth(np.delete(values - values[1], 1, axis=0), places["a"], seed)
        away.append(each.value - wanted)
        said.append(each.error)
    assert np.sqrt(np.mean(np.square(away))) == pytest.approx(np.mean(said), rel=0.35)
    assert abs(np.mean(away)) < 0.5 * np.mean(said)


def test_what_never_changes_the_decision_is_worth_nothing():
    """However much an assumption moves both options: only their difference counts."""
    values, places = linear(9.0, {"a": 1.0})
    both = 50 * ndtri(positions(8, "both", SIZE))
    found = found_of(values + both, {**places, "both": positions(8, "both", SIZE)})
    assert found.everything.value == pytest.approx(0, abs=1e-9)
    assert not found.telling
    assert all(each.value < 1e-9 for each in found.each.values())


@pytest.fixture(scope="module")
def view():
    return open_view("mentorship")


@pytest.fixture(scope="module")
def plan(view):
    return view.assumptions


def test_options_count_what_is_left_and_a_plan_without_cash_what_is_said(plan):
    own = replace(plan, decision=plan.decision.model_copy(update={"out_of_cash": -5e6}))
    found = of_decision(own, 300, 7)
    free = [path for path in sampling.uncertain(plan) if path != "equity.raises"]
    drawn = sampling.drawn(plan, free, 300, 7)
    for option, each in zip(plan.decision.options, found.options, strict=True):
        cash = batch(load("mentorship", changes=option.changes), drawn)["unrestricted_cash"]
        short = (cash < 0).any(axis=1)
        value = np.where(short, -5e6, cash[:, -1] - option.cost)
        assert each.mean == pytest.approx(value.mean(), rel=1e-12)
        assert each.short.count == short.sum()


def test_what_is_decided_is_not_drawn_and_flows_may_be_discounted():
    plan = load("influencer")
    decision = plan.decision.model_copy(update={"value": "discounted_cash"})
    found = of_decision(replace(plan, decision=decision), 50, 7)
    assert "customers.basic_share" not in found.each
    assert "team.delivery_team.hires" not in found.each
    assert found.options[0].mean < of_decision(plan, 50, 7).options[0].mean / 1.5


def test_the_page_names_what_is_worth_knowing_and_its_size(view):
    block = page.knowledge(view)
    assert block.message.startswith(
        "How much to raise in January 2027: “Raise 300,000” is best on average over random draws, "
        "by cash at the end of 2030, less what the option costs: about USD 8.21m, about USD 80k "
        "more than the next.")
    assert "worth about USD 90k to know CAC, mentee for sure" in block.message
    assert block.table[1].labels[-1] == "Everything"
    assert f"{DRAWS:,} random draws" in block.reading


def test_a_plan_without_a_decision_or_with_one_that_does_not_fit_is_told_so(view):
    none = replace(view.assumptions, decision=None)
    assert page.worth.block(view.moved(none, {})).items == ()
    odd = view.assumptions.decision.model_copy(update={"options": (
        Option(label="a"), Option(label="b", changes={"mentees.mix.career_changers": 0.99}))})
    note = page.worth.block(view.moved(replace(view.assumptions, decision=odd), {}))
    assert "cannot be laid over this plan" in note.text


def test_a_decision_is_read_and_holds_in_every_scenario(project):
    project.base(BASE + MORE)
    project.scenario("more", "title: More\nwhy: To try it.\n")
    for scenario in ("base", "more"):
        decision = project.load(scenario).decision
        assert isinstance(decision, Decision)
        assert (decision.value, decision.out_of_cash) == ("closing_cash", -100)
        assert [(each.label, each.cost) for each in decision.options] == [
            ("As planned", 0), ("More", 12)]
    project.base(BASE)
    assert project.load().decision is None


@pytest.mark.parametrize(("old", "new", "at", "said"), [
    ("guests.marketing:", "guests.marketng:", "guests.marketng",
     "guests.marketng is not an assumption; did you mean guests.marketing?"),
    ("cost: 12", "costs: 12", "costs:", "option 2 has an unknown key 'costs'; did you mean cost?"),
    ("label: More", "label: As planned", "- label: As planned\n      changes",
     "option 2 has the label of another, 'As planned'; give it one of its own."),
    ("  out_of_cash: -100\n", "", "decision:\n", "the decision has no 'out_of_cash'; add it."),
    ("-100", "nothing", "out_of_cash: nothing", "the decision: out_of_cash 'nothing' is not a "
     "number; write digits with a point, without quotes, units or thousands separators."),
    ("decision: made up", "made up", 'source: "made up', "the decision: source is 'made up', but "
     "must begin with one of "),
    ("    - label: As planned\n", "", "options:", "the decision has 1 options; name two or more, "
     "one of which may change nothing."),
    ("{2026: 150}", "{2026: 1.0e+99}", "1.0e+99", "guests.marketing"),
])
def test_each_fault_of_a_decision_is_named_in_a_sentence_with_its_line(project, old, new, at, said):
    text = BASE + MORE.replace(old, new)
    project.base(text)
    problem = project.problem()
    assert said in problem.what
    assert problem.where == f"{BASE_FILE}:{line_of(text, at)}"
