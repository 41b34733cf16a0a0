"""A tree that folds: each branch is a line of text with what hangs below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from model.views.markup import escape, plain, prose, tag
from model.views.output import Output


@dataclass(frozen=True)
class Branch:
    """One line of a tree: a label with its code name and value, notes below it, and branches.

    The name, and `where` the last note comes from, are for who knows the files: JupyterLab and a
    terminal show them, a page for readers does not.
    `anchor` is the name by which a link finds it, `target` the anchor that its label links to.
    `line` is what the value is of the plan, as in a Table, or "" where that is the name; None for
    what is none. `at` is its time, where that is not that of the branch above.
    """

    label: str
    name: str
    value: str
    notes: Sequence[str] = ()
    branches: Sequence[Branch] = ()
    anchor: str = ""
    target: str = ""
    line: str | None = None
    at: str | None = None
    where: str = ""


@dataclass(frozen=True, repr=False)
class Tree(Output):
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
                 tag("ul", _item(self.root, 0, self.open), class_="fm-tree")]
        if self.reading:
            parts.append(tag("p", prose(self.reading), class_="fm-reading"))
        return tag("section", "".join(parts), class_="fm fm-block mathjax_ignore")

    @cached_property
    def text(self) -> str:
        """The message and the whole tree, two spaces a level."""
        lines = [self.message, "", *_lines(self.root, "")]
        if self.reading:
            lines += ["", self.reading]
        return "\n".join(plain(line) for line in lines)


@dataclass(frozen=True)
class Trees:
    """Several trees behind one native <details>; a link to an anchor inside opens it."""

    summary: str
    roots: Sequence[Branch]

    @property
    def html(self) -> str:
        items = "".join(_item(root, 0, 1) for root in self.roots)
        return tag("div", f"<details>{tag('summary', escape(self.summary))}{tag('ul', items)}"
                          "</details>", class_="fm-trees fm-tree")

    @property
    def text(self) -> str:
        return "\n".join(plain(line) for root in self.roots for line in _lines(root, ""))


def _item(branch: Branch, level: int, stand: int) -> str:
    """A branch as HTML; so many levels `stand` open."""
    label = prose(branch.label)
    if branch.target:
        label = tag("a", label, href=f"#{branch.target}")
    head = (f"{tag('span', label, data_name=branch.name)} "
            f"{tag('b', prose(branch.value), data_line=branch.line)}")
    *others, last = ("", *branch.notes)
    notes = "".join(tag("p", prose(note)) for note in others if note)
    notes += tag("p", prose(last), data_where=branch.where or None) if last else ""
    anchor = branch.anchor or None
    if not branch.branches:
        return tag("li", head + notes, id=anchor, data_at=branch.at)
    below = "".join(_item(each, level + 1, stand) for each in branch.branches)
    stands = " open" if level < stand else ""
    return tag("li", f"<details{stands}>{tag('summary', head)}{notes}{tag('ul', below)}</details>",
               id=anchor, data_at=branch.at)


def _lines(branch: Branch, indent: str) -> list[str]:
    lines = [f"{indent}{branch.label} [{branch.name}]: {branch.value}"]
    lines += [f"{indent}  {note}" for note in branch.notes]
    if branch.where:
        lines[-1] += f" ({branch.where})"
    for each in branch.branches:
        lines += _lines(each, f"{indent}  ")
    return lines
