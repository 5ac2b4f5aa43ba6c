"""The comparison finds what differs and nothing else: tried on marts that are written from the truth."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.demo.clock import instant
from pipelines.demo.compare import BUCKETS, FLOW_MARTS, KEY_COLUMNS, compare, summary
from pipelines.demo.truth import Truth


@pytest.fixture(scope="module")
def truth(company) -> Truth:
    """The truth of two teams' last items, so that the marts are small."""
    since = instant("2026-03-01T00:00:00+01:00")
    items = [item for item in company.github.items if item.area.team in ("identity", "search")]
    return Truth([item for item in items if item.created > since])


def write(database: Path, truth: Truth) -> None:
    with duckdb.connect(str(database)) as connection:
        for name, rows in marts(truth):
            connection.register("given", pa.Table.from_pylist(rows))
            connection.execute(f"create table {name} as select * from given")


def marts(truth: Truth) -> Iterator[tuple[str, list[dict[str, object]]]]:
    items = [{"artifact_id": life.item.artifact_id, **truth.item_row(life)} for life in truth.lives]
    yield (
        "fct_flow_items",
        [row for row in items if row["flow_item"] in ("feature", "defect", "debt", "risk")],
    )
    counts = truth.accounting()
    accounting = [("lumen_github", "github", bucket) for bucket in BUCKETS]
    columns = ("connection", "tool", "bucket")
    yield (
        "artifact_accounting",
        [
            {**dict(zip(columns, key, strict=True)), "artifact_count": counts.get(key, 0)}
            for key in accounting
        ],
    )
    columns = ("connection", "seed", "gap_type", "tool_value")
    yield (
        "mapping_gaps",
        [{**dict(zip(columns, key, strict=True)), "artifact_count": n} for key, n in truth.gaps().items()],
    )
    rows = [(dict(zip(KEY_COLUMNS, key, strict=True)), figures) for key, figures in truth.rows()]
    for mart in FLOW_MARTS:
        yield mart, [{**key, **figures["period"], **figures[mart]} for key, figures in rows]
    yield (
        "product_flow_metrics",
        [
            {
                "product_id": key["scope_id"],
                **key,
                **{n: v for part in figures.values() for n, v in part.items()},
            }
            for key, figures in rows
            if key["scope_type"] == "product"
        ],
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory, truth) -> Path:
    database = tmp_path_factory.mktemp("compare") / "written.duckdb"
    write(database, truth)
    return database


@pytest.fixture
def database(written, tmp_path) -> Path:
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(written.read_bytes())
    return copy


def test_the_truth_does_not_differ_from_itself(written, truth):
    assert compare(written, truth) == []


CELL = (
    "scope_type = 'product' and scope_id = 'search' and period_type = 'year' "
    "and period_start = '2026-01-01' and flow_item = 'all'"
)


@pytest.mark.parametrize(
    ("mart", "column", "change"),
    [
        ("fct_flow_items", "reopened_count", "update fct_flow_items set reopened_count = 99 where rowid = 3"),
        ("fct_flow_items", "outcome", "update fct_flow_items set outcome = 'lost' where rowid = 3"),
        ("fct_flow_items", "(row)", "delete from fct_flow_items where rowid = 3"),
        (
            "artifact_accounting",
            "artifact_count",
            "update artifact_accounting set artifact_count = artifact_count + 1 where bucket = 'flow_item'",
        ),
        ("mapping_gaps", "(row)", "delete from mapping_gaps where rowid = 0"),
        ("flow_velocity", "velocity", f"update flow_velocity set velocity = velocity + 1 where {CELL}"),
        ("flow_distribution", "share", f"update flow_distribution set share = share * 1.00001 where {CELL}"),
        (
            "flow_time",
            "flow_time_p85_seconds",
            f"update flow_time set flow_time_p85_seconds = flow_time_p85_seconds * (1 + 1e-8) where {CELL}",
        ),
        (
            "flow_efficiency",
            "flow_efficiency",
            f"update flow_efficiency set flow_efficiency = null where {CELL}",
        ),
        ("flow_load", "load_max", f"update flow_load set load_max = load_max - 1 where {CELL}"),
        ("flow_load", "(row)", f"delete from flow_load where {CELL}"),
        ("flow_load", "is_complete", f"update flow_load set is_complete = not is_complete where {CELL}"),
        (
            "product_flow_metrics",
            "load_avg",
            f"update product_flow_metrics set load_avg = load_avg + 1 where {CELL}",
        ),
    ],
)
def test_a_changed_cell_is_the_one_difference(database, truth, mart, column, change):
    with duckdb.connect(str(database)) as connection:
        connection.execute(change)
    (difference,) = compare(database, truth)
    assert (difference.mart, difference.column) == (mart, column)
    assert mart in summary([difference])


def test_a_missing_column_is_told(database, truth):
    with duckdb.connect(str(database)) as connection:
        connection.execute("alter table artifact_accounting drop column artifact_count")
        connection.execute("alter table artifact_accounting add column artifacts bigint")
    differences = compare(database, truth)
    assert {difference.found for difference in differences} == {"no such column"}


def test_a_row_too_many_is_told(database, truth):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into flow_load by name select * replace ('nobody' as scope_id) from flow_load where "
            + CELL
        )
    (difference,) = compare(database, truth)
    assert (difference.expected, difference.found) == ("absent", "present")


def test_the_items_behind_a_difference_are_named(database, truth):
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"update flow_velocity set velocity = velocity + 1 where {CELL}")
    (difference,) = compare(database, truth)
    assert difference.items
    assert "lumen_github:" in str(difference)
    assert difference.key[3] == date(2026, 1, 1)


def test_a_difference_within_rounding_is_none(database, truth):
    with duckdb.connect(str(database)) as connection:
        connection.execute("update flow_load set load_avg = load_avg * (1 + 1e-12)")
    assert compare(database, truth) == []
