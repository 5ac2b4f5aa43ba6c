"""The whole way on a small demo: stand-ins, loads with sweeps, `dbt build` with its tests, true figures."""

import io

import duckdb
import pytest
from rich.console import Console

from pipelines.demo.compare import compare, summary
from pipelines.demo.report import print_report


def test_the_marts_equal_the_truth(database, company):
    differences = compare(database, company.truth)
    assert not differences, summary(differences)


def test_nothing_of_a_person_is_stored(database):
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema like 'raw%'"
        ).fetchall():
            text = f"select count(*) from {schema}.{table} as row where cast(row as text) like $1"
            for trace in ("%@lumenport.example%", "%ines.iyer%", "%ines-iyer%", "%Ines Iyer%"):
                assert connection.execute(text, [trace]).fetchone() == (0,), f"{trace} in {schema}.{table}"


@pytest.mark.parametrize("width", [80, 130])
def test_the_report_shows_every_product_and_the_bottleneck(database, width):
    console = Console(width=width, file=io.StringIO())
    print_report(database, console)
    text = console.file.getvalue()
    assert "…" not in text
    for product in ("Storefront", "Fraud Guard (epic)", "Warehouse", "Unassigned"):
        assert product in text
    assert "Where it hurts" in text
