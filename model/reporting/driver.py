"""One run: select, skip what is up to date, execute the rest, and leave every file whole.

Everything that can be wrong with the input is found before anything is written. Notebooks are
executed in threads; this thread alone exports pages and writes files, so a run that is
interrupted leaves either the old or the new state of each page.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from model import files, folders
from model.problems import Problem, fail_if, quoted
from model.reporting import manifest as manifests
from model.reporting import pages, workbooks
from model.reporting.jobs import Inputs, Job, Selection, load_all, select, versions
from model.reporting.manifest import WORKBOOK, Manifest
from model.reporting.progress import Display
from model.reporting.trust import PAGE, trust_html
from model.views.index import index_html

INDEX = "index.html"


@dataclass(frozen=True)
class Manner:
    """How a run is done and told: a `dry` one writes nothing and says what would be made, a `quiet`
    one says only what failed, and `json` prints the outcome for programs."""

    dry: bool = False
    quiet: bool = False
    json: bool = False


@dataclass
class Plan:
    """What is to be done to bring the wanted pages up to date."""

    execute: list[Job]
    export: list[Job]
    headlines: list[tuple[str, str]]
    leftovers: list[str]
    workbooks: list[tuple[str, str]]
    workbook_leftovers: list[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every (company, scenario) whose assumptions the work needs."""
        return sorted({(job.company, name) for job in self.execute for name in job.scenarios}
                      | set(self.headlines) | set(self.workbooks))


@dataclass
class Run:
    """The state of one run in one reports folder."""

    out: Path
    selection: Selection
    inputs: Inputs
    manifest: Manifest
    force: bool = False

    def plan(self) -> Plan:
        plan = Plan([], [], [], self.manifest.leftovers(self.selection), [],
                    workbooks.leftovers(self.manifest, self.selection))
        for job in self.selection.choice:
            if self.force or not self.manifest.is_current(job, self.inputs, self.out):
                plan.execute.append(job)
        plan.headlines = [pair for pair in pages.index_rows(self.selection)
                          if self.force or not self._has_headline(*pair)]
        pairs = dict.fromkeys((job.company, job.scenario) for job in self.selection.choice
                              if job.scenario)
        plan.workbooks = [pair for pair in pairs if workbooks.is_possible(*pair)
                          and (self.force or not self._has_workbook(*pair))]
        # Whoever links to a page that comes or goes is exported again, asked for or not.
        plan.export = self.old_exports({job.key for job in plan.execute}, pages.there(self.manifest)
                                       - {*plan.leftovers, *plan.workbook_leftovers}
                                       | {job.key for job in plan.execute}
                                       | {"/".join(pair) for pair in plan.workbooks})
        # The pages of a whole company take longest; started last, they would run alone at the end.
        plan.execute.sort(key=lambda job: job.scenario is not None)
        return plan

    def old_exports(self, without: Collection[str], there: Collection[str]) -> list[Job]:
        """Jobs whose page is not the one that would be made now of their stored notebook."""
        keys = {job.key for job in self.selection.choice}
        return [job for job in self.selection.every
                if job.key not in without and job.key in self.manifest.jobs
                and not self.manifest.has_page(
                    job, pages.frame(job, self.selection, there), self.out, job.key in keys)
                and self.manifest.has_notebook(job, self.out)]

    def folders(self) -> set[Path]:
        """Every folder in which a run may have begun a file."""
        keys = {*self.manifest.jobs, *(job.key for job in self.selection.every)}
        return {self.out} | {(self.out / key).parent for key in keys}

    def _has_headline(self, company: str, scenario: str) -> bool:
        record = self.manifest.scenarios.get(f"{company}/{scenario}", {})
        return (record.get("fingerprint") == self.inputs.scenario_fingerprint(company, scenario)
                and "problem" not in record)

    def _has_workbook(self, company: str, scenario: str) -> bool:
        return self.manifest.has_workbook(
            f"{company}/{scenario}", self.inputs.workbook_fingerprint(company, scenario), self.out)

    def index(self) -> bytes:
        companies = pages.companies(self.manifest, self.selection, self.inputs)
        return index_html(companies, pages.last_run(self.manifest)).encode()

    def whole_pages(self) -> list[tuple[str, bytes]]:
        """Pages of all subjects, by name: the index, and how far all of it can be trusted."""
        return [(PAGE, trust_html().encode()), (INDEX, self.index())]

    def is_complete(self, plan: Plan) -> bool:
        """Whether there is nothing to do or to write."""
        return not (plan.execute or plan.export or plan.headlines or plan.leftovers
                    or plan.workbooks or plan.workbook_leftovers
                    or files.unfinished_files(self.folders())
                    or pages.kept_scenarios(self.manifest) != self.manifest.scenarios
                    or any(files.file_digest(self.out / name) != files.digest(content)
                           for name, content in self.whole_pages()))


