"""`python -m model`, and the command `financial-model`, which is the same."""

import sys

from model import cli


def main() -> int:
    """Run one command on the terminal; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A name that this terminal cannot show is shown in escapes.
        if stream:
            stream.reconfigure(errors="backslashreplace")
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
