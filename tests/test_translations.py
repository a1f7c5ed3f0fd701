"""Every text that people see exists in Spanish; English is what the code says."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from django.conf import settings

KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(
    ["gettext_lazy", "gettext_noop", "ngettext_lazy:1,2", "pgettext_lazy:1c,2"]
)
NOT_OURS = {".git", ".venv", "node_modules", "static", "tests", "var"}


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """All texts marked in code and templates."""
    found = Catalog()
    with (settings.BASE_DIR / "locale/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    for name, line, text, _comments, context in extract_from_dir(
        settings.BASE_DIR,
        methods,
        options,
        keywords=KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in NOT_OURS,
    ):
        found.add(text, locations=[(name, line)], context=context)
    return found


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    with (settings.BASE_DIR / "locale/es/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale="es")


def test_there_are_texts(texts):
    assert len(texts) > 300


def test_every_text_is_translated(texts, spanish):
    lacking = [
        f"{message.locations[0][0]}:{message.locations[0][1]} {message.id!r}"
        for message in texts
        if message.id and not complete(spanish.get(message.id, message.context))
    ]
    assert lacking == []


def complete(message) -> bool:
    if message is None or message.fuzzy:
        return False
    parts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(parts)


def test_placeholders_are_the_same(spanish):
    wrong = [
        message.id
        for message in spanish
        if message.id
        and complete(message)
        and placeholders(message.id) != placeholders(message.string)
    ]
    assert wrong == []


def placeholders(text) -> set[str]:
    """What is filled in, in any number of forms of a text: %(name)s and {name}."""
    forms = text if isinstance(text, tuple) else (text,)
    names = set()
    for form in forms:
        names |= {part.split(")")[0] for part in form.split("%(")[1:]}
        if "{" in form:
            names |= {field for _, field, _, _ in string.Formatter().parse(form) if field}
    return names


def test_nothing_is_left_over(texts, spanish):
    assert [m.id for m in spanish if m.id and texts.get(m.id, m.context) is None] == []
