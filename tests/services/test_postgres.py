"""A version in PostgreSQL: its tables replaced all at once, grants kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from adbc_driver_postgresql import dbapi

from pipelines.errors import PublishError
from pipelines.publish import current_snapshot, postgres
from pipelines.publish.postgres import Tables, copy_to_postgres
from pipelines.publish.snapshot import rollback
from tests.publish.conftest import MARTS, Warehouse

SCHEMA = "flow"


class Database:
    """The server's database, as its owner or as another role."""

    def __init__(self, server: str) -> None:
        self.url = server

    def run(self, sql: str, role: str | None = None) -> list[tuple[Any, ...]]:
        with closing(dbapi.connect(self.url)) as connection, closing(connection.cursor()) as cursor:
            if role:
                cursor.execute(f"set role {role}")
            cursor.execute(sql)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return rows

    def builds(self) -> set[tuple[int, int]]:
        query = " union all ".join(
            f"select build, count(*) from {SCHEMA}.{mart} group by build" for mart in MARTS
        )
        return set(self.run(query))

    def tables(self) -> set[str]:
        return {
            name for (name,) in self.run(f"select tablename from pg_tables where schemaname = '{SCHEMA}'")
        }


@pytest.fixture
def database(server: str) -> Iterator[Database]:
    yield Database(server)
    Database(server).run(f"drop schema if exists {SCHEMA} cascade")


def publish(warehouse: Warehouse, database: Database, number: int, **details: Any) -> None:
    warehouse.build(number, **details)
    warehouse.publish()
    copy_to_postgres(current_snapshot(warehouse.published), database.url, SCHEMA)


def test_the_tables_have_the_rows_types_and_meanings_of_the_version(
    warehouse: Warehouse, database: Database
) -> None:
    publish(warehouse, database, 1)
    assert database.builds() == {(1, 100)}
    assert database.tables() == {*MARTS, "publication", "published_tables"}
    assert database.run(f"select version, invocation_id from {SCHEMA}.publication") == [
        ("20260708T090100.000Z", "build 1")
    ]
    columns = database.run(
        "select column_name, data_type from information_schema.columns"
        f" where table_schema = '{SCHEMA}' and table_name = 'dim_things' order by ordinal_position"
    )
    assert columns == [
        ("build", "integer"),
        ("note", "text"),
        ("ratio", "double precision"),
        ("day", "date"),
        ("at", "timestamp without time zone"),
        ("is_even", "boolean"),
    ]
    assert database.run(
        f"select obj_description('{SCHEMA}.dim_things'::regclass),"
        f" col_description('{SCHEMA}.dim_things'::regclass, 1)"
    ) == [("One row per thing. It isn't much.", "Number of the build's.")]
    assert database.run(
        f"select ratio, day::text, at::text from {SCHEMA}.dim_things where note = 'row 1'"
    ) == [(1 / 3, "2026-07-08", "2026-07-08 09:00:00")]


def test_grants_are_kept_and_none_is_added(warehouse: Warehouse, database: Database) -> None:
    publish(warehouse, database, 1)
    for sql in (
        "create role analyst",
        "create role auditor",
        "create role stranger",
        f"grant usage on schema {SCHEMA} to analyst, auditor, stranger",
        f"grant select on {SCHEMA}.dim_things to analyst with grant option",
        f"grant select (note) on {SCHEMA}.fct_steps to auditor",
        f"grant select on {SCHEMA}.publication to public",
        f"alter default privileges in schema {SCHEMA} grant select on tables to stranger",
    ):
        database.run(sql)
    publish(warehouse, database, 2)

    assert database.run(f"select distinct build from {SCHEMA}.dim_things", role="analyst") == [(2,)]
    assert database.run(f"select count(note) from {SCHEMA}.fct_steps", role="auditor") == [(100,)]
    assert database.run(f"select invocation_id from {SCHEMA}.publication", role="stranger") == [("build 2",)]
    database.run(f"grant select on {SCHEMA}.dim_things to auditor", role="analyst")
    for table, role in (("fct_steps", "analyst"), ("fct_steps", "auditor"), ("dim_things", "stranger")):
        with pytest.raises(dbapi.Error, match="permission denied"):
            database.run(f"select build from {SCHEMA}.{table}", role=role)


