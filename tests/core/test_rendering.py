"""Forms come out as GOV.UK markup: named, described, with errors that lead to their fields."""

import re

import pytest
from django import forms
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core import components, navigation
from core.machines import Machine


class Paper(forms.Form):
    """One field of every kind that the site uses."""

    title = forms.CharField(label="Title", max_length=200, help_text="As people look for it.")
    code = forms.CharField(label="Code", max_length=5)
    cost = forms.DecimalField(label="Cost", required=False)
    share = forms.IntegerField(label="Share", required=False, min_value=0, max_value=100)
    day = forms.DateField(label="First day", required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    tier = forms.ChoiceField(label="Tier", choices=[("s", "Small"), ("l", "Large")])
    risk = forms.ChoiceField(
        label="Risk", choices=[("l", "Low"), ("h", "High")], widget=forms.RadioSelect
    )
    tags = forms.MultipleChoiceField(
        label="Tags", choices=[("a", "One"), ("b", "Two")], required=False,
        widget=forms.CheckboxSelectMultiple, help_text="Choose all that fit.",
    )  # fmt: skip
    terms = forms.BooleanField(label="I accept", help_text="They stand below.")
    paper = forms.FileField(label="Paper", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cost"].widget.prefix = "MXN"
        self.fields["share"].widget.suffix = "%"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def tag_of(html, name):
    return re.search(rf'<(?:input|select|textarea)[^>]* name="{name}"[^>]*>', html)[0]


def test_every_control_has_a_label_or_a_legend_of_its_own():
    html = str(Paper())
    for control in re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*>', html):
        name = re.search(r' id="([^"]+)"', control)[1]
        assert len(re.findall(rf'<label [^>]*for="{name}"', html)) == 1, control
    legends = re.findall(r"<legend[^>]*>([^<]+)", html)
    assert [legend.strip() for legend in legends] == ["Risk", "Tags"]


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("title", "govuk-input"),
        ("code", "govuk-input govuk-input--width-5"),
        ("cost", "govuk-input govuk-input--width-10"),
        ("day", "govuk-input govuk-input--width-10"),
        ("note", "govuk-textarea"),
        ("tier", "govuk-select"),
        ("risk", "govuk-radios__input"),
        ("tags", "govuk-checkboxes__input"),
        ("terms", "govuk-checkboxes__input"),
        ("paper", "govuk-file-upload"),
    ],
)
def test_controls_look_like_what_they_are(name, classes):
    assert f'class="{classes}"' in tag_of(str(Paper()), name)


def test_numbers_are_typed_as_text_with_a_numeric_keypad():
    html = str(Paper())
    assert 'type="text"' in tag_of(html, "share")
    assert 'inputmode="numeric"' in tag_of(html, "share")
    assert 'inputmode="decimal"' in tag_of(html, "cost")
    assert "max=" not in tag_of(html, "share")


def test_nothing_is_left_to_the_browsers_own_bubbles():
    assert not re.search(r"<(input|select|textarea)[^>]* required", str(Paper()))


def test_what_nobody_must_answer_says_so():
    html = str(Paper())
    optional = re.findall(r'([^>]+) <span class="c-optional">', html)
    assert optional == ["Cost", "Share", "First day", "Note", "Tags", "Paper"]


def test_hint_currency_and_error_describe_their_control_in_this_order():
    form = Paper({"cost": "a lot"})
    assert 'aria-describedby="id_cost_error id_cost_prefix"' in tag_of(str(form), "cost")
    assert 'aria-describedby="id_title_helptext id_title_error"' in tag_of(str(form), "title")
    assert 'aria-describedby="id_tags_helptext"' in str(form)
    assert '<div class="govuk-input__prefix" id="id_cost_prefix">MXN</div>' in str(form)


def test_every_id_that_describes_something_is_there():
    html = str(Paper({"cost": "a lot"}))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= set(ids)


def test_what_was_typed_stays_beside_its_error():
    html = str(Paper({"cost": "a lot"}))
    assert 'value="a lot"' in tag_of(html, "cost")
    assert 'aria-invalid="true"' in tag_of(html, "cost")
    assert "govuk-input--error" in tag_of(html, "cost")
    assert "Enter a number." in re.search(r'id="id_cost_error">(.*?)</div>', html)[1]


def test_the_summary_leads_from_each_error_to_its_control():
    html = str(Paper({"title": "Portal", "tier": "s"}))
    links = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', html)
    assert links == [
        ("id_code", "Code: This field is required."),
        ("id_risk_0", "Risk: This field is required."),
        ("id_terms", "I accept: This field is required."),
    ]
    ids = re.findall(r' id="([^"]+)"', html)
    assert {target for target, _words in links} <= set(ids)


def test_the_summary_speaks_the_language_of_the_page():
    with translation.override("es"):
        assert "This field is required" not in str(Paper({}))


def test_the_summary_of_what_belongs_to_no_field_is_no_link():
    form = Paper({"title": "Portal", "code": "P", "tier": "s", "risk": "l", "terms": "on"})
    form.is_valid()
    form.add_error(None, "The gate is <closed>.")
    assert "<li>The gate is &lt;closed&gt;.</li>" in str(form)


def test_the_summary_is_shown_once_whoever_comes_first():
    form = Paper({})
    page = Template("{% load look %}{% page_errors %}{{ form }}").render(Context({"form": form}))
    assert page.count("govuk-error-summary__title") == 1


def test_a_form_that_nobody_has_sent_shows_no_errors():
    assert "govuk-error" not in str(Paper())


