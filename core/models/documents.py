"""Files by their content, and what people attached them as."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.machines import Machine, State, transition
from core.people import holds
from core.permissions import confirms_removal, proposes_removal


@guards.kept
class Blob(models.Model):
    """One content, stored once however often it is sent; its name in the storage is its hash.

    When its file has been destroyed, hash, size and the documents that named it remain.
    """

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    mime = models.CharField(_("media type"), max_length=100)
    path = models.CharField(max_length=200)
    removed = models.BooleanField(_("removed"), default=False)
    destroyed_at = models.DateTimeField(_("destroyed"), null=True)

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        indexes = [
            models.Index(
                fields=["id"], name="core_blob_to_destroy",
                condition=models.Q(removed=True, destroyed_at=None),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.sha256


Withheld = Callable[[], models.QuerySet]
WITHHELD: list[Withheld] = []


def withholds(keys: Withheld) -> Withheld:
    """Name documents, by their keys, that only who added them reads yet: a draft's, say.

    Once their removal is proposed, those who decide on it see them.
    """
    WITHHELD.append(keys)
    return keys


class DocumentQuerySet(models.QuerySet):
    """Documents by who may see them in the ground; rooms above show theirs by their own rules."""

    def visible_to(self, user: Any) -> "DocumentQuerySet":
        own = models.Q(uploaded_by=user)
        if not holds(user, "secretariat", "auditor", "administrator"):
            return self.filter(own)
        rows = self
        for keys in WITHHELD:
            kept = models.Q(state=Document.States.KEPT, pk__in=keys())
            rows = rows.filter(own | ~kept)
        return rows


@guards.kept
class Document(Machine):
    """A file somebody added to a case, under the name it had; removed only by two people."""

    class States(models.TextChoices):
        KEPT = "kept", _("kept")
        REMOVAL_PROPOSED = "removal_proposed", _("removal proposed")
        REMOVED = "removed", _("removed")

    name = models.CharField(_("name"), max_length=200)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="documents")
    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="documents")
    uploaded_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="documents", verbose_name=_("added by")
    )
    uploaded_at = models.DateTimeField(_("added"))
    removal_reason = models.TextField(_("reason for removal"), blank=True)
    removal_proposed_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+"
    )
    state = State(States, default=States.KEPT)

    step_related = ("blob",)
    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("core:document_detail", kwargs={"pk": self.pk})

    @transition(
        state, source=States.KEPT, target=States.REMOVAL_PROPOSED, permission=proposes_removal,
        custom={"label": _("Propose to remove it"), "offered": True, "reason": True,
                "note": _("For content with personal data. A second person confirms it.")},
    )  # fmt: skip
    def propose_removal(self, *, by: Any, because: str) -> None:
        """The first of two people says that the content must go, and why."""
        self.removal_proposed_by, self.removal_reason = by, because

    @transition(
        state, source=States.REMOVAL_PROPOSED, target=States.KEPT, permission=confirms_removal,
        custom={"label": _("Keep it"), "offered": True, "reason": True},
    )  # fmt: skip
    def keep(self, *, by: Any, because: str) -> None:
        """The second person sees no reason to remove the content."""
        self.removal_proposed_by, self.removal_reason = None, ""

    @transition(
        state, source=States.REMOVAL_PROPOSED, target=States.REMOVED, permission=confirms_removal,
        custom={"label": _("Remove it for good"), "offered": True, "danger": True,
                "note": _("The file is destroyed, everywhere it was added. Its hash, its name and "
                          "the reason are kept.")},
    )  # fmt: skip
    def confirm_removal(self, *, by: Any, because: str) -> None:
        """The second person agrees: the content goes, wherever it was added."""
        self.blob.removed = True
        self.blob.save(update_fields=["removed"])
