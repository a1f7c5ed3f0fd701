"""The pages of orders, person by person; strangers and forged addresses get nothing."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, outbox
from core.models import Notice
from core.steps import perform
from projects import earmarks
from tests.factories import money, orders, people, vendors
from tests.pages import Pages
from vendors import tasks_orders
from vendors.models import Order, OrderAmendment, PurchaseLimits

pytestmark = pytest.mark.django_db
here = Pages("vendors")
page, send, done = here.page, here.send, here.done


@pytest.fixture(autouse=True)
def _untaxed(db):
    """Figures stay plain: no tax, but where a test enters one."""
    orders.taxed(0)


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def typed(membership, **said) -> dict:
    dev = membership.lot.categories.get(code="dev")
    today = clock.today()
    return {"title": "Portal de citas", "description": "Citas en línea", "value": "40,000.00",
            "reason": "Urge", "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=90)).isoformat(), "price_basis": "time",
            "sprint_days": "14", "product_owner": "product@demo.example",
            f"rate_{dev.pk}": "900.00", f"hours_{dev.pk}": "40", **said}  # fmt: skip


def test_an_order_walks_through_the_browser_from_draft_to_amendment(client, cast):
    project, membership = orders.funds(cast), orders.member(cast)
    html = page(client, cast.officer, "order_create", project.ref)
    assert membership.vendor.name in html
    query = f"?membership={membership.pk}"
    assert "The lot allows at most 1,000.00 MXN." in page(
        client, cast.officer, "order_create", project.ref, membership=membership.pk
    )
    done(client, cast.officer, "order_create", project.ref, query=query, **typed(membership))
    order = Order.objects.get()
    assert (order.value, order.rates.get().rate, order.rates.get().hours) == (
        40_000_00, 900_00, 40,
    )  # fmt: skip
    done(client, cast.manager, "order_step", order.ref, "fund")
    rep = orders.rep(order)
    assert "Sign the order for the vendor" in page(client, rep, "order_detail", order.ref)
    done(client, rep, "order_step", order.ref, "sign_for_vendor")
    for person in (cast.officer, cast.product):
        done(client, person, "order_declare", order.ref, answer="none", conflict="ignored")
    html = page(client, cast.officer, "order_detail", order.ref)
    assert "Sign the order for the institution" in html
    assert "ignored" not in html
    done(client, cast.officer, "order_step", order.ref, "sign")
    done(client, cast.officer, "amendment_create", order.ref, value_change="10,000.00", text="Más",
         reason="Crece")  # fmt: skip
    row = OrderAmendment.objects.get()
    assert "25 percent more" in page(client, cast.owner, "amendment_detail", row.pk)
    done(client, rep, "amendment_step", row.pk, "sign_for_vendor")
    done(client, cast.owner, "amendment_step", row.pk, "confirm")
    html = page(client, cast.owner, "order_detail", order.ref)
    assert "50,000.00 MXN" in html
    assert "To be looked at" in html


def test_who_funds_an_order_reads_what_is_set_aside_with_tax(client, cast):
    orders.taxed(160_000)
    order = orders.draft(cast)
    said = "With tax, 46,400.00 MXN of the project's money is set aside."
    assert said in unescape(page(client, cast.manager, "order_step", order.ref, "fund"))
    order = orders.funded(cast, order)
    rep = orders.rep(order)
    assert "With tax" not in page(client, rep, "order_step", order.ref, "sign_for_vendor")


def test_the_form_calls_nothing_optional_that_the_money_asks_for(client, cast):
    project, membership = orders.funds(cast), orders.member(cast)
    form = page(client, cast.officer, "order_create", project.ref, membership=membership.pk)
    labels = re.findall(r"<label[^>]*>(.*?)</label>", form)
    optional = [label.partition(" <span")[0] for label in labels if "(optional)" in label]
    assert [label for label in optional if ": " not in label] == [
        "What is ordered", "Fixed price of a sprint",
    ]  # fmt: skip


def test_what_speaks_against_it_is_said_before_it_is_saved(client, cast):
    project, membership = orders.funds(cast, 10_000_00), orders.member(cast)
    query = f"?membership={membership.pk}"
    answer = send(client, cast.officer, "order_create", project.ref, query=query,
                  **typed(membership))  # fmt: skip
    html = answer.content.decode().replace("\xa0", " ")
    assert "30,000.00 MXN too much" in html
    assert 'value="Portal de citas"' in html
    assert not Order.objects.exists()
    done(client, cast.officer, "order_create", project.ref, query=query, warned="yes",
         **typed(membership))  # fmt: skip
    preview = send(client, cast.officer, "order_edit", Order.objects.get().ref, act="preview",
                   **typed(membership, value="1.00"))  # fmt: skip
    assert "Nothing speaks against it" in preview.content.decode()


def test_a_refused_order_keeps_what_was_typed(client, cast):
    project, membership = orders.funds(cast), orders.member(cast)
    dev = membership.lot.categories.get(code="dev")
    answer = send(client, cast.officer, "order_create", project.ref, warned="yes",
                  query=f"?membership={membership.pk}",
                  **typed(membership, **{f"rate_{dev.pk}": "1,000.01"}))  # fmt: skip
    html = answer.content.decode().replace("\xa0", " ")
    assert "costs 1,000.01 MXN an hour" in html
    assert "Citas en línea" in html


def test_linked_purchases_are_shown_with_their_reason(client, cast):
    membership = orders.member(cast)
    first = orders.draft(cast, membership=membership, value=400_000_00)
    second = orders.draft(cast, membership=membership, value=400_000_00)
    html = page(client, cast.officer, "order_detail", second.ref)
    assert "Linked purchases and authority" in html
    assert f"with {first.ref} it makes 800,000.00 MXN" in html


def test_the_list_is_narrowed_and_taken_along(client, cast):
    membership = orders.member(cast, name="Ñandú Digital, S.A.")
    first = orders.at(cast, "signed", membership=membership, title="Árbol de trámites")
    orders.draft(cast)
    past = orders.historical(cast, first.lot)
    asked = [
        ({"q": "arbol"}, {first.ref}), ({"q": "nandu tramites"}, {first.ref}),
        ({"state": "signed"}, {first.ref}), ({"kind": "historical"}, {past.ref}),
        ({"vendor": membership.vendor.ref}, {first.ref}),
        ({"project": first.project.ref.lower()}, {first.ref}),
        ({"framework": first.lot.framework.pk}, {first.ref, past.ref}),
        ({"q": "nada"}, set()),
    ]  # fmt: skip
    for query, wanted in asked:
        html = page(client, cast.auditor, "order_list", **query)
        assert {row.ref for row in Order.objects.all() if f">{row.ref}<" in html} == wanted
    client.force_login(cast.auditor)
    answer = client.get(reverse("vendors:order_list"), {"format": "csv", "state": "signed"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1][0] == first.ref
    assert rows[1][10] == "40000.00"
    answer = client.get(reverse("vendors:order_list"), {"format": "xlsx"})
    assert answer.content[:2] == b"PK"


def test_lists_and_pages_take_a_constant_number_of_queries(client, cast):
    membership = orders.member(cast)

    def counted(user, name, *args) -> int:
        client.force_login(user)
        client.get(reverse(f"vendors:{name}", args=args))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"vendors:{name}", args=args)).status_code == 200
        return len(captured)

    project = orders.funds(cast, 10**9)
    order = orders.at(cast, "signed", project=project, membership=membership)
    rep = orders.rep(order)
    before = [counted(user, "order_list") for user in (cast.auditor, cast.manager, rep)]
    alone = counted(cast.officer, "order_detail", order.ref)
    for _number in range(4):
        orders.signed(cast, orders.awarded(cast, project=project, membership=membership))
        orders.amended(cast, order, more=1)
    orders.amended(cast, order, more=1)
    assert [counted(user, "order_list") for user in (cast.auditor, cast.manager, rep)] == before
    assert counted(cast.officer, "order_detail", order.ref) <= alone + 1  # their events


def test_strangers_and_other_vendors_find_nothing(client, cast):
    order = orders.at(cast, "signed")
    row = orders.proposed(cast, order, more=1)
    other = vendors.representative(vendors.vendor(cast, "Ajena, S.A."), "ajena")
    addresses = [
        ("order_detail", order.ref), ("order_edit", order.ref), ("order_declare", order.ref),
        ("order_hand_over", order.ref), ("amendment_create", order.ref),
        ("amendment_detail", row.pk),
    ]  # fmt: skip
    for person in (other, cast.stranger):
        client.force_login(person)
        for name, key in addresses:
            assert client.get(reverse(f"vendors:{name}", args=[key])).status_code == 404, name
        for name, key, step in (("order_step", order.ref, "terminate"),
                                ("amendment_step", row.pk, "sign_for_vendor")):  # fmt: skip
            url = reverse(f"vendors:{name}", args=[key, step])
            assert client.get(url).status_code == 404
            assert client.post(url, {"because": "x"}).status_code == 404
        assert order.ref not in client.get(reverse("vendors:order_list")).content.decode()
        url = reverse("vendors:order_create", args=[order.project.ref])
        assert client.get(url).status_code == 404
    assert orders.fresh(order).state == "signed"


def test_a_vendor_finds_no_draft_and_reads_nothing_internal(client, cast):
    order = orders.draft(cast)
    rep = orders.rep(order)
    client.force_login(rep)
    assert client.get(order.get_absolute_url()).status_code == 404
    orders.declared(cast, orders.funded(cast, order))
    html = page(client, rep, "order_detail", order.ref)
    for words in ("Conflicts of interest", "Set aside, tax included", "History",
                  "Solo un proveedor puede", "Linked purchases"):  # fmt: skip
        assert words not in html


def test_who_may_not_act_is_told_why(client, cast):
    order = orders.at(cast, "funded")
    client.force_login(cast.auditor)
    assert client.get(reverse("vendors:order_edit", args=[order.ref])).status_code == 403
    assert client.get(reverse("vendors:order_create", args=[order.project.ref])).status_code == 403
    answer = send(client, cast.manager, "order_step", order.ref, "sign")
    assert answer.status_code == 403
    assert send(client, cast.officer, "order_step", order.ref, "nonsense").status_code == 404


def test_a_forged_membership_is_not_found(client, cast):
    project = orders.funds(cast)
    row = orders.member(cast)
    type(row).objects.filter(pk=row.pk).update(state="suspended")
    client.force_login(cast.officer)
    url = reverse("vendors:order_create", args=[project.ref])
    assert client.get(f"{url}?membership={row.pk}").status_code == 404
    assert client.get(f"{url}?membership=99999").status_code == 404
    assert "No vendor is in force" in client.get(url).content.decode()


def test_officers_see_the_projects_of_their_institution(client, cast):
    project = orders.funds(cast)
    other = people.person("officer9", institution=people.institution("X", "Otra"))
    money.grant(other, "procurement_officer")
    client.force_login(other)
    assert client.get(reverse("vendors:order_create", args=[project.ref])).status_code == 404
    client.force_login(cast.officer)
    assert client.get(project.get_absolute_url()).status_code == 200


def test_declaring_and_handing_over(client, cast):
    order = orders.at(cast, "funded")
    answer = send(client, cast.product, "order_declare", order.ref, answer="some", conflict="")
    assert "Say which conflict of interest" in answer.content.decode()
    done(client, cast.product, "order_declare", order.ref, answer="some", conflict="Mi hermano")
    assert "Mi hermano" in page(client, cast.officer, "order_detail", order.ref)
    answer = send(client, cast.officer, "order_hand_over", order.ref, because="x",
                  officer="manager@demo.example")  # fmt: skip
    assert "is no procurement officer" in answer.content.decode()
    done(client, cast.officer, "order_hand_over", order.ref, because="x",
         product_owner="owner@demo.example")  # fmt: skip
    assert orders.fresh(order).product_owner == cast.owner


def test_limits_are_read_by_oversight_and_set_by_administrators(client, cast):
    assert "600,000.00 MXN" in page(client, cast.auditor, "limits_list")
    client.force_login(cast.manager)
    assert client.get(reverse("vendors:limits_list")).status_code == 403
    client.force_login(cast.officer)
    assert client.get(reverse("vendors:limits_create")).status_code == 403
    said = {"currency": "jpy", "direct_up_to": "100.5", "officer_up_to": "200",
            "from_day": clock.today().isoformat(), "because": "DOF"}  # fmt: skip
    answer = send(client, cast.admin, "limits_create", **said)
    assert "JPY has 0 digits after the point" in answer.content.decode()
    done(client, cast.admin, "limits_create", **{**said, "direct_up_to": "100"})
    assert PurchaseLimits.objects.get().direct_up_to == 100


def test_the_projects_money_page_shows_what_is_set_aside(client, cast):
    order = orders.at(cast, "funded")
    client.force_login(cast.manager)
    html = client.get(reverse("projects:money", args=[order.project.ref])).content.decode()
    assert order.title in html
    assert "Set aside" in html
    html = client.get(order.project.get_absolute_url()).content.decode()
    assert order.get_absolute_url() in html


def test_both_sides_are_told(cast):
    order = orders.at(cast, "completed")
    outbox.drain()
    rep = orders.rep(order)
    told = set(Notice.objects.filter(person=rep).values_list("subject", flat=True))
    assert {text.split(":")[0] for text in told} >= {"Una orden para su firma",
                                                     "Firmada por ambas partes"}  # fmt: skip
    assert not any("aparte el dinero" in text for text in told)
    assert Notice.objects.filter(person=cast.manager, subject__contains="aparte el dinero").exists()
    assert earmarks.of(order).closed_at is not None


def test_people_are_reminded_before_the_last_day(cast):
    order = orders.at(cast, "signed")
    days = (order.ends_on - clock.today()).days
    for left in (31, 30, 29, 14, 3, 1):
        with clock.move(timedelta(days=days - left)):
            tasks_orders.remind_before_orders_end()
    marks = order.dossier.events.filter(verb="vendors.order.remind_end").count()
    assert marks == 3
    assert perform(order, "terminate", by=cast.officer, because="x").state == "terminated"


def test_an_awarded_order_is_asked_for_its_days_and_product_owner_only(client, cast):
    order = orders.awarded(cast)
    kept = list(order.rates.values_list("category", "rate", "hours"))
    client.force_login(cast.officer)
    address = reverse("vendors:order_edit", args=[order.ref])
    assert list(client.get(address).context["form"].fields) == [
        "starts_on", "ends_on", "product_owner",
    ]  # fmt: skip
    last = order.ends_on + timedelta(days=9)
    said = {"starts_on": order.starts_on.isoformat(), "ends_on": last.isoformat(),
            "product_owner": cast.product.email, "value": "1"}  # fmt: skip
    assert client.post(address, said).status_code == 302
    changed = orders.fresh(order)
    assert (changed.ends_on, changed.value) == (last, order.value)
    assert list(changed.rates.values_list("category", "rate", "hours")) == kept
