"""Loads of GitHub through the whole pipeline: complete at first, then only what is new, whatever happens."""

import json
from pathlib import Path

import requests
from werkzeug.wrappers import Request, Response

from pipelines.demo.github_api import RepositoryData, serve
from tests.pipelines.github.world import (
    TOKEN,
    Json,
    Log,
    add_pull_request,
    at,
    deployment,
    deployment_status,
    event,
    host_of,
    issue,
    load,
    load_well,
    pull_request,
    query,
    repository,
    small_repository,
    written,
)


def issue_rows(database: Path) -> dict[str, str]:
    """Number to title of all stored issues."""
    rows = query(database, "select number, record->>'title' from raw_github.issues")
    assert len(rows) == len(dict(rows)), "an issue is stored twice"
    return dict(rows)


def records(database: Path, table: str, key: str = "id") -> dict[str, Json]:
    rows = query(database, f"select {key}, record::text from raw_github.{table}")
    return {native_id: json.loads(record) for native_id, record in rows}


def test_a_first_load_stores_every_object_with_its_columns(database: Path) -> None:
    with serve(host_of(small_repository())) as url:
        load_well(url, database)

    expected = {
        "repositories": ("id, full_name", [("1", "acme/shop")]),
        "issues": (
            "id, repository, number, strftime(updated_at at time zone 'UTC', '%H:%M')",
            [("100001", "acme/shop", "1", "09:00"), ("100002", "acme/shop", "2", "09:05")],
        ),
        "issue_timelines": (
            "issue_id, repository, number, json_array_length(record, '$.events')",
            [("100001", "acme/shop", "1", 1), ("100002", "acme/shop", "2", 1)],
        ),
        "pull_requests": ("id, repository, number, issue_id", [("200002", "acme/shop", "2", "100002")]),
        "pull_request_reviews": (
            "pull_request_id, repository, number, record->>'$.reviews[0].state'",
            [("200002", "acme/shop", "2", "APPROVED")],
        ),
        "pull_request_commits": (
            "pull_request_id, repository, number, record->>'$.commits[0].sha'",
            [("200002", "acme/shop", "2", "c1")],
        ),
        "releases": ("id, repository", [("41", "acme/shop")]),
        "tags": ("repository, name", [("acme/shop", "v1")]),
        "deployments": ("id, repository", [("51", "acme/shop")]),
        "deployment_statuses": (
            "deployment_id, repository, record->>'$.statuses[0].state'",
            [("51", "acme/shop", "success")],
        ),
        "workflow_runs": ("id, repository", [("71", "acme/shop")]),
    }
    for table, (columns, rows) in expected.items():
        assert query(database, f"select {columns} from raw_github.{table} order by 1") == rows, table
    assert query(database, "select count(*) from raw_github.loads") == [(1,)]


def quota_used(url: str) -> int:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    used: int = requests.get(f"{url}/rate_limit", headers=headers, timeout=5).json()["rate"]["used"]
    return used


def test_a_load_with_nothing_new_writes_nothing_and_costs_one_answer_of_the_quota(database: Path) -> None:
    log = Log()
    with serve(host_of(small_repository(), before_request=log)) as url:
        load_well(url, database)
        before = written(database)
        log.requests.clear()
        load_well(url, database)
        assert log.count("/timeline") == log.count("/pulls/") == 0
        used = quota_used(url)
        load_well(url, database)

        assert quota_used(url) == used + 1
        assert written(database) == before
        assert query(database, "select count(*) from raw_github.loads") == [(3,)]


def test_only_what_changed_is_read_again(database: Path) -> None:
    data = small_repository()
    data.issues.append(issue(3, -60))
    log = Log()
    with serve(host_of(data, before_request=log)) as url:
        load_well(url, database)
        data.issues[0] |= {"state": "closed", "closed_at": at(90), "updated_at": at(90)}
        data.timelines[1].append(event(12, "closed", 90, state_reason="completed"))
        add_pull_request(data, pull_request(4, 95))
        log.requests.clear()
        result = load_well(url, database)

    counts = {
        name: (count.new, count.changed) for name, count in result.tables.items() if count.new + count.changed
    }
    assert counts == {
        "issues": (1, 1),
        "issue_timelines": (1, 1),
        "pull_requests": (1, 0),
        "pull_request_reviews": (1, 0),
        "pull_request_commits": (1, 0),
    }
    assert log.count("/issues/3/") == 0
    assert len(records(database, "issue_timelines", "issue_id")["100001"]["events"]) == 2


