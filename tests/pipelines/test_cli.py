"""`streamgauge load`: what it says, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines import cli
from pipelines.connections import reload_configuration
from pipelines.demo.jira_api import JiraSite, serve
from tests.pipelines.jira_site import TOKEN, make_site, rows


@pytest.fixture(autouse=True)
def pseudonyms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVACY__PSEUDONYM_KEY", "key")
    monkeypatch.setenv("COLUMNS", "200")


def configure(monkeypatch: pytest.MonkeyPatch, name: str, url: str, **more: str) -> None:
    values = {
        "tool": "jira",
        "url": url,
        "api_token": TOKEN,
        "email": JiraSite.email,
        "projects": json.dumps(["SHOP"]),
        **more,
    }
    for key, value in values.items():
        monkeypatch.setenv(f"CONNECTIONS__{name}__{key}".upper(), value)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def test_a_load_ends_with_a_summary(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(make_site("cloud", count=12)) as url:
        configure(monkeypatch, "acme", url)
        result = run("load")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["connection", "table", "read", "new", "changed", "seconds"] in lines
    assert ["acme", "issues", "12", "12", "0"] in [line[:5] for line in lines]
    assert any(line[:2] == ["acme", "all"] for line in lines)
    assert rows(database, "select count(*) from raw_jira.issues") == [(12,)]


def test_a_failed_connection_leaves_the_others_unharmed(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(make_site("cloud", count=3)) as url, serve(make_site("cloud", token="other")) as closed:
        configure(monkeypatch, "broken", closed)
        configure(monkeypatch, "halved", url, deployment="none")
        configure(monkeypatch, "misspelt", url, tool="jria")
        configure(monkeypatch, "zz_good", url)
        result = run("load")
    assert result.exit_code == 1
    assert "broken: the API's user: the tool answered 401" in result.stderr
    assert "halved: configuration: deployment is 'none'" in result.stderr
    assert "misspelt: configuration: the tool 'jria' is not known" in result.stderr
    assert rows(database, "select distinct connection from raw_jira.issues") == [("zz_good",)]
    assert TOKEN not in result.output
    assert JiraSite.email not in result.output


def test_only_the_named_connections_are_loaded(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(make_site("cloud", count=3)) as url:
        configure(monkeypatch, "one", url)
        configure(monkeypatch, "two", url)
        assert run("load", "two", "--sweep").exit_code == 0
    assert rows(database, "select distinct connection from raw_jira.issues") == [("two",)]


def test_an_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, "acme", "http://127.0.0.1:9")
    result = run("load", "nobody")
    assert result.exit_code == 1
    assert "nobody: configuration: there is no such connection. Known ones: acme." in result.stderr


def test_no_connection_at_all() -> None:
    result = run("load")
    assert result.exit_code == 1
    assert "there is no connection. Add [connections.<name>] to .dlt/config.toml." in result.stderr


@pytest.mark.parametrize("name", ["config.toml", "secrets.toml"])
def test_a_file_that_is_no_toml(name: str, workplace: Path) -> None:
    (workplace / ".dlt").mkdir(exist_ok=True)
    file = workplace / ".dlt" / name
    file.write_text('[connections.acme]\napi_token = "hunter2\n')
    result = run("load")
    file.unlink()
    reload_configuration()
    assert result.exit_code == 1
    assert f"load: .dlt/{name}: it cannot be read:" in result.stderr
    assert "line 2" in result.stderr
    assert "hunter2" not in result.output + result.stderr


def test_a_failed_sweep_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site("cloud", count=10)
    with serve(site) as url:
        configure(monkeypatch, "acme", url)
        assert run("load").exit_code == 0
        del site.issues[:5]
        result = run("load", "--sweep")
    assert result.exit_code == 1
    assert "5 of 10 artifacts are not visible any more" in result.stderr


@pytest.mark.parametrize(("listed", "is_said"), [("[github]", True), ("[jira]", False), ("null", False)])
def test_a_tool_that_no_model_reads_is_said(
    listed: str, is_said: bool, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workplace / "dbt_project.yml").write_text(f"vars:\n  tools: {listed}\n")
    with serve(make_site("cloud", count=1)) as url:
        configure(monkeypatch, "acme", url)
        result = run("load")
    said = "acme is loaded, but jira is not in `vars: tools` of dbt_project.yml"
    assert (said in result.stderr) is is_said
    assert result.exit_code == 0


def test_a_load_leaves_nothing_behind_but_the_warehouse(
    workplace: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(make_site("cloud", count=1)) as url:
        configure(monkeypatch, "acme", url)
        assert run("load").exit_code == 0
    assert [entry.name for entry in workplace.iterdir()] == [database.name]
    assert not (workplace.parent / "home").exists()


def test_what_a_killed_load_left_behind_does_no_harm(
    workplace: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    junk = workplace / f"{database.name}.loading" / "acme" / "streamgauge_acme" / "state.json"
    junk.parent.mkdir(parents=True)
    junk.write_text("{half a st")
    with serve(make_site("cloud", count=1)) as url:
        configure(monkeypatch, "acme", url)
        assert run("load").exit_code == 0
    assert [entry.name for entry in workplace.iterdir()] == [database.name]


def test_a_failed_load_leaves_nothing_behind(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, "acme", "http://127.0.0.1:9")
    assert run("load").exit_code == 1
    assert list(workplace.iterdir()) == []


def test_the_database_can_be_elsewhere(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMGAUGE_DATABASE", "deep/down/other.duckdb")
    with serve(make_site("cloud", count=1)) as url:
        configure(monkeypatch, "acme", url)
        assert run("load").exit_code == 0
    assert (workplace / "deep" / "down" / "other.duckdb").exists()


def test_every_command_is_where_the_command_line_looks_for_it() -> None:
    result = run("--help")
    assert result.exit_code == 0, result.output
    assert set(cli.COMMANDS) <= set(result.stdout.split())
