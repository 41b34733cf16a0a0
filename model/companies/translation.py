"""The texts of a company in other words: its people, segments, channels, roles and costs by names
of one's own.

A name is written in two ways. As an identifier it stands in formulas, keys and paths, alone or as a
part between underscores; in sentences it stands in words, one or many, with a capital or not. Names
that all companies share stay as they are, and so does what a company calls otherwise itself.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from model.counts import a, plural, singular

PEOPLE = "people"
# Keys whose values are sentences and labels; those of all others are names, units and numbers.
_SENTENCES = frozenset({"label", "meaning", "definition", "undefined", "source", "action", "reset",
                        "quality", "note", "holds", "otherwise", "why", "threshold"})
# Those among them that say where a target or a benchmark comes from, or name a band of one.
_OF_OTHERS = frozenset({"source", "quality", "threshold"})
_LABELS = frozenset({"segments", "words"})
# What a head says of a company by itself.
_OWN = frozenset({"title", "about", "model"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The text that formulas call by the name of those who pay, whatever a company calls them.
_TEXT = "customer"


@dataclass(frozen=True)
class Word:
    """A name that may be another: what it is the name of, and the labels by which sentences call
    it."""

    name: str
    kind: str
    labels: tuple[str, ...] = ()


def forms(old: str, new: str) -> dict[str, str]:
    """One and many of a name, each with what it becomes: `school` and `schools`."""
    one = singular(old)
    if one != old and plural(one) == old:
        return {old: new, one: singular(new) if plural(singular(new)) == new else new}
    return {old: new, plural(old): plural(new)}


class Translation:
    """Texts in other words: `calls` says by which name each is called, `known` are all that may be
    called otherwise, and `shared` is what all companies read and say."""

    def __init__(self, calls: Mapping[str, str], known: Mapping[str, Word], shared: str):
        self._known = known
        self._fixed = set(_NAME.findall(shared))
        self._people = _forms(calls, (old for old in calls if known[old].kind == PEOPLE))
        others = _forms(calls, (old for old in calls if known[old].kind != PEOPLE))
        self._forms = others | self._people
        # Words that other things are called by too are a name only by themselves, or as a label.
        self._common = {old for old in others if old in self._fixed} - self._people.keys()
        phrases = {old.replace("_", " "): new.replace("_", " ")
                   for old, new in self._forms.items()}
        for word in known.values():
            for label in (*word.labels, word.name.replace("_", " ")):
                if word.name in calls:
                    phrases.setdefault(label.lower(), calls[word.name].replace("_", " "))
                elif not _part(self._people).search(label.lower()):
                    phrases.setdefault(label.lower(), label)
        self._phrases = phrases
        self._kept = {label.lower() for word in known.values() if word.name not in calls
                      for label in (*word.labels, word.name.replace("_", " "))}
        every = "|".join(re.escape(each).replace(r"\ ", "[ -]")
                         for each in sorted(phrases, key=len, reverse=True))
        self._prose = re.compile(
            rf"(?P<name>[A-Za-z0-9]+_[A-Za-z0-9_]+)|(?:\b(?P<article>[Aa]n?) )?"
            rf"(?<![A-Za-z0-9_])(?P<phrase>{every})(?![A-Za-z0-9_])", re.IGNORECASE)

    def identifier(self, name: str, people: bool = False) -> str:
        """A name as it stands in formulas and keys; of a section only `people` are another."""
        of, small = self._people if people else self._forms, name.lower()
        if small in of:
            return of[small].upper() if name.isupper() else of[small]
        if small in self._fixed:
            return name
        if small in self._known:
            of = self._people
        parts = {old: new for old, new in of.items() if old not in self._common}
        return _part(parts).sub(
            lambda found: parts[found[0].lower()].upper() if found[0].isupper()
            else parts[found[0].lower()], name) if parts else name

    def names(self, text: str, people: bool = False) -> str:
        """A text of names, such as a unit or a path; the first of a path is that of a section."""
        section = "." in text
        return _NAME.sub(lambda found: self.identifier(
            found[0], people or (section and not text[:found.start()].strip("'\""))), text)

    def sentence(self, text: str, people: bool = False) -> str:
        """A sentence or a label; in what others have published only `people` are another."""
        return self._prose.sub(lambda found: self._phrase(found, people), text)

    def _phrase(self, found: re.Match, people: bool) -> str:
        if found["name"]:
            return self.identifier(found["name"], people)
        phrase, article = found["phrase"], found["article"]
        key = phrase.lower().replace("-", " ") if phrase.lower() not in self._phrases \
            else phrase.lower()
        if key in self._kept or (people and key not in self._people) or (
                key in self._common and phrase == phrase.lower()):
            return found[0]
        said = _bent(self._phrases[key], phrase)
        if not article:
            return said
        one = a(said.lower()).partition(" ")[0]
        return f"{one.capitalize() if article[0].isupper() else one} {said}"

    def yaml(self, text: str) -> str:
        """A glossary, a profile or a base.yaml: its keys, values and comments."""
        pieces, last = [], 0
        for start, end, path, key in sorted(_scalars(yaml.compose(text, Loader=yaml.SafeLoader))):
            comment, scalar = text[last:start], text[start:end]
            pieces += [self.sentence(comment), self._scalar(scalar, path, key)]
            last = end
        return "".join((*pieces, self.sentence(text[last:])))

    def _scalar(self, text: str, path: tuple, key: bool) -> str:
        if path[0] in _OWN:
            return text
        if key and path[0] == "words" and len(path) > 1:
            return self.sentence(text)
        if key:
            section = len(path) == 2 and path[0] == "assumptions"
            return text if len(path) == 1 else self.names(text, people=section)
        if path[0] in _LABELS or path[-1] in _SENTENCES:
            return self.sentence(text, people=path[-1] in _OF_OTHERS or "benchmark" in path)
        return self.names(text, people=path[-1] == "unit")

    def python(self, text: str) -> str:
        """A module of formulas: its names, and its docstrings and comments."""
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        lines, places = text.splitlines(keepends=True), []
        for i, token in enumerate(tokens):
            before = [each.string for each in tokens[max(0, i - 2):i]]
            said = self._token(token, before)
            if said != token.string:
                places.append((token.start, token.end, said))
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        for (row, column), (last_row, last_column), said in reversed(places):
            start, end = starts[row - 1] + column, starts[last_row - 1] + last_column
            text = text[:start] + said + text[end:]
        return text

    def _token(self, token: tokenize.TokenInfo, before: list[str]) -> str:
        if token.type == tokenize.NAME and token.string != _TEXT:
            inside = before[-1:] == ["."]
            return self.identifier(token.string, people=not inside or before[0] == "a")
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING
                                              and " " in token.string):
            return self.sentence(token.string)
        return self.names(token.string) if token.type == tokenize.STRING else token.string

    def taken(self, names: Iterable[str]) -> dict[str, str]:
        """Of the names that a company has, those that would be called as another one is, with that
        one."""
        names = set(names)
        new = {name: self.identifier(name) for name in names if self.identifier(name) != name}
        return {name: other for name, other in sorted(new.items())
                if (other in names and other not in new)
                or (other in self._fixed and name not in self._forms)}


def identifiers(text: str) -> Iterator[str]:
    """The names in a module of formulas: those of Python, and strings of one word."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string != _TEXT:
            yield token.string
        elif token.type == tokenize.STRING and _NAME.fullmatch(token.string.strip("'\"")):
            yield token.string.strip("'\"")


