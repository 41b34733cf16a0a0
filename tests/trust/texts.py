"""Faults of the kinds that happen, planted into the texts of companies in memory.

A fault is one change of the syntax tree of one function. It stands while its context is open: the
function gets other code, and what was worked out with the old code is forgotten.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType

from model.companies import (
    COMPANIES,
    capital,
    channels,
    company_module,
    judged,
    prices,
    ratios,
    retention,
    sales_tax,
    statements,
    vocabulary,
    working_capital,
)
from model.engine import numbers, texts
from model.params.assumptions import Assumptions, load

SIGN, MONTH, TERM, SWAPPED, RANGE = ("wrong sign", "a month off", "a term left out",
                                     "a segment swapped", "a segment left out of a sum")
SLIP, ANNUAL, PLUG = "a unit slip", "annual for monthly", "a typed plug"
CONSTANT, LINE, RATIO = ("a constant instead of a reference", "another line in its place",
                         "a ratio turned or added up")
BOUND, PERIOD = "a wrong limit", "a wrong year or period"

_SHARED = (capital, channels, judged, prices, ratios, retention, sales_tax, statements,
           vocabulary, working_capital)
# What holds figures to account is no figure itself.
_SPARED = ("checks", "alerts", "balances", "plans", "at_path", "sum_of")
_MODULE_PREFIX = ("model.engine", "model.workbook")


@dataclass(frozen=True)
class TextFault:
    """One change of one function: its kind, where it stands and what becomes of what."""

    kind: str
    company: str
    function: FunctionType
    where: str
    what: str
    place: int
    make: Callable[[ast.AST], ast.AST]

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        old = self.function.__code__
        try:
            self.function.__code__ = self._code()
            forget()
            yield
        finally:
            self.function.__code__ = old
            forget()

    def _code(self) -> CodeType:
        tree = copy.deepcopy(_tree(self.function))
        target = list(ast.walk(tree))[self.place]
        changed = _Replace(target, self.make(copy.deepcopy(target))).visit(tree)
        module = ast.fix_missing_locations(ast.Module([changed], []))
        found = compile(module, self.function.__code__.co_filename, "exec",
                        dont_inherit=True, flags=_annotations())
        return next(each for each in found.co_consts if isinstance(each, CodeType)
                    and each.co_name == self.function.__name__)


def _annotations() -> int:
    import __future__
    return __future__.annotations.compiler_flag


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST):
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


@cache
def _caches() -> tuple:
    """What remembers anything that follows from a text."""
    found = {id(each): each for name, module in list(sys.modules.items())
             if name.startswith(_MODULE_PREFIX) for each in vars(module).values()
             if hasattr(each, "cache_clear")}
    return tuple(found.values())


def forget() -> None:
    """Everything that was worked out of texts is worked out anew."""
    for each in _caches():
        each.cache_clear()
    numbers._UNREAD.clear()


@cache
def _tree(function: FunctionType) -> ast.FunctionDef:
    module = sys.modules[function.__module__]
    return next(node for node in _module_tree(module.__file__).body
                if isinstance(node, ast.FunctionDef) and node.name == function.__name__)


@cache
def _module_tree(path: str) -> ast.Module:
    with open(path, encoding="utf-8") as file:
        return ast.parse(file.read())


def functions(company: str) -> list[FunctionType]:
    """The functions that the texts of a company run, in the order of modules and lines."""
    modules = [company_module(company), *_SHARED]
    every = {each.__code__: each for module in modules for each in vars(module).values()
             if inspect.isfunction(each) and each.__module__ == module.__name__
             and each.__name__ not in _SPARED}
    ran: set[CodeType] = set()

    def note(frame, event, _):
        if event == "call":
            ran.add(frame.f_code)
    forget()
    plan = load(company).opened()
    sys.setprofile(note)
    try:
        texts.texts(plan)
    finally:
        sys.setprofile(None)
    return [function for code, function in every.items() if code in ran]


def every_fault(company: str) -> list[TextFault]:
    """Every fault that can be planted into the texts of a company, in a fixed order."""
    plan = load(company)
    return [fault for function in functions(company)
            for fault in faults_of(company, function, plan)]


def faults_of(company: str, function: FunctionType, plan: Assumptions) -> Iterator[TextFault]:
    """Every fault of one function, whose plan says what assumptions there are."""
    tree = _tree(function)
    read = _read_in(tree)
    for place, node in enumerate(ast.walk(tree)):
        for kind, make in _changes(node, company, plan, read):
            new = make(copy.deepcopy(node))
            new = ast.fix_missing_locations(ast.copy_location(new, node))
            was, now = ast.unparse(node), ast.unparse(new)
            if was != now:
                yield TextFault(kind, company, function,
                                f"{function.__module__}:{function.__name__}, line {node.lineno}",
                                f"{was} → {now}", place, make)


def all_faults() -> list[TextFault]:
    return [fault for company in COMPANIES for fault in every_fault(company)]


def _read_in(tree: ast.FunctionDef) -> list[str]:
    """The lines that a function reads or writes, by name."""
    return sorted({node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
                   and isinstance(node.value, ast.Name) and node.value.id in ("now", "prev")
                   and node.attr != "ago"})


Change = tuple[str, Callable[[ast.AST], ast.AST]]


def _changes(node: ast.AST, company: str, plan: Assumptions, read: list[str]) -> Iterator[Change]:
    """Every change of one node, with its kind."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield SIGN, lambda node: node.operand
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield from _of_reference(node, company, plan, read)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _of_segment(node, company)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _of_comparison(node)
    elif isinstance(node, ast.Name) and node.id in ("QUARTER", "YEAR"):
        yield PERIOD, lambda node: ast.Name("YEAR" if node.id == "QUARTER" else "QUARTER",
                                            ast.Load())
    elif isinstance(node, ast.For) and isinstance(node.iter, ast.Name | ast.Attribute) \
            and _is_segments(node.iter):
        yield RANGE, lambda node: ast.For(node.target, _without_last(node.iter), node.body, [])
    elif isinstance(node, ast.Assign) and _writes_line(node.targets[0]):
        yield PLUG, lambda node: ast.Assign(node.targets, ast.BinOp(
            node.value, ast.Add(), ast.Constant(1000.0)))
        yield SIGN, lambda node: ast.Assign(node.targets, ast.UnaryOp(ast.USub(), node.value))
        yield ANNUAL, lambda node: ast.Assign(node.targets, ast.BinOp(
            node.value, ast.Mult(), ast.Constant(12.0)))


