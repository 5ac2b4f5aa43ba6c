"""Jira sites for tests, ways to break them, and a look into the warehouse."""

from __future__ import annotations

import copy
import datetime as dt
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from werkzeug.wrappers import Request, Response

from pipelines.connections import Connection
from pipelines.demo.jira_api import JiraSite, cloud_user, dc_user
from pipelines.load import LoadResult, load_connection

START = dt.datetime(2024, 3, 4, 9, 0, tzinfo=dt.UTC)
TOKEN = "tok3n-of-the-loader"
KEY = "a key for pseudonyms"
DEPLOYMENTS = ("cloud", "datacenter")
Hook = Callable[[Request], Response | None]


def iso(moment: dt.datetime, offset_hours: int = 1) -> str:
    """A time as Jira writes it."""
    zone = dt.timezone(dt.timedelta(hours=offset_hours))
    return moment.astimezone(zone).isoformat(timespec="milliseconds").replace(":00", "00", 0)


def person(deployment: str, login: str) -> dict[str, Any]:
    """Someone with a name and an e-mail address that must never be stored."""
    name, email = f"{login.title()} Surname", f"{login}@secret.example"
    return cloud_user(f"id-{login}", name, email) if deployment == "cloud" else dc_user(login, name, email)


def make_issue(deployment: str, number: int, updated: dt.datetime, project: str = "SHOP") -> dict[str, Any]:
    """An issue with two changes, people in many places, and texts that must not be stored."""
    author = person(deployment, "ada")
    history = {"author": author, "created": iso(updated)}
    return {
        "id": str(10_000 + number),
        "key": f"{project}-{number}",
        "fields": {
            "summary": f"Item {number}, ask bob@secret.example",
            "description": "secret description",
            "environment": "secret environment",
            "comment": {"comments": [{"body": "secret comment", "author": author}]},
            "worklog": {"worklogs": [{"comment": "secret worklog", "author": author}]},
            "attachment": [{"filename": "secret attachment", "author": author}],
            "lastViewed": iso(updated),
            "customfield_1": "secret long text",
            "customfield_2": [person(deployment, "grace")],
            "project": {"id": "1", "key": project},
            "status": {"id": "3", "name": "In Progress"},
            "assignee": author,
            "reporter": None,
            "created": iso(START),
            "updated": iso(updated, -5),
        },
        "changelog": {
            "histories": [
                {
                    **history,
                    "id": str(number * 10),
                    "items": [
                        {"field": "status", "fieldId": "status", "from": "1", "fromString": "Open",
                         "to": "3", "toString": "In Progress"},
                        {"field": "description", "fieldId": "description", "from": None,
                         "fromString": "secret old text", "to": None, "toString": "secret new text"},
                    ],
                },
                {
                    **history,
                    "id": str(number * 10 + 1),
                    "items": [
                        {"field": "assignee", "fieldId": "assignee", "from": "id-grace",
                         "fromString": "Grace Surname", "to": "id-ada", "toString": "Ada Surname",
                         "tmpFromAccountId": "id-grace", "tmpToAccountId": "id-ada"},
                        {"field": "Owners", "from": "id-ada", "fromString": "Ada Surname",
                         "to": "id-grace", "toString": "Grace Surname"},
                    ],
                },
            ]
        },
    }  # fmt: skip


def make_site(deployment: str, count: int = 25, *, minutes: float = 7.0, **more: Any) -> JiraSite:
    """A site with one project, whose issues were updated some minutes apart."""
    site = JiraSite(
        issues=[
            make_issue(deployment, number, START + dt.timedelta(minutes=minutes * number))
            for number in range(1, count + 1)
        ],
        statuses=[{"id": "1", "name": "Open"}, {"id": "3", "name": "In Progress"}],
        fields=[
            {"id": "summary", "name": "Summary", "schema": {"type": "string"}},
            {"id": "customfield_1", "name": "Story", "schema": {"custom": "plugin:textarea"}},
            {"id": "customfield_2", "name": "Owners", "schema": {"type": "array", "items": "user"}},
        ],
        projects=[{"id": "1", "key": "SHOP", "name": "Shop", "lead": person(deployment, "ada")}],
        issue_types=[{"id": "1", "name": "Story"}],
        priorities=[{"id": "2", "name": "High"}],
        resolutions=[{"id": "4", "name": "Done"}],
        boards=[
            {"id": 1, "name": "Scrum", "type": "scrum",
             "location": {"projectKey": "SHOP", "displayName": "Shop", "name": "Shop"}},
            {"id": 2, "name": "Team", "type": "simple", "location": {"projectKey": "SHOP"}},
            {"id": 3, "name": "Other", "type": "scrum", "location": {"projectKey": "OTHER"}},
        ],
        sprints={1: [{"id": n, "name": f"Sprint {n}", "state": "closed"} for n in range(1, 61)]},
        token=TOKEN,
    )  # fmt: skip
    for name, value in more.items():
        setattr(site, name, value)
    return site


