"""Charts: plain numbers and words in, a figure out; the only importer of matplotlib.

All take `unit` and `subtitle` (who · what · unit · period) as keywords; the message stands above
them on the page. Missing values are None or NaN.

Columns and bars of a plan are outlined, actuals solid, forecasts hatched, what was before or base
light (model.views.charts.layout); differences are solid and colored by effect.
"""

from model.views.charts.cash import cash_path, cash_runway
from model.views.charts.compare import heat_grid, indicators, small_multiples, tornado
from model.views.charts.sheet import pixel_size, render
from model.views.charts.strips import Flow, Measure, envelope, intervals, side_by_side, state_strips
from model.views.charts.structure import bars, shares, sources_and_uses, waterfall
from model.views.charts.time import columns_over_months, fan, line_over_months, outlook
from model.views.charts.years import columns_by_year

__all__ = [
    "Flow", "Measure", "bars", "cash_path", "cash_runway", "columns_by_year", "columns_over_months",
    "envelope", "fan", "heat_grid", "indicators", "intervals", "line_over_months", "outlook",
    "pixel_size", "render", "shares", "side_by_side", "small_multiples", "sources_and_uses",
    "state_strips", "tornado", "waterfall",
]
