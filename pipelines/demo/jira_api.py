"""A stand-in of Jira's REST API on loopback, Cloud or Data Center, for the demo organisation and for tests.

It is honest where a client could be wrong: pages are offsets into the result of the moment, so they shift
when issues change meanwhile; a JQL is read in the user's time zone and to the minute; page sizes have
limits; Cloud embeds no complete changelogs; secrets and unknown names are refused as Jira refuses them.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

JsonObject = dict[str, Any]

CLOUD_PAGE, CLOUD_ID_PAGE, DATA_CENTER_PAGE, AGILE_PAGE = 100, 5000, 1000, 50
BULK_ISSUES, BULK_FIELDS, BULK_ENTRIES = 1000, 10, 10_000
CATALOGUES = ("status", "field", "issuetype", "priority", "resolution")


@dataclass
class JiraSite:
    """What the stand-in serves: API-shaped objects that a test or a generator fills, and may change at any
    time.

    Args:
        issues: `{"id", "key", "fields": {...}, "changelog": {"histories": [...]}}`, in any order.
            `fields.updated`, `fields.created` and each history's `created` are ISO texts with an offset;
            `fields.project.key` says where the issue lives. People are objects of the deployment's own shape
            (`cloud_user`, `dc_user`).
        statuses, fields, projects, issue_types, priorities, resolutions: the catalogues, as the API lists
            them
        boards: agile boards, with `location.projectKey`; None is a Jira without Software (404)
        sprints: by board id; a board that is not in it does not support sprints (400)
        time_zone: of the API user; Jira reads the dates of a JQL in it
        later_of_two: how a local time is read that the end of summer time repeats
        email: the user that belongs to `token`
        token: API token or personal access token that the stand-in accepts
        page_limit: a smaller limit of every page than Jira's own
        search_changelog_limit: most changes that Data Center's search embeds; None is no limit
        issue_changelog_limit: most changes that Data Center embeds in a single issue
        has_issue_changelog: whether Data Center has the paged changelog of a single issue
        before_request: called with each request before it is answered; may change the site, or answer instead
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
    later_of_two: bool = False
    email: str = "loader@acme.example"
    token: str = "token"
    page_limit: int | None = None
    search_changelog_limit: int | None = None
    issue_changelog_limit: int | None = None
    has_issue_changelog: bool = True
    before_request: Callable[[Request], Response | None] | None = None


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


@contextmanager
def serve(site: JiraSite, *, deployment: str = "cloud") -> Iterator[str]:
    """Serve the site on loopback, as `cloud` or `datacenter`, and give its URL."""
    application = _Cloud(site) if deployment == "cloud" else _DataCenter(site)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the overridden method's name
        """Say nothing."""


