"""Readers never meet a lock, a missing or half-written file, or two versions at once, as versions come."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.publish import current_snapshot, snapshot
from tests.project.repository import ROOT
from tests.publish.conftest import MARTS, Warehouse
from tests.publish.test_snapshot import builds, leftovers

PUBLISHES = 100
READERS = 3

# Reads as a session does, until it is told to end: asks for the version once, opens both copies, compares all
# marts. Between sessions it leaves the processor to the others.
READER = f"""
import json, select, sys
from pathlib import Path

import duckdb

from pipelines.publish import current_snapshot

folder, marts = Path(sys.argv[1]), {list(MARTS)}
seen = []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.1)[0]:
    snapshot = current_snapshot(folder)
    found = set()
    with duckdb.connect(str(snapshot / "streamgauge.duckdb"), True, {{"threads": 1}}) as connection:
        for mart in marts:
            for copy in (mart, f"'{{snapshot}}/parquet/{{mart}}.parquet'"):
                counts = connection.execute(f"select build, count(*) from {{copy}} group by build")
                found |= set(counts.fetchall())
        ((version,),) = connection.execute("select version from publication").fetchall()
    manifest = json.loads((snapshot / "manifest.json").read_text())
    ((build, rows),) = found
    assert rows == 100, rows
    assert version == snapshot.name == manifest["version"]
    assert manifest["build"]["invocation_id"] == f"build {{build}}"
    seen.append(build)
print(json.dumps(seen))
"""


def start_reader(folder: Path) -> subprocess.Popen[str]:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    return reader


def test_readers_through_a_hundred_publishes(warehouse: Warehouse) -> None:
    warehouse.build(0)
    publish(warehouse)
    readers = [start_reader(warehouse.published) for _ in range(READERS)]
    for number in range(1, PUBLISHES + 1):
        warehouse.build(number)
        publish(warehouse)
    seen: set[int] = set()
    for reader in readers:
        said, errors = reader.communicate("end\n", timeout=60)
        assert reader.returncode == 0, errors
        builds = json.loads(said)
        assert builds == sorted(builds), "no reader goes back"
        seen |= set(builds)
    assert len(seen) > 10, "readers saw versions come"


def publish(warehouse: Warehouse) -> None:
    """As the command does, with the machine's clock and the fewest versions kept."""
    snapshot.publish(
        warehouse.database,
        warehouse.published,
        warehouse.project,
        keep=1,
        now=lambda: dt.datetime.now(dt.UTC),
    )


# Publishes until it is killed.
PUBLISHER = """
import datetime as dt, sys
from pathlib import Path

from pipelines.publish.snapshot import publish

while True:
    publish(*map(Path, sys.argv[1:]), keep=3, now=lambda: dt.datetime.now(dt.UTC))
"""


@pytest.mark.parametrize("delay", [0, 0.03, 0.1])
def test_a_publisher_that_is_killed_leaves_readers_a_whole_version(
    warehouse: Warehouse, delay: float
) -> None:
    warehouse.build(1)
    publish(warehouse)
    versions = warehouse.published / "versions"
    places = [warehouse.database, warehouse.published, warehouse.project]
    with subprocess.Popen([sys.executable, "-c", PUBLISHER, *map(str, places)], cwd=ROOT) as publisher:
        while not any(path.name.startswith(".") for path in versions.iterdir()):
            assert publisher.poll() is None
            time.sleep(0.001)
        time.sleep(delay)
        publisher.kill()
    assert builds(current_snapshot(warehouse.published)) == {1}
    warehouse.build(2)
    publish(warehouse)
    assert builds(current_snapshot(warehouse.published)) == {2}
    assert leftovers(warehouse.published) == []
