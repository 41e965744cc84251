"""The suite runs over every provider: each has a fixture "<provider>_house", imported and named here."""

import pytest

from tests.psa.providers.connectwise_house import connectwise_house
from tests.psa.providers.demo_house import demo_house
from tests.psa.providers.house import House

__all__ = ["connectwise_house", "demo_house"]
HOUSES = ["connectwise", "demo", pytest.param("request_tracker", marks=pytest.mark.rt)]


@pytest.fixture(params=HOUSES)
def house(request: pytest.FixtureRequest) -> House:
    return request.getfixturevalue(f"{request.param}_house")
