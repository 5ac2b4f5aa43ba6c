"""The Jira objects tell the plan: their changelogs replay to their fields, with the dirt of real ones."""

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from pipelines.demo.jira_api import JiraSite
from pipelines.demo.jira_records import JiraWriter
from pipelines.demo.organisation import LOADED_AT, RENAMED_AT

Issue = dict[str, Any]
FIELDS = {"status": "status", "issuetype": "issuetype", "Issue Type": "issuetype", "resolution": "resolution"}


@pytest.fixture(scope="module", params=["cloud", "data_center"])
def writer(request, company) -> JiraWriter:
    return getattr(company, request.param)


@pytest.fixture(scope="module")
def site(writer) -> JiraSite:
    return writer.site(LOADED_AT[-1])


def changes(issue: Issue, *fields: str) -> Iterator[tuple[str, Issue]]:
    """The changes of some fields in the order in which they count: time, number, place."""
    histories = issue["changelog"]["histories"]
    for history in sorted(histories, key=lambda h: (datetime.fromisoformat(h["created"]), int(h["id"]))):
        for item in history["items"]:
            if item["field"] in fields:
                yield history["created"], item


def is_whole(writer: JiraWriter, issue: Issue) -> bool:
    item = next(item for item in writer.items if item.id == issue["id"])
    return not item.features & {"lost_middle", "lost_last"}


def test_changelogs_replay_to_the_current_fields(writer, site):
    for issue in site.issues:
        if not is_whole(writer, issue):
            continue
        for field in ("status", "issuetype", "resolution"):
            spellings = [name for name, target in FIELDS.items() if target == field]
            current = (issue["fields"][field] or {}).get("id")
            sides = [(item["from"], item["to"]) for _, item in changes(issue, *spellings)]
            sides = (
                list(dict.fromkeys(sides)) if field == "issuetype" else sides
            )  # both spellings in one history
            for before, after in itertools.pairwise(sides):
                assert before[1] == after[0], issue["key"]
            assert not sides or sides[-1][1] == current, issue["key"]


def test_lost_changes_are_the_only_gaps(company):
    lost = [
        issue
        for writer in (company.cloud, company.data_center)
        for issue in writer.site(LOADED_AT[-1]).issues
        if not is_whole(writer, issue)
    ]
    assert lost


def test_flags_and_labels_replay(writer, site):
    flagged = writer.dialect.flagged
    seen = 0
    for issue in site.issues:
        flags = [item["toString"] for _, item in changes(issue, "Flagged")]
        seen += len(flags)
        current = [option["value"] for option in issue["fields"][flagged] or []]
        assert ([flags[-1]] if flags and flags[-1] else []) == current
        labels = [item["toString"].split() for _, item in changes(issue, "labels")]
        assert not labels or labels[-1] == issue["fields"]["labels"]
    assert seen


def test_moves_replay_to_the_current_key(site):
    moved = 0
    for issue in site.issues:
        keys = [(item["fromString"], item["toString"]) for _, item in changes(issue, "Key")]
        if keys:
            moved += 1
            assert keys[-1][1] == issue["key"]
            assert issue["fields"]["project"]["key"] == issue["key"].rsplit("-", 1)[0]
            assert keys[0][0].rsplit("-", 1)[0] != issue["fields"]["project"]["key"]
    assert moved


def test_keys_and_ids_are_unique(site):
    assert len({issue["key"] for issue in site.issues}) == len({issue["id"] for issue in site.issues})
    assert len({issue["key"] for issue in site.issues}) == len(site.issues)
    ids = [history["id"] for issue in site.issues for history in issue["changelog"]["histories"]]
    assert len(set(ids)) == len(ids)


def test_history_ids_do_not_follow_time_everywhere(site):
    swapped = 0
    for issue in site.issues:
        histories = issue["changelog"]["histories"]
        numbers = [int(h["id"]) for h in histories]
        swapped += numbers != sorted(numbers)
    assert 0 < swapped < len(site.issues) / 10


