"""Daily work in the demo: letters in and out, an e-mail, a text of its own, an export, messages."""

import io
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from core import archive, clock, digest, wording
from core.models import Notice
from core.steps import perform
from gating import wordings
from gating.models import GateReview
from oversight.demo import initiatives as named
from oversight.demo.company import who
from oversight.demo.timing import Play
from projects import letters
from projects.models import Letter, Project

OFFICE = "Unidad de Gobierno Digital"
UNREAD_DAYS = 4
"""What people were told longer ago they have read: they were at work."""


def correspondence() -> Play:
    """The file of the live project: a request, its answer by e-mail, an entry made in error."""
    project = Project.objects.get(title=named.PORTAL.title)
    office = who("secretariat")
    asked = _register(project, office, "in", ("Tesorería de la Federación", OFFICE),
                      "Solicitud de calendario de pagos", reference="TESOFE/214/2026")  # fmt: skip
    yield 2
    letters.register_email(
        project, SimpleUploadedFile("respuesta.eml", _mail()), direction="out", label="internal",
        by=who("manager"),
    )  # fmt: skip
    _register(project, office, "out", (OFFICE, "Tesorería de la Federación"),
              "Calendario de pagos por tramo", in_reply_to=asked)  # fmt: skip
    wrong = _register(project, office, "in", ("Dirección de Archivo", OFFICE),
                      "Baja documental 2019")  # fmt: skip
    perform(wrong, "annul", by=office, because="Corresponde a otro expediente.")
    _register(project, who("owner"), "in", ("Órgano Interno de Control", "Responsable"),
              "Aviso de revisión de contratos", label=Letter.Label.CONFIDENTIAL)  # fmt: skip
    yield 1
    archive.export(project.dossier, io.BytesIO(), by=who("auditor"))


def _register(project: Project, by: Any, direction: str, parties: tuple[str, str], subject: str,
              **more: Any) -> Letter:  # fmt: skip
    sender, recipient = parties
    values = {
        "direction": direction, "medium": "letter", "dated": clock.today(), "sender": sender,
        "recipient": recipient, "subject": subject, "reference": "", "text": "", "label":
        "internal", "in_reply_to": None, **more,
    }  # fmt: skip
    text = f"{subject}\n\n{sender}, a {recipient}.\n"
    file = SimpleUploadedFile("oficio.txt", text.encode())
    return letters.register(project, values, [file], by=by)


def _mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Mariana Robles <manager@demo.example>", "pagos@tesofe.example"
    mail["Subject"], mail["Message-ID"] = "Calendario de pagos por tramo", "<1@demo.example>"
    mail["Date"] = clock.now()
    mail.set_content("Buenos días:\n\nAdjunto el calendario de pagos por tramo.\n\nSaludos")
    mail.add_attachment("tramo,monto\n1,1900000.00\n2,4000000.00\n", subtype="csv",
                        filename="calendario.csv")  # fmt: skip
    return mail.as_bytes()


def texts() -> Play:
    """The secretariat wrote its own letter of approval, and issues one."""
    text, office = wording.find("letter.approve"), who("secretariat")
    assert text is not None  # noqa: S101 — it is delivered
    now = wording.current(text.code, "es", clock.today())
    wording.save(
        text, "es", subject=now.subject, starts_on=clock.today(), by=office,
        body=now.body.replace("Atentamente", "Sin otro particular, reciba un saludo cordial"),
        note="Despedida según el manual de correspondencia.",
    )  # fmt: skip
    yield 1
    decided = GateReview.objects.filter(state="exercised", project__title=named.PORTAL.title)
    for review in decided.order_by("-pk")[:1]:
        motion = wordings.decided_by(review)
        if motion is not None:
            said = wordings.letter(review, motion, "es", office)
            letters.issue(
                review.project,
                {"recipient": str(review.project.owner), "subject": said.subject,
                 "text": said.body, "label": "internal"},
                wordings.on_paper(str(review.project.owner), said.subject, said.body, "es"),
                by=office,
            )  # fmt: skip


def messages() -> Play:
    """Each as they like it; what is older than a few days has been read."""
    for local, rhythm, hour in (("chair", "weekly", 9), ("owner", "at_once", 8),
                                ("member1", "urgent_only", 8)):  # fmt: skip
        digest.choose(who(local), rhythm=rhythm, hour=hour, weekday=0, language="es")
    before = clock.now() - timedelta(days=UNREAD_DAYS)
    Notice.objects.filter(read_at=None, created_at__lt=before).update(read_at=F("created_at"))
    yield 1


PROGRAMME: list[tuple[float, Any]] = [(585, correspondence), (590, texts), (603.5, messages)]
"""On which day after the start each begins."""
