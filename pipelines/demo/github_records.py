"""Writes the plan down as GitHub would: issues with their timelines, pull requests, deployments and runs.

A host is written as it is at an instant, so that the same plan gives what each load finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from zlib import crc32

from pipelines.demo.changesets import CODE_REPOSITORIES, Deployment, Pull, Release
from pipelines.demo.clock import MINUTE, SECOND, instant, moment
from pipelines.demo.github_api import GitHubHost, Json, RepositoryData, issue_of_pull_request
from pipelines.demo.organisation import GITHUB, PROJECTS
from pipelines.demo.plan import Change, Item

API = "https://github.lumenport.example/api/v3"
WEB = "https://github.lumenport.example"
FIRST_ISSUE_ID, FIRST_PULL_ID, FIRST_EVENT_ID = 3_100_000_000, 2_400_000_000, 18_000_000_000
SPELLING_CHANGED_AT = instant("2025-09-15T08:00:00+00:00")
FORMER_SPELLINGS = {"doing": "Doing"}  # a label whose spelling changed, in case only


@dataclass(slots=True)
class Action:
    """Something done to an issue or pull request: an event of its timeline, or a change that leaves none."""

    at: int
    event: Json | None = None
    added: str | None = None  # label
    removed: str | None = None
    id: int = 0


@dataclass(slots=True)
class Board:
    """Writes the actions that put an issue into the states of its plan: labelled, closed, reopened."""

    item: Item
    actions: list[Action] = field(default_factory=list)
    on: list[str] = field(default_factory=list)  # the board's labels, the latest last

    def write(self) -> list[Action]:
        """All actions of the issue's life, in order."""
        item = self.item
        labelled_at = item.created if item.number % 2 else item.created + 90 * SECOND
        for label in item.born["labels"]:
            self._label(labelled_at, label)
        for change in sorted(item.changes, key=attrgetter("at", "step")):
            if change.attribute == "state":
                self._enter(change)
            elif change.attribute == "labels":
                for label in change.before:
                    if label not in change.after:
                        self._unlabel(change.at, label)
                for label in change.after:
                    if label not in change.before:
                        self._label(change.at, label)
            elif change.attribute == "assignee":
                self._act(change.at, "assigned", assignee=user(change.after))
        return sorted(self.actions, key=attrgetter("at"))

    def _enter(self, change: Change) -> None:
        if not change.is_recorded:
            self._enter_silently(change)
            return
        if change.before == "closed":
            self._act(change.at, "reopened", state_reason=None)
        if change.after == "closed":
            self._close(change)
        elif change.after == "open":
            self._take_off(change.at, self.on)
        else:
            self._put_on(change, change.after.removeprefix("label:"))

    def _enter_silently(self, change: Change) -> None:
        """The state changes and the timeline does not say so."""
        self.actions.append(Action(change.at))
        if change.after == "open":
            self.actions.extend(Action(change.at, removed=label) for label in self.on)
            self.on.clear()

    def _close(self, change: Change) -> None:
        reasons = [c.after for c in self.item.changes if c.attribute == "resolution" and c.at == change.at]
        self._act(change.at, "closed", state_reason=reasons[0] if reasons else None)
        if self.item.number % 3:
            self._take_off(change.at + 5 * SECOND, self.on)

    def _put_on(self, change: Change, label: str) -> None:
        others = [other for other in self.on if other != label]
        if label in self.on:
            self._take_off(change.at, others)
            return
        self._label(change.at, label)
        self.on.append(label)
        if not change.is_atop:
            self._take_off(change.at + self.item.number % 2 * SECOND, others)

    def _take_off(self, at: int, labels: list[str]) -> None:
        for label in list(labels):
            self._unlabel(at, label)
            self.on.remove(label)

    def _label(self, at: int, label: str) -> None:
        self._act(at, "labeled", label=_label_brief(_spelling(label, at)))
        self.actions[-1].added = label

    def _unlabel(self, at: int, label: str) -> None:
        self._act(at, "unlabeled", label=_label_brief(_spelling(label, at)))
        self.actions[-1].removed = label

    def _act(self, at: int, event: str, **details: Any) -> None:
        actor = user(self.item.values["assignee"] or self.item.values["reporter"])
        self.actions.append(Action(at, {"event": event, "actor": actor, **details}))


