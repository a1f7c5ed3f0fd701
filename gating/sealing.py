"""Services and their applications for the Seal: registering, drafting, showing, answering."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history, turns
from core.models import Dossier, User
from core.refusals import Refused
from core.steps import allow, create, permitted, step
from gating import addresses, crosswalking
from gating import permissions_seal as permissions
from gating.models.evidence import Evidence
from gating.models.seal import Seal
from gating.models.seal_application import OPEN, SealApplication
from gating.models.seal_items import SealItem, SealProof
from gating.models.seal_service import SealScheme, Service, ServiceAssessment
from projects.dates import nonsense
from projects.models import Register

SHIPPED = ("mx-sello-excelencia", "co-sello-excelencia")
SERVICE_FIELDS = ("name", "address", "description", "live_since", "ended_on")


def put_in_place() -> None:
    """The shipped standards of a seal may be applied for from the beginning."""
    for code in SHIPPED:
        if not SealScheme.objects.filter(standard_code=code).exists():
            add_scheme(code)


def add_scheme(code: str) -> SealScheme:
    """Run a standard as a seal, with the deadlines as delivered."""
    ref = f"SEAL-{code}"[:60]
    known = Dossier.objects.filter(ref=ref).first()
    dossier = known or history.open_dossier("seal", ref)
    return SealScheme.objects.create(standard_code=code, dossier=dossier)


@transaction.atomic
def run_as_seal(standard: Any, *, by: User) -> SealScheme:
    """Let services apply for a seal by one more published standard."""
    allow(permissions.sets_up_seals, standard, by)
    scheme = add_scheme(standard.code)
    history.record("gating.sealscheme.create", scheme, by=by, details={"standard": standard.code})
    return scheme


@transaction.atomic
def change_scheme(scheme: SealScheme, values: dict[str, Any], *, by: User) -> SealScheme:
    """Set board and deadlines; seals and deadlines that are running stay as they are."""
    allow(permissions.sets_up_seals, scheme, by)
    history.lock(scheme.dossier)
    changed = {name: value for name, value in values.items() if getattr(scheme, name) != value}
    for name, value in changed.items():
        setattr(scheme, name, value)
    scheme.save()
    details = {name: str(value) for name, value in changed.items()}
    history.record("gating.sealscheme.change", scheme, by=by, details=details)
    return scheme


# Services


@transaction.atomic
def register(values: dict[str, Any], *, by: User, project: Any = None) -> Service:
    """Register a service: of a project, in its case; or by itself, with a case of its own.

    Raises Denied for strangers of its institution, Refused when its address is none.
    """
    institution = project.institution if project is not None else by.institution
    if institution is None:
        raise Refused(_("You belong to no institution; an administrator enters it first."))
    service = Service(project=project, institution=institution, lead=by,
                      registered_at=clock.now())  # fmt: skip
    _fill(service, values)
    allow(permissions.registers_services, service, by)
    service.ref = _next_ref()
    service.dossier = project.dossier if project else history.open_dossier("service", service.ref)
    service.save()
    details = {"name": service.name, "address": service.address}
    history.record("gating.service.create", service, by=by, details=details)
    return service


@transaction.atomic
def change_service(service: Service, values: dict[str, Any], *, by: User) -> Service:
    """Correct what is said of a service; what a seal was awarded for keeps its name and address."""
    allow(permissions.prepares, service, by)
    history.lock(service.dossier)
    before = {name: str(getattr(service, name) or "") for name in SERVICE_FIELDS}
    address = service.address_key
    _fill(service, values)
    if service.address_key != address and service.seals.exists():
        raise Refused(
            _("A seal was awarded at the present address. Register the service anew at the other.")
        )
    service.save()
    after = {name: str(getattr(service, name) or "") for name in SERVICE_FIELDS}
    details = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    history.record("gating.service.change", service, by=by, details=details)
    return service


def _fill(service: Service, values: dict[str, Any]) -> None:
    for name in SERVICE_FIELDS:
        if name in values:
            setattr(service, name, values[name])
    service.address_key = addresses.normal(service.address)
    if not service.address_key:
        raise Refused(_("This is no address of a service; write one such as https://www.gob.mx/…"))
    for day in (service.live_since, service.ended_on):
        if day is not None and (why := nonsense(day)):
            raise Refused(why)
    same = Service.objects.filter(address_key=service.address_key, ended_on=None)
    if service.ended_on is None and same.exclude(pk=service.pk).exists():
        raise Refused(_("Another service is registered at this address already."))


def _next_ref() -> str:
    """The next free reference of a service; held until the transaction ends."""
    Register.objects.get_or_create(name="service")
    row = Register.objects.select_for_update().get(name="service")
    row.last += 1
    row.save(update_fields=["last"])
    return f"S-{row.last:06d}"


@transaction.atomic
def declare_assessment(service: Service, values: dict[str, Any], *, by: User) -> ServiceAssessment:
    """Declare that a service without a project was assessed, green, with its document."""
    allow(permissions.prepares, service, by)
    if service.project is not None:
        raise Refused(_("This service is assessed in its project's gate reviews."))
    history.lock(service.dossier)
    file = documents.store(values["file"], by=by, dossier=service.dossier)
    row = ServiceAssessment(
        service=service, document=file, declared_by=by, declared_at=clock.now(),
        **{name: values[name] for name in ("standard", "assessor", "assessed_on", "valid_until")},
    )  # fmt: skip
    return create(row, by=by, details={"document": file.blob.sha256})


# Applications


@transaction.atomic
def begin(service: Service, scheme: SealScheme, *, by: User,
          renews: Seal | None = None) -> SealApplication:  # fmt: skip
    """Draft an application by the published version of a standard; one at a time.

    Raises Refused where one is under way, or the standard is not published.
    """
    allow(permissions.prepares, service, by)
    history.lock(service.dossier)
    standard = scheme.standard
    if standard is None:
        raise Refused(_("This seal's standard is not published at present."))
    if service.applications.filter(standard__code=standard.code, state__in=OPEN).exists():
        raise Refused(_("An application of this service is under way already."))
    if renews is not None:
        _fits(renews, service, scheme)
    application = SealApplication(
        service=service, standard=standard, predecessor=renews, created_by=by,
        number=service.applications.count() + 1, created_at=clock.now(),
        level_claimed=renews.level if renews else 1,
    )  # fmt: skip
    application = create(application, by=by)
    SealItem.objects.bulk_create(
        SealItem(application=application, criterion=criterion, position=criterion.position)
        for criterion in standard.criteria.all()
    )
    _carry_over(application, by)
    if renews is not None:
        turns.refresh(renews)
    return application


def _fits(renews: Seal, service: Service, scheme: SealScheme) -> None:
    """A renewal is of the same service, by the same seal."""
    if renews.service_id != service.pk:
        raise Refused(_("A renewal is of the same service."))
    if renews.application.standard.code != scheme.standard_code:
        raise Refused(_("A seal is renewed by its own standard: choose that one."))


def _carry_over(application: SealApplication, by: User) -> None:
    """What was shown once follows: the project's evidence by the crosswalk, a seal's by criterion.

    Only what still counts today, and speaks for the whole criterion; it shows as carried over.
    """
    today = clock.today(application.service.institution)
    made = {
        (proof.item_id, proof.evidence_id or proof.title): proof
        for proof in [*_offered(application, today), *_earlier(application, today)]
    }
    for proof in made.values():
        proof.by, proof.at, proof.reused = by, clock.now(), True
    SealProof.objects.bulk_create(made.values())
    if made:
        details = {"requirements": sorted({proof.item.key for proof in made.values()})}
        history.record("gating.sealapplication.carry_over", application, by=by, details=details)


def _offered(application: SealApplication, today: date) -> Iterator[SealProof]:
    """What the project has shown elsewhere that speaks for a whole requirement."""
    project = application.service.project
    items = {item.criterion_id: item for item in application.items.select_related("criterion")}
    criteria = [item.criterion for item in items.values() if item.criterion is not None]
    offers = crosswalking.offers_for(criteria, project, today) if project is not None else {}
    for key, found in offers.items():
        for offer in found:
            if offer.extent == "whole":
                yield SealProof(item=items[key], evidence=offer.evidence)


def _earlier(application: SealApplication, today: date) -> Iterator[SealProof]:
    """What was shown for the seal that is renewed and still counts, requirement by requirement."""
    before = application.predecessor
    if before is None:
        return
    items = {item.key: item for item in application.items.select_related("criterion")}
    shown = SealProof.objects.filter(item__application=before.application_id).order_by("pk")
    for proof in shown.select_related("item__criterion", *SealProof.RELATED):
        if proof.item.key in items and proof.stands_on(today):
            yield proof.again(items[proof.item.key])


def _editing(application: SealApplication, by: User) -> SealApplication:
    """The application, locked, if this person may change what is applied with now."""
    allow(permissions.prepares, application, by)
    history.lock(application.dossier)
    rows = SealApplication.objects.select_for_update(of=("self",))
    application = rows.select_related(*SealApplication.step_related).get(pk=application.pk)
    if not application.takes_proofs:
        raise Refused(_("What was submitted stays as it is."))
    return application


@transaction.atomic
def change(application: SealApplication, values: dict[str, Any], *, by: User) -> SealApplication:
    """Set the level applied for, what does not apply by requirement, a renewal's innovation."""
    application = _editing(application, by)
    if not application.is_editable:
        raise Refused(_("What was submitted stays as it is."))
    application.level_claimed = values["level_claimed"]
    application.innovation = values.get("innovation", "").strip()
    application.save(update_fields=["level_claimed", "innovation"])
    for item in application.items.all():
        item.not_applicable = values.get("not_applicable", {}).get(item.pk, "").strip()
        item.save(update_fields=["not_applicable"])
    _keep_innovation(application)
    history.record("gating.sealapplication.change", application, by=by,
                   details={"level": application.level_claimed})  # fmt: skip
    return application


