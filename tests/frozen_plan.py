"""The project that tests of the code work in: as it is shipped, with the figures of `frozen/`.

Whoever edits a plan in `params/` turns no test of the code red, since none of them reads the edited
figure. What is new in `params/`, an entry or a scenario, is there as it is shipped.
`python tests/frozen_plan.py` freezes the figures of `params/` as they are now.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FROZEN = ROOT / "tests" / "frozen"
# What of an entry is frozen, in the order in which it is written.
KEYS = ("value", "between", "range")
HEAD = "# Figures of params/{}/base.yaml that tests of the code reckon with (tests/README.md).\n"


def figures(text: str) -> dict[str, dict[str, tuple[int, str]]]:
    """Of each entry of a base.yaml what is frozen: its line, counted from 0, and its text."""
    found: dict[str, dict[str, tuple[int, str]]] = {}

    def look(node: yaml.MappingNode, path: tuple[str, ...]) -> None:
        parts = {name.value: (name.start_mark.line, part) for name, part in node.value}
        if "value" in parts:
            found[".".join(path)] = {
                key: (line, text[part.start_mark.index:part.end_mark.index])
                for key, (line, part) in parts.items() if key in KEYS}
            return
        for name, (_, part) in parts.items():
            if isinstance(part, yaml.MappingNode):
                look(part, (*path, name))

    content = {name.value: part for name, part in yaml.compose(text).value}
    look(content["assumptions"], ())
    return found


def frozen(subject: str) -> dict[str, dict[str, str]]:
    """The frozen texts of a subject's entries, by path; none of a subject that is new."""
    path = FROZEN / f"{subject}.yaml"
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    return {name.value: {key.value: text[part.start_mark.index:part.end_mark.index]
                         for key, part in node.value}
            for name, node in yaml.compose(text).value}


def with_frozen(text: str, known: dict[str, dict[str, str]]) -> str:
    """A base.yaml with the frozen figures in place of its own."""
    lines = text.splitlines(keepends=True)
    for path, own in figures(text).items():
        if path in known:
            at = own["value"][0]
            indent = lines[at][:len(lines[at]) - len(lines[at].lstrip())]
            for line, _ in own.values():
                lines[line] = ""
            lines[at] = "".join(f"{indent}{key}: {known[path][key]}\n" for key in KEYS
                                if key in known[path])
    return "".join(lines)


def build(folder: Path) -> Path:
    """A folder with notebooks, and with params that hold the frozen figures."""
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    for base in (folder / "params").glob("*/base.yaml"):
        text = base.read_text(encoding="utf-8")
        base.write_text(with_frozen(text, frozen(base.parent.name)), encoding="utf-8")
    shutil.copytree(FROZEN / "scenarios", folder / "params", dirs_exist_ok=True)
    return folder


def freeze() -> None:
    """Take the figures of `params/` as the frozen ones."""
    shutil.rmtree(FROZEN, ignore_errors=True)
    for base in sorted((ROOT / "params").glob("*/base.yaml")):
        subject = base.parent.name
        shutil.copytree(base.parent / "scenarios",
                        FROZEN / "scenarios" / subject / "scenarios")
        entries = figures(base.read_text(encoding="utf-8"))
        (FROZEN / f"{subject}.yaml").write_text(HEAD.format(subject) + "".join(
            f"{path}: {{{', '.join(f'{key}: {own[key][1]}' for key in KEYS if key in own)}}}\n"
            for path, own in entries.items()), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(freeze())
