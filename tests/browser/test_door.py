"""The door as a browser sees it: everything loads, nothing is refused by the page's own policy."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_strangers_are_sent_to_the_sign_in_page_which_loads_whole(page):
    said, failed = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on(
        "response", lambda response: failed.append(response.url) if response.status >= 400 else None
    )
    page.goto("/")
    assert page.url.endswith("/accounts/login/?next=/")
    assert page.get_attribute("html", "lang") == "es"
    assert (said, failed) == ([], [])