def test_a_load_that_died_is_repeated_without_loss_or_duplicates(database: Path) -> None:
    data = RepositoryData(repository=repository())
    data.issues = [issue(number, number) for number in range(1, 151)]
    is_broken = True

    def fail(request: Request) -> Response | None:
        return Response("<html>502</html>", 502) if is_broken and "/issues/120/" in request.path else None

    with serve(host_of(data, before_request=fail)) as url:
        failed = load(url, database)
        assert failed.error is not None
        assert "acme" in str(failed.error)
        assert "timeline of acme/shop#120" in str(failed.error)
        assert not database.exists() or query(
            database, "select count(*) from information_schema.tables where table_name = 'loads'"
        ) in ([(0,)], [(1,)])
        is_broken = False
        load_well(url, database)

    assert len(issue_rows(database)) == 150
    assert query(database, "select count(*) from raw_github.loads") == [(1,)]


def test_faults_of_all_kinds_leave_the_same_records(database: Path, tmp_path: Path) -> None:
    secondary = {"message": "You have exceeded a secondary rate limit."}
    faults = [
        lambda: Response(json.dumps(secondary), 403, {"Retry-After": "0"}),
        lambda: Response("<html>bad gateway</html>", 502),
        lambda: Response("<html>log in</html>", 200, content_type="text/html"),
        lambda: Response(json.dumps(secondary), 429, {"Retry-After": "0"}),
        lambda: Response('{"cut": ', 200, content_type="application/json"),
    ]
    data = small_repository()
    data.issues += [issue(number, number) for number in range(3, 60)]
    log = Log()

    def fault(request: Request) -> Response | None:
        log(request)
        position = len(log.requests)
        return faults[position // 4 % len(faults)]() if position % 4 == 0 else None

    with serve(host_of(data)) as url:
        load_well(url, tmp_path / "calm.duckdb")
    with serve(host_of(data, before_request=fault)) as url:
        load_well(url, database)

    hashes = [
        {table: [row[:-1] for row in rows] for table, rows in written(path).items()}
        for path in (database, tmp_path / "calm.duckdb")
    ]
    assert hashes[0] == hashes[1]


def test_statuses_are_read_again_until_one_is_final(database: Path) -> None:
    data = small_repository()
    data.deployments.append(deployment(52, 20))
    data.deployment_statuses[52] = [deployment_status(62, "in_progress", 21)]
    log = Log()
    with serve(host_of(data, before_request=log)) as url:
        load_well(url, database)
        data.deployment_statuses[52].append(deployment_status(63, "failure", 22))  # updated_at stays
        log.requests.clear()
        load_well(url, database)
        assert log.count("/deployments/52/statuses") == 1
        assert log.count("/deployments/51/statuses") == 0
        statuses = records(database, "deployment_statuses", "deployment_id")["52"]["statuses"]
        assert [status["state"] for status in statuses] == ["failure", "in_progress"]

        log.requests.clear()
        data.deployments[0]["updated_at"] = at(50)
        data.deployment_statuses[51].append(deployment_status(64, "inactive", 50))
        load_well(url, database)
        assert log.count("/statuses") == log.count("/deployments/51/statuses") == 1
        statuses = records(database, "deployment_statuses", "deployment_id")["51"]["statuses"]
        assert [status["state"] for status in statuses] == ["inactive", "success"]


def test_a_wrong_token_is_an_error_that_does_not_show_it(database: Path) -> None:
    with serve(host_of(small_repository())) as url:
        result = load(url, database, api_token="ghp_wrong-token")

    assert result.error is not None
    assert "Bad credentials" in str(result.error)
    assert "api_token" in str(result.error)
    assert "ghp_wrong-token" not in str(result.error)


def test_a_sweep_records_what_vanished_and_no_issue_that_a_shifted_page_hides(database: Path) -> None:
    data = RepositoryData(repository=repository())
    data.issues = [issue(number, number) for number in range(1, 151)]

    def delete(request: Request) -> None:
        if request.args.get("sort") == "created" and request.args.get("page") == "2":
            data.issues = [entry for entry in data.issues if entry["number"] != 50]

    with serve(host_of(data, before_request=delete)) as url:
        load_well(url, database)
        data.issues = [entry for entry in data.issues if entry["number"] not in (7, 8)]
        load_well(url, database, sweep=True)

    sightings = query(database, "select id, is_present from raw_github.issue_sightings order by id")
    assert sightings == [("100007", False), ("100008", False)]
