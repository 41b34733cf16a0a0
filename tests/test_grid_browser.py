"""The grid of assumptions in Chromium: rows and blocks of a spreadsheet, months and seasons."""

import json
from importlib.resources import files

import pytest

from model.pages.assumptions.editor import Editor
from model.pages.view import open_view

pytestmark = pytest.mark.browser
MARKETING, CAC, MATCH = "mentees.marketing", "mentees.cac", "mentees.match_rate"
# What JupyterLab does for a widget: it gives the grid its state, and sends on what it says.
STAGE = """
const heard = [];
const kept = {table: TABLE, state: STATE};
const model = {
  get: (name) => kept[name],
  on: (name, listener) => heard.push(listener),
  off: () => {},
  send: async (message) => {
    kept.state = await window.say(message);
    heard.forEach((listener) => listener());
  },
};
"""


@pytest.fixture
def grid(chromium):
    """A page that shows the grid, and the editor behind it."""
    editor = Editor(open_view("mentorship"))

    def say(message):
        editor.hear(message)
        return json.loads(json.dumps(editor.state))

    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.expose_function("say", say)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    source = files("model.views").joinpath("grid.js").read_text(encoding="utf-8")
    stage = STAGE.replace("TABLE", json.dumps(editor.table), 1).replace(
        "STATE", json.dumps(editor.state), 1)
    page.set_content("<main></main>")
    page.add_script_tag(type="module", content=(
        f"{source.replace('export default { render };', '')}\n{stage}\n"
        "render({model, el: document.querySelector('main')}); document.title = 'drawn';"))
    page.wait_for_function("document.title === 'drawn'")
    yield page, editor
    assert errors == []
    page.close()


def at(page, path, time=""):
    return page.locator(f'[data-cell="{path}|{time}"]')


def paste(page, path, time, text):
    """Paste a text into a cell, as the clipboard of a spreadsheet gives it."""
    at(page, path, time).evaluate("""(input, text) => {
        const data = new DataTransfer();
        data.setData("text/plain", text);
        input.focus();
        input.dispatchEvent(new ClipboardEvent("paste",
            {clipboardData: data, bubbles: true, cancelable: true}));
    }""", text)


def shows(page, path, time, text):
    page.wait_for_function(
        "([key, text]) => document.querySelector(`[data-cell='${key}']`)?.value === text",
        arg=[f"{path}|{time}", text])


def test_a_row_of_a_spreadsheet_fills_the_cells_from_the_one_selected(grid):
    page, editor = grid
    paste(page, MARKETING, "2026", "100000\t200000\t300k\r\n")
    page.evaluate("document.activeElement.blur()")
    for year, text in (("2026", "100,000"), ("2027", "200,000"), ("2028", "300,000")):
        shows(page, MARKETING, year, text)
    assert editor.edits.step.changes == {f"{MARKETING}.{year}": amount for year, amount in (
        (2026, 100_000), (2027, 200_000), (2028, 300_000))}
    page.get_by_role("button", name="Undo", exact=True).click()
    shows(page, MARKETING, "2026", "150,000")
    assert editor.edits.step.changes == {}


def test_a_block_goes_on_in_the_rows_below(grid):
    page, editor = grid
    page.locator(".fm-bar select").select_option("")
    below = page.evaluate("""(path) => {
        const shown = [...document.querySelectorAll("tr[data-path]")].filter((tr) => !tr.hidden);
        return shown[shown.findIndex((tr) => tr.dataset.path === path) + 1].dataset.path;
    }""", MARKETING)
    assert below == CAC
    paste(page, MARKETING, "2029", "900000\t950000\n72\t66")
    page.wait_for_function("document.querySelectorAll('.fm-edited').length === 4")
    assert editor.edits.step.changes == {f"{MARKETING}.2029": 900_000, f"{MARKETING}.2030": 950_000,
                                         f"{CAC}.2029": 72, f"{CAC}.2030": 66}


@pytest.mark.parametrize(("path", "time", "text", "says"), [
    (MARKETING, "2028", "1\t2\t3\t4", "4 values side by side do not fit: Marketing budget for "
     "mentees has 3 cells from here on."),
    (MATCH, "", "70\t75", "Match rate has one cell from here on; give it by year first."),
    (MARKETING, "2026", "\n".join("1" * 200), "200 rows do not fit: only "),
    (MARKETING, "2026", "100000\tabc", "'abc' is not a number")])
def test_a_block_that_does_not_fit_changes_nothing_and_says_why(grid, path, time, text, says):
    page, editor = grid
    page.locator(".fm-bar select").select_option("")
    paste(page, path, time, text)
    page.wait_for_function("document.querySelector('.fm-top').innerText.includes('pasted')")
    told = page.locator(".fm-top").inner_text()
    assert f"Nothing was pasted: {says}" in told or says in told
    assert editor.edits.step.changes == {} and editor.state["undo"] == ""
    assert at(page, path, time).input_value() in ("780000", "75", "150000")


def test_a_month_and_a_season_are_added_below_the_row(grid):
    page, editor = grid
    page.get_by_role("button", name="Months and season of Marketing budget for mentees").click()
    further = page.locator("tr.fm-months:not([hidden])")
    further.get_by_role("button", name="Another month").click()
    further.locator("select").select_option("2026-09")
    further.get_by_placeholder("amount").fill("600k")
    further.get_by_placeholder("amount").press("Enter")
    shows(page, MARKETING, "2026-09", "600,000")
    assert "50,000 in that month" in further.inner_text()
    further.get_by_role("button", name="Another month").click()
    further.locator("select").select_option("season")
    further.get_by_placeholder("amount").fill("9: 10, 10: 10")
    further.get_by_placeholder("amount").press("Enter")
    shows(page, MARKETING, "season", "9: 10, 10: 10")
    assert editor.edits.step.changes == {f"{MARKETING}.2026-09": 600_000,
                                         f"{MARKETING}.season": (1,) * 8 + (10, 10, 1, 1)}
    assert "Sep and Oct weigh 10" in page.locator(f'tr[data-path="{MARKETING}"]').inner_text()
    page.get_by_role("button", name="Set back to none", exact=False).click()
    page.wait_for_function("document.querySelector('[data-cell=\"mentees.marketing|season\"]') "
                           "=== null")
    # Two cells go on below a month, of which there is only one.
    paste(page, MARKETING, "2026-09", "1\t2")
    page.wait_for_function("document.querySelector('.fm-top').innerText.includes('pasted')")
    assert "one value at a time into a month" in page.locator(".fm-top").inner_text()
