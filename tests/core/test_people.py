"""People: entered with their roles, imported with a preview, stood in for, handed over."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import absence, acts, clock, history, people_import, people_rules
from core.models import Act, Event, Institution, RoleGrant, User
from core.people import holds
from core.refusals import Denied, Refused
from core.steps import perform

pytestmark = pytest.mark.django_db


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_only_an_administrator_enters_people(cast):
    for local, user in vars(cast).items():
        person = User(email=f"new-{local}@x.example", name="New")
        if local == "admin":
            assert people_rules.save_person(person, by=user).pk
        else:
            with pytest.raises(Denied):
                people_rules.save_person(person, by=user)


def test_a_change_keeps_what_stood_there_before(cast):
    person = fresh(cast.product)
    person.name = "Paula I. Ibarra"
    people_rules.save_person(person, by=cast.admin)
    event = Event.objects.get(verb="core.user.update")
    assert event.details == '{"after":{"name":"Paula I. Ibarra"},"before":{"name":"Paula Ibarra"}}'


def test_addresses_differ_by_more_than_case(cast, client):
    client.cookies["django_language"] = "en"
    client.force_login(cast.admin)
    page = client.post(
        reverse("core:person_create"),
        {"name": "Twin", "email": "MANAGER@demo.example", "language": "es", "is_active": "on"},
    )
    assert page.status_code == 200
    html = page.content.decode()
    assert "Twin" in html
    assert "Somebody with this address is entered already." in html
    assert "Constraint" not in html
    assert User.objects.filter(email__iexact="manager@demo.example").count() == 1


def test_a_role_is_held_from_its_first_to_its_last_day(cast):
    today = clock.today()
    people_rules.grant(cast.stranger, "auditor", by=cast.admin, starts=today,
                       ends=today + timedelta(days=1))  # fmt: skip
    assert holds(fresh(cast.stranger), "auditor")
    with clock.move(timedelta(days=2)):
        assert not holds(fresh(cast.stranger), "auditor")


def test_nobody_gives_a_role_to_themselves_or_twice(cast):
    with pytest.raises(Refused):
        people_rules.grant(cast.admin, "auditor", by=cast.admin, starts=clock.today())
    with pytest.raises(Refused):
        people_rules.grant(cast.auditor, "auditor", by=cast.admin, starts=clock.today())


def test_a_role_that_is_ended_ends_at_once(cast):
    given = RoleGrant.objects.get(user=cast.auditor)
    people_rules.end_grant(given, by=cast.admin, because="moved on")
    assert not holds(fresh(cast.auditor), "auditor")
    with pytest.raises(Refused):
        people_rules.end_grant(given, by=cast.admin, because="again")


def test_the_last_administrator_cannot_lock_themselves_out(cast):
    me = fresh(cast.admin)
    me.is_active = False
    with pytest.raises(Refused):
        people_rules.save_person(me, by=cast.admin)


FILE = """email,name,institution,role,starts,ends
ada@x.example,Ada Núñez,SFP,auditor,2026-01-01,
ada@x.example,Ada Núñez,SFP,secretariat,2026-01-01,2026-12-31
nobody,No Address,,,,
bob@x.example,Bob,XXX,king,2026-13-01,
"""


def test_a_file_is_previewed_row_by_row_before_anything_is_entered(cast):
    lines = people_import.check(people_import.read(FILE.encode()))
    assert [bool(line.problems) for line in lines] == [False, False, True, True]
    assert len(lines[3].problems) == 3
    assert not User.objects.filter(email="ada@x.example").exists()


def test_good_rows_are_entered_and_bad_ones_named_and_a_second_run_adds_nothing(cast):
    read = people_import.read
    counts = people_import.load(read(FILE.encode()), by=cast.admin, because="list")
    assert counts == {"people": 1, "roles": 2, "left": 2}
    again = people_import.load(read(FILE.encode()), by=cast.admin, because="list")
    assert (again["people"], again["roles"]) == (0, 0)
    ada = User.objects.get(email="ada@x.example")
    assert ada.institution == Institution.objects.get(code="SFP")
    assert not ada.has_usable_password()


@pytest.mark.parametrize("content", [b"", b"   ", b"name\nx\n", b"email,name\n", b"\x81\x8d,\n"])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(cast, content):
    with pytest.raises(Refused) as refused:
        people_import.read(content)
    assert refused.value.reasons[0].endswith(".")


def test_the_page_shows_the_preview_and_enters_it_on_the_second_post(cast, client):
    client.force_login(cast.admin)
    url = reverse("core:people_import")
    upload = SimpleUploadedFile("people.csv", FILE.encode("cp1252"))
    page = client.post(url, {"file": upload})
    assert page.status_code == 200
    assert "Ada Núñez" in page.content.decode()
    assert client.post(url, {"checked": page.context["checked"]}).status_code == 200
    assert User.objects.filter(email="ada@x.example").exists()
    assert client.post(url, {"checked": "forged"}).status_code == 302


@pytest.mark.parametrize(
    "name",
    ["core:people_list", "core:person_create", "core:people_import", "core:institution_list"],
)
def test_pages_of_people_are_closed_to_others(cast, client, name):
    client.force_login(cast.admin)
    assert client.get(reverse(name)).status_code == 200
    client.force_login(cast.stranger)
    assert client.get(reverse(name)).status_code == 403


def test_the_list_of_people_costs_the_same_for_any_number(
    cast, client, django_assert_max_num_queries
):
    client.force_login(cast.admin)
    url = reverse("core:people_list")
    client.get(url)
    with django_assert_max_num_queries(14) as few:
        client.get(url)
    for number in range(20):
        person = User.objects.create_user(f"p{number}@x.example", None, name=f"P{number}")
        RoleGrant.objects.create(user=person, role="auditor", starts=date(2026, 1, 1))
    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_separation_of_duties_holds_for_both_names_of_a_stand_in(cast):
    days = clock.today(), clock.today() + timedelta(days=3)
    absence.propose(cast.preparer, cast.product, "preparer", *days, by=cast.preparer)
    case = history.open_dossier("test", "T-1")
    acts.remember(fresh(cast.product), case, "prepares_release", cast.product, cast.preparer.pk)
    assert {act.user_id for act in Act.objects.all()} == {cast.product.pk, cast.preparer.pk}
    assert acts.barred(fresh(cast.preparer), case, "releases")
    assert acts.barred(fresh(cast.product), case, "releases")
    assert not acts.barred(fresh(cast.authoriser), case, "releases")


@pytest.mark.parametrize(("first", "second"), acts.PAIRS)
def test_every_pair_of_duties_excludes_both_ways(cast, first, second):
    for done, wanted in ((first, second), (second, first)):
        case = history.open_dossier("test", f"T-{done}")
        acts.remember(cast.stranger, case, done, cast.stranger, None)
        with pytest.raises(Denied) as denied:
            acts.refuse_if_barred(fresh(cast.stranger), case, wanted)
        assert acts.doing(done) in denied.value.reason


def test_what_was_lent_returns_when_it_is_ended(cast):
    days = clock.today(), clock.today() + timedelta(days=3)
    loan = absence.propose(cast.auditor, cast.product, "auditor", *days, by=cast.auditor)
    assert holds(fresh(cast.product), "auditor")
    perform(loan, "end", by=cast.auditor)
    assert not holds(fresh(cast.product), "auditor")


def test_a_handover_is_one_act_of_an_administrator(cast):
    with pytest.raises(Denied):
        absence.hand_over(cast.manager, cast.product, by=cast.secretariat, because="leaves")
    with pytest.raises(Refused):
        absence.hand_over(cast.manager, cast.manager, by=cast.admin, because="leaves")
    assert absence.hand_over(cast.manager, cast.product, by=cast.admin, because="leaves") == []
    assert Event.objects.filter(verb="core.user.hand_over").count() == 1


def test_absences_are_named_on_a_page_and_confirmed_by_a_second_person(cast, client):
    cast.manager.superior = cast.owner
    cast.manager.save()
    client.force_login(cast.owner)
    url = reverse("core:loan_list")
    form = {"lender": cast.manager.pk, "borrower": cast.product.pk, "role": "manager",
            "starts": clock.today(), "ends": clock.today(), "because": "ill"}  # fmt: skip
    assert client.post(url, form).status_code == 302
    refused = client.post(url, {**form, "borrower": cast.manager.pk})
    assert refused.status_code == 200
    assert refused.context["form"].non_field_errors()
    client.force_login(cast.admin)
    assert "Mariana Robles" in client.get(url).content.decode()
    client.force_login(cast.stranger)
    assert client.get(url).context["loans"].count() == 0
