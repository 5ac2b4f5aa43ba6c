"""Hand-computed lives: the oracle is only worth something if it is right itself."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.oracle import Clock, Life, Oracle, load_figures, percentile
from tests.acceptance.packs import (
    Artifact,
    Change,
    Link,
    Pack,
    jira_changes,
    jira_links,
    milliseconds,
    unrecorded_closing,
)

HOUR = 3_600_000
DAY = 24 * HOUR
START = milliseconds("2024-01-01T00:00:00Z")  # a Monday

DATES = "precedence,valid_from,valid_to"
SCOPE = "tool,connection,project,scope_type,scope_value"
HEADERS = {
    "state_mapping": f"tool,connection,project,artifact_type,tool_state,abstract_state,outcome,{DATES},note",
    "flow_item_mapping": "tool,connection,project,artifact_type,label,component,model,flow_item,flow_level,"
    f"{DATES},note",
    "value_mapping": "tool,connection,field,tool_value,value,note",
    "products": "product_id,product_name,value_stream_id,owner,calendar_id",
    "product_scope": f"product_id,{SCOPE},{DATES}",
    "value_streams": "value_stream_id,value_stream_name,level,parent_id",
    "teams": "team_id,team_name,value_stream_id,calendar_id",
    "team_scope": f"team_id,{SCOPE},{DATES}",
}
ROWS = {
    "state_mapping": [
        "jira,,,,Open,new,,,,,",
        "jira,,,,Doing,active,,,,,",
        "jira,,,,Review,waiting,,,,,",
        "jira,,,,Resolved,done,cancelled,,,,",
        "jira,,,,Closed,done,,,,,",
    ],
    "flow_item_mapping": [
        "jira,,,Bug,,,defect,defect,,,,,",
        "jira,,,Story,,,story,feature,,,,,",
        "jira,,,Sub-task,,,task,none,,,,,",
    ],
    "value_mapping": ["jira,,resolution,Fixed,delivered,"],
    "products": ["shop,Shop,selling,,", "till,Till,,,"],
    "product_scope": ["shop,jira,,,project,SHOP,,,", "till,jira,,,component,Till,,,"],
    "value_streams": ["selling,Selling,value_stream,train", "train,Train,art,", "care,Care,value_stream,"],
    "teams": ["reds,Reds,care,"],
    "team_scope": ["reds,jira,,,label,reds,,,"],
}
Lived = Callable[..., Oracle]


@pytest.fixture
def lived(tmp_path: Path) -> Lived:
    """Reckons artifacts under the seeds above, with the seeds that a test gives in place of theirs."""

    def reckon(
        *artifacts: Artifact, as_of: int = START + 20 * DAY, zone: str = "UTC", **seeds: list[str]
    ) -> Oracle:
        for name, header in HEADERS.items():
            rows = seeds.get(name, ROWS[name])
            (tmp_path / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return Oracle(Pack(list(artifacts), {"Received": "new"}), tmp_path, as_of, zone)

    return reckon


def moves(*steps: tuple[float, str, str], attribute: str = "state", first_id: int = 1) -> tuple[Change, ...]:
    """Changes at (hours after START, from, to)."""
    return tuple(
        Change(START + round(hours * HOUR), first_id + n, 0, attribute, before or None, after or None)
        for n, (hours, before, after) in enumerate(steps)
    )


def issue(*changes: Change, **values: object) -> Artifact:
    last = [c.after for c in changes if c.attribute == "state"]
    given: dict[str, object] = {
        "connection": "c",
        "tool": "jira",
        "native_id": "1",
        "key": "SHOP-1",
        "project": "SHOP",
        "artifact_type": "Bug",
        "state": last[-1] if last else "Open",
        "created_at": START,
        "updated_at": START,
        "changes": changes,
    }
    return Artifact(**(given | values))  # type: ignore[arg-type]  # the keys are those of Artifact


def only(oracle: Oracle) -> Life:
    assert len(oracle.lives) == 1
    return oracle.lives[0]


def states(life: Life) -> list[tuple[float, str]]:
    return [((s.interval.entered_at - START) / HOUR, s.interval.state) for s in life.stays]


def test_resolved_then_closed_completes_when_resolved(lived: Lived) -> None:
    life = only(
        lived(
            issue(
                *moves(
                    (10, "Open", "Doing"),
                    (13, "Doing", "Review"),
                    (14, "Review", "Resolved"),
                    (40, "Resolved", "Closed"),
                )
            )
        )
    )
    figures = life.figures()
    assert (life.started_at, life.completed_at) == (START + 10 * HOUR, START + 14 * HOUR)
    assert (figures["active_seconds"], figures["waiting_seconds"]) == (3 * 3600, 3600)
    assert (figures["flow_time_seconds"], figures["elapsed_seconds"]) == (4 * 3600, 4 * 3600)
    assert (figures["flow_efficiency"], figures["lead_time_seconds"]) == (0.75, 14 * 3600)
    assert figures["outcome"] == "cancelled"  # of the state entered at completion, not of the last


def test_time_back_in_new_and_in_done_before_a_reopening_is_no_flow_time(lived: Lived) -> None:
    life = only(
        lived(
            issue(
                *moves(
                    (1, "Open", "Doing"),
                    (2, "Doing", "Open"),
                    (5, "Open", "Doing"),
                    (6, "Doing", "Closed"),
                    (10, "Closed", "Review"),
                    (12, "Review", "Closed"),
                )
            )
        )
    )
    figures = life.figures()
    assert (figures["flow_time_seconds"], figures["elapsed_seconds"]) == (4 * 3600, 11 * 3600)
    assert (life.first_completed_at, life.completed_at) == (START + 6 * HOUR, START + 12 * HOUR)
    assert figures["reopened_count"] == 1


def test_an_open_item_ages_until_as_of(lived: Lived) -> None:
    figures = only(
        lived(
            issue(*moves((1, "Open", "Doing"), (2, "Doing", "Open"), (4, "Open", "Review"))),
            as_of=START + 10 * HOUR,
        )
    ).figures()
    assert (figures["age_seconds"], figures["work_age_seconds"]) == (9 * 3600, 7 * 3600)
    assert (figures["completed_at"], figures["flow_time_seconds"], figures["outcome"]) == (None, None, None)


def test_completed_without_a_start_is_skipped_work(lived: Lived) -> None:
    figures = only(lived(issue(*moves((5, "Open", "Closed"))))).figures()
    assert (figures["skipped_work"], figures["flow_time_seconds"], figures["flow_efficiency"]) == (
        True,
        None,
        None,
    )
    assert figures["outcome"] == "delivered"


def test_a_stay_of_no_length_leaves_one_interval_and_no_reopening(lived: Lived) -> None:
    life = only(
        lived(
            issue(
                *moves(
                    (1, "Open", "Doing"),
                    (3, "Doing", "Closed"),
                    (3, "Closed", "Doing"),
                    (4, "Doing", "Closed"),
                )
            )
        )
    )
    assert states(life) == [(0, "Open"), (1, "Doing"), (4, "Closed")]
    assert life.reopened_count == 0


def test_ties_in_time_go_by_the_change_id_then_the_position(lived: Lived) -> None:
    late = Change(START + HOUR, 10, 0, "state", "Doing", "Closed")
    early = Change(START + HOUR, 9, 5, "state", "Open", "Doing")
    assert states(only(lived(issue(late, early, state="Closed")))) == [(0, "Open"), (1, "Closed")]


def test_a_change_before_creation_moves_the_start_back(lived: Lived) -> None:
    life = only(lived(issue(*moves((-2, "Open", "Doing"), (1, "Doing", "Closed")))))
    assert states(life) == [(-2, "Doing"), (1, "Closed")]
    assert life.figures()["lead_time_seconds"] == 3 * 3600


def test_an_unrecorded_current_state_is_inferred_at_the_last_update(lived: Lived) -> None:
    made = issue(*moves((1, "Open", "Doing")), state="Closed", updated_at=START + 30 * 60_000)
    life = only(lived(made))
    assert life.stays[-1].interval.is_inferred
    assert states(life) == [(0, "Open"), (1, "Closed")]  # never earlier than the last change


def test_an_unmapped_state_ends_the_run_of_done_and_is_counted_apart(lived: Lived) -> None:
    life = only(
        lived(
            issue(
                *moves(
                    (1, "Open", "Doing"), (2, "Doing", "Closed"), (3, "Closed", "Odd"), (7, "Odd", "Closed")
                )
            )
        )
    )
    figures = life.figures()
    assert (figures["reopened_count"], life.completed_at) == (1, START + 7 * HOUR)
    assert (figures["unmapped_seconds"], figures["flow_time_seconds"]) == (4 * 3600, 3600)


def test_the_tools_category_stands_in_for_a_missing_state_row(lived: Lived) -> None:
    stay = only(lived(issue(state="Received"))).stays[0]
    assert (stay.abstract_state, stay.state_source) == ("new", "tool_category")


def test_a_flagged_active_interval_is_waiting_and_blocked(lived: Lived) -> None:
    flagged = moves((2, "", "flagged"), (5, "flagged", ""), attribute="flag", first_id=50)
    figures = only(lived(issue(*moves((1, "Open", "Doing"), (6, "Doing", "Closed")), *flagged))).figures()
    assert (figures["active_seconds"], figures["waiting_seconds"], figures["blocked_seconds"]) == (
        7200,
        10800,
        10800,
    )


def test_a_done_item_keeps_the_class_it_had_when_it_was_completed(lived: Lived) -> None:
    retyped = moves((8, "Bug", "Story"), attribute="type", first_id=50)
    life = only(
        lived(issue(*moves((1, "Open", "Doing"), (4, "Doing", "Closed")), *retyped, artifact_type="Story"))
    )
    assert life.published.flow_item == "defect"
    assert life.stays[-1].flow_item == "feature"


def test_load_has_the_class_of_each_moment_and_velocity_the_published_one(lived: Lived) -> None:
    retyped = moves((24, "Bug", "Story"), attribute="type", first_id=50)
    oracle = lived(
        issue(*moves((1, "Open", "Doing"), (40, "Doing", "Closed")), *retyped, artifact_type="Story"),
        as_of=START + 60 * HOUR,
    )
    rows = {
        (r["flow_item"], r["period_start"]): r
        for r in oracle.period_figures(["day"])
        if r["scope_id"] == "shop"
    }
    first, second = date(2024, 1, 1), date(2024, 1, 2)
    assert (rows["defect", first]["load_end"], rows["feature", first]["load_end"]) == (1, 0)
    assert (rows["defect", second]["load_max"], rows["feature", second]["load_max"]) == (0, 1)
    assert (rows["feature", first]["arrivals"], rows["feature", second]["velocity"]) == (1, 1)
    assert rows["all", first]["load_avg"] == pytest.approx(23 / 24)
    assert rows["feature", second]["load_avg"] == pytest.approx(16 / 24)
    assert (rows["all", second]["share"], rows["defect", second]["share"], rows["all", first]["share"]) == (
        1,
        0,
        None,
    )


def test_a_removed_item_leaves_load_and_ages_no_more(lived: Lived) -> None:
    oracle = lived(issue(*moves((1, "Open", "Doing")), removed_at=START + 5 * HOUR), as_of=START + 60 * HOUR)
    life = only(oracle)
    assert (life.bucket, life.active, life.is_in_work) == ("removed_before_completion", 4 * HOUR, False)
    loads = [
        r
        for r in oracle.period_figures(["day"])
        if r["scope_type"] == "organisation" and r["flow_item"] == "all"
    ]
    assert [r["load_end"] for r in loads] == [0, 0, 0]
    assert [r["load_max"] for r in loads] == [1, 0, 0]


def test_the_resolution_decides_the_outcome_before_the_state(lived: Lived) -> None:
    assert only(lived(issue(*moves((1, "Open", "Resolved")), resolution="FIXED "))).outcome == "delivered"
    assert only(lived(issue(*moves((1, "Open", "Resolved")), resolution="Whatever"))).outcome == "cancelled"


def test_a_past_as_of_cuts_the_timeline(lived: Lived) -> None:
    made = issue(*moves((1, "Open", "Doing"), (9, "Doing", "Closed")))
    figures = only(lived(made, as_of=START + 4 * HOUR)).figures()
    assert (figures["completed_at"], figures["age_seconds"]) == (None, 3 * 3600)
    assert lived(made, as_of=START - HOUR).lives == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["jira,,,bug ,,,x,debt,,,,,"], "debt"),  # case and outer blanks
        (["jira,,,,,,x,debt,,,,,", "jira,,,Bug,,,x,defect,,,,,"], "defect"),  # most specific
        (["jira,,,,,,x,debt,,1,,,", "jira,,,Bug,,,x,defect,,,,,"], "debt"),  # blank precedence comes last
        (["jira,,,,,,x,debt,,10,,,", "jira,,,Bug,,,x,defect,,9,,,"], "defect"),  # precedence is a number
        (["jira,,SHOP,,,,x,debt,,,,,", "jira,,,Bug,,,x,defect,,,,,"], "debt"),  # left-most
        (
            ["jira,,,Bug,,,x,debt,,,,2024-01-01,", "jira,,,Bug,,,x,risk,,,2024-01-01,,"],
            "risk",
        ),  # half-open dates
        (["jira,,,,a,,x,debt,,,,,", "jira,,,,b,,x,risk,,,,,"], None),  # a tie through two labels
        (["jira,,,,a,,x,debt,,,,,", "jira,,,,b,,x,debt,,,,,"], "debt"),  # a tie that agrees
        (["jira,,,,,Till,x,debt,,,,,", "jira,,,,,Nope,x,risk,,,,,"], "debt"),
    ],
)
def test_which_mapping_row_wins(lived: Lived, rows: list[str], expected: str | None) -> None:
    made = issue(labels=("A", "b"), components=("Till ",))
    stay = only(lived(made, flow_item_mapping=rows)).stays[0]
    assert stay.flow_item == expected
    assert bool(stay.decisions["flow_item_mapping"].conflict) == (expected is None)


def test_valid_dates_are_of_the_reporting_time_zone(lived: Lived) -> None:
    rows = ["jira,,,Bug,,,x,debt,,,,2024-01-01,", "jira,,,Bug,,,x,risk,,,2024-01-01,,"]
    assert only(lived(issue(), zone="America/New_York", flow_item_mapping=rows)).stays[0].flow_item == "debt"


def test_the_scope_type_ranks_before_the_most_specific_row(lived: Lived) -> None:
    rows = ["shop,jira,c,SHOP,project,SHOP,,,", "till,,,,component,Till,,,"]
    life = only(lived(issue(components=("Till",)), product_scope=rows))
    assert life.published.product_id == "till"


def test_scopes_above_a_product_and_without_one(lived: Lived) -> None:
    seeds = lived().seeds
    assert seeds.scopes("shop", "reds") == {
        ("product", "shop"),
        ("team", "reds"),
        ("value_stream", "selling"),
        ("art", "train"),
        ("organisation", "organisation"),
    }
    assert ("value_stream", "care") in seeds.scopes("unassigned", "reds")
    assert seeds.scopes("till", "reds") == {
        ("product", "till"),
        ("team", "reds"),
        ("organisation", "organisation"),
    }


BOARD = [
    "github,,,,open,new,,,,,",
    "github,,,,closed,done,,,,,",
    "github,,,,label:Ready,waiting,,,,,",
    "github,,,,label:Doing,active,,,,,",
]


def ticket(*changes: Change, **values: object) -> Artifact:
    return issue(*changes, **({"tool": "github", "state": "open", "first_state": "open"} | values))


def test_the_latest_added_label_is_the_state_while_the_issue_is_open(lived: Lived) -> None:
    labels = moves(
        (1, "", "Ready"),
        (2, "", "doing"),
        (3, "", "Other"),
        (4, "doing", ""),
        (9, "Ready", ""),
        attribute="label",
    )
    closings = moves((6, "", "closed"), (8, "", "open"), first_id=50)
    life = only(lived(ticket(*labels, *closings, labels=("Other",)), state_mapping=BOARD))
    assert states(life) == [
        (0, "open"),
        (1, "label:Ready"),
        (2, "label:doing"),
        (4, "label:Ready"),
        (6, "closed"),
        (8, "label:Ready"),
        (9, "open"),
    ]
    assert life.stays[2].abstract_state == "active"


def test_a_label_that_left_no_event_was_there_from_the_start(lived: Lived) -> None:
    assert states(only(lived(ticket(labels=("Doing",)), state_mapping=BOARD))) == [(0, "label:Doing")]
    gone = moves((5, "Doing", ""), attribute="label")
    assert states(only(lived(ticket(*gone), state_mapping=BOARD))) == [(0, "label:Doing"), (5, "open")]


def test_a_label_that_vanished_without_an_event_is_inferred(lived: Lived) -> None:
    worn = moves((5, "", "Doing"), attribute="label")
    life = only(lived(ticket(*worn, updated_at=START + 7 * HOUR), state_mapping=BOARD))
    assert states(life) == [(0, "open"), (5, "label:Doing"), (7, "open")]
    assert [s.interval.is_inferred for s in life.stays] == [False, False, True]


def test_two_labels_that_vanished_leave_the_issue_open(lived: Lived) -> None:
    worn = moves((5, "", "Doing"), (6, "", "Ready"), attribute="label")
    life = only(lived(ticket(*worn, updated_at=START + 7 * HOUR), state_mapping=BOARD))
    assert states(life)[-1] == (7, "open")


def test_a_closing_that_the_timeline_lacks_is_taken_from_closed_at() -> None:
    issue_now = {"state": "closed", "closed_at": "2024-01-01T05:00:00Z"}
    closing = Change(START + 5 * HOUR, 1, 0, "state", None, "closed")
    assert unrecorded_closing(issue_now, []) == [closing]
    assert unrecorded_closing(issue_now, [closing]) == []
    assert unrecorded_closing(issue_now, list(moves((6, "", "open")))) == []
    assert unrecorded_closing({"state": "open", "closed_at": None}, []) == []


def test_a_shipped_default_decides_only_where_no_row_of_the_organisation_matches(
    lived: Lived, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [HEADERS["flow_item_mapping"], "jira,,SHOP,Bug,,,x,risk,,1,,,", "jira,,,Chore,,,x,debt,,,,,"]
    shipped = tmp_path / "default_flow_item_mapping.csv"
    shipped.write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr("tests.acceptance.oracle.DEFAULTS", tmp_path)
    assert only(lived(issue())).published.flow_item == "defect"
    assert only(lived(issue(artifact_type="Chore"))).published.flow_item == "debt"


def test_load_nets_one_instant_and_leaves_the_boundary_to_the_next_period() -> None:
    periods = Clock("UTC").periods("day", START, START + 3 * DAY)
    first, second, third, running = load_figures(
        [(START, START + DAY), (START + DAY, START + 2 * DAY + 12 * HOUR), (START + 3 * DAY + HOUR, None)],
        periods,
        START + 3 * DAY + 4 * HOUR,
    )
    assert first == {"load_end": 1, "load_avg": 1, "load_max": 1}
    assert second == {"load_end": 1, "load_avg": 1, "load_max": 1}
    assert third == {"load_end": 0, "load_avg": 0.5, "load_max": 1}
    assert running == {"load_end": 1, "load_avg": 0.75, "load_max": 1}


def test_periods_begin_at_local_midnight_and_weeks_on_monday() -> None:
    clock = Clock("America/New_York")
    spring = clock.periods("day", milliseconds("2024-03-10T12:00:00Z"), milliseconds("2024-03-10T12:00:00Z"))
    assert [(p.ends_at - p.starts_at) // HOUR for p in spring] == [23]
    assert [p.start for p in clock.periods("week", START, START + DAY)] == [
        date(2023, 12, 25),
        date(2024, 1, 1),
    ]
    assert [p.start for p in clock.periods("quarter", START, START + DAY)] == [
        date(2023, 10, 1),
        date(2024, 1, 1),
    ]


def test_percentiles_interpolate_linearly() -> None:
    assert percentile([10, 20, 30, 40], 0.5) == 25
    assert percentile([10, 20, 30, 40], 0.85) == pytest.approx(35.5)
    assert (percentile([7], 0.95), percentile([], 0.5)) == (7, None)


def test_a_type_spelt_twice_in_one_history_counts_once() -> None:
    def item(name: str, before: str, after: str, **ids: str) -> dict[str, str | None]:
        return {"field": name, "from": None, "to": None, **ids, "fromString": before, "toString": after}

    history = {
        "id": "7",
        "created": "2024-01-01T00:00:00.000+0000",
        "items": [
            item("issuetype", "Bug", "Story"),
            item("Issue Type", "Bug", "Story"),
            item("Key", "OLD-1", "SHOP-1"),
            item("status", "To Do", "Old name", **{"from": "1", "to": "2"}),
        ],
    }
    assert list(jira_changes([history], {"2": "New name"})) == [
        Change(START, 7, 0, "type", "Bug", "Story"),
        Change(START, 7, 2, "project", "OLD", "SHOP"),
        Change(START, 7, 3, "state", "To Do", "New name"),
    ]


def test_a_link_that_both_ends_show_is_one_as_old_as_the_first_history_that_adds_it() -> None:
    def history(day: int, **item: str | None) -> dict[str, object]:
        return {"created": f"2024-01-{day:02}T00:00:00Z", "items": [{"field": "Link", **item}]}

    def record(
        native_id: str, histories: list[dict[str, object]], *links: dict[str, object]
    ) -> dict[str, object]:
        kind = {"type": {"outward": "depends on"}}
        fields = {"issuelinks": [link | kind for link in links]}
        return {
            "id": native_id,
            "key": f"SHOP-{native_id}",
            "changelog": {"histories": histories},
            "fields": fields,
        }

    ends = [{"id": native_id, "key": f"SHOP-{native_id}"} for native_id in ("1", "2", "3")]
    added, removed = history(3, to="SHOP-2"), history(2, to=None)
    first = record("1", [added, removed], {"outwardIssue": ends[1]}, {"outwardIssue": ends[2]})
    second = record("2", [history(4, to="SHOP-1")], {"inwardIssue": ends[0]})
    assert list(jira_links([first, second])) == [
        Link("1", "2", "depends on", START + 2 * DAY),
        Link("1", "3", "depends on", None),
    ]


def test_an_unmapped_link_type_or_priority_is_a_gap(lived: Lived) -> None:
    oracle = lived(issue(native_id="7", priority="P0", created_at=START))
    links = (Link("7", "8", "depends on", START), Link("7", "9", "depends on", START + 21 * DAY))
    oracle.pack = Pack(oracle.pack.artifacts, {}, links)
    gaps = [(row["field"], row["tool_value"], row["artifact_count"]) for row in oracle.gaps() if row["field"]]
    assert gaps == [("link_type", "depends on", 1), ("priority", "P0", 1)]
