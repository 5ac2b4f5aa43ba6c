"""An option of the tests on Spark."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--models-only`: every model and mart, but no unit test, which `make test-spark` runs there, too."""
    parser.addoption("--models-only", action="store_true", help="leave out the unit tests of models")
