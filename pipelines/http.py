"""JSON over HTTP: retried where that makes sense, else a clear error; never half an answer.

Built on dlt's retrying client, so `[runtime] request_max_attempts, request_backoff_factor,
request_max_retry_delay, request_timeout` in `.dlt/config.toml` (or `RUNTIME__REQUEST_...`) apply. Retried
are server errors, closed sockets, cut bodies, and a success that is not JSON (a log-in or maintenance page).
A rate limit is waited for as long as the tool asks, which does not count as an attempt.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from dlt.common.configuration import resolve_configuration
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.common.json import json
from dlt.sources.helpers.requests import Client
from requests import PreparedRequest, Request, Response, Session
from requests.auth import AuthBase, HTTPBasicAuth
from requests.exceptions import RequestException
from requests.structures import CaseInsensitiveDict

from pipelines.errors import LoadError

LONGEST_WAIT = 2 * 3600.0  # seconds that a rate limit may ask for at once; GitHub's last up to an hour
MOST_WAITS = 20
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
REMEDIES: Mapping[int, str] = {
    400: "Check what this connection is told to load",
    401: "Check the api_token (and email) of this connection: it may be wrong, expired or revoked",
    403: "Give the user of the api_token permission to read this",
    404: "Check the url and the names of what to load, and that the user of the api_token may see it",
    410: "The tool has retired this interface: update Streamgauge",
}


class BearerAuth(AuthBase):
    """Sends a token as `Authorization: Bearer`."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def basic_auth(user: str, token: str) -> AuthBase:
    """User and token as HTTP basic authentication, in UTF-8."""
    return HTTPBasicAuth(user.encode(), token.encode())


@dataclass(frozen=True)
class Wait:
    """A rate limit's answer: wait so many seconds; None where the tool does not say how long."""

    seconds: float | None = None


RateLimit = Callable[[Response], Wait | None]


@dataclass(frozen=True)
class Reply:
    """An answer: `json` is the parsed body, None when there is none (204, 304)."""

    status: int
    headers: Mapping[str, str]
    json: Any


