"""How cells look: number formats by unit, and fonts, fills and borders by role."""

from __future__ import annotations

INK, MUTED, GRID, MAIN, WARN = "#1a1f26", "#5b6570", "#dfe3e8", "#0b5cad", "#b4530a"
TILE, YELLOW, YELLOW_EDGE, GRAY = "#f5f7f9", "#fff6d6", "#e0d3a0", "#9aa3ad"
SERIES = ("#0b5cad", "#0f766e", "#7b3f8c")
TABS = {"about": INK, "inputs": "#e0b400", "results": MAIN, "checks": WARN, "workings": GRAY}
FONT, SIZE = "Arial", 10

AXIS = {"USD": '#,##0,"k";"−"#,##0,"k";0', "number": "#,##0"}
_MINUS = '"\u2212"'
# A rate below 10 is told apart from the next by its later digits; rates are never below zero.
_RATE = "[<10]#,##0.000;#,##0.0"
_NAMED = {
    "": "General", "number": "0", "delay": "0", "flag": "0", "month number": "0",
    "small": "0.0E+00;\"\u2212\"0.0E+00;0", "factor": '"×"0.00', "bound": "General",
    "decimal": f"#,##0.000;{_MINUS}#,##0.000;0", "ratio": f"0.00;{_MINUS}0.00;0",
    "scenario": "@", "years": "0", "shares": "#,##0", "month of year": "0",
}


def number_format(unit: str, typed: bool = False) -> str:
    """The format of values of a unit; what is typed keeps its decimals."""
    if unit in _NAMED:
        return _NAMED[unit]
    head = unit.partition("/")[0]
    if head == "fraction":
        places = "0.0##%" if typed else "0.0%"
        return f"{places};{_MINUS}{places};0%"
    if unit in ("USD", "USD/year", "USD/FTE/year"):
        return f"#,##0;{_MINUS}#,##0;0"
    if head == "USD":
        return f"#,##0.00;{_MINUS}#,##0.00;0"
    if typed:
        return "#,##0.0###"
    if "/" in unit:
        return _RATE
    return f"#,##0.0;{_MINUS}#,##0.0;0"


_LABEL = {"font_color": INK}
# What may be typed into, or over.
TYPED = ("input", "filled", "aside")
ROLES: dict[str, dict] = {
    "text": {}, "key": {"font_color": MUTED}, "label": _LABEL, "line": _LABEL,
    "part label": {"font_color": MUTED, "indent": 1},
    "part": {"font_color": MUTED}, "note": {"font_color": MUTED, "font_size": 9},
    "note apart": {"font_color": MUTED, "font_size": 9, "align": "left", "indent": 1},
    "head apart": {"bold": True, "bottom": 1, "bottom_color": GRAY, "valign": "bottom",
                   "align": "left", "indent": 1},
    "total note": {"font_color": MUTED, "font_size": 9, "top": 1, "top_color": GRAY},
    "wide": {}, "indented": {"indent": 1}, "count": {"font_color": MUTED, "align": "left"},
    "total label": {"bold": True, "top": 1, "top_color": GRAY},
    "total": {"bold": True, "top": 1, "top_color": GRAY},
    "title": {"bold": True, "font_size": 18}, "section": {"bold": True, "font_size": 12},
    "message": {"bold": True, "font_size": 12, "font_color": INK},
    "warning": {"bold": True, "font_color": WARN},
    "state": {"font_color": MUTED}, "group": {"bold": True, "font_color": MUTED},
    "head": {"bold": True, "bottom": 1, "bottom_color": GRAY, "valign": "bottom",
             "text_wrap": True},
    "head right": {"bold": True, "bottom": 1, "bottom_color": GRAY, "align": "right",
                   "valign": "bottom", "text_wrap": True},
    "link": {"font_color": MAIN, "underline": 1},
    "input": {"bg_color": YELLOW, "font_color": MAIN, "border": 1, "border_color": YELLOW_EDGE,
              "locked": False},
    "filled": {"bg_color": YELLOW, "font_color": INK, "border": 1, "border_color": YELLOW_EDGE,
               "locked": False},
    "aside": {"font_color": MUTED, "border": 1, "border_color": GRID, "locked": False},
    "fixed": {"font_color": MUTED, "italic": True},
    "result": {"bold": True, "align": "right"}, "status": {"align": "right"},
    "check": {"align": "left"}, "check total": {"bold": True, "align": "left", "top": 1,
                                                 "top_color": GRAY},
}


def style(unit: str, role: str) -> dict:
    """The properties of a cell's format."""
    found = {"font_name": FONT, "font_size": SIZE, "font_color": INK, **ROLES[role]}
    if role == "wide":
        return found
    found["num_format"] = number_format(unit, typed=role in TYPED)
    if unit and "align" not in found:
        found["align"] = "right"
    return found
