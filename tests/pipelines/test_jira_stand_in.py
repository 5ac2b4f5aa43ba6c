"""The stand-in of Jira is as strict and as awkward as Jira is."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from pipelines.demo.jira_api import JiraSite, serve
from tests.pipelines.jira_site import TOKEN, make_site

BASIC = (JiraSite.email, TOKEN)
JQL = 'project = "SHOP" ORDER BY updated ASC'


def search(url: str, **body: Any) -> requests.Response:
    return requests.post(f"{url}/rest/api/3/search/jql", json=body, auth=BASIC, timeout=10)


@pytest.mark.parametrize(
    ("deployment", "auth", "headers", "status"),
    [
        ("cloud", BASIC, {}, 200),
        ("cloud", (JiraSite.email, "wrong"), {}, 401),
        ("cloud", None, {}, 401),
        ("cloud", None, {"Authorization": f"Bearer {TOKEN}"}, 401),
        ("datacenter", BASIC, {}, 200),
        ("datacenter", None, {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("datacenter", None, {"Authorization": "Bearer wrong"}, 401),
    ],
)
def test_secrets(deployment: str, auth: Any, headers: dict[str, str], status: int) -> None:
    api = "3" if deployment == "cloud" else "2"
    with serve(make_site(deployment), deployment=deployment) as url:
        answer = requests.get(f"{url}/rest/api/{api}/myself", auth=auth, headers=headers, timeout=10)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "jql",
    [
        "",
        "ORDER BY updated",
        'project = "NOPE"',
        'updated >= "yesterday"',
        'project = "SHOP" OR project = "BACK"',
        'summary ~ "x"',
        "key = SHOP-999",
    ],
)
def test_a_query_that_jira_would_refuse(jql: str) -> None:
    with serve(make_site("cloud")) as url:
        answer = search(url, jql=jql)
    assert answer.status_code == 400
    assert answer.json()["errorMessages"]


def test_pages_have_limits_and_tokens_belong_to_their_query() -> None:
    with serve(make_site("cloud", count=130)) as url:
        first = search(url, jql=JQL, maxResults=1000, fields=["summary"]).json()
        second = search(url, jql=JQL, maxResults=1000, nextPageToken=first["nextPageToken"]).json()
        stolen = search(url, jql='project = "SHOP"', nextPageToken=first["nextPageToken"])
        ids = search(url, jql=JQL, maxResults=5000, fields=["id"]).json()
    assert (len(first["issues"]), first["isLast"]) == (100, False)
    assert (len(second["issues"]), second["isLast"]) == (30, True)
    assert stolen.status_code == 400
    assert ids["issues"][0] == {"id": "10001"}
    assert len(ids["issues"]) == 130


def test_fields_are_those_asked_for() -> None:
    with serve(make_site("cloud", count=1)) as url:
        [everything] = search(url, jql=JQL, fields=["*all", "-comment"]).json()["issues"]
        [little] = search(url, jql=JQL, fields="summary,status").json()["issues"]
    assert "description" in everything["fields"]
    assert "comment" not in everything["fields"]
    assert little["fields"].keys() == {"summary", "status"}
    assert "changelog" not in everything


def test_the_old_search_of_cloud_is_gone() -> None:
    with serve(make_site("cloud")) as url:
        answer = requests.get(f"{url}/rest/api/3/search", auth=BASIC, timeout=10)
    assert answer.status_code == 410


def test_times_of_a_query_are_local_and_to_the_minute() -> None:
    site = make_site("cloud", count=1, time_zone="Asia/Kolkata")  # updated 9:07 UTC, 14:37 there
    with serve(site) as url:
        found = {
            clause: len(search(url, jql=f"project = SHOP AND updated {clause}").json()["issues"])
            for clause in ('>= "2024-03-04 14:37"', '>= "2024-03-04 14:38"', '< "2024/03/04 14:38"')
        }
    assert list(found.values()) == [1, 0, 1]


def test_a_board_without_sprints_and_a_jira_without_boards() -> None:
    site = make_site("cloud")
    with serve(site) as url:
        board = f"{url}/rest/agile/1.0/board"
        assert requests.get(f"{board}/2/sprint", auth=BASIC, timeout=10).status_code == 400
        assert requests.get(f"{board}/9/sprint", auth=BASIC, timeout=10).status_code == 404
        assert len(requests.get(f"{board}/1/sprint", auth=BASIC, timeout=10).json()["values"]) == 50
        site.boards = None
        assert requests.get(board, auth=BASIC, timeout=10).status_code == 404
