"""A stand-in of GitHub's REST API on loopback, for the demo organisation and for tests.

`GitHubHost` holds API-shaped objects; `serve` answers for them as GitHub does. It is meant to be honest: what
GitHub filters, orders, pages, cuts (250 commits of a pull request, 1,000 filtered workflow runs) and refuses,
this does too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

Json = dict[str, Any]


@dataclass
class RepositoryData:
    """What one repository has, as GitHub's API writes it. Objects may change while the stand-in serves them.

    Issues and pull requests share one series of numbers. `issues` holds the bodies of `GET /repos/{}/issues`, so
    a pull request stands in `issues` (made by `issue_of_pull_request`) and, as its detail body, in
    `pull_requests`. Dictionaries are by the number of the issue or pull request, or by the deployment's id; the
    lists in them are complete and oldest first.
    """

    repository: Json  # GET /repos/{owner}/{repo}: at least id, name, full_name, owner
    issues: list[Json] = field(default_factory=list)
    pull_requests: list[Json] = field(default_factory=list)
    timelines: dict[int, list[Json]] = field(default_factory=dict)
    reviews: dict[int, list[Json]] = field(default_factory=dict)
    commits: dict[int, list[Json]] = field(default_factory=dict)
    releases: list[Json] = field(default_factory=list)
    tags: list[Json] = field(default_factory=list)
    deployments: list[Json] = field(default_factory=list)
    deployment_statuses: dict[int, list[Json]] = field(default_factory=dict)
    workflow_runs: list[Json] = field(default_factory=list)
    # What the caller may not see: part of a path after the repository ("deployments", "actions/runs") to the
    # status and message that it gets.
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass
class GitHubHost:
    """An instance of GitHub: its repositories by full name, and how it treats its callers."""

    repositories: dict[str, RepositoryData] = field(default_factory=dict)
    token: str | None = None  # the only token that is let in; None lets any in, but there must be one
    moved: dict[str, str] = field(default_factory=dict)  # former full name: full name now
    hourly_limit: int | None = 5000  # primary rate limit; None as on an Enterprise server without limits
    max_page_size: int = 100
    before_request: Callable[[Request], Response | None] | None = None  # may change data, or answer instead


def issue_of_pull_request(pull_request: Json, issue_id: int) -> Json:
    """The body that lists a pull request among the issues; its `id` is not the pull request's."""
    shared = ("number", "title", "user", "labels", "state", "locked", "assignee", "assignees", "milestone")
    dated = ("created_at", "updated_at", "closed_at", "author_association", "active_lock_reason", "draft")
    links = ("url", "html_url", "diff_url", "patch_url", "merged_at")
    return {
        "id": issue_id,
        "node_id": f"PR_{issue_id}",
        "url": pull_request["url"].replace("/pulls/", "/issues/"),
        "repository_url": pull_request["url"].rsplit("/pulls/", 1)[0],
        "html_url": pull_request["html_url"],
        **{name: pull_request.get(name) for name in (*shared, *dated, "body")},
        "state_reason": None,
        "pull_request": {name: pull_request.get(name) for name in links},
    }
