"""Correlations between assumptions: those that files state, laid over each other, and what keeps
them from holding together.

Ranks go together as in a normal distribution, whose own correlation follows from that of the
ranks. All such correlations of a plan must make a matrix without an eigenvalue below 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from model.params.entry import Correlation, Entry, listed
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted

KEY = "correlations"
# An eigenvalue that is less below 0 is what rounding leaves of 0.
_ROUNDING = 1e-9
# In so many steps the factor is found with which correlations hold together, to two digits.
_STEPS = 100


def of_files(files: Iterable[ParamsFile], entries: Mapping[str, Entry],
             doubts: Callable[[str], bool] = lambda path: False,
             ) -> tuple[tuple[Correlation, ...], list[Problem]]:
    """The correlations that hold in a plan of some files, base first, and what is wrong with them.
    An entry that `doubts` names is faulty itself, and is not said to be unknown."""
    found: dict[frozenset, tuple[Correlation, str]] = {}
    problems = []
    for file in files:
        own, faults = _of_file(file, entries, doubts)
        problems += faults
        found = {pair: each for pair, each in found.items() if pair not in own} | own
    linked = {pair: each for pair, each in found.items() if each[0].rank}
    correlations = tuple(each for each, _ in linked.values())
    return correlations, problems or _joint_problems(correlations, linked)


def _of_file(file: ParamsFile, entries: Mapping[str, Entry], doubts: Callable[[str], bool],
             ) -> tuple[dict[frozenset, tuple[Correlation, str]], list[Problem]]:
    """The correlations of one file with where they stand, by pair, and what is wrong."""
    found: dict[frozenset, tuple[Correlation, str]] = {}
    every, problems = listed(Correlation, file, KEY, "correlation")
    for place, each in every:
        at = (KEY, place)
        problems += [Problem(file.where(*at, "between"), f"correlation {place + 1}: {fault}")
                     for path in each.between if not doubts(path)
                     and (fault := _fault(path, entries, len(problems)))]
        pair = frozenset(each.between)
        if pair in found:
            problems.append(Problem(file.where(*at), f"correlation {place + 1}: "
                                    f"{' and '.join(each.between)} stand together already "
                                    f"({found[pair][1]}); keep one of the two."))
        else:
            found[pair] = each, file.where(*at)
    return found, problems


def _fault(path: str, entries: Mapping[str, Entry], before: int) -> str | None:
    """Why no correlation can be with a path, as the end of a sentence."""
    if path not in entries:
        return f"{quoted(path)} is not an assumption; {nearest(path, entries, before=before)}"
    if not entries[path].is_uncertain:
        return (f"{path} is never drawn at random, as it has no range with a width or is a rule; "
                "widen its range, or take the pair out.")
    return None


def _joint_problems(correlations: Sequence[Correlation],
                    places: Mapping[frozenset, tuple[Correlation, str]]) -> list[Problem]:
    """The groups of correlations that cannot hold together."""
    problems = []
    for paths in groups(correlations):
        least = _least(paths, correlations)
        if least >= -_ROUNDING:
            continue
        where = [where for pair, (_, where) in places.items() if pair <= {*paths}][-1]
        factor = max(step for step in range(_STEPS) if _least(
            paths, correlations, step / _STEPS) >= -_ROUNDING) / _STEPS
        problems.append(Problem(
            where, f"the rank correlations between {', '.join(paths)} cannot hold together: the "
            f"least eigenvalue of their matrix is {least:.2g}, and must be 0 or more. Change one "
            f"of them; all times {factor:g} could hold."))
    return problems


def groups(correlations: Sequence[Correlation]) -> list[tuple[str, ...]]:
    """The paths that hang together, each group in alphabetical order."""
    found: list[set[str]] = []
    for each in correlations:
        linked = [group for group in found if group & {*each.between}]
        found = [group for group in found if group not in linked]
        found.append({*each.between}.union(*linked))
    return sorted(tuple(sorted(group)) for group in found)


def matrix(paths: Sequence[str], correlations: Sequence[Correlation]) -> np.ndarray:
    """The correlations of the normal scores of some paths, (path, path)."""
    places = {path: place for place, path in enumerate(paths)}
    found = np.eye(len(paths))
    for each in correlations:
        if {*each.between} <= places.keys():
            one, other = (places[path] for path in each.between)
            found[one, other] = found[other, one] = normal_correlation(each.rank)
    return found


def normal_correlation(rank: float) -> float:
    """The correlation of normal scores whose ranks are correlated so."""
    # Rounding would leave ranks that are always alike a little luck of their own.
    return rank if abs(rank) == 1 else float(2 * np.sin(np.pi * rank / 6))


def _least(paths: Sequence[str], correlations: Sequence[Correlation], factor: float = 1.0) -> float:
    """The least eigenvalue of the matrix of some paths, with all ranks times a factor."""
    weaker = [each.model_copy(update={"rank": factor * each.rank}) for each in correlations]
    return float(np.linalg.eigvalsh(matrix(paths, weaker))[0])
