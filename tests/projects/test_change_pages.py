"""Pages of changes, baselines, tailorings and rules: read, typed, refused, exported."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, due
from core.steps import perform
from projects import tiering
from projects.models import ChangeLimits, ChangeRequest, RuleVersion, Tailoring, Tier
from projects.models.limits import limits_on
from projects.routing_changes import Limits
from tests.factories.changes import at, minor, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


FORM = {"title": "More offices", "reason": "Two states joined.", "options": "None.",
        "cost": "400,000", "cost_measure": "Quotes.", "days": "-3", "days_measure": "Plan.",
        "act": "save"}  # fmt: skip


def page(response):
    return response.content.decode()


def test_a_change_is_drafted_previewed_submitted_and_decided_on_its_pages(cast, as_):
    project = running(cast)
    new = reverse("projects:change_create", args=[project.ref])
    text = page(as_(cast.manager).post(new, {**FORM, "act": "preview"}))
    assert "within tolerance" in text
    assert not ChangeRequest.objects.exists()
    response = as_(cast.manager).post(new, FORM)
    change = ChangeRequest.objects.get()
    assert (response.status_code, change.cost, change.days) == (302, minor(400_000), -3)
    detail = reverse("projects:change_detail", args=[change.pk])
    for step, who in (("submit", cast.manager), ("assess_impact", cast.manager),
                      ("approve_delegated", cast.owner), ("implement", cast.manager)):  # fmt: skip
        url = reverse("projects:change_step", args=[change.pk, step])
        assert url in page(as_(who).get(detail))
        change.refresh_from_db()
        typed = {"seen": change.state}
        assert as_(who).post(url, typed).status_code == 302
        assert as_(who).post(url, typed).status_code == 409  # a second click changes nothing
    assert "this change alone" in page(as_(cast.auditor).get(detail)).lower()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"title": ""}, "This field is required"), ({"cost": "12 pesos"}, "is not an amount"),
     ({"cost": "1.234"}, "digits after the point"), ({"days": "1.5"}, "whole number"),
     ({"days": "99999"}, "less than or equal")],
)  # fmt: skip
def test_bad_figures_are_said_and_what_was_typed_stays(cast, as_, values, sentence):
    project = running(cast)
    new = reverse("projects:change_create", args=[project.ref])
    response = as_(cast.manager).post(new, {**FORM, **values})
    assert sentence in page(response)
    assert "Two states joined." in page(response)
    assert not ChangeRequest.objects.exists()


def test_the_route_is_foretold_as_figures_are_typed(cast, as_):
    project = running(cast)
    url = reverse("projects:change_foretell", args=[project.ref])
    text = page(as_(cast.manager).get(url, {"cost": "600000", "days": "0"}))
    assert "deviation" in text
    assert "decisive" in text
    assert "undermined" in page(as_(cast.manager).get(url, {"undermined": "on"}))
    assert as_(cast.member1).get(url, {"cost": "1"}).status_code == 404


def test_strangers_find_nothing_and_others_may_not_write(cast, as_):
    change = at("draft", running(cast), cast, 1_000)
    ref = change.project.ref
    detail, edit = (reverse(f"projects:change_{name}", args=[change.pk])
                    for name in ("detail", "edit"))  # fmt: skip
    listed = reverse("projects:project_changes", args=[ref])
    for url in (detail, edit, listed):
        assert as_(cast.member1).get(url).status_code == 404
    assert as_(cast.auditor).get(edit).status_code == 403
    assert as_(cast.auditor).get(detail).status_code == 200
    new = reverse("projects:change_create", args=[ref])
    assert as_(cast.auditor).get(new).status_code == 403


def test_lists_cost_the_same_however_much_stands_on_them(cast, as_):
    project = running(cast)
    at("implemented", project, cast, 1_000)
    client, urls = as_(cast.auditor), [
        reverse("projects:change_list") + "?show=all",
        reverse("projects:project_changes", args=[project.ref]), reverse("oversight:portfolio"),
    ]  # fmt: skip

    def count(url):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    for url in urls:
        count(url)
    before = [count(url) for url in urls]
    for _n in range(4):
        at("implemented", project, cast, 1_000)
        running(cast)
    assert [count(url) for url in urls] == before


def test_the_portfolio_and_its_csv_show_both_variances(cast, as_):
    project = running(cast)
    at("implemented", project, cast, 400_000, 30)
    url = reverse("oversight:portfolio")
    text = page(as_(cast.auditor).get(url))
    assert "+8\xa0%, +30 days · v0: +8\xa0%, +30 days" in text
    csv = b"".join(as_(cast.auditor).get(url, {"format": "csv"})).decode()
    assert "8.0000,30,8.0000,30" in csv
    for page_url in (project.get_absolute_url(),
                     reverse("projects:project_changes", args=[project.ref])):  # fmt: skip
        assert "first (v0):" in page(as_(cast.auditor).get(page_url))
    asked = {"format": "csv", "show": "all"}
    answer = as_(cast.auditor).get(reverse("projects:change_list"), asked)
    changes = b"".join(answer).decode()
    assert f"{project.ref}/C1" in changes


def test_less_proof_is_proposed_on_a_page(cast, as_):
    project = running(cast, 12_000_000, tier="medium")
    url = reverse("projects:tailoring_create", args=[project.ref])
    assert as_(cast.auditor).get(url).status_code == 403
    small = Tier.objects.get(code="small")
    values = {"kind": "lower_tier", "scope": "All.", "reason": "Twelve users."}
    assert "Choose a tier below" in page(as_(cast.manager).post(url, values))
    response = as_(cast.manager).post(url, {**values, "tier": small.pk})
    row = Tailoring.objects.get()
    assert (response.status_code, row.tier) == (302, small)
    assert "Twelve users." in page(as_(cast.auditor).get(row.get_absolute_url()))


# Rules with effect from a day

TIER = {"decider": "chair", "papers_days": 1, "holdback_percent": 7, "sealing": "server",
        "clawback_percent": 100, "disciplines": "desk", "merged_gates": ["G2-G3"],
        "because": "Less money at risk."}  # fmt: skip


def test_a_tier_changes_on_its_day_and_a_coming_version_may_be_withdrawn(cast, as_):
    day = clock.today() + timedelta(days=10)
    url, client = reverse("projects:tier_edit", args=["small"]), as_(cast.admin)
    client.post(url, {**TIER, "from_day": day.isoformat()})
    small = Tier.objects.get(code="small")
    assert small.holdback_percent == 0
    text = page(client.get(reverse("projects:tier_list")))
    assert "Less money at risk." in text
    with clock.move(timedelta(days=9)):
        due.act()
        assert Tier.objects.get(code="small").holdback_percent == 0
    with clock.move(timedelta(days=31)):  # three weeks late
        due.act()
        due.act()
    small.refresh_from_db()
    assert (small.holdback_percent, small.merged_gates) == (7, [["G2", "G3"]])
    version = RuleVersion.objects.get()
    assert (version.state, version.before["holdback_percent"]) == ("in_effect", 0)
    client.post(url, {**TIER, "holdback_percent": 9, "from_day": day.isoformat()})
    coming = RuleVersion.objects.get(state="scheduled")
    perform(coming, "withdraw", by=cast.admin, because="Not now.")
    with clock.move(timedelta(days=31)):
        due.act()
    assert Tier.objects.get(code="small").holdback_percent == 7


def test_rules_never_change_in_the_past(cast, as_):
    day = clock.today() - timedelta(days=1)
    url = reverse("projects:tier_edit", args=["small"])
    text = page(as_(cast.admin).post(url, {**TIER, "from_day": day.isoformat()}))
    assert "from today or a day to come" in text
    assert not RuleVersion.objects.exists()


LIMITS = {"tolerance_percent": "5", "tolerance_days": "30", "deviation_percent": "12.5",
          "deviation_days": "100", "because": "A stricter year."}  # fmt: skip


def test_limits_of_changes_count_from_their_day(cast, as_):
    url, day = reverse("projects:limits_edit"), clock.today() + timedelta(days=3)
    assert as_(cast.secretariat).get(url).status_code == 403
    client = as_(cast.admin)
    assert "at least as far" in page(
        client.post(url, {**LIMITS, "deviation_days": "29", "from_day": day.isoformat()})
    )
    assert client.post(url, {**LIMITS, "from_day": day.isoformat()}).status_code == 302
    assert limits_on(clock.today()) == Limits()
    assert limits_on(day).band(5, 31) == "deviation"
    assert ChangeLimits.objects.get().deviation_bp == 1250
    project = running(cast)
    assert at("impact_assessed", project, cast, 300_000).band == "tolerance"
    with clock.move(timedelta(days=4)):
        change = at("impact_assessed", project, cast, 300_000)
        assert (change.band, change.route["limits"]["deviation"]) == ("deviation", ["12.50", 100])
    assert "A stricter year." in page(client.get(reverse("projects:tier_list")))
    assert tiering.bands_of("MXN")["medium"] == minor(10_000_000)
