from django.urls import path

from apps.escalations import views

app_name = "escalations"
urlpatterns = [
    path("<int:pk>/claim/", views.claim, name="handoff-claim"),
]
