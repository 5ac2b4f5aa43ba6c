"""Collects the tests that replay packs only where the packs are, and prints what their products come to."""

import pytest

from tests.acceptance.harness import SHARED

collect_ignore = [] if (SHARED / "real").is_dir() else ["test_packs.py"]
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
