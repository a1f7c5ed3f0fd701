"""The rest of the money's life in the demo: excused days, a clawback, surrenders, closed books."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock, documents
from core.models import Document
from core.steps import perform
from oversight.demo import initiatives as named
from oversight.demo.company import who
from oversight.demo.play import fresh
from oversight.demo.timing import Play
from projects import claiming, excusing, funding, holds, preparing
from projects.models import Claim, PreparedEntry, Project


def _paper(project: Project, name: str, local: str) -> Document:
    """An official letter in the case of a project."""
    upload = SimpleUploadedFile(f"{name}.csv", f"oficio,{name}\nproyecto,{project.ref}\n".encode())
    return documents.store(upload, by=who(local), dossier=project.dossier)


def _claim(project: Project, percent: int, found: str, debtor: str) -> Claim:
    """The auditor claims part of what was spent; the secretariat opens the hearing."""
    finding = holds.record_finding(project, found, by=who("auditor"))
    most, _percent = claiming.claimable_of(fresh(project))
    values = {"debtor": debtor, "debtor_number": "SNO101010AB1", "amount": most * percent // 100,
              "legal_basis": "Ley de Fiscalización, artículo 39"}  # fmt: skip
    claim = claiming.propose(finding, values, by=who("auditor"))
    notice = f"Se le notifica que debe reintegrar lo pagado. {found}"
    claiming.write_notice(claim, notice, by=who("secretariat"))
    return perform(claim, "open_hearing", by=who("secretariat"))


def _confirm(entry: PreparedEntry) -> None:
    perform(entry, "confirm", by=who("authoriser"))


def excused() -> Play:
    """A court's suspension gives a tranche twelve days back; it lapses all the same."""
    project = Project.objects.get(title=named.LAPSED.title)
    tranche = project.tranches.get(number=1, state="committed")
    first = clock.today() - timedelta(days=14)
    asked = excusing.ask(
        tranche, "litigation", first, first + timedelta(days=11), by=who("manager"),
        reason="Un juez suspendió la contratación mientras resolvía un amparo.",
        document=_paper(project, "suspension-judicial", "manager"),
    )  # fmt: skip
    yield 4
    perform(asked, "grant", by=who("secretariat"), because="La suspensión consta en el expediente.")


def recovered() -> Play:
    """Of a stopped project an amount is recovered in part, the rest written off and surrendered."""
    project = Project.objects.get(title=named.STOPPED.title)
    claim = _claim(project, 60, "Se pagó un análisis que el proveedor no entregó.",
                   "Consultoría del Bajío, S.A. de C.V.")  # fmt: skip
    yield 6
    claiming.answer(claim, "El análisis se entregó de palabra.", clock.today(),
                    by=who("secretariat"))  # fmt: skip
    yield 2
    claim = perform(fresh(claim), "uphold", by=who("secretariat"), because="No hay constancia.")
    _confirm(preparing.clawback(claim, reference="Resolución 31", by=who("preparer")))
    yield 15
    part = fresh(claim).amount * 3 // 4
    _confirm(preparing.settle(fresh(claim), "recover", part, reference="Depósito 8841",
                              by=who("preparer")))  # fmt: skip
    yield 40
    _confirm(preparing.settle(
        fresh(claim), "write_off", fresh(claim).outstanding, reference="Dictamen 12",
        authority="Tesorería de la Federación",
        document=_paper(project, "dictamen-12", "preparer"), by=who("preparer"),
    ))  # fmt: skip
    _confirm(preparing.surrender(fresh(project), "recovered", part, reference="Entero 5502",
                                 note="Se entera lo recuperado.", by=who("preparer")))  # fmt: skip


def surrendered() -> Play:
    """What a lapse set free goes back: prepared, it waits for its second person."""
    project = Project.objects.get(title=named.LAPSED.title)
    there = funding.balances(project)["approved"]
    preparing.surrender(project, "approved", there // 2, reference="Oficio 220",
                        note="El tramo 1 venció; no se replanea.", by=who("preparer"))  # fmt: skip
    yield 1


def heard() -> Play:
    """A debtor has been told and may still answer."""
    project = Project.objects.get(title=named.PORTAL.title)
    _claim(project, 2, "Se facturaron dos veces las licencias.",
           "Sistemas del Norte, S.A. de C.V.")  # fmt: skip
    yield 1


def closed_books() -> Play:
    """The first months are closed: only reversals may be dated in them."""
    funding.close_period(clock.today() - timedelta(days=20), by=who("authoriser"),
                         because="Cierre del ejercicio")  # fmt: skip
    yield 1


PROGRAMME = [
    (260, closed_books), (330, excused), (420, recovered), (596, surrendered), (598, heard),
]  # fmt: skip
