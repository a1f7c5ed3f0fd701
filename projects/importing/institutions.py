"""The institutions that rows name: found by code or name, entered when they are new."""

from typing import Any

from django.utils.text import slugify

from core import history
from core.models import Institution, User
from projects.importing.mapping import Mapping

CODE_LIMIT = 40


class Institutions:
    """All institutions by code and by name; asks the database once for a batch."""

    def __init__(self, mapping: Mapping, by: User, because: str) -> None:
        self._mapping, self._by, self._because = mapping, by, because
        self._codes: dict[str, Institution] = {}
        self._names: dict[str, Institution] = {}
        for institution in Institution.objects.order_by("-pk"):
            self._remember(institution)

    def find(self, named: tuple[str, str]) -> Institution | None:
        """The institution of that code, or else of that name, made if new; None for blanks."""
        code, name = named
        if not code and not name:
            return None
        known = self._codes.get(code.casefold()) if code else self._names.get(name.casefold())
        return known or self._enter(code or self._free_code(name), name or code)

    def _remember(self, institution: Institution) -> None:
        self._codes[institution.code.casefold()] = institution
        self._names[institution.name.casefold()] = institution

    def _free_code(self, name: str) -> str:
        stem = slugify(name).upper()[: CODE_LIMIT - 4] or "INST"
        code, number = stem, 1
        while code.casefold() in self._codes:
            number += 1
            code = f"{stem}-{number}"
        return code

    def _enter(self, code: str, name: str) -> Institution:
        columns: Any = self._mapping.institution
        entered = Institution(code=code, name=name, country=columns.country, zone=columns.zone)
        entered.save(force_insert=True)
        entered.dossier = history.open_dossier("institution", f"institution-{entered.pk}")  # type: ignore[attr-defined]
        history.record(
            "core.institution.create", entered, by=self._by, because=self._because,
            details={"code": code, "name": name},
        )  # fmt: skip
        self._remember(entered)
        return entered
