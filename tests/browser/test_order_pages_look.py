"""Pages of orders in a browser: whole, quiet, open to everybody.

In Spanish and light at 1200 pixels, in English and dark at 360; nothing scrolls sideways.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.steps import perform
from tests.browser.looking import LOOKS, faults
from tests.factories import orders, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(db):
    """Each page with the person who looks at it."""
    cast = people.cast()
    project = orders.funds(cast, 900_000_00)
    member = orders.member(cast, orders.lot(cast, ceiling=300_000_00))
    order = orders.at(cast, "signed", project=project, membership=member, value=90_000_00)
    for number in range(3):
        order = orders.amended(cast, order, more=7_000_00, days=10 + number)
    row = orders.proposed(cast, order, more=5_000_00, days=9)
    funded = orders.at(cast, "funded", project=project, membership=member)
    perform(funded, "sign_for_vendor", by=orders.rep(funded))
    draft = orders.draft(cast, membership=member, value=449_000_00,
                         starts_on=order.starts_on + timedelta(days=500),
                         ends_on=order.starts_on + timedelta(days=700))  # fmt: skip
    past, rep = orders.historical(cast, order.lot, order.vendor), orders.rep(order)
    by_ref = [
        (cast.officer, "order_detail", order), (rep, "order_detail", order),
        (cast.officer, "order_detail", funded), (cast.manager, "order_detail", draft),
        (cast.auditor, "order_detail", past), (cast.officer, "order_edit", draft),
        (cast.officer, "order_hand_over", draft), (cast.product, "order_declare", draft),
        (cast.officer, "amendment_create", funded),
    ]  # fmt: skip
    create = reverse("vendors:order_create", args=[project.ref])
    return [
        (cast.auditor, reverse("vendors:order_list")), (rep, reverse("vendors:order_list")),
        (cast.auditor, reverse("vendors:order_list") + "?q=nada"),
        *((person, reverse(f"vendors:{name}", args=[found.ref])) for person, name, found in by_ref),
        (cast.officer, create), (cast.officer, f"{create}?membership={member.pk}"),
        (cast.owner, row.get_absolute_url()), (rep, row.get_step_url("sign_for_vendor")),
        (cast.officer, order.get_step_url("terminate")),
        (cast.manager, draft.get_step_url("fund")),
        (cast.admin, reverse("vendors:limits_list")),
        (cast.admin, reverse("vendors:limits_create")),
        (cast.manager, reverse("projects:money", args=[project.ref])),
        (cast.officer, project.get_absolute_url()),
    ]  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_orders_are_open_to_everybody(chromium, live_server, addresses, look):
    found = faults(chromium, live_server.url, addresses, look)
    assert not found, "\n".join(found)
