import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),  # the trigram extension
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("slug", models.SlugField(max_length=80)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "slug"), name="category_slug_is_unique_in_team", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Flow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=80)),
                ("title", models.CharField(max_length=200)),
                ("summary", models.CharField(blank=True, max_length=500)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("troubleshooting", "Troubleshooting"),
                            ("procedure", "Procedure"),
                            ("maintenance", "Maintenance"),
                        ],
                        default="troubleshooting",
                        max_length=32,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Only me"), ("team", "My team"), ("public", "Every team")],
                        default="team",
                        max_length=32,
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "review_days",
                    models.PositiveSmallIntegerField(default=90, verbose_name="days until the next review"),
                ),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("runs", models.PositiveIntegerField(default=0, editable=False)),
                ("finished_runs", models.PositiveIntegerField(default=0, editable=False)),
                ("resolved_runs", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "success_permille",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("resolved_runs"), "*", models.Value(1000)
                                ),
                                "/",
                                django.db.models.functions.comparison.NullIf(models.F("finished_runs"), 0),
                            ),
                            -1,
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                ("last_resolved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flows",
                        to="flows.category",
                    ),
                ),
                (
                    "owner",
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
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FlowDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "flow",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="draft", to="flows.flow"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "updated_by",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FlowVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("change_note", models.CharField(blank=True, max_length=300)),
                ("published_at", models.DateTimeField(auto_now_add=True)),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="flows.flow"
                    ),
                ),
                (
                    "published_by",
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
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("flow", "number"), name="flow_version_number_is_unique")
                ],
            },
        ),
        migrations.AddField(
            model_name="flow",
            name="published",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flows.flowversion",
            ),
        ),
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.TextField()),
                ("flows", models.IntegerField()),
                ("titles", models.IntegerField()),
                ("occurrences", models.BigIntegerField()),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("titles__gt", 0)),
                        fields=["term"],
                        name="search_term_trigrams",
                        opclasses=["gin_trgm_ops"],
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("term", "team"), name="search_term_is_unique_in_team", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=60)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "name"), name="tag_name_is_unique_in_team", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="flow",
            name="tags",
            field=models.ManyToManyField(blank=True, related_name="flows", to="flows.tag"),
        ),
        migrations.AddIndex(
            model_name="flow",
            index=models.Index(fields=["team", "-runs", "-id"], name="flow_team_most_used"),
        ),
        migrations.AddIndex(
            model_name="flow",
            index=models.Index(fields=["team", "-success_permille", "-id"], name="flow_team_most_successful"),
        ),
        migrations.AddIndex(
            model_name="flow",
            index=models.Index(fields=["team", "-updated_at", "-id"], name="flow_team_newest"),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.UniqueConstraint(
                fields=("team", "slug"), name="flow_slug_is_unique_in_team", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["troubleshooting", "procedure", "maintenance"])),
                name="flow_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["private", "team", "public"])), name="flow_visibility_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("team", None), ("visibility", "public")),
                    models.Q(("team__isnull", False), models.Q(("visibility", "public"), _negated=True)),
                    _connector="OR",
                ),
                name="flow_is_public_when_of_the_platform",
            ),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_runs__lte", models.F("runs")), ("resolved_runs__lte", models.F("finished_runs"))
                ),
                name="flow_counts_are_consistent",
            ),
        ),
        migrations.CreateModel(
            name="SearchPosting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "flow", "term", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "flow",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.flow"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="flows.searchterm",
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("length", models.PositiveIntegerField()),
                ("in_title", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["term", "flow"], include=("count", "length"), name="search_posting_of_term")
                ],
            },
        ),
    ]
