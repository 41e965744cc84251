"""Every change of a category or a tag; search knows flows by their names too."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.flows.models import Category, Flow, Tag
from apps.flows.policies import may_curate
from apps.flows.search.index import index_flows
from apps.flows.services import lock_publishing
from apps.teams.models import User


def save_label(*, label: Category | Tag, by: User) -> None:
    """Save a category or tag; the flows that bear it, of every team, are found by its new name at once."""
    if not may_curate(by, label):
        raise PermissionDenied
    with transaction.atomic():
        lock_publishing()
        label.save()
        index_flows(label.flows.all())


def delete_label(*, label: Category | Tag, by: User) -> None:
    """Delete a tag, or a category that no flow is in; raises ProtectedError for one that some flow is in."""
    if not may_curate(by, label):
        raise PermissionDenied
    with transaction.atomic():
        lock_publishing()
        bearing = list(label.flows.values_list("pk", flat=True))
        label.delete()
        index_flows(Flow.objects.filter(pk__in=bearing))
