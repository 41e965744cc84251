from django.contrib import admin

from apps.core.admin import ScopedAdmin
from apps.core.permissions import Permission
from apps.tickets.models import TicketRule


@admin.register(TicketRule)
class TicketRuleAdmin(ScopedAdmin):
    permissions = (Permission.ADMIN_TEAM,)
    fields = ("board", "type", "words", "flow")
    list_display = ("__str__", "flow")
    list_select_related = ("flow",)
