"""Chromium, JupyterLab and temporary projects for the browser tests."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from model import folders

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking")
# What is wrong with the texts of charts that are shown: beyond the sheet, shortened, or covered.
LABELS = """() => {
    const wrong = [];
    for (const chart of document.querySelectorAll('.fm-chart svg')) {
        if (!chart.checkVisibility()) continue;
        const {width, height} = chart.viewBox.baseVal;
        const texts = [...chart.querySelectorAll('text')].map(
            e => ({said: e.textContent, box: e.getBBox()}));
        for (const {said, box} of texts) {
            if (box.x < -2 || box.x + box.width > width + 2
                || box.y < -3 || box.y + box.height > height + 3) wrong.push(`cut: ${said}`);
            if (said.endsWith('…')) wrong.push(`shortened: ${said}`);
        }
        texts.forEach(({said, box}, at) => texts.slice(at + 1).forEach((other) => {
            const shared = (at, size) => Math.min(box[at] + box[size], other.box[at]
                + other.box[size]) - Math.max(box[at], other.box[at]);
            const across = shared('x', 'width'), down = shared('y', 'height');
            if (across > 1 && down > 5) wrong.push(`covered: ${said} / ${other.said}`);
        }));
    }
    return wrong;
}"""
# Nothing fails because a machine is slow: after so long a program hangs, and a page lacks what is
# waited for.
HUNG_SECONDS, LACKS_SECONDS = 600, 120


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that imports this package and no other copy of it."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **more}


@contextmanager
def chromium():
    """A headless Chromium, the one of the system."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert found, (f"the browser tests need one of {', '.join(CHROMIUM)} on the PATH; on Debian: "
                   "apt-get install chromium fonts-dejavu-core")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did that a reader cannot see."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def beyond(self, *allowed: str) -> list[str]:
        """Requests that do not begin with one of these."""
        return [url[:200] for url in self.requests if not url.startswith(allowed)]


def watched(page) -> Seen:
    """Notes what a page does from now on."""
    seen = Seen()

    def said(message):
        if message.type == "error":
            seen.errors.append(message.text[:300])

    def asked(dialog):
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page.set_default_timeout(1000 * LACKS_SECONDS)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("websocket", lambda socket: seen.requests.append(socket.url))
    page.on("console", said)
    page.on("pageerror", lambda error: seen.errors.append(str(error)[:300]))
    page.on("dialog", asked)
    return seen


def barriers(page, within: str | None = None) -> list[tuple[str, list[str]]]:
    """What axe calls a serious or critical barrier, with the elements; in a part of the page where
    a selector is given."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=within).response["violations"]
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found
            if rule["impact"] in ("serious", "critical")]


def copy_project(folder: Path, *scenarios: str) -> Path:
    """Params and notebooks in a folder of their own, with base and these scenarios only."""
    for name in ("params", "notebooks"):
        shutil.copytree(folders.root() / name, folder / name,
                        ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for path in folder.glob("params/*/scenarios/*.yaml"):
        if path.stem not in scenarios:
            path.unlink()
    return folder


def run_reports(project: Path, *arguments: str, exit_code: int = 0) -> Path:
    """The reports folder that `python -m model run` makes of a project."""
    out = project / "reports"
    done = subprocess.run(
        [sys.executable, "-m", "model", "run", *arguments, "--out", str(out)], cwd=project,
        env=environment(), capture_output=True, text=True, timeout=HUNG_SECONDS, check=False)
    assert done.returncode == exit_code, f"{done.stdout}\n{done.stderr}"
    return out


@dataclass
class Lab:
    """A running JupyterLab."""

    url: str
    token: str

    def open(self, page, notebook: str) -> None:
        """Open a notebook, given as a path under the server's folder, and wait for its kernel."""
        workspace = notebook.replace("/", "-").removesuffix(".ipynb")
        page.goto(f"{self.url}lab/workspaces/{workspace}/tree/{notebook}?token={self.token}")
        page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
        page.wait_for_selector('.jp-StatusBar-TextItem:has-text("| Idle")')

    def run_all(self, page) -> None:
        """Run all cells and wait for the last one."""
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
        page.wait_for_function("""() => {
            const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
            const errors = document.querySelectorAll('[data-mime-type*="error"]');
            return errors.length || prompts.length && prompts.every(p => /\\d/.test(p.textContent));
        }""", timeout=1000 * LACKS_SECONDS)
        page.wait_for_selector('.jp-StatusBar-TextItem:has-text("| Idle")')


@contextmanager
def jupyter_lab(folder: Path, private: Path):
    """JupyterLab over a folder; what it keeps for its user goes to the folder `private`."""
    for name in ("config", "data", "runtime", "settings", "workspaces", "ipython", "matplotlib"):
        (private / name).mkdir(parents=True)
    quiet = private / "settings/@jupyterlab/apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}')
    # Otherwise cells outside the window are not laid out, and there is nothing to look at.
    whole = private / "settings/@jupyterlab/notebook-extension"
    whole.mkdir(parents=True)
    (whole / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    token = secrets.token_hex(16)
    own = environment(
        JUPYTER_CONFIG_DIR=str(private / "config"), JUPYTER_DATA_DIR=str(private / "data"),
        JUPYTER_RUNTIME_DIR=str(private / "runtime"), JUPYTER_TOKEN=token,
        JUPYTERLAB_SETTINGS_DIR=str(private / "settings"), IPYTHONDIR=str(private / "ipython"),
        JUPYTERLAB_WORKSPACES_DIR=str(private / "workspaces"))
    log = private / "log.txt"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
             "--ServerApp.port=0", f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None"],
            env=own, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield Lab(_url(server, private / "runtime", log), token)
    finally:
        server.terminate()  # ends its kernels, too
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(5)


def _url(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    until = time.monotonic() + HUNG_SECONDS
    while time.monotonic() < until and server.poll() is None:
        for about in runtime.glob("jpserver-*.json"):
            try:
                return json.loads(about.read_text())["url"]
            except ValueError:  # still being written
                continue
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start within {HUNG_SECONDS} s:\n{log.read_text()}")
