from django.urls import path

from apps.core import views

urlpatterns = [
    path("theme/", views.theme, name="theme"),
]
