from django.urls import path

from apps.psa.views import demo

app_name = "psa"
urlpatterns = [
    path("demo/", demo.demo_tickets, name="demo-tickets"),
    path("demo/<int:number>/", demo.demo_ticket, name="demo-ticket"),
]
