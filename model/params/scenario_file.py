"""Scenario files, written so that they are valid and keep what others wrote in them.

A file that exists is edited line by line, so that its order, its unchanged lines and the comments
on them stay. Comments directly above and beside a line that goes, go with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from model.files import UnusableError, write_whole
from model.folders import relative
from model.params import catalog
from model.params.assumptions import Assumptions, load
from model.params.entry import Scenario, validate
from model.params.numerals import thousands
from model.params.values import EVEN, SEASON
from model.params.yaml_file import bytes_of, parse
from model.problems import InputError, Problem, fail_if, visible

_INDENT = 2
# Years, and months by number.
_NUMERAL = re.compile(r"[0-9]{1,4}")
_BESIDE = re.compile(r"[ \t]+#[^\n]*")


class ThereAlreadyError(InputError):
    """A scenario of this name exists, and nobody allowed to replace it."""


@dataclass(frozen=True)
class Wording:
    """What messages to the person who saves call the place of the name, and the way to replace."""

    where: str = "--name"
    replacing: str = "--force to replace it"


def text_of(content: Mapping[str, object], sources: Mapping[str, str] | None = None) -> str:
    """The text of a new scenario file, a change a line; beside those of some paths stands where
    they come from."""
    text = "".join(f"{_inline(key)}{_behind_name(value, 0)}\n"
                   for key, value in _plain(content).items())
    return _with_sources(text, sources or {})


def _with_sources(text: str, sources: Mapping[str, str]) -> str:
    """The text of a scenario file, in which beside the changes of some paths stands where they come
    from."""
    lines, inside = [], False
    for line in text.splitlines():
        name = line[:line.find(":") + 1]
        inside = name == "changes:" or (inside and (not line or line[0] in " #"))
        source = sources.get(name[:-1].strip(" '\"")) if inside else None
        # Values of changes hold no texts, in which a # could stand.
        lines.append(f"{_BESIDE.sub('', line)}  # {visible(source)}\n" if source else f"{line}\n")
    return "".join(lines)


def content_of(plan: Assumptions, over: Assumptions) -> dict[str, object]:
    """What a scenario file says that makes a plan out of another: its changes and delays."""
    changes: dict[str, object] = {}
    delays: dict[str, int] = {}
    plan, over = plan.opened(over.entries), over.opened(plan.entries)
    for path in over.differing(plan):
        setting = plan.settings[path]
        if setting.later or setting.later_months:
            # A file delays all that it types itself, so it says every month as it is.
            changes |= {f"{path}{time}": value for time, value in setting.times(
                1.0, plan.entries[path], plan.calendar).items()}
        else:
            changes |= {path: setting.value, **{f"{path}.{time}": value for time, value in (
                *setting.years.items(), *setting.months.items())}}
            delays |= {path: setting.delay} if setting.delay else {}
        if setting.season != over.settings[path].season:
            changes[f"{path}.{SEASON}"] = list(setting.season or EVEN)
    return {key: part for key, part in (("changes", changes), ("delay", delays)) if part}


def rewrite(text: str, content: Mapping[str, object], name: str, own: bool = True) -> str:
    """The text of a file with other content, in which all that stays keeps its place and wording.

    A comment beside a value that changes stays in a scenario's `own` file. It goes from the file
    of another scenario, whose value it is about.
    Raises InputError for a text that cannot be edited so.
    """
    target = _strings(content)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        pieces = _replacements(text, root, target, parse(name, text).content, own)
        for start, end, piece in sorted(pieces, reverse=True):
            text = text[:start] + piece + text[end:]
    except (yaml.YAMLError, _NotEditableError):
        text = ""
    file = parse(name, text)
    if file.problems or file.content != target:
        raise InputError.of(name, "is written in a way that cannot be edited without losing some "
                                  "of it; save under another name, or edit the file.")
    return text


class _NotEditableError(Exception):
    """A text that is no block of lines with a name and a value each."""


def _replacements(text: str, node, target: Mapping, now: Mapping, own: bool) -> Iterator[tuple]:
    """(start, end, piece of text) for each difference between a block of lines and its target."""
    if not _is_block(node):
        raise _NotEditableError
    indent = node.value[0][0].start_mark.column
    staying = [pair for pair in node.value if pair[0].value in target]
    for key, value in node.value:
        start, end = key.start_mark.index, _end(key, value)
        if key.value not in target:
            yield _comments_above(text, start), _line_end(text, end), ""
            continue
        after, before = target[key.value], now.get(key.value)
        if after == before:
            continue
        if _is_block(value) and isinstance(after, Mapping):
            yield from _replacements(text, value, after, before, own)
        else:
            if not own or _is_block(value):
                end = _comment_end(text, end)
            yield key.end_mark.index, end, _behind_name(after, indent)
    last = (_line_end(text, _end(*staying[-1])) if staying
            else _comments_above(text, node.value[0][0].start_mark.index))
    new = [name for name in target if name not in {key.value for key, _ in staying}]
    if new:
        line_end = "" if text[:last].endswith("\n") else "\n"
        yield last, last, line_end + "".join(
            f"{' ' * indent}{_inline(_key(name))}{_behind_name(target[name], indent)}\n"
            for name in new)


def _is_block(node) -> bool:
    return isinstance(node, yaml.MappingNode) and not node.flow_style and bool(node.value)


def _end(key, value) -> int:
    """Where the text of a value ends. A block's own mark is behind the comments after it."""
    if _is_block(value):
        return _end(*value.value[-1])
    return max(value.end_mark.index, key.end_mark.index + 1)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _comments_above(text: str, index: int) -> int:
    """Where the comments directly above a line begin; those at the head stay."""
    line = start = _line_start(text, index)
    indent = text[start:index]
    while start and text.startswith(f"{indent}#", above := _line_start(text, start - 1)):
        start = above
    return start or line