def asked_wait(response: Response) -> float | None:
    """Seconds that a `Retry-After` header asks for, given as seconds or as a date; None without one."""
    text = response.headers.get("Retry-After", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def too_many_requests(response: Response) -> Wait | None:
    """The rate limit of most tools: 429, with or without `Retry-After`."""
    return Wait(asked_wait(response)) if response.status_code == 429 else None


class HttpClient:
    """A client of one connection's API.

    Args:
        connection: the connection's name, for errors
        base_url: root of the API; paths are appended to it
        auth: how to authenticate
        headers: sent with every request
        rate_limit: recognises a rate limit in a response and says how long to wait
        explain: what a failure's body says, as a sentence, for the error
        remedies: by status, what the user can do; beside the shipped ones
        secrets: texts that never stand in an error
        status: told about waits
        sleep: waits; tests give their own
    """

    def __init__(
        self,
        connection: str,
        base_url: str,
        *,
        auth: AuthBase | None = None,
        headers: Mapping[str, str] | None = None,
        rate_limit: RateLimit = too_many_requests,
        explain: Callable[[Any], str] = lambda body: "",
        remedies: Mapping[int, str] | None = None,
        secrets: tuple[str, ...] = (),
        status: Callable[[str], None] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection = connection
        self.base_url = base_url.rstrip("/")
        self._rate_limit = rate_limit
        self._explain = explain
        self._remedies = {**REMEDIES, **(remedies or {})}
        self._secrets = tuple(secret for secret in secrets if secret)
        self._status = status
        self._sleep = sleep
        self._runtime = resolve_configuration(RuntimeConfiguration())
        self._client = Client(
            raise_for_status=False,
            status_codes=range(500, 600),
            retry_condition=_is_broken,
            session_attrs={
                "auth": auth,
                "headers": CaseInsensitiveDict(
                    {"User-Agent": "streamgauge", "Accept": "application/json", **(headers or {})}
                ),
            },
        )
        self._client.update_from_config(self._runtime)

    def get(self, path: str, *, resource: str, params: Mapping[str, Any] | None = None) -> Any:
        """The parsed body of a GET that must succeed."""
        return self.request("GET", path, resource=resource, params=params).json

    def post(self, path: str, *, resource: str, body: Any) -> Any:
        """The parsed body of a POST (of a query: it may be sent more than once) that must succeed."""
        return self.request("POST", path, resource=resource, body=body).json

    def request(
        self,
        method: str,
        path: str,
        *,
        resource: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        allow: tuple[int, ...] = (),
    ) -> Reply:
        """Send a request until there is an answer.

        Args:
            path: appended to the base URL, or an absolute URL of the same host (a `next` link)
            resource: what is being read, for errors ("issues of project ACME")
            body: sent as JSON
            headers: for this request alone, such as `If-None-Match`
            allow: failures that are returned like a success, such as 304 or 404 (a body that is not JSON is
                then None)

        Raises:
            LoadError: no usable answer after all attempts, or a refusal
        """
        url = self._absolute(path, resource)
        for _ in range(MOST_REDIRECTS):
            response = self._answer(method, url, resource, params, body, headers)
            if response.status_code not in REDIRECTS or response.status_code in allow:
                return self._reply(response, resource, allow)
            if method != "GET":
                break
            url, params = self._absolute(urljoin(url, response.headers.get("Location", "")), resource), None
        raise self._error(
            resource, f"{urlsplit(url).path} redirects again and again", "Check the url of this connection"
        )

    def _absolute(self, path: str, resource: str) -> str:
        if not path.startswith(("http://", "https://")):
            return f"{self.base_url}/{path.lstrip('/')}"
        there, here = urlsplit(path), urlsplit(self.base_url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise self._error(
                resource,
                f"the tool sends us to another address, {there.scheme}://{there.netloc}{there.path}",
                "Check that url is the tool's own address (a log-in page may stand before it)",
            )
        return path

    def _answer(
        self,
        method: str,
        url: str,
        resource: str,
        params: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> Response:
        """A response that is no rate limit."""
        session = cast(Session, self._client.session)  # dlt leaves its methods untyped
        request = Request(method, url, params=params, json=body, headers=dict(headers or {}))
        for waits in range(MOST_WAITS):
            try:
                response = session.send(
                    session.prepare_request(request),
                    allow_redirects=False,
                    **session.merge_environment_settings(url, {}, False, None, None),
                )
            except RequestException as error:
                raise self._error(
                    resource,
                    f"no complete answer from {urlsplit(url).netloc} ({type(error).__name__})",
                    "Check the url and the network, then load again: nothing is lost",
                ) from None
            limit = self._rate_limit(response)
            if limit is None:
                return response
            self._wait(limit, waits, resource)
        raise self._error(resource, f"still rate limited after {MOST_WAITS} waits", "Load again later")

    def _wait(self, limit: Wait, waits: int, resource: str) -> None:
        seconds = limit.seconds
        if seconds is None:
            backoff = self._runtime.request_backoff_factor * 2.0**waits
            seconds = min(backoff, float(self._runtime.request_max_retry_delay))
        if seconds > LONGEST_WAIT:
            raise self._error(
                resource, f"the rate limit asks to wait {seconds / 3600:.1f} hours", "Load again after that"
            )
        if seconds:
            self._status(f"rate limit: waiting {seconds:.0f} s")
            self._sleep(seconds)

    def _reply(self, response: Response, resource: str, allow: tuple[int, ...]) -> Reply:
        code = response.status_code
        if code in allow:
            return Reply(code, response.headers, _parsed(response))
        if not response.ok:
            said = self._explain(_parsed(response)) or response.reason or ""
            remedy = self._remedies.get(code, "Load again later; if it stays, ask the tool's administrator")
            raise self._error(resource, f"the tool answered {code}{': ' if said else ''}{said}", remedy)
        if _is_broken(response, None):
            raise self._error(resource, *_what_is_broken(response))
        return Reply(code, response.headers, _parsed(response))

    def _error(self, resource: str, problem: str, remedy: str) -> LoadError:
        for secret in self._secrets:
            problem = problem.replace(secret, "***")
        return LoadError(self.connection, resource, problem, remedy)


_UNREADABLE = object()


def _parse(response: Response) -> Any:
    """The body as JSON, parsed once; `_UNREADABLE` if it is none."""
    known = response.__dict__
    if "parsed_json" not in known:
        try:
            known["parsed_json"] = json.loadb(response.content)
        except ValueError:
            known["parsed_json"] = _UNREADABLE
    return known["parsed_json"]


def _parsed(response: Response) -> Any:
    value = _parse(response)
    return None if value is _UNREADABLE else value


def _is_broken(response: Response | None, _: BaseException | None) -> bool:
    """A success whose body is not JSON."""
    return (
        response is not None
        and 200 <= response.status_code < 300
        and response.status_code != 204
        and _parse(response) is _UNREADABLE
    )


def _what_is_broken(response: Response) -> tuple[str, str]:
    """Problem and remedy of a success whose body is not JSON."""
    if response.content.lstrip()[:1] == b"<":
        return (
            "the tool answered with a web page instead of JSON",
            "Check the url, and that no log-in or maintenance page stands before the API",
        )
    return "the tool's JSON is cut off, every time", "Load again; if it stays, ask the tool's administrator"
