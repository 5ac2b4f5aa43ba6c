import pytest

from pipelines.demo.report import BAR_CELLS, distribution_bar, sparkline


def test_a_curve_runs_from_nought_to_its_highest_value():
    assert sparkline([0, 35, 70]) == "▁▅█"


def test_a_curve_has_a_dot_where_there_is_no_figure():
    assert sparkline([None, 2.0]) == "·█"
    assert sparkline([None, 0.0]) == "·▁"


@pytest.mark.parametrize(
    "shares",
    [
        {"feature": 0.5, "defect": 0.25, "debt": 0.25, "risk": 0.0},
        {"feature": 1 / 3, "defect": 1 / 3, "debt": 1 / 3, "risk": 0.0},
        {"feature": 0.97, "defect": 0.01, "debt": 0.01, "risk": 0.01},
    ],
)
def test_a_bar_is_always_full(shares):
    assert len(distribution_bar(shares).plain) == BAR_CELLS


def test_a_bar_shows_shares():
    assert distribution_bar({"feature": 0.5, "defect": 0.5, "debt": 0, "risk": 0}).plain == "██████▓▓▓▓▓▓"


def test_a_bar_of_nothing_is_empty():
    assert set(distribution_bar({"feature": None}).plain) == {"·"}
