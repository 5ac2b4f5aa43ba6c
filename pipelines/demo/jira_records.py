"""Writes the plan down as Jira would: issues with their changelogs, and the catalogues around them.

A site is written as it is at an instant, so that the same plan gives what each load finds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby, pairwise
from operator import attrgetter
from random import Random
from typing import Any
from zlib import crc32

from pipelines.demo.clock import moment
from pipelines.demo.jira_api import JiraSite, JsonObject, cloud_user, dc_user
from pipelines.demo.lives import people, sprint_end, sprint_number, sprint_start
from pipelines.demo.organisation import (
    AREAS,
    DATA_CENTER,
    PROJECTS,
    RESOLUTIONS,
    STATUSES,
    Connection,
    Project,
    Status,
)
from pipelines.demo.plan import Change, Item

CATEGORIES = {
    "undefined": (1, "No Category", "medium-gray"),
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
PRIORITIES = {"High": "2", "Medium": "3", "Low": "4"}
FLAG_OPTION = "10019"


@dataclass(frozen=True)
class Dialect:
    """What differs between Cloud and Data Center: addresses, ids of fields and types, spellings."""

    url: str
    api: str
    first_issue_id: int
    first_history_id: int
    flagged: str
    sprint: str
    points: str
    points_name: str
    types: dict[str, str]
    epic_link: str | None = None


CLOUD_DIALECT = Dialect(
    url="https://lumenport.atlassian.example",
    api="/rest/api/3",
    first_issue_id=20_000,
    first_history_id=92_000,  # ids grow past 100,000: as text they would not be in order
    flagged="customfield_10021",
    sprint="customfield_10020",
    points="customfield_10016",
    points_name="Story point estimate",
    types={
        "Epic": "10000",
        "Story": "10001",
        "Task": "10002",
        "Sub-task": "10003",
        "Bug": "10004",
        "Spike": "10005",
        "Customer Request": "10006",
        "Vulnerability": "10007",
        "Feature": "10008",
    },
)
DATA_CENTER_DIALECT = Dialect(
    url="https://jira.lumenport.example",
    api="/rest/api/2",
    first_issue_id=9_000,
    first_history_id=9_400,
    flagged="customfield_10300",
    sprint="customfield_10301",
    points="customfield_10302",
    points_name="Story Points",
    types={
        "Bug": "1",
        "New Feature": "2",
        "Task": "3",
        "Improvement": "4",
        "Sub-task": "5",
        "Epic": "6",
        "Technical Debt": "10400",
    },
    epic_link="customfield_10303",
)


class JiraWriter:
    """Writes one Jira connection's part of the plan."""

    def __init__(self, connection: Connection, items: list[Item]) -> None:
        self.connection = connection
        self.dialect = DATA_CENTER_DIALECT if connection is DATA_CENTER else CLOUD_DIALECT
        self.items = [item for item in items if item.connection == connection.name]
        self.projects = [project for project in PROJECTS.values() if project.connection is connection]
        self._statuses = {status.name: status for status in STATUSES[connection.name]}
        self._boards = {project.key: number for number, project in enumerate(self.projects, start=1)}
        self._children: dict[Item, list[Item]] = {}
        _number_issues(self.items, self.dialect.first_issue_id)
        self._history_ids = _number_histories(self.items, self.dialect.first_history_id)

    def site(self, at: int) -> JiraSite:
        """The site as it is at an instant."""
        seen = [item for item in self.items if item.is_visible(at)]
        self._children = {
            parent: list(children)
            for parent, children in groupby(
                sorted(
                    (i for i in seen if self._sub_task_of(i, at)), key=lambda i: self._parent_order(i, at)
                ),
                key=lambda i: self._values(i, at)["parent"],
            )
        }
        return JiraSite(
            issues=[self._issue(item, at) for item in seen],
            statuses=[self._status(s, at) for s in self._statuses.values() if not s.is_deleted],
            fields=list(self._fields()),
            projects=[self._project(project) for project in self.projects],
            issue_types=[self._type(name) for name in self.dialect.types],
            priorities=[self._priority(name) for name in PRIORITIES],
            resolutions=[self._resolution(r.name) for r in RESOLUTIONS[self.connection.name]],
            boards=[self._board(project) for project in self.projects],
            sprints={
                self._boards[project.key]: [
                    self._sprint(project, number, at) for number in range(1, sprint_number(at) + 2)
                ]
                for project in self.projects
                if project.is_sprinting
            },
            time_zone=self.connection.zone.key,
            email="loader@lumenport.example",
            token="demo-token",  # of the stand-in alone
        )

    def _values(self, item: Item, at: int) -> dict[str, Any]:
        values = dict(item.born)
        for change in sorted(item.changes, key=attrgetter("at", "step")):
            if change.at <= at:
                values[change.attribute] = change.after
        return values

    def _sub_task_of(self, item: Item, at: int) -> bool:
        values = self._values(item, at)
        return values["type"] == "Sub-task" and values["parent"] is not None

    def _parent_order(self, item: Item, at: int) -> int:
        return int(self._values(item, at)["parent"].number)

    def _time(self, item: Item, at: int) -> str:
        """A time as the tool writes it; what came in by an import is written in UTC."""
        zone = UTC if item.number % 20 == 7 else self.connection.zone
        written = moment(at).astimezone(zone)
        return f"{written:%Y-%m-%dT%H:%M:%S}.{written.microsecond // 1000:03d}{written:%z}"

    def _issue(self, item: Item, at: int) -> JsonObject:
        values = self._values(item, at)
        done_at = [c.at for c in item.changes if c.at <= at and c.attribute == "resolution" and c.after]
        fields: JsonObject = {
            "summary": item.title,
            "issuetype": self._type(values["type"]),
            "project": self._project(PROJECTS[values["project"]]),
            "status": self._status(self._statuses[values["state"]], at),
            "resolution": self._resolution(values["resolution"]) if values["resolution"] else None,
            "resolutiondate": self._time(item, max(done_at)) if values["resolution"] else None,
            "priority": self._priority(values["priority"]),
            "labels": list(values["labels"]),
            "components": [self._component(name) for name in values["components"]],
            "created": self._time(item, item.created),
            "updated": self._time(item, self._updated(item, at)),
            "reporter": self._person(values["reporter"]),
            "creator": self._person(values["reporter"]),
            "assignee": self._person(values["assignee"]) if values["assignee"] else None,
            "description": f"As discussed with {values['reporter']}@lumenport.example.",
            "issuelinks": [],
            "fixVersions": [],
            "subtasks": [self._brief(child, at) for child in self._children.get(item, [])],
            self.dialect.flagged: [_flag_option(self.dialect, values["flag"])] if values["flag"] else None,
            self.dialect.points: values["estimate"],
            self.dialect.sprint: self._sprints(values["project"], values["sprints"], at),
            **self._parent(values, at),
        }
        histories = [self._history(item, list(step)) for step in _steps(item) if step[0].at <= at]
        return {
            "id": item.id,
            "key": self._key(item, at),
            "self": f"{self.dialect.url}{self.dialect.api}/issue/{item.id}",
            "fields": fields,
            "changelog": {"histories": histories},
        }

    def _updated(self, item: Item, at: int) -> int:
        """When it was last updated: now and then a few milliseconds before the change that did it."""
        last = max([item.created, *(change.at for change in item.changes if change.at <= at)])
        is_early = (
            item.number % 10 == 3 and last > item.created and not item.features & {"lost_last", "lost_middle"}
        )
        return last - 4 if is_early else last

    def _key(self, item: Item, at: int) -> str:
        return [key for since, key in item.keys if since <= at or since == item.keys[0][0]][-1]

    def _parent(self, values: dict[str, Any], at: int) -> JsonObject:
        parent = values["parent"]
        if parent is None:
            return {self.dialect.epic_link: None} if self.dialect.epic_link else {}
        if self.dialect.epic_link and values["type"] != "Sub-task":
            return {self.dialect.epic_link: self._key(parent, at)}
        return {"parent": self._brief(parent, at)}

    def _brief(self, item: Item, at: int) -> JsonObject:
        values = self._values(item, at)
        return {
            "id": item.id,
            "key": self._key(item, at),
            "self": f"{self.dialect.url}{self.dialect.api}/issue/{item.id}",
            "fields": {
                "summary": item.title,
                "status": self._status(self._statuses[values["state"]], at),
                "priority": self._priority(values["priority"]),
                "issuetype": self._type(values["type"]),
            },
        }

    def _history(self, item: Item, step: list[Change]) -> JsonObject:
        at = step[0].at
        return {
            "id": str(self._history_ids[item, step[0].step]),
            "author": self._person(item.values["assignee"] or item.values["reporter"]),
            "created": self._time(item, at),
            "items": [entry for change in step for entry in self._entries(item, change)],
        }

    def _entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        write: Callable[[Item, Change], Iterator[JsonObject]] = getattr(self, f"_{change.attribute}_entries")
        yield from write(item, change)

    def _state_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        before, after = self._statuses[change.before], self._statuses[change.after]
        yield _entry(
            "status", "status", (before.id, before.name_at(change.at)), (after.id, after.name_at(change.at))
        )

    def _type_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        sides = (
            (self.dialect.types[change.before], change.before),
            (self.dialect.types[change.after], change.after),
        )
        is_old_spelling = self.connection is DATA_CENTER and item.number % 3 == 0
        if not is_old_spelling or item.number % 2 == 0:
            yield _entry("issuetype", "issuetype", *sides)
        if is_old_spelling:
            yield _entry("Issue Type", None, *sides)

    def _project_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        before, after = PROJECTS[change.before], PROJECTS[change.after]
        keys = [key for _, key in item.keys]
        place = [since for since, _ in item.keys].index(change.at)
        name = "Project" if self.connection is DATA_CENTER else "project"
        yield _entry(name, "project", (before.id, before.name), (after.id, after.name))
        yield _entry("Key", None, (None, keys[place - 1]), (None, keys[place]))

    def _flag_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        sides = [(f"[{FLAG_OPTION}]", name) if name else ("", "") for name in (change.before, change.after)]
        yield _entry("Flagged", self.dialect.flagged, sides[0], sides[1], is_custom=True)

    def _resolution_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        sides = [
            (self._resolution(name)["id"], name) if name else (None, None)
            for name in (change.before, change.after)
        ]
        yield _entry("resolution", "resolution", sides[0], sides[1])

    def _labels_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        yield _entry("labels", "labels", ("", " ".join(change.before)), ("", " ".join(change.after)))

    def _components_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        for name in change.before:
            yield _entry("Component", "components", (self._component(name)["id"], name), (None, None))
        for name in change.after:
            yield _entry("Component", "components", (None, None), (self._component(name)["id"], name))

    def _assignee_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        sides = [
            (_account(self.connection, name), _full_name(name)) if name else (None, None)
            for name in (change.before, change.after)
        ]
        yield _entry("assignee", "assignee", sides[0], sides[1])

    def _estimate_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        sides = [("", "" if points is None else str(points)) for points in (change.before, change.after)]
        yield _entry(self.dialect.points_name, self.dialect.points, sides[0], sides[1], is_custom=True)

    def _sprints_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        homes = [PROJECTS[self._values(item, at)["project"]] for at in (change.at - 1, change.at)]
        sides = [
            (
                ", ".join(str(_sprint_id(self._boards[project.key], number)) for number in numbers),
                ", ".join(_sprint_name(project, number) for number in numbers),
            )
            for project, numbers in zip(homes, (change.before, change.after), strict=True)
        ]
        yield _entry("Sprint", self.dialect.sprint, sides[0], sides[1], is_custom=True)

    def _parent_entries(self, item: Item, change: Change) -> Iterator[JsonObject]:
        sides = [
            (parent.id, self._key(parent, change.at)) if parent else (None, None)
            for parent in (change.before, change.after)
        ]
        name = "Parent" if self.connection is DATA_CENTER else "IssueParentAssociation"
        yield _entry(name, None, sides[0], sides[1])

    def _status(self, status: Status, at: int) -> JsonObject:
        number, name, colour = CATEGORIES[status.category]
        return {
            "self": f"{self.dialect.url}{self.dialect.api}/status/{status.id}",
            "description": "",
            "name": status.name_at(at),
            "id": status.id,
            "statusCategory": {
                "self": f"{self.dialect.url}{self.dialect.api}/statuscategory/{number}",
                "id": number,
                "key": status.category,
                "colorName": colour,
                "name": name,
            },
        }

    def _type(self, name: str) -> JsonObject:
        number = self.dialect.types[name]
        level = {"Epic": 1, "Sub-task": -1}.get(name, 0)
        return {
            "self": f"{self.dialect.url}{self.dialect.api}/issuetype/{number}",
            "id": number,
            "description": "",
            "name": name,
            "subtask": name == "Sub-task",
            **({} if self.connection is DATA_CENTER else {"hierarchyLevel": level}),
        }

    def _project(self, project: Project) -> JsonObject:
        return {
            "self": f"{self.dialect.url}{self.dialect.api}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
        }

    def _priority(self, name: str) -> JsonObject:
        number = PRIORITIES[name]
        return {"self": f"{self.dialect.url}{self.dialect.api}/priority/{number}", "id": number, "name": name}

    def _resolution(self, name: str) -> JsonObject:
        number = next(r.id for r in RESOLUTIONS[self.connection.name] if r.name == name)
        address = f"{self.dialect.url}{self.dialect.api}/resolution/{number}"
        return {"self": address, "id": number, "name": name, "description": ""}

    def _component(self, name: str) -> JsonObject:
        number = 10_500 + [a.marker[1] for a in AREAS if a.marker].index(name)
        address = f"{self.dialect.url}{self.dialect.api}/component/{number}"
        return {"self": address, "id": str(number), "name": name}

    def _person(self, name: str) -> JsonObject:
        account, email = _account(self.connection, name), f"{name}@lumenport.example"
        if self.connection is DATA_CENTER:
            return dc_user(account, _full_name(name), email)
        return cloud_user(account, _full_name(name), email)

    def _board(self, project: Project) -> JsonObject:
        number = self._boards[project.key]
        return {
            "id": number,
            "self": f"{self.dialect.url}/rest/agile/1.0/board/{number}",
            "name": f"{project.key} board",
            "type": "scrum" if project.is_sprinting else "kanban",
            "location": {
                "projectId": int(project.id),
                "projectKey": project.key,
                "projectName": project.name,
                "projectTypeKey": "software",
                "displayName": f"{project.name} ({project.key})",
            },
        }

    def _sprint(self, project: Project, number: int, at: int) -> JsonObject:
        board = self._boards[project.key]
        start, end = sprint_start(number), sprint_end(number)
        state = "closed" if end <= at else "active" if start <= at else "future"
        return {
            "id": _sprint_id(board, number),
            "self": f"{self.dialect.url}/rest/agile/1.0/sprint/{_sprint_id(board, number)}",
            "state": state,
            "name": _sprint_name(project, number),
            "startDate": _zulu(start),
            "endDate": _zulu(end),
            **({"completeDate": _zulu(end)} if state == "closed" else {}),
            **({"activatedDate": _zulu(start)} if state != "future" else {}),
            "originBoardId": board,
            "goal": "",
        }

    def _sprints(self, key: str, numbers: tuple[int, ...], at: int) -> list[JsonObject] | list[str] | None:
        if not numbers:
            return None
        sprints = [self._sprint(PROJECTS[key], number, at) for number in numbers]
        if self.connection is not DATA_CENTER:
            return [{**sprint, "boardId": sprint["originBoardId"]} for sprint in sprints]
        return [
            "com.atlassian.greenhopper.service.sprint.Sprint@1f4a["
            f"id={sprint['id']},rapidViewId={sprint['originBoardId']},state={sprint['state'].upper()},"
            f"name={sprint['name']},startDate={sprint['startDate']},endDate={sprint['endDate']},"
            f"completeDate={sprint.get('completeDate', '<null>')},sequence={sprint['id']}]"
            for sprint in sprints
        ]

    def _fields(self) -> Iterator[JsonObject]:
        system = (
            "summary",
            "issuetype",
            "project",
            "status",
            "resolution",
            "priority",
            "labels",
            "components",
        )
        for name in (
            *system,
            "created",
            "updated",
            "assignee",
            "reporter",
            "parent",
            "subtasks",
            "issuelinks",
        ):
            yield {
                "id": name,
                "key": name,
                "name": name.capitalize(),
                "custom": False,
                "schema": {"system": name},
            }
        greenhopper = "com.pyxis.greenhopper.jira:"
        plugin = "com.atlassian.jira.plugin.system.customfieldtypes:"
        yield _custom_field(self.dialect.flagged, "Flagged", "array", f"{plugin}multicheckboxes")
        yield _custom_field(self.dialect.sprint, "Sprint", "array", f"{greenhopper}gh-sprint")
        if self.dialect.epic_link:
            yield _custom_field(self.dialect.points, "Story Points", "number", f"{plugin}float")
            yield _custom_field(self.dialect.epic_link, "Epic Link", "any", f"{greenhopper}gh-epic-link")
        else:
            points = f"{greenhopper}jsw-story-points"
            yield _custom_field(self.dialect.points, self.dialect.points_name, "number", points)


