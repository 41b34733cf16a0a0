"""The forms in which pages show numbers, each named by an example of it.

Everything is written in the plain form, and takes another where it leaves for the reader of a page.
"""

from __future__ import annotations

import re
from functools import cache

PLAIN = "1,234.5"
# What groups thousands and what stands before decimals; a space that breaks no line is narrow.
_SIGNS = {PLAIN: (",", "."), "1.234,5": (".", ","), "1 234,5": ("\u202f", ","),
          "1'234.5": ("'", ".")}
FORMS = tuple(_SIGNS)
# All signs that may stand between the digits of a figure, as a class of a pattern holds them.
BETWEEN = "".join(dict.fromkeys(sign for signs in _SIGNS.values() for sign in signs))
# What is no figure though it may look so: code, an address, a version. None begins with a digit.
_NO_FIGURES = r"`[^`]*`|\b[A-Za-z]+://\S+|version [0-9.]+"

# A pattern of figures, and what stands for each sign in them, as Python and JavaScript read both.
Rewriting = tuple[str, dict[str, str]]


def written(text: str, form: str) -> str:
    """A text of plain figures with each in a form."""
    if form == PLAIN:
        return text
    pattern, signs = _rewriting(PLAIN, form)
    return re.sub(pattern, lambda match: _with_signs(match[0], signs), text)


def rewritings(form: str) -> dict[str, Rewriting]:
    """How figures are `written` in a form, and `read` from it into the plain one."""
    return {"written": _rewriting(PLAIN, form), "read": _rewriting(form, PLAIN)}


@cache
def _rewriting(before: str, after: str) -> Rewriting:
    (group, point), (new_group, new_point) = _SIGNS[before], _SIGNS[after]
    # A browser may give any space as a plain one.
    groups = f"{group} " if group.isspace() else group
    # Of numbers without either sign nothing changes; what goes on with a sign or a letter and a
    # digit is a version, a date or a name.
    figure = (rf"(?<![A-Za-z0-9_.,])(?<![0-9]['\u202f])(?:[0-9]{{1,3}}(?:[{groups}][0-9]{{3}})+"
              rf"(?:[{point}][0-9]+)?|[0-9]+[{point}][0-9]+)"
              rf"(?![{BETWEEN}]?[A-Za-z_]*[0-9])(?![.][A-Za-z_])")
    return f"{_NO_FIGURES}|{figure}", dict.fromkeys(groups, new_group) | {point: new_point}


def _with_signs(part: str, signs: dict[str, str]) -> str:
    return part.translate(str.maketrans(signs)) if part[0].isdigit() else part
