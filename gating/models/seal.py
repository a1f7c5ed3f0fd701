"""The Seal of Excellence once it is awarded: valid for its days, renewed, reviewed, or ended."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import GET_STATE

from core import clock, guards
from core.machines import Machine, State, transition
from core.people import holds
from core.steps import create, perform
from core.waits import turn
from gating import matters, seal_conditions
from gating import permissions_seal as permissions
from gating.models.board import BoardSeat
from gating.models.record import CODE_ALPHABET
from gating.models.seal_service import MARKS, Service

CODE_LENGTH = 16


class Standing(models.TextChoices):
    """What is true of a seal at a moment, whatever its row says already."""

    VALID = "valid", pgettext_lazy("seal", "valid")
    UNDER_REVIEW = "under_review", pgettext_lazy("seal", "under review")
    EXPIRED = "expired", pgettext_lazy("seal", "expired")
    RENEWED = "renewed", pgettext_lazy("seal", "replaced by its renewal")
    REVOKED = "revoked", pgettext_lazy("seal", "revoked")


class SealQuerySet(models.QuerySet):
    """Seals: who sees them behind the sign-in, what is public, how they stand."""

    def visible_to(self, user: Any) -> "SealQuerySet":
        """A published seal everybody; another, whoever sees its service, and boards."""
        if holds(user, "secretariat", "auditor") or BoardSeat.objects.of(user).exists():
            return self
        services = Service.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(published_at__isnull=False) | Q(service__in=services))

    def public(self) -> "SealQuerySet":
        """Seals whose award was published: all that the public check and register know."""
        return self.filter(published_at__isnull=False)

    def standing_at(self, now: datetime) -> "SealQuerySet":
        """Each with its `standing` at a moment (the twin of `Seal.standing`)."""
        states = Seal.States
        return self.annotate(
            stands=Case(
                When(state=states.REVOKED, then=Value(Standing.REVOKED.value)),
                When(state=states.RENEWED, then=Value(Standing.RENEWED.value)),
                When(expires_at__lte=now, then=Value(Standing.EXPIRED.value)),
                When(state=states.EXPIRED, then=Value(Standing.EXPIRED.value)),
                When(state=states.UNDER_REVIEW, then=Value(Standing.UNDER_REVIEW.value)),
                default=Value(Standing.VALID.value), output_field=CharField(),
            )
        )  # fmt: skip

    def ending_by(self, moment: datetime) -> "SealQuerySet":
        """Seals in use whose last moment comes no later than this one."""
        return self.filter(state__in=Seal.IN_USE, expires_at__lte=moment)


@guards.kept
class Seal(Machine):
    """An award with its level. Its last day ends at 24:00 in the institution's zone.

    What is true of it is `standing(now)`: the clock's step `expire` only records it.
    """

    class States(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("seal", "active")
        RENEWAL_DUE = "renewal_due", _("to be renewed")
        RENEWED = "renewed", _("renewed")
        EXPIRED = "expired", pgettext_lazy("seal", "expired")
        UNDER_REVIEW = "under_review", pgettext_lazy("seal", "under review")
        REVOKED = "revoked", pgettext_lazy("seal", "revoked")

    IN_USE = (States.ACTIVE, States.RENEWAL_DUE, States.UNDER_REVIEW)
    step_related = ("service__dossier", "service__institution", "service__project", "service__lead",
                    "application__standard", "application__predecessor")  # fmt: skip
    wait_labels = {
        "apply_renewal": _("Apply for the renewal"), "draft_motion": _("Draft the motion"),
        "remind": _("Reminder of the renewal"),
    }  # fmt: skip

    application = models.OneToOneField(
        "gating.SealApplication", models.PROTECT, related_name="seal",
        verbose_name=_("application"),
    )  # fmt: skip
    service = models.ForeignKey(
        Service, models.PROTECT, related_name="seals", verbose_name=_("service")
    )
    code = models.CharField(_("code"), max_length=20, unique=True)
    level = models.PositiveSmallIntegerField(_("level"))
    granted_at = models.DateTimeField(_("granted"))
    granted_on = models.DateField(_("granted on"))
    valid_until = models.DateField(_("valid until"))
    expires_at = models.DateTimeField(_("ends"))
    published_at = models.DateTimeField(_("published"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    review_reason = models.TextField(_("why it is under review"), blank=True)
    revocation_reason = models.TextField(_("why it was revoked"), blank=True)
    state = State(States, default=States.ACTIVE)

    objects = SealQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        indexes = [models.Index(fields=["state", "expires_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1), name="gating_seal_level"),
            models.CheckConstraint(
                condition=Q(valid_until__gt=models.F("granted_on")), name="gating_seal_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_code

    @property
    def shown_code(self) -> str:
        """The code in groups of four, as it is printed."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))

    @property
    def dossier(self) -> Any:
        return self.service.dossier

    @property
    def project(self) -> Any:
        """The project of its service, or None."""
        return self.service.project

    @property
    def first_mark(self) -> int:
        """So many days before its end it is to be renewed."""
        return MARKS[0]

    def days_left(self) -> int:
        """Whole days until its last day, where the institution is."""
        return (self.valid_until - clock.today(self.service.institution)).days

    def standing(self, now: datetime) -> str:
        """What is true of it at a moment (the twin of `standing_at`)."""
        if self.state in (self.States.REVOKED, self.States.RENEWED):
            return str(self.state)
        if now >= self.expires_at or self.state == self.States.EXPIRED:
            return Standing.EXPIRED
        under = self.state == self.States.UNDER_REVIEW
        return Standing.UNDER_REVIEW if under else Standing.VALID

    def title_for_people(self) -> str:
        return f"{self.shown_code} · {self.service.name}"

    def get_absolute_url(self) -> str:
        return reverse("gating:seal_detail", kwargs={"pk": self.pk})

    def get_check_url(self) -> str:
        """The public page that says how the seal stands."""
        return reverse("gating:seal_public", kwargs={"code": self.shown_code})

    def turns(self) -> list[Any]:
        if self.state == self.States.UNDER_REVIEW:
            return matters.turns_of(self)
        if self.state == self.States.RENEWAL_DUE and not self.is_being_renewed():
            return [turn("apply_renewal", self.service.applicant, self.expires_at)]
        return []

    def is_being_renewed(self) -> bool:
        """Whether an application to renew it is under way."""
        return bool(self.renewals.filter(over_at=None).exists())

    @classmethod
    def award(cls, application: Any, *, by: Any, because: str) -> "Seal":
        """The seal of a granted application, for its standard's days; its forerunner is renewed."""
        service, scheme = application.service, application.scheme
        now, day = clock.now(), clock.today(service.institution)
        last = day + timedelta(days=scheme.validity_days)
        seal = cls(
            application=application, service=service, code=_new_code(), level=application.level,
            granted_at=now, granted_on=day, valid_until=last,
            expires_at=clock.end_of(last, service.institution),
        )  # fmt: skip
        seal = create(seal, by=by, because=because, details={"level": seal.level,
                      "valid_until": str(last)})  # fmt: skip
        before = application.predecessor
        if before is not None and before.state in (cls.States.ACTIVE, cls.States.RENEWAL_DUE):
            perform(before, "renew", by=by, because=seal.shown_code)
        return seal

    # Steps

    @transition(state, source=States.ACTIVE, target=States.RENEWAL_DUE,
                permission=permissions.by_clock, conditions=[seal_conditions.near_its_end],
                custom={"label": _("Ask for the renewal"), "offered": False})  # fmt: skip
    def fall_due(self, *, by: Any, because: str) -> None:
        """Sixty days are left: the holder may apply for the renewal, and is reminded."""

    @transition(state, source=[States.ACTIVE, States.RENEWAL_DUE], target=States.RENEWED,
                permission=permissions.as_consequence,
                custom={"label": _("Replace by the renewal"), "offered": False})  # fmt: skip
    def renew(self, *, by: Any, because: str) -> None:
        """Its renewal was granted, and stands in its place."""
        self.ended_at = clock.now()

    @transition(state, source=[States.ACTIVE, States.RENEWAL_DUE, States.UNDER_REVIEW],
                target=States.EXPIRED, permission=permissions.by_clock,
                conditions=[seal_conditions.past_its_end],
                custom={"label": _("Let it expire"), "offered": False})  # fmt: skip
    def expire(self, *, by: Any, because: str) -> None:
        """Its last day is over, at 24:00 where the institution is."""
        self.ended_at = self.expires_at

    @transition(state, source=[States.ACTIVE, States.RENEWAL_DUE], target=States.UNDER_REVIEW,
                permission=permissions.questions_seals,
                custom={"label": _("Put the seal under review"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("The reason is published with the seal. Only a motion of the "
                                  "sub-commission revokes or confirms it then.")})  # fmt: skip
    def put_under_review(self, *, by: Any, because: str) -> None:
        """There is doubt whether its criteria are still met; everybody who checks it sees so."""
        self.review_reason = because

    @transition(state, source=States.UNDER_REVIEW,
                target=GET_STATE(lambda seal, **_acted: seal.state_in_use(),
                                 states=[States.ACTIVE, States.RENEWAL_DUE]),
                permission=permissions.as_consequence,
                custom={"label": _("Confirm the seal"), "offered": False})  # fmt: skip
    def restore(self, *, by: Any, because: str) -> None:
        """The sub-commission found that it stands."""
        self.review_reason = ""

    @transition(state, source=States.UNDER_REVIEW, target=States.REVOKED,
                permission=permissions.as_consequence,
                custom={"label": _("Revoke the seal"), "offered": False})  # fmt: skip
    def revoke(self, *, by: Any, because: str) -> None:
        """The sub-commission took it back, for published reasons."""
        self.ended_at, self.revocation_reason = clock.now(), because

    def state_in_use(self) -> str:
        """The state of a seal in use: to be renewed once its first notice has come."""
        near = self.days_left() <= self.first_mark
        return str(self.States.RENEWAL_DUE if near else self.States.ACTIVE)


def _new_code() -> str:
    """A code that nobody guesses: 16 signs of 32, 80 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _sign in range(CODE_LENGTH))


def with_successor(seals: Any) -> Any:
    """Seals, each with whether a published renewal of it stands."""
    newer = Seal.objects.public().filter(application__predecessor=OuterRef("pk"))
    return seals.annotate(has_successor=Exists(newer))
