"""Division that says where there is nothing to divide by."""

from __future__ import annotations

from model.engine.projection import ratio as ratio