def touch(issue: dict[str, Any], moment: dt.datetime, summary: str = "changed") -> None:
    """Update an issue, and its history."""
    issue["fields"]["updated"] = iso(moment)
    issue["fields"]["summary"] = summary
    last = copy.deepcopy(issue["changelog"]["histories"][-1])
    number = str(int(last["id"]) + 100_000)
    issue["changelog"]["histories"].append({**last, "id": number, "created": iso(moment)})


def connection(url: str, deployment: str, **more: Any) -> Connection:
    """The connection `acme` to a site."""
    settings = {"deployment": deployment, "projects": ["SHOP"], **more.pop("settings", {})}
    email = JiraSite.email if deployment == "cloud" else None
    return Connection("acme", "jira", url, TOKEN, email, settings=settings, **more)


def load(url: str, deployment: str, database: Path, *, sweep: bool = False, **more: Any) -> LoadResult:
    """Load a site."""
    return load_connection(connection(url, deployment, **more), database, KEY, sweep=sweep)


def loaded(url: str, deployment: str, database: Path, **more: Any) -> LoadResult:
    """Load a site, which must go well."""
    result = load(url, deployment, database, **more)
    assert result.error is None, result.error
    return result


def rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """The answer to a query."""
    with duckdb.connect(str(database), read_only=True) as opened:
        return opened.execute(sql).fetchall()


def stored(database: Path) -> dict[str, tuple[str, list[str]]]:
    """By issue id, what is stored: its summary, and the ids of its changes."""
    found = rows(
        database,
        """
        select id, issues.record->>'$.fields.summary', issue_changelogs.record->>'$.histories[*].id'
        from raw_jira.issues left join raw_jira.issue_changelogs on issue_id = id
        """,
    )
    assert len(found) == len({row[0] for row in found})
    return {native_id: (summary, sorted(changes or [], key=int)) for native_id, summary, changes in found}


def expected(site: JiraSite) -> dict[str, tuple[str, list[str]]]:
    """What must be stored of a site."""
    return {
        issue["id"]: (
            issue["fields"]["summary"].replace("bob@secret.example", "[e-mail]"),
            sorted((one["id"] for one in issue["changelog"]["histories"]), key=int),
        )
        for issue in site.issues
    }


def contents(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the raw tables, without the row a load adds to `loads`."""
    tables = rows(
        database, "select table_name from information_schema.tables where table_schema = 'raw_jira'"
    )
    return {
        table: sorted(rows(database, f'select * from raw_jira."{table}"'), key=repr)
        for (table,) in tables
        if table != "loads"
    }


# ---------------------------------------------------------------------- faults

LOGIN_PAGE = "<!DOCTYPE html><html><body>Log in</body></html>"


def half(request: Request, reset: bool) -> Response:
    """Half a body under the full length, then a close or a reset of the connection."""
    connection_socket: socket.socket = request.environ["werkzeug.socket"]

    def body() -> Iterator[bytes]:
        yield b'{"issues": ['
        if reset:
            connection_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection_socket.shutdown(socket.SHUT_RDWR)

    return Response(body(), 200, {"Content-Length": "1000"}, content_type="application/json")


FAULTS: dict[str, Hook] = {
    "429": lambda request: Response('{"errorMessages": []}', 429, {"Retry-After": "0"}),
    "500": lambda request: Response("{}", 500),
    "502": lambda request: Response("<html>Bad Gateway</html>", 502),
    "reset": lambda request: half(request, reset=True),
    "closed": lambda request: half(request, reset=False),
    "cut_json": lambda request: Response('{"issues": [', 200, content_type="application/json"),
    "login_page": lambda request: Response(LOGIN_PAGE, 200, content_type="text/html"),
}


def sometimes(fault: Hook) -> Hook:
    """Two of three requests go wrong."""
    count = 0

    def hook(request: Request) -> Response | None:
        nonlocal count
        count += 1
        return fault(request) if count % 3 else None

    return hook


def always(body: str, status: int = 200) -> Hook:
    """A hook that gives every request this answer."""
    return lambda request: Response(body, status)


def on_path(part: str, answer: Hook) -> Hook:
    """Only requests whose path holds a part are answered so."""
    return lambda request: answer(request) if part in request.path else None


class OnceAt:
    """Does something once, just before the n-th request whose path ends so."""

    def __init__(self, path_end: str, number: int, action: Callable[[], None]) -> None:
        self.path_end, self.number, self.action = path_end, number, action
        self.count = 0

    def __call__(self, request: Request) -> None:
        if request.path.endswith(self.path_end):
            self.count += 1
            if self.count == self.number:
                self.action()
