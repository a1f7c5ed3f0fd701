"""Standards and their criteria: drafted, published for good, retired for new gates."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.guards import MARK
from core.machines import Machine, State, transition
from core.refusals import requires
from gating import permissions


class StandardQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "StandardQuerySet":
        """Standards are no secret: whoever is signed in reads them."""
        return self

    def published(self) -> "StandardQuerySet":
        return self.filter(state=Standard.States.PUBLISHED)


@requires(_("A standard needs at least one criterion."))
def has_criteria(standard: Any) -> bool:
    return bool(standard.criteria.exists())


@guards.kept
class Standard(Machine):
    """One version of a standard, as its publisher's facts in our words; fixed once published."""

    class States(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("standard", "published")
        RETIRED = "retired", _("retired")

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="standards")
    code = models.CharField(_("code"), max_length=50)
    version = models.CharField(_("version"), max_length=200)
    title = models.CharField(_("title"), max_length=200)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    source_url = models.CharField(_("source"), max_length=500, blank=True)
    attribution = models.TextField(_("licence and attribution"), blank=True)
    wording = models.TextField(_("about the wording"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    verified = models.CharField(_("verified"), max_length=20, blank=True)
    facts = models.JSONField(_("further facts"), default=dict, blank=True)
    content_hash = models.CharField(_("SHA-256 of its content"), max_length=64)
    state = State(States, default=States.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True)

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-pk"]
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="gating_standard_version"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(state="published"),
                name="gating_standard_one_published",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def language(self) -> str:
        """The language of its words, as its file says; English, as delivered, when it does not."""
        return str(self.facts.get("language", "en"))

    def get_absolute_url(self) -> str:
        return reverse("gating:standard_detail", kwargs={"pk": self.pk})

    @transition(state, source=States.DRAFT, target=States.PUBLISHED,
                permission=permissions.edits_standards, conditions=[has_criteria],
                custom={"label": _("Publish"), "offered": True, "danger": True,
                        "note": _("From then on neither the standard nor a criterion changes.")}
    )  # fmt: skip
    def publish(self, *, by: Any, because: str) -> None:
        """The version is fixed, and new reviews may use it."""
        self.published_at = clock.now()

    @transition(state, source=States.PUBLISHED, target=States.RETIRED,
                permission=permissions.edits_standards,
                custom={"label": _("Retire"), "offered": True,
                        "note": _("New reviews no longer use it; open ones keep it.")})  # fmt: skip
    def retire(self, *, by: Any, because: str) -> None:
        """New reviews no longer use it; open reviews keep their version."""


class Criterion(models.Model):
    """One point of a standard; `stages` names the stages at whose end it is asked."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("in our words"), blank=True)
    stages = models.JSONField(_("asked when leaving"), default=list)
    evidence_expected = models.JSONField(_("evidence expected"), default=list)
    non_waivable = models.BooleanField(_("never waived"), default=False)
    non_waivable_at = models.JSONField(_("never waived when leaving"), default=list)
    topic = models.CharField(_("topic"), max_length=100, blank=True)
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    verified = models.BooleanField(_("verified"), default=True)
    facts = models.JSONField(_("further facts"), default=dict, blank=True)

    class Meta:
        ordering = ["standard", "position"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="gating_criterion_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def language(self) -> str:
        return self.standard.language


@guards.statements
def keep_published(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers: what is published stays as it is, criteria and all; only its state moves on."""
    tables = connection.introspection.table_names()
    if "gating_criterion" not in tables or "gating_standard" not in tables:
        return []
    postgresql = connection.vendor == "postgresql"
    return _postgresql() if postgresql else _sqlite()


FIXED = ("code", "version", "title", "publisher", "source_url", "attribution", "wording", "notes",
         "verified", "facts", "content_hash", "dossier_id")  # fmt: skip
REFUSAL = "a published standard is kept as it is"


def _fixed(distinct: str) -> str:
    return " OR ".join(f'NEW."{name}" {distinct} OLD."{name}"' for name in FIXED)


def _drafted(row: str) -> str:
    found = f'SELECT 1 FROM gating_standard s WHERE s.id = {row}."standard_id"'  # noqa: S608
    return f"EXISTS ({found} AND s.state <> 'draft')"


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    return [
        f'CREATE TRIGGER "{MARK}criterion_insert" BEFORE INSERT ON "gating_criterion" '
        f"WHEN {_drafted('NEW')} {refuse}",
        f'CREATE TRIGGER "{MARK}criterion_update" BEFORE UPDATE ON "gating_criterion" '
        f"WHEN {_drafted('OLD')} OR {_drafted('NEW')} {refuse}",
        f'CREATE TRIGGER "{MARK}criterion_delete" BEFORE DELETE ON "gating_criterion" '
        f"WHEN {_drafted('OLD')} {refuse}",
        f'CREATE TRIGGER "{MARK}standard_fixed" BEFORE UPDATE ON "gating_standard" '
        f"WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR {_fixed('IS NOT')}) {refuse}",
    ]


def _postgresql() -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION compuerta_criterion_fixed() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN IF TG_OP IN ('UPDATE', 'DELETE') THEN IF {_drafted('OLD')} THEN "
        f"RAISE EXCEPTION '{REFUSAL}'; END IF; END IF; "
        f"IF TG_OP IN ('INSERT', 'UPDATE') THEN IF {_drafted('NEW')} THEN "
        f"RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END IF; RETURN OLD; END $$",
        f'CREATE TRIGGER "{MARK}criterion_fixed" BEFORE INSERT OR UPDATE OR DELETE '
        'ON "gating_criterion" FOR EACH ROW EXECUTE FUNCTION compuerta_criterion_fixed()',
        f"CREATE OR REPLACE FUNCTION compuerta_standard_fixed() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN IF OLD.state <> 'draft' AND (NEW.state = 'draft' OR "
        f"{_fixed('IS DISTINCT FROM')}) THEN RAISE EXCEPTION '{REFUSAL}'; END IF; "
        "RETURN NEW; END $$",
        f'CREATE TRIGGER "{MARK}standard_fixed" BEFORE UPDATE ON "gating_standard" '
        "FOR EACH ROW EXECUTE FUNCTION compuerta_standard_fixed()",
    ]