def _keep_innovation(application: SealApplication) -> None:
    """An innovation is a requirement of its own, shown and rated like the others."""
    if application.innovation and not application.items.filter(criterion=None).exists():
        last = application.items.order_by("-position").values_list("position", flat=True).first()
        SealItem.objects.create(application=application, position=(last or 0) + 1)


@transaction.atomic
def show(
    application: SealApplication, items: Iterable[SealItem], *, by: User,
    evidence: Evidence | None = None, values: dict[str, Any] | None = None, reused: bool = False,
) -> list[SealProof]:  # fmt: skip
    """Show evidence of the project, or a file or address of one's own, for some requirements."""
    application = _editing(application, by)
    wanted, values = list(items), dict(values or {})
    _may_be_shown(application, wanted, evidence)
    file = values.pop("file", None)
    if file:
        values["document"] = documents.store(file, by=by, dossier=application.dossier)
    made = []
    for item in wanted:
        if evidence is not None and item.proofs.filter(evidence=evidence).exists():
            continue
        made.append(SealProof.objects.create(
            item=item, evidence=evidence, by=by, at=clock.now(), reused=reused,
            with_answer=not application.is_editable, **values,
        ))  # fmt: skip
    details = {
        "requirements": [item.key for item in wanted],
        "evidence": getattr(evidence, "pk", None),
    }
    history.record("gating.sealapplication.show", application, by=by, details=details)
    return made


