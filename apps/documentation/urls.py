from django.urls import path

from apps.documentation.views import note, push

app_name = "documentation"
urlpatterns = [
    path("<int:pk>/note/", note.note_page, name="note-page"),
    path("<int:pk>/note/download/<slug:kind>/", note.note_download, name="note-download"),
    path("<int:pk>/escalation-note/<int:number>/", note.escalation_note, name="escalation-note"),
    path("<int:pk>/push/", push.push, name="push"),
    path("<int:pk>/push/<int:number>/", push.push, name="push-escalation"),
    path("<int:pk>/pushes/", push.push_list, name="push-list"),
    path("pushes/", push.push_history, name="push-history"),
    path("<int:pk>/note/restore/<slug:fingerprint>/", note.note_restore, name="note-restore"),
    path("<int:pk>/note/remove/<slug:fingerprint>/", note.note_remove, name="note-remove"),
]
