from django.urls import path

from apps.core import views
from apps.core.outbox import views as outbox

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("events/", views.events, name="events"),
    path("theme/", views.theme, name="theme"),
    path("outbox/<str:subject>/", outbox.subject, name="outbox-subject"),
    path("outbox/<int:pk>/<str:decision>/", outbox.decide, name="outbox-decide"),
]
