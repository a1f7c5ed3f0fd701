"""The pages of competitions as they look: whole, quiet, at 1200 and at 360 pixels."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from core.steps import perform
from procurement import addenda, asking
from procurement.forms_part_rows import TITLES
from tests.browser.looking import LOOKS
from tests.browser.reach import Watcher
from tests.factories import competitions
from tests.factories.people import cast as everybody

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PICTURES", "")


def url(name, *args):
    return reverse(f"procurement:{name}", args=args)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_a_competition_is_whole_and_open_to_everybody(chromium, live_server, look):
    cast = everybody()
    competitions.officer2(cast)
    draft = competitions.with_panel(
        cast, competitions.draft(cast, outcomes="El sistema deberá usar Oracle.")
    )
    row = competitions.published(cast)
    question = asking.ask(row, "¿Puede usarse otra rama?", by=competitions.bidder(cast))
    asking.settle(question, "Sí, la que se nombre.", decline=False, by=cast.officer)
    asking.ask(row, "¿Hay datos de prueba?", by=competitions.bidder(cast, 1))
    made = addenda.begin(row, by=cast.officer)
    addenda.edit(made, {"outcomes": "Nueve de cada diez."}, by=cast.officer)
    addenda.explain(made, "Se precisa el resultado.", True, by=cast.officer)
    perform(made, "publish", by=cast.officer2)
    drafted = addenda.begin(competitions.fresh(row), by=cast.officer)
    addenda.edit(drafted, {"background": "Otra vez.", "top_n": 4}, by=cast.officer)
    ended = perform(competitions.published(cast), "cancel", by=cast.officer, because="Sin fondos.")
    inside = [
        url("competition_list"), url("competition_begin"), draft.get_absolute_url(),
        url("competition_review", draft.ref), url("panel", draft.ref),
        url("panel_leave", draft.ref, draft.panel.first().pk),
        *(url("competition_part", draft.ref, part) for part in TITLES),
        draft.get_step_url("submit_for_review"), row.get_absolute_url(),
        url("question_settle", row.ref, 2), made.get_absolute_url(), drafted.get_absolute_url(),
        url("addendum_part", drafted.pk, "dates"), url("competition_rerun", ended.ref),
        url("addendum_begin", ended.ref),
    ]  # fmt: skip
    outside = [
        url("public_list"), row.get_public_url(), url("public_version", row.ref, 1),
        url("public_addendum", row.ref, 1), ended.get_public_url(),
    ]  # fmt: skip
    bidder = competitions.bidder(cast).email.partition("@")[0]
    watcher = Watcher(chromium, live_server.url, look)
    for local, pages in (("officer", inside), (bidder, [url("question_ask", row.ref)]),
                         ("", outside)):  # fmt: skip
        for number, path in enumerate(pages):
            watcher.look_at(path, local, path)
            if PICTURES:
                where = Path(PICTURES) / f"{look[0]}-{local or 'public'}-{number:02}.png"
                watcher.page.screenshot(path=where, full_page=True)
    watcher.context.close()
    assert watcher.found == []


def test_the_countdown_counts_by_the_servers_clock(page, live_server):
    row = competitions.published(everybody())
    page.goto(row.get_public_url())
    timer = page.locator("[data-countdown]")
    first = timer.inner_text()
    assert "," in first  # days and hours, in words of the page's language
    assert page.locator("strong time").count() == 1
