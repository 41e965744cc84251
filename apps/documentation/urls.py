from django.urls import path

from apps.documentation import views

app_name = "documentation"
urlpatterns = [
    path("<int:pk>/note/", views.note_page, name="note-page"),
    path("<int:pk>/note/download/<slug:kind>/", views.note_download, name="note-download"),
    path("<int:pk>/escalation-note/<int:number>/", views.escalation_note, name="escalation-note"),
    path("<int:pk>/note/restore/<slug:fingerprint>/", views.note_restore, name="note-restore"),
    path("<int:pk>/note/remove/<slug:fingerprint>/", views.note_remove, name="note-remove"),
]
