import pytest
from django.db import IntegrityError

from apps.flows.models import FlowVersion
from apps.teams.models import Team
from tests.factories.flows import published_flow


def test_published_version_cannot_be_changed(team: Team) -> None:
    version = published_flow(team=team).published
    with pytest.raises(IntegrityError, match="never changes"):
        FlowVersion.objects.filter(pk=version.pk).update(content={"kind": "procedure", "nodes": []})
