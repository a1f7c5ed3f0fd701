"""Standards and their criteria: drafted, published for good, retired for new gates."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history
from core.guards import MARK
from core.machines import Machine, State, transition
from core.permissions import by_clock
from core.refusals import requires
from core.steps import perform
from core.waits import turn
from gating import permissions
from gating.standard_files import digest


class StandardQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "StandardQuerySet":
        """Standards are no secret: whoever is signed in reads them."""
        return self

    def published(self) -> "StandardQuerySet":
        return self.filter(state=Standard.States.PUBLISHED)


@requires(_("A standard needs at least one criterion."))
def has_criteria(standard: Any) -> bool:
    return bool(standard.criteria.exists())


@requires(_("The day on which it takes effect has come."))
def in_effect(standard: Any) -> bool:
    return standard.effect_from is None or standard.effect_from <= clock.today()


@requires(_("It takes effect on a day to come; write that day in its draft."))
def not_in_effect(standard: Any) -> bool:
    return not in_effect(standard)


@guards.kept
class Standard(Machine):
    """One version of a standard, as its publisher's facts in our words; fixed once published."""

    class States(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", pgettext_lazy("standard", "fixed, not in effect yet")
        PUBLISHED = "published", pgettext_lazy("standard", "published")
        RETIRED = "retired", _("retired")

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="standards")
    code = models.CharField(_("code"), max_length=50)
    version = models.CharField(_("version"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    source_url = models.CharField(_("source"), max_length=500, blank=True)
    attribution = models.TextField(_("licence and attribution"), blank=True)
    wording = models.TextField(_("about the wording"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    verified = models.CharField(_("verified"), max_length=20, blank=True)
    facts = models.JSONField(_("further facts"), default=dict, blank=True)
    content_hash = models.CharField(_("SHA-256 of its content"), max_length=64)
    state = State(States, default=States.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True)
    effect_from = models.DateField(_("in effect from"), null=True, blank=True)
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("made from"),
    )  # fmt: skip

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

    def title_in(self, language: str) -> tuple[str, str]:
        """Its title in a language if it is translated, else as delivered; and in which."""
        return said_in(self, "title", language)

    @property
    def effect_at(self) -> Any:
        """0:00 of the day on which it takes effect, or none."""
        return clock.end_of(self.effect_from - timedelta(days=1)) if self.effect_from else None

    def get_absolute_url(self) -> str:
        return reverse("gating:standard_detail", kwargs={"pk": self.pk})

    def turns(self) -> list[Any]:
        return [turn("publish", "role:editor")] if self.state == self.States.DRAFT else []

    @transition(state, source=States.DRAFT, target=States.PUBLISHED,
                permission=permissions.edits_standards, conditions=[has_criteria, in_effect],
                custom={"label": _("Publish"), "offered": True, "danger": True,
                        "note": _("From then on neither the standard nor a criterion changes. The "
                                  "version before it is retired, and gates ask this one.")}
    )  # fmt: skip
    def publish(self, *, by: Any, because: str) -> None:
        """The version is fixed; it takes the place of the one before it."""
        self.content_hash = digest(self)
        self._replace_older(by=by, because=because)

    @transition(state, source=States.DRAFT, target=States.SCHEDULED,
                permission=permissions.edits_standards, conditions=[has_criteria, not_in_effect],
                custom={"label": _("Fix until it takes effect"), "offered": True, "danger": True,
                        "note": _("From then on nothing of it changes. On its day it takes the "
                                  "place of the version before it by itself.")}
    )  # fmt: skip
    def schedule(self, *, by: Any, because: str) -> None:
        """The version is fixed now, and published by the clock on its day."""
        self.content_hash = digest(self)

    @transition(state, source=States.SCHEDULED, target=States.PUBLISHED, permission=by_clock,
                conditions=[in_effect],
                custom={"label": _("Take effect"), "offered": False})  # fmt: skip
    def take_effect(self, *, by: Any, because: str) -> None:
        """Its day has come: it takes the place of the version before it."""
        self._replace_older(by=by, because=because)

    @transition(state, source=[States.SCHEDULED, States.PUBLISHED], target=States.RETIRED,
                permission=permissions.edits_standards,
                custom={"label": _("Retire"), "offered": True,
                        "note": _("New reviews no longer use it; open ones keep it.")})  # fmt: skip
    def retire(self, *, by: Any, because: str) -> None:
        """New reviews no longer use it; open reviews keep their version."""

    @transition(state, source=States.DRAFT, target=States.RETIRED,
                permission=permissions.edits_standards,
                custom={"label": _("Discard the draft"), "offered": True,
                        "note": _("It is kept, and never used.")})  # fmt: skip
    def discard(self, *, by: Any, because: str) -> None:
        """The draft is not wanted; nothing of it was ever in effect."""
        self.content_hash = digest(self)

    def _replace_older(self, *, by: Any, because: str) -> None:
        """Retire the version in effect, and let gates that asked it ask this one."""
        self.published_at = clock.now()
        because = because or _("Version %(version)s takes its place.") % {"version": self.version}
        before = type(self).objects.published().filter(code=self.code).first()
        if before is None:
            return
        perform(before, "retire", by=by, because=because)
        for row in before.gates.select_related("gate__dossier"):
            row.standard = self
            row.save(update_fields=["standard"])
            details = {"standard": self.code, "from": before.version, "to": self.version}
            history.record("gating.gate.renew_standard", row.gate, by=by, because=because,
                           details=details)  # fmt: skip


class Criterion(models.Model):
    """One point of a standard; `stages` names the stages at whose end it is asked."""

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=500)
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
        return f"{self.code} {self.own_title}"

    @property
    def own_title(self) -> str:
        """Its title in the reader's language if it is translated; the standard is not asked."""
        return str(self.facts.get(f"title_{(get_language() or '')[:2]}") or self.title)

    @property
    def language(self) -> str:
        return self.standard.language

    def said_in(self, name: str, language: str) -> tuple[str, str]:
        """The `title` or `summary` in a language if it is translated, else as delivered; and in
        which language that is."""
        return said_in(self, name, language)

    def title_in(self, language: str) -> tuple[str, str]:
        return said_in(self, "title", language)


def said_in(row: Any, name: str, language: str) -> tuple[str, str]:
    """A text of a standard or criterion in a language, as its facts translate it (`title_es`)."""
    own = row.facts.get(f"{name}_{language[:2]}")
    if language[:2] != row.language and isinstance(own, str) and own.strip():
        return own.strip(), language[:2]
    return str(getattr(row, name)), row.language


@guards.statements
def keep_published(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers: what is published stays as it is, criteria and all; only its state moves on."""
    tables = connection.introspection.table_names()
    if "gating_criterion" not in tables or "gating_standard" not in tables:
        return []
    postgresql = connection.vendor == "postgresql"
    return _postgresql() if postgresql else _sqlite()


FIXED = ("code", "version", "title", "publisher", "source_url", "attribution", "wording", "notes",
         "verified", "facts", "content_hash", "dossier_id", "effect_from",
         "based_on_id")  # fmt: skip
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
