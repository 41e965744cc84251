from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flow_sessions", "0002_records_never_change"),
        ("flows", "0002_versions_never_change"),
        ("psa", "0001_initial"),
        ("teams", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="flowsession",
            index=models.Index(
                condition=models.Q(("status", "requesting_escalation")), fields=["id"], name="session_asks"
            ),
        ),
    ]
