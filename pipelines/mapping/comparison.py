"""Two builds over the same raw data, compared: which figures moved, and which artifacts changed class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.database import sql_text
from pipelines.mapping.figures import FIGURES, MARTS
from pipelines.mapping.life import outcomes_sql
from pipelines.mapping.rows import RowChange, Rows
from pipelines.mapping.scratch import Seeds, Settings

SCOPE_ORDER = ("product", "team", "value_stream", "art", "portfolio", "organisation")
KEY = ("scope_type", "scope_id", "period_type", "period_start", "flow_level", "flow_item")
EXAMPLES = 3
ASPECTS = {
    "flow item": (
        "coalesce(flow_item, 'unmapped')"
        " || case when flow_level != 'item' then ' (' || flow_level || ')' else '' end",
        "flow_item_mapping_row_id",
    ),
    "product": ("product_id", "product_mapping_row_id"),
    "team": ("coalesce(team_id, 'no team')", "team_mapping_row_id"),
    "outcome": ("coalesce(outcome, 'not completed')", "outcome_row_id"),
}
Pair = tuple[float | None, float | None]


@dataclass(frozen=True)
class Scope:
    """What a figure is for: a scope at a flow level, for a flow item or all."""

    scope_type: str
    scope_id: str
    name: str
    flow_level: str
    flow_item: str

    @property
    def title(self) -> str:
        """As people call it: `Checkout`, `Fraud Guard (epic)`, `Checkout: defect`."""
        level = "" if self.flow_level == "item" else f" ({self.flow_level})"
        return f"{self.name}{level}" + ("" if self.flow_item == "all" else f": {self.flow_item}")


@dataclass(frozen=True)
class Move:
    """A figure that moved: before and after, over all history and by month.

    Args:
        scope: what it is for
        column: the figure's column in its mart
        history: before and after over all history
        months: before and after in every month, moved or not
    """

    scope: Scope
    column: str
    history: Pair
    months: Mapping[dt.date, Pair]

    @property
    def moved_months(self) -> list[dt.date]:
        """The months in which it moved."""
        return [month for month, (before, after) in self.months.items() if before != after]

    @property
    def size(self) -> float:
        """How much it moved, from 0 to 1: over all history, else in the month that moved most."""
        return _relative(self.history) or max(map(_relative, self.months.values()), default=0) / 1000


@dataclass(frozen=True)
class ClassChange:
    """Artifacts that became something else in the same way, by the same rows.

    Args:
        aspect: flow item, product, team, outcome, or the state that means something else
        before: what they were
        after: what they are
        row_before: id of the mapping row that decided before; none where no row did
        row_after: the same of after
        artifact_count: how many artifacts
        examples: keys of some
        load: how many of them are in work now, before and after
        velocity: how many of them are delivered, before and after
        flow_time_seconds: what their flow times add up to, before and after
    """

    aspect: str
    before: str
    after: str
    row_before: str | None
    row_after: str | None
    artifact_count: int
    examples: Sequence[str]
    load: tuple[int, int]
    velocity: tuple[int, int]
    flow_time_seconds: tuple[float, float]


@dataclass(frozen=True)
class Impact:
    """What would move if the edited seeds (or other policies) took the place of the base's."""

    before: Seeds
    after: Seeds
    settings_before: Settings
    settings_after: Settings
    row_changes: Sequence[RowChange]
    artifact_count: int = 0
    changed_artifact_count: int = 0
    moved_rows: Mapping[str, int] = field(default_factory=dict)
    last_months: Sequence[dt.date] = ()
    moves: Sequence[Move] = ()
    classes: Sequence[ClassChange] = ()

    @property
    def rows_before(self) -> Rows:
        """The mapping rows of the base."""
        return self.before.rows

    @property
    def rows_after(self) -> Rows:
        """The mapping rows as edited."""
        return self.after.rows

    @property
    def policy_changes(self) -> list[str]:
        """The policies that differ: `completion: last → first`."""
        before, after = self.settings_before.policies, self.settings_after.policies
        return [f"{name}: {before[name]} → {after[name]}" for name in before if before[name] != after[name]]

    @property
    def is_still(self) -> bool:
        """Whether nothing moved: no figure of any period, and no artifact's class."""
        return not any(self.moved_rows.values()) and not self.classes


