"""Whether the items behind the figures of a warehouse come to them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from pipelines.mapping.explanation import Explainer
from pipelines.mapping.figures import (
    ACCOUNTING_FIGURES,
    PERIOD_FIGURES,
    RECENT_FIGURES,
    STATE_FIGURES,
    TRUST_FIGURES,
    Figure,
)
from pipelines.mapping.records import RECENT, MartRow, Place, Records
from pipelines.mapping.trust_figures import AccountRow, TrustRow

KEY = ("scope_type", "scope_id", "period_type", "period_start", "flow_level", "flow_item")
# Each item adds its whole part to these, so that the list itself adds up.
SUMMED = {
    "flow_velocity": ("velocity", "arrivals", "cancelled_count", "net_flow", "delivered_estimate"),
    "flow_load": ("load_end",),
    "flow_states": tuple(figure.column for figure in STATE_FIGURES if figure.column != "mean_stay_seconds"),
    **{
        mart: tuple(figure.column for figure in PERIOD_FIGURES if figure.mart == mart)
        for mart in ("flow_load_bridge", "cumulative_flow")
    },
    "flow_trust": tuple(figure.column for figure in TRUST_FIGURES if figure.column != "trust_score"),
    "artifact_accounting": tuple(figure.column for figure in ACCOUNTING_FIGURES),
}


def disagreements(records: Records, condition: str) -> tuple[int, list[str]]:
    """How many figures per period were explained, and those whose items do not come to them."""
    return _checked(records, _published(records, PERIOD_FIGURES, f"where {condition}"))


def state_disagreements(records: Records, condition: str) -> tuple[int, list[str]]:
    """The same of the figures per tool state."""
    return _checked(records, _published(records, STATE_FIGURES, f"where {condition}"))


def recent_disagreements(records: Records) -> tuple[int, list[str]]:
    """The same of the flow times of lately."""
    return _checked(records, _published(records, RECENT_FIGURES, ""))


def trust_disagreements(records: Records) -> tuple[int, list[str]]:
    """The same of the trust in load and velocity, of all scopes."""
    columns = ", ".join(figure.column for figure in TRUST_FIGURES)
    published: dict[MartRow, dict[Figure, float | None]] = {}
    sql = f"select scope_type, scope_id, figure, {columns} from flow_trust"
    for scope_type, scope_id, trusted, *values in records.connection.execute(sql).fetchall():
        row = TrustRow(scope_type, scope_id, trusted)
        published[row] = dict(zip(TRUST_FIGURES, map(float, values), strict=True))
    return _checked(records, published)


def accounting_disagreements(records: Records) -> tuple[int, list[str]]:
    """The same of the artifacts of all connections and buckets."""
    in_bucket, loaded = ACCOUNTING_FIGURES
    published: dict[MartRow, dict[Figure, float | None]] = {}
    sql = "select connection, bucket, artifact_count, loaded_count from artifact_accounting"
    for connection, bucket, count, loaded_count in records.connection.execute(sql).fetchall():
        published[AccountRow(connection, bucket)] = {in_bucket: float(count)}
        published[AccountRow(connection)] = {loaded: float(loaded_count)}
    return _checked(records, published)


def states_without_a_row(records: Records, condition: str) -> list[str]:
    """Tool states that work was in during a period, but of which flow_states says nothing."""
    key = ", ".join(KEY)
    rows = records.connection.execute(f"""
        select {key}, list(tool_state) filter (where tool_state is not null)
        from flow_load left join flow_states using ({key}) where {condition} group by all
    """).fetchall()
    missing = []
    for *of, known in rows:
        place = Place(*of)
        period = records.period(place)
        for stay in records.work(place).stays_in_work:
            is_over = stay.left_at is not None and stay.left_at <= period.starts_at
            if stay.entered_at < period.ends_at and not is_over and stay.tool_state not in (known or ()):
                missing.append(f"{place} {stay.tool_state}")
    return missing


def _checked(records: Records, rows: Mapping[Any, Mapping[Figure, float | None]]) -> tuple[int, list[str]]:
    explained, wrong = 0, []
    for place, published in rows.items():
        found = Explainer(records, place)
        for figure, value in published.items():
            explanation = found.explain(figure, value)
            explained += 1
            if not explanation.agrees:
                wrong.append(f"{place} {figure.mart}.{figure.column}: {explanation.value}, not {value}")
            if figure.column in SUMMED.get(figure.mart, ()) and value is not None:
                total = sum(part.value or 0 for part in explanation.parts)
                if not math.isclose(total, value, rel_tol=1e-9, abs_tol=1e-9):
                    wrong.append(f"{place} {figure.mart}.{figure.column}: parts of {total}, not {value}")
    return explained, wrong


def _published(
    records: Records, figures: Iterable[Figure], where: str
) -> dict[Place, dict[Figure, float | None]]:
    """All these figures as their marts have them, by place."""
    found: dict[Place, dict[Figure, float | None]] = {}
    recent = {"period_type": f"'{RECENT}'", "period_start": "delivered_from"}
    for mart, of_mart in groupby(figures, key=lambda figure: figure.mart):
        columns = list(of_mart)
        key = [recent.get(name, name) if mart == "flow_time_recent" else name for name in KEY]
        key.append("tool_state" if mart == "flow_states" else "null")
        sql = f"select {', '.join(key + [figure.column for figure in columns])} from {mart} {where}"
        for row in records.connection.execute(sql).fetchall():
            values = [None if value is None else float(value) for value in row[len(key) :]]
            found.setdefault(Place(*row[: len(key)]), {}).update(zip(columns, values, strict=True))
    return found
