"""The text of a scenario file, and writing it: whole, valid and without losing what others wrote.

A file that is there already is edited line by line, so that its order, whatever stays the same
and the comments on it are kept. Comments directly above and beside what goes go with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import folders
from model.files import UnusableError
from model.params import catalog
from model.params.assumptions import Assumptions, load
from model.params.entry import Scenario, parsed
from model.params.yaml_file import ParamsFile, bytes_of, parse, thousands
from model.problems import InputError, Problem, fail_if

_INDENT = 2
_YEAR = re.compile(r"[0-9]{4}")
_BESIDE = re.compile(r"[ \t]+#[^\n]*")


class ThereAlreadyError(InputError):
    """A scenario of this name exists, and nobody said that it may be replaced."""


@dataclass(frozen=True)
class Asked:
    """How the person who saves is addressed: where the name is given, and what replaces."""

    where: str = "--name"
    replacing: str = "--force to replace it"


def text_of(content: Mapping[str, object]) -> str:
    """The text of a new scenario file, a change a line."""
    return "".join(f"{_inline(key)}{_written(value, 0)}\n"
                   for key, value in _plain(content).items())


def rewritten(text: str, content: Mapping[str, object], name: str, own: bool = True) -> str:
    """The text of a file edited so that it holds `content`: what stays keeps its place, its
    wording and its comments. A comment beside a value that changes stays where a scenario is
    written into its `own` file, and goes where it is about the value of another scenario.
    Raises InputError where the text cannot be edited so."""
    import yaml

    wanted = _strings(content)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        edited = _edited(text, _replacements(text, root, wanted, parse(name, text).content, own))
    except (yaml.YAMLError, _NotEditableError):
        edited = ""
    if not _same(parse(name, edited), wanted):
        raise InputError([Problem(name, "is written in a way that cannot be edited without losing "
                                        "some of it; save under another name, or edit the file.")])
    return edited


class _NotEditableError(Exception):
    pass


def _replacements(text: str, node, wanted: Mapping, now: Mapping, own: bool) -> Iterator[tuple]:
    """(start, end, text) for everything that differs in a block mapping."""
    if not _is_block(node):
        raise _NotEditableError
    indent = node.value[0][0].start_mark.column
    kept = [pair for pair in node.value if pair[0].value in wanted]
    for key, value in node.value:
        start, end = key.start_mark.index, _end(key, value)
        if key.value not in wanted:
            yield _comments_above(text, start), _line_end(text, end), ""
            continue
        target, found = wanted[key.value], now.get(key.value)
        if target == found:
            continue
        if _is_block(value) and isinstance(target, Mapping):
            yield from _replacements(text, value, target, found, own)
        else:
            if not own or _is_block(value):
                end = _comment_end(text, end)
            yield key.end_mark.index, end, _written(target, indent)
    last = (_line_end(text, _end(*kept[-1])) if kept
            else _comments_above(text, node.value[0][0].start_mark.index))
    before = "" if text[:last].endswith("\n") else "\n"
    new = [name for name in wanted if name not in {key.value for key, _ in kept}]
    if new:
        yield last, last, before + "".join(
            f"{' ' * indent}{_inline(_key(name))}{_written(wanted[name], indent)}\n"
            for name in new)


def _is_block(node) -> bool:
    import yaml

    return isinstance(node, yaml.MappingNode) and not node.flow_style and bool(node.value)


def _end(key, value) -> int:
    """Where a value's own text ends: a block mapping's mark is behind the comments after it."""
    if _is_block(value):
        return _end(*value.value[-1])
    return max(value.end_mark.index, key.end_mark.index + 1)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _comments_above(text: str, index: int) -> int:
    """Where the comment lines directly above a line begin that are indented as it is; those at
    the head of the file are about all of it."""
    line = start = _line_start(text, index)
    indent = text[start:index]
    while start and text.startswith(f"{indent}#", above := _line_start(text, start - 1)):
        start = above
    return start or line


def _comment_end(text: str, index: int) -> int:
    """Where the comment ends that stands behind a value on its line; there, where none does."""
    found = None if text[:index].endswith("\n") else _BESIDE.match(text, index)
    return found.end() if found else index


def _line_end(text: str, index: int) -> int:
    if text[:index].endswith("\n"):
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _written(value: object, indent: int) -> str:
    """What stands behind a name: a section's entries a line each, everything else on one line."""
    value = _plain(value)
    if isinstance(value, Mapping) and not all(_YEAR.match(str(key)) for key in value):
        below = indent + _INDENT
        return ":" + "".join(f"\n{' ' * below}{_inline(key)}{_written(each, below)}"
                             for key, each in value.items())
    return f": {_inline(value)}"


