"""A small warehouse with the record of a green build, as dbt would leave it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.publish import snapshot

MARTS = {
    "dim_things": "One row per thing. It isn't much.",
    "fct_steps": "One row per step.",
}


@dataclass
class Warehouse:
    """A warehouse whose marts all hold the number of their build, and the folder that it is published in."""

    database: Path
    published: Path
    project: Path
    clock: dt.datetime = field(default=dt.datetime(2026, 7, 8, 9, tzinfo=dt.UTC))

    def build(self, number: int, status: str = "green", **details: Any) -> None:
        """Leave the marts and the record that a build leaves."""
        record = {
            "failures": [],
            "missing": [],
            "counts": {"model": {"success": 2}, "test": {"pass": 3}},
            "warnings": [],
            "seeds": [],
            "marts": [
                {
                    "name": name,
                    "schema": "main",
                    "table": name,
                    "description": description,
                    "columns": {"build": "Number of the build's."},
                }
                for name, description in MARTS.items()
            ],
            **details,
        }
        with duckdb.connect(str(self.database)) as connection:
            for name in MARTS:
                connection.execute(
                    f"create or replace table {name} as select {number} as build, 'row ' || range as note,"
                    " range / 3 as ratio, date '2026-07-08' as day, timestamp '2026-07-08 09:00:00' as at,"
                    " range % 2 = 0 as is_even from range(100)"
                )
            connection.execute("create schema if not exists audit")
            connection.execute(
                "create or replace table audit.build as select $1 as invocation_id, 'build' as command,"
                " $2 as status, '1.11' as dbt_version, timestamp '2026-07-08 10:00:00' as started_at,"
                " timestamp '2026-07-08 09:00:00' as as_of, 'Europe/Berlin' as reporting_timezone,"
                " $3 as details",
                [f"build {number}", status, json.dumps(record)],
            )

    def publish(self, keep: int = 7) -> dict[str, Any]:
        """Publish what was built, a minute after the time before."""
        self.clock += dt.timedelta(minutes=1)
        return snapshot.publish(
            self.database, self.published, self.project, keep=keep, now=lambda: self.clock
        )


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "published", tmp_path)
