"""GitHub (github.com, and Enterprise): issues, pull requests, releases, deployments and workflow runs.

    [connections.acme_github]
    tool = "github"
    url = "https://api.github.com"          # or https://github.example.com (its API is under /api/v3)
    repositories = ["acme/shop", "acme/web"]
    skip = ["workflow_runs"]                # optional: parts that the token may not see, or that nobody needs
    organizations = ["acme-labs"]           # optional: further owners whose names in links are not people's

What is read, per repository:

- `issues` (with the pull requests among them) that were updated since the last load, each with its whole
  timeline; of pull requests the detail, reviews and commits, too;
- all `releases` and `tags`;
- `deployments` and `workflow_runs` created since the newest one known, and those before it that may change.

Issues are walked by `since`, from the time of the last one seen, oldest first, and not by page numbers: a
record that is updated meanwhile moves to the end, where it is met again, and shifts none past us. Answers
that come on every load are asked for with `If-None-Match`; one that did not change (304) costs none of the
quota. Which answers were read is kept with the load's progress: nothing but the warehouse remembers them.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from requests import Response
from requests.utils import parse_header_links

from pipelines.connections import Connection
from pipelines.errors import LoadError
from pipelines.http import BearerAuth, HttpClient, Wait, asked_wait
from pipelines.privacy import PersonShape
from pipelines.sources import LoadContext, Progress, RawTable, Row, Source
from pipelines.sources._github_records import Json, Records, person_shapes

PUBLIC_API = "https://api.github.com"
PAGE_SIZE = 100
LONG_AGO = dt.datetime(2008, 1, 1, tzinfo=dt.UTC)  # before there was GitHub
SECOND = dt.timedelta(seconds=1)
# How far behind the newest record known a load begins: a record can become visible a little after its time.
OVERLAP = dt.timedelta(minutes=5)
# A run can be started again for 30 days, and takes 35 at most; then GitHub ends it.
RUN_CHANGES_FOR = dt.timedelta(days=35)
# A deployment without a final status for so long was given up.
DEPLOYMENT_CHANGES_FOR = dt.timedelta(days=90)
FINAL_STATES = frozenset(("error", "failure", "inactive", "success"))
PULL_REQUEST_COMMIT_LIMIT = 250  # of the list of a pull request's commits
FILTERED_RUN_LIMIT = 1000  # of a search for workflow runs
TRIES = 3
REMEMBERED_PAGES = 10
SECONDARY_LIMIT_WAIT = 60.0  # "wait for at least one minute" where GitHub does not say how long
GONE = (404, 410)
DISABLED = 410  # the list of issues, where a repository has none
REFUSED = (403, 404)

# Parts that a connection may skip, with the permission (of a fine-grained token) that they need
OPTIONAL_PARTS: Mapping[str, str] = {
    "releases": "Contents",
    "tags": "Contents",
    "deployments": "Deployments",
    "workflow_runs": "Actions",
}
REMEDIES: Mapping[int, str] = {
    401: "Check the api_token of this connection: it may be wrong, expired or revoked",
    403: "Give the token read access to the repository's metadata, contents, issues and pull requests, and "
    "authorise it where the organisation asks for single sign-on",
    404: "Check the names in repositories, and that the token may see them",
}


def api_root(url: str) -> str:
    """Root of the REST API, from the address of a site or of its API.

    An address with a path, of a host that begins with `api.` or of this machine is taken as it is.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in ("github.com", "www.github.com"):
        return PUBLIC_API
    is_local = host == "localhost" or re.fullmatch(r"[\d.]+|.*:.*", host) is not None
    if parts.path.strip("/") or host.startswith("api.") or is_local:
        return url.rstrip("/")
    if host.endswith(".ghe.com"):
        return f"{parts.scheme}://api.{parts.netloc}"
    return f"{parts.scheme}://{parts.netloc}/api/v3"


