from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.flows.models import Flow, FlowVersion
from apps.flows.services import FlowRefused, publish_draft, save_draft
from apps.teams.models import User
from tests.factories.flows import published_flow
from tests.factories.teams import UserFactory
from tests.flows.test_services import calling


@pytest.mark.django_db(transaction=True)
def test_publish_draft_two_flows_calling_each_other_lets_one_through() -> None:
    by = UserFactory()
    flows = [published_flow(team=by.team, slug=slug) for slug in ("one", "two")]
    for flow, other in zip(flows, ("two", "one"), strict=True):
        save_draft(flow=flow, graph=calling(other), by=by)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda flow: attempt(flow, by), flows))
    assert sorted(results) == [False, True]
    assert FlowVersion.objects.count() == 3


def attempt(flow: Flow, by: User) -> bool:
    try:
        publish_draft(flow=flow, by=by)
    except FlowRefused:
        return False
    finally:
        connection.close()
    return True
