"""What the pages show is what the marts hold, for several filters."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards.figures import Selection, finished_items
from dashboards.snapshot import Snapshot, Source
from dashboards.views.time_in_states import _table
from tests.project.repository import ROOT

PAGES = {
    "portfolio": "Portfolio",
    "product": "Product",
    "flow_time": "Flow time",
    "work_in_progress": "Work in progress",
    "where_time_goes": "Where time goes",
    "item": "Item",
    "trust": "Trust",
}
# Address, and the rows of the marts that it stands for.
SELECTIONS = [
    ({}, ("organisation", "organisation", "item", "all", "month")),
    ({"stream": "operations"}, ("art", "operations", "item", "all", "month")),
    ({"stream": "payments", "level": "story"}, ("value_stream", "payments", "story", "all", "month")),
    ({"product": "warehouse", "period": "quarter"}, ("product", "warehouse", "item", "all", "quarter")),
    ({"product": "checkout", "item": "defect"}, ("product", "checkout", "item", "defect", "month")),
    ({"team": "billing", "period": "week"}, ("team", "billing", "item", "all", "week")),
]
ONE = """scope_type = $1 and scope_id = $2 and flow_level = $3 and flow_item = $4 and period_type = $5
    and is_complete order by period_start desc limit 1"""


@pytest.fixture(autouse=True)
def _published_marts(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMGAUGE_PUBLISHED", str(published))


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    if page != "portfolio":
        app._page_hash = calc_hash(page)  # AppTest knows pages by file only, and ours are functions
    app.run()
    assert [error.message for error in app.exception] == []
    assert [title.value for title in app.title] == [PAGES[page]]
    return app


def shown(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def spoken(seconds: float | None) -> str:
    if seconds is None:
        return "\N{EN DASH}"
    return f"{seconds / 86400:,.1f} d" if seconds >= 86400 else f"{seconds / 3600:.1f} h"


@pytest.mark.parametrize(("address", "key"), SELECTIONS, ids=str)
def test_the_five_metrics_are_those_of_the_marts(
    marts: duckdb.DuckDBPyConnection, address: dict[str, str], key: tuple[str, ...]
) -> None:
    def figure(mart: str, column: str) -> Any:
        return marts.execute(f"select {column} from {mart} where {ONE}", key).fetchone()[0]

    efficiency = figure("flow_efficiency", "flow_efficiency")
    for page in ("portfolio", "product"):
        figures = shown(opened(page, **address))
        assert figures["Velocity"] == f"{figure('flow_velocity', 'velocity'):,}"
        assert figures["Flow time, median"] == spoken(figure("flow_time", "flow_time_p50_seconds"))
        assert figures["Flow efficiency"] == ("\N{EN DASH}" if efficiency is None else f"{efficiency:.0%}")
        assert figures["Flow load"] == f"{figure('flow_load', 'load_end'):,}"


def test_the_portfolio_lists_every_product_with_its_figures(marts: duckdb.DuckDBPyConnection) -> None:
    table = opened("portfolio").dataframe[0].value.set_index("name")
    rows = marts.execute(
        """
        select if(flow_level = 'item', product_name, product_name || ' (' || flow_level || ')'), velocity,
            round(flow_time_p50_seconds / 86400, 6), round(flow_efficiency * 100, 6), load_end
        from product_flow_metrics
        where period_type = 'month' and period_start = '2026-06-01' and flow_item = 'all'
        """
    ).fetchall()
    assert sorted(table.index) == sorted(name for name, *_ in rows)
    for name, velocity, median, efficiency, load in rows:
        line = table.loc[name]
        assert (line.velocity, line.load) == (velocity, load)
        for found, expected in ((line.p50, median), (line.efficiency, efficiency)):
            assert (found != found and expected is None) or found == pytest.approx(expected)


def test_a_trend_is_left_out_where_few_items_are_behind_it(marts: duckdb.DuckDBPyConnection) -> None:
    table = opened("portfolio", period="quarter").dataframe[0].value.set_index("name")
    few = marts.execute(
        """
        select product_name from product_flow_metrics
        where period_type = 'quarter' and period_start = '2026-04-01' and flow_item = 'all'
            and flow_level = 'item' and flow_time_item_count < 10
        """
    ).fetchall()
    assert few
    assert [name for (name,) in few if isinstance(table.loc[name].p50_trend, str)] == []
    assert any(isinstance(trend, str) for trend in table.p50_trend)


@pytest.mark.parametrize(
    ("address", "condition"),
    [
        ({}, "true"),
        ({"product": "warehouse"}, "product_id = 'warehouse'"),
        ({"team": "checkout", "item": "defect"}, "team_id = 'checkout' and flow_item = 'defect'"),
        ({"stream": "operations"}, "value_stream_id in ('fulfilment', 'insight')"),
    ],
    ids=str,
)
def test_flow_times_and_open_work_are_those_of_the_items(
    marts: duckdb.DuckDBPyConnection, address: dict[str, str], condition: str
) -> None:
    recent = marts.execute(
        f"""
        select count(*), quantile_cont(flow_time_seconds, [0.5, 0.85, 0.95])
        from fct_flow_items, build_settings
        where outcome = 'delivered' and flow_time_seconds is not null and flow_level = 'item'
            and completed_date > as_of_date - 182 and {condition}
        """
    ).fetchone()
    figures = shown(opened("flow_time", **address))
    assert figures["Rests on"] == ("1 item" if recent[0] == 1 else f"{recent[0]:,} items")
    assert [figures[f"{share} took at most"] for share in ("Half", "85%", "95%")] == [
        spoken(seconds) for seconds in recent[1]
    ]

    work = marts.execute(
        f"""
        select count(*), count(*) filter (where abstract_state = 'active'),
            count(*) filter (where abstract_state = 'waiting')
        from fct_flow_items
        where abstract_state in ('active', 'waiting') and removed_at is null and flow_level = 'item'
            and {condition}
        """
    ).fetchone()
    figures = shown(opened("work_in_progress", **address))
    assert [figures[label] for label in ("In work now", "Active", "Waiting")] == [
        f"{count:,}" for count in work
    ]


def test_of_many_items_some_are_drawn_but_the_longest_are_all_listed(
    marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.views.flow_time.MOST_POINTS", 20)
    app = opened("flow_time")
    longest = marts.execute(
        """
        select artifact_key from fct_flow_items
        where outcome = 'delivered' and flow_level = 'item'
            and completed_date between '2025-07-01' and '2026-07-08' and flow_time_seconds is not null
        order by flow_time_seconds desc, artifact_id limit 50
        """
    ).fetchall()
    assert list(app.dataframe[0].value.artifact_key) == [key for (key,) in longest]
    assert any("20 are drawn" in caption.value for caption in app.caption)


def test_of_many_items_the_longest_and_a_fair_draw_of_the_others_are_drawn(published: Path) -> None:
    database = published / "versions" / "2026-07-08" / "streamgauge.duckdb"
    snapshot = Snapshot(Source(database, "2026-07-08", is_demo=False))
    year = (dt.date(2025, 7, 1), dt.date(2026, 7, 8))
    selection = Selection("organisation", "organisation", "All", "item", "all", "month", *year)
    every = finished_items(snapshot, selection)
    drawn = finished_items(snapshot, selection, 200, 10)

    assert len(drawn) == 200 < len(every)
    assert set(every.nlargest(10, "flow_time_seconds").artifact_id) < set(drawn.artifact_id)
    low, high = every.flow_time_seconds.quantile([0.4, 0.6])
    assert low < drawn.flow_time_seconds.median() < high
    assert finished_items(snapshot, selection, len(every), 10).equals(every)


def test_open_items_are_said_to_be_drawn_in_part_only_where_they_are(
    marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those in states that the chart has no room for are none of its points anyway."""
    counts = marts.execute(
        """
        select count(*) from ageing_work
        where scope_type = 'organisation' and flow_level = 'item'
        group by tool_state order by count(*) desc
        """
    ).fetchall()
    seen = sum(count for (count,) in counts[:12])
    assert len(counts) > 12
    for most, is_cut in ((seen, False), (seen - 1, True)):
        monkeypatch.setattr("dashboards.charts.MOST_POINTS", most)
        captions = [caption.value for caption in opened("work_in_progress").caption]
        assert any(f"{most:,} are drawn" in caption for caption in captions) == is_cut


