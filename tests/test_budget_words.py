"""Figures of a comparison in words, and sentences that hold only where the plan makes them true."""

from __future__ import annotations

import pytest

from model.budget.plan.plan import load_plan
from model.budget.strategies import findings
from model.views.formats import sentence_case


@pytest.mark.parametrize(("value", "unit", "said"), [
    (9.64, "learners", "+9.6"), (-0.4, "learners", "−0.40"), (0.0, "learners", "0.0"),
    (-0.012, "fraction", "−1.2 points"), (-1200, "USD", "−1.2k"), (None, "USD", "undefined"),
    (-0.001, "learners", "0.00")])
def test_a_difference_has_its_sign_and_the_digits_that_it_needs(value, unit, said):
    assert findings.signed(value, unit) == said


@pytest.mark.parametrize(("value", "digits", "said"), [
    (0.415, None, "41.5%"), (-0.0096, 2, "−0.96%"), (None, None, "undefined")])
def test_a_share_is_a_percentage(value, digits, said):
    assert findings.percent(value, digits) == said


def test_a_text_begins_a_sentence_with_a_capital_and_keeps_the_rest():
    assert [sentence_case(text) for text in ("", "it holds", "S5 of it")] == [
        "", "It holds", "S5 of it"]


def test_the_step_that_the_library_brings_near_is_said_with_its_figures():
    """Built evenly over 13 weeks at 0.08 a week: who starts in week 1 gets 0.08 × 91 ÷ 13 = 0.56,
    who starts in week 4 gets 0.08 × 85 ÷ 13 = 0.52; a seat brings half a unit."""
    assert load_plan().opening[2] == load_plan().cents("simulation.library.full")
    sentence, = findings.library_step(load_plan())
    assert "of 1 and a seat of 0.5 units" in sentence and "adds 0.52 to 0.56 over" in sentence


@pytest.mark.parametrize("changes", [
    {"simulation.library.weekly": 0.02}, {"simulation.library.weekly": 0.2},
    {"simulation.units.workshop": 0.4}, {"simulation.units.one": 0.9},
    {"simulation.enrolled.requirement": [4.2, 5, 6, 7]}])
def test_it_is_not_said_where_the_library_brings_no_step_near(changes):
    assert findings.library_step(load_plan("base", changes)) == []


@pytest.mark.parametrize(("spent", "unmet", "scarce"), [
    (0.9, 0.05, False), (0.91, 0.0, True), (0.5, 0.06, True)])
def test_money_is_scarce_above_either_line(spent, unmet, scarce):
    assert findings.scarce(spent, unmet) is scarce and findings.SCARCE == (
        "spent > 90% or unmet > 5%")
