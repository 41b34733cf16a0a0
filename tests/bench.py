"""Speed, measured side by side in one run: `make bench`; with ARGS=--all the loop is whole, too.
ARGS=--pages measures what a reader's page and a notebook's sliders take, and nothing else;
ARGS="--decides mentorship" what decides its headlines.

Machines are noisy, so every figure that matters is a ratio of two things timed one after the
other here, and nothing fails: the figures are for reading.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bench_budget
import numpy as np
import wild
from lint import lint

from model import batch, folders, load, project
from model.analysis.uncertainty import sampling, simulation
from model.audit.checks import money_faults
from model.companies.claims import claims
from model.engine import kernel, trace, units
from model.engine.headlines import headlines
from model.params import catalog
from model.workbook.file import workbook
from model.workbook.paths import load_plans

SCENARIOS = 10_000
REPEATS = 30
# Plans of a batch by NumPy, and plans that the kernel takes at once in each thread.
BLOCK, COMPILED = 1024, 8192
BUDGET_RUNS = 10_000
SAMPLE = 5
# Plans from which what decides is told.
DECIDING = 100_000
MOVES = 50
# Random scenarios whose statements are tied, half of them plausible, half wild; by the chunk.
TIED, CHUNK = 100_000, 2_500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true",
                        help="the loop over the commands on every notebook, too")
    parser.add_argument("--no-batch", action="store_true", help="projections only")
    parser.add_argument("--pages", action="store_true", help="levers and sliders only")
    parser.add_argument("--decides", metavar="COMPANY",
                        help="what decides four headlines, from 100,000 plans, and nothing else")
    parser.add_argument("--many", metavar="COMPANY", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.many:
        many(options.many)
        return
    if options.decides:
        report_decides(options.decides)
        return
    if options.pages:
        report_levers()
        report_sliders()
        report_redraw()
        return
    for company in catalog.companies():
        report_many(company)
    for company in catalog.companies():
        report_projection(company)
        report_readings(company)
        report_kernel(company)
    report_decides("mentorship")
    broken = [company for company in catalog.companies()
              if report_ties(company, TIED // len(catalog.companies()))]
    report_levers()
    report_sliders()
    report_redraw()
    bench_budget.report_sequences()
    bench_budget.report_years()
    bench_budget.report_replay()
    bench_budget.report_review()
    spoiled = report_budget_runs()
    if not options.no_batch:
        report_batch(every=options.all)
    if broken:
        sys.exit(f"statements do not tie: {', '.join(broken)}")
    if spoiled:
        sys.exit("runs of the budget's simulator break an invariant")


def report_budget_runs() -> bool:
    """Random runs of hostile strategies on random plans, and of ours beside them; whether any
    invariant of the budget was broken."""
    from budget_runs import hostile_runs

    from model.budget.strategies.published import Daily, Drawdown, Fixed, Flexible
    from model.budget.strategies.rolling import Rolling

    ours = (Fixed(), Flexible(), Daily(), Drawdown(), Rolling())
    start, runs, seed, broken = time.perf_counter(), 0, 0, set()
    while runs < BUDGET_RUNS:
        made, found = hostile_runs(seed, strategies=25, replications=20, others=ours)
        runs, seed, broken = runs + made, seed + 1, broken | found
    said = f"broken: {', '.join(sorted(broken))}" if broken else "no invariant broken"
    print(f"budget: {runs:,} random runs on {seed} random plans, {said}; "
          f"{time.perf_counter() - start:.0f} s")
    return bool(broken)


def report_projection(company: str) -> None:
    assumptions = load(company)
    lines = len(project(assumptions).lines)
    best = min(timed(lambda: project(assumptions)) for _ in range(REPEATS))
    print(f"{company}: one projection, {lines} lines, {1e3 * best:.2f} ms (goal 1)")


def report_readings(company: str) -> None:
    """Units with lint, and the whole workbook, each with nothing kept from before."""
    assumptions = load(company)

    def read() -> None:
        for kept in (trace.month_trace, units.findings):
            kept.cache_clear()
        units.check_units(assumptions)
        lint(assumptions)

    best = min(timed(read) for _ in range(REPEATS // 6))
    print(f"{company}: units and lint {best:.3f} s (goal 0.2)")
    best = min(timed(lambda: workbook(load_plans(company))) for _ in range(3))
    print(f"{company}: workbook of all scenarios, with charts and values, {best:.2f} s (goal 1)")


def report_kernel(company: str) -> None:
    """Headlines of plans that are drawn before: the kernel on all cores, against NumPy in blocks,
    each pair one after the other."""
    if not kernel.available():
        print(f"{company}: kernel not measured, Numba is not installed")
        return
    assumptions, cores = load(company), os.cpu_count() or 1
    paths, wanted = sampling.uncertain(assumptions), simulation.wanted(assumptions.calendar)
    block, *parts = (assumptions.with_values(sampling.drawn(assumptions, paths, size, 1, size * at))
                     for at, size in enumerate((BLOCK, *[COMPILED] * cores)))
    made = timed(lambda: headlines(block, wanted, compiled=True))
    with ThreadPoolExecutor(cores) as pool:
        pairs = [(timed(lambda: headlines(block, wanted)) / BLOCK,
                  timed(lambda: list(pool.map(lambda part: headlines(part, wanted, True), parts)))
                  / (COMPILED * cores)) for _ in range(REPEATS // 3)]
    ratio = np.median([slow / fast for slow, fast in pairs])
    print(f"{company}: kernel, ready in {made:.1f} s: {1 / min(fast for _, fast in pairs):,.0f} "
          f"plans a second on {cores} cores (goal 700,000), {ratio:.0f} times NumPy in blocks of "
          f"{BLOCK:,} (goal 20)")


def report_decides(company: str) -> None:
    """First-order, total and fair shares of four headlines with their intervals, by the command;
    twice, as compiling once takes some seconds."""
    run = [sys.executable, "-m", "model", "simulate", company, "--decides", "--draws",
           str(DECIDING)]
    goal, told, times = (5 if kernel.available() else 60), [], []
    for _ in range(2):
        times.append(of_children(lambda: told.append(subprocess.run(
            run, check=True, capture_output=True, text=True))))
    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    same = "the same bytes" if told[0].stdout == told[1].stdout else "OTHER BYTES"
    (first, _), (whole, used) = times
    print(f"{company}: what decides four headlines, {told[1].stderr.strip()} (goal {goal}); the "
          f"whole command {whole:.1f} s, of which processors took {used:.1f} s, and {first:.1f} s "
          f"the first time, {same}; at most {most / 1e6:,.0f} MB a process")


def report_ties(company: str, size: int) -> bool:
    """Balance sheet, cash and every roll-forward of many random valid scenarios; whether any is
    broken."""
    assumptions = load(company)
    paths = sampling.uncertain(assumptions)
    draws = (("plausible", lambda seed: sampling.drawn(assumptions, paths, CHUNK, seed)),
             ("wild", lambda seed: wild.values(assumptions, CHUNK, seed)))
    found = False
    for kind, drawn in draws:
        start, broken, off, share = time.perf_counter(), set(), 0.0, 0.0
        for seed in range(size // len(draws) // CHUNK):
            projection = batch(assumptions, drawn(seed))
            broken |= {code for code, fault in money_faults(projection).items() if fault}
            gap = np.abs(projection["imbalance"]).max(axis=1)
            off = max(off, float(gap.max()))
            share = max(share, float((gap / np.abs(projection["assets"]).max(axis=1)).max()))
        result = f"broken: {', '.join(sorted(broken))}" if broken else "all ties hold"
        print(f"{company}: {size // len(draws):,} {kind} scenarios, {result}; greatest imbalance "
              f"{off:.1e} USD, {share:.1e} of the largest balance; "
              f"{time.perf_counter() - start:.0f} s")
        found = found or bool(broken)
    return found


def report_levers() -> None:
    """In an exported page in Chromium: from a lever to the frame with what follows, and from the
    last move to the draws around the plan."""
    try:
        import browser
        from playwright.sync_api import sync_playwright  # noqa: F401
    except ImportError:
        print("levers: not measured, Playwright is not installed (make test-browser installs it)")
        return
    with tempfile.TemporaryDirectory() as folder, browser.chromium() as chromium:
        run = [sys.executable, "-m", "model", "run", "mentorship", "-n", "breakeven", "--out"]
        subprocess.run([*run, folder], check=True, capture_output=True)
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.goto(f"file://{folder}/mentorship/base/breakeven.html")
        frames, draws = zip(*(page.evaluate(_LEVER, number) for number in range(MOVES // 2)),
                            strict=True)
    print(f"levers: to redraw in Chromium {spread(frames)} (goal 16); the draws from the last move "
          f"{spread(draws)} (goal 150)")


# A move of the first lever; resolves to milliseconds up to where the page may paint, and up to
# where the draws are shown.
_LEVER = """async (number) => {
    const input = document.querySelector("#live input[type=range]");
    const odds = () => document.querySelector("#live .fm-charts").nextSibling.textContent;
    input.value = Number(input.min) + (number + 1) * Number(input.step);
    const start = performance.now();
    input.dispatchEvent(new Event("input", {bubbles: true}));
    document.body.offsetHeight;
    const redrawn = performance.now() - start;
    while (odds().includes("in a moment")) await new Promise((done) => setTimeout(done));
    return [redrawn, performance.now() - start];
}"""


def spread(times: Sequence[float]) -> str:
    """Least and median, in milliseconds."""
    return f"{min(times):.1f} ms at least, {np.median(times):.1f} in the median"


def report_sliders() -> None:
    """Sliders above a block of a notebook: the kernel's part, from a value to the block."""
    from model.pages import breakeven, unit_economics
    from model.pages.view import open_view
    from model.pages.what_if import Steering

    for name, block in (("breakeven", breakeven.breakeven_months),
                        ("unit_economics", unit_economics.segments)):
        steering = Steering(open_view("mentorship"), block)
        path, start = next(iter(steering.start.items()))
        times = []
        for number in range(MOVES // 2 + 1):
            before = time.process_time()
            steering.draw(steering.start | {path: start * (1 + number / 100)})
            times.append(1e3 * (time.process_time() - before))
        del times[0]  # of what stands there anyway
        print(f"slider of {name}: the kernel's part, processor time {spread(times)} (goal 80)")


def report_redraw() -> None:
    """From a key in the grid of assumptions to the frame with chart and figures, in JupyterLab."""
    try:
        import browser
        import redraw
        from playwright.sync_api import sync_playwright  # noqa: F401
    except ImportError:
        print("redraw: not measured, Playwright is not installed (make test-browser installs it)")
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        project = browser.copy_project(Path(folder) / "project")
        with (browser.chromium() as chromium,
              browser.jupyter_lab(project, Path(folder) / "jupyter") as lab):
            page = chromium.new_page(viewport={"width": 1280, "height": 1000})
            lab.open(page, "notebooks/assumptions.ipynb")
            lab.run_all(page)
            times = redraw.moves(page, MOVES + 2)[2:]
    for kind, each in (("edit", times[::2]), ("slider", times[1::2])):
        print(f"redraw: {kind} to chart and four figures in JupyterLab, {len(each)} moves: median "
              f"{np.median(each):.0f} ms (goal 80), 95th percentile {np.percentile(each, 95):.0f} "
              "ms (goal 250)")


def report_many(company: str) -> None:
    """Many scenarios with all lines, in a process of its own. Its peak of memory counts from what
    it inherits of this one, so it comes before all else."""
    subprocess.run([sys.executable, __file__, "--many", company], check=True)


def many(company: str) -> None:
    """A virtual machine may have to be given the memory first, which can take longer than the
    projection: as much is filled before, and its time said beside."""
    assumptions = load(company)
    lines = len(project(assumptions).lines)
    paths = sampling.uncertain(assumptions)[:24]
    values = sampling.drawn(assumptions, paths, SCENARIOS, seed=1)
    one = min(timed(lambda: project(assumptions)) for _ in range(REPEATS))
    before = peak()
    filled = timed(lambda: np.ones((assumptions.calendar.months, lines, SCENARIOS)))
    start = time.perf_counter()
    own = batch(assumptions, values).block.nbytes
    seconds = time.perf_counter() - start
    print(f"{company}: {SCENARIOS:,} scenarios, all {lines} lines, in {seconds:.2f} s (goal 1), "
          f"{SCENARIOS * one / seconds:.0f} times as fast as one by one; before, the machine took "
          f"{filled:.2f} s to hand out as much memory; peak memory {(peak() - before) / own:.2f} "
          f"times the lines' own {own / 1e6:.0f} MB (goal 1.2)")


def peak() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report_batch(every: bool) -> None:
    jobs = all_jobs()
    # The loop takes minutes, and its notebooks take alike, so a few stand for all by default.
    sample = jobs if every else jobs[:: len(jobs) // SAMPLE][:SAMPLE]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "reports"
        run = [sys.executable, "-m", "model", "run", "--out", str(out)]
        ours, spent = of_children(lambda: subprocess.run(run, check=True, capture_output=True))
        pages = [page for page in out.rglob("*.html") if page.name != "index.html"]
        figures = sum(page.read_text(encoding="utf-8").count("<img ") for page in pages)
        print(f"batch: {len(pages)} notebooks with {figures} figures in {ours:.1f} s, "
              f"{ours / len(pages):.2f} s each (goal 0.7)")
        again = timed(lambda: subprocess.run(run, check=True, capture_output=True))
        print(f"batch again with nothing changed: {again:.2f} s (goal 2)")
        loop, used = of_children(lambda: [by_commands(*job, Path(folder)) for job in sample])
    ratio, less = (each / len(sample) * len(pages) for each in (loop / ours, used / spent))
    print(f"{len(sample)} of these notebooks by papermill's and nbconvert's commands: {loop:.1f} s,"
          f" {loop / len(sample):.1f} s each; the batch is {ratio:.1f} times as fast, and takes "
          f"one {less:.1f}th of its processor time, {spent:.0f} s against {used:.0f} s (goal 8)")


def of_children(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that work takes, and those of processors that its processes take."""
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    before = used()
    return timed(work), used() - before


def all_jobs() -> list[tuple[str, str, str]]:
    """Company, scenario and notebook of every report."""
    jobs = []
    for company in catalog.companies():
        for scenario in catalog.scenarios(company):
            jobs += [(company, scenario, name) for name in
                     ("investor_report", "assumptions", "unit_economics", "breakeven",
                      "statements", "sensitivity", "scoreboard")]
        jobs += [(company, "base", name) for name in (
            "comparison", *(["source_check"] if claims(company).claims else []))]
    return jobs


def by_commands(company: str, scenario: str, name: str, folder: Path) -> None:
    made = folder / f"{company}-{scenario}-{name}.ipynb"
    source = folders.notebooks() / f"{name}.ipynb"
    tools = Path(sys.executable).parent
    commands = (
        [tools / "papermill", "--no-progress-bar", source, made, "-p", "company", company, "-p",
         "scenario", scenario],
        [tools / "jupyter", "nbconvert", "--to", "html", "--no-input", made])
    for command in commands:
        subprocess.run(list(map(str, command)), check=True, capture_output=True,
                       env=os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"})


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
