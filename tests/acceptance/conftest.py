"""Collects the tests that need packs, or Spark, where they are; prints what the packs' products come to."""

from importlib.util import find_spec

import pytest

from tests.acceptance.harness import SHARED

HAS_PACKS = (SHARED / "real").is_dir()
collect_ignore = [
    *([] if HAS_PACKS else ["test_packs.py"]),
    *([] if HAS_PACKS and find_spec("pyspark") else ["test_pack_on_spark.py"]),  # make test-spark installs it
]
REPORTS = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORTS] = {}


@pytest.fixture(scope="session")
def reports(pytestconfig: pytest.Config) -> dict[str, str]:
    """Texts by title that are shown at the end of the run."""
    return pytestconfig.stash[REPORTS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for title, report in config.stash[REPORTS].items():
        terminalreporter.section(title)
        terminalreporter.write_line(report)
