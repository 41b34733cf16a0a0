"""Commands of `python -m model` that need more than a few lines; `cli` has the others."""
