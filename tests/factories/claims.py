"""Claims as tests need them, brought to their state through the real rules."""

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock, documents
from core.steps import perform
from projects import claiming, funding, holds, preparing
from projects.funding import Report
from projects.models import Claim, PreparedEntry
from tests.factories import money
from tests.stock import stocked

SPENT = 80_000_00


@stocked
def paper(cast, row, name: str = "prueba.csv", by=None):
    """A document of a project's case."""
    upload = SimpleUploadedFile(name, f"folio,{row.pk}\nnombre,{name}\n".encode())
    return documents.store(upload, by=by or cast.secretariat, dossier=row.dossier)


@stocked
def spent(cast, amount: int = SPENT, **fields):
    """A project of which this much was spent, of 90,000.00 released and 10,000.00 held back."""
    row = money.drawn(cast, money.committed(cast, **fields)).project
    funding.record(row, Report("spend", amount, "INF 1"), by=cast.recorder)
    return row


@stocked
def proposed(cast, row=None, amount: int = 30_000_00) -> Claim:
    row = row or spent(cast)
    finding = holds.record_finding(row, "Se pagó un entregable que no existe.", by=cast.auditor)
    values = {"debtor": "Sistemas del Norte, S.A.", "debtor_number": "SNO101010AB1",
              "legal_basis": "Ley de Responsabilidades, art. 8", "amount": amount}  # fmt: skip
    return claiming.propose(finding, values, by=cast.auditor)


@stocked
def at(cast, state: str, amount: int = 30_000_00) -> Claim:
    """A claim in a state, by its real road."""
    claim = proposed(cast, amount=amount)
    if state == "withdrawn":
        return perform(claim, "withdraw", by=cast.auditor, because="Error")
    if state == "proposed":
        return claim
    claim = heard(cast, claim)
    if state == "hearing":
        return claim
    if state == "dismissed":
        return perform(claim, "dismiss", by=cast.secretariat, because="Se entregó.")
    claim = perform(claim, "uphold", by=cast.secretariat, because="No se entregó.")
    if state == "upheld":
        return claim
    confirmed(cast, preparing.clawback(claim, reference="RES 7", by=cast.preparer))
    if state in ("recovered", "written_off"):
        kind = "recover" if state == "recovered" else "write_off"
        settled(cast, claim, kind, amount)
    if state == "appealed":
        appeal = claiming.Appeal("Tribunal Federal", "JN 114/2026", clock.today())
        claiming.record_appeal(fresh(claim), appeal, by=cast.secretariat)
    return fresh(claim)


@stocked
def heard(cast, claim: Claim, answer: str = "El entregable está en la nube.") -> Claim:
    claiming.write_notice(claim, "Se le notifica el reintegro.", by=cast.secretariat)
    claim = perform(claim, "open_hearing", by=cast.secretariat)
    if answer:
        claim = claiming.answer(claim, answer, clock.today(), by=cast.secretariat)
    return claim


@stocked
def confirmed(cast, entry: PreparedEntry) -> PreparedEntry:
    return perform(entry, "confirm", by=cast.authoriser)


@stocked
def settled(cast, claim: Claim, kind: str, amount: int) -> PreparedEntry:
    said = {"reference": f"{kind} {amount}", "by": cast.preparer}
    if kind == "write_off":
        said |= {"authority": "Tesorería de la Federación", "document": paper(cast, claim.project)}
    return confirmed(cast, preparing.settle(fresh(claim), kind, amount, **said))


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)
