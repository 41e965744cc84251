from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="notification-list"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read_all, name="notifications-read"),
    path("preferences/", views.preferences, name="preferences"),
    path("<int:pk>/open/", views.open_notification, name="notification-open"),
    path("<int:pk>/read/", views.read, name="notification-read"),
    path("<int:pk>/unread/", views.unread, name="notification-unread"),
]
