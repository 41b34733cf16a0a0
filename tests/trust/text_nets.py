"""The nets through which a fault in a text must come before a page exists, cheapest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from lint import lint
from test_worked_example import INFLUENCER, INFLUENCER_MONTHS, MENTORSHIP, MENTORSHIP_MONTHS

from model import load, project
from model.audit.checks import check
from model.audit.source_check import SourceCheck
from model.companies.claims import claims
from model.engine.projection import Projection
from model.engine.units import check_units
from model.params import catalog
from model.workbook.variants import VARIANTS
from model.workbook.verification import texts_mark
from trust.effect import CHANGED, EQUAL, Figures, effect, figures_of
from trust.outcome import ASLEEP, RECORD, SENT, Outcome
from trust.texts import TextFault

REFUSED, UNITS, RULES, CHECKS = ("refused as no formula", "units of formulas",
                                 "rules of formulas", "error checks")
ALERTS, CLAIMS, BY_HAND = "alerts", "published figures", "months worked by hand"
_HAND = {"mentorship": (MENTORSHIP, MENTORSHIP_MONTHS),
         "influencer": (INFLUENCER, INFLUENCER_MONTHS)}
# Alerts that begin with the line or assumption that they are about.
_OF_A_LINE = ("A3", "A6", "A8")
# An amount worked by hand to the cent.
_CENT = 0.0051


@dataclass(frozen=True)
class State:
    """What a company's plans say while its texts are whole."""

    mark: str
    figures: tuple[Figures, ...]
    others: tuple[Figures, ...]
    alerts: frozenset
    verdicts: Mapping
    findings: frozenset


@cache
def whole(company: str) -> State:
    plans = _plans(company)
    return State(texts_mark(load(company)), tuple(map(figures_of, plans)),
                 tuple(map(figures_of, _others(company))), alert_kinds(plans),
                 verdicts(plans[0]), frozenset(lint(load(company))))


def _plans(company: str) -> list[Projection]:
    return [project(load(company, scenario)) for scenario in catalog.scenarios(company)]


def _others(company: str) -> list[Projection]:
    """Plans that have what the plans of params need not have."""
    return [project(make(company)) for name, make in VARIANTS.items() if "close" not in name]


def alert_kinds(plans: list[Projection]) -> frozenset:
    """Which alerts fire in which plan: the code, and the line or assumption that it is about."""
    return frozenset((place, _about(sentence)) for place, plan in enumerate(plans)
                     for sentence in check(plan).alerts)


def _about(sentence: str) -> str:
    code, first, *_ = sentence.split()
    named = re.search(r"\(([a-z_.]+)\)", sentence)
    return f"{code} {named[1] if named else first if code in _OF_A_LINE else ''}"


def verdicts(plan: Projection) -> Mapping[str, str]:
    if not claims(plan.company).claims:
        return {}
    return {name: finding.verdict for name, finding in SourceCheck(plan).findings.items()}


def run(fault: TextFault, others: bool = True) -> Outcome:
    """Plant a fault, and see which nets it comes through."""
    company = fault.company
    before = whole(company)

    def outcome(moved: str, nets: tuple[str, ...], said: str = "") -> Outcome:
        return Outcome("formulas", fault.kind, moved, nets, said,
                       f"{company}, {fault.where}: {fault.what}")
    with fault.planted(), np.errstate(all="ignore"):
        try:
            plans = _plans(company)
            after = tuple(map(figures_of, plans))
            mark = texts_mark(load(company))
        except Exception as error:  # what a fault makes of a text may fail in any way
            return outcome(CHANGED, (REFUSED,), f"{type(error).__name__}: {error}")
        moved = effect(before.figures, after)
        if moved != CHANGED:
            if moved == EQUAL and mark != before.mark:
                moved = _elsewhere(company, before) if others else EQUAL
            return outcome(moved, (SENT, RECORD) if mark != before.mark else ())
        nets: list[str] = []
        said = ""
        for name, net in _NETS.items():
            try:
                word = net(company, plans, before)
            except Exception as error:
                word = f"{type(error).__name__}: {error}"
            if word:
                nets.append(name)
                said = str(word)
                break
        if mark != before.mark:
            # A pack keeps every formula, and so names the one that is another.
            nets += [SENT, RECORD]
        return outcome(moved, tuple(nets), said)


def _elsewhere(company: str, before: State) -> str:
    """Whether a fault that no plan shows would be seen in plans that have more."""
    try:
        moved = effect(before.others, tuple(map(figures_of, _others(company))))
    except Exception:  # refused there
        moved = CHANGED
    return EQUAL if moved == EQUAL else ASLEEP


def _units(company: str, plans: list[Projection], before: State) -> object:
    return next(iter(check_units(plans[0].assumptions)), None)


def _rules(company: str, plans: list[Projection], before: State) -> object:
    return next(iter(frozenset(lint(plans[0].assumptions)) - before.findings), None)


def _checks(company: str, plans: list[Projection], before: State) -> object:
    return next((failed for plan in plans for failed in check(plan).failed
                 if not failed.startswith("E18")), None)


def _new_alerts(company: str, plans: list[Projection], before: State) -> object:
    return next(iter(sorted(alert_kinds(plans) - before.alerts)), None)


def _claims(company: str, plans: list[Projection], before: State) -> object:
    now = verdicts(plans[0])
    return next((f"{name}: {before.verdicts[name]} → {now[name]}" for name in before.verdicts
                 if now[name] != before.verdicts[name]), None)


def _by_hand(company: str, plans: list[Projection], before: State) -> object:
    if company not in _HAND:
        return None
    changes, months = _HAND[company]
    plan = project(load(company, changes=changes))
    return next((line for line, expected in months.items() if not np.allclose(
        plan[line][0, :3], expected, rtol=1e-6, atol=_CENT)), None)


_NETS: Mapping[str, Callable] = {UNITS: _units, RULES: _rules, CHECKS: _checks,
                                 ALERTS: _new_alerts, CLAIMS: _claims, BY_HAND: _by_hand}