def test_history_ids_have_more_digits_in_the_end(site):
    lengths = {len(h["id"]) for issue in site.issues for h in issue["changelog"]["histories"]}
    assert len(lengths) > 1 or max(lengths) == 5


def test_some_were_updated_before_their_last_change(site):
    early = [
        issue
        for issue in site.issues
        if any(
            datetime.fromisoformat(h["created"]) > datetime.fromisoformat(issue["fields"]["updated"])
            for h in issue["changelog"]["histories"]
        )
    ]
    assert early


def test_offsets_differ_from_record_to_record(site):
    assert len({issue["fields"]["created"][-5:] for issue in site.issues}) >= 3


def test_only_the_import_was_changed_before_it_was_created(company):
    early = [
        issue["fields"]["summary"]
        for writer in (company.cloud, company.data_center)
        for issue in writer.site(LOADED_AT[-1]).issues
        for history in issue["changelog"]["histories"]
        if datetime.fromisoformat(history["created"]) < datetime.fromisoformat(issue["fields"]["created"])
    ]
    assert early == ["Changed before it was created, as imports do"]


def test_a_renamed_status_keeps_its_id_and_its_old_spelling_in_changelogs(company):
    site = company.cloud.site(LOADED_AT[-1])
    assert "Code Review" not in {status["name"] for status in site.statuses}
    spellings = {
        (datetime.fromisoformat(at).timestamp() * 1000 < RENAMED_AT, item["toString"])
        for issue in site.issues
        for at, item in changes(issue, "status")
        if item["to"] == "10021"
    }
    assert spellings == {(True, "Code Review"), (False, "Peer Review")}


def test_a_deleted_status_is_in_no_list(company):
    site = company.data_center.site(LOADED_AT[-1])
    assert "Legacy Triage" not in {status["name"] for status in site.statuses}
    assert any(item["toString"] == "Legacy Triage" for i in site.issues for _, item in changes(i, "status"))


def test_what_is_deleted_is_gone_from_the_next_load(writer):
    first, last = ({issue["id"] for issue in writer.site(at).issues} for at in (LOADED_AT[0], LOADED_AT[-1]))
    gone = {item.id for item in writer.items if item.removed_at}
    assert gone
    assert first - last == gone


def test_an_earlier_load_sees_less_of_the_same(writer, site):
    now = {issue["id"]: issue for issue in site.issues}
    for issue in writer.site(LOADED_AT[0]).issues:
        if issue["id"] in now:
            before = [history["id"] for history in issue["changelog"]["histories"]]
            assert before == [h["id"] for h in now[issue["id"]]["changelog"]["histories"]][: len(before)]
            assert issue["fields"]["updated"][:19] <= "2026-04-01T00:30:00"


def test_parents_are_served_with_their_children(writer, site):
    ids = {issue["id"]: issue for issue in site.issues}
    keys = {issue["key"] for issue in site.issues}
    sub_tasks = 0
    for issue in site.issues:
        parent = issue["fields"].get("parent")
        if parent:
            assert parent["id"] in ids
        if issue["fields"]["issuetype"]["subtask"]:
            sub_tasks += 1
            assert issue["id"] in {brief["id"] for brief in ids[parent["id"]]["fields"]["subtasks"]}
        epic = issue["fields"].get(writer.dialect.epic_link) if writer.dialect.epic_link else None
        assert epic is None or epic in keys
    assert sub_tasks


def test_sprints_that_issues_name_are_on_a_board(company):
    site = company.cloud.site(LOADED_AT[-1])
    known = {sprint["id"] for sprints in site.sprints.values() for sprint in sprints}
    named = {s["id"] for issue in site.issues for s in issue["fields"]["customfield_10020"] or []}
    assert named
    assert named <= known
    assert {s["state"] for sprints in site.sprints.values() for s in sprints} == {
        "closed",
        "active",
        "future",
    }