def rate_limit(response: Response) -> Wait | None:
    """GitHub's limits: the primary one by its headers, the secondary by `Retry-After` or by what it says."""
    if response.status_code not in (403, 429):
        return None
    asked = asked_wait(response)
    if asked is not None:
        return Wait(asked)
    if response.headers.get("X-RateLimit-Remaining") == "0":
        reset = response.headers.get("X-RateLimit-Reset", "")
        return Wait(max(0.0, float(reset) - time.time()) + 1 if reset.isdigit() else SECONDARY_LIMIT_WAIT)
    said = response.text.lower()
    if response.status_code == 429 or "rate limit" in said or "abuse detection" in said:
        return Wait(SECONDARY_LIMIT_WAIT)
    return None


def moment_of(text: str) -> dt.datetime:
    """A time of GitHub's."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def text_of(moment: dt.datetime) -> str:
    """A time as GitHub's parameters take it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Page:
    """One answer that holds a list, or is about one. `next` is the address of the page after it.

    `is_unchanged`: it is the answer that an earlier load read; `rows` is empty then.
    """

    url: str
    status: int
    body: Any
    headers: Mapping[str, str]
    next: str | None
    is_unchanged: bool = False

    @property
    def rows(self) -> list[Json]:
        """The objects of a list, bare or (workflow runs) wrapped."""
        body = self.body.get("workflow_runs") if isinstance(self.body, dict) else self.body
        return body if isinstance(body, list) else []

    @property
    def date(self) -> dt.datetime:
        """When GitHub gave the answer."""
        said = self.headers.get("Date")
        return email.utils.parsedate_to_datetime(said) if said else dt.datetime.now(dt.UTC)


class Answers:
    """Which answers of a resource earlier loads read, by ETag.

    They are kept as scopes of the load's progress, and so count only once a load is complete:
    `answer of <resource>: <address> <ETag> <address of the next page, or ->`.
    """

    def __init__(self, progress: Progress, resource: str) -> None:
        self._progress = progress
        self._prefix = f"answer of {resource}: "
        self._known: dict[str, tuple[str, str]] = {}
        self._kept = 0
        for scope in [scope for scope in progress.reached if scope.startswith(self._prefix)]:
            del progress.reached[scope]
            url, etag, following = scope.removeprefix(self._prefix).split(" ")
            self._known[url] = (etag, following)

    def etag(self, url: str) -> str | None:
        """The ETag of the answer that was read from this address."""
        return self._known[url][0] if url in self._known else None

    def next(self, url: str) -> str | None:
        """The page after the answer that was read from this address."""
        following = self._known[url][1]
        return None if following == "-" else following

    def keep(self, page: Page) -> None:
        """Remember that this answer was read, and everything that it leads to."""
        etag = self.etag(page.url) if page.is_unchanged else page.headers.get("ETag")
        if etag and " " not in etag and self._kept < REMEMBERED_PAGES:
            self._kept += 1
            self._progress.advance(f"{self._prefix}{page.url} {etag} {page.next or '-'}", page.date)


