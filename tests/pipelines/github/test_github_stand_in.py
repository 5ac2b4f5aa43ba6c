"""The stand-in answers as GitHub does."""

from typing import Any

import pytest
import requests

from pipelines.demo.github_api import serve
from tests.pipelines.github.world import (
    TOKEN,
    Log,
    at,
    commit,
    deployment_status,
    host_of,
    issue,
    small_repository,
    workflow_run,
)


def get(url: str, path: str, token: str = TOKEN, **parameters: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", **parameters.pop("headers", {})}
    return requests.get(f"{url}{path}", params=parameters, headers=headers, timeout=5, allow_redirects=False)


def numbers(answer: requests.Response) -> list[int]:
    return [entry["number"] for entry in answer.json()]


def test_issues_are_filtered_ordered_and_paged() -> None:
    data = small_repository()
    data.issues += [issue(number, 100 - number, state="closed") for number in range(3, 8)]
    with serve(host_of(data)) as url:
        path = "/repos/acme/shop/issues"
        assert numbers(get(url, path)) == [2, 1]  # open ones, newest first
        assert numbers(get(url, path, state="all", sort="updated", direction="asc")) == [1, 2, 7, 6, 5, 4, 3]
        assert numbers(get(url, path, state="all", since=at(95), direction="asc")) == [5, 4, 3]
        assert numbers(get(url, path, labels="BUG")) == [1]
        assert get(url, path, since="yesterday").status_code == 422

        second = get(url, path, state="closed", per_page=2, page=2)
        assert numbers(second) == [5, 6]
        assert {rel: link["url"][-6:] for rel, link in second.links.items()} == {
            "prev": "page=1",
            "first": "page=1",
            "next": "page=3",
            "last": "page=3",
        }
        assert "Link" not in get(url, path, state="all").headers


def test_an_answer_that_did_not_change_is_a_304_and_costs_no_quota() -> None:
    with serve(host_of(small_repository())) as url:
        first = get(url, "/repos/acme/shop")
        again = get(url, "/repos/acme/shop", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"] == "4999"


def test_errors_are_worded_as_github_words_them() -> None:
    data = small_repository()
    data.refused["deployments"] = (403, "Resource not accessible by personal access token")
    with serve(host_of(data, hourly_limit=4)) as url:
        answers = {
            401: get(url, "/repos/acme/shop", token="wrong"),
            404: get(url, "/repos/acme/none"),
            403: get(url, "/repos/acme/shop/deployments/51/statuses"),
        }
        for status, message in (
            (401, "Bad credentials"),
            (404, "Not Found"),
            (403, "Resource not accessible by personal access token"),
        ):
            assert answers[status].status_code == status
            assert answers[status].json()["message"] == message
            assert answers[status].json()["status"] == str(status)

        get(url, "/repos/acme/shop")
        exhausted = get(url, "/repos/acme/shop")
        assert exhausted.status_code == 403
        assert exhausted.json()["message"].startswith("API rate limit exceeded")
        assert exhausted.headers["X-RateLimit-Remaining"] == "0"


def test_an_enterprise_server_has_its_api_below_a_path_and_no_limits() -> None:
    with serve(host_of(small_repository(), hourly_limit=None), enterprise=True) as url:
        answer = get(url, "/repos/ACME/Shop")
        assert answer.json()["full_name"] == "acme/shop"
        assert "X-RateLimit-Limit" not in answer.headers
        assert get(url, "/rate_limit").status_code == 404

        outside = requests.get(url.removesuffix("/api/v3") + "/repos/acme/shop", timeout=5)
        assert outside.status_code == 404
        assert outside.headers["Content-Type"].startswith("text/html")


def test_a_moved_repository_redirects_with_its_query() -> None:
    with serve(host_of(small_repository(), moved={"old/name": "acme/shop"})) as url:
        answer = get(url, "/repos/old/name/issues", state="all")
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"{url}/repositories/1/issues?state=all"
        assert numbers(get("", answer.headers["Location"])) == [2, 1]


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2024-03-01", [2, 1]),
        (">=2024-03-02", [4, 3]),
        (">2024-03-02", [4]),
        ("<2024-03-02", [2, 1]),
        ("<=2024-03-02", [3, 2, 1]),
        ("2024-03-01..2024-03-02", [3, 2, 1]),
        ("2024-03-01T09:00:01Z..2024-03-02T09:00:00Z", [3, 2]),
        ("*..2024-03-01T09:00:00+00:00", [1]),
        ("2024-03-02..*", [4, 3]),
    ],
)
def test_runs_are_found_by_their_time_of_creation(created: str, expected: list[int]) -> None:
    data = small_repository()
    day = 24 * 60
    data.workflow_runs = [
        workflow_run(number, later) for number, later in ((1, 0), (2, 60), (3, day), (4, 3 * day))
    ]
    with serve(host_of(data)) as url:
        answer = get(url, "/repos/acme/shop/actions/runs", created=created).json()

    assert [run["id"] for run in answer["workflow_runs"]] == expected
    assert answer["total_count"] == len(expected)


def test_a_search_for_runs_shows_a_thousand_and_the_list_of_commits_250() -> None:
    data = small_repository()
    data.workflow_runs = [workflow_run(number, number) for number in range(1, 1101)]
    data.commits[2] = [commit(f"c{number}", number) for number in range(260)]
    with serve(host_of(data)) as url:
        path = "/repos/acme/shop/actions/runs"
        assert (
            len(get(url, path, created=">2024-01-01", per_page=100, page=10).json()["workflow_runs"]) == 100
        )
        beyond = get(url, path, created=">2024-01-01", per_page=100, page=11).json()
        assert (beyond["total_count"], beyond["workflow_runs"]) == (1100, [])
        assert len(get(url, path, per_page=100, page=11).json()["workflow_runs"]) == 100

        assert len(get(url, "/repos/acme/shop/pulls/2/commits", per_page=100, page=3).json()) == 50
        compared = get(url, "/repos/acme/shop/compare/base2...head2", per_page=100, page=3).json()
        assert (compared["total_commits"], len(compared["commits"])) == (260, 60)


def test_details_stand_only_in_the_detail() -> None:
    with serve(host_of(small_repository())) as url:
        listed = get(url, "/repos/acme/shop/pulls").json()[0]
        detail = get(url, "/repos/acme/shop/pulls/2").json()

    assert "commits" not in listed
    assert "mergeable" not in listed
    assert detail["commits"] == 1


def test_statuses_come_newest_first() -> None:
    data = small_repository()
    data.deployment_statuses[51].append(deployment_status(62, "inactive", 20))
    with serve(host_of(data)) as url:
        statuses = get(url, "/repos/acme/shop/deployments/51/statuses").json()

    assert [status["state"] for status in statuses] == ["inactive", "success"]


def test_a_hook_sees_each_request_and_may_answer_instead() -> None:
    data = small_repository()
    log = Log(lambda request: data.issues.clear())
    with serve(host_of(data, before_request=log)) as url:
        assert get(url, "/repos/acme/shop/issues", state="all").json() == []

    assert log.requests == ["/repos/acme/shop/issues?state=all"]
