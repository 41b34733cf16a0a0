"""Assumptions and actuals: read from params/, checked, laid over each other, edited and saved."""
