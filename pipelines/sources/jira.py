"""Jira Cloud and Data Center: issues with their complete changelogs, the catalogues, boards and sprints.

Issues are read in the order of their last update. Jira reads the times of a query (JQL) in the time zone of
the API's user and to the minute, so a walk goes from mark to mark: a mark is a local minute that means one
instant only. Each step asks for everything updated since the mark before the last record, so a record that
is updated while we read comes again at the end, and none can slip through between two pages. Only where one
minute holds more than a page are offsets or page tokens used, and then the minute is read until nothing new
turns up.

Not loaded: descriptions, environments, comments, work logs, attachments and custom fields of long text; and
what an issue shows of its parent, sub-tasks and linked issues beside their ids and keys, since Jira does not
say when these copies change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import LoadError
from pipelines.http import BearerAuth, HttpClient, basic_auth
from pipelines.privacy import PersonShape
from pipelines.sources import LoadContext, RawTable, Row, Source

JsonObject = dict[str, Any]

ISSUES_PAGE = 100
IDS_PAGE = {"cloud": 5000, "datacenter": 1000}
CHANGELOG_ISSUES = 1000  # most issues that one bulk request takes
CHANGELOG_ENTRIES = 1000
AGILE_PAGE = 50
OVERLAP = dt.timedelta(minutes=10)  # Jira's index follows its database with a delay
MINUTE = dt.timedelta(minutes=1)

LONG_TEXTS = frozenset({"description", "environment", "comment", "worklog", "attachment"})
LONG_TEXT_TYPE = "textarea"  # end of the custom field type
VOLATILE = frozenset({"lastViewed"})  # changes when the API's user looks at an issue
USER_FIELDS = frozenset({"assignee", "reporter", "creator", "watcher"})
LINKED = ("inwardIssue", "outwardIssue")
CHANGE_VALUES = ("from", "fromString", "to", "toString")
CHANGE_ACCOUNTS = frozenset({"tmpFromAccountId", "tmpToAccountId"})
LOGINS = frozenset({"accountId", "userAccountId", "userId", "name", "key"})


def _is_person(value: Mapping[str, Any]) -> bool:
    """Users of Cloud and Data Center. A board's place has a displayName and a name too, but is a project."""
    if "accountId" in value or "emailAddress" in value:
        return True
    return "displayName" in value and "projectKey" not in value and not LOGINS.isdisjoint(value)


PERSON = PersonShape(_is_person, hashed=LOGINS | {"displayName"}, kept=frozenset({"accountType", "active"}))


