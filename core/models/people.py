"""People, their institutions, and the roles they hold for a period."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.people import Standing, holds
from core.permissions import appoints_second, ends_loan
from core.waits import Wait, turn

# The loans to a person in force on a day, their own roles, and those of their lenders lent to them.
HOLDINGS = """
SELECT 'loan', l.role, l.lender_id FROM core_loan l
 WHERE l.borrower_id = %(me)s AND l.state = 'active' AND l.starts <= %(day)s AND l.ends >= %(day)s
UNION ALL
SELECT 'role', g.role, g.user_id FROM core_rolegrant g
 WHERE g.starts <= %(day)s AND (g.ends IS NULL OR g.ends >= %(day)s)
   AND (g.user_id = %(me)s OR EXISTS (
     SELECT 1 FROM core_loan l
      WHERE l.borrower_id = %(me)s AND l.lender_id = g.user_id AND l.role = g.role
        AND l.state = 'active' AND l.starts <= %(day)s AND l.ends >= %(day)s))
"""


class Undeletable(models.QuerySet):
    """Rows that are closed or deactivated, never deleted."""

    def delete(self) -> tuple[int, dict[str, int]]:
        first: set[Any] = set(self[:1])
        raise models.ProtectedError("People and institutions are never deleted.", first)


@guards.kept
class Institution(models.Model):
    """A ministry or agency; dates that concern it end at 24:00 in its zone."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, default="MX")
    zone = models.CharField(_("time zone"), max_length=64, default="America/Mexico_City")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bodies",
        verbose_name=_("part of"),
    )

    objects = Undeletable.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise models.ProtectedError("Institutions are never deleted.", {self})


class UserManager(BaseUserManager.from_queryset(Undeletable)):  # type: ignore[misc]
    """Accounts by e-mail address, which is compared without regard to case."""

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who may open the read-only administration pages; no right in any step."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


@guards.kept
class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a named account such as `clock`; deactivated when they leave, never deleted."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=[("es", "Español"), ("en", "English")], default="es"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="members",
        verbose_name=_("institution"),
    )  # fmt: skip
    superior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reports",
        verbose_name=_("superior"),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration pages"), default=False)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)

    dossier: Any = None  # set where an act on the person is recorded: `absence.person_dossier`

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="core_user_email_lower")]

    def __str__(self) -> str:
        if self.name == clock.CLOCK_NAME:
            return gettext(self.name)
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    @cached_property
    def standing(self) -> Standing:
        """What this person holds today; read once per request by one statement, not kept longer."""
        day = (timezone.now() + clock.shift()).astimezone(clock.zone(None)).date()
        lent: dict[str, set[int]] = {}
        roles: dict[str, set[int]] = {}
        with connection.cursor() as cursor:
            cursor.execute(HOLDINGS, {"me": self.pk, "day": day})
            for kind, role, person in cursor.fetchall():
                (lent if kind == "loan" else roles).setdefault(role, set()).add(person)
        return Standing(self, day, roles, lent)

    @property
    def is_clock(self) -> bool:
        """Whether this is the account under which timers act."""
        return self.email == clock.CLOCK_EMAIL

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise models.ProtectedError("People are deactivated, never deleted.", {self})


class Role(models.TextChoices):
    """Roles held in an institution for a period; those of single rows stand on the rows."""

    SECRETARIAT = "secretariat", _("Secretariat")
    PREPARER = "preparer", _("Finance preparer")
    AUTHORISER = "authoriser", _("Finance authoriser")
    SPEND_RECORDER = "spend_recorder", _("Spend recorder")
    PROCUREMENT_OFFICER = "procurement_officer", _("Procurement officer")
    EDITOR = "editor", _("Standards editor")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class RowRole(models.TextChoices):
    """Roles that stand on a project, and can be lent like global ones."""

    MANAGER = "manager", _("Project manager")
    OWNER = "owner", _("Certifying owner")
    PRODUCT_OWNER = "product_owner", _("Product owner")


LENDABLE = [*Role.choices, *RowRole.choices]


