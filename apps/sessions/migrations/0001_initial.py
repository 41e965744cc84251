import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("flows", "0002_versions_never_change"),
        ("psa", "0001_initial"),
        ("teams", "0001_initial"),
        ("teams", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("prepared", "Prepared"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("resolved", "finished"),
                            ("escalated", "Escalated"),
                            ("requesting_escalation", "escalated"),
                            ("abandoned", "Abandoned"),
                        ],
                        default="prepared",
                        max_length=32,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("problem", models.TextField(blank=True)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=64, verbose_name="call-back number")),
                ("device", models.CharField(blank=True, max_length=200)),
                ("place", models.JSONField(blank=True, default=list)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("last_ordinal", models.PositiveIntegerField(default=0)),
                ("variables", models.JSONField(blank=True, default=dict)),
                ("secrets", models.JSONField(blank=True, default=dict)),
                ("time_zone", models.CharField(max_length=64)),
                ("start_key", models.UUIDField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("step_entered_at", models.DateTimeField(blank=True, null=True)),
                ("step_seconds", models.PositiveIntegerField(default=0)),
                ("active_seconds", models.PositiveIntegerField(default=0)),
                ("clock_at", models.DateTimeField(blank=True, null=True)),
                ("away_seconds", models.PositiveIntegerField(default=0)),
                (
                    "pause_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("client", "Waiting for the client"),
                            ("vendor", "Waiting for a vendor"),
                            ("part", "Waiting for a part"),
                            ("window", "Waiting for a maintenance window"),
                            ("watching", "Watching whether it holds"),
                        ],
                        max_length=32,
                    ),
                ),
                ("wake_at", models.DateTimeField(blank=True, null=True)),
                (
                    "woken_at",
                    models.DateTimeField(blank=True, help_text="When its owner was told that it is back.", null=True),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resolved", "Resolved"),
                            ("workaround", "Workaround"),
                            ("unresolved", "Not resolved"),
                            ("escalated", "Escalated"),
                        ],
                        max_length=32,
                    ),
                ),
                ("closing_note", models.TextField(blank=True)),
                ("next_steps", models.TextField(blank=True)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="psa.client",
                    ),
                ),
                (
                    "flow",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flow_sessions",
                        to="flows.flow",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flow_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flow_sessions",
                        to="psa.ticket",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="flows.flowversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "indexes": [
                    models.Index(fields=["team", "-created_at", "-id"], name="session_team_newest"),
                    models.Index(fields=["owner", "status", "-created_at", "-id"], name="session_owner_status"),
                    models.Index(fields=["flow", "-ended_at", "-id"], name="session_flow_ended"),
                    models.Index(
                        condition=models.Q(("status", "paused"), ("woken_at", None)),
                        fields=["wake_at", "id"],
                        name="session_asleep",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "prepared",
                                    "active",
                                    "paused",
                                    "resolved",
                                    "escalated",
                                    "requesting_escalation",
                                    "abandoned",
                                ],
                            )
                        ),
                        name="session_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", ""),
                            ("outcome__in", ["resolved", "workaround", "unresolved", "escalated"]),
                            _connector="OR",
                        ),
                        name="session_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pause_reason", ""),
                            ("pause_reason__in", ["client", "vendor", "part", "window", "watching"]),
                            _connector="OR",
                        ),
                        name="session_pause_reason_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("status__in", ["resolved", "abandoned"])),
                            models.Q(
                                models.Q(("status__in", ["resolved", "abandoned"]), _negated=True), ("ended_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="session_ended_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "resolved"), _negated=True),
                            models.Q(("outcome", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="session_finished_has_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "active"), ("clock_at", None), _connector="OR"),
                        name="session_clock_runs_only_while_active",
                    ),
                    models.UniqueConstraint(fields=("owner", "start_key"), name="session_form_starts_one"),
                    models.UniqueConstraint(
                        condition=models.Q(("clock_at__isnull", False)),
                        fields=("owner",),
                        name="session_one_clock_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=700)),
                ("field", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("typed_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "flow_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="flow_sessions.flowsession",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("flow_session", "author", "step", "field"), name="step_draft_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StepRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ordinal", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("question", "Question"),
                            ("action", "Action"),
                            ("check", "Check"),
                            ("verification", "Verification"),
                            ("sub_flow", "Sub Flow"),
                            ("note", "Note"),
                            ("custom_step", "own step"),
                            ("evidence", "Evidence"),
                            ("command_output", "Command Output"),
                            ("status_update", "Status Update"),
                            ("handoff", "Handoff"),
                            ("end", "End"),
                        ],
                        max_length=32,
                    ),
                ),
                ("node_id", models.CharField(blank=True, max_length=64)),
                ("place", models.JSONField(blank=True, default=list)),
                ("asked", models.TextField(blank=True)),
                ("answered", models.TextField(blank=True)),
                ("choice", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("statement", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("commands", models.JSONField(blank=True, default=list)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fixed", "Fixed"),
                            ("not_fixed", "not fixed"),
                            ("not_applicable", "not applicable"),
                            ("skipped", "Skipped"),
                        ],
                        max_length=32,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("entered_at", models.DateTimeField()),
                ("left_at", models.DateTimeField()),
                ("active_seconds", models.PositiveIntegerField(default=0)),
                ("entered_afterwards", models.BooleanField(default=False)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "flow_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="records",
                        to="flow_sessions.flowsession",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="flows.flowversion",
                    ),
                ),
            ],
            options={
                "ordering": ["ordinal"],
                "constraints": [
                    models.UniqueConstraint(fields=("flow_session", "ordinal"), name="step_record_ordinal_is_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "question",
                                    "action",
                                    "check",
                                    "verification",
                                    "sub_flow",
                                    "note",
                                    "custom_step",
                                    "evidence",
                                    "command_output",
                                    "status_update",
                                    "handoff",
                                    "end",
                                ],
                            )
                        ),
                        name="step_record_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", ""),
                            ("outcome__in", ["fixed", "not_fixed", "not_applicable", "skipped"]),
                            _connector="OR",
                        ),
                        name="step_record_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left_at__gte", models.F("entered_at"))),
                        name="step_record_ends_after_start",
                    ),
                ],
            },
        ),
    ]
