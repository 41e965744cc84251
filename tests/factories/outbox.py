import factory
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage
from tests.factories.teams import TeamFactory


class OutboxMessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OutboxMessage

    team = factory.SubFactory(TeamFactory)
    topic = "session.resolved"
    handler = "nobody"
    subject = "session:1"
    key = factory.Sequence(lambda n: f"session.resolved:session:1:{n}")
    lane = Lane.QUICK
    due_at = factory.LazyFunction(timezone.now)
