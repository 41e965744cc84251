import factory
from django.utils import timezone

from apps.notifications.kinds import NoticeKind
from apps.notifications.models import Notification
from tests.factories.teams import UserFactory

BY_MAIL = NoticeKind("test.by_mail", "Sent by e-mail", "A kind for tests.", email=True)
BELL_ONLY = NoticeKind("test.bell_only", "In the bell only", "A kind for tests.")
ON_CALL = NoticeKind("test.on_call", "For who is on call", "A kind for tests.", email=True, urgent=True)


class NotificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notification

    recipient = factory.SubFactory(UserFactory)
    team = factory.SelfAttribute("recipient.team")
    notice = BELL_ONLY.key
    subject = factory.Sequence(lambda n: f"session:{n}")
    title = factory.Sequence(lambda n: f"Something happened {n}")
    url = "/library/"
    created_at = factory.LazyFunction(timezone.now)