def _number_issues(items: list[Item], first: int) -> None:
    """Give ids in order of creation, and keys in order of arrival in each project."""
    for number, item in enumerate(sorted(items, key=attrgetter("created", "number")), start=first):
        item.id = str(number)
        item.keys = []
    arrivals = [(item.created, item.number, item.area.project, item) for item in items]
    arrivals += [
        (change.at, item.number, change.after, item)
        for item in items
        for change in item.changes
        if change.attribute == "project"
    ]
    last: dict[str, int] = {}
    for at, _, project, item in sorted(arrivals, key=lambda arrival: arrival[:2]):
        last[project] = last.get(project, 0) + 1
        item.keys.append((at, f"{project}-{last[project]}"))


def _steps(item: Item) -> list[list[Change]]:
    """The recorded changes of an item, one list an entry of its history, in order of time."""
    recorded = sorted((c for c in item.changes if c.is_recorded), key=attrgetter("at", "step"))
    return [list(step) for _, step in groupby(recorded, key=attrgetter("step"))]


def _number_histories(items: list[Item], first: int) -> dict[tuple[Item, int], int]:
    """Give history ids in order of time, save that a few neighbours in one history have theirs swapped."""
    entries = [(step[0].at, item.number, step[0].step, item) for item in items for step in _steps(item)]
    ids = {
        (item, step): number
        for number, (_, _, step, item) in enumerate(sorted(entries, key=lambda e: e[:3]), start=first)
    }
    rng = Random("history ids")
    for item in items:
        steps = _steps(item)
        for (one, *_), (other, *_) in pairwise(steps[::2]):
            if rng.randrange(100) < 3 and len({step[0].at for step in steps}) == len(steps):
                ids[item, one.step], ids[item, other.step] = ids[item, other.step], ids[item, one.step]
    return ids


