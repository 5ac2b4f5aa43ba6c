"""People in GitHub's records: nobody is recognisable in what is stored, and the work still is."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.demo.github_api import RepositoryData, serve
from pipelines.privacy import Privacy
from pipelines.sources._github_records import Records, person_shapes
from pipelines.sources.github import GitHubSource
from tests.pipelines.github.world import (
    Json,
    add_pull_request,
    at,
    commit,
    deployment,
    deployment_status,
    event,
    host_of,
    issue,
    load_well,
    pull_request,
    query,
    repository,
    review,
    user,
    workflow_run,
)

# Parts of the names, logins, addresses and ids that the records below hold
REVEALING = ("lovelace", "ada-l", "liskov", "grace-l", "turing", "alan-t", "person.example", "secret remark")
REVEALING_IDS = tuple(str(user(login)["id"]) for login in ("ada-lovelace", "grace-liskov", "alan-turing"))
WITH_PEOPLE = {table.name for table in GitHubSource.tables} - {"repositories", "tags"}

RECORDS = Records(["acme", "acme-labs"], ["github.com", "ghe.acme.example"])


def populated() -> RepositoryData:
    """A repository in which people stand everywhere that GitHub shows them."""
    data = RepositoryData(repository=repository())
    text = (
        "Thanks @ada-lovelace and Grace Liskov <grace@person.example>, see alan-turing/shop#4 and "
        "https://github.com/alan-turing/shop/pull/4, mail ada@person.example. Fixes SHOP-12.\n\n"
        "Signed-off-by: Alan Turing <alan@person.example>\nCo-authored-by: Ada Lovelace <ada@person.example>"
    )
    people: Json = {
        "assignee": user("grace-liskov"),
        "assignees": [user("grace-liskov"), user("alan-turing")],
    }
    milestone = {"id": 3, "title": "One", "creator": user("ada-lovelace"), "description": text}
    closed: Json = {
        "closed_by": user("alan-turing"),
        "milestone": milestone,
        "body": text,
        "title": "For @ada-l",
    }
    data.issues.append(issue(1, 0, "ada-lovelace", **people, **closed))
    other = issue(9, 0, "alan-turing", body=text) | {
        "repository": repository("alan-turing/shop", 77) | {"owner": user("alan-turing")},
        "html_url": "https://github.com/alan-turing/shop/issues/9",
        "repository_url": "https://api.github.com/repos/alan-turing/shop",
    }
    data.timelines[1] = [
        event(11, "assigned", 1, "ada-lovelace", assignee=user("grace-liskov"), assigner=user("alan-turing")),
        event(12, "commented", 2, "ada-lovelace", body="A secret remark", user=user("ada-lovelace")),
        event(13, "cross-referenced", 3, "alan-turing", source={"type": "issue", "issue": other}),
        event(
            14, "renamed", 4, "ada-lovelace", rename={"from": "Ask @grace-liskov", "to": "Ask ada-lovelace"}
        ),
        event(15, "mentioned", 4, "grace-liskov"),
        event(16, "user_blocked", 4, "acme", blocked_user=user("alan-turing")),
        event(
            17, "review_dismissed", 4, "ada-lovelace", dismissed_review={"dismissal_message": "secret remark"}
        ),
        event(
            18,
            "referenced",
            5,
            "alan-turing",
            commit_url="https://api.github.com/repos/alan-turing/shop/commits/c1",
        ),
        {"event": "committed", **commit("c1", 5, "Ada Lovelace", text)["commit"], "sha": "c1"},
        {
            "event": "line-commented",
            "comments": [
                {"id": 1, "user": user("grace-liskov"), "body": "secret remark", "diff_hunk": "@@ Ada-L"}
            ],
        },
    ]
    pull = pull_request(2, 5, "ada-lovelace", body=text, merged_by=user("grace-liskov"), **people)
    pull["requested_reviewers"] = [user("alan-turing")]
    pull["head"] |= {"ref": "ada-lovelace-patch-1", "label": "ada-lovelace:ada-lovelace-patch-1"}
    pull["auto_merge"] = {"enabled_by": user("grace-liskov"), "commit_title": text, "commit_message": text}
    add_pull_request(data, pull)
    data.reviews[2] = [review(31, 7, "grace-liskov") | {"body": "secret remark of @ada-lovelace"}]
    merge = "Merge pull request #2 from alan-turing/topic\n\nMerge branch 'x' of github.com:alan-turing/shop"
    data.commits[2] = [commit("c1", 4, "Ada Lovelace", text), commit("c2", 5, "Alan Turing", merge)]
    data.releases.append(
        {"id": 41, "tag_name": "v1", "name": "One", "body": text, "author": user("ada-lovelace")}
        | {"assets": [{"id": 1, "uploader": user("grace-liskov"), "download_count": 3}]}
    )
    data.releases[0]["created_at"] = at(3)
    data.tags.append({"name": "v1", "commit": {"sha": "c1"}})
    data.deployments.append(
        deployment(51, 10, creator=user("ada-lovelace"), payload="ada-lovelace", description=text)
    )
    data.deployment_statuses[51] = [
        deployment_status(61, "success", 11) | {"creator": user("grace-liskov"), "description": text}
    ]
    run = workflow_run(71, 8, actor=user("ada-lovelace"), triggering_actor=user("grace-liskov"))
    run |= {"display_title": text, "head_branch": "ada-lovelace-patch-1"}
    run["head_commit"] = {"message": text, "author": {"name": "Ada Lovelace", "email": "ada@person.example"}}
    run["head_repository"] = repository("ada-lovelace/shop", 78) | {"owner": user("ada-lovelace")}
    data.workflow_runs.append(run)
    return data


def stored_text(database: Path) -> str:
    """All that the raw tables hold, as text in lower case."""
    tables = [table.name for table in GitHubSource.tables] + ["loads", "issue_sightings"]
    return "\n".join(str(query(database, f"select * from raw_github.{table}")) for table in tables).lower()


def test_nobody_is_recognisable_in_the_warehouse(database: Path) -> None:
    with serve(host_of(populated())) as url:
        load_well(url, database)

    text = stored_text(database)
    secret = (*REVEALING, *REVEALING_IDS, "clone-secret", "very-secret")
    assert [name for name in secret if name in text] == []
    raw = database.read_bytes().lower()
    assert [name for name in REVEALING if name.encode() in raw] == []
    for kept in ("shop-12", "acme/shop", "person:", "signed-off-by: [person]", "-patch-1"):
        assert kept in text


def test_a_connection_that_is_not_pseudonymous_keeps_logins_but_no_address(database: Path) -> None:
    with serve(host_of(populated())) as url:
        load_well(url, database, pseudonymous=False)

    text = stored_text(database)
    assert "ada-lovelace" in text
    assert "person.example" not in text
    assert "secret remark" not in text


def cleaned(record: Json) -> Any:
    return Privacy("a key").clean(RECORDS.record(record), person_shapes())


def test_the_same_person_has_one_pseudonym_and_bots_and_organisations_keep_their_names() -> None:
    record = cleaned(
        {
            "user": user("ada"),
            "assignee": user("ada"),
            "closed_by": user("dependabot[bot]", "Bot"),
            "author": {"login": "renovate[bot]", "id": 5},
            "owner": user("acme", "Organization"),
        }
    )

    assert record["user"] == record["assignee"]
    assert record["user"]["login"].startswith("person:")
    assert record["user"].keys() == {"login", "id", "type"}
    assert record["closed_by"]["login"] == "dependabot[bot]"
    assert record["author"]["login"] == "renovate[bot]"
    assert record["owner"]["login"] == "acme"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cc @ada and @acme/payments", "cc @[person] and @acme/payments"),
        ("ada/shop#3, acme/shop#3, ada/x@0123abcd", "[person]/shop#3, acme/shop#3, [person]/x@0123abcd"),
        ("https://github.com/acme/web/pull/3", "https://github.com/acme/web/pull/3"),
        ("https://github.com/acme-labs/x", "https://github.com/acme-labs/x"),
        ("https://github.com/ada/shop", "https://github.com/[person]/shop"),
        ("https://ghe.acme.example/ada/shop", "https://ghe.acme.example/[person]/shop"),
        ("https://gist.github.com/ada/123", "https://gist.github.com/[person]/123"),
        ("git@github.com:ada/shop.git", "[e-mail]:[person]/shop.git"),
        ("https://ada.github.io/shop", "https://[person].github.io/shop"),
        ("https://user-images.githubusercontent.com/9/4", "https://user-images.githubusercontent.com/[person]/4"),
        ("https://github.com/orgs/acme/projects/1", "https://github.com/orgs/acme/projects/1"),
        ("https://docs.github.com/en/rest", "https://docs.github.com/en/rest"),
        ("Merge pull request #1 from ada/SHOP-1-x", "Merge pull request #1 from [person]/SHOP-1-x"),
        ("Merge pull request #1 from acme/SHOP-1-x", "Merge pull request #1 from acme/SHOP-1-x"),
        ("Fix\n\nReviewed-by: Ada L.\nSHOP-4", "Fix\n\nReviewed-by: [person]\nSHOP-4"),
        ("Blocked-by: SHOP-7", "Blocked-by: SHOP-7"),
        ("SHOP-12: 3 @ 4, a@b", "SHOP-12: 3 @ 4, a@b"),
    ],
)  # fmt: skip
def test_names_are_taken_out_of_texts_and_keys_stay(text: str, expected: str) -> None:
    assert RECORDS.record({"body": text}) == {"body": expected}


def test_those_whom_a_record_names_are_taken_out_of_its_texts_but_not_out_of_keys() -> None:
    record = cleaned({"user": user("shop"), "title": "shop-patch-1 by Shop, SHOP-12", "state": "shop"})

    assert record["title"] == "[person]-patch-1 by [person], SHOP-12"
    assert record["state"] == "shop"


def test_the_committer_of_the_web_site_is_no_person() -> None:
    record = cleaned(
        {
            "message": "Move to GitHub",
            "committer": {"name": "GitHub", "email": "noreply@github.com", "date": "2024-01-01T00:00:00Z"},
        }
    )

    assert record["message"] == "Move to GitHub"


LOGINS = st.from_regex(r"[a-z][a-z0-9]{4,12}(-[a-z0-9]{1,6})?", fullmatch=True).filter(
    lambda login: login not in ("github", "acme")
)


AFTER = st.sampled_from(["", ".", " x", ")"])


@given(login=LOGINS, before=st.sampled_from(["", "hi ", "(", "*", "\n"]), after=AFTER)
def test_no_login_survives_where_github_would_link_it(login: str, before: str, after: str) -> None:
    text = "\n".join(
        (
            f"{before}@{login}{after}",
            f"{before}{login}/repo#12{after}",
            f"{before}https://github.com/{login}/repo{after}",
            f"Signed-off-by: {login} <{login}@mail.example>",
        )
    )
    record = Privacy("a key").clean(RECORDS.record({"body": text}), person_shapes())

    own_words = re.compile("person|signed-off-by|github.com|https", re.IGNORECASE)
    assert login not in own_words.sub("", record["body"])


def test_people_become_pseudonyms_in_what_was_stored_with_names_for_a_while(database: Path) -> None:
    with serve(host_of(populated())) as url:
        for pseudonymous in (True, False, True):
            load_well(url, database, pseudonymous=pseudonymous)
            for table in GitHubSource.tables:
                records = str(query(database, f"select record from raw_github.{table.name}"))
                has_names = re.search("ada-lovelace|grace-liskov|alan-turing", records) is not None
                assert has_names is (not pseudonymous and table.name in WITH_PEOPLE), table.name