def _of_operation(node: ast.BinOp) -> Iterator[Change]:
    turned = {ast.Add: ast.Sub, ast.Sub: ast.Add}
    if other := turned.get(type(node.op)):
        yield SIGN, lambda node: ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, ast.Sub):
        yield SIGN, lambda node: ast.BinOp(node.right, ast.Sub(), node.left)
    yearly = any("months_per_year" in ast.unparse(side) for side in (node.left, node.right))
    kind = ANNUAL if yearly else TERM
    yield kind, lambda node: node.left
    if not isinstance(node.op, ast.Div):
        yield kind, lambda node: node.right
    if isinstance(node.op, ast.Mult):
        yield RATIO, lambda node: ast.BinOp(node.left, ast.Div(), node.right)
    if isinstance(node.op, ast.Div):
        yield RATIO, lambda node: ast.BinOp(node.left, ast.Mult(), node.right)
        yield RATIO, lambda node: ast.BinOp(node.right, ast.Div(), node.left)


def _of_reference(node: ast.Attribute, company: str, plan: Assumptions,
                  read: list[str]) -> Iterator[Change]:
    """A line of this or of last month, or an assumption by its whole path."""
    path = ast.unparse(node)
    whole = path.removeprefix("a.")
    if path.startswith("a.") and whole in plan.entries:
        value = float(plan.series[whole].values.reshape(-1)[0])
        yield CONSTANT, lambda node: ast.Constant(value)
        yield SLIP, lambda node: ast.BinOp(node, ast.Mult(), ast.Constant(100.0))
        yield SLIP, lambda node: ast.BinOp(node, ast.Div(), ast.Constant(100.0))
        yield ANNUAL, lambda node: ast.parse(f"{path} / a.timeline.months_per_year",
                                             mode="eval").body
    if path in ("a.timeline.year_start", "a.timeline.year_end"):
        yield PERIOD, lambda node: ast.Attribute(node.value, {
            "year_start": "year_end", "year_end": "year_start"}[node.attr], ast.Load())
    names = [segment for segments in _segments(company) if node.attr in segments
             for segment in segments if segment != node.attr]
    for other in names[:1]:
        yield SWAPPED, lambda node, other=other: ast.Attribute(node.value, other, ast.Load())
    if not (isinstance(node.value, ast.Name) and node.value.id in ("now", "prev")) \
            or node.attr == "ago":
        return
    yield MONTH, lambda node: ast.Attribute(
        ast.Name("prev" if node.value.id == "now" else "now", ast.Load()), node.attr, ast.Load())
    yield SLIP, lambda node: ast.BinOp(node, ast.Div(), ast.Constant(12.0))
    yield CONSTANT, lambda node: ast.Constant(1.0)
    at = read.index(node.attr) if node.attr in read else 0
    for other in {read[(at + 1) % len(read)], read[(at + 3) % len(read)]} - {node.attr}:
        yield LINE, lambda node, other=other: ast.Attribute(node.value, other, ast.Load())


