from django.urls import path

from apps.tickets.views import link, mine

app_name = "tickets"
urlpatterns = [
    path("tickets/", mine.my_tickets, name="mine"),
    path("tickets/start/", mine.ticket_start, name="start"),
    path("tickets/<int:ticket_pk>/card/", link.card, name="card"),
    path("tickets/<int:ticket_pk>/refresh/", link.card_refresh, name="card-refresh"),
    path("pilot/<int:pk>/tickets/", link.picker, name="picker"),
    path("pilot/<int:pk>/tickets/link/", link.ticket_link, name="link"),
    path("pilot/<int:pk>/tickets/create/", link.ticket_create, name="create"),
    path("pilot/<int:pk>/tickets/<int:ticket_pk>/primary/", link.ticket_primary, name="primary"),
    path("pilot/<int:pk>/tickets/<int:ticket_pk>/unlink/", link.ticket_unlink, name="unlink"),
]