class JiraSource(Source):
    """One Jira site.

    Settings: `deployment` ("cloud", the default, or "datacenter") and `projects` (keys; all visible ones if
    absent). With an `email` the token is an API token or password, without one a personal access token.
    """

    tables = (
        RawTable("issues", extra=("key",), cursor="updated"),
        RawTable("issue_changelogs", keys=("issue_id",)),
        RawTable("fields"),
        RawTable("statuses"),
        RawTable("projects", extra=("key",)),
        RawTable("issue_types"),
        RawTable("priorities"),
        RawTable("resolutions"),
        RawTable("boards"),
        RawTable("sprints"),
    )
    settings = frozenset({"deployment", "projects"})

    def __init__(self, context: LoadContext) -> None:
        super().__init__(context)
        connection = context.connection
        self.deployment = connection.choice("deployment", ("cloud", "datacenter"), "cloud")
        self.is_cloud = self.deployment == "cloud"
        self._api = "rest/api/3" if self.is_cloud else "rest/api/2"
        if self.is_cloud and not connection.email:
            raise connection.error(
                "configuration",
                "Jira Cloud needs the e-mail address that the api_token belongs to",
                f"Add email to [connections.{connection.name}] in .dlt/secrets.toml, "
                f"or set CONNECTIONS__{connection.name.upper()}__EMAIL",
            )
        token = connection.api_token
        self._http = HttpClient(
            connection.name,
            connection.url,
            auth=basic_auth(connection.email, token) if connection.email else BearerAuth(token),
            explain=_explain,
            secrets=(token, connection.email or ""),
            status=context.status,
        )
        self._user_fields = FieldSet(USER_FIELDS)
        self._long_fields = FieldSet(LONG_TEXTS)

    # ------------------------------------------------------------------ what the core asks for

    def people(self) -> Sequence[PersonShape]:
        """Users anywhere in a record, and changes of fields that hold users.

        A field that was deleted is in no catalogue, but its changes still name accounts.
        """
        user_fields = self._user_fields

        def is_user_change(value: Mapping[str, Any]) -> bool:
            return (
                "field" in value
                and "toString" in value
                and (user_fields.is_changed_by(value) or not CHANGE_ACCOUNTS.isdisjoint(value))
            )

        changed = PersonShape(
            matches=is_user_change,
            hashed=CHANGE_ACCOUNTS.union(CHANGE_VALUES),
            rest_kept=True,
        )
        return (changed, PERSON)

    def extract(self) -> Iterator[tuple[str, list[Row]]]:
        """Catalogues, then issues and changelogs project by project, then boards and sprints."""
        zone = self._time_zone()
        yield "fields", self._fields()
        for table, path in (
            ("statuses", "status"),
            ("issue_types", "issuetype"),
            ("priorities", "priority"),
            ("resolutions", "resolution"),
        ):
            yield table, self._catalogue(table, path)
        projects = self._projects()
        yield "projects", [_row(project, key=project["key"]) for project in projects]
        wanted = self._wanted(projects)
        for project in wanted:
            yield from self._issues(project, zone)
        yield from self._boards_and_sprints(wanted)

    def present_ids(self) -> Iterator[Iterable[str]]:
        """Ids of all issues of the projects, whatever their age."""
        for project in self._wanted(self._projects()):
            jql = f'project = "{project}" ORDER BY key ASC'
            resource = f"ids of project {project}"
            for page in self._search(jql, resource, fields=["id"], size=IDS_PAGE[self.deployment]):
                yield [str(issue["id"]) for issue in page.issues]

    def is_present(self, native_id: str, columns: JsonObject) -> bool:
        """Whether the issue can be read and lives in one of the loaded projects."""
        reply = self._http.request(
            "GET",
            f"{self._api}/issue/{native_id}",
            resource=f"issue {columns['key']}",
            params={"fields": "project"},
            allow=(403, 404),
        )
        if reply.status != 200:
            return False
        wanted = {key.upper() for key in self.context.connection.texts("projects")}
        resource = f"issue {columns['key']}"
        project = self._part(self._part(reply.json, "fields", resource), "project", resource)
        return not wanted or str(self._part(project, "key", resource)).upper() in wanted

    # ------------------------------------------------------------------ catalogues

    def _get(self, path: str, resource: str, **params: Any) -> Any:
        return self._http.get(f"{self._api}/{path}", resource=resource, params=params)

    def _time_zone(self) -> ZoneInfo:
        """The time zone in which Jira reads our times. The first request: it tests the secrets."""
        resource = "the API's user"
        user = self._get("myself", resource)
        if not isinstance(user, dict):
            raise self._unexpected(resource, "is no object")
        name = str(user.get("timeZone"))
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise self.context.connection.error(
                resource,
                f"Jira says that its time zone is '{name}', which is not known",
                "Choose a time zone such as Europe/Berlin in the user's Jira profile",
            ) from None

    def _catalogue(self, table: str, path: str) -> list[Row]:
        self.context.status(table)
        return [_row(entry) for entry in self._objects(self._get(path, table), table, "id")]

    def _fields(self) -> list[Row]:
        """The fields, from which we learn which of them hold people or long texts."""
        rows = self._catalogue("fields", "field")
        for row in rows:
            schema = row.record.get("schema")
            if not isinstance(schema, dict):
                continue
            if "user" in (schema.get("type"), schema.get("items")):
                self._user_fields.add(row.record)
            if str(schema.get("custom", "")).endswith(f":{LONG_TEXT_TYPE}"):
                self._long_fields.add(row.record)
        return rows

    def _projects(self) -> list[JsonObject]:
        self.context.status("projects")
        found = (
            list(self._paged(f"{self._api}/project/search", "projects"))
            if self.is_cloud
            else self._get("project", "projects")
        )
        return self._objects(found, "projects", "id", "key")

    def _wanted(self, projects: Sequence[JsonObject]) -> list[str]:
        """Keys of the projects to load, all of them visible."""
        visible = {str(project["key"]).upper(): str(project["key"]) for project in projects}
        wanted = self.context.connection.texts("projects") or tuple(visible.values())
        unknown = sorted(key for key in wanted if key.upper() not in visible)
        if unknown:
            raise self.context.connection.error(
                f"project {', '.join(unknown)}",
                "there is no such project, or the user of the api_token may not see it",
                f"Visible projects: {', '.join(sorted(visible.values())) or 'none'}. Correct `projects`, "
                "or give the user the permission to browse them",
            )
        return [visible[key.upper()] for key in dict.fromkeys(wanted)]

    def _paged(self, path: str, resource: str, **params: Any) -> Iterator[JsonObject]:
        """All entries of a list that is paged with startAt."""
        start = 0
        while True:
            page = self._http.get(
                path, resource=resource, params={**params, "startAt": start, "maxResults": AGILE_PAGE}
            )
            values = self._objects(self._part(page, "values", resource), resource, "id")
            yield from values
            start += len(values)
            is_last, total = page.get("isLast"), page.get("total")
            if not values or is_last or (is_last is None and total is not None and start >= total):
                return

    # ------------------------------------------------------------------ boards and sprints

    def _boards_and_sprints(self, projects: Sequence[str]) -> Iterator[tuple[str, list[Row]]]:
        self.context.status("boards and sprints")
        probe = self._http.request(
            "GET", "rest/agile/1.0/board", resource="boards", params={"maxResults": 1}, allow=(403, 404)
        )
        if probe.status != 200:
            self.context.note("No boards and sprints: Jira Software is not there, or not for this user.")
            return
        boards: dict[str, JsonObject] = {}
        for project in projects:
            found = self._paged("rest/agile/1.0/board", f"boards of {project}", projectKeyOrId=project)
            boards |= {str(board["id"]): board for board in found}
        yield "boards", [_row(board) for board in boards.values()]
        sprints: dict[str, JsonObject] = {}
        hidden: list[str] = []
        for board in boards.values():
            if board.get("type") == "kanban":
                continue
            path, resource = f"rest/agile/1.0/board/{board['id']}/sprint", f"sprints of board {board['id']}"
            probe = self._http.request(
                "GET", path, resource=resource, params={"maxResults": 1}, allow=(400, 403, 404)
            )
            if probe.status == 200:
                sprints |= {str(sprint["id"]): sprint for sprint in self._paged(path, resource)}
            elif probe.status != 400:  # which says that the board has no sprints
                hidden.append(f"{board.get('name')} ({board['id']})")
        if hidden:
            self.context.note(f"No sprints of these boards, not for this user: {', '.join(hidden)}.")
        yield "sprints", [_row(sprint) for sprint in sprints.values()]

    # ------------------------------------------------------------------ issues

    def _issues(self, project: str, zone: ZoneInfo) -> Iterator[tuple[str, list[Row]]]:
        """Issues updated since the newest completed load, and their changelogs."""
        start_date = self.context.connection.start_date
        names = "" if self.context.connection.pseudonymous else " with names"
        beginning = start_date.isoformat() if start_date else "the beginning"
        scope = f"issues of {project} from {beginning}{names}"
        since = self.context.progress.since(scope)
        begin = max(filter(None, (start_date, since - OVERLAP if since else None)), default=None)
        self.context.status(f"issues of {project}")
        waiting: dict[str, bool] = {}
        for page in self._walk(project, zone, begin):
            yield "issues", [self._issue_row(issue) for issue in page]
            for issue in page:
                self.context.progress.advance(scope, _updated(issue))
            if not self.is_cloud:
                yield "issue_changelogs", self._embedded_changelogs(page)
                continue
            waiting |= {str(issue["id"]): _was_updated(issue) for issue in page}
            if len(waiting) >= CHANGELOG_ISSUES - ISSUES_PAGE:
                yield "issue_changelogs", self._bulk_changelogs(waiting)
                waiting = {}
        if waiting:
            yield "issue_changelogs", self._bulk_changelogs(waiting)

    def _issue_row(self, issue: JsonObject) -> Row:
        kept = {name: value for name, value in issue["fields"].items() if name not in self._long_fields.ids}
        fields = _without_copies(kept)
        record = {"id": issue["id"], "key": issue["key"], "self": issue.get("self"), "fields": fields}
        return Row({"id": str(issue["id"]), "key": issue["key"], "updated": _updated(issue)}, record)

    def _walk(self, project: str, zone: ZoneInfo, begin: dt.datetime | None) -> Iterator[list[JsonObject]]:
        """Pages of all issues of a project updated since an instant, each version of an issue once."""
        resource, scope = f"issues of {project}", f'project = "{project}"'
        known: dict[str, str] = {}
        while True:
            mark = Mark.before(begin, zone) if begin else None
            clause = f' AND updated >= "{mark.text}"' if mark else ""
            pages = self._search(f"{scope}{clause} ORDER BY updated ASC, key ASC", resource)
            page = next(page for page in pages if page.issues or page.is_last)
            if fresh := _fresh(page.issues, known):
                yield fresh
            if page.is_last:
                return
            last = Mark.before(_updated(page.issues[-1]), zone)
            if last == mark:
                yield from self._walk_mark(scope, last, known, resource)
                begin = last.end
            else:
                begin = last.begin
            known = {id_: updated for id_, updated in known.items() if _instant(updated) >= begin}

    def _walk_mark(
        self, scope: str, mark: Mark, known: dict[str, str], resource: str
    ) -> Iterator[list[JsonObject]]:
        """All issues updated between a mark and the next, more than one page of them.

        Pages shift when one of these issues is updated or deleted meanwhile: what stood first on the next
        page is then on no page. The issue that left shows it, so the pages are read until two rounds give
        the same.
        """
        times = f'updated >= "{mark.text}" AND updated < "{mark.end_text}"'
        jql = f"{scope} AND {times} ORDER BY updated ASC, key ASC"
        before: set[str] = set()
        while True:
            now: set[str] = set()
            for page in self._search(jql, resource):
                now |= {issue["id"] for issue in page.issues}
                if fresh := _fresh(page.issues, known):
                    yield fresh
            if now == before:
                return
            before = now

    def _search(
        self, jql: str, resource: str, fields: Sequence[str] | None = None, size: int = ISSUES_PAGE
    ) -> Iterator[Page]:
        """Pages of a search."""
        body: JsonObject = {"jql": jql, "maxResults": size, "fields": fields or self._wanted_fields()}
        if self.is_cloud:
            yield from self._search_cloud(body, resource)
        else:
            yield from self._search_data_center(body, resource, with_changelog=fields is None)

    def _wanted_fields(self) -> list[str]:
        return ["*all", *(f"-{name}" for name in sorted(self._long_fields.ids | VOLATILE))]

    def _search_cloud(self, body: JsonObject, resource: str) -> Iterator[Page]:
        while True:
            answer = self._http.post(f"{self._api}/search/jql", resource=resource, body=body)
            is_last = bool(answer.get("isLast", not answer.get("nextPageToken")))
            token = None if is_last else self._part(answer, "nextPageToken", resource)
            yield Page(self._issues_of(answer, resource, body), is_last)
            if is_last:
                return
            body = {**body, "nextPageToken": token}

    def _search_data_center(self, body: JsonObject, resource: str, with_changelog: bool) -> Iterator[Page]:
        start = 0
        while True:
            query = {**body, "startAt": start, **({"expand": ["changelog"]} if with_changelog else {})}
            answer = self._http.post(f"{self._api}/search", resource=resource, body=query)
            issues = self._issues_of(answer, resource, body)
            start += len(issues)
            is_last = start >= self._part(answer, "total", resource) or not issues
            yield Page(issues, is_last)
            if is_last:
                return

    def _issues_of(self, answer: Any, resource: str, body: JsonObject) -> list[JsonObject]:
        """The issues of a search's answer, with their fields unless only ids were asked for."""
        issues = self._objects(self._part(answer, "issues", resource), resource, "id")
        if body["fields"] != ["id"]:
            for issue in issues:
                self._part(issue, "key", resource)
                self._part(self._part(issue, "fields", resource), "updated", resource)
        return issues

    def _part(self, answer: Any, key: str, resource: str) -> Any:
        """A part of an answer that must be there."""
        if not isinstance(answer, dict) or answer.get(key) is None:
            raise self._unexpected(resource, f"lacks '{key}'")
        return answer[key]

    def _objects(self, value: Any, resource: str, *keys: str) -> list[JsonObject]:
        """A list of objects that must have these keys."""
        if not isinstance(value, list):
            raise self._unexpected(resource, "is no list")
        for entry in value:
            for key in keys:
                self._part(entry, key, resource)
        return value

    def _unexpected(self, resource: str, problem: str) -> LoadError:
        return self.context.connection.error(
            resource,
            f"Jira's answer {problem}",
            "Check that url is Jira's own address and that deployment is right, then load again",
        )

    # ------------------------------------------------------------------ changelogs

    def _bulk_changelogs(self, issues: Mapping[str, bool]) -> list[Row]:
        """Jira Cloud: changes of many issues at once; those of one issue can stand on several pages.

        Args:
            issues: their ids, and whether each was updated after it was created
        """
        ids = list(issues)
        resource = f"changelogs of issues {ids[0]} to {ids[-1]}"
        found: dict[str, dict[str, JsonObject]] = {}
        body: JsonObject = {"issueIdsOrKeys": ids, "maxResults": CHANGELOG_ENTRIES}
        while True:
            answer = self._http.post(f"{self._api}/changelog/bulkfetch", resource=resource, body=body)
            entries = self._part(answer, "issueChangeLogs", resource)
            for entry in self._objects(entries, resource, "issueId", "changeHistories"):
                histories = self._objects(entry["changeHistories"], resource, "id")
                known = found.setdefault(str(entry["issueId"]), {})
                known |= {str(history["id"]): history for history in histories}
            token = answer.get("nextPageToken")
            if not token:
                break
            body = {**body, "nextPageToken": token}
        rows = [self._changelog_row(id_, histories.values()) for id_, histories in found.items() if histories]
        for id_, was_updated in issues.items():
            if not found.get(id_) and (row := self._own_changelog(id_, was_updated)):
                rows.append(row)
        return rows

    def _own_changelog(self, id_: str, was_updated: bool) -> Row | None:
        """Jira Cloud: the changes of an issue that the bulk left out.

        It has none; or it was deleted or hidden after we read it, and what is stored of it stays as it is.
        """
        if not was_updated:
            return self._changelog_row(id_, [])
        resource, path = f"changelog of issue {id_}", f"{self._api}/issue/{id_}/changelog"
        own = self._http.request("GET", path, resource=resource, params={"maxResults": 1}, allow=(404,))
        if own.status == 404:
            return None
        has_any = self._part(own.json, "values", resource)
        return self._changelog_row(id_, self._paged(path, resource) if has_any else [])

    def _embedded_changelogs(self, issues: Sequence[JsonObject]) -> list[Row]:
        """Jira Data Center: the search gave the changes, and how many there are."""
        rows = []
        for issue in issues:
            resource = f"changelog of {issue['key']}"
            changelog = self._part(issue, "changelog", resource)
            histories = self._objects(self._part(changelog, "histories", resource), resource, "id")
            if len(histories) != changelog.get("total", len(histories)):
                histories = self._completed(issue)
            rows.append(self._changelog_row(str(issue["id"]), histories))
        return rows

    def _completed(self, issue: JsonObject) -> list[JsonObject]:
        """The changes of an issue whose changelog the search cut off, from the issue's own endpoints."""
        resource, path = f"changelog of {issue['key']}", f"{self._api}/issue/{issue['id']}"
        own = self._http.request(
            "GET", f"{path}/changelog", resource=resource, params={"maxResults": 1}, allow=(404, 405)
        )
        if own.status == 200:
            return list(self._paged(f"{path}/changelog", resource))
        answer = self._http.get(path, resource=resource, params={"expand": "changelog", "fields": "updated"})
        changelog = self._part(answer, "changelog", resource)
        histories = self._objects(self._part(changelog, "histories", resource), resource, "id")
        if len(histories) != changelog.get("total"):
            raise self.context.connection.error(
                resource,
                f"Jira gives {len(histories)} of {changelog.get('total', 'an unknown number of')} changes",
                "Ask Jira's administrator what limits the changes that its REST API shows, then load again",
            )
        return histories

    def _changelog_row(self, issue_id: str, histories: Iterable[JsonObject]) -> Row:
        record = {"histories": [self._without_long_texts(history) for history in histories]}
        return Row({"issue_id": issue_id}, record)

    def _without_long_texts(self, history: JsonObject) -> JsonObject:
        """A history whose changes of descriptions, comments and the like do not hold the text."""
        history = {key: value for key, value in history.items() if key != "historyMetadata"}
        history["items"] = [
            {**item, **dict.fromkeys(CHANGE_VALUES, None)} if self._long_fields.is_changed_by(item) else item
            for item in history.get("items", [])
        ]
        return history


