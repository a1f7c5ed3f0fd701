"""A company registers itself: from the address to the vendor, in the browser's own steps."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from core import clock, limits
from core.models import Event, User
from core.outbox import drain
from core.refusals import Refused
from tests.factories import vendors
from vendors import deciding, registering, seats
from vendors.models import Match, Vendor, VendorInvitation, VendorSeat

pytestmark = pytest.mark.django_db
PASSWORD = "una frase larga 2026"
PERSON = {"name": "Rosa Nueva", "email": "Rosa@nueva.example"}
COMPANY = {"name": "Nueva Tecnología, S.A. de C.V.", "country": "MX", "tax_id": "mab-930714-8t4",
           "legal_name": ""}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh(client):
    cache.clear()
    client.cookies["django_language"] = "en"


def link(which: int = -1) -> str:
    """The address in a mail, as its reader would open it."""
    drain()
    return re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[which].body)[1]


def confirmed(client) -> User:
    """A person whose address is confirmed and who has a password."""
    client.post(reverse("vendors:signup"), PERSON)
    page = client.post(link(), {"password": PASSWORD, "again": PASSWORD})
    assert (page.status_code, page["Location"]) == (302, reverse("vendors:company_start"))
    return User.objects.get(email="rosa@nueva.example")


def second_factor(user: User) -> None:
    totp.TOTP.activate(user, totp.generate_totp_secret())


def test_from_the_address_to_the_vendor(cast, client):
    assert client.get(reverse("vendors:signup")).status_code == 200
    user = confirmed(client)
    assert EmailAddress.objects.get(user=user).verified
    assert (user.institution, user.check_password(PASSWORD)) == (None, True)
    assert not user.standing.roles
    page = client.post(reverse("vendors:company_start"), {**COMPANY, "tax_id": "mab-930714-8t5"})
    assert "The check digit of the RFC" in page.content.decode()
    assert "Nueva Tecnología, S.A. de C.V." in page.content.decode()  # what was typed stays
    page = client.post(reverse("vendors:company_start"), COMPANY)
    row = Vendor.objects.get()
    assert page["Location"] == reverse("vendors:company_profile", args=[row.ref])
    assert (row.state, row.tax_id) == ("registering", "MAB9307148T4")
    page = client.post(page["Location"], {"size": "micro", "start_up": "yes",
                       "categories": "web, datos", "website": "nueva.example"})  # fmt: skip
    assert page["Location"] == reverse("vendors:company_submit", args=[row.ref])
    assert "Set up the second factor" in client.get(page["Location"]).content.decode()
    assert "second factor" in client.post(page["Location"]).content.decode()
    assert Vendor.objects.get().state == "registering"
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    shown = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'c-secret">(\w+)<', shown)
    code = totp.format_hotp_value(totp.hotp_value(secret[1], int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    client.post(page["Location"])
    row = Vendor.objects.get()
    assert (row.state, row.size, row.start_up, row.categories) == (
        "active", "micro", True, ["web", "datos"])  # fmt: skip
    assert row.website == "https://nueva.example"
    seat = VendorSeat.objects.get()
    assert (seat.user, seat.role) == (user, "manager")
    verbs = set(Event.objects.filter(dossier=row.dossier).values_list("verb", flat=True))
    assert verbs == {"vendors.vendor.create", "vendors.vendorseat.create", "vendors.vendor.update",
                     "vendors.vendor.enter"}  # fmt: skip


def test_a_known_address_gets_the_same_answer_and_another_mail(cast, client):
    known = {"name": "Quien sea", "email": cast.manager.email.upper()}
    pages = [client.post(reverse("vendors:signup"), said).content for said in (PERSON, known)]
    strip = [re.sub(rb'(nonce|value)="[^"]*"', b"", page) for page in pages]
    assert strip[0] == strip[1]
    drain()
    subjects = [message.subject for message in mail.outbox]
    assert len(set(subjects)) == 2
    assert User.objects.filter(email__startswith="rosa").count() == 0
    client.post(reverse("vendors:signup"), known)
    drain()
    assert len(mail.outbox) == 2  # no second mail to one address within minutes


def test_links_are_asked_for_so_often_and_no_more(cast, client, monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000)
    for number in range(10):
        said = {"name": "Uno", "email": f"a{number}@b.example"}
        assert client.post(reverse("vendors:signup"), said).status_code == 200
    page = client.post(reverse("vendors:signup"), {"name": "Uno", "email": "z@b.example"})
    assert (page.status_code, page["Retry-After"]) == (429, "60")


def test_a_link_is_signed_and_opens_one_account(cast, client):
    confirmed(client)
    client.logout()
    where = link()
    assert client.get(where).status_code == 409
    assert client.post(where, {"password": PASSWORD, "again": PASSWORD}).status_code == 409
    assert client.get(where[:-2] + "x/").status_code == 404
    assert User.objects.filter(email="rosa@nueva.example").count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"password": "corta", "again": "corta"}, "too short"),
     ({"password": PASSWORD, "again": "otra frase larga 2026"}, "The two passwords differ."),
     ({"password": "rosa@nueva.example", "again": "rosa@nueva.example"}, "too similar")],
)  # fmt: skip
def test_passwords_are_checked(cast, client, said, sentence):
    client.post(reverse("vendors:signup"), PERSON)
    page = client.post(link(), said)
    assert sentence in page.content.decode()
    assert not User.objects.filter(email="rosa@nueva.example").exists()


def begun(client, **company) -> Vendor:
    """A registration ready to be sent."""
    user = User.objects.filter(email="rosa@nueva.example").first() or confirmed(client)
    if not registering.has_second_factor(user):
        second_factor(user)
    return registering.start({**COMPANY, **company}, by=user)


@pytest.mark.parametrize(
    ("known", "company", "ground"),
    [(("Otra Cosa", "MX", vendors.RFC), {}, "number_other_name"),
     (("NUEVA TECNOLOGIA", "MX", vendors.RFC), {}, "same_number"),
     (("Nueva Tecnologia SC", "MX", "GODE561231GR8"), {}, "name_other_number"),
     (("Nueva Tecnología", "US", ""), {}, "name_one_number"),
     (("Nueva Tecnologia", "MX", ""), {"tax_id": "XAXX010101000"}, "same_name"),
     (("Tecnología Nueva", "MX", ""), {}, "similar")],
)  # fmt: skip
def test_what_may_be_known_waits_for_a_person(cast, client, known, company, ground):
    old = vendors.vendor(cast, known[0], known[1], known[2])
    row = begun(client, **company)
    page = client.post(reverse("vendors:company_submit", args=[row.ref]), follow=True)
    assert "A person compares both" in page.content.decode()
    match = Match.objects.get()
    assert (match.applicant.state, match.applicant_id) == ("to_match", row.pk)
    assert list(match.candidates.values_list("vendor", "ground")) == [(old.pk, ground)]


def test_the_people_of_a_known_company_join_it(cast, client):
    old = vendors.vendor(cast, "Nueva Tecnologia", tax_id=vendors.RFC)
    row = begun(client)
    registering.submit(row, by=row.registered_by)
    page = client.get(reverse("vendors:match_detail", args=[1]))
    assert page.status_code == 404  # the company's people do not see the queue
    client.force_login(cast.officer)
    where = reverse("vendors:match_detail", args=[Match.objects.get().pk])
    assert old.ref in client.get(where).content.decode()
    assert client.post(where, {"answer": str(old.pk)}).status_code == 200  # a reason is needed
    assert client.post(where, {"answer": str(old.pk), "because": "Misma"}).status_code == 302
    row = Vendor.objects.get(pk=row.pk)
    assert (row.state, row.joined_to, Match.objects.get().state) == ("joined", old, "same")
    assert list(VendorSeat.objects.open().values_list("vendor", "user")) == [
        (old.pk, row.registered_by_id)]  # fmt: skip
    assert Vendor.objects.standing().count() == 1


def test_another_company_of_the_same_number_is_not_registered(cast, client):
    vendors.vendor(cast, "Otra", tax_id=vendors.RFC)
    row = begun(client)
    registering.submit(row, by=row.registered_by)
    with pytest.raises(Refused, match="Another vendor is registered with this tax number"):
        deciding.another(Match.objects.get(), by=cast.officer, because="x")
    deciding.drop(Match.objects.get(), by=cast.officer, because="Datos falsos")
    assert Vendor.objects.get(pk=row.pk).state == "declined"


def test_a_similar_company_goes_on(cast, client):
    vendors.vendor(cast, "Tecnología Nueva")
    row = begun(client)
    registering.submit(row, by=row.registered_by)
    deciding.another(Match.objects.get(), by=cast.secretariat, because="Otra")
    assert Vendor.objects.get(pk=row.pk).state == "active"
    with pytest.raises(Refused, match="moved on"):
        deciding.another(Match.objects.get(), by=cast.secretariat, because="Otra")


def test_one_person_opens_few_registrations_at_once(cast, client):
    for _number in range(5):
        begun(client)
    with pytest.raises(Refused, match="Finish or give up"):
        begun(client)


# People


def test_representatives_are_invited_accept_and_leave(cast, client):
    row = vendors.vendor(cast)
    manager = vendors.representative(row, "gerente")
    client.force_login(manager)
    where = reverse("vendors:seat_invite", args=[row.ref])
    assert client.post(where, {"email": "Nuevo@x.example", "role": "billing"}).status_code == 302
    client.logout()
    page = client.post(link(), {"name": "Nuevo", "password": PASSWORD, "again": PASSWORD})
    assert page["Location"] == row.get_absolute_url()
    seat = VendorSeat.objects.get(role="billing")
    assert (seat.user.email, seat.vendor) == ("nuevo@x.example", row)
    assert client.get(row.get_absolute_url()).status_code == 200
    assert client.post(reverse("vendors:seat_invite", args=[row.ref])).status_code == 403
    with pytest.raises(Refused, match="needs a manager"):
        seats.end(VendorSeat.objects.get(role="manager"), by=manager)
    client.post(reverse("vendors:seat_end", args=[seat.pk]))
    assert VendorSeat.objects.get(role="billing").ends_at is not None
    assert client.get(row.get_absolute_url()).status_code == 404


def test_an_invitation_is_for_its_address_and_ends(cast, client):
    row = vendors.vendor(cast)
    manager = vendors.representative(row, "gerente")
    other = vendors.representative(vendors.vendor(cast, "Otra"), "otro")
    first = seats.invite(row, other.email, "bidder", by=manager)
    where = link()
    client.force_login(cast.stranger)
    assert "went to" in client.get(where).content.decode()
    client.post(where)
    assert not VendorSeat.objects.filter(vendor=row, role="bidder").exists()
    client.logout()
    assert "Iniciar sesión y aceptar" in client.get(where).content.decode()
    seats.invite(row, other.email, "bidder", by=manager)  # the older link ends
    assert client.get(where).status_code == 404
    newer, where = VendorInvitation.objects.exclude(pk=first.pk).get(), link()
    with clock.move(to=newer.expires_at):
        assert client.get(where).status_code == 404
    client.force_login(other)
    assert client.post(where).status_code == 302
    assert VendorSeat.objects.filter(vendor=row, user=other, role="bidder").exists()
    assert client.get(where).status_code == 404


def test_only_the_company_takes_its_invitation_back(cast, client):
    row = vendors.vendor(cast)
    manager = vendors.representative(row, "gerente")
    invitation = seats.invite(row, "x@x.example", "bidder", by=manager)
    where = reverse("vendors:invitation_end", args=[invitation.pk])
    client.force_login(vendors.representative(vendors.vendor(cast, "Otra"), "otro"))
    assert client.post(where).status_code == 404
    client.force_login(cast.officer)
    assert client.post(where).status_code == 403
    client.force_login(manager)
    assert client.post(where).status_code == 302
    assert VendorInvitation.objects.get().withdrawn_at is not None