def _comment_end(text: str, index: int) -> int:
    """Where a comment behind a value ends, or the value if there is none."""
    comment = None if text[:index].endswith("\n") else _BESIDE.match(text, index)
    return comment.end() if comment else index


def _line_end(text: str, index: int) -> int:
    if text[:index].endswith("\n"):
        return index
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _behind_name(value: object, indent: int) -> str:
    """The text behind a name: a section's entries a line each, everything else on one line."""
    value = _plain(value)
    if isinstance(value, Mapping) and not all(_NUMERAL.match(str(key)) for key in value):
        below = indent + _INDENT
        return ":" + "".join(f"\n{' ' * below}{_inline(key)}{_behind_name(each, below)}"
                             for key, each in value.items())
    return f": {_inline(value)}"


def _inline(value: object) -> str:
    """A value on one line, so that it is read as it is."""
    if isinstance(value, Mapping) and value:
        return f"{{{', '.join(f'{_inline(key)}: {_inline(each)}' for key, each in value.items())}}}"

    def as_yaml(style: str | None) -> str:
        text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6,
                              sort_keys=False, default_style=style)
        return text.removesuffix("\n").removesuffix("\n...").strip()

    # YAML writes some texts without quotes that params read as numbers, such as 0E0.
    plain = as_yaml(None)
    if isinstance(value, float) and thousands(plain) is not None:
        # A further zero says that its point does not group thousands.
        return f"{plain}0"
    bare = isinstance(value, str) and parse("", f"value: {plain}").content.get("value") != value
    return as_yaml('"') if bare else plain


