"""Registering correspondence: numbered without gaps in each case, with its files."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from projects import emails, permissions
from projects.models import Enclosure, Letter, Project

FIELDS = ("direction", "medium", "dated", "sender", "recipient", "subject", "reference", "text",
          "label", "in_reply_to")  # fmt: skip
NOT_SAID = "—"


@transaction.atomic
def register(
    project: Project, values: dict[str, Any], files: Iterable[Any] = (), *, by: User
) -> Letter:
    """Register a letter under the next number of its case, with its files.

    Raises Denied for anybody but the secretariat, the manager and the owner; Refused with what
    is wrong, and then nothing is kept.
    """
    history.lock(project.dossier)
    allow(permissions.keeps_letters, project, by)
    if reasons := _wrong(project, values):
        raise Refused(*reasons)
    last = Letter.objects.filter(project=project).order_by("-number").first()
    letter = Letter(project=project, number=last.number + 1 if last else 1, registered_by=by,
                    registered_at=clock.now(), **values)  # fmt: skip
    kept = [documents.store(file, by=by, dossier=project.dossier) for file in files]
    details = {
        "number": letter.number, "direction": letter.direction, "dated": str(letter.dated),
        "files": [document.blob.sha256 for document in kept],
    }  # fmt: skip
    letter = create(letter, by=by, details=details)
    Enclosure.objects.bulk_create(
        Enclosure(letter=letter, document=document, position=position)
        for position, document in enumerate(kept, start=1)
    )
    return letter


def _wrong(project: Project, values: dict[str, Any]) -> list[str]:
    found = []
    earlier = values.get("in_reply_to")
    if earlier is not None and earlier.project_id != project.pk:
        found.append(_("A reply is to a letter of the same case."))
    if earlier is not None and earlier.state == Letter.States.ANNULLED:
        found.append(_("The letter to which this replies was annulled; choose another."))
    if values["dated"] > clock.today(project.institution):
        found.append(_("The date lies in the future. Give the day that the letter bears."))
    return found


@transaction.atomic
def issue(
    project: Project, said: dict[str, Any], on_paper: Callable[[str], bytes], *, by: User
) -> Letter:
    """Register a letter that goes out, with its PDF, which bears the number it gets.

    `said` is recipient, subject, text and label; `on_paper` makes the PDF from the reference.
    Raises as `register` does.
    """
    history.lock(project.dossier)
    allow(permissions.keeps_letters, project, by)
    ref = f"{project.ref}/L{Letter.objects.filter(project=project).count() + 1}"
    file = SimpleUploadedFile(f"{ref.replace('/', '-')}.pdf", on_paper(ref), "application/pdf")
    office = by.institution or project.institution
    values = {
        **said, "direction": Letter.Direction.OUT, "medium": Letter.Medium.LETTER,
        "dated": clock.today(project.institution), "reference": ref,
        "sender": f"{by}, {office}" if office else str(by), "in_reply_to": None,
    }  # fmt: skip
    return register(project, values, [file], by=by)


def register_email(
    project: Project, file: Any, *, direction: str, label: str, by: User
) -> tuple[Letter, list[str]]:
    """Register an e-mail file with its attachments; also returns what was not taken in, and why.

    The message is kept whole, as text. Raises Refused when it is no e-mail.
    """
    file.seek(0)
    content = file.read()
    said = emails.read(content)
    whole = SimpleUploadedFile(f"{_stem(file.name)}.eml.txt", content)
    documents.examine(whole)
    kept, left = _attachments(said)
    earlier = Letter.objects.filter(
        project=project, reference__in=said.replies_to, state="registered"
    )
    values = {
        "direction": direction, "medium": Letter.Medium.EMAIL, "label": label,
        "dated": _day(said, project), "sender": said.sender[:250],
        "recipient": said.recipient[:500] or NOT_SAID,
        "subject": said.subject[:250] or NOT_SAID,
        "reference": said.message_id, "text": said.text, "in_reply_to": earlier.first(),
    }  # fmt: skip
    same = Letter.objects.filter(project=project, reference=said.message_id, state="registered")
    if same.exclude(
        reference=""
    ).exists():  # fmt: skip
        raise Refused(_("This e-mail is registered in this case already."))
    return register(project, values, [whole, *kept], by=by), left


def _day(said: emails.Read, project: Project) -> date:
    """The day on which an e-mail was sent, where the project is; today where it says none, or
    one that has not come (a sender's clock is wrong)."""
    today = clock.today(project.institution)
    if said.sent is None:
        return today
    aware = said.sent.tzinfo is not None
    sent = said.sent.astimezone(clock.zone(project.institution)) if aware else said.sent
    return min(sent.date(), today)


def _stem(name: str) -> str:
    return (name or "message").rpartition("/")[2].removesuffix(".eml")[:80] or "message"


def _attachments(said: emails.Read) -> tuple[list[Any], list[str]]:
    """The attachments that may be taken in, each content once, and why others may not."""
    kept: dict[str, Any] = {}
    left = []
    for name, content in said.files:
        file = SimpleUploadedFile(name, content)
        try:
            kept.setdefault(documents.examine(file).sha256, file)
        except Refused as refused:
            left += [f"{name}: {reason}" for reason in refused.reasons]
    return list(kept.values()), left