def test_formsets_show_each_row_and_one_summary():
    formset = forms.formset_factory(Paper, extra=0)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-title": "x"}
    )
    page = Template("{% load look %}{% page_errors %}{{ formset }}").render(
        Context({"formset": formset})
    )
    assert page.count("govuk-error-summary__title") == 1
    assert 'href="#id_form-1-title"' in page


def test_a_date_shows_and_takes_year_month_day():
    form = Paper(initial={"day": "2026-03-27"})
    assert 'value="2026-03-27"' in tag_of(str(form), "day")
    assert "2026-03-27" in str(form["day"].help_text)
    for language, typed in [("en", "2026-03-27"), ("es", "2026-03-27"), ("es", "27/03/2026")]:
        with translation.override(language):
            day = forms.DateField().clean(typed)
            assert day.isoformat() == "2026-03-27"


def test_classes_given_by_a_form_are_kept():
    class Inline(forms.Form):
        name = forms.CharField(widget=forms.TextInput(attrs={"class": "wide"}))
        ways = forms.ChoiceField(
            choices=[("y", "Yes"), ("n", "No")],
            widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        )

    html = str(Inline())
    assert 'class="wide govuk-input"' in html
    assert 'class="govuk-radios govuk-radios--inline"' in html


def test_a_hint_of_a_choice_describes_that_choice():
    class Label(str):
        __slots__ = ("hint",)

    label = Label("Approve")
    label.hint = "The tranche is committed."

    class Choice(forms.Form):
        way = forms.ChoiceField(choices=[("a", label), ("b", "Refuse")], widget=forms.RadioSelect)

    html = str(Choice())
    assert 'aria-describedby="id_way_0_hint"' in html
    assert 'id="id_way_0_hint">The tranche is committed.</div>' in html


def page_with(query, template, **context):
    request = RequestFactory().get(f"/portfolio/?{query}")
    return Template("{% load look %}" + template).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("query", "way", "link"),
    [
        ("", "none", "?sort=cost"),
        ("sort=cost", "ascending", "?sort=-cost"),
        ("sort=-cost", "descending", "?sort=cost"),
        ("stage=a&stage=b&page=4&sort=title", "none", "?stage=a&amp;stage=b&amp;sort=cost"),
    ],
)
def test_a_sortable_head_says_how_it_is_sorted_and_keeps_the_filters(query, way, link):
    html = page_with(query, '{% sort_header "cost" "Cost" %}')
    assert f'aria-sort="{way}"' in html
    assert f'href="{link}"' in html


def test_pages_keep_the_filters_and_mark_where_one_is():
    page = Paginator(range(1000), 50).page(5)
    html = page_with("stage=a&page=5", "{% pagination page %}", page=page)
    links = dict(re.findall(r'href="([^"]+)" aria-label="([^"]+)"', html))
    assert links["?stage=a&amp;page=4"] == "Page 4"
    assert html.count('aria-current="page"') == 1
    assert 'rel="prev"' in html
    assert 'rel="next"' in html


def test_one_page_needs_no_links():
    assert page_with("", "{% pagination page %}", page=Paginator(range(3), 50).page(1)) == ""


def test_unknown_values_are_a_dash_and_values_are_escaped():
    html = components.facts([("Owner", None), ("Cost", 0), ("Title", "<b>")])
    values = re.findall(r'__value">(.*?)</dd>', html)
    assert values == ["–", "0", "&lt;b&gt;"]


def test_a_state_is_a_word_in_its_colour():
    assert components.tag("refused", "Refused") == (
        '<strong class="govuk-tag c-tag--bad">Refused</strong>'
    )


def test_no_state_has_two_colours():
    states = [state for group in components.TONES.values() for state in group]
    assert len(states) == len(set(states))


def test_every_state_of_every_machine_has_its_colour():
    machines = [model for model in apps.get_models() if issubclass(model, Machine)]
    lacking = [
        f"{model._meta.label_lower}.{state}"
        for model in machines
        for state, _label in model._meta.get_field(model.state_field).choices
        if state not in components.TONE_OF
    ]
    assert machines
    assert lacking == []


def test_a_name_that_means_two_things_has_the_colour_of_its_machine():
    class Row:
        class _meta:  # noqa: N801 — as Django calls it
            label_lower = "projects.hold"

        state = "active"

        def get_state_display(self):
            return "active"

    assert "c-tag--bad" in components.state(Row())
    assert "c-tag--good" in components.tag("active", "active")


def test_a_square_code_is_named_and_brings_no_style():
    html = components.qr("https://example.org/records/7", 'Check "7"')
    assert html.startswith('<svg role="img" aria-label="Check &quot;7&quot;" ')
    assert " style=" not in html


def entries(user):
    return [item.url_name for item in navigation.items_for(user)]


def test_the_header_shows_what_concerns_a_person(cast):
    assert "core:people_list" in entries(cast.secretariat)
    assert "core:people_list" not in entries(cast.stranger)
    assert entries(AnonymousUser()) == []


def test_the_header_keeps_its_order(cast):
    shown = navigation.items_for(cast.secretariat)
    assert [item.order for item in shown] == sorted(item.order for item in shown)
    assert shown[0].url_name == "oversight:waiting"


def test_the_header_marks_the_page_one_is_on(cast):
    request = RequestFactory().get("/portfolio/")
    context = Context({"request": request, "user": cast.secretariat})
    html = Template("{% load look %}{% site_navigation %}").render(context)
    assert re.findall(r'href="([^"]+)" aria-current="page"', html) == ["/portfolio/"]
