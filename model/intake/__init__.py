"""Exports of other programs: read as a map says, checked, and laid over a file of actuals."""
