import factory
from django.utils import timezone

from apps.core.models import Lane, OutboxMessage
from tests.factories.teams import TeamFactory


class OutboxMessageFactory(factory.django.DjangoModelFactory):
    """A row of a handler that has a name for people."""

    class Meta:
        model = OutboxMessage

    team = factory.SubFactory(TeamFactory)
    topic = "session.resolved"
    handler = "tests.probe.handlers.note"
    subject = "session:1"
    key = factory.Sequence(lambda n: f"session.resolved:session:1:{n}")
    lane = Lane.QUICK
    due_at = factory.LazyFunction(timezone.now)