def _entry(
    name: str,
    field_id: str | None,
    before: tuple[str | None, str | None],
    after: tuple[str | None, str | None],
    *,
    is_custom: bool = False,
) -> JsonObject:
    return {
        "field": name,
        "fieldtype": "custom" if is_custom else "jira",
        **({"fieldId": field_id} if field_id else {}),
        "from": before[0],
        "fromString": before[1],
        "to": after[0],
        "toString": after[1],
    }


def _custom_field(field_id: str, name: str, kind: str, custom: str) -> JsonObject:
    number = int(field_id.removeprefix("customfield_"))
    schema = {"type": kind, "custom": custom, "customId": number}
    return {"id": field_id, "key": field_id, "name": name, "custom": True, "schema": schema}


def _flag_option(dialect: Dialect, name: str) -> JsonObject:
    address = f"{dialect.url}{dialect.api}/customFieldOption/{FLAG_OPTION}"
    return {"self": address, "value": name, "id": FLAG_OPTION}


def _sprint_id(board: int, number: int) -> int:
    return board * 1000 + number


def _sprint_name(project: Project, number: int) -> str:
    return f"{project.key} Sprint {number}"


def _zulu(at: int) -> str:
    written = moment(at)
    return f"{written:%Y-%m-%dT%H:%M:%S}.{written.microsecond // 1000:03d}Z"


def _full_name(name: str) -> str:
    return name.replace(".", " ").title()


def _account(connection: Connection, name: str) -> str:
    return name if connection is DATA_CENTER else f"5f9c{crc32(name.encode()):08x}0068e1d3a2"


def all_people() -> list[str]:
    """Everyone in the company."""
    return sorted({name for area in AREAS for name in people(area)})
