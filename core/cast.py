"""The cast of the demo: one person of every role, known to everybody, password included."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

DEMO_PASSWORD = "compuerta-demo"  # noqa: S105 — the demo's, refused in production
DEMO_DOMAIN = "demo.example"


@dataclass(frozen=True)
class Member:
    """Somebody of the demo: what stands before the @, a name, and the role in a few words."""

    local: str
    name: str
    part: Any

    @property
    def email(self) -> str:
        return f"{self.local}@{DEMO_DOMAIN}"


CAST = [
    Member("manager", "Mariana Robles", _("Project manager")),
    Member("owner", "Octavio Leyva", _("Certifying owner")),
    Member("product", "Paula Ibarra", _("Product owner")),
    Member("secretariat", "Sofía Cárdenas", _("Secretariat")),
    Member("secretariat2", "Sergio Camacho", _("Second person of the secretariat")),
    Member("lead", "Leonor Vidal", _("Lead assessor")),
    Member("assessor1", "Andrés Quiroga", _("Assessor")),
    Member("assessor2", "Beatriz Luna", _("Assessor")),
    Member("chair", "Carlos Treviño", _("Chair of the board")),
    Member("member1", "Marta Salinas", _("Board member")),
    Member("member2", "Miguel Ortega", _("Board member")),
    Member("member3", "Mónica Reyes", _("Board member")),
    Member("alternate", "Álvaro Nieto", _("Alternate of a board member")),
    Member("preparer", "Pilar Fuentes", _("Finance preparer")),
    Member("authoriser", "Aurelio Campos", _("Finance authoriser")),
    Member("recorder", "Raquel Domínguez", _("Spend recorder")),
    Member("officer", "Ofelia Prado", _("Procurement officer")),
    Member("officer2", "Omar Villegas", _("Second procurement officer")),
    Member("vendor", "Valeria Ríos", _("Company that bids and supplies")),
    Member("rival", "Víctor Salas", _("Another company")),
    Member("auditor", "Adela Montes", _("Auditor")),
    Member("editor", "Emilio Sandoval", _("Standards editor")),
    Member("admin", "Ana Bautista", _("Administrator")),
    Member("stranger", "Esteban Duarte", _("Somebody without any role")),
]
