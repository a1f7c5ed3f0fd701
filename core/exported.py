"""What of the ground leaves the house with a case, and what does not."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.archive_pages import entitle
from core.exporting import more, withheld
from core.models import Document

entitle("core.Act", _("Who acted in which capacity"))
withheld("core.Event", _("The events stand in events.jsonl, with their chain."))
withheld("core.Turn", _("Whose turn it is follows from the rows."))
withheld("core.Notice", _("Messages are their readers' own."))
withheld("core.Checkpoint", _("The checkpoints stand in proofs.json, and are published."))
withheld("core.CheckpointLeaf", _("The heads of the case stand in proofs.json."))


@more("core.Document")
def of_content(document: Document) -> dict[str, Any]:
    """Hash, size and kind of the content, and its file in the archive; none where removed."""
    blob = document.blob
    return {"sha256": blob.sha256, "size": blob.size, "mime": blob.mime, "removed": blob.removed,
            "file": "" if blob.removed else file_name(document)}  # fmt: skip


def file_name(document: Document) -> str:
    """The name of a document's file in the archive, in letters that every system knows."""
    stem, dot, end = document.name.rpartition(".")
    clean = slugify(stem if dot else end)[:60] or "file"
    return f"files/D{document.pk}-{clean}.{slugify(end) if dot else 'bin'}"
