"""What becomes of one planted error, in the same words for every place."""

from __future__ import annotations

from dataclasses import dataclass

# No plan of params shows the fault, but one with openings, seasons or other years does.
ASLEEP = "asleep"
# A net that names what is changed, with old and new value, but cannot know that it is wrong.
SENT = "compared with what was sent"
# A net that knows no more than that something has changed.
RECORD = "not verified since the last change"


@dataclass(frozen=True)
class Outcome:
    """One planted error: where, of which kind, what it does to figures (effect.py), the nets that
    tell of it in their order, and what the first of them says."""

    place: str
    kind: str
    effect: str
    nets: tuple[str, ...]
    said: str = ""
    what: str = ""

    @property
    def level(self) -> str:
        """How well it is told of: as wrong, by name, as some change, or not at all."""
        if not self.nets:
            return "escaped"
        first = next((net for net in self.nets if net not in (SENT, RECORD)), None)
        return "told" if first else "named" if SENT in self.nets else "changed"
