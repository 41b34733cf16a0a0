"""The assumptions of a budget by their paths: units, lists, and what the budget divides by."""

from __future__ import annotations

from model.params.quantities import Domain

# A plan is a year at most: a year of the calendar can touch 53 weeks.
MOST_WEEKS = 53

_PRICE = Domain(low=0.01, high=1e6)
# By unit, the values that it allows, and the paths of the assumptions that are read in it.
_BY_UNIT: dict[str, tuple[Domain, str]] = {
    "USD": (Domain(high=1e9), """
        total carry.brought review.above_amount push.amount outcome.per_milestone
        outcome.per_completion
        simulation.library.full simulation.marketing.scale simulation.recruiting.cost
        simulation.redesign.scale"""),
    "USD/hour": (_PRICE, "prices.one_hour"),
    "USD/workshop": (_PRICE, "prices.workshop"),
    "USD/learner": (_PRICE, "rule_b.cost_target"),
    "fraction": (Domain(high=1.0), """
        shares.one_to_one shares.workshops shares.library shares.measurement shares.contingency
        shares.marketing shares.recruitment shares.redesign reserve.least reserve.most
        equity.floor_share equity.learner_share caps.bucket_share caps.gate_share review.above_share
        alerts.left_share alerts.used_shares carry.share carry.most_share
        rule_a.utilization_below rule_a.transfer_share rule_a.recruiting_share
        push.cancellations_above idle_cohort.utilization_below gate.completion_below gate.release_at
        gate.transfer_share rule_b.completion_above rule_b.increase progress.on_track_share
        outcome.advance_share forecasting.interval simulation.enrolled.exit
        simulation.booking.chance simulation.booking.prefers_one simulation.booking.accepts_group
        simulation.session.mentor_cancels simulation.session.learner_cancels simulation.session.late
        simulation.session.late_charge simulation.session.no_show simulation.marketing.gain
        simulation.redesign.fewer simulation.redesign.more simulation.capacity.noise
        simulation.environment.drift simulation.environment.drift_noise
        simulation.environment.shifted"""),
    "weeks": (Domain(high=MOST_WEEKS, whole=True), """
        review.lag review.expires warm_up rule_a.dwell gate.longest_freeze simulation.lead_time
        simulation.enrolled.patience simulation.recruiting.delay simulation.redesign.delay
        simulation.verification.longest"""),
    "week": (Domain(low=1, high=MOST_WEEKS, whole=True), """
        equity.release_week gate.from_cohort_week unused_hours.week cohorts.start_weeks
        cohorts.end_week simulation.environment.shock_weeks"""),
    "hours/week": (Domain(high=1e6), "offered.hours simulation.recruiting.hours"),
    "learners": (Domain(high=1e6, whole=True), "gate.least_learners cohorts.learners"),
    "seats": (Domain(low=1, high=1e4, whole=True), "workshop_seats"),
    "units": (Domain(low=0.01, high=1e4), """
        progress.needed simulation.enrolled.requirement simulation.units.one
        simulation.units.workshop"""),
    "factor": (Domain(high=100.0), """
        offered.profile anomaly.robust_z simulation.satisfied.best simulation.satisfied.loss
        simulation.satisfied.noise simulation.environment.season simulation.environment.shock
        simulation.environment.low_demand"""),
    "flag": (Domain(high=1, whole=True), """
        caps.of_current_balance caps.on_contingency caps.rule_a_lifts_cap rule_b.funder_allows
        outcome.funding"""),
    "minutes": (Domain(high=1e4), """
        simulation.minutes.daily simulation.minutes.move simulation.minutes.weekly
        simulation.minutes.rolling simulation.minutes.model simulation.minutes.gate
        simulation.minutes.rule simulation.minutes.verify"""),
    "units/week": (Domain(high=1e4), "simulation.library.weekly"),
}
UNITS = {unit: domain for unit, (domain, _) in _BY_UNIT.items()}
PATHS = {path: unit for unit, (_, paths) in _BY_UNIT.items() for path in paths.split()}

# The paths whose value is a list, one number a week, a cohort or a case; others have one number.
LISTS = frozenset({
    "alerts.used_shares", "offered.profile", "cohorts.start_weeks",
    "simulation.enrolled.requirement", "simulation.enrolled.patience",
    "simulation.environment.season", "simulation.environment.shock_weeks"})
# The least of what the budget divides by, in the path's unit.
DIVISORS = {
    "simulation.booking.chance": 1e-6,
    "simulation.library.full": 0.01,
    "simulation.marketing.scale": 0.01,
    "simulation.recruiting.cost": 0.01,
    "simulation.redesign.scale": 0.01,
    "simulation.environment.season": 0.01,
}
