import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.notifications.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "medium",
                    models.CharField(
                        choices=[("slack", "Slack"), ("teams", "Microsoft Teams")], max_length=32, verbose_name="kind"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("webhook", models.TextField(help_text="Encrypted.")),
                ("host", models.CharField(help_text="All of the webhook that is ever shown.", max_length=255)),
                (
                    "left_out",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Kinds it does not get.",
                        size=None,
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(default=0, help_text="Posts in a row that did not arrive."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("medium__in", ("slack", "teams"))), name="team_channel_knows_medium"
                    ),
                    models.UniqueConstraint(fields=("team", "name"), name="team_channel_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "medium",
                    models.CharField(
                        choices=[("email", "E-mail"), ("slack", "Slack"), ("teams", "Microsoft Teams")], max_length=32
                    ),
                ),
                ("notice", models.CharField(max_length=64)),
                ("about", models.CharField(help_text="What the notice is about.", max_length=64)),
                ("title", models.CharField(max_length=200)),
                ("body", models.TextField(blank=True)),
                ("url", models.CharField(max_length=500)),
                ("is_test", models.BooleanField(default=False)),
                ("arrived", models.BooleanField(help_text="Empty while nobody knows.", null=True)),
                ("answer", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="notifications.teamchannel",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(fields=["team", "-id"], name="delivery_newest"),
                    models.Index(fields=["channel", "-id"], name="delivery_of_channel"),
                    models.Index(fields=["team", "about", "notice"], name="delivery_about"),
                    models.Index(fields=["created_at"], name="delivery_oldest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("medium__in", ["email", "slack", "teams"])), name="delivery_knows_medium"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", None), ("medium", "email"), ("recipient__isnull", False)),
                            models.Q(
                                models.Q(("medium", "email"), _negated=True),
                                ("channel__isnull", False),
                                ("recipient", None),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_has_one_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("url__startswith", "/"), models.Q(("url__startswith", "//"), _negated=True)
                        ),
                        name="delivery_url_is_ours",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticePreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notice", models.CharField(max_length=64)),
                ("email", models.BooleanField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "notice"), name="notice_preference_once")],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notice", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=200)),
                ("body", models.TextField(blank=True)),
                ("url", models.CharField(max_length=500)),
                ("actions", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=["recipient", "-created_at", "-id"],
                        name="notification_newest",
                    ),
                    models.Index(
                        condition=models.Q(("read_at", None), ("withdrawn_at", None)),
                        fields=["recipient", "-created_at", "-id"],
                        name="notification_unread",
                    ),
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=["recipient", "notice", "-created_at", "-id"],
                        name="notification_kind",
                    ),
                    models.Index(fields=["team", "subject", "notice"], name="notification_subject"),
                    models.Index(fields=["created_at"], name="notification_oldest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("url__startswith", "/"), models.Q(("url__startswith", "//"), _negated=True)
                        ),
                        name="notification_url_is_ours",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.TimeField(default=datetime.time(18, 0))),
                ("end", models.TimeField(default=datetime.time(8, 0))),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=apps.notifications.models.working_days,
                        help_text="Monday is 0.",
                        size=None,
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quiet_hours",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "verbose_name_plural": "quiet hours",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("start", models.F("end")), _negated=True), name="quiet_hours_have_a_length"
                    )
                ],
            },
        ),
    ]
