"""Which versions stay."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from pipelines.publish.versions import GRACE, Published, dispensable, version_moment, version_name
from tests.publish.conftest import Warehouse

START = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
minutes = st.lists(st.integers(0, 10_000), min_size=1, max_size=20, unique=True)


def names(at: list[int]) -> list[str]:
    return [version_name(START + dt.timedelta(minutes=minute)) for minute in at]


def test_a_version_is_named_after_its_moment_to_the_millisecond() -> None:
    moment = dt.datetime(2026, 7, 8, 11, 5, 6, 78_999, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert version_name(moment) == "20260708T090506.078Z"
    assert version_moment("20260708T090506.078Z") == dt.datetime(2026, 7, 8, 9, 5, 6, 78_000, tzinfo=dt.UTC)


@given(minutes, st.integers(1, 10), st.data())
def test_what_is_new_in_use_or_lately_replaced_stays(at: list[int], keep: int, data: st.DataObject) -> None:
    versions = names(at)
    in_use = set(data.draw(st.lists(st.sampled_from(versions))))
    now = START + dt.timedelta(minutes=max(at))
    gone = dispensable(versions, in_use, keep, now)
    ordered = sorted(versions)

    assert not in_use & set(gone)
    assert not set(ordered[-keep:]) & set(gone)
    for version in set(ordered[:-keep]) - in_use:
        replaced = version_moment(ordered[ordered.index(version) + 1])
        assert (version in gone) == (now - replaced > GRACE)


def test_the_last_versions_stay_on_the_disk(warehouse: Warehouse) -> None:
    published = []
    for number in range(5):
        warehouse.build(number)
        warehouse.clock += dt.timedelta(hours=2)
        published.append(warehouse.publish(keep=3)["version"])
    assert Published(warehouse.published).versions() == published[-3:]
