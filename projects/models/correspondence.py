"""The correspondence of a case: letters and e-mails in and out, numbered without gaps."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.people import holds
from projects import permissions
from projects.models.project import Project


class LetterQuerySet(models.QuerySet):
    """Letters, and who reads them: whoever sees the case, confidential ones its own people."""

    def visible_to(self, user: Any) -> "LetterQuerySet":
        """The secretariat and the auditor read all; others what their project's label lets them."""
        if holds(user, "secretariat", "auditor"):
            return self
        seen = Project.objects.visible_to(user).order_by().values("pk")
        lent = user.standing.lenders
        own = Q(registered_by=user.pk)
        for role in ("manager", "owner", "product_owner"):
            own |= Q(**{f"project__{role}__in": {user.pk, *lent.get(role, ())}})
        return self.filter(own | ~Q(label=Letter.Label.CONFIDENTIAL), project__in=seen)


@guards.kept
class Letter(Machine):
    """A letter or an e-mail of a case, in or out; annulled with a reason, never removed.

    `number` runs without a gap in each project. `dated` is the day the letter itself bears.
    """

    class States(models.TextChoices):
        REGISTERED = "registered", pgettext_lazy("letter", "registered")
        ANNULLED = "annulled", _("annulled")

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("letter", "received")
        OUT = "out", pgettext_lazy("letter", "sent")

    class Medium(models.TextChoices):
        LETTER = "letter", _("letter")
        EMAIL = "email", _("e-mail")

    class Label(models.TextChoices):
        PUBLIC = "public", _("public")
        INTERNAL = "internal", _("internal")
        CONFIDENTIAL = "confidential", _("confidential")

    step_related = ("project", "project__dossier")

    project = models.ForeignKey(Project, models.PROTECT, related_name="letters")
    number = models.PositiveIntegerField(_("number"))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    medium = models.CharField(
        _("medium"), max_length=6, choices=Medium.choices, default=Medium.LETTER
    )
    dated = models.DateField(_("date"))
    sender = models.CharField(_("from"), max_length=250)
    recipient = models.CharField(_("to"), max_length=500)
    subject = models.CharField(_("subject"), max_length=250)
    reference = models.CharField(_("its own reference"), max_length=120, blank=True)
    text = models.TextField(_("text"), blank=True)
    in_reply_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replies",
        verbose_name=_("in reply to"),
    )  # fmt: skip
    label = models.CharField(
        _("who may read it"), max_length=12, choices=Label.choices, default=Label.INTERNAL
    )
    registered_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("registered by")
    )
    registered_at = models.DateTimeField(_("registered"))
    annulled_because = models.TextField(_("why it was annulled"), blank=True)
    state = State(States, default=States.REGISTERED)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("letter")
        verbose_name_plural = _("correspondence")
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_letter_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="projects_letter_counts"),
            models.CheckConstraint(
                condition=Q(in_reply_to=None) | ~Q(in_reply_to=F("id")),
                name="projects_letter_not_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The reference of the project, and the letter's own number: P-000001/L3."""
        return f"{self.project.ref}/L{self.number}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse(
            "projects:letter_detail", kwargs={"ref": self.project.ref, "number": self.number}
        )

    @transition(state, source=States.REGISTERED, target=States.ANNULLED,
                permission=permissions.keeps_letters,
                custom={"label": _("Annul the entry"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("The entry keeps its number and its files, and everybody who "
                                  "reads it sees that it does not count, and why.")})  # fmt: skip
    def annul(self, *, by: Any, because: str) -> None:
        """It was registered in error; it stays, marked, with the reason."""
        self.annulled_because = because


class Enclosure(models.Model):
    """A file of a letter: the letter itself first, then what came with it."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="enclosures")
    document = models.ForeignKey("core.Document", models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["letter", "position"]
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")
        constraints = [
            models.UniqueConstraint(fields=["letter", "position"], name="projects_enclosure_place"),
            models.UniqueConstraint(fields=["letter", "document"], name="projects_enclosure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id}/{self.position}"


guards.kept(Enclosure)
__all__ = ["Enclosure", "Letter"]
