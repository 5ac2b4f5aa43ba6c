"""Where the dashboards find their figures."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dashboards.snapshot import Snapshot, Source, copy_marts


def test_marts_are_copied_from_and_to_any_folder(tmp_path: Path) -> None:
    folder = tmp_path / "o'brien"
    folder.mkdir()
    with duckdb.connect(str(folder / "demo.duckdb")) as warehouse:
        warehouse.execute("create table flow_load as select 3 as load_end")
    copy_marts(folder / "demo.duckdb", folder / "snapshot.duckdb")
    with duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True) as snapshot:
        assert snapshot.execute("from flow_load").fetchall() == [(3,)]


def test_what_was_asked_is_not_asked_again_and_is_each_callers_own(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "snapshot.duckdb")).close()
    snapshot = Snapshot(Source(tmp_path / "snapshot.duckdb", "1", is_demo=False))
    query = "select uuid() as drawn, unnest($keys) as key"

    first = snapshot.rows(query, keys=["a", "b"])
    assert first.key.tolist() == ["a", "b"]
    drawn = first.drawn.tolist()
    first["drawn"] = "overwritten"
    first.loc[0, "key"] = "overwritten"

    again = snapshot.rows(query, keys=["a", "b"])
    assert (again.drawn.tolist(), again.key.tolist()) == (drawn, ["a", "b"])
    assert snapshot.rows(query, keys=["c"]).key.tolist() == ["c"]
