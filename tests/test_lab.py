"""In JupyterLab every notebook runs, and its controls recompute the model and redraw."""

import ast
import json
import statistics

import browser
import pytest

pytestmark = pytest.mark.browser

NOTEBOOKS = ("assumptions", "unit_economics", "breakeven", "sensitivity", "comparison")
HOSTILE = "<img src=x onerror=document.title='hit'> $x$ $y$"

FAULTS = """() => {
    const all = (what) => [...document.querySelectorAll(what)];
    const text = (e) => e.innerText.slice(0, 80);
    const scrolls = (e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
        && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
        || e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 0
        && ['auto', 'scroll'].includes(getComputedStyle(e).overflowY);
    return {
        failed: all('[data-mime-type*="error"], [data-mime-type*="stderr"]').map(text),
        mathematics: all('.jp-OutputArea mjx-container').map(text),
        injected: all('.jp-OutputArea :is([onerror], script)').map(e => e.outerHTML),
        scroll_bars: all('.jp-OutputArea-output, .widget-box, .widget-html-content, .fm-paste')
            .filter(scrolls).map(text),
        cut: all('.fm-control .widget-label').filter(
            l => l.scrollWidth > l.clientWidth || l.scrollHeight > l.clientHeight + 1
                 || !l.innerText.trim()).map(text),
        too_wide: all('.fm-panel').filter(p => p.querySelector('.fm-controls').offsetWidth > 1000
            || [...p.querySelectorAll('.fm-control')].some(c => c.getBoundingClientRect().right
                > p.getBoundingClientRect().right + 1)).map(text),
    };
}"""

