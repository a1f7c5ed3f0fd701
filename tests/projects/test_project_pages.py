"""The pages of a project: strangers get 404, wrong people 403 with a sentence, typed text stays."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.steps import perform
from core.turns import waiting_for
from projects import holds, taking_on
from projects.models import Benefit, BusinessCase, DuplicateHit, Hold, Project, TakeOn, TierBand
from tests.factories import projects as make
from tests.projects.test_taking_on import VALUES

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    """The browser of a person, who reads English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def page(name, project):
    return reverse(f"projects:{name}", args=[project.ref])


READ = ["project_duplicates", "project_team", "project_benefits", "project_case", "hold_list"]
ACT = {
    "project_edit": {"manager", "owner"},
    "project_accept": {"owner"},
    "hold_create": {"secretariat", "auditor"},
    "finding_create": {"auditor"},
    "takeon_create": {"secretariat"},
}


@pytest.mark.parametrize("name", [*READ, *ACT])
def test_who_opens_which_page(cast, as_, name):
    project = make.draft(cast)
    seers = {
        "manager",
        "owner",
        "secretariat",
        "preparer",
        "authoriser",
        "recorder",
        "auditor",
        "admin",
        "officer",
        "officer2",
    }
    for local, user in vars(cast).items():
        response = as_(user).get(page(name, project))
        may = seers if name in READ else ACT[name]
        expected = 404 if local not in seers else 200 if local in may else 403
        assert response.status_code == expected, (local, name)


@pytest.mark.parametrize("name", [*READ, *ACT, "project_create", "tier_list"])
def test_nobody_reads_without_signing_in(cast, client, name):
    args = [] if name in ("project_create", "tier_list") else [make.draft(cast).ref]
    response = client.get(reverse(f"projects:{name}", args=args))
    assert (response.status_code, "/accounts/login/" in response.url) == (302, True)


def test_a_wrong_person_reads_the_sentence(cast, as_):
    project = make.draft(cast)
    response = as_(cast.secretariat).get(page("project_accept", project))
    assert response.status_code == 403
    assert "Only the owner of the project may do this." in response.content.decode()


def test_a_draft_is_registered_with_a_title_alone(cast, as_):
    response = as_(cast.manager).post(reverse("projects:project_create"), {"title": "An idea"})
    project = Project.objects.get()
    assert (response.status_code, response.url) == (302, project.get_absolute_url())
    assert (project.title, project.registered_by, project.cost) == ("An idea", cast.manager, None)


def test_somebody_of_no_institution_registers_nothing(cast, as_):
    cast.stranger.institution = None
    cast.stranger.save()
    assert as_(cast.stranger).get(reverse("projects:project_create")).status_code == 403


ENTRY = {
    "title": "Birth certificate online", "problem": "Queues", "currency": "mxn",
    "cost": "1,250,000.50", "starts_on": "2026-01-01", "ends_on": "31/12/2027", "risk": "low",
    "tags": "birth, registry ,birth", "manager": "MANAGER@demo.example",
    "owner": "owner@demo.example", "shared_components": ["digital_identity", "open_data"],
}  # fmt: skip


def test_an_entry_is_read_as_people_write_it(cast, as_):
    as_(cast.manager).post(reverse("projects:project_create"), ENTRY)
    project = Project.objects.get()
    assert (project.cost, project.currency, project.tags) == (
        125_000_050,
        "MXN",
        ["birth", "registry"],
    )
    assert (project.starts_on, project.ends_on) == (date(2026, 1, 1), date(2027, 12, 31))
    assert (project.manager, project.owner) == (cast.manager, cast.owner)
    assert project.shared_components == ["digital_identity", "open_data"]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"cost": "a lot"}, "cost", "is not an amount"),
        ({"cost": "1e9"}, "cost", "is not an amount"),
        ({"cost": "-5"}, "cost", "cannot be negative"),
        ({"cost": "NaN"}, "cost", "is not an amount"),
        ({"cost": "1.005"}, "cost", "2 digits after the point"),
        ({"cost": "9" * 20}, "cost", "too large"),
        ({"currency": "XXQ"}, "currency", "is no currency"),
        ({"currency": ""}, "currency", "Choose the currency"),
        ({"owner": "nobody@demo.example"}, "owner", "Nobody with an active account"),
        ({"starts_on": "soon"}, "starts_on", "valid date"),
        ({"shared_components": ["none", "open_data"]}, "shared_components", "not both"),
        ({"ends_on": "2025-01-01"}, "__all__", "The end lies before the start"),
    ],
)
def test_bad_input_gets_a_sentence_and_stays_in_the_form(cast, as_, wrong, field, sentence):
    response = as_(cast.manager).post(reverse("projects:project_create"), {**ENTRY, **wrong})
    form = response.context["form"]
    assert not Project.objects.exists()
    assert sentence in " ".join(form.errors[field])
    assert "Birth certificate online" in response.content.decode()


