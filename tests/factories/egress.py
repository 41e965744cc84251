import factory

from apps.core.models import EgressRecord
from apps.core.redaction import Destination
from tests.factories.teams import TeamFactory


class EgressRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EgressRecord

    team = factory.SubFactory(TeamFactory)
    destination = Destination.WEBHOOK
    address = "hooks.slack.com"
    size = 1042
    sha256 = "0" * 64
    reason = factory.Sequence(lambda n: f"post.written:delivery:{n}")
