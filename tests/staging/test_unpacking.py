"""Staging that unpacks only what came anew is the staging that unpacks everything, whatever happened before.

Random loads, raw tables that are dropped and loaded again or put back from a copy, renamed states and types,
custom fields that change places, edited seeds and rows that other code unpacked: after each of them the
warehouse is built on, and in the end it must hold what one built from nothing holds, table by table and row
by row.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from benchmark.correctness import tables_that_differ
from benchmark.generate import Organisation, copy_raw_tables, create_raw_tables
from pipelines.sources import source_class

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds" / "organisation"
UNPACKED = "+config.materialized:incremental"
EXAMPLES = 3
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
IDS = st.sampled_from(["1", "2", "3"])
NAMES = st.sampled_from(["Open", "Doing", "Done"])
INSTANTS = st.sampled_from([f"2026-01-0{day}T00:00:00.000+0000" for day in range(1, 10)])


# ---------------------------------------------------------------------- what may happen


def lists(name: str, element: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A record that only holds a list, often an empty one."""
    return st.fixed_dictionaries({name: st.lists(element, max_size=3)})


CUSTOM = {f"customfield_{number}": st.sampled_from([None, "1", "2", 3, 5]) for number in (1, 2)}
ISSUES = st.fixed_dictionaries(
    {
        "fields": st.fixed_dictionaries(
            {
                "summary": NAMES,
                "issuetype": st.fixed_dictionaries({"name": st.sampled_from(["Bug", "Story", "Epic"])}),
                "status": st.fixed_dictionaries(
                    {"name": NAMES, "statusCategory": st.just({"key": "indeterminate"})}
                ),
                "labels": st.lists(st.sampled_from(["a", "b"]), unique=True),
                "created": INSTANTS,
                "issuelinks": st.sampled_from(
                    [[], [{"type": {"outward": "blocks"}, "outwardIssue": {"id": "2", "key": "PAY-2"}}]]
                ),
                **CUSTOM,
            }
        )
    }
)
ITEMS = st.sampled_from(
    [
        {"field": "status", "from": "1", "fromString": "Open", "to": "2", "toString": "Doing"},
        {"field": "status", "from": "2", "fromString": "Doing", "to": "3", "toString": "Done"},
        {"field": "issuetype", "from": "1", "fromString": "Bug", "to": "2", "toString": "Story"},
        {"field": "labels", "fromString": "", "toString": "a b"},
        {"field": "Link", "to": "PAY-2", "toString": "This issue blocks PAY-2"},
        {"field": "Key", "fromString": "OLD-1", "toString": "PAY-1"},
        {"field": "description", "fromString": "x", "toString": "y"},
    ]
)
HISTORIES = st.fixed_dictionaries(
    {"id": IDS, "created": INSTANTS, "items": st.lists(ITEMS, max_size=2, unique_by=str)}
)
GITHUB_ISSUES = st.fixed_dictionaries(
    {
        "title": NAMES,
        "state": st.sampled_from(["open", "closed"]),
        "type": st.sampled_from([None, {"name": "Bug"}]),
        "labels": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=1),
        "created_at": INSTANTS,
        "closed_at": st.none() | INSTANTS,
        "parent_issue_url": st.sampled_from([None, "https://api/repos/acme/web/issues/2"]),
        "pull_request": st.sampled_from([None, None, {"url": "https://api/x"}]),
    }
)
EVENTS = st.fixed_dictionaries(
    {
        "id": IDS,
        "event": st.sampled_from(["closed", "reopened", "issue_type_added", "cross-referenced"]),
        "created_at": INSTANTS,
        "source": st.sampled_from([None, {"issue": {"id": 2}}]),
    }
)
PULL_REQUESTS = st.fixed_dictionaries(
    {"title": NAMES, "state": st.just("open"), "created_at": INSTANTS, "merged_at": st.none() | INSTANTS}
)
REVIEWS = st.fixed_dictionaries({"id": IDS, "state": st.just("APPROVED"), "submitted_at": INSTANTS})
COMMITS = st.fixed_dictionaries(
    {"sha": IDS, "commit": st.fixed_dictionaries({"message": NAMES, "author": st.just({"date": None})})}
)
RUNS = st.fixed_dictionaries({"name": NAMES, "status": st.sampled_from(["completed", "queued"])})
NAMED = st.fixed_dictionaries({"name": st.sampled_from(["Open", "Doing", "In Work", "Flagged", "Epic Link"])})
FIELDS = st.fixed_dictionaries({"name": st.sampled_from(["Story Points", "Epic Link", "Flagged", "Other"])})

