"""The comparison finds what differs, and nothing else."""

from pathlib import Path

import duckdb
import pytest

from tests.spark.marts import differences

ROWS = "(values ('a', 1, 1.5::double, timestamp '2026-01-01 10:00', null), ('b', 2, null, null, 'x'))"
TABLE = f"select * from {ROWS} as rows(key, amount, share, seen_at, word)"


@pytest.fixture
def compared(tmp_path: Path):
    """Compares the table of DuckDB with what a query makes of it for Spark."""

    def compare(query: str) -> list[str]:
        database = tmp_path / "one.duckdb"
        folder = tmp_path / "warehouse" / "main.db" / "mart"
        folder.mkdir(parents=True)
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"set timezone = 'UTC'; create table mart as {TABLE}")
            of_spark = f"select * replace (timezone('UTC', seen_at) as seen_at) from ({query})"
            connection.execute(f"copy ({of_spark}) to '{folder}/0.parquet'")
        return list(differences(database, tmp_path / "warehouse", {"mart": ["key"]}))

    return compare


def test_equal_marts_have_no_differences(compared):
    assert compared("from mart") == []


def test_a_rounding_error_of_a_share_is_none(compared):
    assert compared("select * replace (share * (1 + 1e-12) as share) from mart") == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from mart where key = 'a'", "mart: 2 rows on DuckDB, 1 on Spark, 1 of them on one only"),
        ("from mart union all from mart", "mart: 2 rows on DuckDB, 4 on Spark"),
        ("select * exclude (word) from mart", "mart: columns"),
        ("select * replace (amount + 1 as amount) from mart", "mart.amount: 2 cells differ"),
        ("select * replace (share * (1 + 1e-8) as share) from mart", "mart.share: 1 cells differ"),
        ("select * replace (coalesce(share, 0) as share) from mart", "mart.share: 1 cells differ"),
        ("select * replace (seen_at + interval 1 hour as seen_at) from mart", "mart.seen_at: 1 cells differ"),
        ("select * replace (coalesce(word, '') as word) from mart", "mart.word: 1 cells differ"),
        ("select * replace (amount::bigint as amount) from mart", "mart.amount: 2 cells differ"),
    ],
)
def test_what_differs_is_told(compared, query, told):
    assert any(line.startswith(told) for line in compared(query))
