"""Pages in Chromium prove what they can themselves, and fresh pages of every notebook verify."""

import re
import subprocess
import sys

import browser
import pytest
from test_verify import other_digit

from model.params import catalog
from model.views import facts

pytestmark = pytest.mark.browser
# The least share of all its figures, texts counted, that a page with a model of its own works out.
LEAST = {"unit_economics": 0.8, "statements": 0.8, "breakeven": 0.35, "scoreboard": 0.3,
         "investor_report": 0.15, "sensitivity": 0.08}
# Bytes of a page in all; and of its model, with names of figures, lines and the foot.
MOST, MOST_MORE = 2_000_000, 150_000
SAID = re.compile(r"([\d,]+) of ([\d,]+) figures that this page works out again agree in every "
                  r"digit that is printed\. (.*)The other ([\d,]+) figures are not compared here: "
                  r"those of sentences, sources, ranges, checks, other scenarios, and goals that "
                  r"are solved for\.", re.DOTALL)
# One digit of every figure that is a cell, a tile or a branch, and a digit for every dash.
CHANGED = """() => {
    const cells = document.querySelectorAll("main td, main dd[data-line], main b[data-line]");
    for (const cell of cells) {
        const text = cell.textContent;
        cell.textContent = text === "–" ? "1"
            : text.replace(/\\d/, (digit) => (Number(digit) + 1) % 10);
    }
}"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Every page in base of every subject."""
    copy = browser.copy_project(tmp_path_factory.mktemp("proof"))
    return [browser.run_reports(copy, subject) for subject in catalog.subjects()][-1]


def made(reports):
    """The pages of notebooks."""
    return sorted(set(reports.rglob("*.html")) - {reports / "index.html", reports / "trust.html"})


@pytest.fixture
def proved(chromium, tmp_path):
    """What the foot of a page says once its button was pressed, after a script has changed the
    page: how many agree, of how many, what it says of others, how many are left out; None without
    a button."""
    def press(html, change="() => {}"):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        page = chromium.new_page()
        seen = browser.watched(page)
        page.goto(f"file://{path}")
        button = page.locator("footer button")
        if not button.count():
            page.close()
            return None
        page.evaluate(change)
        button.click()
        said = SAID.fullmatch(page.inner_text("footer p:last-child")).groups()
        page.emulate_media(media="print")
        assert not button.is_visible() and page.locator("footer p").first.is_visible()
        assert seen.errors == [] and seen.beyond("file:", "data:") == []
        page.close()
        agreeing, of, wrong, left = said
        return *(int(each.replace(",", "")) for each in (agreeing, of)), wrong, int(
            left.replace(",", ""))

    return press


def test_a_fresh_page_of_every_notebook_verifies(reports):
    pages = made(reports)
    # Of two companies nine each, of one of which nothing is published eight; and the budget.
    assert len(pages) == 2 * 9 + 8 + 2
    done = subprocess.run([sys.executable, "-m", "model", "verify", *map(str, pages)],
                          cwd=reports.parent, env=browser.environment(), capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(pages) and all(": verified: " in line for line in lines)


def test_model_names_and_foot_are_a_small_part_of_a_page(reports):
    for path in made(reports):
        html = path.read_text(encoding="utf-8")
        more = re.findall(r' data-(?:fact|line|at|figures)="[^"]*"|<footer.*?</footer>'
                          r'|<meta name="financial-model"[^>]*>|<script.*?</script>', html,
                          re.DOTALL)
        assert len("".join(more).encode()) < MOST_MORE, path
        assert len(html.encode()) < MOST, path


def test_a_page_with_a_model_works_its_own_figures_out_again_and_finds_each_that_is_changed(
        reports, proved):
    for path in made(reports):
        html = path.read_text(encoding="utf-8")
        said = proved(html)
        assert (said is not None) == (path.stem in LEAST)
        if said is None:
            continue
        agreeing, of, wrong, left = said
        figures = len(facts.content(html).figures)
        assert (agreeing, wrong) == (of, "") and of + left == figures, path
        assert of >= LEAST[path.stem] * figures, path
        agreeing, changed, wrong, _ = proved(html, CHANGED)
        assert (agreeing, changed) == (0, of) and wrong.count(" is worked out.") == of, path


@pytest.mark.parametrize(("name", "pattern", "figure"), [
    ("breakeven", r'data-line="trough_cash"[^>]*><span class="fm-whole">USD [^<]*',
     "Tiles · Lowest cash"),
    ("breakeven", r'data-line="breakeven_first"[^>]*><span class="fm-whole">[^<]*',
     "Tiles · First break-even"),
    ("breakeven", r'<th scope="row">2027</th><td>[^<]*',
     "Cash and runway at the end of each year · 2027 · Cash USD"),
    ("investor_report", r'<th scope="row" data-line="ebitda".{0,80}?</th><td>[^<]*\d',
     "Revenue, contribution, EBITDA, customers and staff · EBITDA USD · 2026"),
])
def test_a_changed_digit_is_named_in_the_page_itself(reports, proved, name, pattern, figure):
    html = (reports / f"mentorship/base/{name}.html").read_text(encoding="utf-8")
    agreeing, of, wrong, _ = proved(re.sub(pattern, other_digit, html, count=1, flags=re.DOTALL))
    assert agreeing == of - 1
    printed, now = re.fullmatch(
        rf"{re.escape(figure)}: ((?:USD )?\S+(?: \d+)?) is printed, "
        r"(\S+(?: \d+)?) is worked out\. ",
        wrong).groups()
    assert printed.removeprefix("USD ") != now
