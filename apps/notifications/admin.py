from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.core.admin import ScopedAdmin
from apps.core.permissions import Permission
from apps.notifications.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(ScopedAdmin):
    """What went to whom, and what the other side said. To be looked at, not changed."""

    permissions = (Permission.ADMIN_TEAM,)
    list_display = ("created_at", "medium", "to", "title", "arrived", "answer")
    list_display_links = ("title",)
    list_filter = ("medium", "arrived")
    list_select_related = ("recipient", "channel")
    search_fields = ("title", "about", "recipient__name", "channel__name")
    ordering = ("-id",)

    @admin.display(description="To")
    def to(self, delivery: Delivery) -> str:
        return str(delivery.recipient or delivery.channel)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