def test_a_table_that_is_no_longer_published_goes(warehouse: Warehouse, database: Database) -> None:
    publish(warehouse, database, 1)
    database.run(f"create table {SCHEMA}.of_others as select 1 as one")
    mart = {"schema": "main", "table": "dim_things", "description": "One row.", "columns": {}}
    publish(warehouse, database, 2, marts=[{"name": "dim_others", **mart}])
    assert database.tables() == {"dim_others", "publication", "published_tables", "of_others"}


def test_a_rollback_reaches_the_server(warehouse: Warehouse, database: Database) -> None:
    publish(warehouse, database, 1)
    publish(warehouse, database, 2)
    rollback(warehouse.published)
    copy_to_postgres(current_snapshot(warehouse.published), database.url, SCHEMA)
    assert database.builds() == {(1, 100)}


def test_readers_never_see_two_versions_at_once(warehouse: Warehouse, database: Database) -> None:
    publish(warehouse, database, 0)
    seen: list[set[tuple[int, int]]] = []
    errors: list[Exception] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                seen.append(database.builds())
            except dbapi.Error as error:
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, 7):
            publish(warehouse, database, number)
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert errors == []
    assert {len(found) for found in seen} == {1}
    assert len({frozenset(found) for found in seen}) > 3


def test_a_reader_that_does_not_end_stops_the_swap_and_nothing_else(
    warehouse: Warehouse, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(postgres, "TRIES", 2)
    publish(warehouse, database, 1)
    with closing(dbapi.connect(database.url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"select count(*) from {SCHEMA}.dim_things")
        cursor.fetchall()
        with pytest.raises(PublishError, match=r"(?s)lock timeout.* Some reader keeps a transaction open"):
            publish(warehouse, database, 2)
    assert database.builds() == {(1, 100)}
    assert database.tables() == {*MARTS, "publication", "published_tables"}
    publish(warehouse, database, 3)
    assert database.builds() == {(3, 100)}


def test_a_view_on_a_table_is_not_dropped_in_silence(warehouse: Warehouse, database: Database) -> None:
    publish(warehouse, database, 1)
    database.run(f"create view {SCHEMA}.of_others as select * from {SCHEMA}.fct_steps")
    with pytest.raises(
        PublishError, match=r"(?s)view flow.of_others depends on.*Drop what rests on the tables"
    ):
        publish(warehouse, database, 2)
    assert database.builds() == {(1, 100)}


def test_a_server_that_is_not_there_is_named_without_its_password(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    with pytest.raises(PublishError, match=r"postgresql://me@127\.0\.0\.1:1/flow, schema flow") as error:
        copy_to_postgres(
            current_snapshot(warehouse.published), "postgresql://me:secret@127.0.0.1:1/flow", "flow"
        )
    assert "secret" not in str(error.value)


def test_a_password_that_the_server_misreads_is_not_shown(warehouse: Warehouse) -> None:
    warehouse.build(1)
    warehouse.publish()
    with pytest.raises(PublishError, match=r"postgresql://me@127\.0\.0\.1:1/flow, schema flow") as error:
        copy_to_postgres(
            current_snapshot(warehouse.published), "postgresql://me:secret/word@127.0.0.1:1/flow", "flow"
        )
    assert "secret" not in str(error.value)


def test_a_publish_from_elsewhere_is_refused_while_one_is_at_work(
    warehouse: Warehouse, database: Database
) -> None:
    publish(warehouse, database, 1)
    with closing(dbapi.connect(database.url)) as connection, closing(connection.cursor()) as cursor:
        assert Tables(connection, cursor, SCHEMA).lock()
        database.run(f"create table {SCHEMA}.dim_things__next as select 'of the other one' as note")
        with pytest.raises(PublishError, match=r"another publish is at work there\. Wait until it has ended"):
            publish(warehouse, database, 2)
        assert database.builds() == {(1, 100)}
        assert "dim_things__next" in database.tables()
    publish(warehouse, database, 3)
    assert database.builds() == {(3, 100)}
