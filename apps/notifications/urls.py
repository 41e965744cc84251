from django.urls import path

from apps.notifications.views import bell, channels

app_name = "notifications"
urlpatterns = [
    path("", bell.notification_list, name="notification-list"),
    path("bell/", bell.bell, name="bell"),
    path("read/", bell.read_all, name="notifications-read"),
    path("preferences/", bell.preferences, name="preferences"),
    path("<int:pk>/open/", bell.open_notification, name="notification-open"),
    path("<int:pk>/read/", bell.read, name="notification-read"),
    path("<int:pk>/unread/", bell.unread, name="notification-unread"),
    path("channels/", channels.channel_list, name="channel-list"),
    path("channels/new/", channels.add, name="channel-add"),
    path("channels/<int:pk>/", channels.change, name="channel-change"),
    path("channels/<int:pk>/test/", channels.test, name="channel-test"),
    path("channels/<int:pk>/switch/", channels.switch, name="channel-switch"),
    path("channels/<int:pk>/remove/", channels.remove, name="channel-remove"),
]
