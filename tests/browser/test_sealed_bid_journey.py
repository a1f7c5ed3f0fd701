"""A vendor bids, custodians and officers open: in a real browser, looked at in both languages."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core.steps import perform
from procurement import bidding, redelivering
from procurement.models.sealing import Part
from tests.browser.looking import NARROW, WIDE, off_the_side, violations
from tests.factories import bids, competitions, custody, frameworks, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PICTURES", "")


class Desk:
    """One person's window, in a language; every page it comes to is looked at."""

    def __init__(self, chromium, live_server, user, language: str, width: int) -> None:
        browser = Client()
        browser.force_login(user)
        self.context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        self.context.set_default_timeout(20_000)
        kept = {settings.SESSION_COOKIE_NAME: browser.cookies[settings.SESSION_COOKIE_NAME].value,
                settings.LANGUAGE_COOKIE_NAME: language}  # fmt: skip
        self.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in kept.items()]
        )
        self.page, self.width, self.wrong = self.context.new_page(), width, []
        self.name = f"{language}-{width}"

    def go(self, name: str, *args: object) -> None:
        self.page.goto(reverse(f"procurement:{name}", args=args))
        self.look(name)

    def look(self, name: str) -> None:
        for found in (*off_the_side(self.page, self.width), *violations(self.page)):
            self.wrong.append(f"{name} {self.name}: {found}")
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}-{self.name}.png", full_page=True)

    def press(self, button: str = "main form button") -> None:
        """Press a button that leads to another page, and wait for that."""
        with self.page.expect_navigation():
            self.page.click(button)

    def close(self) -> list[str]:
        self.context.close()
        return self.wrong


@pytest.mark.parametrize(("language", "width"), [("es", NARROW), ("en", WIDE)])
def test_from_the_first_word_to_the_opened_bid(chromium, live_server, language, width):
    cast = people.cast()
    review = competitions.in_review(cast, sealing="shares")
    custody.made(cast, review)
    wrong = look_at_keys(Desk(chromium, live_server, cast.secretariat, language, width), review)
    custody.ready(cast, review)
    row = perform(review, "publish", by=competitions.officer2(cast))
    vendor = competitions.vendors(cast)[0]
    bidder = frameworks.manager_of(vendor)
    desk = Desk(chromium, live_server, bidder, language, width)
    write_and_seal(desk, row, vendor)
    assert bidding.status(row, vendor, by=bidder).sealed
    wrong += desk.close()
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        custody.enter(row)
        perform(row, "open", by=cast.officer2)
    officer = Desk(chromium, live_server, cast.officer, language, width)
    for name in ("bid_list", "late_register", "keys"):
        officer.go(name, row.ref)
    officer.go("bid_detail", row.bids.get().pk)
    assert "Con personas usuarias" in officer.page.inner_text("main")
    assert wrong + officer.close() == []


def look_at_keys(desk: Desk, row) -> list[str]:
    """A custodian sees the words, once, and where they are confirmed."""
    desk.go("keys", row.ref)
    desk.go("share", row.ref)
    desk.press()
    desk.look("share_shown")
    assert desk.page.locator("ol.c-words li").count() == 66
    desk.go("share_confirm", row.ref)
    desk.press()
    desk.look("share_refused")
    return desk.close()


def write_and_seal(desk: Desk, row, vendor) -> None:
    """All pages of a bid, from empty to sealed; what is typed saves itself."""
    here = (row.ref, vendor.ref)
    desk.go("bid_overview", *here)
    desk.go("bid_write", *here)
    page = desk.page
    page.fill("[name=approach]", "Con personas usuarias")
    page.locator("[data-saved]:not(:empty)").wait_for()
    for name, value in bids.fields(row, approach="Con personas usuarias").items():
        field = page.locator(f"[name={name}]")
        if field.get_attribute("type") == "checkbox":
            field.check()
        elif name == "licence":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("main form button").first.click()
    page.wait_for_url(f"**{reverse('procurement:bid_overview', args=here)}")
    desk.go("bid_files", *here)
    page.check("[name=kind][value=bundle]")
    page.set_input_files("[name=file]", {"name": "p.bundle", "mimeType": "application/octet-stream",
                                         "buffer": bids.BUNDLE})  # fmt: skip
    page.locator("main form button").last.click()
    page.get_by_text("p.bundle").first.wait_for()
    desk.look("bid_files_one")
    desk.go("bid_seal", *here)
    page.locator("main form button").click()
    page.locator("a[download]").wait_for()
    desk.look("bid_sealed")
    with page.expect_download() as saved:
        page.click("a[download]")
    assert b"Con personas usuarias" in Path(saved.value.path()).read_bytes()
    for name in ("bid_overview", "bid_receipt", "bid_restore", "bid_withdraw", "bid_deliver"):
        desk.go(name, *here)
    desk.page.goto(reverse("procurement:receipt_check"))
    desk.look("receipt_check")


def test_pages_of_sittings_and_lost_shares(chromium, live_server):
    cast = people.cast()
    row = competitions.published(cast, sealing="shares")
    competitions.officer2(cast)
    found = []
    with competitions.after_deadline(row):
        row = perform(competitions.fresh(row), "begin_opening", by=cast.officer)
        redelivering.propose(row, Part.TECHNICAL, by=cast.officer, because="Se quemaron.")
    for user, names in (
        (cast.secretariat, ["sitting"]),
        (cast.officer2, ["sitting", "redelivery"]),
    ):
        desk = Desk(chromium, live_server, user, "es", NARROW)
        for name in names:
            desk.go(name, row.ref)
        found += desk.close()
    review = competitions.in_review(cast, sealing="shares", title="Otra")
    desk = Desk(chromium, live_server, cast.officer, "en", NARROW)
    desk.go("keys_make", review.ref)
    assert found + desk.close() == []
