"""Jira reads our times in its user's zone, to the minute; no issue is lost to that, whatever clocks do."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.demo.jira_api import JiraSite, serve
from pipelines.sources import LoadContext, Progress
from pipelines.sources.jira import JiraSource, Mark
from tests.pipelines.jira_site import START, connection, make_issue, make_site

ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # left out a whole day
    "Europe/Dublin",
    "America/St_Johns",
)
BACK_IN_NEW_YORK = dt.datetime(2024, 11, 3, 6, 0, tzinfo=dt.UTC)  # 1:00 to 2:00 comes twice
FORWARD_IN_NEW_YORK = dt.datetime(2024, 3, 10, 7, 0, tzinfo=dt.UTC)


def read(site: JiraSite, deployment: str, progress: Progress) -> dict[str, str]:
    """What the source reads: the last version of each issue, as its update."""
    with serve(site, deployment=deployment) as url:
        source = JiraSource(LoadContext(connection(url, deployment), progress))
        pages = list(source.extract())
    issues = [row for table, rows in pages for row in rows if table == "issues"]
    with_changes = [row for table, rows in pages for row in rows if table == "issue_changelogs"]
    assert {row.columns["id"] for row in issues} == {row.columns["issue_id"] for row in with_changes}
    return {row.columns["id"]: row.record["fields"]["updated"] for row in issues}


def updates(site: JiraSite) -> dict[str, str]:
    return {issue["id"]: issue["fields"]["updated"] for issue in site.issues}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_every_issue_is_read_in_every_zone(deployment: str, zone: str) -> None:
    site = make_site(deployment, count=45, minutes=0.7, page_limit=4, time_zone=zone)
    assert read(site, deployment, Progress()) == updates(site)


@pytest.mark.parametrize("later_of_two", [False, True])
@pytest.mark.parametrize("around", [BACK_IN_NEW_YORK, FORWARD_IN_NEW_YORK])
@pytest.mark.parametrize("minutes", [0.1, 9.0])
def test_every_issue_is_read_when_clocks_change(
    around: dt.datetime, later_of_two: bool, minutes: float
) -> None:
    site = make_site("cloud", count=0, page_limit=4, later_of_two=later_of_two)
    begin = around - dt.timedelta(minutes=minutes * 20)
    site.issues = [
        make_issue("cloud", number, begin + dt.timedelta(minutes=minutes * number)) for number in range(40)
    ]
    assert read(site, "cloud", Progress()) == updates(site)


@pytest.mark.parametrize("later_of_two", [False, True])
@pytest.mark.parametrize("hours", [-1.5, -0.5, 0.0, 0.5, 1.5])
def test_the_next_load_begins_early_enough_when_clocks_change(hours: float, later_of_two: bool) -> None:
    site = make_site("cloud", count=0, page_limit=4, later_of_two=later_of_two)
    first = BACK_IN_NEW_YORK + dt.timedelta(hours=hours)
    progress = Progress()
    site.issues = [make_issue("cloud", 1, first)]
    read(site, "cloud", progress)
    added = make_issue("cloud", 2, first + dt.timedelta(seconds=1))
    site.issues.append(added)
    assert added["id"] in read(site, "cloud", progress)


def test_an_issue_in_the_second_that_was_read_last_is_found_later() -> None:
    site = make_site("cloud", count=3)
    progress = Progress()
    read(site, "cloud", progress)
    late = make_issue("cloud", 50, START + dt.timedelta(minutes=21))
    site.issues.append(late)
    assert late["id"] in read(site, "cloud", progress)


@given(
    moment=st.integers(0, 2_200_000_000).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_a_mark_is_read_the_same_way_whatever_fold_jira_takes(moment: dt.datetime, zone: ZoneInfo) -> None:
    mark = Mark.before(moment, zone)
    assert mark.begin <= moment < mark.end
    for text, instant in ((mark.text, mark.begin), (mark.end_text, mark.end)):
        for fold in (0, 1):
            read_by_jira = dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone, fold=fold)
            assert read_by_jira.astimezone(dt.UTC) == instant


def test_a_mark_steps_back_before_the_hour_that_comes_twice() -> None:
    mark = Mark.before(BACK_IN_NEW_YORK + dt.timedelta(minutes=30), ZoneInfo("America/New_York"))
    assert (mark.text, mark.end_text) == ("2024-11-03 00:59", "2024-11-03 02:00")


def test_an_unknown_time_zone_is_a_clear_error() -> None:
    site = make_site("cloud", count=1)
    site.time_zone = "Mars/Olympus"
    with serve(site) as url, pytest.raises(Exception, match="Choose a time zone such as Europe/Berlin"):
        list(JiraSource(LoadContext(connection(url, "cloud"))).extract())
