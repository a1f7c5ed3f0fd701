"""Every text that people see exists in Spanish; English is what the code says."""

import gettext
import re
import shutil
import string
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import CommandLineInterface, parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from django.conf import settings

KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(
    ["gettext_lazy", "gettext_noop", "ngettext_lazy:1,2", "pgettext_lazy:1c,2"]
)
LOCALE = settings.BASE_DIR / "locale"
SAME_IN_EVERY_LANGUAGE = {"Compuerta", "CSV", "JSON", "XLSX", "SHA-256", "Español", "English"}
NOT_OURS = {".git", ".venv", "node_modules", "static", "tests", "var"}


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """All texts marked in code and templates."""
    found = Catalog()
    with (LOCALE / "babel.cfg").open() as file:
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
    with (LOCALE / "es/LC_MESSAGES/django.po").open("rb") as file:
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


def test_nothing_is_fuzzy_obsolete_or_against_its_format(spanish):
    wrong = [(message.id, str(fault)) for message in spanish for fault in message.check(spanish)]
    assert wrong == []
    assert [message.id for message in spanish if message.id and message.fuzzy] == []
    assert list(spanish.obsolete) == []


def test_the_catalogue_compiles_and_is_read(tmp_path, spanish):
    shutil.copytree(LOCALE, tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    command = ["pybabel", "-q", "compile", "-D", "django", "-d", str(tmp_path / "locale")]
    CommandLineInterface().run(command)
    compiled = gettext.translation("django", tmp_path / "locale", ["es"])
    once = [message for message in spanish if isinstance(message.id, str) and message.id]
    assert [
        message.id
        for message in once
        if (compiled.pgettext(message.context, message.id) if message.context
            else compiled.gettext(message.id)) != message.string
    ] == []  # fmt: skip


class BareText(HTMLParser):
    """Words in a template that stand outside the tags of translation."""

    SPOKEN = ("aria-label", "aria-description", "title", "alt", "placeholder")

    def __init__(self):
        super().__init__()
        self.found = []
        self.unread = 0

    def handle_starttag(self, tag, attrs):
        self.unread += tag in ("script", "style", "code")
        for name, value in attrs:
            if name in self.SPOKEN:
                self.look_at(value or "")

    def handle_endtag(self, tag):
        self.unread -= tag in ("script", "style", "code")

    def handle_data(self, data):
        if not self.unread:
            self.look_at(data)

    def look_at(self, text):
        for name in SAME_IN_EVERY_LANGUAGE:
            text = text.replace(name, "")
        if re.search(r"[^\W\d_]{2,}", text):
            self.found.append(" ".join(text.split()))


def bare(source: str) -> list[str]:
    source = re.sub(r"{% comment %}.*?{% endcomment %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source, flags=re.DOTALL)
    reader = BareText()
    reader.feed(source)
    reader.close()
    return reader.found


def test_no_template_speaks_past_the_translation():
    folder = settings.BASE_DIR / "templates"
    spoken = {
        str(path.relative_to(folder)): bare(path.read_text().replace("}Subject:", "}", 1))
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".html", ".txt")
    }
    assert len(spoken) > 100
    assert {name: found for name, found in spoken.items() if found} == {}


def test_bare_text_is_found():
    assert bare("<p>{% translate 'Yes' %} Good day {{ name }}</p>") == ["Good day"]
    assert bare('<a aria-label="{{ x }} Open" href="/y">{{ x }}</a>') == ["Open"]
    assert bare("<code>git log</code> – Compuerta: {# a note #}") == []
