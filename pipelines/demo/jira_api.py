"""A stand-in of Jira's REST API on loopback, Cloud or Data Center, for the demo organisation and for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]


@dataclass
class JiraSite:
    """What the stand-in serves: API-shaped objects that a test or a generator fills, and may change at any time.

    Args:
        issues: `{"id", "key", "fields": {...}, "changelog": {"histories": [...]}}`, in any order. `fields.updated`,
            `fields.created` and each history's `created` are ISO texts with an offset; `fields.project.key` says
            where the issue lives. People are objects of the deployment's own shape (`cloud_user`, `dc_user`).
        statuses, fields, projects, issue_types, priorities, resolutions: the catalogues, as the API lists them
        boards: agile boards, with `location.projectKey`; None is a Jira without Software (404)
        sprints: by board id; a board that is not in it does not support sprints (400)
        time_zone: of the API user; Jira reads the dates of a JQL in it
        email: the user that belongs to `token`
        token: API token or personal access token that the stand-in accepts
    """

    issues: list[JsonObject] = field(default_factory=list)
    statuses: list[JsonObject] = field(default_factory=list)
    fields: list[JsonObject] = field(default_factory=list)
    projects: list[JsonObject] = field(default_factory=list)
    issue_types: list[JsonObject] = field(default_factory=list)
    priorities: list[JsonObject] = field(default_factory=list)
    resolutions: list[JsonObject] = field(default_factory=list)
    boards: list[JsonObject] | None = field(default_factory=list)
    sprints: dict[int, list[JsonObject]] = field(default_factory=dict)
    time_zone: str = "America/New_York"
    email: str = "loader@acme.example"
    token: str = "token"


def cloud_user(account_id: str, name: str, email: str = "") -> JsonObject:
    """A person as Jira Cloud writes one."""
    return {
        "self": f"https://jira.example/rest/api/3/user?accountId={account_id}",
        "accountId": account_id,
        "accountType": "atlassian",
        "displayName": name,
        "active": True,
        "timeZone": "Europe/Berlin",
        "avatarUrls": {"48x48": f"https://avatar.example/{account_id}"},
        **({"emailAddress": email} if email else {}),
    }


def dc_user(login: str, name: str, email: str) -> JsonObject:
    """A person as Jira Data Center writes one."""
    return {
        "self": f"https://jira.example/rest/api/2/user?username={login}",
        "name": login,
        "key": f"JIRAUSER-{login}",
        "displayName": name,
        "emailAddress": email,
        "active": True,
        "timeZone": "Europe/Berlin",
        "avatarUrls": {"48x48": f"https://avatar.example/{login}"},
    }