SOURCE = JiraSource


class FieldSet:
    """Fields of one kind, whose changes can be told.

    Args:
        system: ids of Jira's own fields, which are their names too
    """

    def __init__(self, system: Iterable[str]) -> None:
        self.ids = set(system)
        self._names = set(system)

    def add(self, field: Mapping[str, Any]) -> None:
        """Add a field of the catalogue."""
        self.ids.add(str(field["id"]))
        self._names.add(str(field.get("name")))

    def is_changed_by(self, item: Mapping[str, Any]) -> bool:
        """Whether a change is of one of the fields. Their names, which others may have too, count only where
        the change has no id, as in Data Center."""
        if field_id := item.get("fieldId"):
            return field_id in self.ids
        name = str(item.get("field", ""))
        return not self._names.isdisjoint((name, name.lower()))


@dataclass(frozen=True)
class Page:
    """A page of issues."""

    issues: list[JsonObject]
    is_last: bool


@dataclass(frozen=True)
class Mark:
    """A stretch of time that JQL can name without doubt, in the API user's time zone.

    Usually a minute. When clocks go back, a local time means two instants, so the stretch then reaches from
    the minute before the doubtful hour to its end.

    Args:
        begin, end: the stretch, half-open
        text, end_text: the same as local times
    """

    begin: dt.datetime
    end: dt.datetime
    text: str
    end_text: str

    @classmethod
    def before(cls, moment: dt.datetime, zone: ZoneInfo) -> Mark:
        """The mark that an instant lies in."""
        begin = moment.astimezone(dt.UTC).replace(second=0, microsecond=0)
        end = begin + MINUTE
        while _is_doubtful(begin, zone):
            begin -= MINUTE
        while _is_doubtful(end, zone):
            end += MINUTE
        return cls(begin, end, _local(begin, zone), _local(end, zone))