# Milliseconds from a key on a slider to the frame in which its new picture is shown.
LATENCY = """() => new Promise((done, fail) => {
    const panel = document.querySelector('.fm-panel');
    let pressed = null;
    panel.addEventListener('keydown', () => { pressed = performance.now(); },
                           {capture: true, once: true});
    const watch = new MutationObserver(async () => {
        const image = panel.querySelector('.fm-chart img');
        if (pressed === null || !image || image.src === window.lastPicture) return;
        window.lastPicture = image.src;
        watch.disconnect();
        await image.decode();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - pressed)));
    });
    window.lastPicture = panel.querySelector('.fm-chart img').src;
    watch.observe(panel, {subtree: true, childList: true, characterData: true});
    setTimeout(() => fail(new Error('the picture did not change within 20 s')), 20000);
    window.watching = true;
})"""


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of its own, with a notebook of the other company and one with a hostile label."""
    folder = browser.copy_project(tmp_path_factory.mktemp("lab"), "downside")
    notebook = (folder / "notebooks/breakeven.ipynb").read_text()
    other = notebook.replace('company = \\"mentorship\\"', 'company = \\"influencer\\"')
    assert other != notebook
    (folder / "notebooks/other.ipynb").write_text(other)
    browser.copy_project(folder / "hostile")
    base = folder / "hostile/params/mentorship/base.yaml"
    content = base.read_text()
    for label in ('"CAC, mentee"', "Match rate", '"Churn, Young Pros"', "Opening cash"):
        assert f"label: {label}\n" in content
        content = content.replace(f"label: {label}\n", f"label: {json.dumps(HOSTILE)}\n")
    base.write_text(content)
    return folder


@pytest.fixture(scope="module")
def opened(chromium, project, tmp_path_factory):
    """Gives a notebook after Run All, as (page, what it did); each is opened once."""
    pages = {}
    with browser.jupyter_lab(project, tmp_path_factory.mktemp("jupyter")) as lab:
        def get(notebook):
            if notebook not in pages:
                page = chromium.new_page(viewport={"width": 1280, "height": 1000})
                seen = browser.watched(page)
                lab.open(page, notebook)
                lab.run_all(page)
                pages[notebook] = page, seen
            return pages[notebook]

        get.url = lab.url
        yield get
        for page, _ in pages.values():
            page.close()


def panel(opened, name):
    return opened(f"notebooks/{name}.ipynb")[0].locator(".fm-panel").first


def picture(found):
    return found.locator(".fm-chart img").first.get_attribute("src")


def press(page, found, label, key):
    """Press a key on the slider with this label."""
    handle = found.locator(".fm-control").filter(has_text=label).locator('[role="slider"]')
    handle.focus()
    page.keyboard.press(key)


def wait_for_new(page, found, before):
    page.wait_for_function(
        "([panel, before]) => panel.querySelector('.fm-chart img').src !== before",
        arg=[found.element_handle(), before])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_runs_and_shows_its_results_whole(opened, name):
    page, seen = opened(f"notebooks/{name}.ipynb")
    faults = page.evaluate(FAULTS)
    assert not {kind: found for kind, found in faults.items() if found}
    assert not seen.beyond(opened.url, opened.url.replace("http", "ws"), "data:", "blob:", "about:")
    assert not seen.dialogs
    assert page.locator(".jp-OutputArea .fm-block, .jp-OutputArea .fm-note").count() >= 4


def test_a_slider_redraws_and_gives_the_line_that_keeps_it(opened, project, monkeypatch):
    page, _ = opened("notebooks/breakeven.ipynb")
    found = panel(opened, "breakeven")
    planned, before = picture(found), found.locator(".fm-message").inner_text()
    assert found.locator(".fm-paste").count() == 0
    for label, key in (("CAC, mentee", "PageUp"), ("Churn, Young Pros", "ArrowRight"),
                       ("Match rate", "ArrowLeft")):
        shown = picture(found)
        press(page, found, label, key)
        wait_for_new(page, found, shown)
    line = found.locator(".fm-paste").inner_text()
    message = found.locator(".fm-message").inner_text()
    target, value = line.split(" = ", 1)
    changes = ast.literal_eval(value)
    assert target == "changes" and message != before
    assert set(changes) == {"mentees.cac", "mentees.young_pros.churn", "mentees.match_rate"}

    monkeypatch.chdir(project)
    from model.pages import breakeven, open_view

    assert breakeven.months(open_view("mentorship", "base", changes)).message == message

    for label, key in (("CAC, mentee", "PageDown"), ("Churn, Young Pros", "ArrowLeft"),
                       ("Match rate", "ArrowRight")):
        shown = picture(found)
        press(page, found, label, key)
        wait_for_new(page, found, shown)
    assert picture(found) == planned and found.locator(".fm-paste").count() == 0


def test_the_redraw_keeps_up_with_the_hand(opened, capsys):
    page, _ = opened("notebooks/breakeven.ipynb")
    found = panel(opened, "breakeven")
    times = []
    for key in ("ArrowRight", "ArrowLeft") * 5:
        page.evaluate(f"() => {{ window.watching = false; window.latency = ({LATENCY})(); }}")
        page.wait_for_function("() => window.watching")
        press(page, found, "CAC, mentee", key)
        times.append(page.evaluate("() => window.latency"))
    with capsys.disabled():
        print(f"\nslider to picture: median {statistics.median(times):.0f} ms, "
              f"{min(times):.0f} to {max(times):.0f} ms, {len(times)} times")


def test_another_outcome_is_drawn(opened):
    page, _ = opened("notebooks/sensitivity.ipynb")
    found = panel(opened, "sensitivity")
    before = picture(found)
    choice = found.locator(".fm-control").filter(has_text="Outcome").locator("select")
    choice.select_option(label="EBITDA 2030")
    wait_for_new(page, found, before)
    assert "moves EBITDA 2030 most" in found.locator(".fm-message").inner_text()
    assert found.locator(".fm-paste").count() == 0


def test_more_draws_are_drawn(opened):
    page, _ = opened("notebooks/sensitivity.ipynb")
    found = page.locator(".fm-panel").nth(1)
    before = picture(found)
    found.locator("select").select_option(label="5,000")
    wait_for_new(page, found, before)
    assert "of 5,000 draws" in found.locator(".fm-message").inner_text()


def test_what_cannot_be_is_said_and_the_old_picture_greyed(opened):
    page, _ = opened("notebooks/other.ipynb")
    found = panel(opened, "other")
    before = picture(found)
    share = "Share of new customers that take Basic"
    press(page, found, share, "End")
    problem = found.get_by_role("alert")
    problem.wait_for()
    assert problem.inner_text().startswith("Not updated: ")
    assert "customers.basic_share = 1." in problem.inner_text()
    stale = found.locator(".fm-stale")
    assert picture(stale) == before
    assert float(stale.evaluate("e => getComputedStyle(e).opacity")) < 0.6
    refused = found.locator(".fm-refused")
    assert refused.count() == 1 and share in refused.inner_text()
    assert found.locator(".fm-paste").count() == 0

    press(page, found, share, "Home")
    wait_for_new(page, found, before)
    assert not problem.count() and not stale.count() and not refused.count()
    assert "'customers.basic_share'" in found.locator(".fm-paste").inner_text()


def test_labels_stay_text_in_outputs_and_controls(opened):
    page, seen = opened("hostile/notebooks/assumptions.ipynb")
    faults = page.evaluate(FAULTS)
    assert not faults["injected"] and not faults["mathematics"] and not seen.dialogs
    assert page.title() != "hit"
    assert page.locator(".fm-control").filter(has_text=HOSTILE).count() >= 2
    press(page, panel_of(page), "Marketing budget", "ArrowRight")
    panel_of(page).locator(".fm-paste").wait_for()
    faults = page.evaluate(FAULTS)
    assert not faults["injected"] and not faults["mathematics"] and page.title() != "hit"


def panel_of(page):
    return page.locator(".fm-panel").first
