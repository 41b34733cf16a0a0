"""`python -m model`."""

import sys

from model.cli import main

for stream in (sys.stdout, sys.stderr):
    # A name that this terminal cannot show is shown in escapes.
    if stream:
        stream.reconfigure(errors="backslashreplace")
sys.exit(main())
