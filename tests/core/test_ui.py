import re

import pytest
from django import forms
from django.template import Context, Engine, Template
from django.test import RequestFactory
from django.urls import NoReverseMatch

from apps.core.permissions import Role
from apps.teams.models import User


class CallForm(forms.Form):
    caller = forms.CharField(help_text="As they said it.")
    urgent = forms.BooleanField(required=False, help_text="Somebody cannot work.")
    reason = forms.ChoiceField(choices=[("vendor", "Vendor"), ("client", "Client")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput)


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def field(name: str, data: dict[str, str] | None = None) -> str:
    return drawn(f"{{% field form.{name} %}}", form=CallForm(data))


def test_icon_draws_a_hidden_symbol_of_the_sprite() -> None:
    drawing = r'<svg class="i" aria-hidden="true"><use href="/static/vendor/lucide/icons(\.\w+)?\.svg#check"/></svg>'
    assert re.fullmatch(drawing, drawn('{% icon "check" %}'))  # with its hash where a test before served files so


def test_icon_with_class_keeps_its_own() -> None:
    assert drawn('{% icon "check" "s" %}').startswith('<svg class="i s"')


def test_field_ties_label_help_and_error_to_the_control() -> None:
    html = field("caller", {})
    assert 'for="id_caller"' in html
    assert 'aria-describedby="id_caller_helptext id_caller_error"' in html
    assert 'id="id_caller_helptext"' in html
    assert 'id="id_caller_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_without_error_shows_none() -> None:
    assert "err" not in field("caller")


def test_field_of_a_checkbox_puts_the_control_before_the_words() -> None:
    html = field("urgent")
    assert html.index("<input") < html.index("Urgent")
    assert "in-text" not in html


def test_field_of_a_radio_draws_one_pick_for_each_choice() -> None:
    html = field("reason")
    assert html.count('class="pick"') == 2
    assert "<legend>Reason</legend>" in html


def test_field_of_a_radio_ties_its_error_to_the_group() -> None:
    assert '<fieldset class="field " aria-describedby="id_reason_error">' in field("reason", {})


def test_field_that_is_hidden_has_no_label() -> None:
    assert "<label" not in field("token")


def test_field_passes_attributes_to_the_control() -> None:
    html = drawn('{% field form.caller wrap="full" data_key="n" placeholder="Name" %}', form=CallForm())
    assert 'data-key="n"' in html
    assert 'placeholder="Name"' in html
    assert 'class="field full"' in html


def test_theme_is_what_the_cookie_says() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = "dark"
    assert drawn("{% theme %}", request=request) == "dark"


def test_theme_with_a_foreign_cookie_or_no_request_is_empty() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = '"><script>'
    assert drawn("{% theme %}", request=request) == drawn("{% theme %}") == ""


def test_may_answers_by_role() -> None:
    source = '{% if user|may:"RUN_SESSIONS" %}yes{% endif %}'
    assert drawn(source, user=User(role=Role.ENGINEER)) == "yes"
    assert drawn(source, user=User(role=Role.VIEWER)) == ""


@pytest.mark.parametrize(
    "source",
    [
        '{% url "sessions:session" pk %}',
        '{% url "sessions:session" pk as address %}{{ address }}',
        '{% url "sessions:session-draft" pk field %}',
        '{% url "sessions:session" pk=pk %}',
        '[{% url "sessions:unknown" pk as address %}{{ address }}]',
    ],
)
def test_url_draws_what_the_one_of_django_draws_whenever_it_is_asked(source: str) -> None:
    own = Engine.get_default()
    bare = Engine(builtins=[name for name in own.builtins if name != "apps.core.templatetags.ui"])
    for pk in (7, 8, 7):
        values = Context({"pk": pk, "field": "note"})
        assert own.from_string(source).render(values) == bare.from_string(source).render(values)


def test_url_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        drawn('{% url "sessions:unknown" 7 %}')
