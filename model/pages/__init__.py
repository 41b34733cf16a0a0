"""What the notebooks show: a folder a notebook, one function a cell. Modules beside
them serve several.

A page turns figures into sentences that stay true in every scenario, charts and tables.
"""

from __future__ import annotations

from model.pages.view import View, open_view

__all__ = ["View", "open_view"]
