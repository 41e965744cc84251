from django.urls import path

from apps.flows import views

app_name = "flows"
urlpatterns = [
    path("", views.library, name="library"),
    path("<int:flow_id>/", views.flow_page, name="flow-page"),
    path("<int:flow_id>/versions/<int:number>/", views.flow_version, name="flow-version"),
    path("<int:flow_id>/versions/<int:number>/file/", views.version_download, name="version-download"),
]
