import pytest

from pipelines.demo.company import Company, found


@pytest.fixture(scope="session")
def company() -> Company:
    return found(size=1500, seed=1)
