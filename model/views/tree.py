"""A tree that folds: each branch is a line of text with what hangs below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from model.views.blocks import _Shown
from model.views.markup import escape, plain, prose, tag


@dataclass(frozen=True)
class Branch:
    """One line of a tree: a label with its code name and value, notes below it, and branches."""

    label: str
    name: str
    value: str
    notes: Sequence[str] = ()
    branches: Sequence[Branch] = ()


@dataclass(frozen=True, repr=False)
class Tree(_Shown):
    """A message, and a tree behind native <details>; `open` levels stand open at first.

    Everything given is plain text and is escaped here.
    """

    message: str
    root: Branch
    reading: str = ""
    open: int = 1

    @cached_property
    def html(self) -> str:
        parts = [tag("p", prose(self.message), class_="fm-message"),
                 tag("ul", self._item(self.root, 0), class_="fm-tree")]
        if self.reading:
            parts.append(tag("p", prose(self.reading), class_="fm-reading"))
        return tag("section", "".join(parts), class_="fm fm-block mathjax_ignore")

    def _item(self, branch: Branch, level: int) -> str:
        head = (f"{prose(branch.label)} {tag('span', escape(branch.name), class_='fm-unit')} "
                f"{tag('b', prose(branch.value))}")
        notes = "".join(tag("p", prose(note)) for note in branch.notes)
        if not branch.branches:
            return tag("li", head + notes)
        below = "".join(self._item(each, level + 1) for each in branch.branches)
        stands = " open" if level < self.open else ""
        return tag("li", f"<details{stands}>{tag('summary', head)}{notes}{tag('ul', below)}"
                         "</details>")

    @cached_property
    def text(self) -> str:
        """The message and the whole tree, two spaces a level."""
        lines = [self.message, "", *_lines(self.root, "")]
        if self.reading:
            lines += ["", self.reading]
        return "\n".join(plain(line) for line in lines)


def _lines(branch: Branch, indent: str) -> list[str]:
    found = [f"{indent}{branch.label} [{branch.name}]: {branch.value}"]
    found += [f"{indent}  {note}" for note in branch.notes]
    for each in branch.branches:
        found += _lines(each, f"{indent}  ")
    return found