class GitHubWriter:
    """Writes the GitHub part of the plan."""

    def __init__(
        self, items: list[Item], pulls: list[Pull], deployments: list[Deployment], releases: list[Release]
    ) -> None:
        self.items = [item for item in items if item.connection == GITHUB.name]
        self.pulls = pulls
        self.deployments = deployments
        self.releases = releases
        self.repositories = [project.key for project in PROJECTS.values() if project.connection is GITHUB]
        self.repositories += CODE_REPOSITORIES
        self._numbers: dict[Item, int] = {}
        self._number()
        self._actions = {item: Board(item).write() for item in self.items}
        for pull in pulls:
            if pull.item in self._actions:
                self._actions[pull.item].append(self._mention(pull))
                self._actions[pull.item].sort(key=attrgetter("at"))
        self._pull_actions = {pull: self._pull_timeline(pull) for pull in pulls}
        self._number_events()

    def _number(self) -> None:
        """Issues and pull requests of a repository share one series of numbers; ids run over the host."""
        born: list[tuple[int, int, str, Item | Pull]] = [
            (i.created, 0, i.area.project, i) for i in self.items
        ]
        born += [(pull.opened_at, 1, pull.repository, pull) for pull in self.pulls]
        last: dict[str, int] = {}
        order = sorted(
            born, key=lambda b: (b[0], b[1], b[3].number if isinstance(b[3], Item) else b[3].item.number)
        )
        for serial, (_, _, repository, thing) in enumerate(order):
            last[repository] = last.get(repository, 0) + 1
            if isinstance(thing, Item):
                thing.id = str(FIRST_ISSUE_ID + serial)
                self._numbers[thing] = last[repository]
            else:
                thing.number = last[repository]

    def _number_events(self) -> None:
        timelines = [*self._actions.values(), *self._pull_actions.values()]
        events = [action for timeline in timelines for action in timeline if action.event]
        for number, action in enumerate(sorted(events, key=attrgetter("at")), start=FIRST_EVENT_ID):
            action.id = number

    def host(self, at: int) -> GitHubHost:
        """The host as it is at an instant: an Enterprise server, which knows no rate limit."""
        return GitHubHost(
            repositories={name: self._repository(name, at) for name in self.repositories},
            token="demo-token",  # of the stand-in alone
            hourly_limit=None,
        )

    def _repository(self, name: str, at: int) -> RepositoryData:
        pulls = [pull for pull in self.pulls if pull.repository == name and pull.opened_at <= at]
        items = [item for item in self.items if item.area.project == name and item.is_visible(at)]
        data = RepositoryData(repository=_repository_body(name))
        for item in items:
            number = self._numbers[item]
            data.issues.append(self._issue(item, at))
            data.timelines[number] = self._timeline(name, number, self._actions[item], at)
        for pull in pulls:
            body = self._pull(pull, at)
            data.pull_requests.append(body)
            data.issues.append(issue_of_pull_request(body, _listed_id(pull)))
            data.timelines[pull.number] = self._timeline(name, pull.number, self._pull_actions[pull], at)
            data.reviews[pull.number] = list(self._reviews(pull, at))
            data.commits[pull.number] = list(self._commits(pull, at))
        data.issues.sort(key=lambda issue: issue["number"])
        self._add_deliveries(data, name, at)
        return data

    def _add_deliveries(self, data: RepositoryData, name: str, at: int) -> None:
        for number, deployment in enumerate(self.deployments, start=1):
            if deployment.repository == name and deployment.created_at <= at:
                body = _deployment(number, deployment, at)
                data.deployments.append(body)
                data.deployment_statuses[body["id"]] = list(_deployment_statuses(number, deployment, at))
                data.workflow_runs.append(_deploy_run(number, deployment, at))
        for number, pull in enumerate(self.pulls, start=1):
            if pull.repository == name and pull.opened_at <= at:
                data.workflow_runs.append(_test_run(number, pull, at))
        for number, release in enumerate(self.releases, start=1):
            if release.repository == name and release.at <= at:
                data.releases.append(_release(number, release))
                data.tags.append(_tag(release))

    def _timeline(self, repository: str, number: int, actions: list[Action], at: int) -> list[Json]:
        events = []
        for action in actions:
            if action.event and action.at <= at:
                address = f"{API}/repos/{repository}/issues/events/{action.id}"
                stamps = {"id": action.id, "node_id": f"EV_{action.id}", "url": address}
                created = (
                    {}
                    if "sha" in action.event or "submitted_at" in action.event
                    else {"created_at": zulu(action.at)}
                )
                commit = {"commit_id": None, "commit_url": None}
                events.append(
                    {**stamps, **commit, **action.event, **created, "performed_via_github_app": None}
                )
        return events

    def _issue(self, item: Item, at: int) -> Json:
        name, number = item.area.project, self._numbers[item]
        done = [action for action in self._actions[item] if action.at <= at]
        values = dict(item.born)
        for change in sorted(item.changes, key=attrgetter("at", "step")):
            if change.at <= at:
                values[change.attribute] = change.after
        is_closed = values["state"] == "closed"
        closings = [
            c.at for c in item.changes if c.attribute == "state" and c.after == "closed" and c.at <= at
        ]
        address = f"{API}/repos/{name}/issues/{number}"
        assignees = [user(values["assignee"])] if values["assignee"] else []
        return {
            "id": int(item.id),
            "node_id": f"I_{item.id}",
            "url": address,
            "repository_url": f"{API}/repos/{name}",
            "labels_url": f"{address}/labels{{/name}}",
            "comments_url": f"{address}/comments",
            "events_url": f"{address}/events",
            "html_url": f"{WEB}/{name}/issues/{number}",
            "number": number,
            "state": "closed" if is_closed else "open",
            "state_reason": values["resolution"],
            "title": item.title,
            "body": f"Reported by {values['reporter']}@lumenport.example.",
            "user": user(values["reporter"]),
            "labels": [_label_body(name, label) for label in _labels(done)],
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": None,
            "locked": False,
            "active_lock_reason": None,
            "comments": 0,
            "author_association": "MEMBER",
            "type": None,
            "closed_by": user(values["assignee"] or values["reporter"]) if is_closed else None,
            "created_at": zulu(item.created),
            "updated_at": zulu(max([item.created, *(action.at for action in done)])),
            "closed_at": zulu(max(closings)) if is_closed else None,
        }

    def _reference(self, pull: Pull) -> str:
        """How people name the work item: a Jira key, or the issue's number."""
        if pull.item in self._numbers:
            return f"#{self._numbers[pull.item]}"
        return pull.item.keys[0][1]

    def _mention(self, pull: Pull) -> Action:
        source = {
            "id": _listed_id(pull),
            "number": pull.number,
            "html_url": f"{WEB}/{pull.repository}/pull/{pull.number}",
            "repository": {"full_name": pull.repository},
            "pull_request": {"url": f"{API}/repos/{pull.repository}/pulls/{pull.number}"},
        }
        details = {"source": {"type": "issue", "issue": source}, "updated_at": zulu(pull.opened_at)}
        return Action(pull.opened_at, {"event": "cross-referenced", "actor": user(pull.author), **details})

    def _pull(self, pull: Pull, at: int) -> Json:
        merged = pull.merged_at if pull.merged_at and pull.merged_at <= at else None
        closed = pull.ended_at if pull.ended_at and pull.ended_at <= at else None
        reference = self._reference(pull)
        address = f"{API}/repos/{pull.repository}/pulls/{pull.number}"
        made = [place for place, commit in enumerate(pull.commits) if commit <= at]
        seen = [action.at for action in self._pull_actions[pull] if action.at <= at]
        slug = pull.item.title.lower().replace(" ", "-")[:40]
        repository = _repository_body(pull.repository)
        return {
            "id": FIRST_PULL_ID + pull.item.number,
            "node_id": f"PR_{pull.item.number}",
            "url": address,
            "html_url": f"{WEB}/{pull.repository}/pull/{pull.number}",
            "diff_url": f"{WEB}/{pull.repository}/pull/{pull.number}.diff",
            "patch_url": f"{WEB}/{pull.repository}/pull/{pull.number}.patch",
            "issue_url": address.replace("/pulls/", "/issues/"),
            "number": pull.number,
            "state": "closed" if closed else "open",
            "locked": False,
            "active_lock_reason": None,
            "title": f"{reference} {pull.item.title}" if pull.reference == "title" else pull.item.title,
            "user": user(pull.author),
            "body": f"Closes {reference}" if pull.reference == "body" else "See the commits.",
            "labels": [],
            "milestone": None,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "author_association": "MEMBER",
            "auto_merge": None,
            "draft": pull.ready_at is not None and at < pull.ready_at,
            "head": {
                "label": f"lumenport:{self._branch(pull, slug)}",
                "ref": self._branch(pull, slug),
                "sha": pull.sha(made[-1] if made else 0),
                "user": user("lumenport"),
                "repo": repository,
            },
            "base": {
                "label": "lumenport:main",
                "ref": "main",
                "sha": pull.sha(-1),
                "user": user("lumenport"),
                "repo": repository,
            },
            "created_at": zulu(pull.opened_at),
            "updated_at": zulu(max([pull.opened_at, *seen])),
            "closed_at": zulu(closed) if closed else None,
            "merged_at": zulu(merged) if merged else None,
            "merged": merged is not None,
            "mergeable": None,
            "merged_by": user(pull.author) if merged else None,
            "merge_commit_sha": pull.sha(len(pull.commits)) if merged else None,
            "comments": 0,
            "review_comments": 0,
            "maintainer_can_modify": False,
            "commits": len(made),
            "additions": 10 + pull.item.number % 400,
            "deletions": pull.item.number % 90,
            "changed_files": 1 + pull.item.number % 12,
        }

    def _branch(self, pull: Pull, slug: str) -> str:
        return f"{self._reference(pull).lstrip('#')}-{slug}" if pull.reference == "branch" else slug

    def _pull_timeline(self, pull: Pull) -> list[Action]:
        actions = []
        for place, at in enumerate(pull.commits):
            event = {"event": "committed", "sha": pull.sha(place), **self._commit_core(pull, place, at)}
            actions.append(Action(at, event))
        if pull.ready_at:
            actions.append(Action(pull.ready_at, {"event": "ready_for_review", "actor": user(pull.author)}))
        for number, (at, state, person) in enumerate(pull.reviews):
            review = self._review(pull, number, at, state, person)
            actions.append(Action(at, {"event": "reviewed", **review}))
        if pull.merged_at:
            commit = {"commit_id": pull.sha(len(pull.commits))}
            actions.append(Action(pull.merged_at, {"event": "merged", "actor": user(pull.author), **commit}))
        if pull.ended_at:
            actions.append(Action(pull.ended_at, {"event": "closed", "actor": user(pull.author)}))
            actions.append(
                Action(pull.ended_at + MINUTE, {"event": "head_ref_deleted", "actor": user(pull.author)})
            )
        return sorted(actions, key=attrgetter("at"))

    def _reviews(self, pull: Pull, at: int) -> Iterator[Json]:
        for number, (submitted_at, state, person) in enumerate(pull.reviews):
            if submitted_at <= at:
                yield self._review(pull, number, submitted_at, state, person)

    def _review(self, pull: Pull, number: int, at: int, state: str, person: str) -> Json:
        identity = 900_000_000 + pull.item.number * 10 + number
        return {
            "id": identity,
            "node_id": f"PRR_{identity}",
            "user": user(person),
            "body": "",
            "state": state,
            "html_url": f"{WEB}/{pull.repository}/pull/{pull.number}#pullrequestreview-{identity}",
            "pull_request_url": f"{API}/repos/{pull.repository}/pulls/{pull.number}",
            "author_association": "MEMBER",
            "submitted_at": zulu(at),
            "commit_id": pull.sha(0),
        }

    def _commits(self, pull: Pull, at: int) -> Iterator[Json]:
        for place, made_at in enumerate(pull.commits):
            if made_at <= at:
                core = self._commit_core(pull, place, made_at)
                yield {
                    "sha": pull.sha(place),
                    "node_id": f"C_{pull.sha(place)}",
                    "url": f"{API}/repos/{pull.repository}/commits/{pull.sha(place)}",
                    "html_url": f"{WEB}/{pull.repository}/commit/{pull.sha(place)}",
                    "commit": {**core, "comment_count": 0},
                    "author": user(pull.author),
                    "committer": user(pull.author),
                    "parents": [{"sha": pull.sha(place - 1)}],
                }

    def _commit_core(self, pull: Pull, place: int, at: int) -> Json:
        who = {"name": pull.author, "email": f"{pull.author}@lumenport.example", "date": zulu(at)}
        prefix = f"{self._reference(pull)}: " if pull.reference == "commit" else ""
        message = f"{prefix}{pull.item.title}" if place == 0 else f"{prefix}Follow the review"
        return {"author": who, "committer": who, "message": message, "tree": {"sha": pull.sha(place + 100)}}