RECORDS: dict[str, tuple[st.SearchStrategy[str], st.SearchStrategy[dict[str, Any]]]] = {
    "raw_jira.issues": (IDS, ISSUES),
    "raw_jira.issue_changelogs": (
        IDS,
        st.fixed_dictionaries({"histories": st.lists(HISTORIES, max_size=3, unique_by=lambda h: h["id"])}),
    ),
    "raw_jira.fields": (st.sampled_from(list(CUSTOM)), FIELDS),
    "raw_jira.statuses": (IDS, NAMED),
    "raw_jira.issue_types": (IDS, NAMED),
    "raw_github.issues": (IDS, GITHUB_ISSUES),
    "raw_github.issue_timelines": (IDS, lists("events", EVENTS)),
    "raw_github.pull_requests": (IDS, PULL_REQUESTS),
    "raw_github.pull_request_reviews": (
        IDS,
        st.fixed_dictionaries({"reviews": st.lists(REVIEWS, max_size=3, unique_by=lambda r: r["id"])}),
    ),
    "raw_github.pull_request_commits": (
        IDS,
        st.fixed_dictionaries({"commits": st.lists(COMMITS, max_size=3, unique_by=lambda c: c["sha"])}),
    ),
    "raw_github.workflow_runs": (IDS, RUNS),
}
LOADS = st.fixed_dictionaries(
    {},
    optional={
        table: st.dictionaries(keys, records, min_size=1, max_size=3)
        for table, (keys, records) in RECORDS.items()
    },
)
STEPS = st.one_of(
    st.tuples(st.just("load"), LOADS),
    st.tuples(st.just("load"), LOADS),
    st.tuples(st.just("sweep"), st.tuples(IDS, st.booleans())),
    st.tuples(st.just("reset"), st.sampled_from(list(RECORDS))),
    st.tuples(st.just("restore"), st.none()),
    st.tuples(st.just("other code"), st.none()),
)


def issue(**custom_fields: Any) -> dict[str, Any]:
    """An issue's record, with the custom fields that are given."""
    fields = {
        "summary": "Pay",
        "issuetype": {"name": "Bug"},
        "status": {"name": "Doing"},
        "created": "2026-01-01",
    }
    return {"fields": {**fields, **custom_fields}}


def started(history_id: str) -> dict[str, Any]:
    """A history in which work was begun."""
    item = {"field": "status", "fromString": "Open", "to": "2", "toString": "Doing"}
    return {"id": history_id, "created": "2026-01-02T00:00:00Z", "items": [item]}


# ---------------------------------------------------------------------- how it happens