def compare(impact: Impact, before: Path, after: Path, month_count: int) -> Impact:
    """Fill in what differs between two builds.

    Args:
        impact: what was built
        before: the database with the base's marts
        after: the database with the edited ones
        month_count: how many of the last complete months to report

    Returns:
        the impact with its figures
    """
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for side, database in (("before", before), ("after", after)):
            connection.execute(f"attach {sql_text(database)} as {side} (read_only)")
            connection.execute(_months_sql(side))
            connection.execute(_items_sql(side))
        moved = {mart: _count(connection, _moved_rows_sql(mart)) for mart in MARTS}
        classes = [*_class_changes(connection), *_state_changes(connection)]
        return Impact(
            impact.before,
            impact.after,
            impact.settings_before,
            impact.settings_after,
            impact.row_changes,
            artifact_count=_count(connection, "select count(*) from items_after"),
            changed_artifact_count=_count(connection, _CHANGED_ARTIFACTS),
            moved_rows=moved,
            last_months=_last_months(connection, month_count),
            moves=sorted(_moves(connection), key=by_weight) if any(moved.values()) else [],
            classes=sorted(
                classes, key=lambda change: (-change.artifact_count, change.aspect, change.before)
            ),
        )


def _relative(pair: Pair) -> float:
    before, after = pair
    if before == after:
        return 0.0
    if before is None or after is None:
        return 1.0
    return abs(after - before) / max(abs(before), abs(after))


def by_weight(move: Move) -> tuple[Any, ...]:
    """The order of a report: all work before its parts, since the largest shares are those of a few items."""
    scope = move.scope
    columns = list(FIGURES)
    return (
        SCOPE_ORDER.index(scope.scope_type),
        scope.flow_item != "all",
        -round(move.size, 9),
        scope.scope_id,
        scope.flow_level,
        scope.flow_item,
        columns.index(move.column),
    )


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


def _same(column: str) -> str:
    """SQL, true where both sides agree. Sums of estimates may differ in their last digits from run to run."""
    equal = f"b.{column} is not distinct from a.{column}"
    return (
        f"({equal} or abs(b.{column} - a.{column}) < 1e-6)"
        if column == "delivered_estimate"
        else f"({equal})"
    )


def _moved_rows_sql(mart: str) -> str:
    columns = [figure.column for figure in FIGURES.values() if figure.mart == mart]
    same = " and ".join(map(_same, columns))
    return f"""
        select count(*) from before.main.{mart} as b full join after.main.{mart} as a using ({", ".join(KEY)})
        where b.period_end is null or a.period_end is null or not ({same})
    """


def _months_sql(side: str) -> str:
    """The five metrics of every month, side by side."""
    joins = " ".join(
        f"inner join {side}.main.{mart} as {mart} using ({', '.join(KEY)})" for mart in MARTS[1:]
    )
    columns = ", ".join(f"{figure.mart}.{figure.column}" for figure in FIGURES.values())
    return f"""
        create temp table months_{side} as
        select {", ".join(KEY)}, flow_velocity.is_complete, {columns},
            epoch_ms(least(periods.ends_at, clock.as_of)) - epoch_ms(periods.starts_at) as elapsed_ms
        from {side}.main.flow_velocity as flow_velocity {joins}
        inner join {side}.main.dim_periods as periods using (period_type, period_start)
        cross join {side}.intermediate.int_clock__as_of as clock
        where period_type = 'month'
    """


def _items_sql(side: str) -> str:
    """Every artifact with its class and what it carries, as one build has it."""
    return f"""
        create temp table items_{side} as
        select
            items.artifact_id,
            artifacts.artifact_key,
            items.flow_item,
            items.flow_level,
            items.flow_item_mapping_row_id,
            items.product_id,
            items.product_mapping_row_id,
            items.team_id,
            items.team_mapping_row_id,
            items.outcome,
            outcomes.outcome_row_id,
            coalesce(items.flow_item in ('feature', 'defect', 'debt', 'risk'), false) as is_flow_item,
            is_flow_item and not items.is_removed
            and coalesce(items.current_abstract_state in ('active', 'waiting'), false) as is_in_load,
            is_flow_item and coalesce(items.outcome = 'delivered', false) as is_delivered,
            case when is_delivered then coalesce(items.flow_time_ms, 0) else 0 end as delivered_ms
        from {side}.intermediate.int_flow__items as items
        inner join {side}.intermediate.int_artifacts__artifacts as artifacts using (artifact_id)
        inner join ({outcomes_sql(f"{side}.intermediate")}) as outcomes using (artifact_id)
    """


