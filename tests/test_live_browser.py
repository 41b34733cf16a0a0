"""Levers in Chromium, and the same figures in Firefox: what a reader moves is followed, kept,
printed, and comes back."""

import base64
import json
import shutil

import browser
import firefox
import numpy as np
import pytest

from model import cli, load, project
from model.engine import javascript
from model.engine.figures import figures
from model.engine.parity import EVERY, bits, names_of, values_of
from model.params import catalog
from model.views.formats import format_month, say

pytestmark = pytest.mark.browser
PHONE, PAPER = {"width": 390, "height": 844}, {"width": 672, "height": 1001}
MOST_MORE, MOST = 150_000, 2_000_000  # bytes: what the levers add to a page, and a page in all


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Two pages of every company in base, and in a scenario whose mix of mentors is nearly full."""
    copy = browser.copy_project(tmp_path_factory.mktemp("live"))
    full = copy / "params/mentorship/scenarios/full.yaml"
    full.parent.mkdir(exist_ok=True)
    full.write_text("title: Full\nwhy: Few beginners.\nchanges:\n  mentors.mix.mid_career: 0.6\n"
                    "  mentors.mix.executive: 0.35\n")
    return browser.run_reports(copy, "-n", "breakeven", "-n", "investor_report")


@pytest.fixture
def opened(chromium, reports, tmp_path):
    """Opens a page from a folder in which nothing else lies; what it did that no reader sees
    must be nothing."""
    every = []

    def open_page(name="mentorship/base/breakeven.html", state="", **options):
        page = chromium.new_page(viewport={"width": 1200, "height": 900}, **options)
        every.append((page, browser.watched(page)))
        page.goto(f"file://{shutil.copy(reports / name, tmp_path)}{state}")
        return page

    yield open_page
    for page, seen in every:
        assert seen.errors == [] and seen.beyond("file:", "data:", "blob:") == []
        page.close()


@pytest.fixture(scope="module")
def fox(tmp_path_factory):
    """Firefox, whose console must be told of no error; what it asks for lies on the disk."""
    if not firefox.program():
        pytest.skip("Firefox is not installed (Debian: firefox-esr)")
    with firefox.firefox(tmp_path_factory.mktemp("firefox")) as fox:
        yield fox
        assert fox.errors == []
        assert all(url.startswith(("file:", "data:", "about:")) for url in fox.requests)


TILES = """Object.fromEntries([...document.querySelectorAll("#live .fm-tiles > div")].map(
    ({children: [label, value]}) => [label.textContent, value.textContent]))"""
MOVE = """([label, value]) => {
    const input = document.querySelector(`#live input[aria-label="${label}"]`);
    input.value = value;
    for (const kind of ["input", "change"]) {
        input.dispatchEvent(new Event(kind, {bubbles: true}));
    }
}"""


def tiles(page):
    return page.evaluate(TILES)


def move(page, label, value):
    page.evaluate(MOVE, [label, value])


def as_the_model(changes):
    """What the tiles say of a plan."""
    plan = project(load("mentorship", "base", changes))
    month = lambda line: plan.months[int(plan[line][0, -1]) - 1]  # noqa: E731
    return {"First break-even": format_month(month("breakeven_first")),
            "Losses earned back": format_month(month("breakeven_earned_back")),
            "Lowest cash": f"{say(float(plan['trough_cash'][0, -1]), 'USD')} in "
                           f"{format_month(month('trough_month'))}",
            "EBITDA 2028": say(float(plan.by_year("ebitda")[0, 2]), "USD")}


@pytest.mark.parametrize("company", catalog.companies())
def test_chromium_gives_the_same_bits_as_numpy(chromium, company):
    page = chromium.new_page()
    page.evaluate(f"{javascript.script(load(company))}{EVERY} let plan; globalThis.of = "
                  "(data, names) => { plan = new Plan(data); return [...new Uint8Array("
                  "every(names))]; }; 0")
    for scenario in catalog.scenarios(company):
        plan = load(company, scenario)
        found = figures(project(plan))
        names = names_of(found.texts)
        raw = page.evaluate("([data, names]) => of(data, names)", [javascript.data(plan), names])
        assert np.array_equal(bits(np.frombuffer(bytes(raw))), bits(values_of(found, names)))
    page.close()


# Bytes of every figure as text, which Firefox hands over as JSON.
AS_TEXT = """((names, data) => { plan = new Plan(data); let text = "";
    for (const byte of new Uint8Array(every(names))) text += String.fromCharCode(byte);
    return btoa(text); })"""


@pytest.mark.parametrize("company", catalog.companies())
def test_firefox_gives_the_same_bits_as_numpy(fox, company):
    fox.open("about:blank")
    fox.run(f"{javascript.script(load(company))}{EVERY} let plan; globalThis.of = {AS_TEXT}; 0")
    for scenario in catalog.scenarios(company):
        plan = load(company, scenario)
        found = figures(project(plan))
        names = names_of(found.texts)
        raw = base64.b64decode(fox.evaluate(
            f"of({json.dumps(names)}, {json.dumps(javascript.data(plan))})"))
        assert np.array_equal(bits(np.frombuffer(raw)), bits(values_of(found, names)))


def test_firefox_follows_a_lever_from_the_disk_and_proves_the_page(fox, reports, tmp_path):
    fox.open(f"file://{shutil.copy(reports / 'mentorship/base/investor_report.html', tmp_path)}")
    assert fox.evaluate(TILES) == as_the_model({})
    fox.evaluate(f"({MOVE})(['Match rate', 0.7])")
    assert fox.evaluate(TILES) == as_the_model({"mentees.match_rate": 0.7})
    fox.evaluate("document.querySelector('footer button').click()")
    agreeing, _, of, *_ = fox.evaluate(
        "document.querySelector('footer p:last-child').textContent").split()
    assert agreeing == of and int(of) > 200


def test_the_printed_plan_stands_there_until_a_lever_is_moved(opened):
    page = opened()
    assert tiles(page) == as_the_model({})
    assert "Nothing is moved" in page.inner_text("#live .fm-moved")
    assert page.locator("#live svg").count() == 2 and "#" not in page.url


def test_what_follows_a_lever_is_what_the_model_says(opened):
    page = opened()
    move(page, "Match rate", 0.7)
    assert tiles(page) == as_the_model({"mentees.match_rate": 0.7})
    assert page.inner_text("#live .fm-moved") == "Moved: Match rate 70.0% instead of 75.0%."
    page.click("#live button >> text=Back to the printed plan")
    assert tiles(page) == as_the_model({}) and "#" not in page.url


def test_a_copied_address_shows_the_same(opened):
    page = opened()
    move(page, "Match rate", 0.7)
    move(page, "CAC, mentee", 1.2)
    state = page.url[page.url.index("#"):]
    again = opened(state=state)
    assert tiles(again) == tiles(page) != as_the_model({})
    # An address that somebody typed: what is no lever or no number is passed over.
    other = opened(state="#mentees.match_rate=x&nobody=3&__proto__=1&constructor=2")
    assert tiles(other) == as_the_model({})


def test_any_other_assumption_is_found_by_its_name(opened):
    page = opened()
    entry = load("mentorship").entries["mentees.young_pros.churn"]
    assert page.locator(f'#live input[aria-label="{entry.label}"]').count() == 0
    page.fill("#live input[type=search]", entry.label)
    page.keyboard.press("Tab")
    move(page, entry.label, 0.05)
    assert tiles(page) == as_the_model({"mentees.young_pros.churn": 0.05})


def test_a_mix_leaves_something_for_its_last_member(opened):
    page = opened("mentorship/full/breakeven.html", "#mentors.mix.mid_career=0.69")
    assert page.url.endswith("#mentors.mix.mid_career=0.65")
    assert "NaN" not in page.inner_text("#live")
    # A mix that is moved back may be moved elsewhere.
    state = "#mentors.mix.executive=0.25&mentors.mix.mid_career=0.69"
    assert opened("mentorship/full/breakeven.html", state).url.endswith(state)


def test_draws_follow_and_are_those_of_the_sensitivity_page(opened):
    page = opened()
    page.locator("#live polygon").nth(1).wait_for(state="attached")
    said = page.inner_text("#live")
    from model.analysis.uncertainty.chances import chances
    from model.analysis.uncertainty.sensitivity import fan
    from model.pages.sensitivity.shares import percent

    plan = project(load("mentorship"))
    told = chances(plan, fan(plan.assumptions), 2028, "")
    assert f"cash falls below zero in {percent(told.short)};" in said
    assert f"in {percent(told.on_time)} the first break-even comes by Oct 2027" in said


def test_what_was_moved_comes_back_as_a_scenario(opened, tmp_path, monkeypatch, capsys):
    page = opened()
    move(page, "Match rate", 0.7)
    move(page, "CAC, mentee", 1.2)
    # The draws' sentence is longer than its stand-in, and would push away what is clicked.
    page.locator("#live >> text=cash falls below zero in").wait_for()
    page.click("#live summary >> text=Keep these changes")
    with page.expect_download() as download:
        page.click("#live button >> text=Save as a file")
    saved = tmp_path / "saved.json"
    download.value.save_as(saved)
    assert json.loads(saved.read_text()) == json.loads(page.input_value("#live textarea"))
    monkeypatch.chdir(browser.copy_project(tmp_path / "project"))
    assert cli.main(["read-page", str(saved), "--name", "moved"]) == 0
    assert "Written: params/mentorship/scenarios/moved.yaml" in capsys.readouterr().out
    shown = tiles(page)
    plan = load("mentorship", "moved")
    assert shown["EBITDA 2028"] == say(float(project(plan).by_year("ebitda")[0, 2]), "USD")


def test_a_phone_and_a_sheet_of_paper_show_it_whole(opened):
    page = opened()
    page.set_viewport_size(PHONE)
    page.evaluate("document.querySelectorAll('#live details').forEach((each) => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser.barriers(page, "#live") == []
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    assert not page.is_visible("#live")
    page.emulate_media(media="screen")
    move(page, "Match rate", 0.7)
    page.emulate_media(media="print")
    assert page.is_visible("#live .fm-moved") and page.is_visible("#live .fm-tiles")
    assert not page.is_visible("#live input") and not page.is_visible("#live button")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_the_script_a_sentence_stands_there(opened):
    page = opened(java_script_enabled=False)
    assert "as long as its own script runs" in page.inner_text("#live")


def test_the_levers_weigh_little(reports):
    from model.pages import live
    from model.pages.view import open_view

    for company in catalog.companies():
        assert len(live.what_if(open_view(company)).script.encode()) < MOST_MORE
    assert max(path.stat().st_size for path in reports.rglob("*.html")) < MOST