class GitHubSource(Source):
    """One instance of GitHub."""

    tables: ClassVar[tuple[RawTable, ...]] = (
        RawTable("repositories", extra=("full_name",)),
        RawTable("issues", extra=("repository", "number"), cursor="updated_at"),
        RawTable("issue_timelines", keys=("issue_id",), extra=("repository", "number")),
        RawTable("pull_requests", extra=("repository", "number", "issue_id"), cursor="updated_at"),
        RawTable("pull_request_reviews", keys=("pull_request_id",), extra=("repository", "number")),
        RawTable("pull_request_commits", keys=("pull_request_id",), extra=("repository", "number")),
        RawTable("releases", extra=("repository",)),
        RawTable("tags", keys=("repository", "name")),
        RawTable("deployments", extra=("repository",), cursor="updated_at"),
        RawTable("deployment_statuses", keys=("deployment_id",), extra=("repository",)),
        RawTable("workflow_runs", extra=("repository",), cursor="updated_at"),
    )
    settings: ClassVar[frozenset[str]] = frozenset({"repositories", "skip", "organizations"})

    def __init__(self, context: LoadContext) -> None:
        super().__init__(context)
        connection = context.connection
        self._connection = connection
        self._names = _repository_names(connection)
        self._skipped = _skipped_parts(connection)
        root = api_root(connection.url)
        self.http = HttpClient(
            connection.name,
            root,
            auth=BearerAuth(connection.api_token),
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
            rate_limit=rate_limit,
            explain=_message,
            remedies=REMEDIES,
            secrets=(connection.api_token,),
            status=context.status,
        )
        owners = [name.split("/")[0] for name in self._names]
        self._records = Records(
            owners=[*owners, *connection.texts("organizations")],
            hosts={host for url in (root, connection.url) if (host := urlsplit(url).hostname)},
            pseudonymous=connection.pseudonymous,
        )
        self._full_names: dict[str, str] = {}

    def people(self) -> Sequence[PersonShape]:
        """Users and authors of commits."""
        return person_shapes()

    def extract(self) -> Iterator[tuple[str, list[Row]]]:
        """Repository by repository, what is new."""
        for name in self._names:
            body = self._repository(name)
            repository = self._full_names[name]
            columns = {"id": str(body["id"]), "full_name": repository}
            yield "repositories", [Row(columns, self._records.record(body))]
            yield from self._issues(repository)
            for part, read in (
                ("releases", self._releases),
                ("tags", self._tags),
                ("deployments", self._deployments),
                ("workflow_runs", self._workflow_runs),
            ):
                if part not in self._skipped:
                    self.context.status(f"{part.replace('_', ' ')} of {repository}")
                    yield from read(repository)

    def present_ids(self) -> Iterator[Iterable[str]]:
        """Ids of all issues and pull requests of the configured repositories."""
        for name in self._names:
            if name not in self._full_names:
                self._repository(name)
            repository = self._full_names[name]
            params = {"state": "all", "sort": "created", "direction": "asc", "per_page": PAGE_SIZE}
            for page in self._pages(
                f"repos/{repository}/issues", params, f"issues of {repository}", allow=(DISABLED,)
            ):
                yield [str(issue["id"]) for issue in page.rows]

    def is_present(self, native_id: str, columns: dict[str, Any]) -> bool:
        """Whether the issue can be read by its number. A transferred one leads to another issue."""
        path = f"repos/{columns['repository']}/issues/{columns['number']}"
        reply = self.http.request("GET", path, resource=f"issue {columns['number']}", allow=GONE)
        return reply.status not in GONE and str(reply.json["id"]) == native_id

    # ------------------------------------------------------------------ answers

    def _page(
        self, url: str, resource: str, answers: Answers | None = None, allow: tuple[int, ...] = ()
    ) -> Page:
        """One answer; of one that an earlier load read, only that it did not change."""
        etag = answers.etag(url) if answers else None
        headers = {"If-None-Match": etag} if etag else None
        reply = self.http.request("GET", url, resource=resource, headers=headers, allow=(304, *allow))
        if reply.status == 304 and answers:
            return Page(url, 304, None, reply.headers, answers.next(url), is_unchanged=True)
        return Page(url, reply.status, reply.json, reply.headers, self._next(reply.headers))

    def _next(self, headers: Mapping[str, str]) -> str | None:
        """The address of the next page, below the API's root."""
        for link in parse_header_links(headers.get("Link", "")):
            if link.get("rel") == "next":
                return link["url"].removeprefix(f"{self.http.base_url}/")
        return None

    def _pages(
        self,
        path: str,
        params: Mapping[str, Any],
        resource: str,
        *,
        answers: Answers | None = None,
        allow: tuple[int, ...] = (),
    ) -> Iterator[Page]:
        """A list, page by page as its links say."""
        url: str | None = f"{path}?{urlencode(params)}"
        while url:
            page = self._page(url, resource, answers, allow)
            yield page
            url = page.next

    def _part(
        self, part: str, path: str, params: Mapping[str, Any], resource: str, answers: Answers
    ) -> Iterator[Page]:
        """Pages of a part that may be skipped.

        Raises:
            LoadError: the token may not see it, or this instance does not have it
        """
        for page in self._pages(path, params, resource, answers=answers, allow=REFUSED):
            if page.status in REFUSED:
                raise self._connection.error(
                    resource,
                    f"the tool answered {page.status}: {_message(page.body)}",
                    f"Give the token read access to {OPTIONAL_PARTS[part]} of this repository, or leave out "
                    f'{part.replace("_", " ")} with skip = ["{part}"]',
                )
            yield page

    def _scope(self, what: str, repository: str) -> str:
        """The name under which a load's progress is kept; with a changed configuration it is another one."""
        start = f" from {text_of(self._connection.start_date)}" if self._connection.start_date else ""
        names = "" if self._connection.pseudonymous else " with names"
        return f"{what} of {repository}{start}{names}"

    def _since(self, scope: str, overlap: dt.timedelta) -> dt.datetime:
        """Where a load begins: the overlap before what is known, or the configured start."""
        start = self._connection.start_date or LONG_AGO
        reached = self.context.progress.since(scope)
        return max(reached - overlap, start) if reached else start

    # ------------------------------------------------------------------ repository

    def _repository(self, name: str) -> Json:
        """The repository; a former name leads to the one it has now."""
        resource = f"repository {name}"
        reply = self.http.request("GET", f"repos/{name}", resource=resource, allow=GONE)
        if reply.status in GONE:
            raise self._connection.error(
                resource,
                f"the tool answered {reply.status}: {_message(reply.json)}",
                "Check its name in repositories; one that the token may not see is not found either",
            )
        body: Json = reply.json
        full_name = str(body["full_name"])
        if full_name.lower() != name.lower():
            self.context.note(f"{name} is now {full_name}: change its name in repositories")
        self._full_names[name] = full_name
        self._records.keep_owner(full_name.split("/")[0])
        return body

    # ------------------------------------------------------------------ issues and pull requests

    def _issues(self, repository: str) -> Iterator[tuple[str, list[Row]]]:
        """Issues and pull requests that were updated since the last load, with all that belongs to them."""
        scope = self._scope("issues", repository)
        since = self._since(scope, OVERLAP)
        try:
            for issues in self._changed_issues(repository, scope, since):
                yield from _by_table(self._rows_of_issues(repository, issues))
                self.context.progress.advance(scope, moment_of(issues[-1]["updated_at"]))
        except _DisabledError:
            self.context.note(f"{repository} has its issues disabled: only its pull requests are loaded")
            yield from self._pull_requests_alone(repository, scope, since)

    def _changed_issues(self, repository: str, scope: str, since: dt.datetime) -> Iterator[list[Json]]:
        """Bodies that were updated at or after `since`, in pages, oldest update first.

        The last request is the one with which the next load will begin.
        """
        answers = Answers(self.context.progress, scope)
        seen: dict[Any, str] = {}
        yield from self._walk(repository, since, seen, answers)
        if seen and (start := max(moment_of(max(seen.values())) - OVERLAP, since)) != since:
            yield from self._walk(repository, start, seen, answers)

    def _walk(
        self, repository: str, since: dt.datetime, seen: dict[Any, str], answers: Answers
    ) -> Iterator[list[Json]]:
        """What is updated at or after `since` and not seen yet, until there is no more.

        Each request asks for what was updated from the last one seen on, so that no page number can shift.
        Only where one second fills a page are further pages read, and then again until none of them is new.
        """
        asked = since
        while True:
            self.context.status(f"issues of {repository}, updated from {asked:%Y-%m-%d %H:%M}")
            following, is_shifting = None, False
            for number, page in enumerate(self._issue_pages(repository, asked, answers)):
                fresh = [issue for issue in page.rows if seen.get(issue["id"]) != issue["updated_at"]]
                if fresh:
                    yield fresh
                    seen.update((issue["id"], issue["updated_at"]) for issue in fresh)
                is_shifting |= bool(number and fresh)
                last = moment_of(page.rows[-1]["updated_at"]) if page.rows else asked
                if page.next and last > asked:
                    following = last
                    break
                if number == 0 and not page.next and page.date - last >= OVERLAP:
                    answers.keep(page)
            if following and not is_shifting:
                asked = following
            elif not is_shifting:
                return

    def _issue_pages(self, repository: str, since: dt.datetime, answers: Answers) -> Iterator[Page]:
        order = {"state": "all", "sort": "updated", "direction": "asc"}
        params = {**order, "since": text_of(since), "per_page": PAGE_SIZE}
        path, resource = f"repos/{repository}/issues", f"issues of {repository}"
        for page in self._pages(path, params, resource, answers=answers, allow=(DISABLED,)):
            if page.status == DISABLED:
                raise _DisabledError
            yield page

    def _rows_of_issues(self, repository: str, issues: Iterable[Json]) -> Iterator[tuple[str, Row]]:
        """The rows of all tables for these issues. One that vanished since it was listed has none."""
        for issue in issues:
            try:
                yield from list(self._rows_of_issue(repository, issue))
            except _GoneError:
                columns = {"repository": repository, "number": issue["number"]}
                if self.is_present(str(issue["id"]), columns):
                    raise self._parts_missing(repository, issue["number"]) from None

    def _rows_of_issue(self, repository: str, issue: Json) -> Iterator[tuple[str, Row]]:
        number, issue_id = issue["number"], str(issue["id"])
        named = {"repository": repository, "number": str(number)}
        updated = {"updated_at": moment_of(issue["updated_at"])}
        yield "issues", Row({"id": issue_id, **named, **updated}, self._records.record(issue))
        events = self._all(
            f"repos/{repository}/issues/{number}/timeline", f"timeline of {repository}#{number}"
        )
        timeline = {"events": [self._records.comment(event) for event in events]}
        yield "issue_timelines", Row({"issue_id": issue_id, **named}, timeline)
        if issue.get("pull_request"):
            yield from self._rows_of_pull_request(repository, number, issue_id)

    def _rows_of_pull_request(
        self, repository: str, number: int, issue_id: str | None
    ) -> Iterator[tuple[str, Row]]:
        path, resource = f"repos/{repository}/pulls/{number}", f"pull request {repository}#{number}"
        detail: Json = _found(self._page(path, resource, allow=GONE)).body
        named = {"repository": repository, "number": str(number)}
        updated = {"updated_at": moment_of(detail["updated_at"])}
        pull_request_id = str(detail["id"])
        yield (
            "pull_requests",
            Row(
                {"id": pull_request_id, **named, "issue_id": issue_id, **updated},
                self._records.record(detail),
            ),
        )
        parent = {"pull_request_id": pull_request_id, **named}
        reviews = self._all(f"{path}/reviews", f"reviews of {repository}#{number}")
        record = {"reviews": [self._records.comment(review) for review in reviews]}
        yield "pull_request_reviews", Row(parent, record)
        yield "pull_request_commits", Row(parent, self._commits(repository, detail))

    def _commits(self, repository: str, detail: Json) -> Json:
        """The commits of a pull request.

        The list shows the first 250. What is beyond is compared: from the base to the head. Where the two can
        not be compared any more (the fork is gone), the record says `is_complete: false` and the true count.
        """
        number, count = detail["number"], detail.get("commits") or 0
        resource = f"commits of {repository}#{number}"
        commits = self._all(f"repos/{repository}/pulls/{number}/commits", resource)
        beyond: Json = {}
        if PULL_REQUEST_COMMIT_LIMIT <= len(commits) < count:
            compared = self._compared(repository, detail, resource)
            if len(compared) == count:
                commits = compared
            else:
                beyond = {"is_complete": False, "commit_count": count}
                self.context.note(
                    f"{repository}#{number} has {count:,} commits: GitHub shows {len(commits):,} of them"
                )
        return {"commits": [self._records.record(commit) for commit in commits], **beyond}

    def _compared(self, repository: str, detail: Json, resource: str) -> list[Json]:
        """The commits that the head has beyond the base; none where GitHub can not compare them."""
        path = f"repos/{repository}/compare/{detail['base']['sha']}...{detail['head']['sha']}"
        commits: list[Json] = []
        for page in self._pages(path, {"per_page": PAGE_SIZE}, resource, allow=(404, 422)):
            commits += page.body["commits"] if page.status == 200 else []
        return commits

    def _all(self, path: str, resource: str) -> list[Json]:
        """All objects of a list.

        Raises:
            _GoneError: what it belongs to is not there any more
        """
        pages = self._pages(path, {"per_page": PAGE_SIZE}, resource, allow=GONE)
        return [entry for page in pages for entry in _found(page).rows]

    def _parts_missing(self, repository: str, number: int) -> LoadError:
        """The error for an issue or pull request that is there, but not all that belongs to it."""
        return self._connection.error(
            f"{repository}#{number}",
            "its timeline, reviews or commits were not found (404)",
            "Give the token read access to issues, pull requests and contents of this repository",
        )

    def _pull_requests_alone(
        self, repository: str, scope: str, since: dt.datetime
    ) -> Iterator[tuple[str, list[Row]]]:
        """Pull requests of a repository without issues, newest update first.

        One that is updated meanwhile moves to the front, where the next load finds it.
        """
        params = {"state": "all", "sort": "updated", "direction": "desc", "per_page": PAGE_SIZE}
        newest = since
        for page in self._pages(f"repos/{repository}/pulls", params, f"pull requests of {repository}"):
            due = [pull for pull in page.rows if moment_of(pull["updated_at"]) >= since]
            yield from _by_table(self._rows_of_pull_requests(repository, due))
            newest = max([newest, *(moment_of(pull["updated_at"]) for pull in due)])
            if len(due) < len(page.rows):
                break
        if newest > since:
            self.context.progress.advance(scope, newest)

    def _rows_of_pull_requests(self, repository: str, pulls: Iterable[Json]) -> Iterator[tuple[str, Row]]:
        """The rows of all tables for these pull requests. One that vanished since it was listed has none."""
        for pull in pulls:
            number = pull["number"]
            try:
                yield from list(self._rows_of_pull_request(repository, number, None))
            except _GoneError:
                path, resource = f"repos/{repository}/pulls/{number}", f"pull request {repository}#{number}"
                if self._page(path, resource, allow=GONE).status not in GONE:
                    raise self._parts_missing(repository, number) from None

    # ------------------------------------------------------------------ releases and tags

    def _releases(self, repository: str) -> Iterator[tuple[str, list[Row]]]:
        """All releases: they are few, and can be edited at any time."""
        resource = self._scope("releases", repository)
        answers = Answers(self.context.progress, resource)
        params = {"per_page": PAGE_SIZE}
        for page in self._part("releases", f"repos/{repository}/releases", params, resource, answers):
            rows = [
                Row({"id": str(release["id"]), "repository": repository}, self._records.record(release))
                for release in page.rows
            ]
            yield "releases", rows
            answers.keep(page)

    def _tags(self, repository: str) -> Iterator[tuple[str, list[Row]]]:
        """All tags."""
        resource = self._scope("tags", repository)
        answers = Answers(self.context.progress, resource)
        params = {"per_page": PAGE_SIZE}
        for page in self._part("tags", f"repos/{repository}/tags", params, resource, answers):
            rows = [
                Row({"repository": repository, "name": str(tag["name"])}, self._records.record(tag))
                for tag in page.rows
            ]
            yield "tags", rows
            answers.keep(page)

    # ------------------------------------------------------------------ deployments

    def _deployments(self, repository: str) -> Iterator[tuple[str, list[Row]]]:
        """Deployments since the newest known, and those before it that may change, with their statuses."""
        scope = self._scope("deployments", repository)
        since = self._since(scope, DEPLOYMENT_CHANGES_FOR)
        known = self._known_deployments(repository, since) if self.context.progress.since(scope) else {}
        answers = Answers(self.context.progress, scope)
        params = {"per_page": PAGE_SIZE}
        for page in self._part("deployments", f"repos/{repository}/deployments", params, scope, answers):
            listed = [body for body in page.rows if moment_of(body["created_at"]) >= since]
            yield "deployments", [self._deployment(repository, body) for body in listed]
            due = [
                str(body["id"])
                for body in listed
                if known.pop(str(body["id"]), None) != (moment_of(body["updated_at"]), True)
            ]
            yield "deployment_statuses", list(self._statuses(repository, due))
            if listed:
                newest = max(moment_of(body["created_at"]) for body in listed)
                self.context.progress.advance(scope, newest)
            if len(listed) < len(page.rows):
                break
            answers.keep(page)
        unfinished = [native_id for native_id, (_, is_final) in known.items() if not is_final]
        yield "deployment_statuses", list(self._statuses(repository, unfinished))

    def _known_deployments(
        self, repository: str, since: dt.datetime
    ) -> dict[str, tuple[dt.datetime | None, bool]]:
        """Stored deployments created since: when they were updated, and whether they have a final status."""
        states = "json_extract_string(record, '$.statuses[*].state') as states"
        final = {
            row["deployment_id"]: not FINAL_STATES.isdisjoint(row["states"] or ())
            for row in self.context.stored("deployment_statuses", ["deployment_id", states])
        }
        columns = ["id", "repository", "updated_at", "record->>'created_at' as created_at"]
        return {
            row["id"]: (row["updated_at"], final.get(row["id"], False))
            for row in self.context.stored("deployments", columns)
            if row["repository"] == repository and moment_of(row["created_at"]) >= since
        }

    def _deployment(self, repository: str, body: Json) -> Row:
        columns = {
            "id": str(body["id"]),
            "repository": repository,
            "updated_at": moment_of(body["updated_at"]),
        }
        return Row(columns, self._records.record(body))

    def _statuses(self, repository: str, deployment_ids: Iterable[str]) -> Iterator[Row]:
        """The statuses of these deployments; none of one that is deleted."""
        for native_id in deployment_ids:
            path = f"repos/{repository}/deployments/{native_id}/statuses"
            try:
                statuses = self._all(path, f"statuses of deployment {native_id} of {repository}")
            except _GoneError:
                continue
            record = {"statuses": [self._records.record(status) for status in statuses]}
            yield Row({"deployment_id": native_id, "repository": repository}, record)

    # ------------------------------------------------------------------ workflow runs

    def _workflow_runs(self, repository: str) -> Iterator[tuple[str, list[Row]]]:
        """Runs created since the newest known, and those before it that may change yet or run again."""
        scope = self._scope("workflow runs", repository)
        since = self._since(scope, RUN_CHANGES_FOR)
        answers = Answers(self.context.progress, scope)
        for runs in self._runs_between(repository, since, None, answers):
            yield "workflow_runs", [self._run(repository, run) for run in runs]
            self.context.progress.advance(scope, max(moment_of(run["created_at"]) for run in runs))

    def _runs_between(
        self, repository: str, first: dt.datetime, last: dt.datetime | None, answers: Answers
    ) -> Iterator[list[Json]]:
        """Runs created from `first` to `last` (None: to the newest). A search that finds too many is halved.

        One that is deleted meanwhile can shift another past us: so what GitHub counts must have been seen.
        """
        path = f"repos/{repository}/actions/runs"
        created = f"{text_of(first)}..{text_of(last)}" if last else f">={text_of(first)}"
        params = {"created": created, "per_page": PAGE_SIZE}
        for _ in range(TRIES):
            runs: dict[Any, Json] = {}
            expected, is_changed = 0, True
            for page in self._part("workflow_runs", path, params, f"workflow runs of {repository}", answers):
                if page.is_unchanged:
                    is_changed = False
                else:
                    expected = max(expected, page.body["total_count"])
                if expected > FILTERED_RUN_LIMIT:
                    newest = last or max(moment_of(run["created_at"]) for run in page.rows)
                    yield from self._halves(repository, first, newest, last, answers)
                    return
                runs |= {run["id"]: run for run in page.rows}
                answers.keep(page)
            if runs:
                yield list(runs.values())
            if len(runs) >= expected or not is_changed:
                return
        self.context.note(f"{repository}: GitHub counts {expected:,} workflow runs and shows {len(runs):,}")

    def _halves(
        self,
        repository: str,
        first: dt.datetime,
        newest: dt.datetime,
        last: dt.datetime | None,
        answers: Answers,
    ) -> Iterator[list[Json]]:
        """Both halves of a range of creation times.

        Raises:
            LoadError: it is a single second
        """
        if newest - first < SECOND:
            raise self._connection.error(
                f"workflow runs of {repository}",
                f"more than {FILTERED_RUN_LIMIT:,} were created at {text_of(first)}: GitHub shows no more",
                'Leave them out with skip = ["workflow_runs"]',
            )
        middle = (first + (newest - first) // 2).replace(microsecond=0)
        yield from self._runs_between(repository, first, middle, answers)
        yield from self._runs_between(repository, middle + SECOND, last, answers)

    def _run(self, repository: str, body: Json) -> Row:
        columns = {
            "id": str(body["id"]),
            "repository": repository,
            "updated_at": moment_of(body["updated_at"]),
        }
        return Row(columns, self._records.record(body))


SOURCE = GitHubSource


class _GoneError(Exception):
    """What was listed a moment ago is not there any more."""


class _DisabledError(Exception):
    """A repository does not have issues."""


def _found(page: Page) -> Page:
    """The page, if there is one.

    Raises:
        _GoneError: there is none any more
    """
    if page.status in GONE:
        raise _GoneError
    return page


def _message(body: Any) -> str:
    """What GitHub says in the body of a failure."""
    return str(body.get("message", "")) if isinstance(body, dict) else ""


def _by_table(rows: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, list[Row]]]:
    """The rows, one list a table."""
    tables: dict[str, list[Row]] = {}
    for table, row in rows:
        tables.setdefault(table, []).append(row)
    yield from tables.items()


def _repository_names(connection: Connection) -> tuple[str, ...]:
    """The configured repositories, each once.

    Raises:
        LoadError: there are none, or one is not written owner/name
    """
    names = {name.lower(): name for name in connection.texts("repositories")}
    wrong = [name for name in names.values() if not re.fullmatch(r"[\w.-]+/[\w.-]+", name)]
    if wrong or not names:
        problem = f"'{wrong[0]}' in repositories is not owner/name" if wrong else "no repositories are given"
        raise connection.error("configuration", problem, 'Write repositories = ["owner/name"]')
    return tuple(names.values())


def _skipped_parts(connection: Connection) -> frozenset[str]:
    """The parts that the connection leaves out.

    Raises:
        LoadError: a part that there is not, or that must be
    """
    skipped = frozenset(connection.texts("skip"))
    if unknown := sorted(skipped - OPTIONAL_PARTS.keys()):
        allowed = ", ".join(OPTIONAL_PARTS)
        raise connection.error(
            "configuration", f"'{unknown[0]}' in skip is not known", f"Use some of: {allowed}"
        )
    return skipped
