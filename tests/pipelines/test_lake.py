"""A lake holds what a DuckDB file would, though its files are only added and loads may die."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.demo.jira_api import serve
from pipelines.lake import Lake, chosen_warehouse
from pipelines.load import LoadResult, load_connection
from pipelines.sources.jira import JiraSource
from pipelines.warehouse import DuckDBFile, Package, Warehouse
from tests.pipelines.jira_site import KEY, START, connection, expected, make_issue, make_site, touch

LATER = START + dt.timedelta(days=30)
DECLARED = {table.name for table in JiraSource.tables} | {"issue_sightings", "loads"}


@pytest.fixture(params=["folder", "object store"])
def lake(request: pytest.FixtureRequest, workplace: Path) -> Lake:
    return Lake("lake" if request.param == "folder" else f"memory://{workplace.parent.name}/lake")


def load(url: str, lake: Warehouse, *, sweep: bool = False) -> LoadResult:
    return load_connection(connection(url, "cloud"), lake, KEY, sweep=sweep)


def loaded(url: str, lake: Warehouse, *, sweep: bool = False) -> LoadResult:
    result = load(url, lake, sweep=sweep)
    assert result.error is None, result.error
    return result


def rows(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    """The answer to a query of what counts."""
    database = lake.reader("raw_jira", "acme", JiraSource.tables)
    assert database is not None
    with database:
        return database.execute(sql).fetchall()


def stored(lake: Lake) -> dict[str, tuple[str, list[str]]]:
    """By issue id, what counts: its summary, and the ids of its changes."""
    found = rows(
        lake,
        """
        select id, issues.record->>'$.fields.summary', issue_changelogs.record->>'$.histories[*].id'
        from raw_jira.issues left join raw_jira.issue_changelogs on issue_id = id
        """,
    )
    assert len(found) == len({row[0] for row in found})
    return {native_id: (summary, sorted(changes or [], key=int)) for native_id, summary, changes in found}


def data_files(lake: Lake) -> set[str]:
    """Paths of all files with rows, but not those of `loads`."""
    files, root = lake._files()
    return {path for path in files.glob(f"{root}/raw_jira/*/acme.*.parquet") if "/loads/" not in path}


def change(site: Any) -> None:
    touch(site.issues[3], LATER)
    site.issues.append(make_issue("cloud", 99, LATER))


class DiedError(BaseException):
    """As a kill: nothing in the product catches it."""


def die(*_: Any, **__: Any) -> NoReturn:
    raise DiedError


def test_a_load_stores_everything_once_and_another_only_says_that_it_ran(lake: Lake) -> None:
    site = make_site("cloud", page_limit=10)
    with serve(site, deployment="cloud") as url:
        first = loaded(url, lake)
        before = data_files(lake)
        again = loaded(url, lake)
    assert stored(lake) == expected(site)
    assert first.count("issues").new == 25
    assert again.count("issues").read < 5
    assert all(count.new == count.changed == 0 for count in again.tables.values())
    assert data_files(lake) == before
    assert rows(lake, "select count(*) from raw_jira.loads") == [(2,)]


def test_of_several_versions_the_newest_counts(lake: Lake) -> None:
    site = make_site("cloud")
    with serve(site, deployment="cloud") as url:
        loaded(url, lake)
        before = data_files(lake)
        change(site)
        result = loaded(url, lake)
    assert stored(lake) == expected(site)
    assert (result.count("issues").new, result.count("issues").changed) == (1, 1)
    assert before < data_files(lake)


@pytest.mark.parametrize("step", ["extract", "load", "complete"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_load_that_dies_does_not_count_and_the_next_one_clears_it_away(
    step: str, is_first: bool, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site("cloud")
    with serve(site, deployment="cloud") as url:
        if not is_first:
            loaded(url, lake)
            before, counted = data_files(lake), stored(lake)
        change(site)
        with monkeypatch.context() as patched:
            patched.setattr(Package, step, die)
            with pytest.raises(DiedError):
                load(url, lake)
        left = data_files(lake)
        if step == "complete":
            assert left
        if not is_first:
            assert stored(lake) == counted
            left -= before
        loaded(url, lake)
        assert stored(lake) == expected(site)
        assert not left & data_files(lake)


def test_a_file_of_which_a_dead_load_wrote_only_half_is_no_hindrance(workplace: Path) -> None:
    lake = Lake("lake")
    site = make_site("cloud")
    half = workplace / "lake" / "raw_jira" / "issues" / "acme.1700000000.5.abc.parquet"
    with serve(site, deployment="cloud") as url:
        loaded(url, lake)
        half.write_bytes(b"PAR1 and no more")
        change(site)
        loaded(url, lake)
    assert stored(lake) == expected(site)
    assert not half.exists()


def test_a_sweep_adds_what_vanished_and_what_came_back(lake: Lake) -> None:
    site = make_site("cloud")
    sightings = "select id, is_present from raw_jira.issue_sightings order by seen_at"
    with serve(site, deployment="cloud") as url:
        loaded(url, lake)
        gone = site.issues.pop(3)
        loaded(url, lake, sweep=True)
        assert rows(lake, sightings) == [(gone["id"], False)]
        site.issues.append(gone)
        loaded(url, lake, sweep=True)
        loaded(url, lake, sweep=True)
    assert rows(lake, sightings) == [(gone["id"], False), (gone["id"], True)]


def test_every_declared_table_is_there_after_a_load_of_nothing(workplace: Path) -> None:
    lake = Lake("lake")
    site = make_site("cloud", count=0, sprints={}, boards=[])
    with serve(site, deployment="cloud") as url:
        loaded(url, lake)
    raw = workplace / "lake" / "raw_jira"
    assert {folder.name for folder in raw.iterdir() if folder.is_dir() and folder.name[0] != "_"} == DECLARED
    with duckdb.connect() as database:
        described = database.execute(f"describe from read_parquet('{raw}/issues/*.parquet')").fetchall()
    assert [column[0] for column in described] == [
        "connection", "id", "key", "updated", "record", "record_hash", "loaded_at", "_dlt_load_id",
    ]  # fmt: skip


def test_a_column_that_appears_later_is_not_lost(workplace: Path) -> None:
    """As if the column `key` had been added after the first load."""
    lake = Lake("lake")
    site = make_site("cloud")
    folder = workplace / "lake" / "raw_jira" / "issues"
    with serve(site, deployment="cloud") as url:
        loaded(url, lake)
        for file in folder.glob("*.parquet"):
            older = pq.read_table(file).drop(["key"])
            file.unlink()
            pq.write_table(older, file.with_name(file.name.replace("declared.", "declared.before-")))
        change(site)
        loaded(url, lake)
    keys = dict(rows(lake, "select id, key from raw_jira.issues"))
    assert keys.keys() == expected(site).keys()
    assert keys[site.issues[-1]["id"]] == site.issues[-1]["key"]
    assert keys[site.issues[0]["id"]] is None


def test_two_connections_share_a_lake_and_leave_each_other_alone(workplace: Path) -> None:
    lake = Lake("lake")
    other = workplace / "lake" / "raw_jira" / "issues" / "acme_too.1700000000.5.abc.parquet"
    site = make_site("cloud")
    with serve(site, deployment="cloud") as url:
        loaded(url, lake)
        pq.write_table(pa.table({"connection": ["acme_too"], "id": ["1"]}), other)
        loaded(url, lake)
    assert other.exists()
    assert stored(lake) == expected(site)


def test_the_environment_chooses_the_warehouse(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> None:
    assert chosen_warehouse() == DuckDBFile(workplace / "streamgauge.duckdb")
    monkeypatch.setenv("STREAMGAUGE_LAKE", "s3://flow/lake")
    assert chosen_warehouse() == Lake("s3://flow/lake")
