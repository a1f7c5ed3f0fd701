"""Membership of a vendor in a lot: the application, the decision, the signatures, and its end."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, running, transition
from core.models import User
from core.models.history import AppendOnly
from core.waits import Wait, turn
from vendors import permissions_frameworks as who
from vendors.models import membership_conditions as only_if
from vendors.models.company import VendorSeat
from vendors.models.lot import Lot


class MembershipState(models.TextChoices):
    """Where a vendor stands in a lot, from its drafted application to the end."""

    DRAFT = "draft", pgettext_lazy("application", "draft")
    APPLIED = "applied", pgettext_lazy("application", "applied")
    ASSESSING = "assessing", pgettext_lazy("application", "being assessed")
    ADMITTED = "admitted", pgettext_lazy("application", "admitted, to be signed")
    SIGNED = "signed", pgettext_lazy("membership", "signed by the vendor")
    ACTIVE = "active", pgettext_lazy("membership", "in force")
    SUSPENDED = "suspended", pgettext_lazy("membership", "suspended")
    EXPIRED = "expired", pgettext_lazy("membership", "expired")
    REMOVED = "removed", pgettext_lazy("membership", "removed")
    REJECTED = "rejected", pgettext_lazy("application", "rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "withdrawn")


States = MembershipState
MEMBERS = (States.ACTIVE, States.SUSPENDED)
"""States of an admitted vendor in the sense of the figures: active or suspended."""
OVER = (States.EXPIRED, States.REMOVED, States.REJECTED, States.WITHDRAWN)
"""States after which the vendor may apply again."""


class OffRampGround(models.TextChoices):
    """Why a vendor is taken out of a lot before its time."""

    NON_RESPONSE = "non_response", _("does not answer call-offs")
    FAILED_ACCEPTANCE = "failed_acceptance", _("work failed its acceptance")
    LOST_CATEGORY = "lost_category", _("no longer meets the set-aside or a requirement")
    DEBARMENT = "debarment", _("debarred")
    FRAMEWORK_ENDED = "framework_ended", _("the framework was terminated")


class MembershipQuerySet(models.QuerySet):
    """Memberships, and who sees them."""

    def visible_to(self, user: Any) -> "MembershipQuerySet":
        """Oversight what was handed in; vendors their own; assessors those they were named for."""
        rows = self.select_related("lot__framework__institution", "lot__framework__dossier",
                                   "vendor")  # fmt: skip
        assessments: Any = apps.get_model("vendors", "Assessment")._default_manager
        seats = VendorSeat.objects.open().filter(user=user.pk).order_by()
        own = Q(vendor__in=seats.values("vendor")) | Q(
            pk__in=assessments.filter(assessor=user).order_by().values("membership")
        )
        return rows.filter(own | ~Q(state=States.DRAFT)) if who.oversees(user) else rows.filter(own)

    def in_force(self) -> "MembershipQuerySet":
        """Those under which orders may be called off, by their state."""
        return self.filter(state=States.ACTIVE)


@guards.kept
class Membership(Machine):
    """One vendor in one lot. At most one at a time is under way or in force.

    `terms` is the version that was signed last by both sides; `standstill_until` the last day,
    24:00 in the institution's zone, before which an admitted vendor does not sign.
    """

    States = MembershipState

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="memberships", verbose_name=_("lot"))
    vendor = models.ForeignKey(
        "vendors.Vendor", models.PROTECT, related_name="memberships", verbose_name=_("vendor")
    )
    begun_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("begun"))
    saved_at = models.DateTimeField(_("last saved"))
    applied_at = models.DateTimeField(_("applied"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    reasons = models.TextField(_("reasons"), blank=True)
    standstill_until = models.DateField(_("standstill until"), null=True)
    terms = models.ForeignKey(
        "vendors.FrameworkTerms", models.PROTECT, null=True, related_name="+",
        verbose_name=_("terms signed"),
    )  # fmt: skip
    active_since = models.DateField(_("in force since"), null=True)
    ground = models.CharField(_("ground"), max_length=20, choices=OffRampGround.choices, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    state = State(MembershipState, default=MembershipState.DRAFT)

    objects = MembershipQuerySet.as_manager()
    step_related = ("lot__framework__institution", "lot__framework__dossier", "vendor")
    wait_labels = {
        "name_assessors": _("Name two assessors"),
        "sign_newer": _("Sign the newest terms"),
        "countersign_newer": _("Countersign the newest terms"),
    }

    class Meta:
        ordering = ["lot", "pk"]
        verbose_name = _("membership of a lot")
        verbose_name_plural = _("memberships of lots")
        indexes = [models.Index(fields=["vendor", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "vendor"], condition=~Q(state__in=OVER),
                name="vendors_membership_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="removed") | ~Q(ground=""),
                name="vendors_membership_removed_for_a_ground",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.vendor} · {self.lot}"

    def title_for_people(self) -> str:
        return str(self)

    @property
    def dossier(self) -> Any:
        return self.lot.framework.dossier

    @property
    def framework(self) -> Any:
        return self.lot.framework

    def get_absolute_url(self) -> str:
        return reverse("vendors:membership_detail", kwargs={"pk": self.pk})

    @property
    def standstill_ends(self) -> datetime | None:
        """The moment from which an admitted vendor may sign, or None before the announcement."""
        day = self.standstill_until
        return clock.end_of(day, self.framework.institution) if day else None

    def in_force(self) -> bool:
        """Whether orders may be called off from this vendor now, by state and dates."""
        return self.state == States.ACTIVE and self.framework.in_force()

    def standing_assessments(self) -> Any:
        """The assessments of those who did not step back for a conflict."""
        return self.assessments.exclude(state="recused")

    def concluded(self) -> int:
        """How many assessments are concluded, one being concluded right now included."""
        now = {row.pk for row in running.get()
               if row._meta.model_name == "assessment" and row.taking == "conclude"}  # fmt: skip
        return int(self.assessments.filter(Q(state="concluded") | Q(pk__in=now)).count())

    def turns(self) -> Iterable[Wait]:
        if self.state == States.DRAFT and self.framework.takes_applications():
            yield turn("submit", f"user:{self.begun_by_id}", self.framework.window_closes)
        elif self.state == States.APPLIED:
            named = self.standing_assessments().count() >= only_if.ASSESSORS
            yield turn("assess" if named else "name_assessors", "role:procurement_officer")
        elif self.state == States.ASSESSING and self.concluded() >= only_if.ASSESSORS:
            yield turn("admit", "role:procurement_officer")
        elif self.state == States.ADMITTED and self.standstill_until:
            yield turn("sign", self.vendor.audience)
        elif self.state == States.SIGNED:
            yield turn("countersign", "role:procurement_officer")
        elif self.state in MEMBERS and self.newer_terms() is not None:
            if self.signatures.filter(terms=self.newer_terms(), side="vendor").exists():
                yield turn("countersign_newer", "role:procurement_officer")
            else:
                yield turn("sign_newer", self.vendor.audience)

    def newer_terms(self) -> Any:
        """The version of the terms that a member has not signed with the institution, or None."""
        newest = self.framework.newest_terms
        return newest if newest is not None and newest.pk != self.terms_id else None

    def note_decision(self, by: User, because: str) -> None:
        """Keep who decided, when and why."""
        self.decided_at, self.decided_by, self.reasons = clock.now(), by, because

    def keep_signature(self, side: str, by: User) -> None:
        """Keep that one side signed the newest version of the terms."""
        TermsSignature.objects.create(membership=self, terms=self.framework.newest_terms,
                                      side=side, signed_by=by, signed_at=clock.now())  # fmt: skip

    @transition(state, source=States.DRAFT, target=States.APPLIED, permission=who.applies,
                conditions=[only_if.window_open, only_if.answers_complete,
                            only_if.inside_set_aside, only_if.not_barred],
                custom={"label": _("Hand in the application"), "offered": True,
                        "note": _("It can be withdrawn until it is decided, and no longer "
                                  "changed.")})  # fmt: skip
    def submit(self, *, by: User, because: str) -> None:
        """The vendor applies; what it answered is fixed."""
        self.applied_at = clock.now()

    @transition(state, source=[States.DRAFT, States.APPLIED, States.ASSESSING],
                target=States.WITHDRAWN, permission=who.applies,
                custom={"label": _("Withdraw the application"), "offered": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """The vendor no longer applies; it may begin again while the window is open."""
        self.ended_at = clock.now()

    @transition(state, source=States.APPLIED, target=States.ASSESSING,
                permission=who.runs_frameworks,
                conditions=[only_if.window_closed, only_if.assessors_named],
                custom={"label": _("Start the assessment"), "offered": True})  # fmt: skip
    def assess(self, *, by: User, because: str) -> None:
        """Two assessors check it against the requirements, each alone."""

    @transition(state, source=States.ASSESSING, target=States.ADMITTED,
                permission=who.decides_applications,
                conditions=[only_if.assessed, only_if.nothing_missing, only_if.inside_set_aside,
                            only_if.not_barred],
                custom={"label": _("Admit the vendor"), "offered": True,
                        "reason": True})  # fmt: skip
    def admit(self, *, by: User, because: str) -> None:
        """The vendor is admitted; it signs after the standstill."""
        self.note_decision(by, because)

    @transition(state, source=States.ASSESSING, target=States.REJECTED,
                permission=who.decides_applications, conditions=[only_if.assessed],
                custom={"label": _("Reject the application"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("The reasons are sent to the vendor as they stand "
                                  "here.")})  # fmt: skip
    def reject(self, *, by: User, because: str) -> None:
        """The vendor is told the reasons; it may apply again in a further window."""
        self.note_decision(by, because)
        self.ended_at = clock.now()

    @transition(state, source=[States.APPLIED, States.ASSESSING], target=States.REJECTED,
                permission=who.as_consequence,
                custom={"label": _("Close with the framework"), "offered": False})  # fmt: skip
    def fall(self, *, by: User, because: str) -> None:
        """The framework ended before the application was decided."""
        self.note_decision(by, because)
        self.ended_at = clock.now()

    @transition(state, source=States.ADMITTED, target=States.SIGNED, permission=who.signs,
                conditions=[only_if.standstill_over, only_if.framework_stands,
                            only_if.not_barred],
                custom={"label": _("Sign the terms for the vendor"), "offered": True,
                        "note": _("You sign the newest version of the terms.")})  # fmt: skip
    def sign(self, *, by: User, because: str) -> None:
        """The vendor's representative signs the newest terms."""
        self.terms = self.framework.newest_terms
        self.keep_signature("vendor", by)

    @transition(state, source=States.SIGNED, target=States.ACTIVE,
                permission=who.countersigns,
                conditions=[only_if.framework_stands, only_if.not_barred,
                            only_if.newest_terms_signed],
                custom={"label": _("Countersign for the institution"),
                        "offered": True})  # fmt: skip
    def countersign(self, *, by: User, because: str) -> None:
        """Both sides have signed: orders may be called off."""
        self.active_since = clock.today(self.framework.institution)
        self.keep_signature("institution", by)

    @transition(state, source=States.SIGNED, target=States.ADMITTED,
                permission=who.countersigns,
                custom={"label": _("Send the signature back"), "offered": True,
                        "reason": True})  # fmt: skip
    def send_back(self, *, by: User, because: str) -> None:
        """The signature is not countersigned: the vendor signs again, after what is said."""
        self.terms = None

    @transition(state, source=States.ACTIVE, target=States.SUSPENDED,
                permission=who.runs_frameworks,
                custom={"label": _("Suspend the membership"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("No new order is called off. Orders that run go "
                                  "on.")})  # fmt: skip
    def suspend(self, *, by: User, because: str) -> None:
        """No new order for a time, for a reason; orders that run go on."""
        self.reasons = because

    @transition(state, source=States.SUSPENDED, target=States.ACTIVE,
                permission=who.runs_frameworks,
                conditions=[only_if.framework_stands, only_if.not_barred],
                custom={"label": _("Lift the suspension"), "offered": True,
                        "reason": True})  # fmt: skip
    def resume(self, *, by: User, because: str) -> None:
        """New orders are possible again."""
        self.reasons = ""

    @transition(state, source=[States.ADMITTED, States.SIGNED, States.ACTIVE, States.SUSPENDED],
                target=States.REMOVED, permission=who.runs_frameworks,
                conditions=[only_if.ground_named],
                custom={"label": _("Take the vendor out of the lot"),
                        "offered": False})  # fmt: skip
    def remove(self, *, by: User, because: str) -> None:
        """Off-ramp: the vendor leaves the lot for a ground; orders that run go on."""
        self.reasons, self.ended_at = because, clock.now()

    @transition(state, source=[States.ADMITTED, States.SIGNED, States.ACTIVE, States.SUSPENDED],
                target=States.REMOVED, permission=who.as_consequence,
                custom={"label": _("End with the framework"), "offered": False})  # fmt: skip
    def end(self, *, by: User, because: str) -> None:
        """The framework was terminated, and the membership with it."""
        self.ground = OffRampGround.FRAMEWORK_ENDED
        self.reasons, self.ended_at = because, clock.now()

    @transition(state, source=[States.ADMITTED, States.SIGNED, States.ACTIVE, States.SUSPENDED],
                target=States.EXPIRED, permission=who.as_consequence,
                custom={"label": _("Expire with the framework"), "offered": False})  # fmt: skip
    def expire(self, *, by: User, because: str) -> None:
        """The framework's last day is over, and the membership's with it."""
        self.ended_at = self.framework.ends_at


@guards.append_only
class TermsSignature(AppendOnly):
    """One side's signature under one version of the terms."""

    class Side(models.TextChoices):
        VENDOR = "vendor", _("the vendor")
        INSTITUTION = "institution", _("the institution")

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="signatures")
    terms = models.ForeignKey("vendors.FrameworkTerms", models.PROTECT, related_name="signatures")
    side = models.CharField(_("side"), max_length=12, choices=Side.choices)
    signed_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("signature under terms")
        verbose_name_plural = _("signatures under terms")

    def __str__(self) -> str:
        return f"{self.membership_id} {self.side} {self.terms_id}"

    @property
    def dossier(self) -> Any:
        return self.membership.dossier
