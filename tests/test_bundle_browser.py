"""A bundle alone in a folder: pages, anchors, folds, levers, proof and workbook work."""

import shutil
import subprocess
import sys
from pathlib import Path

import browser
import pytest

pytestmark = pytest.mark.browser
MOST_BYTES = 12_000_000
AT_TOP = """(name) => {
    const top = document.getElementById(name).getBoundingClientRect().top;
    return top >= -2 && top < 60;
}"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The file of a scenario, in a folder in which nothing else lies."""
    project = browser.copy_project(tmp_path_factory.mktemp("bundled"), "downside")
    file = project / "sent.html"
    done = subprocess.run(
        [sys.executable, "-m", "model", "bundle", "mentorship", "-s", "downside", "--out",
         str(file)], cwd=project, env=browser.environment(), capture_output=True, text=True,
        timeout=browser.HUNG_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return Path(shutil.copy(file, tmp_path_factory.mktemp("mailed")))


@pytest.fixture
def opened(chromium, bundle):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    seen = browser.watched(page)
    page.goto(f"file://{bundle}")
    yield page
    assert seen.errors == [] and seen.dialogs == []
    assert seen.beyond("file:", "data:", "about:") == []
    page.close()


def frame(page, label):
    """The document of a page, once it is shown."""
    page.click(f"nav a:text-is('{label}')")
    within = page.frame_locator(f"iframe[title='{label}']")
    within.locator("main h1").wait_for()
    return within


def test_it_is_small_enough_to_mail(bundle):
    assert bundle.stat().st_size < MOST_BYTES


def test_every_page_is_in_it_and_has_no_dead_links(opened):
    labels = [link.inner_text() for link in opened.locator("nav a[href^='#']").all()]
    assert len(labels) == 7
    for label in labels:
        within = frame(opened, label)
        assert opened.locator("iframe:visible").count() == 1
        assert within.locator("a[href]:not([href^='#'])").count() == 0
        assert within.locator(".fm-chart svg, table").count()


def test_anchors_folds_and_levers_work_in_it(opened):
    within = frame(opened, "Break-even")
    link = within.locator(".contents a").nth(2)
    target = link.get_attribute("href")[1:]
    link.click()
    assert within.locator("body").evaluate(f"() => ({AT_TOP})({target!r})")
    fold = within.locator("main details").first
    fold.locator("summary").click()
    assert fold.get_attribute("open") is not None
    lever = within.locator("#live input[type=range]").first
    lever.focus()
    opened.keyboard.press("ArrowRight")
    within.locator(".fm-moved:has-text('Moved:')").wait_for()
    moved = opened.url.split("#")[1]
    assert moved.startswith("breakeven/") and "=" in moved


def test_the_address_keeps_what_was_moved(chromium, bundle):
    page = chromium.new_page()
    page.goto(f"file://{bundle}#breakeven/mentees.match_rate=0.7")
    within = page.frame_locator("iframe[title='Break-even']")
    said = within.locator(".fm-moved:has-text('Moved:')")
    said.wait_for()
    assert "Match rate 70.0%" in said.inner_text()
    page.close()


def test_a_page_in_it_works_its_own_figures_out_again(opened):
    within = frame(opened, "Statements")
    within.locator("footer button").click()
    said = within.locator("footer p").last.inner_text()
    agreeing, of = said.split(" figures")[0].split(" of ")
    assert agreeing == of and int(agreeing.replace(",", "")) > 100


def test_the_workbook_comes_out_of_it(opened):
    with opened.expect_download() as found:
        opened.click("nav a[download]")
    content = found.value.path().read_bytes()
    assert found.value.suggested_filename == "mentorship-downside.xlsx"
    assert content.startswith(b"PK") and len(content) > 100_000


def test_axe_finds_no_serious_barrier_around_the_page(opened):
    frame(opened, "Scoreboard")
    assert browser.barriers(opened, "nav") == []
