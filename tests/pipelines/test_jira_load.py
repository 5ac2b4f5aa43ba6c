"""Jira's issues arrive completely, once, and in their newest version, whatever happens meanwhile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from werkzeug.wrappers import Request, Response

from pipelines.demo.jira_api import serve
from pipelines.load import load_connection
from pipelines.sources.jira import OVERLAP
from tests.pipelines.jira_site import (
    DEPLOYMENTS,
    KEY,
    START,
    OnceAt,
    connection,
    contents,
    expected,
    load,
    loaded,
    make_issue,
    make_site,
    rows,
    stored,
    touch,
)

DECLARED = {
    "issues", "issue_changelogs", "fields", "statuses", "projects", "issue_types", "priorities",
    "resolutions", "boards", "sprints", "issue_sightings", "loads",
}  # fmt: skip
SEARCH = {"cloud": "/search/jql", "datacenter": "/search"}
LATER = START + dt.timedelta(days=30)
both = pytest.mark.parametrize("deployment", DEPLOYMENTS)
cloud = pytest.mark.parametrize("deployment", ["cloud"])  # what the core does alike for both


@both
def test_a_first_load_stores_everything_once(deployment: str, database: Path) -> None:
    site = make_site(deployment, page_limit=10)
    with serve(site, deployment=deployment) as url:
        result = loaded(url, deployment, database)
    assert stored(database) == expected(site)
    assert (result.count("issues").new, result.count("issues").changed) == (25, 0)
    assert rows(database, "select count(*) from raw_jira.sprints") == [(60,)]
    assert rows(database, "select id from raw_jira.boards order by id") == [("1",), ("2",)]
    for table in ("fields", "statuses", "projects", "issue_types", "priorities", "resolutions"):
        assert rows(database, f"select count(*) from raw_jira.{table}") != [(0,)]


@cloud
def test_rows_have_the_agreed_columns(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=1)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    columns = dict(
        rows(
            database,
            "select column_name, data_type from information_schema.columns "
            "where table_schema = 'raw_jira' and table_name = 'issues'",
        )
    )
    assert columns == {
        "connection": "VARCHAR",
        "id": "VARCHAR",
        "key": "VARCHAR",
        "updated": "TIMESTAMP WITH TIME ZONE",
        "record": "JSON",
        "record_hash": "VARCHAR",
        "loaded_at": "TIMESTAMP WITH TIME ZONE",
        "_dlt_load_id": "VARCHAR",
    }
    [(connection, native_id, key, minutes)] = rows(
        database,
        f"select connection, id, key, date_diff('minute', timestamptz '{START.isoformat()}', updated) "
        "from raw_jira.issues",
    )
    assert (connection, native_id, key, minutes) == ("acme", "10001", "SHOP-1", 7)


@both
def test_all_declared_tables_exist_even_when_nothing_is_there(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=0, boards=None)
    with serve(site, deployment=deployment) as url:
        result = loaded(url, deployment, database)
        contents(database)
    tables = rows(
        database, "select table_name from information_schema.tables where table_schema = 'raw_jira'"
    )
    assert {name for (name,) in tables} >= DECLARED
    assert any("No boards" in note for note in result.notes)


@cloud
def test_tables_that_someone_dropped_come_back(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=3)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        with duckdb.connect(str(database)) as opened:
            opened.execute("drop table raw_jira.sprints")
        loaded(url, deployment, database)
    assert rows(database, "select count(*) from raw_jira.sprints") == [(60,)]


@both
def test_nothing_new_writes_only_the_row_that_says_so(deployment: str, database: Path) -> None:
    site = make_site(deployment)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        before = contents(database)
        result = loaded(url, deployment, database)
    assert contents(database) == before
    assert rows(database, "select count(*), count(distinct load_id) from raw_jira.loads") == [(2, 2)]
    assert sum(count.new + count.changed for count in result.tables.values()) == 0


@both
def test_only_what_changed_is_read_again(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=60)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        touch(site.issues[3], LATER)
        site.issues.append(make_issue(deployment, 61, LATER))
        result = loaded(url, deployment, database)
    assert stored(database) == expected(site)
    issues = result.count("issues")
    assert (issues.new, issues.changed) == (1, 1)
    assert issues.read <= 2 + OVERLAP / dt.timedelta(minutes=7) + 1
    assert result.count("issue_changelogs").changed == 1


@both
@pytest.mark.parametrize("at", [2, 4])
def test_an_issue_updated_while_we_page_is_neither_lost_nor_doubled(
    deployment: str, at: int, database: Path
) -> None:
    site = make_site(deployment, count=35, page_limit=10)
    site.before_request = OnceAt(SEARCH[deployment], at, lambda: touch(site.issues[2], LATER))
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    assert stored(database) == expected(site)


@both
def test_an_issue_deleted_while_we_page_takes_no_other_with_it(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=35, page_limit=10)
    everything = expected(site)
    gone = site.issues[2]["id"]
    site.before_request = OnceAt(SEARCH[deployment], 3, lambda: site.issues.pop(2))
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    found = stored(database)
    assert found.keys() | {gone} == everything.keys()


@both
@pytest.mark.parametrize("at", [3, 5])
def test_a_minute_with_more_issues_than_a_page_loses_none_when_pages_shift(
    deployment: str, at: int, database: Path
) -> None:
    site = make_site(deployment, count=35, minutes=0.001, page_limit=10)
    site.before_request = OnceAt(SEARCH[deployment], at, lambda: touch(site.issues[0], LATER))
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    assert stored(database) == expected(site)


@cloud
def test_an_added_project_is_loaded_from_its_beginning(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=5)
    site.projects.append({"id": "2", "key": "BACK", "name": "Back office"})
    site.issues += [make_issue(deployment, 100 + n, START, project="BACK") for n in range(3)]
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        assert len(stored(database)) == 5
        loaded(url, deployment, database, settings={"projects": "shop, back"})
    assert stored(database) == expected(site)


@both
def test_without_a_list_of_projects_all_visible_ones_are_loaded(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=5)
    site.projects.append({"id": "2", "key": "BACK", "name": "Back office"})
    site.issues += [make_issue(deployment, 100 + n, START, project="BACK") for n in range(3)]
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database, settings={"projects": []})
    assert stored(database) == expected(site)


@cloud
def test_a_start_date_leaves_older_issues_out_and_an_earlier_one_brings_them(
    deployment: str, database: Path
) -> None:
    site = make_site(deployment, count=5, minutes=24 * 60)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database, start_date=START + dt.timedelta(days=3))
        assert stored(database).keys() == {"10003", "10004", "10005"}
        loaded(url, deployment, database, start_date=START)
    assert stored(database) == expected(site)


@cloud
def test_two_connections_share_the_tables(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=5)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        other = dataclasses.replace(connection(url, deployment), name="other")
        assert load_connection(other, database, KEY).error is None
    assert rows(database, "select connection, count(*) from raw_jira.issues group by 1 order by 1") == [
        ("acme", 5),
        ("other", 5),
    ]


def test_changes_of_one_issue_over_several_pages_are_put_together(database: Path) -> None:
    site = make_site("cloud", count=4, page_limit=3)
    for _ in range(9):
        touch(site.issues[1], LATER)
    with serve(site) as url:
        loaded(url, "cloud", database)
    assert stored(database) == expected(site)


@pytest.mark.parametrize("is_deleted", [True, False])
def test_an_issue_that_the_bulk_of_changelogs_leaves_out_keeps_its_changes(
    is_deleted: bool, database: Path
) -> None:
    """It was deleted, or hidden for a moment, after the search."""
    site = make_site("cloud", count=4)
    with serve(site) as url:
        loaded(url, "cloud", database)
        before = stored(database)
        for issue in site.issues:
            touch(issue, LATER)
        left_out = site.issues[1]
        site.before_request = OnceAt("/changelog/bulkfetch", 1, lambda: site.issues.remove(left_out))
        if not is_deleted:
            after = OnceAt("/changelog", 1, lambda: site.issues.append(left_out))
            remove = site.before_request
            site.before_request = lambda request: remove(request) or after(request)
        loaded(url, "cloud", database)
    changes = before if is_deleted else expected(site)
    assert stored(database) == {
        **expected(site), left_out["id"]: ("changed", changes[left_out["id"]][1])
    }  # fmt: skip


def test_an_issue_without_changes_is_asked_for_its_own_only_if_it_was_updated(database: Path) -> None:
    site = make_site("cloud", count=2)
    for issue in site.issues:
        issue["changelog"]["histories"] = []
    site.issues[0]["fields"]["created"] = site.issues[0]["fields"]["updated"]
    asked: list[str] = []
    site.before_request = lambda request: asked.append(request.path)
    with serve(site) as url:
        loaded(url, "cloud", database)
    assert stored(database) == expected(site)
    assert [path for path in asked if path.endswith("/changelog")] == ["/rest/api/3/issue/10002/changelog"]


@pytest.mark.parametrize(
    "cut", [{"has_issue_changelog": True, "issue_changelog_limit": 1}, {"has_issue_changelog": False}]
)
def test_a_changelog_that_the_search_cuts_is_completed(cut: dict[str, object], database: Path) -> None:
    site = make_site("datacenter", count=4, search_changelog_limit=1, **cut)
    with serve(site, deployment="datacenter") as url:
        loaded(url, "datacenter", database)
    assert stored(database) == expected(site)


def test_a_changelog_that_stays_cut_is_an_error_and_no_load(database: Path) -> None:
    site = make_site(
        "datacenter",
        count=4,
        search_changelog_limit=1,
        issue_changelog_limit=1,
        has_issue_changelog=False,
    )
    with serve(site, deployment="datacenter") as url:
        result = load(url, "datacenter", database)
    assert "changelog of SHOP-1: Jira gives 1 of 2 changes" in str(result.error)
    assert not database.exists()


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_long_texts_are_not_stored(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=2)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    texts = rows(
        database,
        "select record::text from raw_jira.issues union all "
        "select record::text from raw_jira.issue_changelogs",
    )
    assert not any("secret" in text for (text,) in texts)
    [(items,)] = rows(
        database,
        "select record->'$.histories[0].items[1]' from raw_jira.issue_changelogs where issue_id = '10001'",
    )
    assert '"field":"description"' in items


def test_a_list_whose_pages_do_not_say_which_is_the_last_is_read_to_its_end(database: Path) -> None:
    site = make_site("cloud", count=1)
    site.boards = [
        {"id": number, "name": f"Board {number}", "type": "kanban", "location": {"projectKey": "SHOP"}}
        for number in range(120)
    ]

    def bare_page(request: Request) -> Response | None:
        if not request.path.endswith("/board"):
            return None
        start, size = (int(request.args.get(name, 0)) for name in ("startAt", "maxResults"))
        return Response(json.dumps({"values": site.boards[start : start + size]}))

    site.before_request = bare_page
    with serve(site) as url:
        loaded(url, "cloud", database)
    assert rows(database, "select count(*) from raw_jira.boards") == [(120,)]


def test_other_issues_are_references(database: Path) -> None:
    """Jira shows copies of them, and changes these without a new `updated`."""
    site = make_site("cloud", count=2)
    other = {"id": "10002", "key": "SHOP-2", "fields": {"status": {"name": "Open"}, "summary": "copied"}}
    site.issues[0]["fields"] |= {
        "parent": other,
        "subtasks": [other],
        "issuelinks": [{"id": "1", "type": {"name": "Blocks"}, "inwardIssue": other}],
    }
    with serve(site) as url:
        loaded(url, "cloud", database)
    [(record,)] = rows(database, "select record::text from raw_jira.issues where id = '10001'")
    fields = json.loads(record)["fields"]
    reference = {"id": "10002", "key": "SHOP-2"}
    assert fields["parent"] == reference
    assert fields["subtasks"] == [reference]
    assert fields["issuelinks"] == [{"id": "1", "type": {"name": "Blocks"}, "inwardIssue": reference}]


def test_all_times_of_a_load_are_those_of_its_clock(database: Path) -> None:
    told = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    site = make_site("cloud", count=40)
    with serve(site) as url:
        for day in range(3):
            clock = told + dt.timedelta(days=day)
            result = load_connection(
                connection(url, "cloud"), database, KEY, sweep=True, clock=lambda now=clock: now
            )
            assert result.error is None
            site.issues.pop()
    assert rows(
        database,
        """
        select max(started_at), max(finished_at), max(seen_at)
        from raw_jira.loads left join raw_jira.issue_sightings on seen_at = finished_at
        """,
    ) == [(told + dt.timedelta(days=2),) * 3]
    assert rows(database, "select max(loaded_at)::date::text from raw_jira.issues") == [("2025-01-02",)]