@pytest.mark.parametrize("product", ["warehouse", "storefront"])
def test_where_time_goes_lists_every_state(marts: duckdb.DuckDBPyConnection, product: str) -> None:
    app = opened("where_time_goes", product=product)
    table = app.dataframe[0].value
    rows = marts.execute(
        """
        select tool_state, share * 100, arrivals, exits, load_end from flow_states
        where scope_type = 'product' and scope_id = $1 and flow_item = 'all' and flow_level = 'item'
            and period_type = 'month' and period_start = '2026-06-01'
        """,
        [product],
    ).fetchall()
    found = table[["tool_state", "share", "arrivals", "exits", "load_end"]].itertuples(index=False)
    assert sorted(map(tuple, found)) == sorted(rows)
    assert table.share.sum() == pytest.approx(100)
    waits = marts.execute(
        """
        select max_by(tool_state, waiting_seconds) from flow_states
        where scope_type = 'product' and scope_id = $1 and flow_item = 'all' and flow_level = 'item'
            and period_type = 'month' and period_start = '2026-06-01'
        """,
        [product],
    ).fetchone()
    assert f"Work waits most in {waits[0]}." in app.warning[0].value.replace("\\", "")


def test_an_item_shows_its_intervals_and_the_rows_that_decided(marts: duckdb.DuckDBPyConnection) -> None:
    artifact_id, key = marts.execute(
        "select artifact_id, artifact_key from fct_flow_items where reopened_count > 0 order by 1 limit 1"
    ).fetchone()
    app = opened("item", artifact=artifact_id)
    assert app.subheader[0].value.startswith(key)
    table = app.dataframe[0].value
    rows = marts.execute(
        "select tool_state, state_mapping_row_id from fct_flow_item_states where artifact_id = $1"
        " order by entered_at",
        [artifact_id],
    ).fetchall()
    assert list(zip(table.tool_state, table.state_mapping_row_id, strict=True)) == rows