def run(subjects: Sequence[str], scenarios: Sequence[str], notebooks: Sequence[str], jobs: int,
        force: bool, out: Path, manner: Manner) -> int:
    """Bring the chosen pages up to date. Returns the exit code; raises InputError."""
    began = time.monotonic()
    problems = _problems_of(jobs, out)
    selection = select(subjects, scenarios, notebooks, problems)
    state = Run(out, selection, Inputs(), manifests.read(out), force)
    plan = state.plan()
    plans = load_all(plan.pairs, problems)
    fail_if(problems)
    if manner.dry:
        _preview(state, plan, manner)
        return 0
    failures: list[str] = []
    if not state.is_complete(plan):
        with files.sole_run(out):
            if manifests.read(out).content != state.manifest.content:
                state.manifest = manifests.read(out)
                plan = state.plan()
                plans |= load_all([pair for pair in plan.pairs if pair not in plans], problems)
                fail_if(problems)
            failures = _Work(state, plan, plans, jobs, manner.quiet).do()
    failures += _failed_checks(state)
    if not manner.quiet:
        _mention_changes(plan)
    _summary(state, plan, time.monotonic() - began, failures, manner)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _mention_changes(plan: Plan) -> None:
    """Say which notebooks hold changes of somebody's experiment; reports are made without."""
    for notebook in dict.fromkeys(job.notebook for job in plan.execute):
        if notebook.changes not in ("{}", "dict()", "None"):
            print(f"notebooks/{notebook.name}.ipynb: its changes are not part of a report; write "
                  "them as a scenario to have a page of them.", file=sys.stderr)


def _problems_of(jobs: int, out: Path) -> list[Problem]:
    problems = []
    if not 1 <= jobs <= 64:
        problems.append(Problem("jobs", f"{jobs} is not a number of kernels from 1 to 64."))
    there = next(folder for folder in (out, *out.parents) if folder.exists())
    if not there.is_dir():
        problems.append(Problem("out", f"{quoted(str(there))} is a file; name a folder."))
    elif not os.access(there, os.W_OK | os.X_OK):
        problems.append(Problem("out", f"{quoted(str(there))} cannot be written to; name a folder "
                                "that can."))
    elif inside := [place.name for place in (folders.params(), folders.notebooks(),
                                             Path(folders.__file__).parent)
                    if out.is_relative_to(place.resolve())]:
        problems.append(Problem("out", f"{quoted(str(out))} is in {inside[0]}, of which reports "
                                "are made; name another folder, as reports."))
    return problems


