"""Pages of backlogs, sprints and inspections in a browser: whole, quiet, open to everybody.

In Spanish and light at 1200 pixels, in English and dark at 360; nothing scrolls sideways.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from tests.browser.looking import LOOKS, faults
from tests.factories import people, sprints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(db):
    """Each page with the person who looks at it."""
    cast = people.cast()
    with clock.move(timedelta(days=-30)):
        order = sprints.order(cast)
        done = sprints.accepted(cast, order, "debt", maximum=12_000_00)
    with clock.move(timedelta(days=-15)):
        inspected = sprints.checked(cast, sprints.delivered(cast, order))
    running = sprints.drafted(cast, sprints.active(cast, order))
    planned = sprints.planned(cast, order, start=20)
    story, rep = sprints.story(cast, order), sprints.rep(running)
    debt, row = done.debts.get(), inspected.chosen.first()
    check = inspected.last_delivery().checks.get(code="coverage")
    pages = [
        (cast.product, "sprint_board", order.ref), (rep, "sprint_board", order.ref),
        (rep, "sprint_detail", running.pk), (cast.product, "sprint_detail", inspected.pk),
        (cast.manager, "sprint_detail", done.pk), (cast.product, "sprint_detail", planned.pk),
        (cast.product, "sprint_create", order.ref), (cast.product, "sprint_plan", planned.pk),
        (rep, "story_create", order.ref), (rep, "story_detail", story.pk),
        (rep, "story_change", story.pk), (rep, "story_drop", story.pk),
        (rep, "delivery_write", running.pk), (rep, "proof_create", running.pk),
        (cast.product, "check_record", check.pk), (cast.product, "story_judge", row.pk),
        (cast.product, "sprint_verdict", inspected.pk), (cast.product, "debt_create", inspected.pk),
        (cast.product, "debt_settle", debt.pk),
    ]  # fmt: skip
    found = [(person, reverse(f"vendors:{name}", args=[key])) for person, name, key in pages]
    return [
        *found,
        (rep, running.get_step_url("deliver")),
        (cast.product, planned.get_step_url("start")),
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_sprints_are_open_to_everybody(chromium, live_server, addresses, look):
    found = faults(chromium, live_server.url, addresses, look)
    assert not found, "\n".join(found)
