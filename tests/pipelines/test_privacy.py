"""People become pseudonyms, e-mail addresses vanish, secrets appear nowhere."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.connections import Connection, reload_configuration
from pipelines.demo.jira_api import serve
from pipelines.privacy import REDACTED, PersonShape, Privacy, pseudonym_key, scrub_emails
from pipelines.sources import LoadContext
from pipelines.sources.jira import JiraSource
from tests.pipelines.jira_site import (
    DEPLOYMENTS,
    FAULTS,
    KEY,
    TOKEN,
    load,
    loaded,
    make_site,
    on_path,
    rows,
)

USER = PersonShape(
    lambda value: "login" in value, hashed=frozenset({"login", "id"}), kept=frozenset({"type"})
)
MAILBOX = st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,20}", fullmatch=True)
DOMAIN = st.from_regex(r"([a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?\.){1,3}[a-z]{2,10}", fullmatch=True)
PROSE = st.text(alphabet=st.characters(exclude_characters="@%", exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | PROSE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PROSE, inner, max_size=4),
    max_leaves=20,
)
both = pytest.mark.parametrize("deployment", DEPLOYMENTS)


def everything(database: Path) -> str:
    """All texts of all tables of the warehouse."""
    tables = rows(database, "select table_schema, table_name from information_schema.tables")
    return "\n".join(
        repr(row) for schema, table in tables for row in rows(database, f'select * from "{schema}"."{table}"')
    )


@both
def test_no_name_account_or_address_is_anywhere_in_the_warehouse(deployment: str, database: Path) -> None:
    with serve(make_site(deployment), deployment=deployment) as url:
        loaded(url, deployment, database, sweep=True)
    found = everything(database) + database.read_bytes().decode("latin-1")
    assert "SHOP-7" in found
    for identity in ("secret.example", "Surname", "id-ada", "id-grace", "JIRAUSER", "avatar.example"):
        assert identity not in found, identity
    logins = rows(database, "select distinct record->>'$.fields.assignee.name' from raw_jira.issues")
    assert logins == [(None if deployment == "cloud" else Privacy(KEY).pseudonym("ada"),)]


def test_a_change_with_an_account_is_of_a_person_though_its_field_is_gone() -> None:
    change = {
        "field": "Reviewer of old",
        "fieldId": "customfield_9",
        "from": "id-ada",
        "fromString": "Ada Surname",
        "to": None,
        "toString": None,
        "tmpFromAccountId": "id-ada",
    }
    connection = Connection("acme", "jira", "http://127.0.0.1:9", TOKEN, "loader@acme.example")
    cleaned = Privacy(KEY).clean(change, JiraSource(LoadContext(connection)).people())
    assert cleaned == {
        **change,
        "from": Privacy(KEY).pseudonym("id-ada"),
        "fromString": Privacy(KEY).pseudonym("Ada Surname"),
        "tmpFromAccountId": Privacy(KEY).pseudonym("id-ada"),
    }


@both
def test_a_person_is_the_same_pseudonym_everywhere(deployment: str, database: Path) -> None:
    identity = "accountId" if deployment == "cloud" else "displayName"
    with serve(make_site(deployment), deployment=deployment) as url:
        loaded(url, deployment, database)
    ada = Privacy(KEY).pseudonym("id-ada" if deployment == "cloud" else "Ada Surname")
    grace = Privacy(KEY).pseudonym("id-grace" if deployment == "cloud" else "Grace Surname")
    side = "from" if deployment == "cloud" else "fromString"
    to = "to" if deployment == "cloud" else "toString"
    assert rows(
        database,
        f"""
        select distinct issues.record->>'$.fields.assignee.{identity}',
            issues.record->>'$.fields.customfield_2[0].{identity}',
            changes.record->>'$.histories[0].author.{identity}',
            changes.record->>'$.histories[1].items[0].{side}',
            changes.record->>'$.histories[1].items[1].{to}'
        from raw_jira.issues join raw_jira.issue_changelogs as changes on issue_id = id
        """,
    ) == [(ada, grace, ada, grace, grace)]
    assert rows(database, f"select record->>'$.lead.{identity}' from raw_jira.projects") == [(ada,)]
    assert rows(database, "select record->>'$.location.displayName' from raw_jira.boards where id = '1'") == [
        ("Shop",)
    ]


def test_a_connection_can_keep_its_people_but_not_their_addresses(database: Path) -> None:
    with serve(make_site("datacenter"), deployment="datacenter") as url:
        loaded(url, "datacenter", database, pseudonymous=False)
    found = everything(database)
    assert "Ada Surname" in found
    assert "secret.example" not in found


@pytest.mark.parametrize("settings", [[False, True], [True, False, True]])
def test_people_become_pseudonyms_in_what_was_stored_with_names(settings: list[bool], database: Path) -> None:
    with serve(make_site("cloud", count=40)) as url:
        for pseudonymous in settings:
            loaded(url, "cloud", database, pseudonymous=pseudonymous)
            assert ("Surname" in everything(database)) is not pseudonymous


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_field_is_told_by_its_id_where_a_change_has_one(deployment: str, database: Path) -> None:
    """Two pairs of fields share a name: a long text and the sprints, people and a choice."""
    site = make_site(deployment, count=1)
    site.fields += [
        {"id": "customfield_3", "name": "Sprint", "schema": {"custom": "plugin:textarea"}},
        {"id": "customfield_4", "name": "Sprint", "schema": {"custom": "plugin:gh-sprint"}},
        {"id": "customfield_5", "name": "Team", "schema": {"type": "user"}},
        {"id": "customfield_6", "name": "Team", "schema": {"type": "option"}},
        {"id": "customfield_7", "name": "customfield_6", "schema": {"type": "user"}},
    ]
    changes = [("Sprint", 3), ("Sprint", 4), ("Team", 5), ("Team", 6)]
    items = [
        {
            "field": name,
            **({"fieldId": f"customfield_{number}"} if deployment == "cloud" else {}),
            "from": None,
            "fromString": None,
            "to": None,
            "toString": f"value {number}",
        }
        for name, number in changes
    ]
    site.issues[0]["changelog"]["histories"][0]["items"] = items
    with serve(site, deployment=deployment) as url:
        loaded(url, deployment, database)
    [(found,)] = rows(
        database, "select record->>'$.histories[0].items[*].toString' from raw_jira.issue_changelogs"
    )
    team, choice = (Privacy(KEY).pseudonym(f"value {number}") for number in (5, 6))
    if deployment == "cloud":
        assert found == [None, "value 4", team, "value 6"]
    else:
        assert found == [None, None, team, choice]


@pytest.mark.parametrize("fault", ["500", "cut_json", "closed"])
def test_secrets_are_in_no_error_no_log_and_no_table(
    fault: str, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site = make_site("cloud", before_request=on_path("/bulkfetch", FAULTS[fault]))
    with serve(site) as url:
        error = load(url, "cloud", database).error
        site.before_request = None
        loaded(url, "cloud", database)
    assert error is not None
    for text in (str(error), caplog.text, everything(database), database.read_bytes().decode("latin-1")):
        assert TOKEN not in text
        assert site.email not in text
        assert KEY not in text


# ---------------------------------------------------------------------- cleaning


@given(before=PROSE, mailbox=MAILBOX, domain=DOMAIN, after=PROSE, at=st.sampled_from(["@", "%40"]))
def test_an_address_survives_in_no_text(before: str, mailbox: str, domain: str, after: str, at: str) -> None:
    cleaned = scrub_emails(f"{before} {mailbox}{at}{domain} {after}")
    assert f"{mailbox}{at}{domain}" not in cleaned
    assert at not in cleaned
    assert REDACTED in cleaned


@given(PROSE)
def test_a_text_without_an_address_stays_as_it_is(text: str) -> None:
    assert scrub_emails(text) == text


@pytest.mark.parametrize(
    "text", ["@ada please look", "a @ b", "ssh://host@", "package@1.2.3", "user@localhost", "100%40", "@"]
)
def test_what_is_no_address_stays(text: str) -> None:
    assert scrub_emails(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<Ada@Example.COM>, bob.o'neil+x@mail.example.org.", f"<{REDACTED}>, {REDACTED}."),
        ("mailto:ada%40example.com?subject=x", f"mailto:{REDACTED}?subject=x"),
        ("müller@büro.example", REDACTED),
    ],
)
def test_addresses_in_their_many_dresses(text: str, cleaned: str) -> None:
    assert scrub_emails(text) == cleaned


@given(JSON)
def test_a_value_without_people_stays_as_it_is(value: object) -> None:
    assert Privacy(KEY).clean(value) == value


@given(JSON, st.text(min_size=1), st.integers())
def test_a_person_survives_in_no_value(around: object, login: str, number: int) -> None:
    person = {"login": f"login-{login}", "id": number, "type": "User", "bio": f"login-{login}"}
    cleaned = Privacy(KEY).clean({"deep": [{"around": around, "who": person}]}, [USER])
    who = cleaned["deep"][0]["who"]
    assert who.keys() == {"login", "id", "type"}
    assert f"login-{login}" not in json.dumps(who, ensure_ascii=False)
    assert who["type"] == "User"
    assert cleaned["deep"][0]["around"] == around


@given(JSON, st.sampled_from(["ada@example.com", "ada%40example.com", "x\nada@example.com", "nothing"]))
def test_the_json_of_a_record_is_that_of_its_cleaned_copy(around: object, text: str) -> None:
    record = {"text": text, "around": around, text: 1, "who": {"login": "ada", "type": text}}
    cleaned = Privacy(KEY).clean_json(record, [USER])
    assert json.loads(cleaned) == Privacy(KEY).clean(record, [USER])
    assert b"example.com" not in cleaned


def test_the_order_of_keys_is_not_in_the_json() -> None:
    assert Privacy(KEY).clean_json({"a": {"c": 1, "b": 2}}) == Privacy(KEY).clean_json(
        {"a": {"b": 2, "c": 1}}
    )


def test_pseudonyms_depend_on_person_and_key_alone() -> None:
    assert Privacy("one").pseudonym("ada") == Privacy("one").pseudonym(" ada ")
    assert Privacy("one").pseudonym("ada") != Privacy("one").pseudonym("bob")
    assert Privacy("one").pseudonym("ada") != Privacy("two").pseudonym("ada")
    assert Privacy("one").pseudonym(7) == Privacy("one").pseudonym("7")
    assert Privacy("one").pseudonym(None) is None
    assert Privacy("one").pseudonym(" ") is None


def test_kept_logins_that_are_addresses_stay_distinct() -> None:
    privacy = Privacy(KEY, pseudonymous=False)
    cleaned = privacy.clean(
        [{"login": "ada@example.com"}, {"login": "bob@example.com"}, {"login": "eve"}], [USER]
    )
    assert cleaned[0] != cleaned[1]
    assert cleaned[2] == {"login": "eve"}
    assert "example.com" not in str(cleaned)


# ---------------------------------------------------------------------- the key


def test_the_key_is_made_once_and_kept_beside_other_secrets(workplace: Path) -> None:
    secrets = workplace / ".dlt" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text('# ours\n[connections.acme]\napi_token = "x"\n')
    reload_configuration()
    made = pseudonym_key()
    reload_configuration()
    assert pseudonym_key() == made
    assert len(made) == 64
    text = secrets.read_text()
    assert text.startswith('# ours\n[connections.acme]\napi_token = "x"\n')


def test_a_new_file_of_secrets_is_for_its_owner_only(workplace: Path) -> None:
    reload_configuration()
    pseudonym_key()
    mode = stat.S_IMODE((workplace / ".dlt" / "secrets.toml").stat().st_mode)
    assert mode == 0o600


OURS = '[connections.acme]\napi_token = "x"\n'


@pytest.fixture
def secrets_file(workplace: Path) -> Path:
    """Secrets that all may read, without a key."""
    file = workplace / ".dlt" / "secrets.toml"
    file.parent.mkdir()
    file.write_text(OURS)
    file.chmod(0o644)
    reload_configuration()
    return file


def test_a_file_of_secrets_is_for_its_owner_only_once_it_holds_the_key(secrets_file: Path) -> None:
    made = pseudonym_key()
    assert made in secrets_file.read_text()
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    assert list(secrets_file.parent.iterdir()) == [secrets_file]


def test_a_file_of_secrets_elsewhere_stays_there(secrets_file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "secrets.toml"
    secrets_file.rename(elsewhere)
    secrets_file.symlink_to(elsewhere)
    assert pseudonym_key() in elsewhere.read_text()
    assert secrets_file.is_symlink()


def test_secrets_are_whole_if_the_key_cannot_be_written(
    secrets_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or a kill: what was there is there."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(OSError, match="no space left"):
        pseudonym_key()
    assert secrets_file.read_text() == OURS
    assert list(secrets_file.parent.iterdir()) == [secrets_file]


def test_the_key_can_come_from_the_environment(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVACY__PSEUDONYM_KEY", "from outside")
    reload_configuration()
    assert pseudonym_key() == "from outside"
    assert not (workplace / ".dlt").exists()
