"""Decision records: what was decided, in one canonical text that anybody can check."""

import hashlib
import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history
from core.models.history import AppendOnly, AppendOnlyQuerySet
from core.people import holds
from gating import decisions
from gating.models.board import BoardSeat
from projects.models import Project

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a record's code: none that is mistaken for another."""
CODE_LENGTH = 24


class RecordQuerySet(AppendOnlyQuerySet):
    """Decision records, and who reads them whole; anybody who has the code may check one."""

    def visible_to(self, user: Any) -> "RecordQuerySet":
        if holds(user, "secretariat", "auditor"):
            return self
        seen = Project.objects.visible_to(user).order_by().values("pk")
        seated = BoardSeat.objects.of(user).values("board")
        return self.filter(Q(motion__project__in=seen) | Q(motion__board__in=seated))


@guards.append_only
class Record(AppendOnly):
    """One decision as it was taken: canonical JSON, its SHA-256, a code for the public check."""

    code = models.CharField(_("code"), max_length=26, unique=True)
    motion = models.OneToOneField("gating.Motion", models.PROTECT, related_name="record")
    review = models.ForeignKey(
        "gating.GateReview", models.PROTECT, null=True, related_name="records"
    )
    text = models.TextField(_("canonical JSON"))
    sha256 = models.CharField("SHA-256", max_length=64)
    at = models.DateTimeField(_("when"))

    objects = RecordQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("decision record")
        verbose_name_plural = _("decision records")

    def __str__(self) -> str:
        return self.code

    @property
    def dossier(self) -> Any:
        return self.motion.dossier

    def get_absolute_url(self) -> str:
        return reverse("gating:record_full", kwargs={"code": self.code})

    def get_check_url(self) -> str:
        """The public page that confirms it."""
        return reverse("gating:record", kwargs={"code": self.code})

    @classmethod
    def keep(cls, motion: Any, *, by: Any) -> "Record":
        """Write the record of a carried motion, and its hash into the history of the case."""
        review = motion.review
        code = review.record_code if review is not None else new_code()
        case = history.lock(motion.dossier)
        text = history.canonical(decisions.facts(motion, code=code, case=case))
        digest = hashlib.sha256(text.encode()).hexdigest()
        record = cls(code=code, motion=motion, review=review, text=text, sha256=digest,
                     at=clock.now())  # fmt: skip
        record.save()
        details = {"code": code, "sha256": digest}
        history.record("gating.record.keep", record, by=by, because=motion.ref, details=details)
        return record


def new_code() -> str:
    """A code that nobody guesses: 24 signs of 32, 120 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _sign in range(CODE_LENGTH))
