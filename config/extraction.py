"""Finds the texts of templates for Babel, with Django's own reading of its tags."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def template(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Any,
) -> Iterator[tuple[Any, ...]]:
    """Yield line, function, texts and comments of each translatable text."""
    python = templatize(file.read().decode(), origin=getattr(file, "name", None))
    yield from extract_python(BytesIO(python.encode()), keywords, comment_tags, options)