def _is_doubtful(moment: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether the local time of an instant means another instant too."""
    local = moment.astimezone(zone)
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def _local(moment: dt.datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _instant(text: str) -> dt.datetime:
    """Jira's time, such as 2024-01-31T10:00:00.000+0100."""
    return dt.datetime.fromisoformat(text)


def _updated(issue: JsonObject) -> dt.datetime:
    return _instant(issue["fields"]["updated"])


def _was_updated(issue: JsonObject) -> bool:
    """Whether an issue was updated after it was created: only then can it have changes."""
    fields = issue["fields"]
    return bool(fields.get("created") != fields["updated"])


def _fresh(issues: Iterable[JsonObject], known: dict[str, str]) -> list[JsonObject]:
    """The issues that are not known in this version; they are then."""
    fresh = [issue for issue in issues if known.get(issue["id"]) != issue["fields"]["updated"]]
    known |= {issue["id"]: issue["fields"]["updated"] for issue in fresh}
    return fresh


def _without_copies(fields: JsonObject) -> JsonObject:
    """An issue's fields, with other issues as references."""
    found = dict(fields)
    if found.get("parent"):
        found["parent"] = _reference(found["parent"])
    if found.get("subtasks"):
        found["subtasks"] = [_reference(subtask) for subtask in found["subtasks"]]
    if found.get("issuelinks"):
        found["issuelinks"] = [
            {name: _reference(value) if name in LINKED else value for name, value in link.items()}
            for link in found["issuelinks"]
        ]
    return found


def _reference(issue: JsonObject) -> JsonObject:
    return {name: value for name, value in issue.items() if name != "fields"}


def _row(record: JsonObject, **extra: str) -> Row:
    return Row({"id": str(record["id"]), **extra}, record)


def _explain(body: Any) -> str:
    """What Jira says in the body of a failure."""
    if not isinstance(body, dict):
        return ""
    return " ".join(_texts([body.get(key) for key in ("errorMessages", "errors", "message")]))


def _texts(value: Any) -> Iterator[str]:
    """The texts in a JSON value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif value:
        yield str(value)