def test_trust_accounts_for_every_artifact(marts: duckdb.DuckDBPyConnection) -> None:
    loaded = marts.execute("select sum(artifact_count) from artifact_accounting").fetchone()[0]
    app = opened("trust")
    assert any(f"All {loaded:,} loaded artifacts." in caption.value for caption in app.caption)
    gaps = marts.execute("select count(*) from mapping_gaps").fetchone()[0]
    assert len(app.dataframe[0].value) == gaps


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("item", "trust")])
def test_a_product_without_work_says_so(page: str) -> None:
    app = opened(page, product="empty")
    assert any("No work has been seen in Empty yet." in info.value for info in app.info)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "address",
    [
        {"product": "fraud_guard", "level": "epic"},
        {"product": "data_exports", "item": "risk", "period": "week"},
        {"stream": "lumenport", "period": "year", "from": "2025-01-01"},
        {"from": "2026-07-08", "to": "2026-07-08"},
    ],
    ids=str,
)
def test_pages_hold_when_there_is_little_to_show(page: str, address: dict[str, str]) -> None:
    opened(page, **address)


def test_what_an_address_says_wrongly_falls_back() -> None:
    app = opened(
        "portfolio", stream="nowhere", product="nothing", level="x", item="y", period="z", **{"from": "soon"}
    )
    assert dict(app.query_params) == {
        "level": "item",
        "period": "month",
        "from": "2025-07-01",
        "to": "2026-07-08",
    }


def test_a_filter_is_written_to_the_address_and_a_product_lets_go_of_the_team() -> None:
    app = opened("portfolio", team="billing")
    app.selectbox(key="product").set_value("warehouse").run()
    assert app.query_params["product"] == "warehouse"
    assert "team" not in app.query_params
    assert app.selectbox(key="team").value == "all"


def test_without_anything_published_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAMGAUGE_PUBLISHED", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
    assert "make demo" in app.info[0].value


def test_the_demo_stands_in_and_says_so(
    tmp_path: Path, demo_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAMGAUGE_PUBLISHED", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo.duckdb").symlink_to(demo_database)
    app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
    assert "made-up organisation" in app.info[0].value
    assert shown(app)["Velocity"]


