"""Reads the recorded packs straight into artifacts with dated changes, without pipelines or dbt.

All times are whole milliseconds since 1970 (UTC). Standard library only.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

JIRA_CATEGORIES = {"new": "new", "indeterminate": "active", "done": "done"}


@dataclass(frozen=True)
class Change:
    """One recorded change; changes of an artifact are ordered by (at, change_id, position)."""

    at: int
    change_id: int
    position: int
    attribute: str  # state | type | project | flag | label
    before: str | None
    after: str | None


def in_order(change: Change) -> tuple[int, int, int]:
    """What changes are ordered by."""
    return (change.at, change.change_id, change.position)


@dataclass(frozen=True)
class Artifact:
    """A unit of work as its tool has it now, with the whole of its recorded history."""

    connection: str
    tool: str
    native_id: str
    key: str
    project: str
    artifact_type: str
    state: str
    created_at: int
    updated_at: int
    first_state: str | None = None
    resolution: str | None = None
    priority: str | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    scope_values: dict[str, str] = field(default_factory=dict)
    is_flagged: bool = False
    removed_at: int | None = None
    changes: tuple[Change, ...] = ()

    @property
    def artifact_id(self) -> str:
        return f"{self.connection}:{self.native_id}"


@dataclass(frozen=True)
class Link:
    """A typed link from one artifact, by its own id, to something; dated if a history says since when."""

    source: str
    target: str
    link_type: str
    at: int | None


@dataclass(frozen=True)
class Pack:
    """The artifacts of one connection with their links, and its tool's own category of each state.

    On GitHub there are no categories, and links are of one type that everybody knows: they are left out.
    """

    artifacts: list[Artifact]
    categories: dict[str, str]
    links: tuple[Link, ...] = ()


def milliseconds(text: str) -> int:
    """An ISO 8601 time with an offset (or `Z`) as milliseconds since 1970."""
    moment = datetime.fromisoformat(text)
    return round(moment.timestamp() * 1000)


def records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


# ---------------------------------------------------------------- Jira
def jira_changes(histories: list[dict[str, Any]], status_names: dict[str, str]) -> Iterator[Change]:
    """The tracked changes: a move is a `Key` item, a type is spelt in two ways but counts once a history."""
    for history in histories:
        at, change_id = milliseconds(history["created"]), int(history["id"])
        has_type = False
        for position, item in enumerate(history["items"]):
            name, before, after = item["field"], item["fromString"], item["toString"]
            if name == "status":
                before, after = (
                    status_names.get(item[side], item[f"{side}String"]) for side in ("from", "to")
                )
                yield Change(at, change_id, position, "state", before, after)
            elif name in ("issuetype", "Issue Type") and not has_type:
                has_type = True
                yield Change(at, change_id, position, "type", before, after)
            elif name == "Key":
                yield Change(at, change_id, position, "project", key_prefix(before), key_prefix(after))
            elif name == "Flagged":
                yield Change(at, change_id, position, "flag", flag(before), flag(after))


def key_prefix(key: str) -> str:
    return key.rsplit("-", 1)[0]


def flag(value: str | None) -> str | None:
    return "flagged" if value else None


def read_jira(folder: Path, connection: str) -> Pack:
    """The pack's issues; states carry the name that their status id has now."""
    issues = list(records(folder / "issues.jsonl.gz"))
    statuses = [issue["fields"]["status"] for issue in issues]
    names = {status["id"]: status["name"] for status in statuses}
    artifacts = []
    for issue in issues:
        fields = issue["fields"]
        changes = sorted(
            jira_changes(issue["changelog"]["histories"], names),
            key=in_order,
        )
        flags = [c.after for c in changes if c.attribute == "flag"]
        artifacts.append(
            Artifact(
                connection=connection,
                tool="jira",
                native_id=issue["id"],
                key=issue["key"],
                project=key_prefix(issue["key"]),
                artifact_type=fields["issuetype"]["name"],
                state=fields["status"]["name"],
                created_at=milliseconds(fields["created"]),
                updated_at=milliseconds(fields["updated"]),
                resolution=(fields["resolution"] or {}).get("name"),
                priority=(fields["priority"] or {}).get("name"),
                labels=tuple(fields["labels"] or ()),
                components=tuple(component["name"] for component in fields["components"] or ()),
                is_flagged=bool(flags and flags[-1]),
                changes=tuple(changes),
            )
        )
    categories = {s["name"]: JIRA_CATEGORIES[s["statusCategory"]["key"]] for s in statuses}
    return Pack(artifacts, categories, tuple(jira_links(issues)))


