"""Whether the items behind the figures of a warehouse come to them."""

from __future__ import annotations

import pytest

from pipelines.mapping.explanation import Explainer
from pipelines.mapping.figures import FIGURES, MARTS, Figure
from pipelines.mapping.records import Place, Records

KEY = "scope_type, scope_id, period_type, period_start, flow_level, flow_item"
# Each item adds its whole part to these, so that the list itself adds up.
SUMMED = ("velocity", "arrivals", "cancelled_count", "net_flow", "load_end", "delivered_estimate")


def disagreements(records: Records, condition: str) -> tuple[int, list[str]]:
    """How many figures were explained, and those whose items do not come to them."""
    explained, wrong = 0, []
    for place, published in _figures(records, condition).items():
        found = Explainer(records, place)
        for figure, value in published.items():
            explanation = found.explain(figure, value)
            explained += 1
            if not explanation.agrees:
                wrong.append(f"{place} {figure.mart}.{figure.column}: {explanation.value}, not {value}")
            if figure.column in SUMMED:
                assert sum(part.value or 0 for part in explanation.parts) == pytest.approx(value)
    return explained, wrong


def _figures(records: Records, condition: str) -> dict[Place, dict[Figure, float | None]]:
    """All figures of the marts, by place."""
    found: dict[Place, dict[Figure, float | None]] = {}
    for mart in MARTS:
        figures = [figure for figure in FIGURES.values() if figure.mart == mart]
        columns = ", ".join(figure.column for figure in figures)
        sql = f"select {KEY}, {columns} from {mart} where {condition}"
        for row in records.connection.execute(sql).fetchall():
            values = [None if value is None else float(value) for value in row[6:]]
            found.setdefault(Place(*row[:6]), {}).update(zip(figures, values, strict=True))
    return found
