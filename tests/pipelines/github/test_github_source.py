"""The source of GitHub over real HTTP, without the warehouse: paging, limits, refusals."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import Response as HttpResponse
from werkzeug.wrappers import Request, Response

from pipelines.demo.github_api import RepositoryData, issue_of_pull_request, serve
from pipelines.errors import LoadError
from pipelines.sources.github import api_root, rate_limit
from tests.pipelines.github.world import (
    Json,
    Log,
    add_pull_request,
    at,
    commit,
    deployment,
    event,
    host_of,
    issue,
    pull_request,
    read,
    repository,
    small_repository,
    workflow_run,
)


def many_issues(count: int, step: float = 1) -> RepositoryData:
    data = RepositoryData(repository=repository())
    data.issues = [issue(number, number * step) for number in range(1, count + 1)]
    return data


# ---------------------------------------------------------------- paging


def test_a_record_updated_while_we_page_is_neither_lost_nor_doubled() -> None:
    data = many_issues(250)

    def update(request: Request) -> None:
        if "since=2024-03-01T10%3A40" in request.full_path:
            for number in (3, 101, 180, 249):  # read already, next to be read, later, near the end
                data.issues[number - 1] |= {"updated_at": at(1000), "title": f"New title {number}"}

    log = Log(update)
    with serve(host_of(data, before_request=log)) as url:
        reading = read(url)

    titles = {row.columns["number"]: row.record["title"] for row in reading.tables["issues"].values()}
    assert log.count("10%3A40") == 1
    assert len(titles) == 250
    assert {number for number, title in titles.items() if title.startswith("New")} == {
        "3",
        "101",
        "180",
        "249",
    }


def test_many_records_of_one_second_are_complete_though_one_is_updated_meanwhile() -> None:
    data = many_issues(340, step=0)
    data.issues += [issue(number, number) for number in range(341, 361)]

    def update(request: Request) -> None:
        if request.args.get("page") == "2":
            data.issues[0]["updated_at"] = at(1000)

    with serve(host_of(data, before_request=Log(update))) as url:
        reading = read(url)

    assert len(reading.keys("issues")) == 360


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    minutes=st.lists(st.integers(0, 8), min_size=1, max_size=12),
    touched=st.lists(st.tuples(st.integers(2, 30), st.integers(0, 11)), max_size=6),
)
def test_whatever_is_updated_while_we_page_the_walk_ends_with_the_newest_of_each(
    minutes: list[int], touched: list[tuple[int, int]]
) -> None:
    data = RepositoryData(repository=repository())
    data.issues = [issue(number, minute) for number, minute in enumerate(minutes, 1)]
    log = Log()

    def update(request: Request) -> None:
        log(request)
        for moment, position in touched:
            if moment == len(log.requests) and position < len(data.issues):
                data.issues[position] |= {"updated_at": at(100 + moment), "comments": moment}

    host = host_of(data, before_request=update, max_page_size=3)
    with serve(host) as url:
        first = read(url)
        host.before_request = None
        second = read(url, first.progress)

    rows = [row for reading in (first, second) for row in reading.tables.get("issues", {}).values()]
    seen = {row.columns["id"]: row.record["comments"] for row in rows}
    assert seen == {str(entry["id"]): entry["comments"] for entry in data.issues}


def test_an_event_within_the_second_of_the_last_update_is_not_lost() -> None:
    data = small_repository()
    with serve(host_of(data)) as url:
        progress = read(url).progress
        data.timelines[2].append(event(22, "labeled", 5, label={"name": "late", "color": "red"}))
        data.issues[1]["comments"] = 1
        reading = read(url, progress)

    assert len(reading.record("issue_timelines", "100002")["events"]) == 2


def test_a_start_date_leaves_out_what_is_older() -> None:
    data = small_repository()
    data.issues.append(issue(3, 60))
    data.deployments.append(deployment(52, 60))
    data.workflow_runs.append(workflow_run(72, 60))
    with serve(host_of(data)) as url:
        reading = read(url, start_date=datetime(2024, 3, 1, 9, 30, tzinfo=UTC))
        assert reading.keys("issues") == ["100003"]
        assert reading.keys("deployments") == ["52"]
        assert reading.keys("workflow_runs") == ["72"]

        without = read(url, reading.progress)
        assert len(without.keys("issues")) == 3
        assert without.keys("workflow_runs") == ["72", "71"]


@pytest.mark.parametrize("enterprise", [False, True])
def test_an_enterprise_server_is_read_as_github_com_is(enterprise: bool) -> None:
    with serve(host_of(small_repository()), enterprise=enterprise) as url:
        assert url.endswith("/api/v3") == enterprise
        assert read(url).keys("issues") == ["100001", "100002"]


def test_an_issue_that_vanishes_after_it_was_listed_is_left_out() -> None:
    data = many_issues(3)

    def delete(request: Request) -> None:
        if request.path.endswith("/issues/2/timeline"):
            data.issues = [entry for entry in data.issues if entry["number"] != 2]

    with serve(host_of(data, before_request=delete)) as url:
        assert read(url).keys("issues") == ["100001", "100003"]


def test_parts_that_are_not_found_of_an_issue_that_is_there_are_an_error() -> None:
    data = small_repository()
    data.refused["pulls"] = (404, "Not Found")
    with (
        serve(host_of(data)) as url,
        pytest.raises(LoadError, match=r"acme/shop#2.*read access to issues, pull"),
    ):
        read(url)


# ---------------------------------------------------------------- commits


def with_commits(count: int) -> RepositoryData:
    data = small_repository()
    data.commits[2] = [commit(f"c{number}", number / 100) for number in range(count)]
    data.pull_requests[0]["commits"] = count
    return data


def test_a_pull_request_with_more_than_250_commits_is_complete() -> None:
    with serve(host_of(with_commits(320))) as url:
        reading = read(url)

    record = reading.record("pull_request_commits", "200002")
    assert [entry["sha"] for entry in record["commits"]] == [f"c{number}" for number in range(320)]
    assert "is_complete" not in record
    assert reading.notes == []


def test_commits_that_github_does_not_show_are_recorded_as_missing() -> None:
    data = with_commits(320)
    data.refused["compare"] = (404, "Not Found")
    with serve(host_of(data)) as url:
        reading = read(url)

    record = reading.record("pull_request_commits", "200002")
    assert (len(record["commits"]), record["is_complete"], record["commit_count"]) == (250, False, 320)
    assert reading.notes == ["acme/shop#2 has 320 commits: GitHub shows 250 of them"]


# ---------------------------------------------------------------- workflow runs and deployments


def test_more_than_1000_workflow_runs_are_complete() -> None:
    data = small_repository()
    data.workflow_runs = [workflow_run(number, number * number / 50) for number in range(1, 1301)]
    with serve(host_of(data)) as url:
        assert len(read(url).keys("workflow_runs")) == 1300


def test_more_than_1000_runs_of_one_second_are_an_error() -> None:
    data = small_repository()
    data.workflow_runs = [workflow_run(number, 3) for number in range(1, 1002)]
    said = r"more than 1,000 were created at 2024-03-01T09:03:00Z.*skip = \[\"workflow_runs\"\]"
    with serve(host_of(data)) as url, pytest.raises(LoadError, match=said):
        read(url)


def test_a_run_deleted_while_we_page_does_not_hide_another() -> None:
    data = small_repository()
    data.workflow_runs = [workflow_run(number, number) for number in range(1, 251)]

    def delete(request: Request) -> None:
        if request.path.endswith("/runs") and request.args.get("page") == "2":
            data.workflow_runs = [run for run in data.workflow_runs if run["id"] != 240]

    with serve(host_of(data, before_request=delete)) as url:
        reading = read(url)

    assert {str(number) for number in range(1, 251)} - {"240"} <= set(reading.keys("workflow_runs"))


def test_a_run_is_read_again_until_it_is_done_and_when_it_runs_again() -> None:
    data = small_repository()
    running = workflow_run(72, 20, status="in_progress", conclusion=None)
    data.workflow_runs += [running, workflow_run(73, 25 * 24 * 60)]
    with serve(host_of(data)) as url:
        progress = read(url).progress
        running |= {"status": "completed", "conclusion": "failure", "updated_at": at(30)}
        reading = read(url, progress)
        assert reading.record("workflow_runs", "72")["conclusion"] == "failure"

        running |= {"run_attempt": 2, "conclusion": "success", "updated_at": at(40)}
        reading = read(url, progress)
        assert reading.record("workflow_runs", "72")["conclusion"] == "success"


def test_old_deployments_are_not_listed_again() -> None:
    data = small_repository()
    days = 24 * 60
    data.deployments = [deployment(number, number * days) for number in range(1, 401)]
    log = Log()
    with serve(host_of(data, before_request=log)) as url:
        reading = read(url)
        assert len(reading.keys("deployments")) == 400
        data.deployments.append(deployment(401, 401 * days))
        log.requests.clear()
        assert len(read(url, reading.progress).keys("deployments")) == 92

    assert log.count("/deployments?") == 1


# ---------------------------------------------------------------- limits


def test_the_primary_rate_limit_is_waited_for() -> None:
    with serve(host_of(small_repository(), hourly_limit=8, window_seconds=1)) as url:
        assert len(read(url).keys("issues")) == 2


def answer(status: int, message: str, **headers: str) -> HttpResponse:
    response = HttpResponse()
    response.status_code = status
    response._content = message.encode()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (answer(403, "secondary", Retry_After="17"), 17),
        (answer(429, "", Retry_After="3"), 3),
        (answer(403, "You have exceeded a secondary rate limit."), 60),
        (answer(403, "You have triggered an abuse detection mechanism."), 60),
        (answer(429, ""), 60),
        (answer(403, "API rate limit exceeded", X_RateLimit_Remaining="0", X_RateLimit_Reset="oops"), 60),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(response: HttpResponse, seconds: float) -> None:
    wait = rate_limit(response)

    assert wait is not None
    assert wait.seconds == seconds


def test_an_exhausted_quota_waits_for_its_reset() -> None:
    reset = str(int(time.time()) + 100)
    wait = rate_limit(answer(403, "", X_RateLimit_Remaining="0", X_RateLimit_Reset=reset))

    assert wait is not None
    assert wait.seconds is not None
    assert 99 < wait.seconds <= 101


@pytest.mark.parametrize(
    "response",
    [
        answer(200, "rate limit", X_RateLimit_Remaining="0"),
        answer(403, "Resource not accessible by personal access token", X_RateLimit_Remaining="4000"),
        answer(404, "Not Found"),
    ],
)
def test_other_answers_are_no_rate_limit(response: HttpResponse) -> None:
    assert rate_limit(response) is None


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("part", "path", "status", "message", "permission"),
    [
        (
            "deployments",
            "deployments",
            403,
            "Resource not accessible by personal access token",
            "Deployments",
        ),
        ("workflow_runs", "actions", 404, "Not Found", "Actions"),
        ("releases", "releases", 403, "Resource not accessible by integration", "Contents"),
        ("tags", "tags", 403, "Resource not accessible by integration", "Contents"),
    ],
)
def test_a_part_that_is_refused_is_an_error_with_a_remedy_and_can_be_skipped(
    part: str, path: str, status: int, message: str, permission: str
) -> None:
    data = small_repository()
    data.refused[path] = (status, message)
    with serve(host_of(data)) as url:
        with pytest.raises(LoadError) as refused:
            read(url)
        for said in ("acme", part.replace("_", " "), message, permission, f'skip = ["{part}"]'):
            assert said in str(refused.value)

        reading = read(url, skip=[part])

    assert reading.keys(part) == []
    assert len(reading.keys("issues")) == 2


def test_an_unknown_repository_is_an_error() -> None:
    said = "repository acme/none.*Not Found.*may not see"
    with serve(host_of(small_repository())) as url, pytest.raises(LoadError, match=said):
        read(url, repositories=["acme/shop", "acme/none"])


def test_missing_permission_for_issues_is_an_error() -> None:
    data = small_repository()
    data.refused["issues"] = (403, "Resource not accessible by personal access token")
    with serve(host_of(data)) as url, pytest.raises(LoadError, match=r"issues of acme/shop.*read access"):
        read(url)


def test_a_repository_that_moved_is_loaded_under_its_name_of_today() -> None:
    with serve(host_of(small_repository(), moved={"old/name": "acme/shop"})) as url:
        reading = read(url, repositories=["old/name"])

    assert {row.columns["repository"] for row in reading.tables["issues"].values()} == {"acme/shop"}
    assert reading.notes == ["old/name is now acme/shop: change its name in repositories"]


def test_a_repository_without_issues_has_its_pull_requests_loaded() -> None:
    data = small_repository()
    data.refused["issues"] = (410, "Issues are disabled for this repo")
    add_pull_request(data, pull_request(3, 500))
    with serve(host_of(data)) as url:
        reading = read(url)
        assert reading.keys("issues") == []
        assert [row.columns["issue_id"] for row in reading.tables["pull_requests"].values()] == [None, None]
        assert reading.notes == ["acme/shop has its issues disabled: only its pull requests are loaded"]

        add_pull_request(data, pull_request(4, 600))
        assert read(url, reading.progress).keys("pull_requests") == ["200004", "200003"]


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_pull_request_without_its_reviews_where_issues_are_disabled(is_gone: bool) -> None:
    data = small_repository()
    data.refused["issues"] = (410, "Issues are disabled for this repo")
    add_pull_request(data, pull_request(3, 500))

    def refuse(request: Request) -> Response | None:
        if not request.path.endswith("/pulls/3/reviews"):
            return None
        if is_gone:
            data.pull_requests = [pull for pull in data.pull_requests if pull["number"] != 3]
        return Response('{"message": "Not Found"}', 404)

    with serve(host_of(data, before_request=refuse)) as url:
        if is_gone:
            assert read(url).keys("pull_requests") == ["200002"]
        else:
            with pytest.raises(LoadError, match=r"acme/shop#3: its timeline, reviews.*read access to issues"):
                read(url)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"repositories": []}, "no repositories are given"),
        ({"repositories": ["acme"]}, "'acme' in repositories is not owner/name"),
        ({"skip": ["issues"]}, "'issues' in skip is not known.*releases, tags"),
    ],
)
def test_a_wrong_configuration_is_an_error(changed: Json, said: str) -> None:
    with pytest.raises(LoadError, match=said):
        read("http://127.0.0.1:9", **changed)


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://api.github.com/", "https://api.github.com"),
        ("https://github.example.com", "https://github.example.com/api/v3"),
        ("https://github.example.com/api/v3/", "https://github.example.com/api/v3"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/api/v3", "http://localhost:8080/api/v3"),
    ],
)
def test_the_api_is_found_from_the_address_of_the_site(url: str, root: str) -> None:
    assert api_root(url) == root


def test_a_pull_request_has_another_id_among_the_issues() -> None:
    pull = pull_request(2, 5)

    listed = issue_of_pull_request(pull, 9)

    assert listed["id"] == 9
    assert listed["pull_request"]["url"] == pull["url"]
    assert listed["url"].endswith("/issues/2")
