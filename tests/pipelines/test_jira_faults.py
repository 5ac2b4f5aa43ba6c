"""A load is whole or fails with a clear error; one that failed or died repeats without loss or doubles."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest
from werkzeug.wrappers import Response

from pipelines.demo.jira_api import JiraSite, serve
from pipelines.warehouse import Package
from tests.pipelines.jira_site import (
    DEPLOYMENTS,
    FAULTS,
    LOGIN_PAGE,
    START,
    TOKEN,
    OnceAt,
    always,
    contents,
    expected,
    load,
    loaded,
    make_issue,
    make_site,
    on_path,
    rows,
    sometimes,
    stored,
    touch,
)

LATER = START + dt.timedelta(days=30)
both = pytest.mark.parametrize("deployment", DEPLOYMENTS)
cloud = pytest.mark.parametrize("deployment", ["cloud"])  # what the core does alike for both


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_costs_nothing(fault: str, database: Path) -> None:
    deployment = DEPLOYMENTS[len(fault) % 2]
    site = make_site(deployment, page_limit=10, before_request=sometimes(FAULTS[fault]))
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    assert stored(database) == expected(site)
    assert rows(database, "select count(*) from raw_jira.sprints") == [(60,)]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500", "answered 500"),
        ("502", "answered 502"),
        ("reset", "no complete answer"),
        ("closed", "no complete answer"),
        ("cut_json", "JSON is cut off"),
        ("login_page", "a web page instead of JSON"),
        ("429", "still rate limited"),
    ],
)
def test_a_fault_that_stays_is_a_clear_error(fault: str, said: str, database: Path) -> None:
    site = make_site("cloud", before_request=on_path("/search/jql", FAULTS[fault]))
    with serve(site) as url:
        result = load(url, "cloud", database)
    assert str(result.error).startswith("acme: issues of SHOP: ")
    assert said in str(result.error)
    assert not database.exists()


@pytest.mark.parametrize("part", ["/myself", "/field", "/search/jql", "/changelog/bulkfetch", "/sprint"])
def test_no_part_of_a_load_is_left_out_in_silence(part: str, database: Path) -> None:
    site = make_site("cloud", before_request=on_path(part, FAULTS["500"]))
    with serve(site) as url:
        assert load(url, "cloud", database).error is not None
    assert not database.exists()


@both
def test_wrong_credentials(deployment: str, database: Path) -> None:
    with serve(make_site(deployment, token="another"), deployment=deployment) as url:
        error = str(load(url, deployment, database).error)
    assert "acme: the API's user: the tool answered 401" in error
    assert "Check the api_token" in error
    assert TOKEN not in error


@both
def test_a_missing_permission(deployment: str, database: Path) -> None:
    site = make_site(
        deployment, before_request=on_path("/search", always('{"errorMessages": ["You may not."]}', 403))
    )
    with serve(site, deployment=deployment) as url:
        error = str(load(url, deployment, database).error)
    assert "answered 403: You may not." in error
    assert "permission" in error


@both
def test_an_unknown_project(deployment: str, database: Path) -> None:
    with serve(make_site(deployment), deployment=deployment) as url:
        error = str(load(url, deployment, database, settings={"projects": ["SHOP", "NOPE"]}).error)
    assert "acme: project NOPE: there is no such project" in error
    assert "Visible projects: SHOP" in error


def test_an_address_that_is_not_jira(database: Path) -> None:
    site = make_site("cloud", before_request=lambda request: Response(LOGIN_PAGE, content_type="text/html"))
    with serve(site) as url:
        error = str(load(url, "cloud", database).error)
    assert "a web page instead of JSON" in error
    assert "Check the url" in error


def test_an_answer_that_says_there_is_more_but_not_where(database: Path) -> None:
    site = make_site(
        "cloud", before_request=on_path("/search/jql", always('{"issues": [], "isLast": false}'))
    )
    with serve(site) as url:
        error = str(load(url, "cloud", database).error)
    assert "acme: issues of SHOP: Jira's answer lacks 'nextPageToken'" in error
    assert not database.exists()


def test_boards_that_may_not_be_seen_are_no_failure(database: Path) -> None:
    site = make_site("cloud", before_request=on_path("/rest/agile", always('{"message": "no"}', 403)))
    with serve(site) as url:
        result = loaded(url, "cloud", database)
    assert any("No boards" in note for note in result.notes)


@pytest.mark.parametrize(("status", "is_said"), [(400, False), (403, True), (404, True)])
def test_a_board_whose_sprints_may_not_be_seen_is_named(status: int, is_said: bool, database: Path) -> None:
    site = make_site("cloud", before_request=on_path("/board/1/sprint", always('{"message": "no"}', status)))
    with serve(site) as url:
        result = loaded(url, "cloud", database)
    said = ["No sprints of these boards, not for this user: Scrum (1)."]
    assert result.notes == (said if is_said else [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"errors": ["x"]}', "answered 400: x."),
        ('{"errorMessages": null, "errors": {"jql": "wrong"}}', "answered 400: wrong."),
        ('{"errorMessages": "down", "errors": null, "message": ["a", null]}', "answered 400: down a."),
        ("[]", "answered 400: BAD REQUEST."),
    ],
)
def test_a_refusal_in_any_words_is_a_clear_error(body: str, said: str, database: Path) -> None:
    with serve(make_site("cloud", before_request=on_path("/search/jql", always(body, 400)))) as url:
        error = str(load(url, "cloud", database).error)
    assert error.startswith("acme: issues of SHOP: the tool ")
    assert said in error


@pytest.mark.parametrize(
    ("deployment", "part", "body", "said"),
    [
        ("cloud", "/myself", "[]", "the API's user: Jira's answer is no object"),
        ("cloud", "/myself", "{}", "its time zone is 'None'"),
        ("cloud", "/priority", '{"values": []}', "priorities: Jira's answer is no list"),
        ("cloud", "/status", '["Open"]', "statuses: Jira's answer lacks 'id'"),
        ("cloud", "/project/search", "[]", "projects: Jira's answer lacks 'values'"),
        ("datacenter", "/project", '[{"id": 1}]', "projects: Jira's answer lacks 'key'"),
        (
            "cloud",
            "/search/jql",
            '{"issues": {}, "isLast": true}',
            "issues of SHOP: Jira's answer is no list",
        ),
        (
            "cloud",
            "/search/jql",
            '{"issues": [{"id": "1", "key": "SHOP-1", "fields": {}}], "isLast": true}',
            "issues of SHOP: Jira's answer lacks 'updated'",
        ),
        ("cloud", "/bulkfetch", '{"issueChangeLogs": [{}]}', "to 10025: Jira's answer lacks 'issueId'"),
        ("cloud", "/board/1/sprint", '{"values": null}', "sprints of board 1: Jira's answer lacks 'values'"),
    ],
)
def test_an_answer_of_another_shape_is_a_clear_error(
    deployment: str, part: str, body: str, said: str, database: Path
) -> None:
    site = make_site(deployment, before_request=on_path(part, always(body)))
    with serve(site, deployment=deployment) as url:
        assert said in str(load(url, deployment, database).error)
    assert not database.exists()


# ---------------------------------------------------------------------- loads that die


class Died(BaseException):
    """The process ended here."""


def die(*_: Any, **__: Any) -> Any:
    raise Died


def changed_site() -> tuple[JiraSite, Callable[[], None]]:
    """A site, and what happens to it between two loads."""
    site = make_site("cloud", page_limit=10)

    def change() -> None:
        touch(site.issues[3], LATER)
        site.issues.append(make_issue("cloud", 99, LATER))

    return site, change


@pytest.mark.parametrize(
    ("step", "is_first"), [("extract", True), ("load", False), ("complete", True), ("complete", False)]
)
def test_a_load_that_dies_between_two_steps_repeats(
    step: str, is_first: bool, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, change = changed_site()
    with serve(site) as url:
        if not is_first:
            loaded(url, "cloud", database)
        change()
        with monkeypatch.context() as patched:
            patched.setattr(Package, step, die)
            with pytest.raises(Died):
                load(url, "cloud", database)
        loaded(url, "cloud", database)
        assert stored(database) == expected(site)
        assert rows(database, "select count(*) from raw_jira.loads") == [(1 if is_first else 2,)]
        before = contents(database)
        result = loaded(url, "cloud", database)
    assert contents(database) == before
    assert result.count("issues").read < 5


@pytest.mark.parametrize("step", ["normalize", "load"])
def test_a_load_that_dies_inside_dlt_repeats(
    step: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, change = changed_site()
    with serve(site) as url:
        loaded(url, "cloud", database)
        change()
        with monkeypatch.context() as patched:
            patched.setattr(dlt.Pipeline, step, die)
            with pytest.raises(Died):
                load(url, "cloud", database)
        loaded(url, "cloud", database)
    assert stored(database) == expected(site)


@pytest.mark.parametrize("missing", ["issues", "issue_changelogs"])
def test_a_package_of_which_only_some_tables_arrived_repeats(missing: str, database: Path) -> None:
    """dlt merges table by table: what a kill in between leaves is put together by hand here."""
    site, change = changed_site()
    before = database.with_name("before.duckdb")
    with serve(site) as url:
        loaded(url, "cloud", database)
        shutil.copy(database, before)
        change()
        loaded(url, "cloud", database)
        with duckdb.connect(str(database)) as opened:
            opened.execute(f"attach '{before}' as before (read_only)")
            opened.execute(f"delete from raw_jira.{missing}")
            opened.execute(f"insert into raw_jira.{missing} select * from before.raw_jira.{missing}")
            opened.execute("delete from raw_jira.loads")
            opened.execute("insert into raw_jira.loads select * from before.raw_jira.loads")
        assert stored(database) != expected(site)
        loaded(url, "cloud", database)
    assert stored(database) == expected(site)


def test_progress_comes_from_the_warehouse_alone(database: Path) -> None:
    site, change = changed_site()
    copy = database.with_name("copy.duckdb")
    with serve(site) as url:
        loaded(url, "cloud", database)
        shutil.copy(database, copy)
        change()
        loaded(url, "cloud", database)
        database.unlink()
        loaded(url, "cloud", database)
        assert stored(database) == expected(site)
        loaded(url, "cloud", copy)
        assert stored(copy) == expected(site)


def test_a_second_load_of_a_connection_is_refused_while_one_is_at_work(database: Path) -> None:
    site = make_site("cloud", page_limit=10)
    errors: list[str] = []
    with serve(site) as url:
        again = OnceAt("/bulkfetch", 1, lambda: errors.append(str(load(url, "cloud", database).error)))
        site.before_request = again
        loaded(url, "cloud", database)
    assert errors == [
        "acme: load: another load of this connection is at work. Wait until it has ended, then load again."
    ]
    assert stored(database) == expected(site)
    assert [entry.name for entry in database.parent.iterdir()] == [database.name]


def test_rows_that_vanish_before_they_are_merged_are_an_error(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = Package.extract

    def extract_and_lose(package: Package, batches: Any) -> None:
        extract(package, batches)
        for extracted in database.parent.glob("*.loading/acme/*/normalize/extracted/*"):
            shutil.rmtree(extracted)

    site = make_site("cloud")
    with serve(site) as url:
        with monkeypatch.context() as patched:
            patched.setattr(Package, "extract", extract_and_lose)
            error = str(load(url, "cloud", database).error)
        assert "acme: load: what was read has vanished from " in error
        loaded(url, "cloud", database)
    assert stored(database) == expected(site)


def test_a_warehouse_in_use_is_a_clear_error(database: Path) -> None:
    database.write_bytes(b"this is no DuckDB file" * 1000)
    with serve(make_site("cloud")) as url:
        error = str(load(url, "cloud", database).error)
    assert "acme: warehouse: " in error


# ---------------------------------------------------------------------- sweep


def sightings(database: Path) -> list[tuple[str, bool]]:
    return rows(database, "select id, is_present from raw_jira.issue_sightings order by seen_at, id")


@both
def test_a_sweep_records_what_vanished_and_what_came_back(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=40, page_limit=10)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database, sweep=True)
        assert sightings(database) == []
        gone = site.issues.pop(7)
        loaded(url, deployment, database)
        assert sightings(database) == []
        loaded(url, deployment, database, sweep=True)
        assert sightings(database) == [(gone["id"], False)]
        before = contents(database)
        loaded(url, deployment, database, sweep=True)
        assert contents(database) == before
        site.issues.append(gone)
        loaded(url, deployment, database, sweep=True)
        loaded(url, deployment, database, sweep=True)
    assert sightings(database) == [(gone["id"], False), (gone["id"], True)]
    seen, finished = rows(
        database,
        "select max(seen_at), max(finished_at) from raw_jira.issue_sightings, raw_jira.loads",
    )[0]
    assert seen <= finished


@both
def test_a_removed_issue_that_is_loaded_again_is_back_without_a_sweep(
    deployment: str, database: Path
) -> None:
    site = make_site(deployment, count=40)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        gone = site.issues.pop(7)
        loaded(url, deployment, database, sweep=True)
        touch(gone, LATER)
        site.issues.append(gone)
        loaded(url, deployment, database)
    assert sightings(database) == [(gone["id"], False), (gone["id"], True)]


@cloud
def test_a_sweep_that_would_remove_too_much_stops(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=40)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        del site.issues[5:8]
        touch(site.issues[0], LATER)
        result = load(url, deployment, database, sweep=True)
        assert "acme: sweep: 3 of 40 artifacts are not visible any more, more than 5%" in str(result.error)
        assert sightings(database) == []
        assert stored(database)[site.issues[0]["id"]] == expected(site)[site.issues[0]["id"]]
        assert rows(database, "select count(*) from raw_jira.loads") == [(2,)]
        loaded(url, deployment, database, sweep=True, sweep_limit=0.5)
    assert [is_present for _, is_present in sightings(database)] == [False] * 3


@pytest.mark.parametrize(("count", "gone", "is_refused"), [(15, 1, False), (15, 2, True), (1, 1, False)])
def test_of_few_artifacts_a_sweep_may_remove_one(
    count: int, gone: int, is_refused: bool, database: Path
) -> None:
    site = make_site("cloud", count=count)
    with serve(site) as url:
        loaded(url, "cloud", database)
        del site.issues[:gone]
        result = load(url, "cloud", database, sweep=True)
    assert (result.error is not None) is is_refused
    assert len(sightings(database)) == (0 if is_refused else gone)


def test_a_sweep_limit_of_zero_removes_none(database: Path) -> None:
    site = make_site("cloud", count=5)
    with serve(site) as url:
        loaded(url, "cloud", database)
        del site.issues[0]
        assert "1 of 5" in str(load(url, "cloud", database, sweep=True, sweep_limit=0.0).error)
    assert sightings(database) == []


def test_a_sweep_that_is_refused_still_records_what_came_back(database: Path) -> None:
    site = make_site("cloud", count=40)
    with serve(site) as url:
        loaded(url, "cloud", database)
        back = site.issues.pop(7)
        loaded(url, "cloud", database, sweep=True)
        site.issues.append(back)
        del site.issues[:3]
        assert "3 of 39" in str(load(url, "cloud", database, sweep=True).error)
    assert sightings(database) == [(back["id"], False), (back["id"], True)]


def test_two_of_forty_are_exactly_what_a_sweep_may_remove(database: Path) -> None:
    site = make_site("cloud", count=40)
    with serve(site) as url:
        loaded(url, "cloud", database)
        del site.issues[5:7]
        loaded(url, "cloud", database, sweep=True)
    assert len(sightings(database)) == 2


@both
def test_an_issue_that_a_shifting_list_missed_is_not_removed(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=40, page_limit=10)
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        hidden = site.issues[20]
        lists = []

        def hide_one_in_lists(request: Any) -> None:
            body = request.get_json(silent=True) or {}
            is_list = body.get("fields") == ["id"]
            lists.append(is_list)
            shown = hidden in site.issues
            if is_list and shown:
                site.issues.remove(hidden)
            elif not is_list and not shown:
                site.issues.append(hidden)

        site.before_request = hide_one_in_lists
        loaded(url, deployment, database, sweep=True)
    assert any(lists)
    assert sightings(database) == []


@cloud
def test_an_issue_moved_to_a_project_that_is_not_loaded_is_removed(deployment: str, database: Path) -> None:
    site = make_site(deployment, count=40)
    site.projects.append({"id": "2", "key": "BACK", "name": "Back office"})
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
        site.issues[4]["key"] = "BACK-1"
        site.issues[4]["fields"]["project"] = {"id": "2", "key": "BACK"}
        loaded(url, deployment, database, sweep=True)
    assert sightings(database) == [(site.issues[4]["id"], False)]
