from collections import Counter
from hashlib import sha256
from itertools import groupby
from statistics import median

import pytest

from pipelines.demo.clock import instant
from pipelines.demo.company import Company, found
from pipelines.demo.organisation import AREAS, HISTORY_END, HISTORY_START, LOADED_AT, PROJECTS
from pipelines.demo.plan import Item


def digest(company: Company) -> str:
    """A hash of all that the plan says."""

    def plain(value: object) -> object:
        return value.number if isinstance(value, Item) else value

    lines = [
        (
            item.number,
            item.created,
            item.title,
            item.deleted_at,
            [(k, plain(v)) for k, v in item.born.items()],
            *tuple((c.at, c.attribute, plain(c.before), plain(c.after), c.is_recorded) for c in item.changes),
        )
        for item in company.items
    ]
    pulls = [(p.repository, p.opened_at, p.commits, p.reviews, p.merged_at) for p in company.pulls]
    return sha256(repr((lines, pulls, company.deployments, company.releases)).encode()).hexdigest()


def test_the_same_seed_and_size_tell_the_same_story(company):
    assert digest(found(1500, 1)) == digest(company)
    assert digest(found(1500, 2)) != digest(company)


def test_the_story_is_the_same_on_every_machine():
    assert digest(found(500, 1)) == "001ffb9eb33474f7fabf1be0968816b6de2e4387553e66d1818c72d491641ace"


@pytest.fixture(scope="module")
def story() -> Counter[str]:
    """How often each turn of the story occurs in the demo as it is shown."""
    return Counter(name for item in found().items for name in item.features)


@pytest.mark.parametrize("size", [500, 3000])
def test_there_are_about_as_many_items_as_asked_for(size):
    assert len(found(size).items) == pytest.approx(size, rel=0.12)


def test_the_company_is_as_large_as_promised():
    assert len({area.team for area in AREAS if area.team}) == 20
    assert len({product for area in AREAS for _, product in area.products} - {"unassigned"}) == 13
    assert {project.connection.name for project in PROJECTS.values()} == {
        "lumen_cloud",
        "lumen_dc",
        "lumen_github",
    }
    assert (HISTORY_END - HISTORY_START) / 86_400_000 / 30.4 > 17.9


@pytest.mark.parametrize(
    "feature",
    [
        "reopened",
        "cancelled",
        "moved",
        "retyped",
        "promoted",
        "relabelled",
        "flagged",
        "skipped",
        "put_back",
        "deleted",
        "hidden",
        "sub_task",
        "idle",
        "label_gap",
        "blocked_by_label",
        "lost_middle",
        "lost_last",
        "contradicted",
        "edge",
    ],
)
def test_every_turn_of_the_story_occurs(story, feature):
    assert story[feature] > 0


def test_no_change_happens_after_the_history(company):
    assert max(change.at for item in company.items for change in item.changes) <= LOADED_AT[-1]


def test_every_attribute_changes_from_what_it_was(company):
    for item in company.items:
        values = dict(item.born)
        for change in sorted(item.changes, key=lambda change: (change.at, change.step)):
            assert values[change.attribute] == change.before, item
            values[change.attribute] = change.after


def test_states_are_those_of_the_project_that_the_item_is_in(company):
    extra = {"Reopened", "Limbo", "Legacy Triage", "label:status: blocked"}
    for item in company.items:
        values = {"project": item.area.project, "state": item.born["state"]}
        changes = sorted(item.changes, key=lambda change: (change.at, change.step))
        for _, step in groupby(changes, key=lambda change: change.step):
            values.update({change.attribute: change.after for change in step})
            assert values["state"] in {*PROJECTS[values["project"]].states, *extra}


def test_every_item_is_seen_by_a_load(company):
    assert all(item.last_loaded in LOADED_AT for item in company.items)


def test_no_sweep_finds_more_gone_than_it_may_record(company):
    for connection in {item.connection for item in company.items}:
        items = [item for item in company.items if item.connection == connection]
        for sweep in LOADED_AT[1:]:
            assert sum(item.removed_at == sweep for item in items) < 0.05 * len(items)


def test_the_test_queue_of_the_warehouse_grows(company):
    turn, later = instant("2026-01-01T00:00:00+01:00"), instant("2026-03-01T00:00:00+01:00")
    stays = [
        (interval.start, interval.end - interval.start)
        for life in company.truth.lives
        for interval in life.intervals
        if interval.state == "Waiting for Test" and interval.end
    ]
    before = median(stay for at, stay in stays if at < turn)
    assert median(stay for at, stay in stays if at >= later) > 2 * before
