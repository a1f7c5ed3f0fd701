"""Services, applications and seals as far along as a test needs them, through the real rules."""

import json
from contextlib import contextmanager
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from core.steps import perform
from gating import evaluating, motions, sealing, standards
from gating.models import Seal, SealApplication, SealProof, SealScheme
from gating.standard_files import parse
from tests.factories import boards, people, reviews
from tests.stock import stocked

CODE = "test-seal"
LEVELS = {"A-1": 1, "A-2": 1, "B-1": 2, "C-1": 3}
"""The requirements of the test seal with their levels."""
ROAD = ("draft", "submitted", "admissible", "evaluating", "feedback", "answered", "evaluated",
        "before_subcommission", "granted", "published")  # fmt: skip
PROOF = {"title": "Proof", "url": "https://datos.gob.mx/proof"}


@stocked
def scheme(cast, levels=None, version: str = "1") -> SealScheme:
    """A published standard with levels, run as a seal."""
    rows = [{"code": code, "title": f"Requirement {code}", "level": level}
            for code, level in (levels or LEVELS).items()]  # fmt: skip
    found = {"id": CODE, "title": "Test seal", "version_or_date": version, "criteria": rows}
    standards.load(parse(json.dumps(found).encode()), by=cast.editor)
    known = SealScheme.objects.filter(standard_code=CODE).first()
    return known or sealing.add_scheme(CODE)


@stocked
def service(cast, *, by: str = "stranger", project=None, **values):
    """A service of an institution of its own, registered without a project, and assessed."""
    lead = getattr(cast, by)
    if project is None:
        lead.institution = people.institution("CEDN", "Estrategia Digital")
        lead.save()
    values = {"name": "Acta de nacimiento", "address": "https://www.gob.mx/actas/",
              "description": "Copias en línea", "live_since": date(2020, 1, 1),
              **values}  # fmt: skip
    found = sealing.register(values, by=lead, project=project)
    if project is None:
        assessed(cast, found)
    return found


@stocked
def assessed(cast, found, days: int = 5000):
    today = clock.today()
    file = SimpleUploadedFile("informe.txt", b"Verde en todo.")
    row = sealing.declare_assessment(
        found, {"standard": "Digital service standard", "assessor": "UGD", "assessed_on": today,
                "valid_until": today + timedelta(days=days), "file": file}, by=found.lead,
    )  # fmt: skip
    return perform(row, "accept", by=cast.secretariat)


def shown(application, *keys: str, by=None):
    """The requirements of these codes (all by default) shown by a page of its own."""
    items = [item for item in application.items.all() if not keys or item.key in keys]
    sealing.show(application, items, by=by or application.service.lead, values=dict(PROOF))
    return application


@stocked
def drafted(cast, of=None, *, renews=None, level: int = 3, **values) -> SealApplication:
    found = of or service(cast)
    application = sealing.begin(found, scheme(cast), by=found.lead, renews=renews)
    values = {"level_claimed": level, **values}
    return shown(sealing.change(application, values, by=found.lead))


@stocked
def invited(cast, application, *names: str) -> list:
    """Evaluations by these people, who accepted and declared no conflict."""
    rows = [evaluating.invite(application, getattr(cast, name), by=cast.secretariat)
            for name in names]  # fmt: skip
    return [perform(row, "accept", by=row.evaluator) for row in rows]


def rate(evaluation, unmet=(), **results):
    """All requirements met but these codes; `results` names others."""
    given = {**dict.fromkeys(unmet, "not_met"), **results}
    rows = [
        {"item": item, "note": "Seen", "seen": [], "result": given.get(item.key, "met")}
        for item in evaluation.application.items.all()
    ]
    evaluating.rate(evaluation, rows, by=evaluation.evaluator)
    return evaluation


def sealed(evaluation, unmet=()):
    rate(evaluation, unmet)
    return perform(evaluation, "seal", by=evaluation.evaluator)


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)


def _submitted(cast, application, _unmet):
    perform(application, "submit", by=application.service.lead)


def _admissible(cast, application, _unmet):
    perform(application, "admit", by=cast.secretariat)


def _evaluating(cast, application, _unmet):
    invited(cast, application, "assessor1", "assessor2")
    perform(application, "begin_evaluation", by=cast.secretariat)


def _feedback(cast, application, unmet):
    for row in application.panel():
        sealed(row, unmet)


def _answered(cast, application, _unmet):
    sealing.write_answer(application, "We mended it.", by=application.service.lead)
    perform(application, "reply", by=application.service.lead)


def _evaluated(cast, application, _unmet):
    for row in application.panel():
        perform(row, "conclude", by=row.evaluator)


def _tabled(cast, application, _unmet):
    perform(application, "table", by=cast.secretariat)


def _granted(cast, application, _unmet):
    with voted(cast, application, "grant") as motion:
        boards.carried(cast, motion)


def _published(cast, application, _unmet):
    perform(application, "publish", by=cast.secretariat)


STEPS = dict(zip(ROAD[1:], (_submitted, _admissible, _evaluating, _feedback, _answered, _evaluated,
                            _tabled, _granted, _published), strict=True))  # fmt: skip


@stocked
def at(cast, where: str, *, of=None, unmet=(), **values) -> SealApplication:
    """An application brought to a place on the main road (`ROAD`)."""
    application = of if isinstance(of, SealApplication) else drafted(cast, of, **values)
    for place in ROAD[1 : ROAD.index(where) + 1]:
        STEPS[place](cast, fresh(application), unmet)
    return fresh(application)


@stocked
def board(cast):
    found = boards.Board.objects.get(code="ICT")
    return found if found.seats.exists() else boards.filled(cast)


@contextmanager
def voted(cast, row, outcome: str):
    """A motion of the sub-commission on a row, open for votes, its meeting in session."""
    motion = motions.propose(row, board(cast), by=cast.secretariat, outcome=outcome,
                             text="The sub-commission decides.",
                             meeting=boards.noticed(cast, board(cast)))  # fmt: skip
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        yield perform(motion, "open", by=cast.chair)


@stocked
def seal(cast, **values) -> Seal:
    """A published seal."""
    return Seal.objects.get(application=at(cast, "published", **values))


@stocked
def decide(cast, row, outcome: str):
    """The sub-commission carries a motion on a seal under review."""
    with voted(cast, row, outcome) as motion:
        boards.carried(cast, motion)
    return fresh(row)


def as_if_granted(application, level: int = 2, *, published: bool = True, **values) -> Seal:
    """A seal of an application as if the sub-commission had granted it just now: no motion."""
    application.level = level
    row = Seal.award(application, by=application.service.lead, because="test")
    for name, value in {"published_at": clock.now() if published else None, **values}.items():
        setattr(row, name, value)
    row.save()
    return fresh(row)


@stocked
def quick(cast, *, of=None, address: str = "", level: int = 2, **values) -> Seal:
    """A published seal whose application was only drafted: for what is shown of seals."""
    found = of or service(cast, **({"address": address} if address else {}))
    application = sealing.begin(found, scheme(cast), by=found.lead)
    SealApplication.objects.filter(pk=application.pk).update(state="published", level=level)
    application.items.update(result="met")
    return as_if_granted(fresh(application), level, **values)


def proofs(application) -> list[SealProof]:
    """What is shown in an application."""
    return list(SealProof.objects.filter(item__application=application).select_related(
        "item__criterion", "item__application__service__dossier"))  # fmt: skip


__all__ = ["ROAD", "as_if_granted", "at", "boards", "decide", "drafted", "quick", "reviews", "seal",
           "service", "voted"]  # fmt: skip
