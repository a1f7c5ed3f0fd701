"""Without a mouse and without JavaScript: everything that matters can be reached and done."""

from types import SimpleNamespace

import pytest

from core import clock
from core.cast import CAST
from core.models import Event
from oversight.demo import company
from projects.models import Project
from tests.factories import projects as made

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(chromium, live_server, staff):
    """A window in which no script runs, signed in as the manager by the form."""
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("main [name=login]:not([type=hidden])", "manager@demo.example")
    page.fill("main [name=password]:not([type=hidden])", "compuerta-demo")
    page.click(".c-entrance form button[type=submit]")
    yield page
    context.close()


def focused(page, what: str = "tagName") -> str:
    return page.evaluate(f"document.activeElement.{what}")


def test_the_first_key_leads_past_the_header(windows):
    page = windows["manager"].page
    page.goto("/portfolio/")
    page.keyboard.press("Tab")
    assert focused(page, "className") == "govuk-skip-link"
    assert page.locator(".govuk-skip-link").is_visible()
    page.keyboard.press("Enter")
    assert focused(page, "id") == "main"


def test_everything_is_reached_with_the_tab_key(windows):
    page = windows["manager"].page
    page.goto("/projects/new/")
    wanted = page.locator("main :is(a[href], button, input, select, textarea)").evaluate_all(
        "found => found.filter(one => one.type !== 'hidden' && one.offsetParent).length"
    )
    reached = set()
    for _key in range(wanted + 40):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('main')"):
            reached.add(page.evaluate(PLACE))
    radios = page.locator("main input[type=radio]")
    groups = len(set(radios.evaluate_all("found => found.map(one => one.name)")))
    assert len(reached) == wanted - radios.count() + groups


PLACE = """[...document.querySelectorAll("main :is(a, button, input, select, textarea)")]
    .indexOf(document.activeElement)"""


def test_each_mistake_leads_to_its_field_and_what_was_typed_stays(windows):
    window = windows["manager"]
    page = window.page
    page.goto("/projects/new/")
    window.fill({"title": "Pago de pensiones", "cost": "muchísimo", "owner": "nobody@demo.example",
                 "problem": "Las filas.\nLos papeles."})  # fmt: skip
    page.click("main form[method=post] button[type=submit]")
    summary = page.locator(".govuk-error-summary")
    summary.wait_for()
    assert focused(page, "className").startswith("govuk-error-summary")
    assert page.title().startswith("Error")
    for name in ("cost", "owner"):
        page.locator(f".govuk-error-summary a[href='#id_{name}']").press("Enter")
        assert focused(page, "id") == f"id_{name}"
        field = page.locator(f"#id_{name}")
        assert field.get_attribute("aria-invalid") == "true"
        described = field.get_attribute("aria-describedby").split()
        assert all(page.locator(f"[id='{one}']").count() == 1 for one in described)
    assert page.input_value("#id_title") == "Pago de pensiones"
    assert page.input_value("#id_cost") == "muchísimo"
    assert page.input_value("#id_problem") == "Las filas.\nLos papeles."
    assert Project.objects.count() == 0


def test_the_language_is_chosen_without_javascript(plain):
    plain.goto("/portfolio/?q=pensiones")
    assert plain.get_attribute("html", "lang") == "es"
    plain.click("[name=language][value=en]")
    assert plain.get_attribute("html", "lang") == "en"
    assert plain.url.endswith("/portfolio/?q=pensiones")
    plain.goto("/waiting/")
    assert "Waiting for you" in plain.inner_text("h1")
    plain.click("[name=language][value=es]")
    assert plain.get_attribute("html", "lang") == "es"


def test_a_step_is_confirmed_or_left_without_javascript(plain, people):
    project = made.triaged(people, "Pago de pensiones")
    plain.goto(project.get_absolute_url())
    step = project.get_step_url("open_business_case")
    plain.click(f"main a[href='{step}']")
    before = Event.objects.count()
    plain.click(f"main a.govuk-link[href='{project.get_absolute_url()}']")
    assert plain.url.endswith(project.get_absolute_url())
    assert (Event.objects.count(), Project.objects.get().stage) == (before, "triaged")
    plain.click(f"main a[href='{step}']")
    plain.fill("[name=because]", "Ya está el equipo.")
    plain.click("main form[method=post] button[type=submit]")
    plain.wait_for_load_state()
    assert plain.locator(".c-message--success").count() == 1
    assert Project.objects.get().stage == "business_case"
    assert Event.objects.order_by("-pk").first().because == "Ya está el equipo."
    assert plain.goto(step).status == 409  # whoever opens the page again reads that it moved on
    plain.click(f"main a[href='{project.get_absolute_url()}']")
    assert plain.url.endswith(project.get_absolute_url())


def test_an_entry_is_written_without_javascript(plain):
    plain.goto("/projects/new/")
    plain.fill("[name=title]", "Pago de pensiones")
    plain.fill("[name=starts_on]", clock.today().isoformat())
    plain.click("main form[method=post] button[type=submit]")
    assert Project.objects.get().title == "Pago de pensiones"
    assert plain.url.endswith(Project.objects.get().get_absolute_url())


def test_signing_out_ends_the_session(plain):
    plain.click("form[action='/accounts/logout/'] button")
    assert plain.locator("form[action='/accounts/logout/']").count() == 0
    plain.goto("/waiting/")
    assert "/accounts/login/" in plain.url


@pytest.fixture
def people(staff):
    """The cast by name, as the factories know it."""
    return SimpleNamespace(**{member.local: company.who(member.local) for member in CAST})