def _may_be_shown(
    application: SealApplication, items: list[SealItem], evidence: Evidence | None
) -> None:
    """Refuse what is of another application or project, or does not count today."""
    if not items:
        raise Refused(_("Choose the requirements that it speaks for."))
    if any(item.application_id != application.pk for item in items):
        raise Refused(_("Choose requirements of this application."))
    today = clock.today(application.service.institution)
    foreign = evidence and evidence.project_id != application.service.project_id
    if evidence is not None and (foreign or not evidence.stands_on(today)):
        raise Refused(_("Choose evidence of this project that was handed in and is current."))


@transaction.atomic
def hide(proof: SealProof, *, by: User) -> None:
    """Take out what was shown; after the submission only what came with the answer."""
    application = _editing(proof.item.application, by)
    if not application.is_editable and not proof.with_answer:
        raise Refused(_("What was submitted stays as it is."))
    details = {"requirement": proof.item.key, "what": proof.name}
    proof.delete()
    history.record("gating.sealapplication.hide", application, by=by, details=details)


@transaction.atomic
def write_answer(application: SealApplication, text: str, *, by: User) -> SealApplication:
    """Write the one answer to the feedback, as a draft until it is sent."""
    application = _editing(application, by)
    if application.is_editable:
        raise Refused(_("There is no feedback to be answered yet."))
    application.answer = text.strip()
    application.save(update_fields=["answer"])
    history.record("gating.sealapplication.write_answer", application, by=by)
    return application


def may_take(row: Any, name: str, user: User) -> bool:
    """Whether this person may take that step of a row now."""
    found = step(row, name)
    return found is not None and permitted(found, row, user)