def _labels(done: list[Action]) -> list[str]:
    """The labels that are on after these actions."""
    on: dict[str, None] = {}
    for action in done:
        if action.added:
            on[action.added] = None
        if action.removed:
            on.pop(action.removed, None)
    return list(on)


def _listed_id(pull: Pull) -> int:
    """The id under which a pull request is listed among the issues."""
    return FIRST_ISSUE_ID + 500_000_000 + pull.item.number


def zulu(at: int) -> str:
    """A time as GitHub writes it."""
    return f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"


def user(name: str) -> Json:
    """A person as GitHub writes one."""
    login = name.replace(".", "-")
    number = crc32(login.encode()) % 10_000_000
    return {
        "login": login,
        "id": number,
        "node_id": f"U_{number}",
        "avatar_url": f"{WEB}/avatars/u/{number}",
        "gravatar_id": "",
        "url": f"{API}/users/{login}",
        "html_url": f"{WEB}/{login}",
        "type": "Organization" if login == "lumenport" else "User",
        "site_admin": False,
    }


def _spelling(label: str, at: int) -> str:
    return FORMER_SPELLINGS.get(label, label) if at < SPELLING_CHANGED_AT else label


def _label_brief(name: str) -> Json:
    return {"name": name, "color": f"{crc32(name.lower().encode()) % 0xFFFFFF:06x}"}


