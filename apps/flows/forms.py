from typing import Any

from django import forms

from apps.flows.models import FlowKind
from apps.flows.selectors import LibraryQuery

SORTS = [("used", "Most used"), ("success", "Most successful"), ("newest", "Newest")]


class LibraryForm(forms.Form):
    """What the library shows. A value that makes no sense counts as none."""

    q = forms.CharField(required=False, max_length=2000)
    kind = forms.ChoiceField(choices=[("", "All"), *FlowKind.choices], required=False)
    category = forms.SlugField(required=False, allow_unicode=True)
    tag = forms.SlugField(required=False)
    sort = forms.ChoiceField(choices=SORTS, required=False)
    after = forms.CharField(required=False, max_length=80)

    def query(self) -> LibraryQuery:
        self.is_valid()
        values: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        return LibraryQuery(**values)
