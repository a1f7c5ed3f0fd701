"""Drafting competitions: begun from a template or as a re-run, edited part by part."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import history
from core.machines import Guard
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from procurement import content, templates
from procurement import permissions_competitions as who
from procurement.models import Competition, CompetitionState
from procurement.models import conditions_drafting as only_if
from procurement.models.register import take
from projects.models import Project
from vendors.models import Lot

RERUN_FROM = (CompetitionState.CANCELLED, CompetitionState.UNSUCCESSFUL)
"""States of a competition that may be run again."""
GUARDS = (
    (_("The texts are complete"), only_if.texts_written),
    (_("Criteria and price weigh exactly 100 percent"), only_if.weights_total),
    (_("Scale, minimums and tie chain are usable"), only_if.rules_sound),
    (_("The price can be compared"), only_if.price_described),
    (_("The panel has three people at least, one of them chair"), only_if.panel_seated),
    (_("Nobody on the panel works for a vendor or for the competition"),
     only_if.panel_unconflicted),
    (_("The key to the bids is kept as the tier of the project asks"), only_if.sealing_fits),
    (_("The keys are made and rehearsed"), only_if.keys_ready),
    (_("Questions end before bids do"), only_if.dates_in_order),
    (_("The deadlines leave enough working days"), only_if.days_enough),
    (_("The project is past its gate"), only_if.project_past_gate),
    (_("The project is not on hold"), only_if.project_not_held),
    (_("The money is there"), only_if.money_suffices),
    (_("The lot takes new orders"), only_if.lot_usable),
)  # fmt: skip
"""The guards of the publication, as statements that people read."""
KEPT = ("lot", "template", "template_version", "rules")
NOT_COPIED = content.MOMENTS
"""What a re-run does not take over: its dates are its own."""


@transaction.atomic
def begin(code: str, project: Project, lot: Lot | None, title: str, *, by: User) -> Competition:
    """Begin a draft from a template, for a project, in a lot.

    The tier of the project decides who holds the key to the bids, where it has one. Raises Denied
    for anybody but a procurement officer, Refused for an unknown template.
    """
    allow(who.is_officer, project, by)
    if code not in templates.CODES:
        raise Refused(gettext("Choose a template."))
    found = templates.template(code)
    row = _new(project, by, template=code, template_version=found["version"],
               rules=found["rules"], lot=lot)  # fmt: skip
    said = {name: value for name, value in found.items()
            if name in (*content.COLUMNS, "criteria")}  # fmt: skip
    said |= {"title": title, "background": project.problem,
             "users_and_needs": project.users_and_needs}  # fmt: skip
    if project.tier is not None:
        said["sealing"] = project.tier.sealing
    return _opened(row, said, by, {"template": code, "project": project.ref})


@transaction.atomic
def run_again(earlier: Competition, *, by: User, because: str = "") -> Competition:
    """Begin a draft as a copy of a competition that ended without an award, and say from which.

    Raises Denied for anybody but a procurement officer, Refused while the earlier one runs.
    """
    allow(who.is_officer, earlier, by)
    if earlier.state not in RERUN_FROM:
        raise Refused(gettext("Only what was cancelled or unsuccessful is run again."))
    said = content.read(earlier)
    for name in NOT_COPIED:
        said[name] = None
    kept = {
        name: getattr(earlier, name) for name in ("lot", "template", "template_version", "rules")
    }
    row = _new(earlier.project, by, rerun_of=earlier, **kept)
    return _opened(row, said, by, {"rerun_of": earlier.ref, "project": earlier.project.ref},
                   because)  # fmt: skip


def _new(project: Project, by: User, **values: Any) -> Competition:
    ref = f"C-{take('competition'):06d}"
    return Competition(ref=ref, dossier=history.open_dossier("competition", ref), project=project,
                       currency=project.currency, author=by, **values)  # fmt: skip


def _opened(row: Competition, said: content.Content, by: User, details: dict[str, Any],
            because: str = "") -> Competition:  # fmt: skip
    """Save a new row with its content; criteria need the row's key, so they come after it."""
    criteria = said.pop("criteria")
    content.write(row, said)
    row = create(row, by=by, because=because, details=details)
    content.write(row, {"criteria": criteria})
    return row


@transaction.atomic
def edit(competition: Competition, said: content.Content, *, by: User) -> Competition:
    """Change parts of a draft; what they say is checked by the forms, and again at publication.

    Raises Denied for anybody but its author, Refused once it is no draft any more.
    """
    history.lock(competition.dossier)
    row = Competition.objects.select_for_update(of=("self",)).select_related(
        *Competition.step_related
    ).get(pk=competition.pk)  # fmt: skip
    allow(who.authors, row, by)
    if row.state != CompetitionState.DRAFT:
        raise Refused(gettext("This has moved on since you opened the page."))
    before = content.read(row)
    content.write(row, said)
    row.save()
    after = content.read(row)
    changed = sorted(name for name in after if before[name] != after[name])
    if changed:
        details = {"changed": changed, "sha256": content.digest(after)}
        history.record("procurement.competition.edit", row, by=by, details=details)
    return row


def guards_of_publication(competition: Competition) -> list[tuple[str, list[str]]]:
    """Every guard of the publication in words, each with what still speaks against it."""
    return [(str(label), Guard(guard).reasons(competition)) for label, guard in GUARDS]
