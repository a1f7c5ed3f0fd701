"""Framework agreements: from their draft over every window of applications to their end."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards, turns
from core.machines import Machine, State, transition
from core.models import User
from core.models.history import AppendOnly
from core.steps import perform
from core.waits import Wait, turn
from projects.models import Register
from vendors import permissions_frameworks as who
from vendors.models import framework_conditions as only_if

STANDSTILL_DAYS = 10
"""Days between the announcement of the decisions and the first signature."""


class FrameworkState(models.TextChoices):
    """Where a framework stands between its draft and its end."""

    DRAFT = "draft", _("draft")
    OPEN = "open", pgettext_lazy("framework", "open for applications")
    ASSESSING = "assessing", pgettext_lazy("framework", "applications are assessed")
    STANDSTILL = "standstill", pgettext_lazy("framework", "standstill")
    ACTIVE = "active", pgettext_lazy("framework", "in force")
    EXPIRED = "expired", pgettext_lazy("framework", "expired")
    TERMINATED = "terminated", pgettext_lazy("framework", "terminated")


States = FrameworkState
STANDING = (States.OPEN, States.ASSESSING, States.STANDSTILL, States.ACTIVE)
"""States between the publication and the end."""


class FrameworkQuerySet(models.QuerySet):
    """Frameworks, and who sees them: drafts only those who run or oversee them."""

    def visible_to(self, user: Any) -> "FrameworkQuerySet":
        rows = self.select_related("institution", "dossier")
        return rows if who.oversees(user) else rows.exclude(state=States.DRAFT)

    def standing(self) -> "FrameworkQuerySet":
        """Those published and not ended, by their state."""
        return self.filter(state__in=STANDING)


@guards.kept
class Framework(Machine):
    """An agreement under which vendors may be called off, lot by lot.

    Days end at 24:00 in the institution's zone. `closes_on` is the last day of the present window
    for applications, `standstill_until` that of the present standstill, `ends_on` the framework's.
    A further window (on-ramp) does not interrupt what is in force: see `in_force`.
    """

    States = FrameworkState

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="+")  # type: ignore[assignment]
    ref = models.CharField(_("reference"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    purpose = models.TextField(_("what it is for"), blank=True)
    legal_basis = models.TextField(_("legal basis"), blank=True)
    institution = models.ForeignKey(
        "core.Institution", models.PROTECT, related_name="frameworks",
        verbose_name=_("institution"),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, default="MXN")
    drafted_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    closes_on = models.DateField(_("applications until"), null=True, blank=True)
    ends_on = models.DateField(_("in force until"), null=True, blank=True)
    standstill_days = models.PositiveSmallIntegerField(
        _("days of standstill"), default=STANDSTILL_DAYS
    )
    working_days = models.BooleanField(_("the standstill counts working days"), default=False)
    opened_on = models.DateField(_("published on"), null=True, editable=False)
    standstill_until = models.DateField(_("standstill until"), null=True, editable=False)
    activated_on = models.DateField(_("in force since"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    state = State(FrameworkState, default=FrameworkState.DRAFT)

    objects = FrameworkQuerySet.as_manager()
    step_related = ("institution", "dossier")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("framework agreement")
        verbose_name_plural = _("framework agreements")
        indexes = [models.Index(fields=["state", "closes_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(closes_on__isnull=False, ends_on__isnull=False),
                name="vendors_framework_has_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="standstill") | Q(standstill_until__isnull=False),
                name="vendors_framework_standstill_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:framework_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("vendors:framework_step", kwargs={"ref": self.ref, "step": name})

    @classmethod
    def next_ref(cls) -> str:
        """The next free reference of a framework; held until the transaction ends."""
        Register.objects.get_or_create(name="framework")
        row = Register.objects.select_for_update().get(name="framework")
        row.last += 1
        row.save(update_fields=["last"])
        return f"F-{row.last:06d}"

    def memberships(self) -> Any:
        """Every membership and application in any of its lots."""
        model: Any = apps.get_model("vendors", "Membership")
        return model._default_manager.filter(lot__framework=self)

    @property
    def window_closes(self) -> datetime:
        """The moment at which the present window for applications is over."""
        return clock.end_of(self.closes_on, self.institution)  # type: ignore[arg-type]

    @property
    def standstill_ends(self) -> datetime | None:
        """The moment at which the present standstill is over, or None without one."""
        day = self.standstill_until
        return clock.end_of(day, self.institution) if day else None

    @property
    def ends_at(self) -> datetime:
        """The moment at which the framework is over."""
        return clock.end_of(self.ends_on, self.institution)  # type: ignore[arg-type]

    @property
    def newest_terms(self) -> Any:
        """The version of the terms that is signed now, or None before any was written."""
        return self.terms.order_by("-number").first()

    def in_force(self, now: datetime | None = None) -> bool:
        """Whether orders may be called off: by its dates, whatever a job has recorded."""
        if self.activated_on is None or self.state not in STANDING:
            return False
        return self.ends_at > (now or clock.now())

    def takes_applications(self, now: datetime | None = None) -> bool:
        """Whether an application may be handed in: by its dates, whatever a job has recorded."""
        return self.state == States.OPEN and self.window_closes > (now or clock.now())

    def window_due(self) -> Any:
        """The further window for applications that has begun and is not over, or None."""
        today = clock.today(self.institution)
        return self.windows.filter(opens_on__lte=today, closes_on__gte=today).first()

    def beside(self) -> Iterable[Any]:
        """Applications that are not handed in wait for their people while a window is open."""
        rows = self.memberships().filter(state="draft")
        return list(rows.select_related("lot__framework__institution", "vendor"))

    def turns(self) -> Iterable[Wait]:
        if self.state == States.DRAFT:
            yield turn("publish", f"user:{self.drafted_by_id}")
        elif self.state == States.ASSESSING:
            yield turn("announce", "role:procurement_officer")

    @transition(state, source=States.DRAFT, target=States.OPEN,
                permission=who.runs_frameworks, conditions=[only_if.complete],
                custom={"label": _("Publish and open for applications"), "offered": True,
                        "note": _("Lots, rates, requirements and dates are fixed from then "
                                  "on.")})  # fmt: skip
    def publish(self, *, by: User, because: str) -> None:
        """Vendors may apply until 24:00 of its last day for applications."""
        self.opened_on = clock.today(self.institution)

    @transition(state, source=States.OPEN, target=States.ASSESSING,
                permission=who.by_clock, conditions=[only_if.window_over],
                custom={"label": _("Close the window for applications"),
                        "offered": False})  # fmt: skip
    def close_window(self, *, by: User, because: str) -> None:
        """The last day for applications is over: what was handed in is assessed."""

    @transition(state, source=States.ASSESSING, target=States.STANDSTILL,
                permission=who.runs_frameworks, conditions=[only_if.all_decided],
                custom={"label": _("Announce the decisions"), "offered": True,
                        "note": _("The standstill begins; who was admitted signs when it is "
                                  "over.")})  # fmt: skip
    def announce(self, *, by: User, because: str) -> None:
        """Every applicant is told; the last day of the standstill is computed and stored."""
        today, days = clock.today(self.institution), self.standstill_days
        last = today + timedelta(days=days)
        if self.working_days:
            last = clock.working_days_after(today, days, self.institution)
        self.standstill_until = last
        admitted = self.memberships().filter(state="admitted", standstill_until=None)
        for row in admitted.select_related("lot__framework__institution", "vendor"):
            row.standstill_until = last
            row.save(update_fields=["standstill_until"])
            turns.refresh(row)

    @transition(state, source=States.STANDSTILL, target=States.ACTIVE,
                permission=who.by_clock, conditions=[only_if.standstill_over],
                custom={"label": _("Bring it into force"), "offered": False})  # fmt: skip
    def activate(self, *, by: User, because: str) -> None:
        """The standstill is over: memberships are signed, orders may follow."""
        self.activated_on = self.activated_on or clock.today(self.institution)

    @transition(state, source=States.ACTIVE, target=States.OPEN,
                permission=who.by_clock, conditions=[only_if.window_begun],
                custom={"label": _("Open a further window for applications"),
                        "offered": False})  # fmt: skip
    def reopen(self, *, by: User, because: str) -> None:
        """A further window begins; members and their orders go on meanwhile."""
        self.closes_on = self.window_due().closes_on
        self.standstill_until = None

    @transition(state, source=[States.OPEN, States.ASSESSING, States.STANDSTILL, States.ACTIVE],
                target=States.EXPIRED, permission=who.by_clock, conditions=[only_if.past_its_end],
                custom={"label": _("Let it expire"), "offered": False})  # fmt: skip
    def expire(self, *, by: User, because: str) -> None:
        """Its last day is over: memberships expire with it, orders that run go on."""
        self.ended_at = self.ends_at
        self._end_memberships("expire", by, gettext("The framework expired."))

    @transition(state, source=[States.OPEN, States.ASSESSING, States.STANDSTILL, States.ACTIVE],
                target=States.TERMINATED, permission=who.runs_frameworks,
                custom={"label": _("Terminate the framework"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("No new order can be called off. Orders that run go "
                                  "on.")})  # fmt: skip
    def terminate(self, *, by: User, because: str) -> None:
        """It ends before its time, for a published reason; memberships end with it."""
        self.ended_at = clock.now()
        self._end_memberships("end", by, because)

    def _end_memberships(self, step: str, by: User, because: str) -> None:
        rows = self.memberships().select_related("lot__framework__institution", "vendor")
        for row in rows.filter(state__in=("applied", "assessing")):
            perform(row, "fall", by=by, because=because)
        for row in rows.filter(state__in=("admitted", "signed", "active", "suspended")):
            perform(row, step, by=by, because=because)


@guards.append_only
class FrameworkTerms(AppendOnly):
    """One version of the terms that both sides sign; never changed, only followed by another."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("terms"))
    outlive_days = models.PositiveSmallIntegerField(
        _("days by which orders may outlast the framework"), default=180
    )
    written_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ["-number"]
        verbose_name = _("terms of a framework")
        verbose_name_plural = _("terms of frameworks")
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="vendors_terms_number")
        ]

    def __str__(self) -> str:
        return gettext("version %(number)s") % {"number": self.number}

    @property
    def dossier(self) -> Any:
        return self.framework.dossier


