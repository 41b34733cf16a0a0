"""Texts of its own for a new company that calls people, segments, channels, roles or costs
otherwise than the company with which it begins."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import model
from model.companies import company_module, text_name
from model.companies.glossary import HERE
from model.companies.translation import PEOPLE, Translation, Word, forms, identifiers, keys
from model.counts import plural
from model.files import write_whole
from model.folders import relative
from model.params import catalog, yaml_file
from model.params.assumptions import Assumptions
from model.params.units import UNITS, is_word
from model.problems import InputError, Problem, nearest

OPTION = "--call"
# Sections of assumptions in which each name is that of a cost.
_COSTS = ("cost_of_revenue", "variable_opex", "fixed_opex", "capex")
_TEXTS = ("glossary.yaml", "profile.yaml")


def translation(calls: Sequence[str],
                like: Assumptions) -> tuple[Translation | None, list[Problem]]:
    """Texts in the words of some `calls`, each OLD=NEW, and all that is wrong with these; None
    where there are none, or wrong ones."""
    known, problems = known_of(like), []
    pairs = [(old.strip(), new.strip()) for old, _, new in (each.partition("=") for each in calls)]
    for at, (old, new) in enumerate(pairs):
        earlier = {first: last for first, last in reversed(pairs[:at]) if last}
        if fault := _pair_fault(calls[at], old, new, earlier, known, like):
            problems.append(Problem(OPTION, fault))
    if problems or not pairs:
        return None, problems
    found = Translation(dict(pairs), known, shared_text())
    taken = found.taken(_names(like))
    # Of the names that one call would change, the shortest says enough.
    first = {min((name for name in taken if any(bent in name.lower() for bent in forms(*pair))),
                 key=len, default="") for pair in pairs} - {""}
    return (None if taken else found), [
        Problem(OPTION, f"{taken[name]!r} is taken: it is a name of {like.title} already, and "
                f"{name} would be called so; call it otherwise.") for name in sorted(first)]


def _pair_fault(call: str, old: str, new: str, earlier: Mapping[str, str],
                known: Mapping[str, Word], like: Assumptions) -> str | None:
    """Why one thing cannot be called so beside those before it, as a sentence."""
    if "=" not in call:
        return f"{call!r} must be OLD=NEW, such as {next(iter(known))}=member."
    if old not in known:
        return f"{old!r} is nothing that {like.title} calls so; {nearest(old, known, lists=None)}"
    if old in earlier:
        return f"{old} is called twice, {earlier[old]} and {new}; leave one of them out."
    if fault := _fault(new, known[old]):
        return f"{call}: {new!r} {fault}."
    if other := next((first for first, last in earlier.items() if last == new), None):
        return f"{other} and {old} are both called {new}; call one of them otherwise."
    return None


def _fault(new: str, old: Word) -> str | None:
    """Why something cannot be called so, as the end of a sentence."""
    if fault := catalog.name_fault(new):
        return fault
    if new == old.name:
        return "is what it is called already; leave it out"
    if old.kind != PEOPLE:
        return None
    if not is_word(new):
        return "must be one word of small letters, for one of those who pay"
    if fault := catalog.name_fault(plural(new)):
        return f"has the plural {plural(new)}, which {fault}"
    words = {word for unit in UNITS for word in re.findall(r"[a-z]+", unit)}
    people = {bent for one in UNITS.counted["people"] for bent in (one, plural(one))}
    if {new, plural(new)} & (words - people):
        return "is the word of a unit already; use another"
    return None


def known_of(like: Assumptions) -> dict[str, Word]:
    """What a company may call otherwise, by name."""
    module, entries = company_module(like.company), like.entries
    own = yaml_file.read(HERE / text_name(like.company) / "glossary.yaml").content
    labels = {name: str(label) for name, label in (own.get("segments") or {}).items()}
    sold = [segment for side in module.SIDES for segment in side.segments]
    words = [Word(side.one, PEOPLE) for side in module.SIDES]
    words += [Word(name, "segment", (labels[name],) if name in labels else ())
              for name in dict.fromkeys((*sold, *labels))]
    for path, entry in entries.items():
        section, _, name = path.partition(".")
        if section == "team" and name.endswith(".hires"):
            words.append(Word(name.removesuffix(".hires"), "role",
                              (entry.label.partition(", ")[2],)))
        elif section in _COSTS and "." not in name:
            words.append(Word(name, "cost", (entry.label,)))
    found: dict[str, Word] = {}
    for word in words:
        labels = (*found[word.name].labels, *word.labels) if word.name in found else word.labels
        kind = found[word.name].kind if word.name in found else word.kind
        found[word.name] = Word(word.name, kind, tuple(filter(None, labels)))
    return found


def shared_text() -> str:
    """What all companies read and say, as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (
        *sorted(HERE.glob("*.py")), HERE / "glossary.yaml") if path.stem != "translation")


def _names(like: Assumptions) -> Iterator[str]:
    """Every name that a company has in its texts and among its assumptions."""
    for path in _sources(text_name(like.company)):
        text = path.read_text(encoding="utf-8")
        yield from identifiers(text) if path.suffix == ".py" else keys(text)
    for path in like.entries:
        yield from path.split(".")


def _sources(name: str) -> tuple[Path, ...]:
    """The files with the texts of a company, without what is published of it."""
    folder = HERE / name
    return (*sorted(folder.glob("*.py")), *(folder / text for text in _TEXTS))


def texts_of(name: str, like: str, words: Translation) -> dict[str, str]:
    """The texts of a new company by file: those of the company `like`, in other words."""
    found = {}
    for path in _sources(like):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            text = words.python(text).replace(f"model.companies.{like}", f"model.companies.{name}")
            text = re.sub(r'^""".*?(\n|""")', rf'"""The texts of {name}.\1', text, count=1)
            # A kind stands for the company that began it.
            text = re.sub(r"^KIND = .*\n", "", text, flags=re.MULTILINE)
        else:
            text = re.sub(r"^published: .*\n", "", words.yaml(text), flags=re.MULTILINE)
        found[path.name] = text
    return found


def place_problems(name: str) -> list[Problem]:
    """Why a company cannot have a folder of texts by a name, if it cannot."""
    return [Problem("new", f"{relative(there)} is there already; choose another name.")
            for there in (HERE / name, HERE / f"{name}.py") if there.exists()]


@contextmanager
def written(name: str, texts: Mapping[str, str]) -> Iterator[Path]:
    """The folder with a company's texts, which goes again where something raises meanwhile."""
    folder = HERE / name
    try:
        folder.mkdir()
        for file, text in texts.items():
            write_whole(folder / file, text.encode())
        yield folder
    except BaseException:  # an interruption, too, leaves nothing
        shutil.rmtree(folder, ignore_errors=True)
        raise


def read_back(name: str) -> None:
    """Read a new company as the next command will, in a process of its own: which companies there
    are is read once. Raises InputError with what is wrong."""
    package = Path(model.__file__).parent.parent
    places = [str(package), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "model", "check", name], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, places))})
    if done.returncode:
        raise InputError([Problem("new", line) for line in
                          (done.stderr or done.stdout).splitlines()])
