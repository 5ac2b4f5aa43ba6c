"""A small world of GitHub objects, and loads of it through the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from werkzeug.wrappers import Request, Response

from pipelines.connections import Connection
from pipelines.demo.github_api import GitHubHost, RepositoryData, issue_of_pull_request
from pipelines.load import LoadResult, load_connection
from pipelines.sources import LoadContext, Progress, Row
from pipelines.sources.github import GitHubSource

Json = dict[str, Any]
START = datetime(2024, 3, 1, 9, tzinfo=UTC)
API = "https://api.github.com"
TOKEN = "ghp_very-secret"


def at(minutes: float) -> str:
    """A time so many minutes after the world began."""
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str, kind: str = "User") -> Json:
    user_id = 987_000_000 + sum(login.encode())
    return {
        "login": login,
        "id": user_id,
        "node_id": f"U_{login}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{user_id}?v=4",
        "url": f"{API}/users/{login}",
        "html_url": f"https://github.com/{login}",
        "type": kind,
        "site_admin": False,
    }


def repository(full_name: str = "acme/shop", repository_id: int = 1) -> Json:
    owner, name = full_name.split("/")
    return {
        "id": repository_id,
        "name": name,
        "full_name": full_name,
        "owner": user(owner, "Organization"),
        "private": True,
        "fork": False,
        "html_url": f"https://github.com/{full_name}",
        "url": f"{API}/repos/{full_name}",
        "default_branch": "main",
        "stargazers_count": 3,
        "temp_clone_token": "clone-secret",
        "permissions": {"admin": True},
    }


def issue(number: int, minutes: float, login: str = "ada", **more: Any) -> Json:
    return {
        "id": 100_000 + number,
        "node_id": f"I_{number}",
        "number": number,
        "url": f"{API}/repos/acme/shop/issues/{number}",
        "repository_url": f"{API}/repos/acme/shop",
        "html_url": f"https://github.com/acme/shop/issues/{number}",
        "title": f"Issue {number}",
        "body": None,
        "user": user(login),
        "state": "open",
        "state_reason": None,
        "labels": [],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": 0,
        "created_at": at(minutes),
        "updated_at": at(minutes),
        "closed_at": None,
        "reactions": {"total_count": 0},
        **more,
    }


def event(event_id: int, kind: str, minutes: float, login: str = "ada", **more: Any) -> Json:
    return {
        "id": event_id,
        "node_id": f"E_{event_id}",
        "url": f"{API}/repos/acme/shop/issues/events/{event_id}",
        "actor": user(login),
        "event": kind,
        "created_at": at(minutes),
        **more,
    }


def commit(sha: str, minutes: float, name: str = "Ada Lovelace", message: str = "Work") -> Json:
    identity = {"name": name, "email": f"{name.split()[0].lower()}@example.com", "date": at(minutes)}
    return {
        "sha": sha,
        "url": f"{API}/repos/acme/shop/commits/{sha}",
        "commit": {
            "author": identity,
            "committer": identity,
            "message": message,
            "verification": {
                "verified": True,
                "reason": "valid",
                "signature": "PGP",
                "payload": f"author {name} <{identity['email']}>",
            },
        },
        "author": user("ada"),
        "committer": user("ada"),
        "parents": [],
    }


def pull_request(number: int, minutes: float, login: str = "ada", **more: Any) -> Json:
    fork = repository(f"{login}/shop", 50)
    fork["owner"] = user(login)
    return {
        "id": 200_000 + number,
        "number": number,
        "url": f"{API}/repos/acme/shop/pulls/{number}",
        "html_url": f"https://github.com/acme/shop/pull/{number}",
        "diff_url": f"https://github.com/acme/shop/pull/{number}.diff",
        "patch_url": f"https://github.com/acme/shop/pull/{number}.patch",
        "title": f"Pull request {number}",
        "body": None,
        "user": user(login),
        "state": "open",
        "labels": [],
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "draft": False,
        "created_at": at(minutes),
        "updated_at": at(minutes),
        "closed_at": None,
        "merged_at": None,
        "head": {
            "label": f"{login}:topic-{number}",
            "ref": f"topic-{number}",
            "sha": f"head{number}",
            "user": user(login),
            "repo": fork,
        },
        "base": {
            "label": "acme:main",
            "ref": "main",
            "sha": f"base{number}",
            "user": user("acme", "Organization"),
            "repo": repository(),
        },
        "merged": False,
        "mergeable": None,
        "mergeable_state": "unknown",
        "merged_by": None,
        "commits": 1,
        **more,
    }


def review(review_id: int, minutes: float, login: str = "grace") -> Json:
    return {
        "id": review_id,
        "user": user(login),
        "body": "A remark of a person",
        "state": "APPROVED",
        "submitted_at": at(minutes),
        "commit_id": "head2",
    }


def deployment(deployment_id: int, minutes: float, **more: Any) -> Json:
    return {
        "id": deployment_id,
        "sha": "head2",
        "ref": "main",
        "environment": "production",
        "creator": user("ada"),
        "payload": {"requested_by": "ada"},
        "created_at": at(minutes),
        "updated_at": at(minutes),
        **more,
    }


def deployment_status(status_id: int, state: str, minutes: float) -> Json:
    return {"id": status_id, "state": state, "creator": user("ada"), "created_at": at(minutes)}


def workflow_run(run_id: int, minutes: float, **more: Any) -> Json:
    return {
        "id": run_id,
        "name": "CI",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": "head2",
        "run_attempt": 1,
        "actor": user("ada"),
        "triggering_actor": user("ada"),
        "head_commit": {
            "id": "head2",
            "message": "Work",
            "author": {"name": "Ada", "email": "ada@example.com"},
        },
        "created_at": at(minutes),
        "updated_at": at(minutes),
        **more,
    }


def add_pull_request(data: RepositoryData, pull: Json) -> None:
    """Adds a pull request, and how it stands among the issues."""
    data.pull_requests.append(pull)
    data.issues.append(issue_of_pull_request(pull, 100_000 + pull["number"]))


def small_repository() -> RepositoryData:
    """One issue, one pull request, and one of everything else."""
    data = RepositoryData(repository=repository())
    data.issues.append(issue(1, 0, labels=[{"id": 5, "name": "bug", "color": "red"}]))
    data.timelines[1] = [event(11, "labeled", 1, label={"name": "bug", "color": "red"})]
    add_pull_request(data, pull_request(2, 5))
    data.timelines[2] = [event(21, "review_requested", 6, requested_reviewer=user("grace"))]
    data.reviews[2] = [review(31, 7)]
    data.commits[2] = [commit("c1", 4)]
    data.releases.append(
        {"id": 41, "tag_name": "v1", "name": "One", "author": user("ada"), "created_at": at(9)}
    )
    data.tags.append({"name": "v1", "commit": {"sha": "c1", "url": f"{API}/repos/acme/shop/commits/c1"}})
    data.deployments.append(deployment(51, 10))
    data.deployment_statuses[51] = [deployment_status(61, "success", 11)]
    data.workflow_runs.append(workflow_run(71, 8))
    return data


def host_of(data: RepositoryData, **more: Any) -> GitHubHost:
    return GitHubHost({data.repository["full_name"]: data}, token=TOKEN, **more)


def connection(url: str, **settings: Any) -> Connection:
    """A connection to `acme/shop` (or the repositories given)."""
    common = {name: settings.pop(name) for name in ("pseudonymous", "start_date") if name in settings}
    return Connection(
        name="acme",
        tool="github",
        url=url,
        api_token=settings.pop("api_token", TOKEN),
        settings={"repositories": ["acme/shop"], **settings},
        **common,
    )


@dataclass
class Reading:
    """What one run of the source alone gave: the last row of each table and key, and its notes."""

    tables: dict[str, dict[tuple[str, ...], Row]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)

    def keys(self, table: str) -> list[str]:
        """The last key columns of a table's rows."""
        return [key[-1] for key in self.tables.get(table, {})]

    def record(self, table: str, *key: str) -> Json:
        """One record, not yet made pseudonymous."""
        return self.tables[table][key].record


