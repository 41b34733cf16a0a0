"""The commands that have a module of their own, and the exit codes of all commands."""

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
