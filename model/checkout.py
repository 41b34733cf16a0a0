"""The commit from which pages are made, where the project is a checkout and git is there."""

from __future__ import annotations

import os
import subprocess

from model import folders

# What a page can be made of; changes elsewhere do not make it another one.
_SOURCES = ("model", "params", "notebooks", "requirements.lock", "pyproject.toml")
_SECONDS = 10


def commit() -> str:
    """The commit, and whether files differ from it; empty without git or outside a checkout."""
    if not (folders.root() / ".git").exists():
        return ""
    try:
        name = _git("rev-parse", "--short=12", "HEAD")
        changes = _git("status", "--porcelain", "--", *_SOURCES)
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{name} with changes" if changes else name


def _git(*words: str) -> str:
    # Neither the index is written anew nor a program started that a checkout's settings name.
    return subprocess.run(
        ["git", "-c", "core.fsmonitor=false", *words], cwd=folders.root(), check=True, text=True,
        capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL,
        env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"}).stdout.strip()
