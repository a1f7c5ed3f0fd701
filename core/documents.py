"""Files of a case: taken in by content, stored once, given out only as they were sent."""

import hashlib
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import antivirus, clock, outbox, scanning
from core.models import Blob, Document, Dossier, User
from core.refusals import Refused
from core.steps import create, perform

CHUNK = 64 * 1024
log = logging.getLogger(__name__)


@dataclass
class Examined:
    """An upload that may be taken in: hash, size in bytes and media type of its content."""

    sha256: str
    size: int
    mime: str


def examine(uploaded: Any) -> Examined:
    """Hash an upload as it is read, and look at what it is; raises Refused with a sentence.

    The size limit is `settings.UPLOAD_MAX_MB` (megabytes of 1024 × 1024 bytes).
    """
    known = getattr(uploaded, "examined", None)
    if known is not None:
        return known
    sha256, size = _measured(uploaded)
    try:
        mime = scanning.examine(uploaded, uploaded.name or "")
    except scanning.Unacceptable as refusal:
        raise Refused(refusal.sentence) from refusal
    refuse_infected(uploaded)
    uploaded.examined = Examined(sha256, size, mime)
    return uploaded.examined


def _measured(uploaded: Any) -> tuple[str, int]:
    """Read the upload through in pieces, no further than the limit; its hash, and its size."""
    digest, size, limit = hashlib.sha256(), 0, settings.UPLOAD_MAX_MB
    for chunk in uploaded.chunks(CHUNK):
        size += len(chunk)
        if size > limit * 1024 * 1024:
            raise Refused(
                _("The file is larger than %(limit)d MB. Make it smaller or split it.")
                % {"limit": limit}
            )
        digest.update(chunk)
    return digest.hexdigest(), size


def refuse_infected(uploaded: Any) -> None:
    """Raise Refused when the virus scanner, if there is one, objects or gives no answer."""
    if not settings.CLAMD:
        return
    try:
        found = antivirus.infection(uploaded, settings.CLAMD)
    except antivirus.ScannerDown as error:
        log.warning("The virus scanner gives no answer: %s", error)
        raise Refused(
            _("The virus scanner does not answer, so no file is taken in now. Try again later.")
        ) from error
    if found:
        raise Refused(_("The virus scanner found “%(virus)s” in the file.") % {"virus": found})


@transaction.atomic
def store(uploaded_file: Any, *, by: User, dossier: Dossier) -> Document:
    """Take a file into a case; the same content is stored once. Raises Refused with a sentence."""
    found = examine(uploaded_file)
    blob = _blob(found, uploaded_file)
    if blob.removed:
        raise Refused(_("This very content was removed by two people, and is not taken in again."))
    name = _plain_name(uploaded_file.name)
    document = Document(name=name, blob=blob, dossier=dossier, uploaded_by=by,
                        uploaded_at=clock.now())  # fmt: skip
    details = {"name": name, "sha256": found.sha256, "size": found.size}
    return create(document, by=by, details=details)


def _blob(found: Examined, uploaded: Any) -> Blob:
    """The row of a content; its file is written before the row, under the name of its hash."""
    known = Blob.objects.filter(sha256=found.sha256).first()
    if known is not None and (known.removed or default_storage.exists(known.path)):
        return known
    wanted = f"documents/{found.sha256[:2]}/{found.sha256}"
    uploaded.seek(0)
    path = wanted
    if not default_storage.exists(wanted):
        path = default_storage.save(wanted, File(uploaded))
    values = {"size": found.size, "mime": found.mime, "path": path}
    blob, _new = Blob.objects.get_or_create(sha256=found.sha256, defaults=values)
    if blob.path != path and default_storage.exists(blob.path):
        default_storage.delete(path)  # somebody sent the same content at the same moment
    return blob


def _plain_name(name: str) -> str:
    """The last part of a name, what can be shown of it, at most 200 characters, ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(character for character in last if character.isprintable()).strip()
    stem, dot, end = clean.rpartition(".")
    return clean if len(clean) <= 200 else f"{stem[: 199 - len(end)]}{dot}{end}"  # noqa: PLR2004


def serve(request: HttpRequest, document: Document, as_name: str | None = None) -> Any:
    """The file as an attachment that no browser runs; the caller has asked whether one may see it.

    410 when two people removed it, 409 when what is stored is not what was sent.
    """
    blob = document.blob
    if blob.removed:
        return _sorry(request, document, 410)
    etag = f'"{blob.sha256}"'
    file = _opened(blob)
    if file is None:
        log.error("Document %s: the storage does not hold %s", document.pk, blob.sha256)
        return _sorry(request, document, 409)
    response: Any
    if request.headers.get("If-None-Match") == etag:
        file.close()
        response = HttpResponseNotModified()
    else:
        name = _plain_name(as_name or document.name)
        response = FileResponse(file, as_attachment=True, filename=name, content_type=blob.mime)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _opened(blob: Blob) -> Any:
    """The stored file, read through once against its hash, and opened anew at its beginning."""
    try:
        file = default_storage.open(blob.path, "rb")
    except OSError:
        return None
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != blob.sha256:
        file.close()
        return None
    file.seek(0)
    return file


def copy(document: Document, path: Path) -> bool:
    """Write the content of a document to a file of ours; False where it is gone or damaged."""
    file = None if document.blob.removed else _opened(document.blob)
    if file is None:
        return False
    with file, path.open("wb") as target:
        shutil.copyfileobj(file, target, CHUNK)
    return True


def _sorry(request: HttpRequest, document: Document, status: int) -> HttpResponse:
    context = {"document": document, "removed": status == 410}  # noqa: PLR2004  "Gone"
    return render(request, "core/document_gone.html", context, status=status)


def propose_removal(document: Document, *, by: User, because: str) -> Document:
    """The first of two people asks for content with personal data to be removed."""
    return perform(document, "propose_removal", by=by, because=because)


def confirm_removal(document: Document, *, by: User, because: str = "") -> Document:
    """The second person agrees: nobody is given the file any more, and it is destroyed."""
    document = perform(document, "confirm_removal", by=by, because=because)
    transaction.on_commit(destroy_removed)
    return document


@outbox.at_each_tick
def destroy_removed() -> None:
    """Destroy the files of removed content; hash, size and names stay."""
    for blob in Blob.objects.filter(removed=True, destroyed_at=None):
        default_storage.delete(blob.path)
        Blob.objects.filter(pk=blob.pk).update(destroyed_at=clock.now())


class DocumentField(forms.FileField):
    """A file field that says at once, with a sentence, why a file is not taken in."""

    default_error_messages = {"empty": gettext_lazy("The file is empty. Choose it again.")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", scanning.ACCEPTED)
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        uploaded = super().clean(data, initial)
        if uploaded and uploaded is not initial:
            try:
                examine(uploaded)
            except Refused as refused:
                raise ValidationError(list(refused.reasons)) from refused
        return uploaded

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        endings = ",".join(f".{kind}" for kind in scanning.KINDS)
        return {**super().widget_attrs(widget), "accept": endings}
