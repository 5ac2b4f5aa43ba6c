"""Copies a version into a PostgreSQL schema: loaded beside what is there, then swapped in one transaction."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from adbc_driver_manager import Error as DriverError
from adbc_driver_postgresql import dbapi

from pipelines.errors import PublishError
from pipelines.publish.addresses import redacted, without_password
from pipelines.publish.versions import DATABASE_FILE

NEXT = "__next"
TABLES = "published_tables"
# A swap waits so long for readers' transactions to end, so many times; meanwhile new readers wait behind it.
LOCK_TIMEOUT = "2s"
TRIES = 15


def copy_to_postgres(snapshot: Path, url: str, schema: str) -> None:
    """Replace the tables of a schema by those of a version, all at once. Grants stay as they are.

    Args:
        snapshot: the version's folder
        url: postgresql://user@host/database; libpq's environment and password file count too
        schema: name of the schema, which is made if it is missing

    Raises:
        PublishError: it could not be done; what was there before stays
    """
    place = f"{without_password(url)}, schema {schema}"
    try:
        with (
            duckdb.connect(str(snapshot / DATABASE_FILE), read_only=True) as source,
            closing(dbapi.connect(url)) as connection,
            closing(connection.cursor()) as cursor,
        ):
            names = [name for (name,) in source.execute(_NAMES).fetchall()]
            tables = Tables(connection, cursor, schema)
            if not tables.lock():
                raise PublishError(
                    place, "another publish is at work there", "Wait until it has ended, then publish again"
                )
            try:
                tables.load(names, source)
                tables.swap(names)
            except BaseException:
                connection.rollback()
                tables.clear(names)
                raise
    except DriverError as error:
        raise PublishError(place, redacted(str(error), url).strip(), _remedy(str(error))) from error


def _remedy(problem: str) -> str:
    if "depend" in problem:
        return (
            "Drop what rests on the tables, publish, and make it again; or read from another schema's views"
        )
    if "lock timeout" in problem:
        return "Some reader keeps a transaction open: end it, and publish again"
    return "Mend that and publish again; what was there before is still there"


class Tables:
    """The tables of one schema, and beside them those that will take their place."""

    def __init__(self, connection: dbapi.Connection, cursor: dbapi.Cursor, schema: str) -> None:
        self._connection = connection
        self._cursor = cursor
        self._schema = schema

    def lock(self) -> bool:
        """Keep other publishers out until the connection is closed. False: one is at work."""
        [(is_locked,)] = self._query(_TRY_LOCK, f"streamgauge publishes into {self._schema}")
        self._connection.commit()
        return bool(is_locked)

    def load(self, tables: list[str], source: duckdb.DuckDBPyConnection) -> None:
        """Load tables beside those that are read, with what they and their columns mean.

        The schema is made if it is missing; who may not make one can still use one.
        """
        if not self._query("select 1 from pg_namespace where nspname = $1", self._schema):
            self._execute(f"create schema {_name(self._schema)}")
        self.clear(tables)
        for table in tables:
            self._load(table, source)
        self._connection.commit()

    def swap(self, tables: list[str]) -> None:
        """Put the loaded tables in place, and take away those of the last version that are no more."""
        for attempt in range(1, TRIES + 1):
            try:
                self._execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
                self._swap(tables)
                self._connection.commit()
                return
            except DriverError as error:
                if "lock timeout" not in str(error) or attempt == TRIES:
                    raise
                self._connection.rollback()

    def clear(self, tables: list[str]) -> None:
        """Take away what a load left behind that did not come to its end."""
        for table in tables:
            self._execute(f"drop table if exists {self._of(table + NEXT)}")
        self._connection.commit()

    def _load(self, table: str, source: duckdb.DuckDBPyConnection) -> None:
        rows = source.sql(f"select * from {_name(table)}").to_arrow_reader()
        self._cursor.adbc_ingest(table + NEXT, rows, mode="create", db_schema_name=self._schema)
        target = self._of(table + NEXT)
        for column, meaning in source.execute(_COMMENTS, [table]).fetchall():
            subject = f"column {target}.{_name(column)}" if column else f"table {target}"
            self._execute(f"comment on {subject} is {_text(meaning)}")
        self._execute(f"analyze {target}")

    def _swap(self, tables: list[str]) -> None:
        self._execute(f"create table if not exists {self._of(TABLES)} (table_name text primary key)")
        former = [name for (name,) in self._query(f"select table_name from {self._of(TABLES)}")]
        for table in sorted({*tables, *former}):
            if table in tables:
                self._keep_grants(table)
            self._execute(f"drop table if exists {self._of(table)}")
        for table in tables:
            self._execute(f"alter table {self._of(table + NEXT)} rename to {_name(table)}")
        self._execute(f"delete from {self._of(TABLES)}")
        for table in tables:
            self._execute(f"insert into {self._of(TABLES)} values ({_text(table)})")

    def _keep_grants(self, table: str) -> None:
        """Give the next table the grants of the one that is read, and no others."""
        if not self._query(_EXISTS, self._schema, table):
            return
        target = self._of(table + NEXT)
        for grantee, _, _, _ in self._query(_GRANTS, self._schema, table + NEXT):
            self._execute(f"revoke all on {target} from {grantee}")
        for grantee, privilege, column, is_grantable in self._query(_GRANTS, self._schema, table):
            what = f"{privilege} ({_name(column)})" if column else privilege
            option = " with grant option" if is_grantable else ""
            if not column or self._query(_HAS_COLUMN, self._schema, table + NEXT, column):
                self._execute(f"grant {what} on {target} to {grantee}{option}")

    def _of(self, table: str) -> str:
        return f"{_name(self._schema)}.{_name(table)}"

    def _execute(self, sql: str) -> None:
        self._cursor.execute(sql)

    def _query(self, sql: str, *parameters: str) -> list[tuple[Any, ...]]:
        self._cursor.execute(sql, parameters or None)
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows


_NAMES = "select table_name from duckdb_tables() where schema_name = 'main' order by table_name"
_COMMENTS = """
    select null, comment from duckdb_tables() where table_name = $1 and comment is not null
    union all
    select column_name, comment from duckdb_columns() where table_name = $1 and comment is not null
"""
_TRY_LOCK = "select pg_try_advisory_lock(hashtextextended($1, 0))"
_EXISTS = "select 1 from pg_tables where schemaname = $1 and tablename = $2"
_HAS_COLUMN = """
    select 1 from information_schema.columns where table_schema = $1 and table_name = $2 and column_name = $3
"""
# Of the table and of its columns, without what its owner has anyway.
_GRANTS = """
    with tables as (
        select pg_class.oid, pg_class.relacl, pg_class.relowner
        from pg_class
        inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
        where pg_namespace.nspname = $1 and pg_class.relname = $2
    ),
    grants as (
        select acl.grantee, acl.privilege_type, null as column_name, acl.is_grantable, tables.relowner
        from tables, aclexplode(tables.relacl) as acl
        union all
        select acl.grantee, acl.privilege_type, pg_attribute.attname, acl.is_grantable, tables.relowner
        from tables
        inner join pg_attribute on pg_attribute.attrelid = tables.oid, aclexplode(pg_attribute.attacl) as acl
    )
    select
        case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
        privilege_type,
        column_name::text,
        is_grantable
    from grants
    where grantee <> relowner
    order by 1, 2, 3
"""


def _name(identifier: str) -> str:
    """An identifier as SQL writes it."""
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