def _label_body(repository: str, name: str) -> Json:
    number = 7_000_000_000 + crc32(f"{repository} {name}".encode()) % 1_000_000_000
    address = f"{API}/repos/{repository}/labels/{name.replace(' ', '%20')}"
    identity = {"id": number, "node_id": f"LA_{number}", "url": address}
    return {**identity, **_label_brief(name), "default": False, "description": None}


def _repository_body(name: str) -> Json:
    number = 810_000 + crc32(name.encode()) % 100_000
    owner, short = name.split("/")
    return {
        "id": number,
        "node_id": f"R_{number}",
        "name": short,
        "full_name": name,
        "private": True,
        "owner": user(owner),
        "html_url": f"{WEB}/{name}",
        "url": f"{API}/repos/{name}",
        "fork": False,
        "default_branch": "main",
        "archived": False,
        "has_issues": True,
        "visibility": "internal",
        "created_at": "2024-11-04T09:00:00Z",
        "updated_at": "2024-11-04T09:00:00Z",
    }


def _deployment(number: int, deployment: Deployment, at: int) -> Json:
    identity = 1_500_000_000 + number
    address = f"{API}/repos/{deployment.repository}/deployments/{identity}"
    return {
        "id": identity,
        "node_id": f"DE_{identity}",
        "url": address,
        "sha": deployment.sha,
        "ref": "main",
        "task": "deploy",
        "payload": {},
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": None,
        "creator": user("deploy.bot"),
        "created_at": zulu(deployment.created_at),
        "updated_at": zulu(deployment.ended_at if deployment.ended_at <= at else deployment.created_at),
        "statuses_url": f"{address}/statuses",
        "repository_url": f"{API}/repos/{deployment.repository}",
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
    }


