from django.urls import path

from apps.core import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("events/", views.events, name="events"),
    path("theme/", views.theme, name="theme"),
]