def keys(text: str) -> Iterator[str]:
    """The names that are keys of a file of YAML, but for those of its sections."""
    for start, end, path, key in _scalars(yaml.compose(text, Loader=yaml.SafeLoader)):
        if key and len(path) > 1:
            yield text[start:end]


def _scalars(node: yaml.Node, path: tuple = ()) -> Iterator[tuple[int, int, tuple, bool]]:
    """Each key and value of a file: where it begins and ends, its path, and whether it is a key."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield key.start_mark.index, key.end_mark.index, here, True
            yield from _scalars(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _scalars(value, path)
    else:
        yield node.start_mark.index, node.end_mark.index, path, False


def _forms(calls: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    names = tuple(names)
    bent = {old: new for name in names for old, new in forms(name, calls[name]).items()}
    return bent | {name: calls[name] for name in names}


def _part(of: Iterable[str]) -> re.Pattern:
    """Any of some names, whole or between underscores."""
    every = "|".join(map(re.escape, sorted(of, key=len, reverse=True))) or "(?!)"
    return re.compile(rf"(?<![A-Za-z0-9])(?:{every})(?![A-Za-z0-9])", re.IGNORECASE)


def _bent(words: str, like: str) -> str:
    """Words with the capitals that others have."""
    if like.isupper() and len(like) > 1:
        return words.upper()
    parts = re.split(r"[ -]", like)
    if len(parts) > 1 and all(part[:1].isupper() for part in parts):
        return " ".join(word.capitalize() for word in words.split())
    return words[:1].upper() + words[1:] if like[:1].isupper() else words