def _deployment_statuses(number: int, deployment: Deployment, at: int) -> Iterator[Json]:
    stages = ((deployment.created_at + SECOND, "in_progress"), (deployment.ended_at, deployment.state))
    for place, (entered_at, state) in enumerate(stages):
        if entered_at <= at:
            identity = 2_600_000_000 + number * 10 + place
            yield {
                "id": identity,
                "node_id": f"DES_{identity}",
                "state": state,
                "creator": user("deploy.bot"),
                "description": "",
                "environment": deployment.environment,
                "target_url": "",
                "created_at": zulu(entered_at),
                "updated_at": zulu(entered_at),
                "deployment_url": f"{API}/repos/{deployment.repository}/deployments/{1_500_000_000 + number}",
            }


def _run(
    identity: int, repository: str, name: str, sha: str, span: tuple[int, int], at: int, state: str
) -> Json:
    start, end = span
    is_over = end <= at
    return {
        "id": identity,
        "node_id": f"WFR_{identity}",
        "name": name,
        "head_sha": sha,
        "path": f".github/workflows/{name.lower()}.yml",
        "run_number": identity % 100_000,
        "run_attempt": 1,
        "status": "completed" if is_over else "in_progress",
        "conclusion": state if is_over else None,
        "workflow_id": crc32(f"{repository} {name}".encode()) % 10_000_000,
        "url": f"{API}/repos/{repository}/actions/runs/{identity}",
        "html_url": f"{WEB}/{repository}/actions/runs/{identity}",
        "pull_requests": [],
        "created_at": zulu(start),
        "updated_at": zulu(end if is_over else start),
        "run_started_at": zulu(start),
        "actor": user("deploy.bot"),
        "triggering_actor": user("deploy.bot"),
    }