def _of_segment(node: ast.Constant, company: str) -> Iterator[Change]:
    for segments in _segments(company):
        if node.value in segments:
            at = segments.index(node.value)
            other = segments[(at + 1) % len(segments)]
            yield SWAPPED, lambda node, other=other: ast.Constant(other)


@cache
def _segments(company: str) -> tuple[tuple[str, ...], ...]:
    """Names that stand side by side: segments of each side, and kinds of what is bought."""
    module = company_module(company)
    found = [tuple(side.segments) for side in module.SIDES]
    found += [tuple(value) for name, value in vars(module).items()
              if name in ("TIERS", "MENTEES", "MENTORS", "CHANNELS")]
    return tuple(dict.fromkeys((*found, tuple(working_capital.PURCHASES))))


def _of_call(node: ast.Call) -> Iterator[Change]:
    name = ast.unparse(node.func)
    if name == "total" and len(node.args) == 3 and _is_segments(node.args[2]):
        yield RANGE, lambda node: ast.Call(node.func, [*node.args[:2],
                                                       _without_last(node.args[2])], [])
    if name in ("ratio", "part", "share_of"):
        yield RATIO, lambda node: ast.Call(node.func, node.args[::-1], node.keywords)
        yield TERM, lambda node: node.args[0]
    if name in ("np.minimum", "np.maximum"):
        yield BOUND, lambda node: ast.Call(ast.parse(
            "np.maximum" if name == "np.minimum" else "np.minimum", mode="eval").body,
            node.args, [])
        yield BOUND, lambda node: node.args[0]
    if name == "np.where" and len(node.args) == 3:
        yield BOUND, lambda node: node.args[1]
        yield BOUND, lambda node: ast.Call(node.func, [node.args[0], *node.args[:0:-1]], [])
    if name.endswith(".ago"):
        yield MONTH, lambda node: ast.Call(node.func, [ast.BinOp(
            node.args[0], ast.Add(), ast.Constant(1))], [])


def _of_comparison(node: ast.Compare) -> Iterator[Change]:
    turned = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE,
              ast.Eq: ast.NotEq}
    edge = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}
    for each in (turned, edge):
        if other := each.get(type(node.ops[0])):
            yield BOUND, lambda node, other=other: ast.Compare(node.left, [other()],
                                                               node.comparators)


def _is_segments(node: ast.AST) -> bool:
    """Whether a name may stand for a list of segments: a constant, or a part of a side."""
    return (isinstance(node, ast.Name) and (node.id.isupper() or node.id == "items")) or (
        isinstance(node, ast.Attribute) and node.attr == "segments")


def _without_last(names: ast.expr) -> ast.Subscript:
    return ast.Subscript(names, ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1))),
                         ast.Load())


def _writes_line(target: ast.AST) -> bool:
    return isinstance(target, ast.Attribute) and ast.unparse(target).startswith("now")