def test_a_session_stays_on_its_version(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "published"
    (folder / "versions").mkdir(parents=True)
    for version in ("one", "two"):
        (folder / "versions" / version).symlink_to(published / "versions" / "2026-07-08")
    (folder / "current").write_text("one\n")
    monkeypatch.setenv("STREAMGAUGE_PUBLISHED", str(folder))
    app = opened("portfolio")
    (folder / "current").write_text("two\n")
    app.run()
    assert any("Snapshot one" in caption.value for caption in app.caption)
    assert any("Snapshot two" in caption.value for caption in opened("portfolio").caption)


def test_levels_stand_in_one_order_the_most_used_first(marts: duckdb.DuckDBPyConnection) -> None:
    streams = opened("portfolio").dataframe[1].value.name.tolist()
    payments = [name for name in streams if name.startswith("Payments")]
    assert payments[0] == "Payments"
    assert len(payments) == 4


def test_a_curve_leaves_out_medians_of_few_items(marts: duckdb.DuckDBPyConnection) -> None:
    table = opened("portfolio", period="quarter").dataframe[0].value.set_index("name")
    rows = marts.execute(
        """
        select product_name, list(flow_time_p50_seconds / 86400 order by period_start)
            filter (where flow_time_item_count >= 10), count(*) filter (where flow_time_item_count < 10)
        from product_flow_metrics
        where period_type = 'quarter' and period_end > '2025-07-01' and is_complete and flow_item = 'all'
            and flow_level = 'item'
        group by product_name
        """
    ).fetchall()
    assert sum(few for *_, few in rows)
    for name, medians, _ in rows:
        assert table.loc[name].p50_curve == pytest.approx(medians or [])


def test_an_item_says_which_rows_made_it_a_flow_item_of_its_product_and_team(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    artifact_id, product, kind, product_row, kind_row = marts.execute(
        """
        select artifact_id, any_value(product_name), any_value(flow_item), any_value(product_mapping_row_id),
            any_value(flow_item_mapping_row_id)
        from fct_flow_item_states inner join dim_products using (product_id)
        group by artifact_id
        having count(distinct product_mapping_row_id) = 1 and count(distinct flow_item_mapping_row_id) = 1
            and count(*) > 3
        order by artifact_id limit 1
        """
    ).fetchone()
    rows = opened("item", artifact=artifact_id).dataframe[1].value[["what", "is", "row"]]
    found = list(rows.itertuples(index=False, name=None))
    assert found[:2] == [("Flow item", kind, kind_row), ("Product", product, product_row)]
    assert [what for what, *_ in found].count("Team") <= 1


def test_tables_of_items_name_products_as_people_do() -> None:
    assert set(opened("flow_time", product="mobile_app").dataframe[0].value.product_id) == {"Mobile App"}


def test_flaws_are_said_in_whole_sentences() -> None:
    said = " ".join(caption.value for caption in opened("trust").caption)
    assert "done without being in work" in said
    assert "with done" not in said


def test_a_share_that_did_not_move_is_nought_whichever_way_it_was_rounded() -> None:
    states = pd.DataFrame(
        {
            "tool_state": ["Doing", "Review"],
            "share": [0.4, 0.6],
            "share_change": [-0.0001, -0.012],
            "mean_stay_seconds": [86400.0, None],
            "arrivals": 1,
            "exits": 1,
            "load_end": 1,
        }
    )
    assert list(map(str, _table(states).share_change)) == ["0.0", "-1.2"]


@pytest.mark.parametrize("page", PAGES)
def test_one_open_item_is_no_trend(page: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Fraud Guard has a single epic in the small demo."""
    items = marts.execute(
        "select artifact_id from fct_flow_items where product_id = 'fraud_guard' and flow_level = 'epic'"
    ).fetchall()
    assert len(items) == 1
    app = opened(page, product="fraud_guard", level="epic", artifact=items[0][0], **{"from": "2025-01-01"})
    assert [metric.delta for metric in app.metric if metric.delta] == []
    if page == "work_in_progress":
        assert any("1 item open" in caption.value for caption in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_one_delivered_item_is_no_trend(page: str, marts: duckdb.DuckDBPyConnection) -> None:
    artifact_id, product, kind, date = marts.execute(
        """
        select any_value(artifact_id), product_id, flow_item, completed_date
        from fct_flow_items
        where flow_level = 'item' and outcome = 'delivered' and flow_time_seconds is not null
            and completed_date >= '2025-07-01'
        group by product_id, flow_item, completed_date
        having count(*) = 1
        order by completed_date, product_id, flow_item limit 1
        """
    ).fetchone()
    day = {"from": str(date), "to": str(date)}
    app = opened(page, product=product, item=kind, period="week", artifact=artifact_id, **day)
    assert [metric.delta for metric in app.metric if metric.delta] == []
    if page == "flow_time":
        assert len(app.dataframe[0].value) == 1
        assert any("1 item." in caption.value for caption in app.caption)


def test_where_nothing_was_delivered_no_share_is_the_largest_and_no_table_is_empty() -> None:
    address = {"product": "fraud_guard", "level": "epic"}
    app = opened("product", **address)
    assert not any("the largest share" in caption.value for caption in app.caption)
    assert [info.value for info in app.info].count("Nothing to draw in this range.") >= 3
    app = opened("flow_time", **address)
    assert len(app.dataframe) == 0


def test_remarks_say_when_they_look_wider_than_the_filter() -> None:
    captions = [caption.value for caption in opened("portfolio", item="debt").caption]
    assert any(caption.endswith(", all flow items") for caption in captions)
    assert any("debt only" in text.value for text in opened("product", item="debt").markdown)
