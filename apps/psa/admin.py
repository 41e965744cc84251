from django.contrib import admin

from apps.core.admin import ListedByKeyAdmin, ScopedAdmin
from apps.core.permissions import Permission
from apps.psa.models import Client, Ticket


@admin.register(Client)
class ClientAdmin(ScopedAdmin):
    permissions = (Permission.ADMIN_TEAM,)
    fields = ("name", "colour")
    list_display = ("name", "colour")
    search_fields = ("name",)


@admin.register(Ticket)
class TicketAdmin(ListedByKeyAdmin):
    permissions = (Permission.ADMIN_TEAM,)
    fields = ("number", "title", "body", "client", "contact", "device", "priority")
    list_display = ("number", "title", "client", "priority")
    list_select_related = ("client",)
    search_fields = ("number", "title")