def _deploy_run(number: int, deployment: Deployment, at: int) -> Json:
    span = (deployment.created_at, deployment.ended_at)
    identity = 9_100_000_000 + number
    run = _run(identity, deployment.repository, "Deploy", deployment.sha, span, at, deployment.state)
    return {**run, "event": "workflow_dispatch", "head_branch": "main"}


def _test_run(number: int, pull: Pull, at: int) -> Json:
    state = "failure" if pull.item.number % 7 == 0 else "success"
    span = (pull.opened_at + SECOND, pull.opened_at + (3 + pull.item.number % 9) * MINUTE)
    run = _run(9_200_000_000 + number, pull.repository, "Tests", pull.sha(0), span, at, state)
    return {**run, "event": "pull_request", "head_branch": pull.item.title.lower().replace(" ", "-")[:40]}


def _release(number: int, release: Release) -> Json:
    identity = 170_000_000 + number
    return {
        "id": identity,
        "node_id": f"RE_{identity}",
        "url": f"{API}/repos/{release.repository}/releases/{identity}",
        "html_url": f"{WEB}/{release.repository}/releases/tag/{release.tag}",
        "tag_name": release.tag,
        "target_commitish": "main",
        "name": release.tag,
        "draft": False,
        "prerelease": False,
        "created_at": zulu(release.at),
        "published_at": zulu(release.at),
        "author": user("deploy.bot"),
        "assets": [],
        "body": "",
    }


def _tag(release: Release) -> Json:
    return {
        "name": release.tag,
        "node_id": f"REF_{release.tag}",
        "commit": {"sha": release.sha, "url": f"{API}/repos/{release.repository}/commits/{release.sha}"},
        "zipball_url": f"{API}/repos/{release.repository}/zipball/refs/tags/{release.tag}",
        "tarball_url": f"{API}/repos/{release.repository}/tarball/refs/tags/{release.tag}",
    }
