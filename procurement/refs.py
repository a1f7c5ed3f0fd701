"""References in addresses: `<competition:ref>` is C-000001."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class CompetitionRef(StringConverter):
    """A competition's reference, C-000001."""

    regex = "C-[0-9]+"


register_converter(CompetitionRef, "competition")

ONE = "procurement/competitions/<competition:ref>/"
"""What the addresses of one competition begin with, for those who see it from inside."""
PUBLIC = "competitions/<competition:ref>/"
"""The same for everybody."""
