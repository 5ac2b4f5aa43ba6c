"""A version: whole, readable, and put in place at once or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.errors import PublishError
from pipelines.publish import current_snapshot, snapshot
from pipelines.publish.snapshot import publish, rollback
from pipelines.publish.versions import Published
from tests.publish.conftest import MARTS, Warehouse

TABLES = {*MARTS, "publication"}


def builds(folder: Path) -> set[int]:
    """The builds that the files of a version are of: one, if it is whole."""
    with duckdb.connect(str(folder / "streamgauge.duckdb"), read_only=True) as connection:
        found = {connection.execute(f"select distinct build from {mart}").fetchall()[0][0] for mart in MARTS}
    for mart in MARTS:
        found |= set(pq.read_table(folder / "parquet" / f"{mart}.parquet")["build"].to_pylist())
    return found


def leftovers(published: Path) -> list[str]:
    return [path.name for path in (published / "versions").glob(".*")]


def test_a_version_has_the_marts_twice_and_a_manifest(warehouse: Warehouse) -> None:
    warehouse.build(1)
    manifest = warehouse.publish()

    folder = current_snapshot(warehouse.published)
    assert folder == warehouse.published / "versions" / "20260708T090100.000Z"
    assert (warehouse.published / "current").read_text().strip() == folder.name
    assert (warehouse.published / "latest").resolve() == folder.resolve()
    assert {path.stem for path in (folder / "parquet").iterdir()} == TABLES
    assert builds(folder) == {1}
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    assert manifest == {
        "version": "20260708T090100.000Z",
        "published_at": "2026-07-08T09:01:00.000+00:00",
        "as_of": "2026-07-08T09:00:00+00:00",
        "reporting_timezone": "Europe/Berlin",
        "build": {
            "invocation_id": "build 1",
            "dbt_version": "1.11",
            "started_at": "2026-07-08T10:00:00+00:00",
            "results": {"model": {"success": 2}, "test": {"pass": 3}},
            "warnings": [],
        },
        "seeds": [],
        "rows": {"dim_things": 100, "fct_steps": 100, "publication": 1},
    }


def test_the_copies_have_the_rows_types_and_meanings_of_the_warehouse(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    file = current_snapshot(warehouse.published) / "streamgauge.duckdb"
    with duckdb.connect(str(warehouse.database), read_only=True) as original:
        expected = original.execute("select * from dim_things").fetchall()
        types = original.execute("describe dim_things").fetchall()
    with duckdb.connect(str(file), read_only=True) as copy:
        assert copy.execute("select * from dim_things").fetchall() == expected
        assert copy.execute("describe dim_things").fetchall() == types
        assert copy.execute(f"from '{file.parent}/parquet/dim_things.parquet'").fetchall() == expected
        assert copy.execute(
            "select comment from duckdb_tables() where table_name = 'dim_things'"
        ).fetchall() == [("One row per thing. It isn't much.",)]
        assert copy.execute(
            "select comment from duckdb_columns() where table_name = 'fct_steps' and column_name = 'build'"
        ).fetchall() == [("Number of the build's.",)]
        assert copy.execute("select * from publication").fetchall() == [
            (
                "20260708T090100.000Z",
                dt.datetime(2026, 7, 8, 9, 1),  # noqa: DTZ001 - as published, without a zone
                dt.datetime(2026, 7, 8, 9),  # noqa: DTZ001 - as published, without a zone
                "Europe/Berlin",
                "build 1",
            )
        ]


def test_files_are_protected_from_writers(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    folder = current_snapshot(warehouse.published)
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o444}


@pytest.mark.parametrize(
    ("status", "details", "said"),
    [
        ("red", {"failures": ["assert_b", "assert_a"]}, "failed: assert_a, assert_b. Run `dbt build`"),
        ("running", {}, "`dbt build` has begun and not come to its end. Run `dbt build`"),
        ("partial", {"missing": list("edcba")}, "left something out: a, b, c and 2 more. Run `dbt build`"),
        ("partial", {}, "left something out: rows. Run `dbt build`"),
    ],
)
def test_only_a_whole_green_build_is_published(
    warehouse: Warehouse, status: str, details: dict[str, list[str]], said: str
) -> None:
    warehouse.build(1)
    former = warehouse.publish()["version"]
    warehouse.build(2, status, **details)
    with pytest.raises(PublishError, match="warehouse") as error:
        warehouse.publish()
    assert said in str(error.value)
    assert Published(warehouse.published).versions() == [former]
    assert builds(current_snapshot(warehouse.published)) == {1}


def test_a_warehouse_without_a_record_is_not_published(warehouse: Warehouse) -> None:
    with pytest.raises(PublishError, match="there is no warehouse"):
        warehouse.publish()
    duckdb.connect(str(warehouse.database)).close()
    with pytest.raises(PublishError, match="no build has left its record here"):
        warehouse.publish()
    assert Published(warehouse.published).current() is None


def test_a_warehouse_at_work_is_not_published(warehouse: Warehouse) -> None:
    warehouse.build(1)
    writer = subprocess.Popen(
        [
            "python3",
            "-c",
            "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX);"
            "print('held', flush=True); sys.stdin.read()",
            str(warehouse.database),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"held\n"
    try:
        with pytest.raises(PublishError, match=r"cannot be read now.*Wait until loads and builds have ended"):
            warehouse.publish()
    finally:
        writer.communicate()


def test_seeds_that_were_edited_since_are_not_passed_off_as_built(warehouse: Warehouse) -> None:
    seed = warehouse.project / "seeds" / "products.csv"
    seed.parent.mkdir()
    seed.write_text("\nproduct_id\nshop\n")
    sha256 = hashlib.sha256(b"product_id\nshop").hexdigest()
    seeds = [{"path": "seeds/products.csv", "sha256": sha256}, {"path": "seeds/big.csv", "sha256": None}]
    warehouse.build(1, seeds=seeds)
    warehouse.publish()

    for content in (b"product_id\nshop\nweb\n", "product_id\nb\u00e4ckerei\n".encode("cp1252")):
        seed.write_bytes(content)
        with pytest.raises(PublishError, match=r"seeds/products.csv: it was changed after the build"):
            warehouse.publish()
    seed.unlink()
    with pytest.raises(PublishError, match=r"seeds/products.csv: it was changed after the build"):
        warehouse.publish()


def test_the_manifest_names_the_revision_of_the_seeds(warehouse: Warehouse) -> None:
    def git(*arguments: str) -> str:
        author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        command = ["git", "-C", str(warehouse.project), *author, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    (warehouse.project / "seeds").mkdir()
    (warehouse.project / "seeds" / "products.csv").write_text("product_id\n")
    warehouse.build(1, seeds=[{"path": "seeds/products.csv", "sha256": None}])
    unknown = {"folder": "seeds", "revision": None, "is_modified": None}
    assert warehouse.publish()["seeds"] == [unknown]

    git("init", "--quiet")
    assert warehouse.publish()["seeds"] == [unknown]
    git("add", "seeds")
    git("commit", "--quiet", "--message", "Seeds")
    revision = git("rev-parse", "HEAD")
    git("commit", "--quiet", "--allow-empty", "--message", "Something else")
    assert warehouse.publish()["seeds"] == [{"folder": "seeds", "revision": revision, "is_modified": False}]
    (warehouse.project / "seeds" / "products.csv").write_text("product_id\nshop\n")
    assert warehouse.publish()["seeds"] == [{"folder": "seeds", "revision": revision, "is_modified": True}]


@pytest.mark.parametrize("step", ["_checked_counts", "_publication_row"])
def test_an_interrupted_publish_leaves_the_old_version_whole(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    warehouse.build(1)
    warehouse.publish()
    warehouse.build(2)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(snapshot, step, interrupt)
    with pytest.raises(KeyboardInterrupt):
        warehouse.publish()
    assert builds(current_snapshot(warehouse.published)) == {1}
    assert leftovers(warehouse.published) == []
    monkeypatch.undo()
    warehouse.publish()
    assert builds(current_snapshot(warehouse.published)) == {2}


def test_what_a_killed_publish_left_behind_is_taken_away(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    remains = warehouse.published / "versions" / ".20260708T090130.000Z" / "parquet"
    remains.mkdir(parents=True)
    (remains / "half.parquet").write_bytes(b"PAR1")
    (warehouse.published / ".current").write_text("half")
    assert len(Published(warehouse.published).versions()) == 1
    warehouse.publish()
    assert leftovers(warehouse.published) == []


def test_a_full_disk_leaves_the_old_version_whole(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.build(1)
    warehouse.publish()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(PublishError, match=r"could not be written .*No space left on device"):
        warehouse.publish()
    monkeypatch.undo()
    assert builds(current_snapshot(warehouse.published)) == {1}
    assert leftovers(warehouse.published) == []


def test_copies_that_lost_rows_are_not_published(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.build(1)
    warehouse.publish()
    copy = snapshot._copy

    def lose_rows(connection: duckdb.DuckDBPyConnection, mart: object, source: str, folder: Path) -> None:
        copy(connection, mart, f"(from {source} limit 99)", folder)

    monkeypatch.setattr(snapshot, "_copy", lose_rows)
    with pytest.raises(PublishError, match=r"its copies have \{99\} rows instead of 100"):
        warehouse.publish()
    assert len(Published(warehouse.published).versions()) == 1


def test_a_reader_stays_on_its_version(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    folder = current_snapshot(warehouse.published)
    with duckdb.connect(str(folder / "streamgauge.duckdb"), read_only=True) as reader:
        warehouse.build(2)
        warehouse.publish(keep=1)
        assert reader.execute("select distinct build from dim_things").fetchall() == [(1,)]
    assert builds(folder) == {1}
    assert builds(current_snapshot(warehouse.published)) == {2}


def test_only_one_publishes_at_a_time(warehouse: Warehouse) -> None:
    warehouse.build(1)
    with (
        Published(warehouse.published).locked(),
        pytest.raises(PublishError, match="another publish is at work here"),
    ):
        warehouse.publish()


def test_rollback_goes_one_version_back_each_time(warehouse: Warehouse) -> None:
    names = []
    for number in (1, 2, 3):
        warehouse.build(number)
        names.append(warehouse.publish()["version"])
    assert rollback(warehouse.published)["version"] == names[1]
    assert builds(current_snapshot(warehouse.published)) == {2}
    rollback(warehouse.published)
    assert builds(current_snapshot(warehouse.published)) == {1}
    with pytest.raises(PublishError, match=f"there is no older version. There are: {', '.join(names)}"):
        rollback(warehouse.published)
    rollback(warehouse.published, names[2])
    assert builds(current_snapshot(warehouse.published)) == {3}
    with pytest.raises(PublishError, match="there is no version 2020"):
        rollback(warehouse.published, "2020")


def test_rollback_needs_a_version(warehouse: Warehouse) -> None:
    with pytest.raises(PublishError, match=r"there is no older version\. Run `streamgauge publish`"):
        rollback(warehouse.published)


def test_a_reader_is_told_that_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"nothing is published here\. Run `streamgauge publish`"):
        current_snapshot(tmp_path)
    (tmp_path / "current").write_text("gone\n")
    with pytest.raises(PublishError, match="the version 'gone', which is not there"):
        current_snapshot(tmp_path)


def test_at_least_one_version_stays(warehouse: Warehouse) -> None:
    with pytest.raises(PublishError, match="at least one version has to stay"):
        publish(
            warehouse.database, warehouse.published, warehouse.project, keep=0, now=lambda: warehouse.clock
        )
