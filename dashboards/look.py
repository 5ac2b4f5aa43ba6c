"""How figures look everywhere: colours that the colour-blind can tell apart, units, names of periods."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

DAY_SECONDS = 86_400
NONE = "\N{EN DASH}"  # stands where there is no figure
FEW = 10  # figures that rest on fewer items are shown, but not as a trend

# Okabe and Ito's palette. They stand on white and on black alike.
FLOW_ITEM_COLOURS = {"feature": "#009E73", "defect": "#D55E00", "debt": "#CC79A7", "risk": "#E69F00"}
STATE_COLOURS = {
    "new": "#C3C9CF",
    "active": "#0072B2",
    "waiting": "#56B4E9",
    "done": "#8A949E",
    "unmapped": "#F0E442",
}
ALL_COLOUR = "#6B7F93"
DASHES = {"p50": "solid", "p85": "dash", "p95": "dot"}  # percentiles have the neutral colour
BAND_COLOURS = {
    "within_p50": "#0072B2",
    "within_p85": "#56B4E9",
    "within_p95": "#E69F00",
    "beyond_p95": "#D55E00",
    None: "#8A949E",
}
BAND_NAMES = {
    "within_p50": "within the usual half",
    "within_p85": "longer than half",
    "within_p95": "longer than 85%",
    "beyond_p95": "longer than 95%",
}
# Heatmaps on a light and (True) a dark page: what says nothing is near the page, what stands out far from it.
BAD_COLOUR, GOOD_COLOUR = "#D55E00", "#0072B2"
INDIFFERENT_COLOURS = {False: "#E6EAEE", True: "#25303B"}
SHARE_COLOURS = {
    False: [[0, "#EAF2F8"], [0.5, "#56B4E9"], [1, "#00486F"]],
    True: [[0, "#1B2630"], [0.5, "#0072B2"], [1, "#A6D8F5"]],
}
# Which way is good; load and flow time shall fall.
MORE_IS_BETTER = {
    "velocity": True,
    "flow_time_p50_seconds": False,
    "flow_efficiency": True,
    "load_end": False,
}


def is_missing(value: Any) -> bool:
    """Whether a cell of a data frame holds nothing."""
    return value is None or value != value or (isinstance(value, float) and math.isnan(value))


def days(seconds: Any) -> float | None:
    """Seconds as days of 24 hours."""
    return None if is_missing(seconds) else float(seconds) / DAY_SECONDS


def duration(seconds: Any) -> str:
    """Seconds as people say them: 40 min, 5.2 h, 12.3 d."""
    if is_missing(seconds):
        return NONE
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < DAY_SECONDS:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / DAY_SECONDS:,.1f} d"


def percent(share: Any) -> str:
    """A share of 0 to 1 as a percentage."""
    return NONE if is_missing(share) else f"{share:.0%}"


def whole(number: Any) -> str:
    """A count."""
    return NONE if is_missing(number) else f"{number:,.0f}"


def items(count: Any) -> str:
    """How many items a figure rests on."""
    return "1 item" if count == 1 else f"{count:,.0f} items"


def change(now: Any, before: Any) -> float | None:
    """The relative change, or nothing where there was nothing before."""
    if is_missing(now) or is_missing(before) or not before:
        return None
    return float(now) / float(before) - 1


def trend(now: Any, before: Any, count_now: int, count_before: int) -> str | None:
    """The change in words, unless either figure rests on too few items to tell."""
    moved = change(now, before)
    if moved is None or min(count_now, count_before) < FEW:
        return None
    text = f"{moved:+.0%}"
    return "0%" if text in ("+0%", "-0%") else text


def period_name(period_type: str, start: Any) -> str:
    """A period as people call it: June 2026, 2026 Q2, week from 29 Jun 2026."""
    date = dt.date(start.year, start.month, start.day)
    match period_type:
        case "month":
            return f"{date:%B %Y}"
        case "quarter":
            return f"{date.year} Q{(date.month + 2) // 3}"
        case "year":
            return str(date.year)
        case _:
            return f"{period_type} from {date.day} {date:%b %Y}"


def short_period_name(period_type: str, start: Any) -> str:
    """The same for an axis: Jun 26, 26 Q2, 29 Jun 26."""
    date = dt.date(start.year, start.month, start.day)
    match period_type:
        case "month":
            return f"{date:%b %y}"
        case "quarter":
            return f"{date:%y} Q{(date.month + 2) // 3}"
        case "year":
            return str(date.year)
        case _:
            return f"{date.day} {date:%b %y}"