class PeriodQuerySet(models.QuerySet):
    """Rows with first and last day, both inclusive."""

    def on(self, day: date) -> "PeriodQuerySet":
        return self.filter(starts__lte=day).filter(models.Q(ends=None) | models.Q(ends__gte=day))


@guards.kept
class RoleGrant(models.Model):
    """One global role of one person, from its first to its last day, both inclusive."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, verbose_name=_("institution")
    )
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"), null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("granted by")
    )

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["role", "user"]
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
        indexes = [models.Index(fields=["user", "starts"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def clean(self) -> None:
        if self.ends and self.starts and self.ends < self.starts:
            raise ValidationError({"ends": _("The last day lies before the first day.")})


class LoanQuerySet(PeriodQuerySet):
    """Stand-ins, and who may see them."""

    def visible_to(self, user: "User") -> "LoanQuerySet":
        if holds(user, "administrator", "auditor"):
            return self
        mine = models.Q(lender=user) | models.Q(borrower=user) | models.Q(proposed_by=user)
        return self.filter(mine | models.Q(lender__superior=user))


@guards.kept
class Loan(Machine):
    """A role lent for stated days: by its holder, or to a substitute by the superior and one other.

    Both names stand in the history, and separation of duties is tested on both. Seats of boards and
    panels, assessments and key shares cannot be lent: they have alternates.
    """

    class Kind(models.TextChoices):
        LOAN = "loan", _("lent by its holder")
        SUBSTITUTE = "substitute", _("substitute appointed in absence")

    class States(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACTIVE = "active", _("in force")
        ENDED = "ended", _("ended")
        CANCELLED = "cancelled", _("cancelled")

    lender = models.ForeignKey(
        User, models.PROTECT, related_name="lent", verbose_name=_("who is absent")
    )
    borrower = models.ForeignKey(
        User, models.PROTECT, related_name="borrowed", verbose_name=_("who stands in")
    )
    role = models.CharField(_("role"), max_length=30, choices=LENDABLE)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.LOAN)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    dossier_of = models.ForeignKey("core.Dossier", models.PROTECT, related_name="+")
    state = State(States, default=States.PROPOSED)

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts", "pk"]
        verbose_name = _("stand-in")
        verbose_name_plural = _("stand-ins")
        indexes = [models.Index(fields=["borrower", "state", "ends"])]

    def __str__(self) -> str:
        return f"{self.lender} → {self.borrower} ({self.get_role_display()})"

    @property
    def dossier(self) -> Any:
        return self.dossier_of

    def get_absolute_url(self) -> str:
        return reverse("core:loan_list")

    def turns(self) -> Iterable[Wait]:
        """A proposed substitution waits for the second person."""
        if self.state != self.States.PROPOSED or self.kind == self.Kind.LOAN:
            return
        if superior := self.superior_to_confirm():
            yield turn("confirm", f"user:{superior}")
        else:
            yield turn("confirm", "role:administrator", not_for=self.proposed_by_id)

    def first_names(self) -> tuple[int, ...]:
        """Who has a part in it already, and so is never its second person."""
        return (self.proposed_by_id, self.borrower_id, self.lender_id)

    def superior_to_confirm(self) -> int | None:
        """The superior of who is absent, unless that person left or has a part in it already."""
        superior = self.lender.superior
        if superior is None or not superior.is_active or superior.pk in self.first_names():
            return None
        return int(superior.pk)

    @transition(state, source=States.PROPOSED, target=States.ACTIVE, permission=appoints_second,
                custom={"label": _("Confirm the stand-in"), "offered": True})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """The second name under a substitution, or the lender's own word, brings it into force."""

    @transition(state, source=[States.PROPOSED], target=States.CANCELLED, permission=ends_loan,
                custom={"label": _("Cancel"), "offered": True})  # fmt: skip
    def cancel(self, *, by: User, because: str) -> None:
        """The stand-in does not come into force."""

    @transition(state, source=States.ACTIVE, target=States.ENDED, permission=ends_loan,
                custom={"label": _("End the stand-in today"), "offered": True})  # fmt: skip
    def end(self, *, by: User, because: str) -> None:
        """The role returns to its holder at once."""


__all__ = ["LENDABLE", "Institution", "Loan", "Role", "RoleGrant", "RowRole", "User"]
