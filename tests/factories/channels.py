import factory

from apps.core.crypto import encrypt
from apps.core.permissions import Role
from apps.notifications.models import Medium, TeamChannel
from tests.factories.teams import UserFactory

SECRET = "s3cr3t-path"


class TeamChannelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TeamChannel
        exclude = ["url"]

    owner = factory.SubFactory(UserFactory, role=Role.TEAM_ADMIN)
    team = factory.SelfAttribute("owner.team")
    medium = Medium.SLACK
    name = factory.Sequence(lambda n: f"#desk-{n}")
    url = f"https://hooks.slack.com/services/{SECRET}"
    webhook = factory.LazyAttribute(lambda made: encrypt(made.url))
    host = "hooks.slack.com"
