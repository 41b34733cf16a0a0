"""Controls redraw what they say they do, tell how far they are, and refuse in a sentence."""

import numpy as np
import pytest

from model import batch, load
from model.analysis.uncertainty import sampling, sensitivity
from model.analysis.uncertainty.sensitivity import LINES
from model.companies import COMPANIES
from model.pages import breakeven, open_view, unit_economics
from model.pages import sensitivity as sensitivity_page
from model.views.controls import Choice, Panel, Slider


def boxes(panel) -> list:
    return list(panel.children[1].children)


def shown(panel) -> str:
    return panel.children[-1].value


def refusal(panel) -> str:
    return "".join(child.value for child in panel.children[2:-1]
                   if isinstance(child.value, str) and "Not updated" in child.value)


# The bar


def working(panel) -> bool:
    return "fm-working" in panel.children[2]._dom_classes


def stale(panel) -> bool:
    return "fm-stale" in panel.children[-1]._dom_classes


def with_bar(draw):
    return Panel({"size": Choice("Size", {"small": 1, "large": 2})}, {"size": 1}, draw, "first",
                 progress=True).show()


def test_the_bar_shows_how_much_is_done_and_only_while_it_is_being_done():
    seen = []

    def draw(values, progress):
        for share in (0.5, 1.0):
            progress(share)
            seen.append((working(panel), panel.children[2].value, stale(panel)))
        return f"size {values['size']}", ""

    panel = with_bar(draw)
    assert not working(panel)
    boxes(panel)[0].value = 2
    assert seen == [(True, 0.5, True), (True, 1.0, True)]
    assert not working(panel) and not stale(panel) and shown(panel) == "size 2"


def test_the_bar_goes_when_the_work_fails():
    def draw(values, progress):
        progress(0.5)
        raise ValueError("no such size")

    panel = with_bar(draw)
    boxes(panel)[0].value = 2
    assert not working(panel) and "no such size" in refusal(panel)
    assert stale(panel) and shown(panel) == "first"


def test_without_progress_there_is_no_bar():
    panel = Panel({"one": Slider("One", 0, 1, 0, 0.1)}, {"one": 0},
                  lambda values: ("drawn", ""), "first").show()
    assert len(panel.children) == 5 and boxes(panel)[0].continuous_update


# Random draws


@pytest.mark.parametrize("size", [500, 4500])
def test_draws_in_parts_are_those_of_one_batch_and_say_how_far_they_are(size):
    assumptions = load("mentorship")
    told = []
    found = sensitivity.fan(assumptions, size, 3, told.append)
    paths = sampling.uncertain(assumptions)
    whole = batch(assumptions, sampling.drawn(assumptions, paths, size, 3), keep=LINES)
    assert np.array_equal(found.projection.block, whole.block)
    assert found.projection.scenarios == size
    assert told == sorted(told) and told[-1] == 1.0 and len(told) == -(-size // 2000)


def test_the_controls_of_the_draws_have_a_bar_and_wait_until_the_slider_is_let_go():
    panel = sensitivity_page.sampling_controls(open_view("influencer"))
    size, seed = boxes(panel)
    assert not seed.continuous_update and panel.children[2].value == 0
    size.value = 200
    assert "of 200 draws" in shown(panel) and panel.children[2].value == 1.0


# What they are for


def test_two_assumptions_of_ones_own_choice_are_moved_together():
    view = open_view("mentorship")
    panel = sensitivity_page.pair_controls(view)
    outcome, down, across = boxes(panel)
    outcome.value, down.value = "lowest_cash", "mentees.cac"
    expected = sensitivity_page.two_way(view, "lowest_cash", "mentees.cac", view.profile.grid[1])
    assert shown(panel) == expected.screen_html
    across.value = "mentees.cac"
    assert "CAC, mentee cannot be moved against itself" in refusal(panel)
    assert shown(panel) == expected.screen_html


def test_goals_of_ones_own_are_solved_for():
    view = open_view("mentorship")
    panel = breakeven.solve_controls(view)
    goal, month = boxes(panel)
    assert shown(panel) == breakeven.solve(view).screen_html
    goal.value, month.value = 4.0, "2028-06"
    assert shown(panel) == breakeven.solve(view, 4.0, "2028-06").screen_html
    assert "LTV:CAC of Young Pros would be 4 with CAC, mentee of " in shown(panel)
    assert "Jun 2028" in shown(panel)


@pytest.mark.parametrize(("company", "segment"), [("mentorship", "executive"),
                                                  ("influencer", "one_off")])
def test_another_segment_of_another_year_has_its_own_value(company, segment):
    view = open_view(company)
    panel = unit_economics.value_controls(view)
    what, which, year = boxes(panel)
    assert shown(panel) == unit_economics.ltv_variants(view).screen_html
    which.value, year.value = segment, 2028
    assert shown(panel) == unit_economics.ltv_variants(view, segment, 2028).screen_html
    what.value = dict(what.options)["layers of one customer"]
    stack = unit_economics.customer_layers(view, segment, 2028)
    assert shown(panel) == stack.screen_html and "won in 2028" in stack.message


def test_every_segment_and_year_can_be_shown():
    for company in COMPANIES:
        view = open_view(company, "downside")
        panel = unit_economics.value_controls(view)
        _, which, year = boxes(panel)
        for _, segment in which.options:
            which.value = segment
        for _, each in year.options:
            year.value = each
        assert not refusal(panel) and ">nan<" not in shown(panel)
