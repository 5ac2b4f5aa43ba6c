"""The recorded packs, all the way: whatever befell the load, the marts are what METRICS.md says."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import median

import duckdb
import pytest
from filelock import FileLock

from tests.acceptance.harness import (
    FAULTS,
    SEEDS,
    SHARED,
    Case,
    build,
    build_marts,
    dbt,
    figure_differences,
    free_port,
    load,
    mart_differences,
)
from tests.acceptance.oracle import Oracle, write_csv
from tests.acceptance.packs import milliseconds, read_github, read_jira
from tests.mapping.analysts_round import begin, moved, predicted

JIRA_DC = Case(
    pack="jira_duraspace",
    flavour="jira-dc",
    connection="duraspace",
    settings={"tool": "jira", "deployment": "datacenter", "projects": "FCREPO,ISLANDORA"},
    as_of="2015-01-31T15:30:00Z",
    zone="America/New_York",
    steps=("2011-06-01T00:00:00Z", "2013-06-01T00:00:00Z"),
)
JIRA_CLOUD = replace(
    JIRA_DC,
    flavour="jira-cloud",
    settings=JIRA_DC.settings | {"deployment": "cloud", "email": "loader@example.invalid"},
)
GITHUB = Case(
    pack="github_bitcoin_core_gui",
    flavour="github",
    connection="bitcoin_gui",
    settings={"tool": "github", "repositories": "bitcoin-core/gui"},
    as_of="2026-08-31T12:00:00Z",
    zone="Pacific/Auckland",
    steps=("2021-09-01T00:00:00Z", "2023-06-01T00:00:00Z"),
)
BASES = {"jira": JIRA_DC, "github": GITHUB}
READERS = {"jira": read_jira, "github": read_github}

PERIOD_KEYS = ("scope_type", "scope_id", "period_type", "period_start", "flow_level", "flow_item")
PERIOD_MARTS = {
    "flow_velocity": ("velocity", "cancelled_count", "arrivals", "net_flow"),
    "flow_distribution": ("share",),
    "flow_time": (
        "flow_time_avg_seconds",
        "flow_time_p50_seconds",
        "flow_time_p85_seconds",
        "flow_time_p95_seconds",
        "flow_time_item_count",
    ),
    "flow_efficiency": (
        "flow_efficiency",
        "flow_efficiency_item_median",
        "active_seconds",
        "waiting_seconds",
    ),
    "flow_load": ("load_end", "load_avg", "load_max"),
}
ITEM_FIGURES = (
    "flow_item",
    "flow_level",
    "model",
    "product_id",
    "team_id",
    "tool_state",
    "abstract_state",
    "started_at",
    "started_date",
    "completed_at",
    "completed_date",
    "first_completed_at",
    "outcome",
    "active_seconds",
    "waiting_seconds",
    "blocked_seconds",
    "flow_time_seconds",
    "elapsed_seconds",
    "flow_efficiency",
    "age_seconds",
    "work_age_seconds",
    "unmapped_seconds",
    "lead_time_seconds",
    "flow_item_mapping_row_id",
    "product_mapping_row_id",
    "team_mapping_row_id",
    "reopened_count",
    "skipped_work",
)
PAST = {"jira": "2012-01-01T05:00:00Z", "github": "2022-12-31T11:00:00Z"}
EDITS = {
    "jira": ("jira,,,Task,,,task,debt,,,,,", "jira,,,Task,,,task,feature,,,,,"),
    "github": ("github,,,,UX,,story,feature,,30,,,", "github,,,,UX,,debt,debt,,8,,,"),
}
STATE_FIGURES = (
    "left_at",
    "interval_number",
    "is_current",
    "tool_state",
    "abstract_state",
    "is_flagged",
    "is_blocked",
    "is_inferred",
    "artifact_type",
    "project",
    "model",
    "flow_item",
    "flow_level",
    "product_id",
    "team_id",
    "duration_seconds",
    "state_mapping_source",
    "state_mapping_row_id",
    "flow_item_mapping_row_id",
    "product_mapping_row_id",
    "team_mapping_row_id",
)
EXPECTED = {  # mart: the file of expectations, its key, and what is compared
    "fct_flow_items": ("items.csv", ("artifact_id",), ITEM_FIGURES),
    "fct_flow_item_states": ("states.csv", ("artifact_id", "entered_at"), STATE_FIGURES),
    "mapping_gaps": (
        "gaps.csv",
        ("seed", "field", "gap_type", "tool_value", "conflicting_rows"),
        ("artifact_count",),
    ),
    **{
        mart: ("periods.csv", PERIOD_KEYS, ("period_end", "is_complete", *figures))
        for mart, figures in PERIOD_MARTS.items()
    },
}
ALL_FIGURES = tuple(name for names in PERIOD_MARTS.values() for name in names)


@dataclass(frozen=True)
class Base:
    """A pack loaded in one go without faults and built with its data tests, and what it should come to."""

    case: Case
    database: Path
    oracle: Oracle


def reckon(case: Case) -> Oracle:
    pack = READERS[case.tool](SHARED / "real" / case.pack, case.connection)
    return Oracle(pack, case.seeds, milliseconds(case.as_of), case.zone)


def product_report(oracle: Oracle) -> str:
    """Per product, over all of its time: items, delivered, median flow time, efficiency, unmapped."""
    lines = [
        f"{'product':<20}{'items':>7}{'delivered':>11}{'median days':>13}{'efficiency':>12}{'unmapped':>10}"
    ]
    for product in sorted({life.published.product_id for life in oracle.lives}):
        lives = [life for life in oracle.lives if life.published.product_id == product]
        items = [life for life in lives if life.is_flow_item]
        delivered = [life for life in items if life.outcome == "delivered"]
        times = [life.flow_time for life in delivered if life.flow_time is not None]
        active = sum(life.active for life in delivered)
        worked = active + sum(life.waiting for life in delivered)
        unmapped = sum(life.bucket == "unmapped" for life in lives)
        days = f"{median(times) / 86_400_000:.1f}" if times else "-"
        efficiency = f"{active / worked:.0%}" if worked else "-"
        lines.append(
            f"{product:<20}{len(items):>7}{len(delivered):>11}{days:>13}{efficiency:>12}{unmapped:>10}"
        )
    return "\n".join(lines)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of all processes of the run."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


Loader = Callable[..., Path]


@pytest.fixture(scope="session")
def load_in_turn(shared: Path) -> Loader:
    """Loads a case like `load`, on the tool's one port, for the tool's address is part of what is loaded."""

    def load_in_turn(case: Case, folder: Path, *options: str, clocks: Sequence[str] = ()) -> Path:
        chosen = shared / f"{case.tool}.port"
        with FileLock(f"{chosen}.lock"):
            if not chosen.exists():
                chosen.write_text(str(free_port()), encoding="ascii")
            return load(case, folder, int(chosen.read_text(encoding="ascii")), *options, clocks=clocks)

    return load_in_turn


@pytest.fixture(scope="session")
def base_of(
    tmp_path_factory: pytest.TempPathFactory,
    shared: Path,
    load_in_turn: Loader,
    reports: dict[str, str],
) -> Callable[[str], Base]:
    """The pack of a tool, loaded and built by the process that asks for it first."""

    @cache
    def base_of(tool: str) -> Base:
        folder = shared / BASES[tool].pack
        case = replace(BASES[tool], seeds_folder=folder / "seeds")
        oracle = reckon(BASES[tool])
        reports[f"{case.pack} as of {case.as_of}"] = product_report(oracle)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                unfinished = tmp_path_factory.mktemp("unfinished")
                copied = Path(shutil.copytree(BASES[tool].seeds, unfinished / "seeds"))
                build(replace(case, seeds_folder=copied), load_in_turn(case, unfinished))
                write_expectations(oracle, unfinished)
                unfinished.rename(folder)
        return Base(case, folder / "warehouse.duckdb", oracle)

    return base_of


@pytest.fixture(params=BASES)
def base(request: pytest.FixtureRequest, base_of: Callable[[str], Base]) -> Base:
    return base_of(request.param)


def write_expectations(oracle: Oracle, folder: Path) -> None:
    """The rows that the marts should have, as CSV files."""
    write_csv(folder / "items.csv", oracle.flow_items())
    write_csv(folder / "states.csv", oracle.item_states())
    write_csv(folder / "periods.csv", oracle.period_figures())
    write_csv(folder / "gaps.csv", oracle.gaps())


def differences(database: Path) -> list[str]:
    """Where any mart is not what the expectations beside the warehouse say."""
    found = []
    for mart, (expected, keys, figures) in EXPECTED.items():
        found += figure_differences(database, mart, database.parent / expected, keys, figures)
    return found


@pytest.fixture
def copied(base: Base, tmp_path: Path) -> Path:
    """A copy of the base warehouse that a test may spoil."""
    return Path(shutil.copy(base.database, tmp_path / "warehouse.duckdb"))


def test_a_build_leaves_the_organisations_seeds_alone(base: Base) -> None:
    for original in sorted((SEEDS / base.case.pack).iterdir()):
        assert (base.case.seeds / original.name).read_bytes() == original.read_bytes()


# The longest tests come first, so that no process is left alone with one at the end.


@pytest.mark.parametrize("base", ["jira"], indirect=True)
def test_an_analysts_round_moves_exactly_the_predicted_figures(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysts = begin(tmp_path, base.case.seeds, base.database, base.case.dbt_vars)
    numbers = analysts.gaps(monkeypatch)["flow_item_mapping: Code Task"]
    analysts.close(monkeypatch, numbers, "task/feature")
    comment = tmp_path / "comment.md"
    impact = analysts.impact(monkeypatch, "--markdown", str(comment))
    assert "artifact\\_type=Code Task" in comment.read_text(encoding="utf-8")
    changes = [changed for changed in impact.classes if changed.aspect == "flow item"]
    assert {(change.before, change.after) for change in changes} == {("unmapped", "feature")}
    # A row for each project, which together class all that no row did.
    unmapped = sum(life.bucket == "unmapped" for life in base.oracle.lives)
    assert sum(change.artifact_count for change in changes) == unmapped > 0
    analysts.merge()
    cells, rows = moved(analysts.warehouse, analysts.rebuild())
    assert cells
    assert predicted(impact) == cells
    assert dict(impact.moved_rows) == rows


@dataclass(frozen=True)
class Variant:
    """Another way to load a pack, which must come to the same marts."""

    case: Case
    options: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()


VARIANTS = {
    "jira-dc-faults": Variant(JIRA_DC, FAULTS),
    "jira-dc-steps": Variant(JIRA_DC, (), JIRA_DC.steps),
    "jira-cloud": Variant(JIRA_CLOUD),
    "jira-cloud-faults-steps": Variant(JIRA_CLOUD, FAULTS, JIRA_CLOUD.steps),
    "github-faults": Variant(GITHUB, FAULTS),
    "github-steps": Variant(GITHUB, (), GITHUB.steps),
}


@pytest.mark.parametrize(
    "variant",
    [pytest.param(variant, id=name) for name, variant in VARIANTS.items()],
)
def test_the_marts_do_not_depend_on_how_the_load_went(
    variant: Variant, base_of: Callable[[str], Base], tmp_path: Path, load_in_turn: Loader
) -> None:
    base = base_of(variant.case.tool)
    case = replace(variant.case, seeds_folder=base.case.seeds)
    database = load_in_turn(case, tmp_path, *variant.options, clocks=variant.clocks)
    build_marts(case, database)
    assert mart_differences(base.database, database) == {}


def test_every_cell_of_every_mart(base: Base) -> None:
    assert not (found := differences(base.database)), "\n".join(found)


def test_a_products_metrics_side_by_side(base: Base) -> None:
    with duckdb.connect(str(base.database), read_only=True) as db:
        parts = " ".join(
            f"inner join {mart} using ({', '.join(PERIOD_KEYS)})" for mart in list(PERIOD_MARTS)[1:]
        )
        figures = ", ".join(ALL_FIGURES)
        keys = "period_type, period_start, flow_level, flow_item"
        apart = f"select scope_id as product_id, {keys}, {figures} from flow_velocity {parts}"
        apart += " where scope_type = 'product'"
        together = f"select product_id, {keys}, {figures} from product_flow_metrics"
        for one, other in ((apart, together), (together, apart)):
            assert db.execute(f"select count(*) from (({one}) except all ({other}))").fetchone() == (0,)
        assert db.execute(f"select count(*) > 0 from ({together})").fetchone() == (True,)


def test_every_artifact_is_accounted_for(base: Base) -> None:
    with duckdb.connect(str(base.database), read_only=True) as db:
        rows = db.execute(
            "select connection, tool, bucket, artifact_count from artifact_accounting"
        ).fetchall()
    counts = base.oracle.accounting()
    assert sorted(rows) == sorted((base.case.connection, base.case.tool, k, n) for k, n in counts.items())
    assert sum(counts.values()) == len(base.oracle.pack.artifacts)


def test_every_mapping_row_says_how_often_it_decided(base: Base) -> None:
    expected = {row["mapping_row_id"]: row["decided_count"] for row in base.oracle.usage()}
    with duckdb.connect(str(base.database), read_only=True) as db:
        found = db.execute(
            "select mapping_row_id, decided_count from mapping_usage"
            " where origin = 'organisation' and seed <> 'value_mapping'"
        ).fetchall()
    assert dict(found) == expected
    assert len(found) == len(expected)


def test_a_load_of_nothing_new_writes_only_that_it_ran(
    base: Base, copied: Path, load_in_turn: Loader
) -> None:
    before = raw_tables(copied, base.case.tool)
    assert load_in_turn(base.case, copied.parent) == copied
    after = raw_tables(copied, base.case.tool)
    assert after.pop("loads")[0] == before.pop("loads")[0] + 1
    assert after == before


def raw_tables(database: Path, tool: str) -> dict[str, tuple[int, int | None]]:
    """Per raw table: how many rows it has, and a hash of them all."""
    with duckdb.connect(str(database), read_only=True) as db:
        db.execute(f"use raw_{tool}")
        names = db.execute(
            "select table_name from information_schema.tables"
            " where table_schema = ? and table_name not like '\\_dlt%' escape '\\'",
            [f"raw_{tool}"],
        ).fetchall()
        return {
            n: db.execute(f"select count(*), bit_xor(hash(row)) from {n} as row").fetchone() for (n,) in names
        }


def edit_seed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_another_clock_and_an_edited_mapping_restate_all_of_history(base: Base, copied: Path) -> None:
    """As of the first instant of a local year, under seeds with one row changed."""
    seeds = copied.parent / "seeds"
    shutil.copytree(base.case.seeds, seeds)
    edit_seed(seeds / "flow_item_mapping.csv", *EDITS[base.case.tool])
    case = replace(base.case, as_of=PAST[base.case.tool], seeds_folder=seeds)
    build_marts(case, copied)
    write_expectations(reckon(case), copied.parent)
    assert not (found := differences(copied)), "\n".join(found)


def test_a_broken_seed_stops_the_build_before_any_mart(base: Base, copied: Path) -> None:
    """A row of state_mapping says `in progress`; a mart that was rebuilt would show the other edit."""
    seeds = copied.parent / "seeds"
    shutil.copytree(base.case.seeds, seeds)
    edit_seed(seeds / "flow_item_mapping.csv", *EDITS[base.case.tool])
    lines = (seeds / "state_mapping.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[2].split(",")
    cells[5] = "in progress"
    (seeds / "state_mapping.csv").write_text(
        "\n".join([*lines[:2], ",".join(cells), *lines[3:]]), encoding="utf-8"
    )
    done = dbt(
        replace(base.case, seeds_folder=seeds), copied, "build", "--exclude-resource-type", "unit_test"
    )
    assert done.returncode != 0
    assert mart_differences(base.database, copied) == {}
    message = next(line for line in done.stdout.splitlines() if "in progress" in line)
    for part in ("state_mapping", "abstract_state", "new, active, waiting, done"):
        assert part in message, message