class _Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the stand-in
    """An answer that is a failure, as Jira words it."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.response = _answer({"errorMessages": list(messages), "errors": {}}, status)


def _answer(body: Any, status: int = 200) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), status, content_type="application/json;charset=UTF-8"
    )


# ---------------------------------------------------------------------- JQL

_CLAUSE = re.compile(
    r"(?P<field>project|id|key|issuekey|updated|created)\s*(?P<operator>>=|<=|=|<|>|\bin\b)\s*"
    r"(?P<value>\([^()]*\)|\"[^\"]*\"|[^\s()\"]+)",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\border\s+by\s+(?P<terms>.+)$", re.IGNORECASE | re.DOTALL)
_DATE = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)(?: (\d\d?):(\d\d))?")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}
Test = Callable[[JsonObject], bool]


class _Jql:
    """`project`, `key`, `id`, `updated` and `created` clauses joined by AND, and ORDER BY of the same."""

    def __init__(self, text: str, site: JiraSite) -> None:
        self._site = site
        order = _ORDER.search(text)
        self._terms = order["terms"].split(",") if order else []
        conditions = (text[: order.start()] if order else text).strip()
        parts = re.split(r"\s+and\s+", conditions, flags=re.IGNORECASE) if conditions else []
        self.tests = [self._test(part.strip()) for part in parts]

    def run(self) -> list[JsonObject]:
        """The issues that are found now, in order; newest first where none is asked for."""
        found = [issue for issue in list(self._site.issues) if all(test(issue) for test in self.tests)]
        for term in reversed(self._terms or ["created desc"]):
            name, _, direction = term.strip().lower().partition(" ")
            found.sort(key=_order(name), reverse=direction.strip() == "desc")
        return found

    def _test(self, text: str) -> Test:
        match = _CLAUSE.fullmatch(text)
        if not match:
            raise _Refused(400, f"Error in the JQL Query: Expecting a clause but got '{text}'.")
        name, operator = match["field"].lower(), match["operator"].lower()
        values = [part.strip(" \"'") for part in match["value"].strip("()").split(",")]
        if name in ("updated", "created"):
            return self._date_test(name, operator, values[0])
        if operator not in ("=", "in"):
            raise _Refused(400, f"The operator '{operator}' is not supported by the '{name}' field.")
        return self._project_test(values) if name == "project" else self._issue_test(values)

    def _project_test(self, values: Iterable[str]) -> Test:
        known = {str(project["key"]).upper() for project in self._site.projects}
        for value in values:
            if value.upper() not in known:
                raise _Refused(400, f"The value '{value}' does not exist for the field 'project'.")
        wanted = {value.upper() for value in values}
        return lambda issue: issue["fields"]["project"]["key"].upper() in wanted

    def _issue_test(self, values: Iterable[str]) -> Test:
        wanted = set(values)
        known = {name for issue in self._site.issues for name in (issue["id"], issue["key"])}
        if missing := sorted(wanted - known):
            raise _Refused(400, f"An issue with key '{missing[0]}' does not exist for field 'key'.")
        return lambda issue: issue["id"] in wanted or issue["key"] in wanted

    def _date_test(self, name: str, operator: str, value: str) -> Test:
        match = _DATE.fullmatch(value)
        if not match or operator not in _COMPARE:
            raise _Refused(400, f"Date value '{value}' for field '{name}' is invalid.")
        year, month, day, hour, minute = (int(part or 0) for part in match.groups())
        zone = ZoneInfo(self._site.time_zone)
        fold = int(self._site.later_of_two)
        limit = dt.datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold).timestamp()
        compare = _COMPARE[operator]
        return lambda issue: compare(_seconds(issue["fields"][name]), limit)


@lru_cache(maxsize=1_000_000)
def _seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def _order(name: str) -> Callable[[JsonObject], Any]:
    if name in ("updated", "created"):
        return lambda issue: _seconds(issue["fields"][name])
    return lambda issue: (issue["key"].rpartition("-")[0], int(issue["key"].rpartition("-")[2]))


# ---------------------------------------------------------------------- what both deployments share


def _names(value: Any) -> list[str]:
    """`fields` and `expand` come as lists, or joined by commas."""
    parts = value if isinstance(value, list) else [value]
    return [name.strip() for part in parts if part for name in str(part).split(",") if name.strip()]


def _selected(issue: JsonObject, wanted: Iterable[str]) -> JsonObject:
    """The issue's body with the fields asked for: names, `*all`, and `-name` for those left out."""
    fields: JsonObject = {}
    for name in wanted:
        if name in ("*all", "*navigable"):
            fields.update(issue["fields"])
        elif name.startswith("-"):
            fields.pop(name[1:], None)
        elif name in issue["fields"]:
            fields[name] = issue["fields"][name]
    body = {"expand": "renderedFields,names,changelog", "id": issue["id"], "key": issue["key"]}
    return {
        **body,
        "self": issue.get("self", f"https://jira.example/rest/api/3/issue/{issue['id']}"),
        "fields": fields,
    }