def _inline(value: object) -> str:
    import yaml

    if isinstance(value, Mapping) and value:
        return f"{{{', '.join(f'{_inline(key)}: {_inline(each)}' for key, each in value.items())}}}"

    def dumped(style: str | None) -> str:
        text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6,
                              sort_keys=False, default_style=style)
        return text.removesuffix("\n").removesuffix("\n...").strip()

    # YAML leaves bare some texts that the strict reading of params takes for numbers, as 0E0.
    plain = dumped(None)
    if isinstance(value, float) and thousands(plain) is not None:
        # A number that a person typed would be asked about; so no point in it groups thousands.
        return f"{plain}0"
    bare = isinstance(value, str) and parse("", f"value: {plain}").content.get("value") != value
    return dumped('"') if bare else plain


def _edited(text: str, replacements: Iterator[tuple]) -> str:
    for start, end, new in sorted(replacements, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _same(found: ParamsFile, wanted: Mapping) -> bool:
    return not found.problems and found.content == _strings(wanted)


def _strings(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _strings(each) for key, each in value.items()}
    return value


def _plain(value: object) -> object:
    """A value as a person would type it: whole numbers without a point, years as numbers."""
    if isinstance(value, Mapping):
        return {_key(key): _plain(each) for key, each in value.items()}
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def _key(name: object) -> int | str:
    return int(name) if _YEAR.fullmatch(str(name)) else str(name)


def name_problems(company: str, name: str, over: str, asked: Asked) -> list[Problem]:
    """Why a scenario over another one cannot have this name; nothing is said of one that would
    be replaced."""
    if fault := catalog.fault(name, in_formulas=False):
        return [Problem(asked.where, f"{name!r} {fault}.")]
    if name == "base":
        return [Problem(asked.where, "'base' is the plan itself; give the scenario a name of its "
                                     "own.")]
    if name in {file.stem for file in catalog.scenario_files(company, over)}:
        return [Problem(asked.where, f"{name!r} is the scenario that was changed; give another "
                                     "name.")]
    return []


def save(company: str, name: str, content: Mapping[str, object], *, over: str = "base",
         asked: Asked | None = None, replace: bool = False, own: bool = False,
         expected: Assumptions | None = None) -> Path:
    """Write a scenario over another one and read it back.

    `own` is for a scenario that is written into its own file again. `expected` is what the file
    must give, month by month. Raises ThereAlreadyError where the file exists and `replace` does
    not say so, InputError with every problem where it cannot be used; both leave what was there.
    """
    from model.files import write_whole

    asked = asked or Asked()
    path = catalog.path_of(company, name)
    fail_if([] if own else name_problems(company, name, over, asked))
    shown = folders.shown(path)
    if path.exists() and not (replace or own):
        raise ThereAlreadyError([Problem(asked.where, f"{shown} is there already; give another "
                                                      f"name, or {asked.replacing}.")])
    before = _there(path)
    text = text_of(content) if before is None else rewritten(_decoded(before, shown), content,
                                                             shown, own)
    file = parse(shown, text)
    fail_if(list(file.problems))
    fail_if(parsed(Scenario, file.content, file)[1])
    others = _readers(company, name)
    ends = "\r\n" if before and b"\r\n" in before else "\n"
    write_whole(path, text.replace("\n", ends).encode())
    try:
        _hold(load(company, name), expected, asked)
        for other in others:
            load(company, other)
    except BaseException:  # an interruption too leaves what was there
        if before is None:
            path.unlink()
        else:
            write_whole(path, before)
        raise
    return path


def _there(path: Path) -> bytes | None:
    """What a scenario's file holds, if there is one."""
    try:
        return bytes_of(path) if path.exists() else None
    except UnusableError as error:
        raise InputError([Problem(folders.shown(path), str(error))]) from None


def _decoded(raw: bytes, shown: str) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError([Problem(shown, "is not UTF-8 text; save it as UTF-8.")]) from None


def _readers(company: str, name: str) -> list[str]:
    """Scenarios that extend this one and can be used now."""
    found = []
    for other in catalog.scenarios(company):
        chain = {file.stem for file in catalog.scenario_files(company, other)}
        if other != name and name in chain and not _problems(company, other):
            found.append(other)
    return found


def _problems(company: str, scenario: str) -> tuple[Problem, ...]:
    try:
        load(company, scenario)
    except InputError as error:
        return error.problems
    return ()


def _hold(made: Assumptions, expected: Assumptions | None, asked: Asked) -> None:
    """Raise InputError where a file that was written does not say what was meant."""
    months = made.calendar.months
    other = [path for path in made.entries if expected is not None and not np.array_equal(
        made.series[path].monthly(months), expected.series[path].monthly(months))]
    fail_if([Problem(asked.where, f"{made.scenario}: this file cannot say {path} as it was set "
                                  "here, because it delays it as well; give another name.")
             for path in other])
