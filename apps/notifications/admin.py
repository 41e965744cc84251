from django.contrib import admin

from apps.core.admin import LookedAtAdmin
from apps.core.permissions import Permission
from apps.notifications.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(LookedAtAdmin):
    """What went to whom, and what the other side said."""

    permissions = (Permission.ADMIN_TEAM,)
    list_display = ("created_at", "medium", "to", "title", "arrived", "answer")
    list_display_links = ("title",)
    list_filter = ("medium", "arrived")
    list_select_related = ("recipient", "channel")
    search_fields = ("title", "about", "recipient__name", "channel__name")

    @admin.display(description="To")
    def to(self, delivery: Delivery) -> str:
        return str(delivery.recipient or delivery.channel)