class _Work:
    """The doing of a plan, with the reports folder held."""

    def __init__(self, state: Run, plan: Plan, plans: dict, workers: int, quiet: bool):
        self.state, self.plan, self.plans, self.workers = state, plan, plans, workers
        self.quiet = quiet
        self.out, self.manifest = state.out, state.manifest
        self.titles = pages.titles(self.manifest) | {
            pair: (each.title, each.scenario_title) for pair, each in plans.items()}
        self.there = pages.there(self.manifest) | {job.key for job in plan.execute} \
            | {"/".join(pair) for pair in plan.workbooks}
        self.failures: dict[str, str] = {}

    def do(self) -> list[str]:
        """Returns a sentence for each notebook that failed."""
        self._clear()
        try:
            if self.plan.execute:
                self._execute()
            else:
                self._headlines()
                self._workbooks()
            # What was to be linked to may have failed.
            self.there = pages.there(self.manifest)
            for job in self.state.old_exports((), self.there):
                self._export_again(job)
        finally:
            self.manifest.save(self.out)
            for name, content in self.state.whole_pages():
                if files.file_digest(self.out / name) != files.digest(content):
                    files.write_whole(self.out / name, content)
        order = [*(job.key for job in self.state.selection.choice),
                 *("/".join(pair) for pair in self.plan.workbooks)]
        return [f"{key}: {self.failures[key]}" for key in order if key in self.failures]

    def _clear(self) -> None:
        files.remove_unfinished(self.state.folders())
        for key in self.plan.leftovers:
            self.manifest.discard(key, self.out)
        for key in self.plan.workbook_leftovers:
            self.manifest.discard_workbook(key, self.out)
        self.manifest.scenarios = pages.kept_scenarios(self.manifest)

    def _headlines(self) -> None:
        for company, scenario in self.plan.headlines:
            fingerprint = self.state.inputs.scenario_fingerprint(company, scenario)
            record = pages.headline(self.plans[company, scenario], fingerprint)
            self.manifest.scenarios[f"{company}/{scenario}"] = record

    def _workbooks(self) -> None:
        for company, scenario in self.plan.workbooks:
            key = f"{company}/{scenario}"
            try:
                content = workbooks.content(company, scenario)
                files.write_whole(self.out / key / WORKBOOK, content)
            except Exception as error:  # a workbook that fails must not cost others their pages
                self.manifest.discard_workbook(key, self.out)
                self.failures[key] = f"no workbook: {type(error).__name__}: {error}"
                continue
            self.manifest.workbooks[key] = {
                "fingerprint": self.state.inputs.workbook_fingerprint(company, scenario),
                "digest": files.digest(content)}

    def _execute(self) -> None:
        from model.reporting.kernel import Runner

        display = Display(len(self.plan.execute), self.quiet)
        with Runner(self.plan.execute) as runner, ThreadPoolExecutor(self.workers) as pool:
            futures = {pool.submit(_with_time, runner, job): job for job in self.plan.execute}
            try:
                self._headlines()
                self._workbooks()
                for future in _by_end(futures, runner, display):
                    self._keep(futures[future], *future.result(), display)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                runner.stop()
                raise
            finally:
                display.close()

    def _keep(self, job: Job, result, start: str, seconds: float, display: Display) -> None:
        """Store what a notebook gave: its files and record, or that it failed."""
        from model.reporting import kernel

        record = self._record(job, start, seconds)
        if not isinstance(result, kernel.Failure):
            try:
                record["outputs"] = self._write(job, kernel.as_bytes(result), result, record)
            except OSError as error:
                result = kernel.Failure(None, f"could not be written: {error.strerror}.")
        if isinstance(result, kernel.Failure):
            self.manifest.discard(job.key, self.out)
            for suffix in (".ipynb", ".html"):
                (self.out / f"{job.key}{suffix}").unlink(missing_ok=True)
            record |= {"status": "failed", "failure": str(result)}
            self.failures[job.key] = str(result)
        self.manifest.jobs[job.key] = record
        self.manifest.save(self.out)
        display.end(job.key, seconds, record["status"] == "failed")

    def _record(self, job: Job, start: str, seconds: float) -> dict:
        inputs = self.state.inputs
        self.manifest.sources[inputs.sources_hash] = inputs.sources
        return {"company": job.company, "scenario": job.scenario, "notebook": job.notebook.name,
                "label": job.notebook.label,
                "title": pages.speaker(job.company)(job.notebook.title),
                "order": job.notebook.order, "status": "done", "started": start,
                "seconds": round(seconds, 2), "fingerprint": inputs.fingerprint(job),
                "frame": pages.frame(job, self.state.selection, self.there),
                "files": inputs.files(job), "sources": inputs.sources_hash,
                "versions": versions(), "outputs": {}, **inputs.stamp(job)}

    def _write(self, job: Job, content: bytes, notebook, record: dict) -> dict[str, str]:
        """Write a job's notebook and page of the run of a record; returns the hash of each."""
        from model.views.page import page_html

        page = pages.page(job, self.state.selection, self.titles, self.there, record)
        contents = {f"{job.key}.ipynb": content,
                    f"{job.key}.html": page_html(notebook, page).encode()}
        for name, content in contents.items():
            files.write_whole(self.out / name, content)
        return {name: files.digest(content) for name, content in contents.items()}

    def _export_again(self, job: Job) -> None:
        from model.reporting import kernel

        content = (self.out / f"{job.key}.ipynb").read_bytes()
        record = self.manifest.jobs[job.key]
        record["outputs"] = self._write(job, content, kernel.from_bytes(content), record)
        record["frame"] = pages.frame(job, self.state.selection, self.there)


