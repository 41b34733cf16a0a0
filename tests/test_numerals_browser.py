"""A page in another form of numbers, in Chromium: its script reads and says figures so."""

import json
import re

import browser
import pytest
from test_verify_browser import CHANGED, SAID

from model.views import facts

pytestmark = pytest.mark.browser
MOVED = """() => {
    const lever = document.querySelector("#live input[type=range]");
    lever.value = lever.max;
    lever.dispatchEvent(new Event("input"));
}"""
FORMS = {"1.234,5": ".,", "1 234,5": "\u202f,", "1'234.5": "'."}


@pytest.fixture(scope="module", params=FORMS)
def made(request, tmp_path_factory):
    """A page whose plan names a form, and what groups thousands and stands before decimals."""
    copy = browser.copy_project(tmp_path_factory.mktemp("numerals"))
    base = copy / "params/mentorship/base.yaml"
    base.write_text(base.read_text(encoding="utf-8").replace(
        "\ncurrency:", f'\nnumerals: "{request.param}"\ncurrency:', 1), encoding="utf-8")
    reports = browser.run_reports(copy, "mentorship", "-n", "unit_economics")
    return reports / "mentorship/base/unit_economics.html", FORMS[request.param]


@pytest.fixture
def page(chromium, made):
    page = chromium.new_page()
    seen = browser.watched(page)
    page.goto(f"file://{made[0]}")
    yield page
    assert seen.errors == [] and seen.beyond("file:", "data:") == []
    page.close()


def said(page):
    page.locator("footer button").click()
    return page.inner_text("footer p:last-child")


def test_printed_figures_are_worked_out_again_and_each_that_is_changed_is_found(made, page):
    group, point = made[1]
    agreeing, of, wrong, left = SAID.fullmatch(re.sub(
        rf"(?<=\d){re.escape(group)}(?=\d)", ",", said(page))).groups()
    every = len(facts.content(made[0].read_text(encoding="utf-8")).figures)
    assert agreeing == of and wrong == ""
    assert int(of.replace(",", "")) + int(left.replace(",", "")) == every
    page.evaluate(CHANGED)
    found = said(page)
    assert found.startswith("0 of ") and found.count(" is worked out.") == int(of.replace(",", ""))
    now = re.findall(r"([\d.,'\u202f]+)[kmbn%]* is worked out", found)
    assert any(group in each for each in now) and any(point in each for each in now)
    assert [each for each in now if not re.fullmatch(
        rf"\d{{1,3}}({group}\d{{3}})*({re.escape(point)}\d+)?", each)] == []


def test_levers_and_what_follows_are_in_the_form(made, page):
    group, point = made[1]
    page.evaluate(MOVED)
    page.locator("#live polygon").nth(1).wait_for(state="attached")
    text = page.inner_text("#live")
    assert f"Moved: CAC, mentee 1{point}50 × plan." in text and f"Of 1{group}000 random" in text
    assert f"outside its plausible 0{point}80 × plan" in text
    drawn = page.evaluate("[...document.querySelectorAll('#live svg')].map((svg) => "
                          "svg.getAttribute('aria-label') + svg.textContent)")
    assert all(re.search(rf"USD .?\d+{re.escape(point)}\d+[km]", each) for each in drawn)
    other = "," if point == "." else r"\."
    assert [each for each in (text, *drawn) if re.search(rf"\d{other}\d(?!\d\d)", each)] == []
    # What goes to a file stays as a program reads it.
    kept = json.loads(page.input_value("#live textarea"))["changes"]
    assert kept == {"mentees.cac": {"2026": 150, "2027": 135, "2028": 120, "2029": 105, "2030": 90}}
