"""Connections are read from files and environment, and what is wrong with them is said plainly."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.connections import Connection, connection_names, read_connection, reload_configuration
from pipelines.errors import LoadError
from pipelines.sources import source_class, tools

TOOLS = {"jira": {"projects", "deployment"}, "github": {"repositories"}}
CONFIG = """
[connections.acme]
tool = "jira"
url = "https://acme.example/"
projects = ["SHOP", "BACK"]
start_date = 2024-01-31
"""
SECRETS = """
[connections.acme]
email = "loader@acme.example"
api_token = "secret"
"""


def write(workplace: Path, config: str = CONFIG, secrets: str = SECRETS) -> None:
    folder = workplace / ".dlt"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(config)
    (folder / "secrets.toml").write_text(secrets)
    reload_configuration()


def problem(name: str = "acme") -> str:
    with pytest.raises(LoadError) as caught:
        read_connection(name, TOOLS)
    return str(caught.value)


def test_a_connection_from_the_files(workplace: Path) -> None:
    write(workplace)
    assert connection_names() == ["acme"]
    assert read_connection("acme", TOOLS) == Connection(
        name="acme",
        tool="jira",
        url="https://acme.example",
        api_token="secret",
        email="loader@acme.example",
        start_date=dt.datetime(2024, 1, 31, tzinfo=dt.UTC),
        settings={"projects": ["SHOP", "BACK"]},
    )


def test_names_are_those_of_both_files(workplace: Path) -> None:
    write(workplace, CONFIG + '[connections.second]\ntool = "github"\n')
    assert sorted(connection_names()) == ["acme", "second"]


def test_the_environment_beats_the_files(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(workplace)
    for key, value in {
        "URL": "http://127.0.0.1:8080/jira",
        "PROJECTS": "A, B",
        "API_TOKEN": "other",
        "PSEUDONYMOUS": "false",
        "SWEEP_LIMIT": "0.5",
        "START_DATE": "2024-02-01T12:00:00+02:00",
    }.items():
        monkeypatch.setenv(f"CONNECTIONS__ACME__{key}", value)
    found = read_connection("acme", TOOLS)
    assert (found.url, found.texts("projects")) == ("http://127.0.0.1:8080/jira", ("A", "B"))
    assert (found.api_token, found.pseudonymous, found.sweep_limit) == ("other", False, 0.5)
    assert found.start_date == dt.datetime(2024, 2, 1, 10, tzinfo=dt.UTC)


def test_a_connection_from_the_environment_alone(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {"TOOL": "github", "URL": "https://api.github.example", "API_TOKEN": "x"}.items():
        monkeypatch.setenv(f"CONNECTIONS__OUR_CODE__{key}", value)
    monkeypatch.setenv("CONNECTIONS__OUR_CODE__REPOSITORIES", '["acme/shop"]')
    reload_configuration()
    assert connection_names() == ["our_code"]
    assert read_connection("our_code", TOOLS).texts("repositories") == ("acme/shop",)


def test_secrets_are_in_no_representation(workplace: Path) -> None:
    write(workplace)
    shown = repr(read_connection("acme", TOOLS))
    assert "secret" not in shown
    assert "loader@acme" not in shown


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('tool = "jira"', "", 'no tool is named. Add tool = "github"'),
        ('tool = "jira"', 'tool = "jria"', "the tool 'jria' is not known. Known tools: github, jira"),
        ('url = "https://acme.example/"', "", 'no url is given. Add url = "https://..." to [connections.a'),
        ('url = "https://acme.example/"', 'url = "acme.example"', "url is not a web address"),
        ('url = "https://acme.example/"', 'url = "https://u:p@acme.example"', "url holds a user, a password"),
        ("projects", "project", "the key 'project' is not known. Did you mean projects?"),
        ("projects", "zebra", "the key 'zebra' is not known. Known keys: api_token,"),
        ("2024-01-31", '"yesterday"', "start_date is 'yesterday'"),
        ("start_date = 2024-01-31", 'pseudonymous = "maybe"', "pseudonymous is 'maybe'"),
        ("start_date = 2024-01-31", "sweep_limit = 5", "sweep_limit is '5'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(old: str, new: str, said: str, workplace: Path) -> None:
    assert old in CONFIG
    write(workplace, CONFIG.replace(old, new))
    assert f"acme: configuration: {said}" in problem()


def test_a_missing_token_names_both_places(workplace: Path) -> None:
    write(workplace, secrets="")
    assert "no api_token is given. Add api_token to [connections.acme] in .dlt/secrets.toml" in problem()
    assert "CONNECTIONS__ACME__API_TOKEN" in problem()


def test_a_password_in_the_url_is_not_repeated(workplace: Path) -> None:
    write(workplace, CONFIG.replace("https://", "https://loader:hunter2@"))
    assert "hunter2" not in problem()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(name=st.text(min_size=1, max_size=20))
def test_only_plain_names_are_names(name: str) -> None:
    is_plain = name[0] in "abcdefghijklmnopqrstuvwxyz" and all(
        letter in "abcdefghijklmnopqrstuvwxyz0123456789_" for letter in name
    )
    assert ("is no name for a connection" in problem(name)) is not is_plain


@pytest.mark.parametrize("value", [{"a": 1}, 7, [None], [["A"]]])
def test_a_setting_that_is_no_list_of_texts(value: object) -> None:
    broken = Connection("acme", "jira", "https://x.example", "t", settings={"projects": value})
    with pytest.raises(LoadError, match="projects is not a list of texts"):
        broken.texts("projects")


def test_a_choice_is_one_of_its_words() -> None:
    broken = Connection("acme", "jira", "https://x.example", "t", settings={"deployment": "server"})
    with pytest.raises(LoadError, match="Use one of: cloud, datacenter"):
        broken.choice("deployment", ("cloud", "datacenter"), "cloud")


def test_each_tool_declares_its_tables_and_a_swept_one() -> None:
    assert "jira" in tools()
    for tool in tools():
        source = source_class(tool)
        names = [table.name for table in source.tables]
        assert len(names) == len(set(names))
        assert source.swept_table in names
