"""However a run ends, or nothing is to be done, nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from batch_stand import PACKAGE, SHOWS, add, made, project

from model import files, reporting

SCRIPT = textwrap.dedent("""
    import os, pathlib, sys
    sys.path[:0] = [{package!r}, {tests!r}]
    import model
    from model import reporting
    from model.reporting import jobs, pages
    from batch_stand import fake_figures, fake_load
    model.load, pages._figures = fake_load, fake_figures
    jobs.PACKAGE = pathlib.Path(os.environ["PACKAGE_OF_TEST"])
    for name in [name for name in sys.modules if name.split(".")[0] in {heavy!r}]:
        del sys.modules[name]
    code = reporting.run(scenarios=sys.argv[1:], force=bool(os.environ.get("FORCE")))
    print(sorted({{name.split(".")[0] for name in sys.modules}} & set({heavy!r})))
    sys.exit(code)
""")
HEAVY = ("papermill", "nbconvert", "nbformat", "jupyter_client", "pandas", "matplotlib", "pydantic")


def command(*scenarios: str) -> list[str]:
    script = SCRIPT.format(package=PACKAGE, tests=str(Path(__file__).parent), heavy=HEAVY)
    return [sys.executable, "-c", script, *scenarios]


def test_a_run_with_nothing_to_do_imports_none_of_the_heavy_libraries(project):
    assert reporting.run(scenarios=["base"]) == 0
    second = subprocess.run(command("base"), capture_output=True, text=True)
    assert second.stdout.splitlines()[0].startswith("0 executed, 1 unchanged")
    assert second.stdout.splitlines()[1] == "[]"
    assert second.returncode == 0 and second.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_an_interrupted_run_ends_and_leaves_whole_files_and_no_kernel(project):
    add(project, "slow", "import os, pathlib, time",
        "pathlib.Path('pid').write_text(str(os.getpid()))", "time.sleep(3600)", order=2)
    run = subprocess.Popen(command("base"), stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                           text=True)
    wait_for((project / "pid").exists)
    wait_for((project / "reports" / "manifest.json").exists)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=LONG)
    assert run.returncode == 1
    assert said.splitlines()[-1].startswith("Interrupted; the pages that were finished are kept")
    assert "Traceback" not in said
    assert set(made(project)) == {"toy/base/page.html"}
    assert [path.name for path in (project / "reports").rglob(".*")] == [files.LOCK]
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "pid").read_text()), 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("others", [(), ("more",)])
def test_a_killed_run_leaves_no_kernel_and_no_file_of_one(project, tmp_path, monkeypatch, kill,
                                                          others):
    """The kernel is in a library that keeps the interpreter, so it cannot hear of anything. With
    other notebooks beside it, it was forked."""
    for name in others:
        add(project, name, "1")
    (tmp_path / "passing").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "passing"))
    add(project, "page", "import ctypes, os, pathlib",
        "pathlib.Path('pid').write_text(str(os.getpid()))\nctypes.PyDLL(None).sleep(3600)")
    run = subprocess.Popen(command("base"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_for(lambda: (project / "pid").exists() and (project / "pid").read_text())
    kernel = psutil.Process(int((project / "pid").read_text()))
    run.send_signal(kill)
    run.wait()
    assert not psutil.wait_procs([kernel], timeout=LONG)[1]
    wait_for(lambda: not list((tmp_path / "passing").iterdir()))


@pytest.mark.skipif(os.name == "nt", reason="Windows asks other names for the home folder")
def test_a_home_that_cannot_be_written_to_leaves_no_word_in_a_page(project):
    add(project, "page", "import model, matplotlib", SHOWS)
    assert reporting.run(scenarios=["base"]) == 0
    first = {name: (project / "reports" / "toy/base" / name).read_bytes()
             for name in ("page.ipynb", "page.html")}
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    subprocess.run([*command("base")], env=environment | {"HOME": "/dev/null", "FORCE": "yes"},
                   check=True, capture_output=True)
    for name, content in first.items():
        assert (project / "reports" / "toy/base" / name).read_bytes() == content


def test_matplotlib_says_nothing_of_this_machine():
    said = subprocess.run([sys.executable, "-c", "import model, matplotlib"], text=True,
                          env=os.environ | {"MPLCONFIGDIR": "/dev/null/none"},
                          capture_output=True, check=True)
    assert said.stderr == ""


# How long a test waits for what must come: only a fault takes so long.
LONG = 300


def wait_for(condition, seconds: float = LONG) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
