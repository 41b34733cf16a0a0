"""Strategies for one budget, compared on the same simulated quarters."""
