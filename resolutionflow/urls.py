from django.contrib import admin
from django.urls import include, path

from apps.sessions.views import work

urlpatterns = [
    path("", include("apps.core.urls")),
    path("", work.home, name="home"),
    path("", include("apps.sessions.urls")),
    path("library/", include("apps.flows.urls")),
    path("pilot/", include("apps.documentation.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
