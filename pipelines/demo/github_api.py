"""A stand-in of GitHub's REST API on loopback, for the demo organisation and for tests.

`GitHubHost` holds API-shaped objects; `serve` answers for them as GitHub does. It is meant to be honest: what
GitHub filters, orders, pages, cuts (250 commits of a pull request, 1,000 filtered workflow runs) and refuses,
this does too. Sources: the REST API reference and "Using the REST API" on docs.github.com.
"""

import hashlib
import json
import operator
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

Json = dict[str, Any]
Parameter = TypeVar("Parameter")

ENTERPRISE_PREFIX = "/api/v3"
PULL_REQUEST_COMMIT_LIMIT = 250
FILTERED_RUN_LIMIT = 1000
DETAIL_ONLY = (
    "merged",
    "mergeable",
    "rebaseable",
    "mergeable_state",
    "merged_by",
    "comments",
    "review_comments",
    "maintainer_can_modify",
    "commits",
    "additions",
    "deletions",
    "changed_files",
)


@dataclass
class RepositoryData:
    """What one repository has, as GitHub's API writes it. Objects may change while the stand-in serves them.

    Issues and pull requests share one series of numbers. `issues` holds the bodies of `GET /repos/{}/issues`,
    so a pull request stands in `issues` (made by `issue_of_pull_request`) and, as its detail body, in
    `pull_requests`. Dictionaries are by the number of the issue or pull request, or by the deployment's id;
    the lists in them are complete and oldest first.
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
    window_seconds: int = 3600  # after which the primary rate limit starts afresh
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


@contextmanager
def serve(host: GitHubHost, *, enterprise: bool = False) -> Iterator[str]:
    """Serves the host on loopback and gives the API's root, under `/api/v3` for an Enterprise server."""
    prefix = ENTERPRISE_PREFIX if enterprise else ""
    api = _Api(host, prefix)
    server = make_server("127.0.0.1", 0, api, threaded=True, request_handler=_QuietHandler)
    api.base = f"http://127.0.0.1:{server.server_port}{prefix}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield api.base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the overridden method's name
        """Says nothing."""


class _RefusalError(Exception):
    """An answer that is an error, as GitHub words it."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None, **more: Any):
        super().__init__(message)
        self.body = {"message": message, "documentation_url": "https://docs.github.com/rest", **more}
        self.status, self.headers = status, headers or {}

    def response(self) -> Response:
        """The refusal as GitHub sends it, with the status in its body, too."""
        return _json_response({**self.body, "status": str(self.status)}, self.status, self.headers)


def _json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, status, headers, content_type="application/json; charset=utf-8")


def _moment(text: str, *, end_of_day: bool = False) -> datetime:
    """A time as GitHub's filters take it; a date alone is its first, or last, second in UTC."""
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if end_of_day and len(text) == len("2024-01-31"):
        moment += timedelta(days=1, seconds=-1)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _created_range(query: str) -> Callable[[datetime], bool]:
    """What a `created` filter keeps: `A..B`, `>=A`, `>A`, `<=B`, `<B` or one date or time; `*` is open."""
    for sign, keeps in ((">=", operator.ge), ("<=", operator.le), (">", operator.gt), ("<", operator.lt)):
        if query.startswith(sign):
            bound = _moment(query.removeprefix(sign), end_of_day=sign in ("<=", ">"))
            return lambda at: bool(keeps(at, bound))
    first, _, last = query.partition("..")
    last = last or first
    low = _moment(first) if first != "*" else datetime.min.replace(tzinfo=UTC)
    high = _moment(last, end_of_day=True) if last != "*" else datetime.max.replace(tzinfo=UTC)
    return lambda at: low <= at <= high


def _newest_first(rows: Iterable[Json]) -> list[Json]:
    return sorted(rows, key=lambda row: (_moment(row["created_at"]), row["id"]), reverse=True)


