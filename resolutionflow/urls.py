from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from apps.sessions.views import work

# One way in: the admin's own sign-in form knows no limit of attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
]

urlpatterns = [
    path("", include("apps.core.urls")),
    path("", work.home, name="home"),
    path("", include("apps.sessions.urls")),
    path("library/", include("apps.flows.urls")),
    path("pilot/", include("apps.documentation.urls")),
    path("", include("apps.escalations.urls")),
    path("", include("apps.teams.urls")),
    path("", include("apps.tickets.urls")),
    path("psa/", include("apps.psa.urls")),
    path("notifications/", include("apps.notifications.urls")),
    path("accounts/", include(accounts)),
    path("admin/", admin.site.urls),
]
