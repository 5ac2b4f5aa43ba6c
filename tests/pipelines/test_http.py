"""An answer is complete JSON or a clear error; rate limits are waited for; nothing goes to another host."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Response

from pipelines.errors import LoadError
from pipelines.http import LONGEST_WAIT, BearerAuth, HttpClient, asked_wait, basic_auth

TOKEN = "s3cret"


def client(server: HTTPServer, **more: Any) -> HttpClient:
    more.setdefault("auth", BearerAuth(TOKEN))
    return HttpClient("acme", server.url_for("/api"), secrets=(TOKEN,), **more)


def failure(http: HttpClient, path: str = "things") -> str:
    with pytest.raises(LoadError) as caught:
        http.get(path, resource="things")
    return str(caught.value)


def test_a_bearer_token_and_parameters_are_sent(httpserver: HTTPServer) -> None:
    httpserver.expect_request(
        "/api/things", headers={"Authorization": f"Bearer {TOKEN}"}, query_string={"page": "2"}
    ).respond_with_json([1])
    assert client(httpserver).get("things", resource="things", params={"page": 2}) == [1]


def test_basic_authentication_is_utf_8(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things", headers={"Authorization": "Basic w7w6w6Q="}).respond_with_json(1)
    assert client(httpserver, auth=basic_auth("ü", "ä")).get("things", resource="things") == 1


def test_a_netrc_of_the_machine_does_not_replace_the_token(
    httpserver: HTTPServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine localhost login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    httpserver.expect_request("/api/things", headers={"Authorization": f"Bearer {TOKEN}"}).respond_with_json(
        1
    )
    assert client(httpserver).get("things", resource="things") == 1


def test_a_rate_limit_is_waited_for_as_long_as_asked(httpserver: HTTPServer) -> None:
    waits: list[float] = []
    for seconds in ("3", "0", "7"):
        httpserver.expect_ordered_request("/api/things").respond_with_data(
            "slow down", 429, {"Retry-After": seconds}
        )
    httpserver.expect_ordered_request("/api/things").respond_with_json("there")
    assert client(httpserver, sleep=waits.append).get("things", resource="things") == "there"
    assert waits == [3.0, 7.0]


def test_a_rate_limit_that_says_nothing_is_waited_for_longer_each_time(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "1")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_RETRY_DELAY", "5")
    waits: list[float] = []
    for _ in range(4):
        httpserver.expect_ordered_request("/api/things").respond_with_data("", 429)
    httpserver.expect_ordered_request("/api/things").respond_with_json("there")
    client(httpserver, sleep=waits.append).get("things", resource="things")
    assert waits == [1.0, 2.0, 4.0, 5.0]


def test_a_wait_of_days_is_an_error(httpserver: HTTPServer) -> None:
    asked = str(int(LONGEST_WAIT) + 3600)
    httpserver.expect_request("/api/things").respond_with_data("", 429, {"Retry-After": asked})
    assert "the rate limit asks to wait 3.0 hours. Load again after that." in failure(client(httpserver))


def test_a_retry_after_can_be_a_date() -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    response: Any = Response("", 429, {"Retry-After": format_datetime(moment, usegmt=True)})
    assert 80 < (asked_wait(response) or 0) <= 90
    for text in ("", "soon"):
        assert asked_wait(Response("", 429, {"Retry-After": text})) is None  # type: ignore[arg-type] # same headers


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "the tool answered 400: not this. Check what this connection is told to load."),
        (401, "the tool answered 401: not this. Check the api_token"),
        (403, "the tool answered 403: not this. Give the user of the api_token permission"),
        (404, "the tool answered 404: not this. Check the url"),
        (410, "update Streamgauge"),
        (418, "ask the tool's administrator"),
    ],
)
def test_a_refusal_is_not_repeated_and_says_what_to_do(
    status: int, said: str, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/api/things").respond_with_json({"message": "not this"}, status)
    assert said in failure(client(httpserver, explain=lambda body: body["message"]))
    assert len(httpserver.log) == 1


def test_what_a_failure_says_never_repeats_a_secret(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things").respond_with_json({"message": f"bad token {TOKEN}"}, 401)
    assert TOKEN not in failure(client(httpserver, explain=lambda body: body["message"]))


def test_an_allowed_failure_is_an_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/gone").respond_with_data("<html>", 404)
    httpserver.expect_request("/api/same", headers={"If-None-Match": '"1"'}).respond_with_data("", 304)
    http = client(httpserver)
    assert http.request("GET", "gone", resource="things", allow=(404,)).json is None
    same = http.request("GET", "same", resource="things", headers={"If-None-Match": '"1"'}, allow=(304,))
    assert same.status == 304


def test_a_server_error_is_retried_a_few_times(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things").respond_with_data("oops", 500)
    assert "the tool answered 500" in failure(client(httpserver))
    assert 2 <= len(httpserver.log) <= 10


def test_the_number_of_attempts_is_configurable(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "2")
    httpserver.expect_request("/api/things").respond_with_data("oops", 502)
    failure(client(httpserver))
    assert len(httpserver.log) == 2


def test_a_closed_port_is_a_clear_error() -> None:
    http = HttpClient("acme", "http://127.0.0.1:9", auth=BearerAuth(TOKEN))
    assert "acme: things: no complete answer from 127.0.0.1:9 (ConnectionError)" in failure(http)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_move_within_the_host_is_followed_with_the_token(status: int, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things").respond_with_data("", status, {"Location": "/api/new?page=2"})
    httpserver.expect_request(
        "/api/new", headers={"Authorization": f"Bearer {TOKEN}"}, query_string={"page": "2"}
    ).respond_with_json("there")
    assert client(httpserver).get("things", resource="things", params={"a": 1}) == "there"


def test_a_move_to_another_host_is_an_error(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things").respond_with_data(
        "", 302, {"Location": "https://login.example/x"}
    )
    said = failure(client(httpserver))
    assert "the tool sends us to another address, https://login.example/x" in said


def test_a_link_to_another_host_is_not_followed(httpserver: HTTPServer) -> None:
    assert "another address" in failure(client(httpserver), "https://evil.example/things")
    assert len(httpserver.log) == 0


def test_moves_in_a_circle_end(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things").respond_with_data("", 302, {"Location": "/api/things"})
    assert "redirects again and again" in failure(client(httpserver))


def test_a_query_that_is_moved_is_not_repeated(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/things", method="POST").respond_with_data("", 302, {"Location": "/api/x"})
    with pytest.raises(LoadError, match="redirects"):
        client(httpserver).post("things", resource="things", body={})
