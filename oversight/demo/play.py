"""What people do with a project, each act by the right person and through its rule."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from core.models import User
from core.money import to_minor
from core.steps import perform
from gating import agendas, assessing, evidencing, meetings, motions, opening
from gating.models import Assessment, Gate, GateReview, Meeting, Motion
from oversight.demo import reports
from oversight.demo.company import institution, who
from oversight.demo.initiatives import Initiative
from projects import cases, duplicates, entries, funding, tranches
from projects.models import Benefit, Project

TEAM = ("product_manager", "delivery_manager", "user_researcher", "technical_lead", "security",
        "accessibility")  # fmt: skip
SHARES = (1, 19, 40, 40)
"""Percent of the whole-life cost planned for tranche 0 to 3."""


def fresh(row: Any) -> Any:
    """The row as it stands in the database now."""
    return type(row)._default_manager.get(pk=row.pk)


def minor(amount: int | str) -> int:
    """An amount of pesos in centavos."""
    return to_minor(Decimal(amount), "MXN")


def enter(about: Initiative) -> Project:
    """The manager registers the project and completes its entry."""
    today, manager = clock.today(), who("manager")
    project = entries.register(
        {
            "title": about.title, "problem": about.problem, "users_and_needs": about.users,
            "institution": institution(about.institution), "manager": manager,
            "owner": who("owner"), "product_owner": who("product"), "currency": "MXN",
            "cost": minor(about.cost), "starts_on": today,
            "ends_on": today + timedelta(days=about.days), "risk": about.risk,
            "novel": about.novel, "tags": list(about.tags), "life_event": about.life_event,
            "shared_components": ["interoperability", "digital_identity"],
            "open_standards": "HTTPS, OAuth 2.0, JSON, OCDS", "licence": "EUPL-1.2",
            "source_url": "", "invented_budget": True,
        },
        by=manager,
    )  # fmt: skip
    names = ("Irene Soto", "Joel Paz", "Lucía Marín", "Ramiro Ochoa", "Silvia Neri", "Tomás Gil")
    rows = [{"role": role, "person": None, "name": name}
            for role, name in zip(TEAM, names, strict=True)]  # fmt: skip
    cases.save_team(project, rows, by=who("manager"))
    cases.save_benefits(project, _benefits(today), by=who("manager"))
    return fresh(project)


def _benefits(today: date) -> list[dict[str, Any]]:
    due = today + timedelta(days=900)
    return [
        {"kind": Benefit.Kind.FINANCIAL, "title": "Menor costo por trámite",
         "measure": "Costo unitario medio", "unit": "MXN", "baseline": Decimal(180),
         "target": Decimal(60), "owner": who("owner"), "due": due},
        {"kind": Benefit.Kind.SOCIAL, "title": "Menos visitas a ventanilla",
         "measure": "Visitas por trámite", "unit": "visitas", "baseline": Decimal("2.4"),
         "target": Decimal("0.3"), "owner": who("owner"), "due": due},
    ]  # fmt: skip


def make_case(project: Project) -> None:
    """The manager writes the five cases and the options with their years."""
    year, cost = clock.today().year, fresh(project).cost
    saved = [(year + n, cost // 4, cost // 3 if n else 0) for n in range(4)]
    options = [
        {"title": "No hacer nada", "is_do_nothing": True, "preferred": False,
         "years": [(year + n, cost // 12, 0) for n in range(4)]},
        {"title": "Construir por entregas sobre componentes comunes", "is_do_nothing": False,
         "preferred": True, "years": saved},
        {"title": "Comprar una solución cerrada", "is_do_nothing": False, "preferred": False,
         "years": [(y, paid * 3 // 2, gained) for y, paid, gained in saved]},
    ]  # fmt: skip
    texts = {
        "strategic": "El trámite es presencial y lento; la estrategia pide que sea en línea.",
        "economic": "La opción por entregas vale más que no hacer nada y que comprar cerrado.",
        "commercial": "Convenio marco con lotes para empresas pequeñas y nuevas.",
        "financial": "Se paga por tramos contra evidencia; presupuesto inventado.",
        "management": "Equipo completo, entregas cada dos semanas, compuertas G1 a G4.",
        "discount_rate_bp": 1000, "base_year": year,
    }  # fmt: skip
    cases.save_case(fresh(project), texts, options, by=who("manager"))


def plan(project: Project) -> None:
    """The manager plans the tranches, the first within the tier's allowance."""
    cost = fresh(project).cost
    allowance = min(cost * SHARES[0] // 100, minor(400_000))
    amounts = {number: cost * share // 100 for number, share in enumerate(SHARES) if number}
    tranches.plan(fresh(project), {0: allowance, **amounts}, by=who("manager"))


def accept(project: Project) -> None:
    """The owner accepts to answer for the project."""
    entries.accept_ownership(fresh(project), by=who("owner"))


def search(project: Project) -> None:
    """The secretariat searches for duplicates and answers for each that is found."""
    made = duplicates.run(fresh(project), by=who("secretariat"))
    for hit in made.hits.all():
        duplicates.answer(hit, "different", "Atiende otra necesidad; se compartirán componentes.",
                          by=who("secretariat"))  # fmt: skip


def triage(project: Project) -> None:
    """The secretariat triages; the manager begins the business case."""
    perform(fresh(project), "triage", by=who("secretariat"))
    perform(fresh(project), "open_business_case", by=who("manager"))


def plan_review(project: Project, gate: str) -> GateReview:
    """The manager plans the review at a gate and begins to collect."""
    review = opening.open_review(fresh(project), Gate.objects.get(code=gate), by=who("manager"))
    return perform(review, "begin", by=who("manager"))


def show_evidence(review: GateReview, *, leave_out: int = 0) -> None:
    """The manager shows evidence of several kinds for the criteria, but for the last few."""
    items = list(review.items.order_by("position"))
    items = items[: len(items) - leave_out]
    manager, today = who("manager"), clock.today()
    thirds = [items[n::3] for n in range(3)]
    plan_text = f"Evidencia de {review.ref}: hallazgos, decisiones y siguientes pasos.\n"
    kinds: list[dict[str, Any]] = [
        {"kind": "document", "title": "Informe de hallazgos con usuarios",
         "file": SimpleUploadedFile("informe.md", plan_text.encode())},
        {"kind": "link", "title": "Prototipo navegable", "url": "https://prototipo.example.org/",
         "snapshot_text": "Inicio · Buscar trámite · Continuar"},
        {"kind": "metric", "title": "Tareas terminadas sin ayuda",
         "metric_name": "Tareas terminadas sin ayuda", "metric_value": Decimal("87.5"),
         "metric_unit": "%", "metric_on": today, "valid_until": today + timedelta(days=365)},
    ]  # fmt: skip
    for values, chosen in zip(kinds, thirds, strict=True):
        if chosen:
            evidencing.add(review.project, {"label": "internal", **values}, chosen, by=manager,
                           hand_in=True)  # fmt: skip


def show_other_kinds(review: GateReview) -> None:
    """Evidence of the remaining kinds, for the first criterion; one is left a draft."""
    item = review.items.order_by("position").first()
    assert item is not None  # noqa: S101 — a review has criteria
    manager, project = who("manager"), fresh(review.project)
    for values in (
        {"kind": "data_set", "title": "Datos de la prueba de usabilidad",
         "file": SimpleUploadedFile("prueba.csv", b"tarea,segundos\nbuscar,41\npagar,65\n")},
        {"kind": "recording", "title": "Demostración de la entrega 6",
         "url": "https://video.example.org/entrega-6"},
        {"kind": "commit", "title": "Código de la entrega 6",
         "url": "https://git.example.org/portal.git", "commit": "4f2a" * 10},
        {"kind": "attestation", "title": "Declaración de tratamiento de datos personales",
         "statement": "Declaro que los datos personales se tratan conforme a la ley."},
    ):  # fmt: skip
        evidencing.add(project, {"label": "internal", **values}, [item], by=manager, hand_in=True)
    evidencing.add(project, {"kind": "attestation", "title": "Borrador", "label": "internal",
                             "statement": "Por completar."}, [item], by=manager)  # fmt: skip


def submit(review: GateReview) -> None:
    """The manager prepares, the owner certifies, once no forecast report is overdue."""
    reports.up_to_date(fresh(review.project))
    perform(fresh(review), "prepare", by=who("manager"))
    perform(fresh(review), "certify", by=who("owner"))


def assessors(review: GateReview) -> list[tuple[str, list[str], bool]]:
    """Who assesses in which tier: the desk alone, or a lead with two assessors."""
    wanted = list(review.tier.disciplines)
    if len(wanted) == 1:
        return [("lead", wanted, True)]
    return [("lead", wanted[:1], True), ("assessor1", wanted[1:2], False),
            ("assessor2", wanted[2:] or wanted[:1], False)]  # fmt: skip


def invite(review: GateReview) -> None:
    """The secretariat invites the assessors, who declare that they have no conflict."""
    for local, disciplines, lead in assessors(review):
        sheet = assessing.invite(fresh(review), who(local), disciplines=disciplines, lead=lead,
                                 by=who("secretariat"))  # fmt: skip
        perform(sheet, "declare_clear", by=who(local))
    perform(fresh(review), "start_assessment", by=who("secretariat"))


def rate(review: GateReview, *, amber: int = 0, sealed: bool = True) -> None:
    """Every assessor rates every criterion, the first few amber, and seals."""
    due = clock.today() + timedelta(days=60)
    for sheet in Assessment.objects.filter(review=review, state="declared"):
        rows = [
            {"item": item, "value": "amber" if number < amber else "green",
             "note": "Falta ampliar la muestra." if number < amber else "Cumple.",
             "action": "Ampliar la investigación con usuarios." if number < amber else "",
             "action_due": due if number < amber else None}
            for number, item in enumerate(review.items.order_by("position"))
        ]  # fmt: skip
        person = User.objects.get(pk=sheet.assessor_id)
        assessing.rate(sheet, rows, by=person)
        if sealed:
            perform(fresh(sheet), "seal", by=person)


def report(review: GateReview, *, amber: int = 0) -> None:
    """The lead writes the report on the sealed sheets."""
    due = clock.today() + timedelta(days=60)
    rows = [
        {"item": item, "rating": "amber" if number < amber else "green",
         "rating_reason": "Las hojas coinciden.",
         "action": "Ampliar la investigación con usuarios." if number < amber else "",
         "action_due": due if number < amber else None}
        for number, item in enumerate(review.items.order_by("position"))
    ]  # fmt: skip
    values = {"report": "El equipo conoce a sus usuarios y muestra avances comprobables.",
              "overall": "amber" if amber else "green", "overall_reason": ""}  # fmt: skip
    assessing.consolidate(fresh(review), rows, values, by=who("lead"))
    perform(fresh(review), "draft_report", by=who("lead"))


def check_facts(review: GateReview) -> None:
    """The manager is sent the report and accepts its facts."""
    perform(fresh(review), "begin_factual_check", by=who("secretariat"))
    perform(fresh(review), "accept_facts", by=who("manager"))


def to_board(review: GateReview) -> Iterator[float]:
    """Convene the board, freeze the papers, table the review; the day of the meeting comes."""
    board = _board(review)
    if board.single_decider:
        perform(fresh(review), "table", by=who("secretariat"))
        return
    at = clock.now() + timedelta(days=8)
    meeting = meetings.schedule(board, by=who("secretariat"), at=at, place="Sala 3 y en línea")
    agendas.put(meeting, fresh(review), by=who("secretariat"))
    older = [wait.key for wait in agendas.waiting(meeting) if wait.consent]
    if older:
        agendas.fill(meeting, [], older, by=who("secretariat"))
    perform(fresh(meeting), "notice", by=who("secretariat"))
    if older:
        agendas.table_all(fresh(meeting), by=who("secretariat"))
    perform(fresh(review), "table", by=who("secretariat"))
    yield 8.1


def _board(review: GateReview) -> Any:
    return motions.boards_for(fresh(review))[0][0]


def move(review: GateReview, outcome: str, text: str, drafts: Any = ()) -> Motion:
    """The secretariat drafts and tables the motion."""
    motion = motions.draft(fresh(review), _board(review), by=who("secretariat"), outcome=outcome,
                           text=text)  # fmt: skip
    for draft in drafts:
        motions.add_condition(motion, draft, by=who("secretariat"))
    return perform(fresh(motion), "table", by=who("secretariat"))


def sit(motion: Motion, people: tuple[str, ...]) -> None:
    """The chair begins the meeting and records who attends."""
    if motion.meeting is None:
        return
    meeting = fresh(motion.meeting)
    if meeting.state == "noticed":
        meeting = perform(meeting, "begin", by=who("chair"))
    meetings.attend(meeting, [who(local).pk for local in people], by=who("secretariat"))
    approve_minutes(meeting, people)


def approve_minutes(meeting: Meeting, people: tuple[str, ...]) -> None:
    """The consent items, the minutes of earlier meetings, are approved by one vote."""
    if not any(motion.state == "tabled" for motion in agendas.together(meeting)):
        return
    agendas.open_together(meeting, by=who("chair"))
    for local in people:
        agendas.cast_together(meeting, "for", by=who(local))
    for motion in agendas.close_together(meeting, by=who("chair")):
        perform(motion, "publish", by=who("secretariat"))


def vote(motion: Motion, choices: dict[str, str]) -> Motion:
    """The chair opens the vote, the seats vote, the chair closes and counts."""
    perform(fresh(motion), "open", by=who("chair"))
    for local, choice in choices.items():
        motions.cast(fresh(motion), choice, by=who(local))
    return perform(fresh(motion), "close", by=who("chair"))


def end_meeting(motion: Motion, *, minutes: bool = True) -> None:
    """The result is published, the meeting closed, its minutes completed for the next one."""
    perform(fresh(motion), "publish", by=who("secretariat"))
    if motion.meeting is None:
        return
    meeting = perform(motion.meeting, "close", by=who("chair"))
    if minutes:
        text = f"{meeting.minutes}\n\nLa comisión tomó nota de los avances."
        meetings.minute(meeting, text, by=who("secretariat"))


def exercise(review: GateReview) -> None:
    """The owner accepts the terms and opens the gate."""
    perform(fresh(review), "exercise", by=who("owner"))


def draw(project: Project, number: int, *, until: str = "authorise_release") -> None:
    """The manager asks for a tranche, one of finance prepares it, another authorises it."""
    tranche = project.tranches.get(number=number)
    for name, local in (("request_release", "manager"), ("prepare_release", "preparer"),
                        ("authorise_release", "authoriser")):  # fmt: skip
        perform(fresh(tranche), name, by=who(local))
        if name == until:
            return


def spend(project: Project, percent: int, reference: str) -> None:
    """The spend recorder records part of what is released and not yet spent."""
    left = funding.balances(project)["released"]
    report_row = funding.Report("spend", left * percent // 100, reference)
    funding.record(fresh(project), report_row, by=who("recorder"))