@guards.kept
class ApplicationWindow(models.Model):
    """A further window for applications to a framework in force (on-ramp), both days inclusive."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="windows")
    opens_on = models.DateField(_("first day"))
    closes_on = models.DateField(_("last day"))
    reason = models.TextField(_("reason"))
    planned_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["opens_on", "pk"]
        verbose_name = _("further window for applications")
        verbose_name_plural = _("further windows for applications")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=models.F("opens_on")), name="vendors_window_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.framework.ref} {self.opens_on} – {self.closes_on}"

    @property
    def dossier(self) -> Any:
        return self.framework.dossier

    @property
    def opens_at(self) -> datetime:
        """The moment at which its first day begins."""
        first: date = self.opens_on
        return clock.end_of(first - timedelta(days=1), self.framework.institution)


@guards.kept
class Requirement(models.Model):
    """What an application answers and two assessors check; its code is the same in all frameworks
    that ask the same, so that an answer can be used again."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="requirements")
    number = models.PositiveSmallIntegerField(_("number"))
    code = models.SlugField(_("code"), max_length=40)
    question = models.TextField(_("question to the vendor"))
    check_text = models.TextField(_("what assessors check"), blank=True)
    mandatory = models.BooleanField(_("mandatory"), default=True)
    evidence = models.BooleanField(_("needs a document"), default=False)

    class Meta:
        ordering = ["number", "pk"]
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="vendors_requirement_code"),
            models.UniqueConstraint(
                fields=["framework", "number"], name="vendors_requirement_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.question}"

    @property
    def dossier(self) -> Any:
        return self.framework.dossier
