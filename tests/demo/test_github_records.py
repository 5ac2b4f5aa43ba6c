"""The GitHub objects tell the plan: timelines replay to state and labels, with the dirt of real ones."""

from datetime import datetime
from typing import Any

import pytest

from pipelines.demo.changesets import CODE_REPOSITORIES
from pipelines.demo.clock import milliseconds
from pipelines.demo.github_api import GitHubHost
from pipelines.demo.organisation import LOADED_AT, PROJECTS
from pipelines.demo.plan import Item
from pipelines.demo.truth import last_update, live


@pytest.fixture(scope="module")
def host(company) -> GitHubHost:
    return company.github.host(LOADED_AT[-1])


@pytest.fixture(scope="module")
def items(company) -> dict[int, Item]:
    return {int(item.id): item for item in company.github.items}


def issues(host: GitHubHost) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    return [
        (issue, data.timelines[issue["number"]])
        for data in host.repositories.values()
        for issue in data.issues
        if not issue.get("pull_request")
    ]


def board_states(repository: str, timeline: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """The states that a reader of the timeline sees: closed, else the board label put on last, else open."""
    board = {
        state.removeprefix("label:") for state in PROJECTS[repository].meanings if state.startswith("label:")
    }
    on: dict[str, None] = {}
    is_closed = False
    seen: dict[int, str] = {}
    for event in timeline:
        label = event.get("label", {}).get("name", "").lower()
        if event["event"] == "labeled" and label in board:
            on.pop(label, None)
            on[label] = None
        elif event["event"] == "unlabeled":
            on.pop(label, None)
        elif event["event"] in ("closed", "reopened"):
            is_closed = event["event"] == "closed"
        else:
            continue
        at = milliseconds(datetime.fromisoformat(event["created_at"]))
        seen[at] = "closed" if is_closed else f"label:{list(on)[-1]}" if on else "open"
    return list(seen.items())


def test_timelines_replay_to_the_states_of_the_plan(host, items):
    checked = 0
    for issue, timeline in issues(host):
        item = items[issue["id"]]
        if "lost_last" in item.features:
            continue
        expected = [(i.start, i.state) for i in live(item).intervals]
        runs = [(item.created, "open"), *board_states(item.area.project, timeline)]
        runs = list(dict(runs).items())
        found = [run for place, run in enumerate(runs) if place == 0 or run[1] != runs[place - 1][1]]
        assert found == expected, issue["html_url"]
        checked += 1
    assert checked > 100


def test_timelines_replay_to_the_current_labels(host, items):
    for issue, timeline in issues(host):
        on: dict[str, None] = {}
        for event in timeline:
            if event["event"] == "labeled":
                on[event["label"]["name"].lower()] = None
            elif event["event"] == "unlabeled":
                on.pop(event["label"]["name"].lower(), None)
        current = {label["name"].lower() for label in issue["labels"]}
        if items[issue["id"]].title == "Label deleted":
            assert set(on) - current == {"in progress"}
        else:
            assert set(on) == current


def test_a_label_is_spelt_as_it_was_then(host):
    spellings = {
        event["label"]["name"] for _, timeline in issues(host) for event in timeline if "label" in event
    }
    assert {"Doing", "doing"} <= spellings


def test_some_closings_left_no_event(company):
    lost = [
        issue
        for issue, timeline in issues(company.github.host(LOADED_AT[-1]))
        if issue["state"] == "closed" and "closed" not in {event["event"] for event in timeline}
    ]
    for issue in lost:
        item = next(item for item in company.github.items if item.id == str(issue["id"]))
        assert issue["updated_at"] == issue["closed_at"]
        assert milliseconds(datetime.fromisoformat(issue["updated_at"])) == last_update(item)


def test_reasons_of_closing(host):
    reasons = {(issue["state"], issue["state_reason"]) for issue, _ in issues(host)}
    assert {("closed", "completed"), ("closed", "not_planned"), ("open", None)} <= reasons


def test_events_are_numbered_in_order_of_time(host):
    for _, timeline in issues(host):
        numbers = [event["id"] for event in timeline]
        assert numbers == sorted(numbers)


def test_issues_and_pull_requests_share_their_numbers(host):
    for name, data in host.repositories.items():
        numbers = [issue["number"] for issue in data.issues]
        assert len(set(numbers)) == len(numbers)
        assert {pull["number"] for pull in data.pull_requests} <= set(numbers)
        if name in CODE_REPOSITORIES:
            assert len(data.pull_requests) == len(data.issues)


def test_pull_requests_name_the_work_in_every_way(company, host):
    pulls = [pull for data in host.repositories.values() for pull in data.pull_requests]
    assert {pull.reference for pull in company.pulls} == {"branch", "title", "body", "commit"}
    assert any(pull["head"]["ref"].startswith("SHOP-") for pull in pulls)
    assert any(pull["title"].startswith("WMS-") for pull in pulls)
    assert any(pull["body"].startswith("Closes #") for pull in pulls)
    messages = [
        commit["commit"]["message"]
        for data in host.repositories.values()
        for commits in data.commits.values()
        for commit in commits
    ]
    assert any(message.startswith("SHOP-") for message in messages)


def test_pull_requests_have_their_parts(host):
    for data in host.repositories.values():
        for pull in data.pull_requests:
            events = [event["event"] for event in data.timelines[pull["number"]]]
            assert pull["merged"] == ("merged" in events)
            assert len(data.commits[pull["number"]]) == pull["commits"] > 0
            assert events.count("reviewed") == len(data.reviews[pull["number"]])


def test_deliveries_are_there(host):
    everything = list(host.repositories.values())
    assert sum(len(data.releases) for data in everything) > 3
    assert all(len(data.releases) == len(data.tags) for data in everything)
    states = {s["state"] for data in everything for group in data.deployment_statuses.values() for s in group}
    assert states == {"in_progress", "success", "failure"}
    assert {run["event"] for data in everything for run in data.workflow_runs} == {
        "workflow_dispatch",
        "pull_request",
    }
