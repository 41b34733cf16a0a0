"""What the formulas of a month see as numbers: its assumptions, its lines and earlier ones.

A line is an attribute (`now.revenue`), a segment's line an attribute of an item
(`now["young_pros"].revenue`, the line `revenue.young_pros`).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

# A line by its segment, or None, and its name.
Slot = tuple[str | None, str]


class Lines(dict):
    """The lines of one month: attributes are lines, items are segments (a dict for its speed).
    Raises AttributeError where a line is read before it is written."""

    __slots__ = ("__dict__", "_earlier")

    def __missing__(self, segment: str) -> Lines:
        lines = self[segment] = self._child(segment)
        return lines

    def _child(self, segment: str) -> Lines:
        return Lines()

    def __getattr__(self, name: str):
        raise AttributeError(f"the line {name} is read before it is written; move its formula up.")

    def ago(self, months: int):
        """As `prev.ago(12)`: the lines of 12 months before the month that is written now, so that
        `prev.ago(1)` is `prev`. Before the first month it gives the opening."""
        return self._earlier(months)


class FirstMonth(Lines):
    """The lines of the first month. They note their order, and raise ValueError where a line is
    written twice or as a condition. Later months run the same text, so they need no such check."""

    __slots__ = ("_order", "_segment")

    def __init__(self, order: list[Slot], segment: str | None = None):
        super().__init__()
        self._order, self._segment = order, segment

    def _child(self, segment: str) -> Lines:
        return FirstMonth(self._order, segment)

    def __setattr__(self, name: str, value) -> None:
        if not name.startswith("_"):
            line = line_name(self._segment, name)
            if name in self.__dict__:
                raise ValueError(f"the line {line} is written twice; give one of them a name of "
                                 "its own.")
            if np.asarray(value).dtype == bool:
                raise ValueError(f"the line {line} is a condition; write "
                                 "np.where(condition, 1, 0).")
            self._order.append((self._segment, name))
        super().__setattr__(name, value)


class Opening(Lines):
    """The lines of the month before the first: `values` of those that open at one, 0 of others."""

    __slots__ = ("_segment", "_values")

    def __init__(self, values: dict[str, np.ndarray], segment: str | None = None):
        super().__init__()
        self._values, self._segment = values, segment

    def _child(self, segment: str) -> Lines:
        return Opening(self._values, segment)

    def __getattr__(self, name: str):
        return self._values.get(line_name(self._segment, name), NOTHING)

    def ago(self, months: int) -> Opening:
        """The lines of any month before that: the same."""
        return self


# What a line opens with that opens with nothing.
NOTHING = np.zeros(1)


def line_name(segment: str | None, name: str) -> str:
    """The name of a line, or of a segment's line: `revenue.young_pros`."""
    return name if segment is None else f"{name}.{segment}"


class Section(dict):
    """The assumptions of one section in one month, as attributes and as items, in file order."""

    __slots__ = ("__dict__", "_path")

    def __init__(self, path: str):
        super().__init__()
        self.__dict__ = self
        self._path = path


class Reader(NDArrayOperatorsMixin):
    """A section in the first month. Paths that formulas read are added to `inputs`; paths that do
    not exist, and sections that formulas use as a number, to `missing`."""

    def __init__(self, section: Section, inputs: set[str], missing: list[str]):
        self._at, self._inputs, self._missing = section, inputs, missing

    def __getitem__(self, name: str):
        return getattr(self, name)

    def __iter__(self):
        return iter(self._at)

    def __getattr__(self, name: str):
        if name.startswith("__"):
            # Python and NumPy ask whether a value has such names; no assumption is called so.
            raise AttributeError(name)
        path = f"{self._at._path}.{name}".lstrip(".")
        value = self._at.get(name)
        if value is None:
            self._missing.append(path)
            return Reader(Section(path), self._inputs, self._missing)
        if isinstance(value, Section):
            return Reader(value, self._inputs, self._missing)
        self._inputs.add(path)
        return value

    def __array_ufunc__(self, *args, **kwargs):
        # A missing assumption goes on as a number, so that all missing ones are found at once.
        self._missing.append(self._at._path)
        return np.ones(1)

    def __array_function__(self, *args, **kwargs):
        self._missing.append(self._at._path)
        return np.ones(1)
