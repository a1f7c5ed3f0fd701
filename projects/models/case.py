"""What speaks for a project: its team, benefits, five-case business case, baselines, searches."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly
from core.money import MinorUnitsField


class TeamRole(models.Model):
    """A role in the team and who fills it: a person with an account, or a name."""

    class Role(models.TextChoices):
        PRODUCT_MANAGER = "product_manager", _("product manager")
        DELIVERY_MANAGER = "delivery_manager", _("delivery manager")
        USER_RESEARCHER = "user_researcher", _("user researcher")
        TECHNICAL_LEAD = "technical_lead", _("technical lead")
        DESIGNER = "designer", _("service designer")
        SECURITY = "security", _("security lead")
        ACCESSIBILITY = "accessibility", _("accessibility lead")
        DATA = "data", _("data lead")
        DEVELOPER = "developer", _("developer")
        PROCUREMENT = "procurement", _("procurement contact")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="team")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    person = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="team_roles",
        verbose_name=_("person with an account"),
    )  # fmt: skip
    name = models.CharField(_("name of somebody without an account"), max_length=150, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("team role")
        verbose_name_plural = _("team roles")
        indexes = [models.Index(fields=["person", "project"])]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.person or self.name}"

    @property
    def filled(self) -> bool:
        """Whether somebody is named."""
        return self.person_id is not None or bool(self.name.strip())


class Benefit(models.Model):
    """What gets better, financial or social, with its measure, where it stands and should stand."""

    class Kind(models.TextChoices):
        FINANCIAL = "financial", _("financial")
        SOCIAL = "social", _("social")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="benefits")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("benefit"), max_length=200)
    measure = models.CharField(_("how it is measured"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    baseline = models.DecimalField(
        _("where it stands now"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    target = models.DecimalField(
        _("where it should stand"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="benefits_owned",
        verbose_name=_("who answers for it"),
    )  # fmt: skip
    due = models.DateField(_("by when"), null=True, blank=True)

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")

    def __str__(self) -> str:
        return self.title

    @property
    def complete(self) -> bool:
        """Whether measure, baseline, target and owner are all named."""
        measured = self.baseline is not None and self.target is not None
        return bool(self.title and self.measure and self.owner_id) and measured


class BusinessCase(models.Model):
    """The five cases of a project and the rate at which its options are discounted."""

    project = models.OneToOneField("projects.Project", models.PROTECT, related_name="case")
    strategic = models.TextField(_("strategic case: why change"), blank=True)
    economic = models.TextField(_("economic case: which option is worth most"), blank=True)
    commercial = models.TextField(_("commercial case: who can supply it"), blank=True)
    financial = models.TextField(_("financial case: what it costs and who pays"), blank=True)
    management = models.TextField(_("management case: how it is delivered"), blank=True)
    discount_rate_bp = models.PositiveIntegerField(_("discount rate, hundredths of a percent"))
    base_year = models.PositiveSmallIntegerField(_("base year (not discounted)"))
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("business case")
        verbose_name_plural = _("business cases")

    def __str__(self) -> str:
        return str(self.project)


class Option(models.Model):
    """A way to reach the aim, or doing nothing; its costs and benefits stand year by year."""

    case = models.ForeignKey(BusinessCase, models.CASCADE, related_name="options")
    title = models.CharField(_("option"), max_length=200)
    is_do_nothing = models.BooleanField(_("this is doing nothing"), default=False)
    preferred = models.BooleanField(_("preferred"), default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(preferred=True),
                name="projects_option_one_preferred",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(is_do_nothing=True),
                name="projects_option_one_do_nothing",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class OptionYear(models.Model):
    """Cost and benefit of an option in one calendar year, in the project's currency."""

    option = models.ForeignKey(Option, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    cost = MinorUnitsField(_("cost"), default=0)
    benefit = MinorUnitsField(_("benefit"), default=0)

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["option", "year"], name="projects_optionyear_once"),
            models.CheckConstraint(
                condition=models.Q(cost__gte=0, benefit__gte=0),
                name="projects_optionyear_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.option} {self.year}"


@guards.append_only
class Baseline(AppendOnly):
    """Cost, dates and benefits that a project is measured against; number 0 is the first."""

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="baselines")
    number = models.PositiveSmallIntegerField(_("number"))
    cost = MinorUnitsField(_("whole-life cost"))
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"))
    benefits = models.JSONField(_("benefits"), default=list)
    because = models.TextField(_("why"), blank=True)
    set_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))

    class Meta:
        ordering = ["project", "number"]
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_baseline_once"),
            models.CheckConstraint(
                condition=models.Q(cost__gte=0, ends_on__gte=models.F("starts_on")),
                name="projects_baseline_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def days(self) -> int:
        """How many days lie between its start and its end."""
        start: date = self.starts_on
        return (self.ends_on - start).days


class DuplicationSearch(models.Model):
    """A search for projects that already do this, as it was made before triage."""

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="searches")
    terms = models.TextField(_("words searched for"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("duplication search")
        verbose_name_plural = _("duplication searches")

    def __str__(self) -> str:
        return self.terms[:80]


class DuplicateHit(models.Model):
    """A project found by a search, and what is said about it before triage."""

    class Answer(models.TextChoices):
        DIFFERENT = "different", _("meets a different need")
        REUSE = "reuse", _("this project will reuse it")
        JOIN = "join", _("this project will join it")
        REPLACES = "replaces", _("this project replaces it")

    search = models.ForeignKey(DuplicationSearch, models.CASCADE, related_name="hits")
    other = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="+", verbose_name=_("project found")
    )
    score = models.PositiveSmallIntegerField(_("likeness, percent"))
    answer = models.CharField(_("answer"), max_length=12, choices=Answer.choices, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    answered_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-score", "pk"]
        verbose_name = _("project found")
        verbose_name_plural = _("projects found")
        constraints = [
            models.UniqueConstraint(fields=["search", "other"], name="projects_hit_once")
        ]

    def __str__(self) -> str:
        return str(self.other)
