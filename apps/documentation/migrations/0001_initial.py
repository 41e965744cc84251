import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("flow_sessions", "0002_records_never_change"),
        ("psa", "0001_initial"),
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Push",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("resolution", "Resolution note"),
                            ("escalation", "Escalation note"),
                            ("progress", "Progress note"),
                        ],
                        max_length=32,
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveSmallIntegerField()),
                ("body", models.TextField(help_text="Markdown, secrets removed.")),
                (
                    "note_kind",
                    models.CharField(
                        choices=[
                            ("internal", "Internal note"),
                            ("discussion", "Discussion: the client can see it"),
                            ("resolution", "Resolution: the client can see it"),
                        ],
                        max_length=32,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="psa.connection"
                    ),
                ),
                (
                    "flow_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pushes",
                        to="flow_sessions.flowsession",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documentation.push",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pushes", to="psa.ticket"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["team", "-created_at", "-id"], name="push_team_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("flow_session", "kind", "number", "version"), name="push_version_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["resolution", "escalation", "progress"])),
                        name="push_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note_kind__in", ["internal", "discussion", "resolution"])),
                        name="push_note_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("time", "Time entry"),
                            ("status", "Status"),
                            ("classification", "Type"),
                            ("file", "The whole note as a file"),
                        ],
                        max_length=32,
                    ),
                ),
                ("marker", models.CharField(max_length=16, unique=True)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("queued_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, help_text="When it was read back as it was meant.", null=True),
                ),
                ("external_id", models.CharField(blank=True, max_length=255)),
                ("alarm", models.TextField(blank=True)),
                (
                    "push",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="documentation.push"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"),
                ),
                (
                    "ticket",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="psa.ticket"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("queued_at", None)), fields=["team", "id"], name="push_part_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("push", "kind"), name="push_part_is_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["note", "time", "status", "classification", "file"])),
                        name="push_part_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RestoredHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PASSWORD", "password"),
                            ("WIFI_PSK", "Wi-Fi key"),
                            ("SNMP_COMMUNITY", "SNMP community"),
                            ("API_KEY", "API key"),
                            ("PRIVATE_KEY", "private key"),
                            ("CONNECTION_STRING", "connection secret"),
                            ("URL_CREDENTIALS", "URL credentials"),
                            ("JWT", "web token"),
                            ("BITLOCKER_KEY", "BitLocker key"),
                            ("PRODUCT_KEY", "product key"),
                            ("AWS_KEY", "AWS key"),
                            ("AZURE_KEY", "Azure key"),
                            ("MFA_CODE", "sign-in code"),
                            ("SSN", "social security number"),
                            ("CREDIT_CARD", "card number"),
                            ("IPV4", "IPv4 address"),
                            ("IPV6", "IPv6 address"),
                            ("MAC", "MAC address"),
                            ("EMAIL", "e-mail address"),
                            ("PHONE", "phone number"),
                            ("USERNAME", "user name"),
                        ],
                        max_length=32,
                    ),
                ),
                ("restored_at", models.DateTimeField()),
                (
                    "flow_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="flow_sessions.flowsession"
                    ),
                ),
                (
                    "restored_by",
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
                    models.UniqueConstraint(fields=("flow_session", "fingerprint"), name="restored_hit_is_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PASSWORD",
                                    "WIFI_PSK",
                                    "SNMP_COMMUNITY",
                                    "API_KEY",
                                    "PRIVATE_KEY",
                                    "CONNECTION_STRING",
                                    "URL_CREDENTIALS",
                                    "JWT",
                                    "BITLOCKER_KEY",
                                    "PRODUCT_KEY",
                                    "AWS_KEY",
                                    "AZURE_KEY",
                                    "MFA_CODE",
                                    "SSN",
                                    "CREDIT_CARD",
                                    "IPV4",
                                    "IPV6",
                                    "MAC",
                                    "EMAIL",
                                    "PHONE",
                                    "USERNAME",
                                ],
                            )
                        ),
                        name="restored_hit_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("resolution", "Resolution note"),
                            ("escalation", "Escalation note"),
                            ("progress", "Progress note"),
                        ],
                        max_length=32,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("body", models.TextField(help_text="Markdown, secrets removed.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "flow_session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
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
                        fields=("flow_session", "kind", "number"), name="stored_document_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["resolution", "escalation", "progress"])),
                        name="stored_document_kind_is_known",
                    ),
                ],
            },
        ),
    ]
