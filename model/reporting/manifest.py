"""reports/manifest.json: what was made, from what, when and with which result.

It is written anew after every notebook, so that whatever ends a run, it speaks of whole files
only. A manifest that cannot be read counts as none: everything is then made again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from model import files
from model.files import open_file
from model.reporting.jobs import STAMP, Inputs, Job, Selection

NAME = "manifest.json"
FORMAT = 1
# A scenario's workbook, beside its pages.
WORKBOOK = "model.xlsx"
_OF_JOB = {"company", "scenario", "notebook", "label", "title", "order", "status", "started",
           "fingerprint", "outputs"}
_OF_SCENARIO = {"company", "scenario", "company_title", "fingerprint"}
_OF_WORKBOOK = {"fingerprint", "digest"}
_TEXTS = {"company", "scenario", "notebook", "label", "title", "status", "started", "fingerprint",
          "frame", "sources", "company_title", "digest", "about", "why", "sentence", "problem",
          "failure", *STAMP}


@dataclass
class Manifest:
    """`jobs` and `scenarios` map a key (mentorship/base/breakeven, mentorship/base) to a record;
    `sources` maps the hash of a package state to the hash of each of its files; `workbooks` map the
    key of a scenario to the fingerprint and the hash of its workbook."""

    jobs: dict[str, dict] = field(default_factory=dict)
    scenarios: dict[str, dict] = field(default_factory=dict)
    sources: dict[str, dict] = field(default_factory=dict)
    content: bytes | None = None
    workbooks: dict[str, dict] = field(default_factory=dict)

    def is_current(self, job: Job, inputs: Inputs, out: Path) -> bool:
        """Whether a notebook need not run again: same inputs, and its stored result untouched."""
        record = self.jobs.get(job.key, {})
        return record.get("fingerprint") == inputs.fingerprint(job) and self.has_notebook(job, out)

    def has_notebook(self, job: Job, out: Path) -> bool:
        """Whether a notebook was executed, be it of older inputs, and its result is untouched."""
        return (self.jobs.get(job.key, {}).get("status") == "done"
                and self._is_whole(job, ".ipynb", out))

    def has_page(self, job: Job, frame: str, out: Path, whole: bool = True) -> bool:
        """Whether a job's page is current; where it need not be `whole`, its frame alone."""
        return (self.jobs[job.key].get("frame") == frame
                and (not whole or self._is_whole(job, ".html", out)))

    def _is_whole(self, job: Job, suffix: str, out: Path) -> bool:
        name = job.key + suffix
        digest = self.jobs[job.key]["outputs"].get(name)
        return digest is not None and files.file_digest(out / name) == digest

    def has_workbook(self, key: str, fingerprint: str, out: Path) -> bool:
        """Whether a scenario's workbook is the one that would be written now."""
        record = self.workbooks.get(key, {})
        return (record.get("fingerprint") == fingerprint
                and files.file_digest(out / key / WORKBOOK) == record.get("digest"))

    def discard_workbook(self, key: str, out: Path) -> None:
        """Forget a workbook and remove it."""
        if self.workbooks.pop(key, None) is not None:
            files.remove(out / key / WORKBOOK, stop=out)

    def save(self, out: Path) -> None:
        used = {record.get("sources") for record in self.jobs.values()}
        self.sources = {name: self.sources[name] for name in self.sources if name in used}
        document = {"format": FORMAT, "jobs": _in_order(self.jobs),
                    "scenarios": _in_order(self.scenarios), "workbooks": _in_order(self.workbooks),
                    "sources": self.sources}
        content = (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
        if content != self.content:
            files.write_whole(out / NAME, content)
            self.content = content

    def discard(self, key: str, out: Path) -> None:
        """Forget a job and remove the files that it made."""
        for name in self.jobs.pop(key, {}).get("outputs", {}):
            files.remove(out / name, stop=out)

    def leftovers(self, selection: Selection) -> list[str]:
        """Jobs whose scenario or notebook is gone; one that cannot be read is not gone."""
        there = {job.key for job in selection.every}
        return [key for key, record in self.jobs.items()
                if key not in there and record.get("notebook") not in selection.unreadable]


def read(out: Path) -> Manifest:
    try:
        with open_file(out / NAME) as stream:
            content = stream.read()
        document = json.loads(content)
        manifest = Manifest(document["jobs"], document["scenarios"], document["sources"], content,
                            document.get("workbooks", {}))
        usable = (document["format"] == FORMAT
                  and all(map(_usable, manifest.jobs.values()))
                  and all(map(_headline, manifest.scenarios.values()))
                  and all(_inside(f"{key}/{WORKBOOK}") and _has(record, _OF_WORKBOOK)
                          for key, record in manifest.workbooks.items()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return Manifest()
    return manifest if usable else Manifest()


def _usable(record: dict) -> bool:
    """Whether a record is complete and names only files below the folder."""
    return (_has(record, _OF_JOB) and type(record["order"]) is int
            and all(map(_below, record["outputs"].keys())))


def _has(record: dict, names: set[str]) -> bool:
    """Whether a record holds what it must, and of what it holds the texts are texts."""
    return record.keys() >= names and all(
        isinstance(record[name], str) or (name == "scenario" and record[name] is None)
        for name in _TEXTS & record.keys())


def _headline(record: dict) -> bool:
    """Whether a scenario's figures and checks are such as the index shows."""
    checks, figures = record.get("checks", {}), record.get("figures", [])
    return (_has(record, _OF_SCENARIO) and isinstance(checks.get("master", ""), str)
            and all(isinstance(text, str) for name in ("failed", "alerts")
                    for text in _list(checks.get(name, [])))
            and all(len(_list(figure)) in (3, 4) and all(isinstance(text, str)
                                                         for text in figure[:3])
                    and isinstance(figure[-1], int | float | str | None)
                    for figure in _list(figures)))


def _list(value: object) -> list:
    if not isinstance(value, list):
        raise TypeError
    return value


def _below(name: str) -> bool:
    return _inside(name) and name.endswith((".ipynb", ".html"))


def _inside(name: str) -> bool:
    return (not PurePosixPath(name).is_absolute() and not {"..", ""} & set(name.split("/"))
            and not {":", "\\"} & set(name))


def _in_order(records: dict[str, dict]) -> dict[str, dict]:
    return {key: records[key] for key in sorted(records)}