def test_two_people_editing_at_once_are_told(cast, as_):
    project = make.draft(cast)
    client = as_(cast.manager)
    form = client.get(page("project_edit", project)).context["form"]
    seen = form.initial["seen"]
    Project.objects.get().save()
    typed = {**ENTRY, "title": "Mine", "seen": seen}
    response = client.post(page("project_edit", project), typed)
    assert "Somebody changed the entry" in response.content.decode()
    assert Project.objects.get().title == project.title
    again = {**typed, "seen": response.context["form"]["seen"].value()}
    assert client.post(page("project_edit", project), again).status_code == 302
    assert Project.objects.get().title == "Mine"


def test_the_page_links_what_is_missing_to_its_field(cast, as_):
    project = make.draft(cast, risk="")
    text = as_(cast.manager).get(page("project_edit", project)).content.decode()
    assert f'href="{page("project_edit", project)}#id_risk"' in text
    assert f'href="{page("project_team", project)}"' in text
    assert 'id="id_risk' in text


def test_the_owner_accepts_on_a_page(cast, as_):
    project = make.draft(cast)
    as_(cast.owner).post(page("project_accept", project), {"because": "Gladly"})
    assert Project.objects.get().owner_accepted_at
    again = as_(cast.owner).post(page("project_accept", project), {})
    assert "already accepted" in again.content.decode()


def rows(prefix, *found, **more):
    data = {f"{prefix}-TOTAL_FORMS": len(found), f"{prefix}-INITIAL_FORMS": 0, **more}
    for number, row in enumerate(found):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def test_the_team_is_saved_and_more_rows_are_offered(cast, as_):
    project = make.draft(cast)
    client = as_(cast.manager)
    sent = rows("rows", {"role": "designer", "person": "lead@demo.example"},
                {"role": "security", "name": "Rosa"}, {"role": ""}, act="more")  # fmt: skip
    response = client.post(page("project_team", project), sent)
    assert [(one.role, one.person, one.name) for one in project.team.all()] == [
        ("designer", cast.lead, ""), ("security", None, "Rosa"),
    ]  # fmt: skip
    formset = client.get(response.url).context["formset"]
    assert len(formset.forms) == 4


def test_a_person_without_a_role_is_asked_for_it(cast, as_):
    project = make.draft(cast)
    response = as_(cast.manager).post(page("project_team", project), rows("rows", {"name": "Rosa"}))
    assert response.status_code == 422
    assert "Choose the role that this person fills." in response.content.decode()
    assert 'value="Rosa"' in response.content.decode()


