"""A site of one page that holds every behaviour, so that they are tried apart from the pages that use them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from resolutionflow.urls import urlpatterns as product

DRAFTS: list[str] = []
FRAGMENT = """
<div id="step">
  <h1 tabindex="-1" data-focus="{{ step }}" data-announce="Step {{ step }} of about 8">Step {{ step }}</h1>
  <p id="command">Get-Service</p><template id="rich"><b>Get-Service</b></template>
  <rf-copy from="command" html="rich"><button class="btn" data-key="c"><span class="l">Copy</span></button></rf-copy>
  <form action="/answer/{{ step }}/" method="post" hx-post="/answer/{{ step }}/" hx-target="#step" hx-swap="outerHTML">
    {% csrf_token %}
    <button class="btn" name="answer" value="yes" data-key="1">Yes</button>
    <button class="btn" name="answer" value="wrong" data-key="2">Wrong</button>
    <button class="btn" name="answer" value="fail" data-key="3">Fail</button>
    <button class="btn" name="answer" value="done" data-key="enter">Done</button>
    <rf-draft key="me:1:{{ step }}" url="/draft/"><label for="note">Note</label>
      <textarea id="note" name="note" data-key="n"{% if wrong %} aria-invalid="true"{% endif %}>{{ note }}</textarea>
      <small data-state></small></rf-draft>
    <button class="btn" name="answer" value="note" data-save>Save note</button>
  </form>
  <form action="/answer/{{ step }}/" method="post" hx-post="/answer/{{ step }}/" hx-target="#step" hx-swap="outerHTML">
    {% csrf_token %}<button class="btn" name="answer" value="skip" data-key="s">Skip</button></form>
  <output id="last">{{ answer }}</output>
</div>
{% if fragment %}{% include "components/_messages.html" with oob=True %}{% endif %}
"""
PAGE = (
    """{% extends "base.html" %}{% block title %}Specimen{% endblock %}{% block crumb %}<b>Specimen</b>{% endblock %}
{% block main %}<div class="page">"""
    + FRAGMENT
    + """<p><rf-timer seconds="3725"></rf-timer></p>
<dialog class="dlg" id="ask" aria-labelledby="ask-h"><header><h2 id="ask-h">Sure?</h2></header>
<form method="dialog"><button class="btn" data-key="y">Yes</button></form></dialog>
<button class="btn" command="show-modal" commandfor="ask" data-key="p">Pause</button></div>{% endblock %}"""
)


def page(request: HttpRequest) -> HttpResponse:
    note = DRAFTS[-1] if DRAFTS else ""
    return HttpResponse(engines["django"].from_string(PAGE).render({"step": 1, "note": note}, request))


def answer(request: HttpRequest, step: int) -> HttpResponse:
    chosen = request.POST["answer"]
    if chosen == "fail":
        return HttpResponse("<p>Broken</p>", status=500)
    wrong = chosen == "wrong"
    messages.success(request, f"Answered {chosen}")
    shown = {"step": step if wrong else step + 1, "wrong": wrong, "answer": chosen, "fragment": True}
    text = engines["django"].from_string(FRAGMENT).render(shown, request)
    return HttpResponse(text, status=422 if wrong else 200)


def draft(request: HttpRequest) -> HttpResponse:
    DRAFTS.append(request.POST["note"])
    return HttpResponse(status=204)


urlpatterns = [
    path("", page, name="home"),
    path("library/", include(([path("", page, name="library")], "flows"))),
    path("answer/<int:step>/", answer),
    path("draft/", draft),
    *(route for route in product if str(route.pattern) not in {"library/"}),
]