class Warehouse:
    """A new warehouse and its seeds; this class writes its raw tables."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._before = organisation.database.with_name("before.duckdb")
        self._loads = 0
        seed = SEEDS / "state_mapping.csv"
        self._columns = next(csv.reader(seed.read_text(encoding="utf-8").splitlines()))
        for path in (organisation.database, self._before):
            path.unlink(missing_ok=True)
        shutil.copy(seed, organisation.seeds)
        with self.opened() as connection:
            create_raw_tables(connection)
            for tool in ("jira", "github"):
                connection.execute(
                    f"insert into raw_{tool}.loads by name select 'c' as connection, '0' as load_id,"
                    " timestamptz '2026-02-01' as started_at, timestamptz '2026-02-01' as finished_at"
                )

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.organisation.database)) as connection:
            connection.execute("set timezone = 'UTC'")
            yield connection

    def take(self, step: tuple[str, Any]) -> None:
        what, value = step
        {
            "load": self._load,
            "sweep": self._sweep,
            "reset": self._reset,
            "restore": self._restore,
            "other code": self._unpack_with_other_code,
        }[what](value)

    def _load(self, tables: dict[str, dict[str, dict[str, Any]]]) -> None:
        self._remember()
        self._loads += 1
        with self.opened() as connection:
            for table, records in tables.items():
                for key, record in records.items():
                    self._write(connection, table, key, record)

    def _write(
        self, connection: duckdb.DuckDBPyConnection, table: str, key: str, record: dict[str, Any]
    ) -> None:
        schema, name = table.split(".")
        tool = schema.removeprefix("raw_")
        declared = next(declared for declared in source_class(tool).tables if declared.name == name)
        columns = {
            "connection": "c",
            declared.keys[0]: key,
            **{
                extra: {"repository": "acme/web", "key": f"PAY-{key}"}.get(extra, key)
                for extra in declared.extra
            },
            **({declared.cursor: "2026-01-10 00:00:00+00"} if declared.cursor else {}),
            "record": json.dumps(record),
            "loaded_at": f"2026-01-20 00:00:00.{self._loads:06}+00",
            "_dlt_load_id": str(self._loads),
        }
        connection.execute(f"delete from {table} where {declared.keys[0]} = ?", [key])
        connection.execute(
            f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )

    def _sweep(self, sighting: tuple[str, bool]) -> None:
        self._loads += 1
        with self.opened() as connection:
            for tool in ("jira", "github"):
                connection.execute(
                    f"insert into raw_{tool}.issue_sightings values ('c', ?, ?, ?, ?)",
                    [*sighting, f"2026-01-20 00:00:00.{self._loads:06}+00", str(self._loads)],
                )

    def _reset(self, table: str) -> None:
        with self.opened() as connection:
            connection.execute(f"delete from {table}")

    def _remember(self) -> None:
        shutil.copy(self.organisation.database, self._before)

    def _restore(self, _: None) -> None:
        """Put the raw tables back as they were before the newest load; staging stays."""
        if not self._before.exists():
            return
        with self.opened() as connection:
            connection.execute(f"attach '{self._before}' as before (read_only)")
            for table in RECORDS:
                connection.execute(f"create or replace table {table} as from before.{table}")

    def edit(self, abstract_state: str) -> None:
        with (self.organisation.seeds / "state_mapping.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, self._columns)
            writer.writeheader()
            writer.writerow({"tool_state": "Doing", "abstract_state": abstract_state})

    def _unpack_with_other_code(self, _: None) -> None:
        """As an older version of the project would have left it: other versions, other values."""
        with self.opened() as connection:
            connection.execute(
                """
                update staging.stg_jira__issues set record_version = 'other', summary = 'other';
                update staging.stg_jira__histories set record_version = 'other'
                where record_version is not null;
                update staging.stg_jira__histories set to_name = 'other'
                where record_version is null
                """
            )


class Builder:
    """Runs dbt in this process, on warehouses that take turns in one folder: dbt reads the project once."""

    def __init__(self, folder: Path) -> None:
        self.organisation = Organisation(folder / "warehouse.duckdb", folder / "seeds", 0)
        shutil.copytree(SEEDS, self.organisation.seeds)
        self._target = folder / "target"
        self._manifest = self._run("parse")

    def build(self, *selection: str) -> None:
        self._run("build", *WITHOUT_TESTS, *selection)

    def _run(self, *arguments: str) -> Any:
        result = dbtRunner(manifest=getattr(self, "_manifest", None)).invoke(
            ["--quiet", *arguments, "--target-path", str(self._target)]
        )
        if DuckDBConnectionManager._ENV is not None:  # dbt leaves the database open until its process ends
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
        assert result.success, result.exception or [
            node.message for node in result.result if node.status == "error"
        ]
        return result.result


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    folder = tmp_path_factory.mktemp("unpacking")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("STREAMGAUGE_DATABASE", str(folder / "warehouse.duckdb"))
        patch.setenv("STREAMGAUGE_SEEDS", str(folder / "seeds"))
        yield Builder(folder)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a build takes seconds: a failing example is shown as it is
    suppress_health_check=list(HealthCheck),
)
@example(
    first={
        "raw_jira.fields": {
            "customfield_1": {"name": "Story Points"},
            "customfield_2": {"name": "Epic Link"},
        },
        "raw_jira.statuses": {"2": {"name": "Doing"}},
        "raw_jira.issues": {"1": issue(customfield_1=3, customfield_2="PAY-2"), "2": issue()},
        "raw_jira.issue_changelogs": {"1": {"histories": [started("1"), started("2")]}},
        "raw_github.issue_timelines": {"1": {"events": [{"id": "1", "event": "closed"}]}},
        "raw_github.pull_request_reviews": {"1": {"reviews": [{"id": "1", "state": "APPROVED"}]}},
        "raw_github.workflow_runs": {"1": {"name": "CI", "status": "queued"}},
    },
    steps=[
        (
            "load",
            {
                "raw_jira.issue_changelogs": {"1": {"histories": []}, "2": {"histories": [started("3")]}},
                "raw_github.issue_timelines": {"1": {"events": []}},
                "raw_github.workflow_runs": {"1": {"name": "CI", "status": "completed"}},
            },
        ),
        ("other code", None),
        ("restore", None),
        ("load", {"raw_jira.fields": {"customfield_1": {"name": "Flagged"}}}),
        ("reset", "raw_github.pull_request_reviews"),
    ],
)
@given(first=LOADS, steps=st.lists(STEPS, min_size=2, max_size=4))
def test_staging_that_is_built_on_equals_what_is_built_from_nothing(
    builder: Builder, first: dict[str, Any], steps: list[tuple[str, Any]]
) -> None:
    warehouse = Warehouse(builder.organisation)
    for step in [("load", first), *steps]:
        warehouse.take(step)
        builder.build("--select", UNPACKED)
    assert differences_from_anew(builder, "--select", UNPACKED) == []


def test_marts_that_are_built_on_equal_what_is_built_from_nothing(builder: Builder) -> None:
    warehouse = Warehouse(builder.organisation)
    warehouse.take(("load", {"raw_jira.issues": {"1": issue(), "2": issue()}}))
    warehouse.take(("load", {"raw_jira.issue_changelogs": {"1": {"histories": [started("1")]}}}))
    builder.build("--select", UNPACKED)  # all else is built anew each time
    emptied = {"1": {"histories": []}, "2": {"histories": [started("1")]}}
    warehouse.take(("load", {"raw_jira.issue_changelogs": emptied}))
    warehouse.edit("active")
    builder.build()
    assert differences_from_anew(builder) == []


def differences_from_anew(builder: Builder, *selection: str) -> list[str]:
    """The tables of the warehouse that are others in one that is built from its raw tables alone."""
    database = builder.organisation.database
    built_on = database.with_name("built_on.duckdb")
    shutil.move(database, built_on)
    copy_raw_tables(built_on, database)
    builder.build(*selection)
    return tables_that_differ(built_on, database, ("staging", "intermediate", "main"))