class _Quota:
    """The primary rate limit: so many answers within a window, those of 304 not counted."""

    def __init__(self, host: GitHubHost):
        self._host, self._lock, self._used = host, threading.Lock(), 0
        self._reset = 0

    def take(self, cost: int) -> dict[str, str]:
        """Counts an answer and gives the headers that tell what is left. None on a host without limits."""
        limit = self._host.hourly_limit
        if limit is None:
            return {}
        with self._lock:
            if time.time() >= self._reset:
                self._used, self._reset = 0, int(time.time()) + self._host.window_seconds
            self._used += cost
            return {
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Used": str(min(self._used, limit)),
                "X-RateLimit-Remaining": str(max(0, limit - self._used)),
                "X-RateLimit-Reset": str(self._reset),
                "X-RateLimit-Resource": "core",
            }

    def is_exhausted(self) -> bool:
        """Whether the window that runs now has no answer left."""
        limit = self._host.hourly_limit
        return limit is not None and self._used >= limit and time.time() < self._reset


class _Api:
    """The WSGI application: routes, authentication, limits, paging and conditional requests."""

    def __init__(self, host: GitHubHost, prefix: str):
        self.host, self.prefix, self.base = host, prefix, ""
        self.quota = _Quota(host)
        roots = ("/repos/<owner>/<name>", "/repositories/<int:repository_id>")
        rules = [
            Rule(f"{prefix}{root}{path}", endpoint=endpoint, methods=["GET"])
            for root in roots
            for path, endpoint in _ROUTES
        ]
        self.urls = Map([*rules, Rule(f"{prefix}/rate_limit", endpoint=_Api.rate_limit, methods=["GET"])])

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        response = (self.host.before_request and self.host.before_request(request)) or self.answer(request)
        return response(environ, start_response)

    def answer(self, request: Request) -> Response:
        """The answer of the API itself, with the headers that all of them carry."""
        try:
            self.admit(request)
            response = self.dispatch(request)
        except NotFound:
            response = _RefusalError(404, "Not Found").response() if self.is_api(request) else _web_page()
        except MethodNotAllowed:
            response = _RefusalError(404, "Not Found").response()
        except HTTPException as error:
            response = error.get_response(request.environ)
        except _RefusalError as refusal:
            response = refusal.response()
        if response.status_code == 200:
            tag = hashlib.sha256(response.get_data()).hexdigest()
            response.headers["ETag"] = f'W/"{tag}"'
            if request.if_none_match.contains_weak(tag):
                response = Response(status=304, headers={"ETag": f'W/"{tag}"'})
        cost = int(response.status_code != 304 and not request.path.endswith("/rate_limit"))
        response.headers.update(self.quota.take(cost))
        response.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        return response

    def is_api(self, request: Request) -> bool:
        """Whether the path belongs to the API; on an Enterprise server the rest is its web site."""
        return request.path.startswith(f"{self.prefix}/")

    def admit(self, request: Request) -> None:
        """Lets in callers with the right token and quota left."""
        if not self.is_api(request):
            raise NotFound
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() not in ("bearer", "token") or not token:
            raise _RefusalError(401, "Requires authentication")
        if self.host.token is not None and token != self.host.token:
            raise _RefusalError(401, "Bad credentials")
        if self.quota.is_exhausted() and not request.path.endswith("/rate_limit"):
            raise _RefusalError(403, "API rate limit exceeded for user ID 1.")

    def dispatch(self, request: Request) -> Response:
        """Finds the repository, refuses what it hides, and calls the endpoint's method."""
        endpoint, matched = self.urls.bind_to_environ(request.environ).match()
        values = dict(matched)
        if endpoint is _Api.rate_limit:
            return self.rate_limit()
        full_name = self.full_name(request, values)
        data = self.host.repositories[full_name]
        path = request.path.removeprefix(self.prefix)
        part = "/".join(path.split("/")[4 if path.startswith("/repos/") else 3 :])
        for refused, (status, message) in data.refused.items():
            if part == refused or part.startswith(f"{refused}/"):
                raise _RefusalError(status, message)
        response: Response = endpoint(self, request, data, **values)
        return response

    def full_name(self, request: Request, values: Json) -> str:
        """The repository's name as spelt, found by id or by name in any case; a former name redirects."""
        names = {name.lower(): name for name in self.host.repositories}
        if "repository_id" in values:
            wanted = values.pop("repository_id")
            found = [n for n, data in self.host.repositories.items() if data.repository["id"] == wanted]
            if not found:
                raise NotFound
            return found[0]
        wanted = f"{values.pop('owner')}/{values.pop('name')}"
        if now := {former.lower(): now for former, now in self.host.moved.items()}.get(wanted.lower()):
            moved_id = self.host.repositories[now].repository["id"]
            rest = request.path.removeprefix(self.prefix).removeprefix(f"/repos/{wanted}")
            query = f"?{request.query_string.decode()}" if request.query_string else ""
            location = f"{self.base}/repositories/{moved_id}{rest}{query}"
            raise _RefusalError(301, "Moved Permanently", {"Location": location}, url=location)
        if wanted.lower() not in names:
            raise NotFound
        return names[wanted.lower()]

    def page(self, request: Request, rows: list[Json], wrap: Callable[[list[Json]], Any] = list) -> Response:
        """One page of rows by `per_page` and `page`, with a Link header where there are others."""
        size = max(1, min(request.args.get("per_page", 30, type=int), self.host.max_page_size))
        number = max(1, request.args.get("page", 1, type=int))
        last = max(1, -(-len(rows) // size))
        rels = {"prev": number - 1, "first": 1} if number > 1 else {}
        if number < last:
            rels |= {"next": number + 1, "last": last}
        links = ", ".join(f'<{self.page_url(request, to)}>; rel="{rel}"' for rel, to in rels.items())
        body = wrap(rows[(number - 1) * size : number * size])
        return _json_response(body, headers={"Link": links} if links else {})

    def page_url(self, request: Request, number: int) -> str:
        """The same request for another page."""
        others = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
        path = request.path.removeprefix(self.prefix)
        return f"{self.base}{path}?{urlencode([*others, ('page', number)])}"

    def rate_limit(self) -> Response:
        """The state of the primary rate limit; on a host without limits there is none."""
        headers = self.quota.take(0)
        if not headers:
            raise _RefusalError(404, "Rate limiting is not enabled.")
        core = {
            name: int(headers[f"X-RateLimit-{name.title()}"])
            for name in ("limit", "used", "remaining", "reset")
        }
        return _json_response({"resources": {"core": core}, "rate": core})

    def repository(self, request: Request, data: RepositoryData) -> Response:
        """The repository itself."""
        return _json_response(data.repository)

    def issues(self, request: Request, data: RepositoryData) -> Response:
        """Issues and pull requests, by `state`, `since` and `labels`, by `sort` and `direction`."""
        state = request.args.get("state", "open")
        since = _since(request)
        labels = {name.lower() for name in request.args.get("labels", "").split(",") if name}
        rows = [
            issue
            for issue in data.issues
            if state in ("all", issue["state"])
            and (since is None or _moment(issue["updated_at"]) >= since)
            and labels <= {label["name"].lower() for label in issue["labels"]}
        ]
        return self.page(request, _ordered(request, rows, default_direction="desc"))

    def issue(self, request: Request, data: RepositoryData, number: int) -> Response:
        """One issue, or one pull request as an issue."""
        return _json_response(_by_number(data.issues, number))

    def timeline(self, request: Request, data: RepositoryData, number: int) -> Response:
        """The events of an issue or pull request, oldest first."""
        _by_number(data.issues, number)
        return self.page(request, data.timelines.get(number, []))

    def pull_requests(self, request: Request, data: RepositoryData) -> Response:
        """Pull requests, without what only their detail tells."""
        state = request.args.get("state", "open")
        rows = [pull for pull in data.pull_requests if state in ("all", pull["state"])]
        direction = "desc" if request.args.get("sort", "created") == "created" else "asc"

        def listed(pulls: list[Json]) -> list[Json]:
            return [{k: v for k, v in pull.items() if k not in DETAIL_ONLY} for pull in pulls]

        return self.page(request, _ordered(request, rows, default_direction=direction), listed)

    def pull_request(self, request: Request, data: RepositoryData, number: int) -> Response:
        """The detail of one pull request; `commits` counts all of its commits."""
        return _json_response(_by_number(data.pull_requests, number))

    def reviews(self, request: Request, data: RepositoryData, number: int) -> Response:
        """The reviews of a pull request, oldest first."""
        _by_number(data.pull_requests, number)
        return self.page(request, data.reviews.get(number, []))

    def commits(self, request: Request, data: RepositoryData, number: int) -> Response:
        """The commits of a pull request, oldest first, cut at 250."""
        _by_number(data.pull_requests, number)
        return self.page(request, data.commits.get(number, [])[:PULL_REQUEST_COMMIT_LIMIT])

    def compare(self, request: Request, data: RepositoryData, base: str, head: str) -> Response:
        """The commits between two commits, oldest first, in pages. Knows those of the pull requests."""
        ends = {(pull["base"]["sha"], pull["head"]["sha"]): pull["number"] for pull in data.pull_requests}
        if (base, head) not in ends:
            raise NotFound
        commits = data.commits.get(ends[base, head], [])
        summary = {"status": "ahead", "ahead_by": len(commits), "behind_by": 0, "total_commits": len(commits)}
        return self.page(request, commits, lambda rows: {**summary, "commits": rows, "files": []})

    def releases(self, request: Request, data: RepositoryData) -> Response:
        """The releases, newest first."""
        return self.page(request, _newest_first(data.releases))

    def tags(self, request: Request, data: RepositoryData) -> Response:
        """The tags, by name, last first."""
        return self.page(request, sorted(data.tags, key=lambda tag: str(tag["name"]), reverse=True))

    def deployments(self, request: Request, data: RepositoryData) -> Response:
        """The deployments, newest first."""
        return self.page(request, _newest_first(data.deployments))

    def deployment_statuses(self, request: Request, data: RepositoryData, deployment_id: int) -> Response:
        """The statuses of a deployment, newest first."""
        if all(deployment["id"] != deployment_id for deployment in data.deployments):
            raise NotFound
        return self.page(request, data.deployment_statuses.get(deployment_id, [])[::-1])

    def workflow_runs(self, request: Request, data: RepositoryData) -> Response:
        """The runs, newest first; a search by `created`, `status`, ... shows 1,000 of those it counts."""
        rows = _newest_first(data.workflow_runs)
        total = len(rows)
        if {"actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"} & set(
            request.args
        ):
            keeps = _valid(_created_range, request.args.get("created", "*..*"))
            status = request.args.get("status")
            rows = [run for run in rows if keeps(_moment(run["created_at"]))]
            rows = [run for run in rows if status in (None, run["status"], run["conclusion"])]
            total = len(rows)
            rows = rows[:FILTERED_RUN_LIMIT]
        return self.page(request, rows, lambda runs: {"total_count": total, "workflow_runs": runs})

    def workflow_run(self, request: Request, data: RepositoryData, run_id: int) -> Response:
        """One run."""
        for run in data.workflow_runs:
            if run["id"] == run_id:
                return _json_response(run)
        raise NotFound


_ROUTES = (
    ("", _Api.repository),
    ("/issues", _Api.issues),
    ("/issues/<int:number>", _Api.issue),
    ("/issues/<int:number>/timeline", _Api.timeline),
    ("/pulls", _Api.pull_requests),
    ("/pulls/<int:number>", _Api.pull_request),
    ("/pulls/<int:number>/reviews", _Api.reviews),
    ("/pulls/<int:number>/commits", _Api.commits),
    ("/compare/<base>...<head>", _Api.compare),
    ("/releases", _Api.releases),
    ("/tags", _Api.tags),
    ("/deployments", _Api.deployments),
    ("/deployments/<int:deployment_id>/statuses", _Api.deployment_statuses),
    ("/actions/runs", _Api.workflow_runs),
    ("/actions/runs/<int:run_id>", _Api.workflow_run),
)


def _web_page() -> Response:
    return Response("<!DOCTYPE html><html><body>Page not found</body></html>", 404, content_type="text/html")


def _since(request: Request) -> datetime | None:
    text = request.args.get("since")
    return _valid(_moment, text) if text else None


def _valid(read: Callable[[str], Parameter], text: str) -> Parameter:
    """A parameter, read; one that cannot be read is refused."""
    try:
        return read(text)
    except ValueError:
        raise _RefusalError(422, "Validation Failed") from None


def _ordered(request: Request, rows: list[Json], default_direction: str) -> list[Json]:
    """Rows by `sort` (created or updated) and `direction`; equal times by number."""
    column = "updated_at" if request.args.get("sort") == "updated" else "created_at"
    descending = request.args.get("direction", default_direction) == "desc"
    return sorted(rows, key=lambda row: (_moment(row[column]), row["number"]), reverse=descending)


def _by_number(rows: list[Json], number: int) -> Json:
    for row in rows:
        if row["number"] == number:
            return row
    raise NotFound
