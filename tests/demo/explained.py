"""Whether the items behind the figures of a warehouse come to them."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.mapping.explanation import Explainer, Place, Records
from pipelines.mapping.figures import FIGURES, MARTS

KEY = "scope_type, scope_id, period_type, period_start, flow_level, flow_item"
# Each item adds its whole part to these, so that the list itself adds up.
SUMMED = ("velocity", "arrivals", "cancelled_count", "net_flow", "load_end", "delivered_estimate")


def disagreements(records: Records, condition: str) -> tuple[int, list[str]]:
    """How many figures were explained, and those whose items do not come to them."""
    explained, wrong = 0, []
    scopes: dict[tuple[str, str], tuple[list[Any], list[Any]]] = {}
    for place, published in _figures(records, condition).items():
        scope = (place.scope_type, place.scope_id)
        if scope not in scopes:
            scopes[scope] = (
                [item for item in records.items if records.is_in(item, *scope)],
                [stay for stay in records.stays if records.is_in(stay, *scope)],
            )
        found = Explainer(records, place, *scopes[scope])
        found.whole = Explainer(records, Place(**{**vars(place), "flow_item": "all"}), *scopes[scope])
        for column, value in published.items():
            explanation = found.explain(column, value)
            explained += 1
            if not explanation.agrees:
                wrong.append(f"{place} {column}: {explanation.value}, not {value}")
            if column in SUMMED:
                assert sum(part.value or 0 for part in explanation.parts) == pytest.approx(value)
    return explained, wrong


def _figures(records: Records, condition: str) -> dict[Place, dict[str, float | None]]:
    """All figures of the marts, by place and column."""
    found: dict[Place, dict[str, float | None]] = {}
    for mart in MARTS:
        columns = [figure.column for figure in FIGURES.values() if figure.mart == mart]
        sql = f"select {KEY}, {', '.join(columns)} from {mart} where {condition}"
        for row in records.connection.execute(sql).fetchall():
            values = [None if value is None else float(value) for value in row[6:]]
            found.setdefault(Place(*row[:6]), {}).update(zip(columns, values, strict=True))
    return found