def _histories(issue: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = issue.get("changelog", {}).get("histories", [])
    return found


class _Jira:
    """Routes and answers of both deployments."""

    api = ""
    schemes: tuple[str, ...] = ()

    def __init__(self, site: JiraSite) -> None:
        self.site = site
        root = f"/rest/api/{self.api}"
        rules = [Rule(f"{root}/{name}", endpoint="catalogue", defaults={"name": name}) for name in CATALOGUES]
        self.routes = Map(
            [
                *rules,
                Rule(f"{root}/myself", endpoint="myself"),
                Rule(f"{root}/serverInfo", endpoint="server_info"),
                Rule(f"{root}/issue/<name>", endpoint="issue"),
                Rule("/rest/agile/1.0/board", endpoint="board_list"),
                Rule("/rest/agile/1.0/board/<int:board>/sprint", endpoint="sprint_list"),
                *(Rule(f"{root}{path}", endpoint=endpoint) for path, endpoint in self.own_routes()),
            ]
        )

    def own_routes(self) -> list[tuple[str, str]]:
        """Paths below the API's root that this deployment has beside the shared ones, with their methods."""
        return []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return self.respond(Request(environ))(environ, start_response)

    def respond(self, request: Request) -> Response:
        """The answer to a request: the hook's, a refusal, or the endpoint's."""
        request.get_data()  # an unread body would reset the connection
        instead = self.site.before_request(request) if self.site.before_request else None
        if instead is not None:
            return instead
        if not self.is_known(request):
            return _answer({"message": "Client must be authenticated to access this resource."}, 401)
        try:
            endpoint, values = self.routes.bind_to_environ(request.environ).match()
            return _answer(getattr(self, endpoint)(request, **values))
        except _Refused as refused:
            return refused.response
        except HTTPException as error:
            return _answer({"errorMessages": [error.name], "errors": {}}, error.code or 500)

    def is_known(self, request: Request) -> bool:
        """Whether the secrets are right, sent in a way that this deployment takes."""
        given = request.authorization
        if given is None or given.type not in self.schemes:
            return False
        if given.type == "bearer":
            return given.token == self.site.token
        return (given.username, given.password) == (self.site.email, self.site.token)

    def page(self, rows: list[Any], start: int, size: int) -> JsonObject:
        """A page of a list in Jira's usual envelope."""
        return {
            "startAt": start,
            "maxResults": size,
            "total": len(rows),
            "isLast": start + size >= len(rows),
            "values": rows[start : start + size],
        }

    def size(self, wanted: Any, default: int, limit: int) -> int:
        """The size of a page: as asked for, within the limits."""
        return min(int(wanted) if wanted is not None else default, limit, self.site.page_limit or limit)

    def envelope(self, request: Request, rows: list[Any], limit: int = AGILE_PAGE) -> JsonObject:
        """A page of a list as the query's `startAt` and `maxResults` ask."""
        size = self.size(request.args.get("maxResults"), 50, limit)
        return self.page(rows, int(request.args.get("startAt", 0)), size)

    def parameters(self, request: Request) -> JsonObject:
        """Of a search: the body of a POST, or the query."""
        if request.method != "POST":
            return dict(request.args)
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise _Refused(400, "Invalid request payload. Refer to the REST API documentation and try again.")
        return body

    def find(self, name: str) -> JsonObject:
        """An issue by id or key."""
        for issue in self.site.issues:
            if name in (issue["id"], issue["key"]):
                return issue
        raise _Refused(404, "Issue does not exist or you do not have permission to see it.")

    # endpoints

    def catalogue(self, request: Request, name: str) -> Any:
        site = self.site
        found = (site.statuses, site.fields, site.issue_types, site.priorities, site.resolutions)
        return dict(zip(CATALOGUES, found, strict=True))[name]

    def myself(self, request: Request) -> Any:
        return {**cloud_user("api-user", "API user"), "timeZone": self.site.time_zone}

    def server_info(self, request: Request) -> Any:
        return {"deploymentType": "Cloud" if self.api == "3" else "Server", "version": "9.12.0"}

    def board_list(self, request: Request) -> Any:
        if self.site.boards is None:
            raise _Refused(404, "Jira Software is not installed.")
        project = request.args.get("projectKeyOrId")
        boards = [
            board
            for board in self.site.boards
            if project is None or board.get("location", {}).get("projectKey") == project
        ]
        return self.envelope(request, boards)

    def sprint_list(self, request: Request, board: int) -> Any:
        if self.site.boards is None or board not in {one["id"] for one in self.site.boards}:
            raise _Refused(404, "The requested board cannot be viewed because it does not exist.")
        if board not in self.site.sprints:
            raise _Refused(400, "The board does not support sprints")
        return self.envelope(request, self.site.sprints[board])

    def issue(self, request: Request, name: str) -> Any:
        issue = self.find(name)
        body = _selected(issue, _names(request.args.get("fields")) or ["*all"])
        if "changelog" in _names(request.args.get("expand")):
            body["changelog"] = self.embedded(issue, self.site.issue_changelog_limit)
        return body

    def embedded(self, issue: JsonObject, limit: int | None) -> JsonObject:
        """A changelog inside an issue, perhaps cut; `total` tells."""
        histories = _histories(issue)
        shown = histories[: len(histories) if limit is None else limit]
        return {"startAt": 0, "maxResults": len(shown), "total": len(histories), "histories": shown}

    def issue_changelog(self, request: Request, name: str) -> Any:
        return self.envelope(request, _histories(self.find(name)), limit=100)


# ---------------------------------------------------------------------- Cloud


class _Cloud(_Jira):
    api = "3"
    schemes = ("basic",)

    def own_routes(self) -> list[tuple[str, str]]:
        return [
            ("/search/jql", "search"),
            ("/search", "removed_search"),
            ("/changelog/bulkfetch", "bulk_changelogs"),
            ("/issue/<name>/changelog", "issue_changelog"),
            ("/project/search", "project_list"),
        ]

    def removed_search(self, request: Request) -> Any:
        raise _Refused(410, "The requested API has been removed. Please migrate to /rest/api/3/search/jql.")

    def project_list(self, request: Request) -> Any:
        return self.envelope(request, self.site.projects)

    def search(self, request: Request) -> Any:
        parameters = self.parameters(request)
        jql = str(parameters.get("jql", ""))
        query = _Jql(jql, self.site)
        if not query.tests:
            raise _Refused(
                400, "Unbounded JQL queries are not allowed here. Please add a search restriction."
            )
        wanted = _names(parameters.get("fields")) or ["id"]
        is_light = set(wanted) <= {"id", "key"}
        size = self.size(parameters.get("maxResults"), 50, CLOUD_ID_PAGE if is_light else CLOUD_PAGE)
        start = _offset(parameters.get("nextPageToken"), jql)
        found = query.run()
        page = found[start : start + size]
        issues = [{"id": one["id"]} for one in page] if is_light else [_selected(one, wanted) for one in page]
        body = {"issues": issues, "isLast": start + size >= len(found)}
        return _tokened(body, start + size, len(found), jql)

    def bulk_changelogs(self, request: Request) -> Any:
        body = self.parameters(request)
        names = [str(name) for name in body.get("issueIdsOrKeys", [])]
        field_ids = body.get("fieldIds", [])
        if not 1 <= len(names) <= BULK_ISSUES or len(field_ids) > BULK_FIELDS:
            raise _Refused(400, "Between 1 and 1000 issues and at most 10 field IDs are allowed.")
        wanted = set(names)
        entries = [
            (round(_seconds(history["created"]) * 1000), issue["id"], history)
            for issue in self.site.issues
            if issue["id"] in wanted or issue["key"] in wanted
            for history in _histories(issue)
        ]
        entries.sort(key=lambda entry: entry[:2])
        size = self.size(body.get("maxResults"), 1000, BULK_ENTRIES)
        query = ",".join(names)
        start = _offset(body.get("nextPageToken"), query)
        logs: dict[str, list[JsonObject]] = {}
        for created, issue_id, history in entries[start : start + size]:
            logs.setdefault(issue_id, []).append({**history, "created": created})
        changes = [{"issueId": issue_id, "changeHistories": found} for issue_id, found in logs.items()]
        return _tokened({"issueChangeLogs": changes}, start + size, len(entries), query)


def _tokened(body: JsonObject, end: int, total: int, query: str) -> JsonObject:
    """A page with the token of the next one."""
    token = base64.urlsafe_b64encode(f"{_digest(query)}:{end}".encode()).decode()
    return {**body, **({"nextPageToken": token} if end < total else {})}


def _offset(token: str | None, query: str) -> int:
    if not token:
        return 0
    digest, _, offset = base64.urlsafe_b64decode(token).decode().partition(":")
    if digest != _digest(query):
        raise _Refused(400, "The provided next page token is invalid or expired.")
    return int(offset)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ---------------------------------------------------------------------- Data Center


class _DataCenter(_Jira):
    api = "2"
    schemes = ("basic", "bearer")

    def own_routes(self) -> list[tuple[str, str]]:
        changelog = [("/issue/<name>/changelog", "issue_changelog")] if self.site.has_issue_changelog else []
        return [("/search", "search"), ("/project", "project_list"), *changelog]

    def project_list(self, request: Request) -> Any:
        return self.site.projects

    def search(self, request: Request) -> Any:
        parameters = self.parameters(request)
        found = _Jql(str(parameters.get("jql", "")), self.site).run()
        start = int(parameters.get("startAt", 0))
        size = self.size(parameters.get("maxResults"), 50, DATA_CENTER_PAGE)
        wanted = _names(parameters.get("fields")) or ["*navigable"]
        with_changelog = "changelog" in _names(parameters.get("expand"))
        issues = []
        for issue in found[start : start + size]:
            body = _selected(issue, wanted)
            if with_changelog:
                body["changelog"] = self.embedded(issue, self.site.search_changelog_limit)
            issues.append(body)
        return {"startAt": start, "maxResults": size, "total": len(found), "issues": issues}