def _strings(value: object) -> object:
    """A value whose keys are all texts, as in a file that was read."""
    if isinstance(value, Mapping):
        return {str(key): _strings(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        season = _season(value)
        return _strings(season) if isinstance(season, Mapping) else season
    return value


def _plain(value: object) -> object:
    """A value as a person would type it: whole numbers without a point, years as numbers."""
    if isinstance(value, Mapping):
        return {_key(key): _plain(each) for key, each in value.items()}
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return _season(value)
    number = float(value)
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def _season(weights: Sequence[float]) -> object:
    """Weights as a person would type them: those of some months, or all of them; fewer numbers are
    no season and stay."""
    numbers = [_plain(weight) for weight in weights]
    some = {month: weight for month, weight in enumerate(numbers, 1) if weight != 1}
    return some if some and len(some) <= 6 and len(numbers) == len(EVEN) else numbers


def _key(name: object) -> int | str:
    return int(name) if _NUMERAL.fullmatch(str(name)) else str(name)


def name_problems(company: str, name: str, over: str, wording: Wording) -> list[Problem]:
    """Why a scenario that changes another one cannot have a name, if it cannot."""
    if fault := catalog.name_fault(name, in_formulas=False):
        what = f"{name!r} {fault}."
    elif name == "base":
        what = "'base' is the plan itself; give the scenario a name of its own."
    elif name in {file.stem for file in catalog.scenario_files(company, over)}:
        what = f"{name!r} is the scenario that was changed; give another name."
    else:
        return []
    return [Problem(wording.where, what)]


def save(company: str, name: str, content: Mapping[str, object], *, over: str = "base",
         wording: Wording | None = None, replace: bool = False, own: bool = False,
         expected: Assumptions | None = None, sources: Mapping[str, str] | None = None) -> Path:
    """Write a scenario and read it back.

    It changes the scenario `over`. Another of its name is replaced if `replace` allows it; `own` is
    for one that is written into its own file again. The file must give what is `expected`. Beside
    changes with `sources` stand these.
    Raises ThereAlreadyError for a file that may not be replaced, InputError with every problem
    for a scenario that cannot be used. Both leave the files as they were.
    """
    wording = wording or Wording()
    path = catalog.path_of(company, name)
    fail_if([] if own else name_problems(company, name, over, wording))
    where = relative(path)
    if path.exists() and not (replace or own):
        raise ThereAlreadyError([Problem(wording.where, f"{where} is there already; give another "
                                                        f"name, or {wording.replacing}.")])
    before = _present_bytes(path)
    text = text_of(content, sources) if before is None else _with_sources(rewrite(
        _text(before, where), content, where, own), sources or {})
    file = parse(where, text)
    fail_if(list(file.problems))
    fail_if(validate(Scenario, file.content, file, name="the scenario")[1])
    others = _readers(company, name)
    ends = "\r\n" if before and b"\r\n" in before else "\n"
    with tried(path, before, text.replace("\n", ends).encode()):
        _check(load(company, name), expected, wording)
        for other in others:
            load(company, other)
    return path


@contextmanager
def tried(path: Path, before: bytes | None, content: bytes) -> Iterator[None]:
    """Write a file, which stays as it was where something raises meanwhile."""
    write_whole(path, content)
    try:
        yield
    except BaseException:  # an interruption, too, leaves the files as they were
        if before is None:
            path.unlink()
        else:
            write_whole(path, before)
        raise


def _present_bytes(path: Path) -> bytes | None:
    """The bytes of a scenario's file, if there is one. Raises InputError."""
    try:
        return bytes_of(path) if path.exists() else None
    except UnusableError as error:
        raise InputError.of(relative(path), str(error)) from None


def _text(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError.of(where, "is not UTF-8 text; save it as UTF-8.") from None


def _readers(company: str, name: str) -> list[str]:
    """The other scenarios that extend one and can be used."""
    readers = []
    for other in catalog.extending(company, name):
        with suppress(InputError):
            load(company, other)
            readers.append(other)
    return readers


def _check(plan: Assumptions, expected: Assumptions | None, wording: Wording) -> None:
    """Raise InputError for each assumption that a saved file does not give as expected."""
    fail_if([Problem(wording.where, f"{plan.scenario}: this file cannot say {path} as it was set "
                                    "here, because it delays it as well; give another name.")
             for path in (plan.differing(expected) if expected else ())])