def read(url: str, progress: Progress | None = None, **settings: Any) -> Reading:
    """Runs the source without the warehouse: quick, and enough where nothing stored matters."""
    reading = Reading(progress=progress or Progress())
    source = GitHubSource(
        LoadContext(connection(url, **settings), progress=reading.progress, note=reading.notes.append)
    )
    keys = {table.name: table.keys for table in source.tables}
    for table, rows in source.extract():
        found = reading.tables.setdefault(table, {})
        found |= {tuple(row.columns[key] for key in keys[table]): row for row in rows}
    return reading


def load(url: str, database: Path, sweep: bool = False, **settings: Any) -> LoadResult:
    """One load of `acme/shop` (or the repositories given) through the whole pipeline."""
    return load_connection(connection(url, **settings), database, "a key for tests", sweep=sweep)


def load_well(url: str, database: Path, sweep: bool = False, **settings: Any) -> LoadResult:
    """A load that must succeed."""
    result = load(url, database, sweep, **settings)
    assert result.error is None, result.error
    return result


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query of the warehouse finds."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def written(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Key, hash and time of loading of every raw row: equal only if nothing was written."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for table in GitHubSource.tables:
        columns = ", ".join((*table.keys, "record_hash", "loaded_at"))
        rows[table.name] = query(database, f"select {columns} from raw_github.{table.name} order by all")
    return rows


class Log:
    """A `before_request` hook that notes every request, and may do more at some of them."""

    def __init__(self, then: Callable[[Request], Response | None] = lambda request: None) -> None:
        self.requests: list[str] = []
        self._then = then

    def __call__(self, request: Request) -> Response | None:
        self.requests.append(request.full_path.rstrip("?"))
        return self._then(request)

    def count(self, part: str) -> int:
        """How many requests had this in their address."""
        return sum(part in request for request in self.requests)