def test_benefits_are_saved(cast, as_):
    project = make.draft(cast)
    sent = rows("rows", {"kind": "social", "title": "Shorter queues", "measure": "hours",
                         "baseline": "3", "target": "0.5", "owner": "owner@demo.example",
                         "due": "2028-01-01"}, {"kind": "financial"})  # fmt: skip
    as_(cast.manager).post(page("project_benefits", project), sent)
    assert [(one.kind, one.complete, one.due) for one in Benefit.objects.all()] == [
        ("social", True, date(2028, 1, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["project_team", "project_benefits", "project_case"])
@pytest.mark.parametrize("who", ["secretariat", "auditor", "preparer"])
def test_readers_save_nothing(cast, as_, name, who):
    project = make.draft(cast)
    sent = {**rows("rows"), **rows("options"), "base_year": 2026, "discount_rate": "10"}
    response = as_(getattr(cast, who)).post(page(name, project), sent)
    assert response.status_code == 403
    assert "Save" not in as_(getattr(cast, who)).get(page(name, project)).content.decode()


def test_the_business_case_is_written_and_appraised(cast, as_):
    project = make.draft(cast)
    client = as_(cast.manager)
    sent = rows(
        "options",
        {"title": "Nothing", "is_do_nothing": "on", "cost_2026": "0"},
        {"title": "Build", "preferred": "on", "cost_2026": "1000", "benefit_2027": "1,210"},
        {"title": ""},
        strategic="It must change.",
        discount_rate="10",
        base_year="2026",
        years="5",
        act="option",
    )
    response = client.post(page("project_case", project), sent)
    assert response.status_code == 302
    case = BusinessCase.objects.get()
    assert (case.strategic, case.discount_rate_bp, case.options.count()) == (
        "It must change.",
        1000,
        2,
    )
    shown = client.get(response.url)
    found = {
        row.option.title: (row.worth.npv, str(row.worth.ratio))
        for row in shown.context["appraised"]
    }
    assert found == {"Nothing": (0, "None"), "Build": (10_000, "1.10")}
    assert len(shown.context["options"].forms) == 3
    assert "preferred" in shown.content.decode()


def test_an_option_without_a_name_or_a_refusal_keeps_what_was_typed(cast, as_):
    project = make.draft(cast)
    client = as_(cast.manager)
    common = {"strategic": "Keep me", "discount_rate": "10", "base_year": "2026", "years": "5"}
    empty = rows("options", {"cost_2026": "5"}, **common)
    nameless = client.post(page("project_case", project), empty)
    assert nameless.status_code == 422
    assert "Name the option" in nameless.content.decode()
    two = rows(
        "options", {"title": "A", "preferred": "on"}, {"title": "B", "preferred": "on"}, **common
    )
    refused = client.post(page("project_case", project), two)
    assert "Only one option is the preferred one." in refused.content.decode()
    for response in (nameless, refused):
        assert "Keep me" in response.content.decode()
    assert not BusinessCase.objects.exists()


def test_the_secretariat_searches_answers_and_triages_in_the_browser(cast, as_):
    make.draft(cast, "Birth certificate of the north", problem=make.ENTRY["problem"])
    project = make.complete(cast)
    client = as_(cast.secretariat)
    client.post(page("project_duplicates", project), {"act": "search"})
    hit = DuplicateHit.objects.get()
    half = client.post(page("project_duplicates", project), {f"hit-{hit.pk}-answer": "reuse"})
    assert half.status_code == 422
    step = reverse("projects:project_step", args=[project.ref, "triage"])
    assert client.post(step, {"seen": "draft"}).status_code == 409
    client.post(page("project_duplicates", project), {
        f"hit-{hit.pk}-answer": "reuse", f"hit-{hit.pk}-explanation": "Its register is taken over.",
    })  # fmt: skip
    shown = client.get(step).content.decode()
    assert "Tier that follows" in shown
    assert client.post(step, {"seen": "draft"}).url == project.get_absolute_url()
    assert Project.objects.get(pk=project.pk).stage == "triaged"


def test_people_of_a_project_do_not_see_hits_of_others(cast, as_):
    other = make.draft(cast, "Birth certificate of the north", problem=make.ENTRY["problem"])
    Project.objects.filter(pk=other.pk).update(
        manager=cast.lead, owner=None, registered_by=cast.lead
    )
    project = make.answered(make.complete(cast), cast)
    text = as_(cast.manager).get(page("project_duplicates", project))
    assert "of the north" not in text.content.decode()
    assert "One project found is not shown" in text.content.decode()


def test_hold_and_lift_in_the_browser(cast, as_):
    project = make.at("alpha", cast)
    client = as_(cast.secretariat)
    wrong = client.post(page("hold_create", project), {"reason": "Why", "cure": "gate"})
    assert "Name the gate whose passing ends the hold." in wrong.content.decode()
    client.post(page("hold_create", project), {"reason": "Why", "cure": "gate", "gate": "G2"})
    hold = Hold.objects.get()
    lift = reverse("projects:hold_step", args=[hold.pk, "lift"])
    assert lift in client.get(page("hold_list", project)).content.decode()
    assert as_(cast.manager).post(lift, {"because": "done"}).status_code == 403
    assert as_(cast.stranger).post(lift, {"because": "done"}).status_code == 404
    assert as_(cast.secretariat).post(lift, {"because": ""}).status_code == 422
    as_(cast.secretariat).post(lift, {"because": "done"})
    assert Hold.objects.get().state == "lifted"


def test_a_finding_in_the_browser(cast, as_):
    project = make.at("alpha", cast)
    as_(cast.auditor).post(page("finding_create", project), {"text": "Paid twice", "urgent": "on"})
    assert (project.findings.get().text, Hold.objects.get().urgent) == ("Paid twice", True)
    text = as_(cast.manager).get(page("hold_list", project)).content.decode()
    assert "Paid twice" in text


def test_taking_on_in_the_browser(cast, as_, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    project = make.draft(cast, "Running since 2020")
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    sent = {"stage": "beta", "cost": "900000", "starts_on": "2020-01-01", "ends_on": "2025-01-01",
            "committed": "100", "spent": "50.25", "as_of": "2026-01-01", "source": "Report",
            "document": SimpleUploadedFile("report.pdf", pdf)}  # fmt: skip
    response = as_(cast.secretariat).post(page("takeon_create", project), sent)
    take_on = TakeOn.objects.get()
    assert (response.status_code, take_on.committed, take_on.spent) == (302, 10_000, 5_025)
    detail = take_on.get_absolute_url()
    confirm = reverse("projects:takeon_step", args=[take_on.pk, "confirm"])
    assert as_(cast.stranger).get(detail).status_code == 404
    assert as_(cast.secretariat).post(confirm, {}).status_code == 403
    text = as_(cast.authoriser).get(detail)
    assert confirm in text.content.decode()
    document = reverse("projects:takeon_document", args=[take_on.pk])
    assert b"".join(as_(cast.authoriser).get(document)) == pdf
    as_(cast.authoriser).post(confirm, {"seen": "proposed"})
    project.refresh_from_db()
    assert (project.stage, project.declared_not_gated) == ("beta", True)


def test_everybody_reads_tiers_and_only_an_administrator_changes_them(cast, as_):
    for user in vars(cast).values():
        assert as_(user).get(reverse("projects:tier_list")).status_code == 200
    edit, bands = reverse("projects:tier_edit", args=["small"]), reverse("projects:band_create")
    assert {as_(user).get(url).status_code for local, user in vars(cast).items() if local != "admin"
            for url in (edit, bands)} == {403}  # fmt: skip
    client = as_(cast.admin)
    client.post(bands, {"currency": "jpy", "medium": "1000", "large": "5000", "cap_small": "1",
                        "cap_medium": "2", "cap_large": "3"})  # fmt: skip
    found = TierBand.objects.filter(currency="JPY").order_by("tier__rank")
    assert list(found.values_list("from_cost", "discovery_cap")) == [(0, 1), (1000, 2), (5000, 3)]
    client.post(edit, {"decider": "chair", "papers_days": 1, "holdback_percent": 7,
                       "sealing": "server", "clawback_percent": 100, "disciplines": "desk, law",
                       "team_roles": ["data"]})  # fmt: skip
    tier = found.first().tier
    assert (tier.holdback_percent, tier.disciplines, tier.team_roles) == (
        7,
        ["desk", "law"],
        ["data"],
    )


@pytest.mark.parametrize(
    "name", ["project_team", "project_benefits", "project_duplicates", "hold_list"]
)
def test_pages_cost_the_same_however_much_stands_on_them(cast, as_, name):
    project = make.at("alpha", cast) if name == "hold_list" else make.complete(cast)
    client = as_(cast.secretariat)
    counts = []
    for number in range(2):
        for n in range(3):
            if name == "hold_list":
                hold = holds.place(
                    project, reason=f"Why {number}{n}", cure="change", by=cast.secretariat
                )
                perform(hold, "lift", by=cast.secretariat, because="done")
            if name == "project_duplicates":
                make.draft(cast, f"Online birth certificate {number}{n}")
        if name == "project_duplicates":
            make.answered(project, cast)
        client.get(page(name, project))
        with CaptureQueriesContext(connection) as found:
            assert client.get(page(name, project)).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_waiting_list_leads_where_the_act_is(cast):
    project = make.draft(cast)
    urls = {turn.step: turn.url for turn in waiting_for(cast.owner)}
    assert urls == {"accept_ownership": page("project_accept", project)}
    made = taking_on.propose(make.draft(cast, "Old one"), VALUES, by=cast.secretariat)
    assert made.get_absolute_url() in [turn.url for turn in waiting_for(cast.authoriser)]


def test_no_page_carries_a_style_or_a_script_of_its_own(cast, as_):
    project = make.complete(cast)
    for name in [*READ, "project_edit"]:
        text = as_(cast.manager).get(page(name, project)).content.decode()
        assert not re.search(r' style="| on\w+="|<script(?![^>]*src)', text), name


def test_the_project_page_leads_to_what_each_person_may_do(cast, as_):
    project = make.draft(cast)
    offered = {
        "owner": {"project_accept"},
        "secretariat": {"project_duplicates", "takeon_create", "hold_create"},
        "auditor": {"hold_create", "finding_create"},
        "manager": set(),
    }
    for local, names in offered.items():
        text = as_(getattr(cast, local)).get(project.get_absolute_url()).content.decode()
        start = text.index('class="c-head__acts"')
        head = text[start : text.index('class="c-contents"', start)]
        for name in ACT | {"project_duplicates": None}:
            if name != "project_edit":
                assert (f'"{page(name, project)}"' in head) == (name in names), (local, name)
    made = taking_on.propose(project, VALUES, by=cast.secretariat)
    text = as_(cast.authoriser).get(project.get_absolute_url()).content.decode()
    assert made.get_absolute_url() in text
