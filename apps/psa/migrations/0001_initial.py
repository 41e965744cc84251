import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("connectwise", "ConnectWise Manage"),
                            ("request_tracker", "Request Tracker"),
                            ("demo", "Demo PSA"),
                        ],
                        max_length=32,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200)),
                ("account", models.CharField(blank=True, max_length=200)),
                ("credentials", models.TextField(blank=True)),
                ("root", models.CharField(blank=True, max_length=300)),
                (
                    "push_when",
                    models.CharField(
                        choices=[("ask", "Ask each time"), ("always", "Always"), ("never", "Never")],
                        default="ask",
                        max_length=32,
                    ),
                ),
                (
                    "note_kind",
                    models.CharField(
                        choices=[
                            ("internal", "Internal note"),
                            ("discussion", "Discussion: the client can see it"),
                            ("resolution", "Resolution: the client can see it"),
                        ],
                        default="internal",
                        max_length=32,
                    ),
                ),
                (
                    "text_into",
                    models.CharField(
                        choices=[("note", "The ticket's notes"), ("time", "The time entry"), ("both", "Both")],
                        default="note",
                        max_length=32,
                    ),
                ),
                ("enters_time", models.BooleanField(default=False)),
                ("rounding_minutes", models.PositiveSmallIntegerField(default=15)),
                (
                    "link_pattern",
                    models.CharField(blank=True, help_text="Address of a ticket, with {number} in it.", max_length=300),
                ),
                ("connected_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, help_text="When the PSA last answered as it should.", null=True),
                ),
                (
                    "problem",
                    models.TextField(
                        blank=True, help_text="What the last call met, in a sentence; empty when it worked."
                    ),
                ),
                ("problem_at", models.DateTimeField(blank=True, null=True)),
                (
                    "resumes_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Before then no call begins: others have the turns, or the PSA asked for none.",
                        null=True,
                    ),
                ),
                (
                    "connected_by",
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("provider__in", ["connectwise", "request_tracker", "demo"])),
                        name="connection_provider_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("push_when__in", ["ask", "always", "never"])),
                        name="connection_knows_push_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text_into__in", ["note", "time", "both"])),
                        name="connection_knows_text_into",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note_kind__in", ["internal", "discussion", "resolution"])),
                        name="connection_note_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rounding_minutes__gte", 1), ("rounding_minutes__lte", 60)),
                        name="connection_rounding_is_sane",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("archived_at", None)), fields=("team",), name="connection_one_live_a_team"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(blank=True, help_text="Its id in the PSA.", max_length=64)),
                ("name", models.CharField(max_length=200)),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("teal", "Teal"),
                            ("plum", "Plum"),
                            ("amber", "Amber"),
                            ("blue", "Blue"),
                            ("moss", "Moss"),
                        ],
                        default="teal",
                        max_length=32,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clients",
                        to="psa.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", "")),
                        fields=("team", "name"),
                        name="client_name_is_unique_in_team",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("connection", "external_id"),
                        name="client_of_psa_is_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("external_id", ""), ("connection__isnull", False), _connector="OR"),
                        name="client_of_psa_has_its_connection",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("colour__in", ["teal", "plum", "amber", "blue", "moss"])),
                        name="client_colour_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoardRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("work_type", models.CharField(blank=True, max_length=64)),
                ("after_hours_work_type", models.CharField(blank=True, max_length=64)),
                ("work_role", models.CharField(blank=True, max_length=64)),
                ("after_hours_work_role", models.CharField(blank=True, max_length=64)),
                ("is_billable", models.BooleanField(blank=True, null=True)),
                ("after_hours_is_billable", models.BooleanField(blank=True, null=True)),
                ("status_resolved", models.CharField(blank=True, max_length=64)),
                ("status_escalated", models.CharField(blank=True, max_length=64)),
                ("type", models.CharField(blank=True, max_length=64)),
                ("subtype", models.CharField(blank=True, max_length=64)),
                ("item", models.CharField(blank=True, max_length=64)),
                ("names", models.JSONField(blank=True, default=dict)),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="boards", to="psa.connection"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "external_id"), name="board_rule_is_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=300)),
                ("body", models.TextField(blank=True)),
                ("client", models.CharField(blank=True, max_length=200)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("device", models.CharField(blank=True, max_length=200)),
                ("priority", models.CharField(blank=True, max_length=64)),
                ("sla", models.CharField(blank=True, max_length=64)),
                ("board", models.CharField(default="1", max_length=64)),
                ("state", models.CharField(default="1", max_length=64)),
                ("type", models.CharField(blank=True, max_length=64)),
                ("member", models.CharField(blank=True, help_text="The id of whoever works on it.", max_length=64)),
                ("merged_into", models.CharField(blank=True, max_length=64)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("team", "number"), name="demo_ticket_number_is_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("marker", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField()),
                ("is_public", models.BooleanField()),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="psa.demoticket"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("ticket", "marker"), name="demonote_is_added_once")],
            },
        ),
        migrations.CreateModel(
            name="DemoFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("marker", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("content", models.BinaryField()),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="psa.demoticket"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("ticket", "marker"), name="demofile_is_added_once")],
            },
        ),
        migrations.CreateModel(
            name="DemoTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("marker", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField(blank=True)),
                ("hours", models.DecimalField(decimal_places=2, max_digits=6)),
                ("member", models.CharField(blank=True, max_length=64)),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="psa.demoticket"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("ticket", "marker"), name="demotime_is_added_once")],
            },
        ),
        migrations.CreateModel(
            name="PsaMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="psa.connection"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "external_id"), name="psa_member_is_unique"),
                    models.UniqueConstraint(fields=("connection", "user"), name="psa_member_is_one_of_a_user"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=64)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("body", models.TextField(blank=True)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("device", models.CharField(blank=True, max_length=200)),
                ("priority", models.CharField(blank=True, max_length=64)),
                ("board", models.CharField(blank=True, help_text="The id of its board in the PSA.", max_length=64)),
                ("context", models.JSONField(blank=True, default=dict)),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="psa.client",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="psa.connection",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="psa.ticket",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["team", "-id"], name="ticket_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "connection", "number"), name="ticket_number_is_unique", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
