"""Total-budget control of a mentorship programme: plan, ledger, rules, review."""