_CHANGED_ARTIFACTS = """
    select count(*) from (
        select b.artifact_id from items_before as b inner join items_after as a using (artifact_id)
        where (b.flow_item, b.flow_level, b.product_id, b.team_id, b.outcome)
            is distinct from (a.flow_item, a.flow_level, a.product_id, a.team_id, a.outcome)
        union
        select artifact_id
        from before.intermediate.int_classification__intervals as b
        full join after.intermediate.int_classification__intervals as a using (artifact_id, entered_at)
        where (b.tool_state, b.abstract_state, b.state_outcome)
            is distinct from (a.tool_state, a.abstract_state, a.state_outcome)
            or (b.flow_item, b.flow_level, b.product_id, b.team_id)
            is distinct from (a.flow_item, a.flow_level, a.product_id, a.team_id)
    )
"""
_CARRIED = """
    count(*) as artifact_count,
    (list(artifact_key order by artifact_key))[1:{examples}] as examples,
    count(*) filter (where b.is_in_load) as load_before,
    count(*) filter (where a.is_in_load) as load_after,
    count(*) filter (where b.is_delivered) as velocity_before,
    count(*) filter (where a.is_delivered) as velocity_after,
    sum(b.delivered_ms) / 1000 as seconds_before,
    sum(a.delivered_ms) / 1000 as seconds_after
""".replace("artifact_key", "a.artifact_key").format(examples=EXAMPLES)


def _class_changes(connection: duckdb.DuckDBPyConnection) -> Iterator[ClassChange]:
    for aspect, (value, row_id) in ASPECTS.items():
        sql = f"""
            with
                b as (select *, {value} as class from items_before),
                a as (select *, {value} as class from items_after)
            select '{aspect}', b.class, a.class, b.{row_id}, a.{row_id}, {_CARRIED}
            from b inner join a using (artifact_id) where b.class != a.class group by all
        """
        yield from map(_class_change, connection.execute(sql).fetchall())


def _state_changes(connection: duckdb.DuckDBPyConnection) -> Iterator[ClassChange]:
    """States that mean something else, with the artifacts that ever stood in them."""
    sql = f"""
        with stays as (
            select distinct a.artifact_id, a.tool_state,
                coalesce(b.abstract_state, 'unmapped') as before,
                coalesce(a.abstract_state, 'unmapped') as after,
                b.state_mapping_row_id as row_before, a.state_mapping_row_id as row_after
            from before.intermediate.int_classification__intervals as b
            inner join after.intermediate.int_classification__intervals as a using (artifact_id, entered_at)
            where a.tool_state = b.tool_state
                and (a.abstract_state, a.state_outcome)
                is distinct from (b.abstract_state, b.state_outcome)
        )
        select 'state ' || tool_state, stays.before, stays.after, row_before, row_after, {_CARRIED}
        from stays
        inner join items_before as b using (artifact_id)
        inner join items_after as a using (artifact_id)
        group by all
        union all
        select 'states told apart by labels', 'other states', 'other states', null, null, {_CARRIED}
        from (
            select distinct artifact_id
            from before.intermediate.int_classification__intervals as x
            full join after.intermediate.int_classification__intervals as y using (artifact_id, entered_at)
            where x.tool_state is distinct from y.tool_state
        )
        inner join items_before as b using (artifact_id)
        inner join items_after as a using (artifact_id)
        having count(*) > 0
    """
    yield from map(_class_change, connection.execute(sql).fetchall())


def _class_change(row: tuple[Any, ...]) -> ClassChange:
    aspect, before, after, row_before, row_after, count, examples, *carried = row
    load, velocity, seconds = (tuple(carried[at : at + 2]) for at in (0, 2, 4))
    return ClassChange(aspect, before, after, row_before, row_after, count, examples, load, velocity, seconds)


def _last_months(connection: duckdb.DuckDBPyConnection, count: int) -> list[dt.date]:
    sql = "select distinct period_start from months_after where is_complete order by 1 desc limit ?"
    return [month for (month,) in reversed(connection.execute(sql, [count]).fetchall())]


def _moves(connection: duckdb.DuckDBPyConnection) -> Iterator[Move]:
    columns = list(FIGURES)
    same = " and ".join(map(_same, columns))
    place = ("scope_type", "scope_id", "flow_level", "flow_item")
    both = ", ".join(f"b.{column}, a.{column}" for column in columns)
    connection.execute(f"""
        create temp table compared as
        select {", ".join(KEY)}, not coalesce({same}, false) as has_moved, {both}
        from months_before as b full join months_after as a using ({", ".join(KEY)})
    """)
    history = {side: _history(connection, side) for side in ("before", "after")}
    names = _names(connection)
    rows = connection.execute(f"""
        from compared
        select {", ".join(place)}, period_start, columns(* exclude ({", ".join(KEY)}, has_moved))
        where ({", ".join(place)}) in (select ({", ".join(place)}) from compared where has_moved)
        order by {", ".join(place)}, period_start
    """).fetchall()
    months: dict[tuple[str, ...], dict[dt.date, tuple[Any, ...]]] = {}
    for row in rows:
        months.setdefault(row[:4], {})[row[4]] = row[5:]
    for key, figures in months.items():
        scope_type, scope_id, level, item = key
        scope = Scope(
            scope_type, scope_id, names.get((scope_type, scope_id), scope_id.capitalize()), level, item
        )
        for number, column in enumerate(columns):
            pairs = {month: (row[2 * number], row[2 * number + 1]) for month, row in figures.items()}
            if any(_differ(column, pair) for pair in pairs.values()):
                whole = (
                    history["before"].get(key, {}).get(column),
                    history["after"].get(key, {}).get(column),
                )
                yield Move(scope, column, whole, pairs)