def _with_time(runner, job: Job) -> tuple:
    start, began = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    result = runner.execute(job)
    return result, start, time.monotonic() - began


def _by_end(futures: Iterable[Future], runner, display: Display) -> Iterable[Future]:
    open_ = set(futures)
    while open_:
        ends, open_ = wait(open_, timeout=0.2, return_when=FIRST_COMPLETED)
        display.running(runner.running)
        yield from ends


def _failed_checks(state: Run) -> list[str]:
    """A sentence for each wanted scenario whose own figures do not hold."""
    sentences = []
    for company, scenario in pages.index_rows(state.selection):
        record = state.manifest.scenarios.get(f"{company}/{scenario}", {})
        if record.get("checks", {}).get("master") == "failed":
            names = ", ".join(record["checks"]["failed"])
            sentences.append(f"{company}/{scenario}: error check failed: {names}.")
        if "problem" in record:
            sentences.append(f"{company}/{scenario}: no headline figures: {record['problem']}")
    return sentences


def _preview(state: Run, plan: Plan, manner: Manner) -> None:
    """Say what a run would make and remove."""
    made = {"execute": [job.key for job in plan.execute],
            "export": [job.key for job in plan.export],
            "workbooks": ["/".join(pair) for pair in plan.workbooks],
            "remove": [*plan.leftovers, *plan.workbook_leftovers],
            "unchanged": len(state.selection.choice) - len(plan.execute)}
    if manner.json:
        print(json.dumps(made, indent=1))
        return
    for word, keys in (("executed", made["execute"]), ("exported again", made["export"]),
                       ("written as a workbook", made["workbooks"]), ("removed", made["remove"])):
        for key in keys:
            print(f"{key}: would be {word}")
    print(f"{len(plan.execute)} to execute, {made['unchanged']} unchanged; nothing was written.")


def _summary(state: Run, plan: Plan, seconds: float, failures: Sequence[str],
             manner: Manner) -> None:
    """Say how a run went."""
    wrong = [job.key for job in plan.execute
             if state.manifest.jobs[job.key]["status"] == "failed"]
    rest = len(state.selection.choice) - len(plan.execute)
    if manner.json:
        print(json.dumps({"executed": [job.key for job in plan.execute if job.key not in wrong],
                          "unchanged": rest, "failed": wrong, "problems": list(failures),
                          "seconds": round(seconds, 1), "index": _path(state.out / INDEX)},
                         indent=1))
    elif not manner.quiet:
        print(f"{len(plan.execute) - len(wrong)} executed, {rest} unchanged, {len(wrong)} failed "
              f"in {seconds:.1f} s; index: {_path(state.out / INDEX)}")


def _path(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(folders.root()) else str(path)

