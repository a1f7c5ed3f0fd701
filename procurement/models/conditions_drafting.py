"""What must be true before a competition is reviewed and published, each with its sentence."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.money import show
from core.refusals import requires
from procurement import content, deadlines, hooks, members, soundness
from projects.models import Stage, binding

LEAST_PANEL = 3
STAGES = (Stage.ALPHA, Stage.BETA, Stage.LIVE)


@requires(_("The texts are not complete."), who=_("procurement officer"))
def texts_written(competition: Any) -> list[str]:
    return soundness.texts(content.read(competition))


@requires(_("Criteria and price must weigh 100 percent together."), who=_("procurement officer"))
def weights_total(competition: Any) -> list[str]:
    return soundness.weights(content.read(competition))


@requires(_("Scale, minimums or tie chain are not usable."), who=_("procurement officer"))
def rules_sound(competition: Any) -> list[str]:
    return soundness.rules(content.read(competition))


@requires(_("The price is not described completely."), who=_("procurement officer"))
def price_described(competition: Any) -> list[str]:
    return soundness.price(content.read(competition))


@requires(_("The panel is not complete."), who=_("procurement officer"))
def panel_seated(competition: Any) -> list[str]:
    roles = list(competition.panel.exclude(role="alternate").values_list("role", flat=True))
    found = []
    if len(roles) < LEAST_PANEL:
        found.append(
            gettext("The panel has %(number)s of the three people it needs, alternates not "
                    "counted.") % {"number": len(roles)}
        )  # fmt: skip
    if roles.count("chair") != 1:
        found.append(gettext("The panel has no chair."))
    return found


@requires(_("Somebody on the panel must not sit there."), who=_("procurement officer"))
def panel_unconflicted(competition: Any) -> list[str]:
    return [
        sentence
        for seat in competition.panel.select_related("user")
        for sentence in seat_conflicts(competition, seat.user)
    ]


def seat_conflicts(competition: Any, person: Any) -> list[str]:
    """Why this person must not sit on the panel; officers of the competition must not either."""
    found, said = [], {"person": person}
    if not person.is_active:
        found.append(gettext("%(person)s is not active any more.") % said)
    if person.pk in (competition.author_id, competition.publisher_id):
        found.append(
            gettext("%(person)s drafted or publishes the competition, and does not judge it.")
            % said
        )
    if members.works_for_vendor(person):
        found.append(gettext("%(person)s works for a vendor.") % said)
    return found


@requires(_("The tier of the project asks for key shares."), who=_("procurement officer"))
def sealing_fits(competition: Any) -> bool:
    tier = competition.project.tier
    return tier is None or tier.sealing != "shares" or competition.sealing == "shares"


@requires(_("The keys to the bids are not ready."), who=_("procurement officer"))
def keys_ready(competition: Any) -> list[str]:
    return hooks.against("keys_ready", competition)


@requires(_("Questions and bids need their deadlines."), who=_("procurement officer"))
def dates_in_order(competition: Any) -> list[str]:
    days = competition.rule("answer_days", deadlines.ANSWER_DAYS)
    found = soundness.dates(content.read(competition), days)
    if competition.questions_until and competition.questions_until <= clock.now():
        found.append(gettext("The deadline for questions has passed already."))
    return found


@requires(_("The deadlines leave too few working days."), who=_("procurement officer"))
def days_enough(competition: Any) -> list[str]:
    if competition.questions_until is None or competition.closes_at is None:
        return []  # said already
    place, found = competition.institution, []
    today = clock.today(place)
    for moment, rule, sentence in (
        (competition.questions_until, "question_days",
         _("Questions may be asked for %(days)s working days at least: until %(day)s or later.")),
        (competition.closes_at, "bid_days",
         _("Bids may be sent for %(days)s working days at least: until %(day)s or later.")),
    ):  # fmt: skip
        days = competition.rule(rule)
        first = clock.working_days_after(today, days, place)
        if moment.astimezone(clock.zone(place)).date() < first:
            day = date_format(first, "SHORT_DATE_FORMAT")
            found.append(str(sentence) % {"days": days, "day": day})
    return found


@requires(_("The project is not so far yet."), who=_("project manager"))
def project_past_gate(competition: Any) -> list[str]:
    allowed = competition.rules.get("stages") or STAGES
    project = competition.project
    if project.stage in allowed:
        return []
    wanted = ", ".join(str(Stage(stage).label) for stage in allowed)
    return [gettext("The project is in “%(stage)s”; this competition needs it in: %(wanted)s.")
            % {"stage": project.get_stage_display(), "wanted": wanted}]  # fmt: skip


@requires(_("The project is on hold."), who=_("secretariat"))
def project_not_held(competition: Any) -> list[str]:
    return [gettext("The project is on hold: %(reason)s") % {"reason": hold.reason}
            for hold in competition.project.holds.active()]  # fmt: skip


@requires(_("The project has not enough free money."), who=_("finance"))
def money_suffices(competition: Any) -> list[str]:
    needed = (competition.estimate or 0) + competition.stipends
    free, currency = binding.free(competition.project), competition.currency
    if competition.project.currency != currency:
        return [gettext("The project's money is in %(currency)s; the competition must be too.")
                % {"currency": competition.project.currency}]  # fmt: skip
    if free >= needed:
        return []
    said = {"needed": show(needed, currency), "free": show(free, currency)}
    return [gettext("Estimate and stipends need %(needed)s; committed and released, less what "
                    "orders bind, are %(free)s.") % said]  # fmt: skip


@requires(_("The lot takes no new orders now."), who=_("procurement officer"))
def lot_usable(competition: Any) -> list[str]:
    lot = competition.lot
    if lot is None:
        return [gettext("Choose the lot whose members may bid.")]
    if lot.currency != competition.currency:
        return [gettext("The lot is in %(currency)s; the competition must be too.")
                % {"currency": lot.currency}]  # fmt: skip
    found = list(lot.usable_reasons())
    if (competition.estimate or 0) > lot.ceiling:
        said = {"ceiling": show(lot.ceiling, lot.currency)}
        found.append(gettext("The lot's ceiling is %(ceiling)s; the estimate is above.") % said)
    return found + _unknown_categories(competition)


def _unknown_categories(competition: Any) -> list[str]:
    """What the basket of hours asks for and the lot does not offer."""
    if competition.price_basis != "hours":
        return []
    known = set(competition.lot.categories.values_list("code", flat=True))
    asked = [str(row["category"]) for row in competition.price_basket]
    return [gettext("The lot has no category of labour “%(code)s”.") % {"code": code}
            for code in asked if code not in known]  # fmt: skip


REVIEW = [texts_written, weights_total, rules_sound, price_described, dates_in_order]
"""What must stand before a second officer is asked to look."""
PUBLICATION = [
    texts_written, weights_total, rules_sound, price_described, panel_seated, panel_unconflicted,
    sealing_fits, keys_ready, dates_in_order, days_enough, project_past_gate, project_not_held,
    money_suffices, lot_usable,
]  # fmt: skip
"""What must stand before everybody may bid."""