def jira_links(issues: list[dict[str, Any]]) -> Iterator[Link]:
    """Each link once, from its outward end. It is as old as the first history of either end that adds it."""
    added: dict[tuple[str, str], int] = {}
    keys = {}
    for issue in issues:
        for history in issue["changelog"]["histories"]:
            for item in history["items"]:
                if item["field"] == "Link" and item["to"]:
                    end, at = (issue["id"], item["to"]), milliseconds(history["created"])
                    added[end] = min(at, added.get(end, at))
    found = set()
    for issue in issues:
        own = {"id": issue["id"], "key": issue["key"]}
        for link in issue["fields"].get("issuelinks") or ():
            source, target = link.get("inwardIssue", own), link.get("outwardIssue", own)
            keys[source["id"]], keys[target["id"]] = source["key"], target["key"]
            found.add((source["id"], target["id"], link["type"]["outward"]))
    for source_id, target_id, link_type in sorted(found):
        ends = ((source_id, keys[target_id]), (target_id, keys[source_id]))
        dated = [added[end] for end in ends if end in added]
        yield Link(source_id, target_id, link_type, min(dated, default=None))


# ---------------------------------------------------------------- GitHub
def github_changes(events: list[dict[str, Any]]) -> Iterator[Change]:
    """Closing, reopening and labels; GitHub says no `from`, so that of a state is left out."""
    for position, event in enumerate(events):
        kind = event["event"]
        if kind not in ("closed", "reopened", "labeled", "unlabeled"):
            continue
        at, change_id = milliseconds(event["created_at"]), event["id"]
        if kind in ("closed", "reopened"):
            state = "closed" if kind == "closed" else "open"
            yield Change(at, change_id, position, "state", None, state)
        else:
            name = event["label"]["name"]
            before, after = (None, name) if kind == "labeled" else (name, None)
            yield Change(at, change_id, position, "label", before, after)


def unrecorded_closing(issue: dict[str, Any], changes: list[Change]) -> list[Change]:
    """The closing of an issue whose timeline lacks it: GitHub still says when it was."""
    states = [c for c in changes if c.attribute == "state"]
    closed_at = milliseconds(issue["closed_at"]) if issue.get("closed_at") else None
    is_missing = issue["state"] == "closed" and (not states or states[-1].after != "closed")
    if not is_missing or closed_at is None or (states and closed_at < states[-1].at):
        return []
    last_id = max((c.change_id for c in changes), default=0)
    return [Change(closed_at, last_id + 1, 0, "state", None, "closed")]


def read_github(folder: Path, connection: str) -> Pack:
    """The pack's issues; pull requests are changesets and therefore no artifacts."""
    artifacts = []
    for record in records(folder / "issues.jsonl.gz"):
        issue = record["issue"]
        repository = issue["repository_url"].split("/repos/")[1]
        changes = sorted(github_changes(record["events"]), key=in_order)
        changes += unrecorded_closing(issue, changes)
        artifacts.append(
            Artifact(
                connection=connection,
                tool="github",
                native_id=str(issue["id"]),
                key=f"{repository}#{issue['number']}",
                project=repository,
                artifact_type=(issue.get("type") or {}).get("name") or "Issue",
                state=issue["state"],
                created_at=milliseconds(issue["created_at"]),
                updated_at=milliseconds(issue["updated_at"]),
                first_state="open",
                resolution=issue["state_reason"] if issue["state"] == "closed" else None,
                labels=tuple(label["name"] for label in issue["labels"]),
                scope_values={"repository": repository},
                changes=tuple(changes),
            )
        )
    return Pack(artifacts, {})
