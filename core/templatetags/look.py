"""The tags of our look: header, foot, error summary, tags, tables' heads, pages, charts."""

from functools import cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import charts, components, navigation
from core.models.people import Role

register = template.Library()
register.simple_tag(components.tag, name="tag")
register.simple_tag(components.state, name="state")
register.simple_tag(components.progress, name="progress")
register.simple_tag(components.facts, name="facts")
register.simple_tag(components.qr, name="qr")
register.simple_tag(components.sentences, name="sentences")
register.simple_tag(charts.bar_chart, name="bar_chart")
register.simple_tag(charts.stacked_chart, name="stacked_chart")
register.simple_tag(charts.funnel_chart, name="funnel_chart")


@register.simple_tag(takes_context=True)
def sort_header(
    context: template.Context, name: str, label: str | Promise, param: str = "sort",
    number: bool = False,
) -> SafeString:  # fmt: skip
    """A sortable head of a column, `{% sort_header "cost" _("Cost") number=True %}`."""
    return components.sort_header(context["request"].GET, name, label, param=param, number=number)


@register.simple_tag(takes_context=True)
def pagination(context: template.Context, page: Any, param: str = "page") -> SafeString:
    """Links to the pages of a list that keep its query string: `{% pagination page_obj %}`."""
    return components.pagination(page, context["request"].GET, param=param)


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters replaced; None takes one out."""
    return components.query_with(context["request"].GET, **changes)


@register.simple_tag
def error_summary(*sources: Any) -> SafeString:
    """What is wrong in these forms and formsets, each error a link to its field; shown once."""
    rows: list[tuple[Any, Any]] = []
    for form in (form for source in sources for form in _forms_of(source)):
        if not getattr(form, "summary_shown", False):
            rows += _errors_of(form)
            form.summary_shown = True
    if not rows:
        return SafeString("")
    items = format_html_join("", "<li>{}</li>", ((_error(*row),) for row in rows))
    return format_html(
        '<div class="govuk-error-summary" tabindex="-1"><div role="alert">'
        '<h2 class="govuk-error-summary__title">{}</h2><div class="govuk-error-summary__body">'
        '<ul class="govuk-list govuk-error-summary__list">{}</ul></div></div></div>',
        _("There is a problem"), items,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def page_errors(context: template.Context) -> SafeString:
    """The error summary at the top of a page, for what the view calls form or formset."""
    return error_summary(*(context.get(name) for name in ("form", "formset", "forms")))


def _forms_of(source: Any) -> list[Any]:
    if isinstance(source, forms.BaseForm):
        return [source]
    if isinstance(source, forms.BaseFormSet):
        return [*source.forms, source]
    return [form for part in source for form in _forms_of(part)] if isinstance(
        source, list | tuple
    ) else []  # fmt: skip


def _errors_of(form: Any) -> list[tuple[Any, Any]]:
    if isinstance(form, forms.BaseFormSet):
        return [(None, error) for error in form.non_form_errors()] if form.is_bound else []
    if not form.is_bound:
        return []
    hidden = {field.name for field in form.hidden_fields()}
    shown = {name for name in form.fields if name not in hidden}
    return [
        (form[name] if name in shown else None, error)
        for name, errors in form.errors.items()
        for error in errors
    ]


def _error(field: Any, text: Any) -> SafeString:
    if field is None:
        return format_html("{}", text)
    words = _("%(field)s: %(error)s") % {"field": field.label, "error": text}
    return format_html('<a href="#{}">{}</a>', field.focus_id, words)


@register.simple_tag(takes_context=True)
def site_navigation(context: template.Context) -> SafeString:
    """The entries of the header that this person sees, the present page marked."""
    user, path = context.get("user"), getattr(context.get("request"), "path", "")
    items = navigation.items_for(user) if user is not None else []
    places = [(item, reverse(item.url_name)) for item in items]
    here = max((url for _item, url in places if path.startswith(url)), key=len, default="")
    if here == "/" and path != "/":
        here = ""
    return format_html_join("", "{}", ((_entry(item, url, here, user),) for item, url in places))


def _entry(item: navigation.Item, url: str, here: str, user: Any) -> SafeString:
    count = item.count(user) if item.count else 0
    badge = format_html(' <span class="c-badge">{}</span>', count) if count else ""
    current = SafeString(' aria-current="page"') if url == here else ""
    return format_html(
        '<li class="c-nav__item"><a class="c-nav__link" href="{}"{}>{}{}</a></li>',
        url, current, item.label, badge,
    )  # fmt: skip


@cache
def _constant(name: str, language: str | None) -> str:
    return render_to_string(name)


@register.simple_tag
def constant(name: str) -> SafeString:
    """A part of the page that depends on nothing but the language, rendered once."""
    if settings.DEBUG:
        return SafeString(render_to_string(name))
    return SafeString(_constant(name, get_language()))


@register.simple_tag(takes_context=True)
def person_roles(context: template.Context) -> SafeString:
    """The roles that the signed-in person holds today, own or borrowed; nothing for none."""
    held = context["user"].standing.roles
    words = [str(label) for role, label in Role.choices if role in held]
    if not words:
        return SafeString("")
    return format_html('<span class="c-person__roles">{}</span>', ", ".join(words))


@register.simple_tag
def breadcrumbs(*parts: Any) -> str:
    """Where a page stands, `{% breadcrumbs _("Portfolio") url project "" %}`: label, address, …"""
    return render_to_string(
        "components/breadcrumbs.html", {"trail": zip(parts[::2], parts[1::2], strict=True)}
    )
