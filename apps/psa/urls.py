from django.urls import path

from apps.psa.views import callbacks, connection, demo, rules

app_name = "psa"
urlpatterns = [
    path("connection/", connection.connection_page, name="connection"),
    path("connection/connect/<slug:provider>/", connection.connect_page, name="connect"),
    path("connection/test/", connection.test, name="connection-test"),
    path("connection/options/", connection.options, name="connection-options"),
    path("connection/end/", connection.end, name="connection-end"),
    path("connection/boards/", rules.board_list, name="boards"),
    path("connection/boards/<str:board>/", rules.board, name="board"),
    path("connection/people/", rules.people, name="people"),
    path("connection/people/fetch/", rules.fetch_people, name="people-fetch"),
    path("connection/people/<int:pk>/", rules.match, name="person"),
    path("called-back/<str:token>/", callbacks.called_back, name="called-back"),
    path("demo/", demo.demo_tickets, name="demo-tickets"),
    path("demo/<int:number>/", demo.demo_ticket, name="demo-ticket"),
]
