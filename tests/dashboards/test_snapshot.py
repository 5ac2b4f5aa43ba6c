"""Where the dashboards find their figures."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dashboards.snapshot import copy_marts


def test_marts_are_copied_from_and_to_any_folder(tmp_path: Path) -> None:
    folder = tmp_path / "o'brien"
    folder.mkdir()
    with duckdb.connect(str(folder / "demo.duckdb")) as warehouse:
        warehouse.execute("create table flow_load as select 3 as load_end")
    copy_marts(folder / "demo.duckdb", folder / "snapshot.duckdb")
    with duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True) as snapshot:
        assert snapshot.execute("from flow_load").fetchall() == [(3,)]