def _differ(column: str, pair: Pair) -> bool:
    before, after = pair
    if column == "delivered_estimate" and before is not None and after is not None:
        return abs(before - after) > 1e-6
    return before != after


def _names(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {("product", "unassigned"): "Unassigned"}
    for side in ("before", "after"):
        rows = connection.execute(f"""
            select 'product', product_id, product_name from {side}.main.dim_products
            union all select 'team', team_id, team_name from {side}.main.dim_teams
            union all select level, value_stream_id, value_stream_name from {side}.main.dim_value_streams
        """).fetchall()
        names |= {(kind, key): name for kind, key, name in rows}
    return names


def _history(
    connection: duckdb.DuckDBPyConnection, side: str
) -> dict[tuple[str, ...], dict[str, float | None]]:
    """Every figure over all of a scope's months together. Percentiles are those of all the items."""
    rows = connection.execute(f"""
        with totals as (
            select
                scope_type, scope_id, flow_level, flow_item,
                sum(velocity) as velocity,
                sum(cancelled_count) as cancelled_count,
                sum(arrivals) as arrivals,
                sum(net_flow) as net_flow,
                sum(delivered_estimate) as delivered_estimate,
                sum(flow_time_avg_seconds * flow_time_item_count) / nullif(sum(flow_time_item_count), 0)
                    as flow_time_avg_seconds,
                sum(flow_time_item_count) as flow_time_item_count,
                sum(active_seconds) / nullif(sum(active_seconds + waiting_seconds), 0) as flow_efficiency,
                sum(active_seconds) as active_seconds,
                sum(waiting_seconds) as waiting_seconds,
                max_by(load_end, period_start) as load_end,
                sum(load_avg * elapsed_ms) / nullif(sum(elapsed_ms), 0) as load_avg,
                max(load_max) as load_max
            from months_{side} group by all
        ),
        counted as (
            select * from {side}.intermediate.int_flow__counted
            where completed_date is not null and outcome in ({_counted_outcomes(connection, side)})
        ),
        items as (
            select
                series.scope_type, series.scope_id, series.flow_level, series.flow_item,
                quantile_cont(flow_time_ms, 0.5) / 1000 as flow_time_p50_seconds,
                quantile_cont(flow_time_ms, 0.85) / 1000 as flow_time_p85_seconds,
                quantile_cont(flow_time_ms, 0.95) / 1000 as flow_time_p95_seconds,
                quantile_cont(active_ms / nullif(active_ms + waiting_ms, 0), 0.5)
                    as flow_efficiency_item_median
            from counted
            inner join {side}.intermediate.int_flow__class_series as class_series
                using (flow_class_id)
            inner join {side}.intermediate.int_flow__series as series using (series_number)
            group by all
        )
        select totals.*, items.* exclude (scope_type, scope_id, flow_level, flow_item),
            totals.velocity / nullif(wholes.velocity, 0) as share
        from totals
        inner join totals as wholes
            on (wholes.scope_type, wholes.scope_id, wholes.flow_level)
            = (totals.scope_type, totals.scope_id, totals.flow_level) and wholes.flow_item = 'all'
        left join items
            on (items.scope_type, items.scope_id, items.flow_level, items.flow_item)
            = (totals.scope_type, totals.scope_id, totals.flow_level, totals.flow_item)
    """)
    names = [column[0] for column in rows.description or ()]
    return {row[:4]: dict(zip(names[4:], row[4:], strict=True)) for row in rows.fetchall()}


def _counted_outcomes(connection: duckdb.DuckDBPyConnection, side: str) -> str:
    sql = f"select policy_cancelled from {side}.main.build_settings"
    is_included = connection.execute(sql).fetchall() == [("included",)]
    return "'delivered', 'cancelled'" if is_included else "'delivered'"
