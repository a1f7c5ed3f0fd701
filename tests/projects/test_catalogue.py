"""The catalogue entry: what it lacks, who edits what when, and what the history keeps of it."""

import json
from datetime import date
from decimal import Decimal

import pytest

from core.models import Event
from core.refusals import Denied, Refused
from projects import baselines, cases, entries
from projects.models import Project
from tests.factories import projects as make

pytestmark = pytest.mark.django_db

WITHOUT = {
    "problem": ("", "Describe the problem to be solved."),
    "users_and_needs": ("", "Say who the users are and what they need."),
    "institution": (None, "Name the institution."),
    "manager": (None, "Name the project manager."),
    "owner": (None, "Name the owner who certifies."),
    "cost": (None, "Enter the whole-life cost."),
    "starts_on": (None, "Enter the date of the start."),
    "ends_on": (None, "Enter the date of the end."),
    "risk": ("", "Judge the risk: low, medium or high."),
    "shared_components": ([], "Say which shared components are used, or that none is."),
    "open_standards": ("", "Name the open standards that are followed."),
    "licence": ("", "Name the licence under which the source code will be published."),
}


def test_a_complete_entry_lacks_nothing(cast):
    assert make.complete(cast).gaps() == []


@pytest.mark.parametrize("name", WITHOUT)
def test_each_thing_that_is_missing_is_named_with_its_place(cast, name):
    value, sentence = WITHOUT[name]
    project = make.complete(cast)
    Project.objects.filter(pk=project.pk).update(**{name: value})
    project = Project.objects.get()
    assert sentence in project.gaps()
    gap = next(gap for gap in project.lacks() if gap.sentence == sentence)
    assert (gap.page, gap.field) == ("projects:project_edit", name)


@pytest.mark.parametrize("kind", ["financial", "social"])
@pytest.mark.parametrize("missing", ["measure", "baseline", "target", "owner", "all"])
def test_a_benefit_of_each_kind_with_all_its_parts(cast, kind, missing):
    project = make.complete(cast)
    kinds = {"financial", "social"} - ({kind} if missing == "all" else set())
    empty = {"measure": "", "baseline": None, "target": None, "owner": None}
    rows = [
        make.benefit(
            found, cast, **({missing: empty[missing]} if found == kind and missing != "all" else {})
        )
        for found in kinds
    ]
    cases.save_benefits(project, rows, by=cast.manager)
    assert project.gaps() == [
        f"Describe at least one {kind} benefit with measure, baseline, target and owner."
    ]


@pytest.mark.parametrize(
    ("cost", "roles"),
    [
        (5_000_000, ["product manager", "technical lead"]),
        (50_000_000, ["product manager", "delivery manager", "user researcher", "technical lead"]),
        (500_000_000, ["product manager", "delivery manager", "user researcher", "technical lead",
                       "security lead", "accessibility lead"]),
    ],
)  # fmt: skip
def test_the_tier_says_which_roles_are_to_be_filled(cast, cost, roles):
    project = make.complete(cast, cost=cost)
    cases.save_team(project, [{"role": "designer", "name": "", "person": None}], by=cast.manager)
    assert project.gaps() == [f"Fill the team role: {role}." for role in roles]


def test_manager_and_owner_are_two_people(cast):
    with pytest.raises(Refused, match="must be two people: one prepares, the other certifies"):
        make.draft(cast, owner=cast.manager)


def test_a_draft_needs_only_a_title(cast):
    project = entries.register({"title": "An idea"}, by=cast.manager)
    assert (project.ref, project.stage, project.registered_by) == (
        "P-000001",
        "draft",
        cast.manager,
    )
    with pytest.raises(Refused, match="title"):
        entries.register({"title": "  "}, by=cast.manager)


def test_every_save_is_kept_with_before_and_after(cast):
    project = make.draft(cast)
    entries.edit(project, {"risk": "high", "title": project.title}, by=cast.manager, because="seen")
    event = Event.objects.filter(dossier=project.dossier).last()
    assert (event.verb, event.because) == ("projects.project.update", "seen")
    assert json.loads(event.details) == {"changed": {"risk": ["low", "high"]}}
    before = Event.objects.count()
    entries.edit(project, {"risk": "high"}, by=cast.manager)
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("who", "may"),
    [("manager", True), ("owner", True), ("secretariat", False), ("admin", False),
     ("product", False), ("auditor", False), ("stranger", False)],
)  # fmt: skip
def test_who_edits_a_draft_with_a_manager(cast, who, may):
    assert edited(make.draft(cast), getattr(cast, who)) == may


@pytest.mark.parametrize(
    ("who", "may"), [("secretariat", True), ("manager", True), ("stranger", False)]
)
def test_a_draft_without_manager_is_edited_by_who_registered_it_and_the_secretariat(cast, who, may):
    assert edited(make.draft(cast, manager=None, owner=None), getattr(cast, who)) == may


def edited(project, user):
    try:
        entries.edit(project, {"life_event": "birth"}, by=user)
    except Denied:
        return False
    return True


OPEN = {
    "draft": {"title", "cost", "licence"},
    "triaged": {"cost", "licence"},
    "business_case": {"cost", "licence"},
    "alpha": {"licence"},
    "live": {"licence"},
    "closed": set(),
    "stopped": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("stage", OPEN)
def test_what_may_still_be_edited_at_each_stage(cast, stage):
    project = make.at(stage, cast)
    may = set()
    for name, value in {"title": "Other", "cost": 1, "licence": "MIT"}.items():
        try:
            project = entries.edit(project, {name: value}, by=cast.manager)
            may.add(name)
        except Refused:
            continue
    assert may == OPEN[stage]


def test_upper_rooms_freeze_the_figures(cast):
    project = make.at("business_case", cast)
    entries.freezes.append(lambda found: ["A review is under way."])
    try:
        with pytest.raises(Refused, match=r"^A review is under way\.$"):
            entries.edit(project, {"cost": 7}, by=cast.manager)
        entries.edit(project, {"licence": "MIT"}, by=cast.manager)
    finally:
        entries.freezes.pop()


def test_a_new_cost_before_v0_moves_the_tier(cast):
    project = make.triaged(cast)
    project = entries.edit(project, {"cost": 10_000_000_000}, by=cast.manager)
    assert project.tier.code == "large"


def test_contradictions_are_refused(cast):
    project = make.draft(cast)
    with pytest.raises(Refused) as refused:
        entries.edit(project, {"ends_on": date(2020, 1, 1), "cost": -1}, by=cast.manager)
    assert refused.value.reasons == (
        "The end lies before the start: correct one of the two dates.",
        "The whole-life cost cannot be negative.",
    )


@pytest.mark.parametrize("who", ["manager", "secretariat", "admin", "stranger", "clock"])
def test_only_the_owner_accepts(cast, who):
    with pytest.raises(Denied):
        entries.accept_ownership(make.draft(cast), by=vars(cast).get(who, cast.lead))


def test_a_new_owner_must_accept_anew(cast):
    project = make.complete(cast)
    with pytest.raises(Refused, match="already accepted"):
        entries.accept_ownership(project, by=cast.owner)
    project = entries.edit(project, {"owner": cast.product}, by=cast.manager)
    assert project.owner_accepted_at is None
    assert entries.accept_ownership(project, by=cast.product).owner_accepted_at


# Who sees


def test_who_sees_what(cast):
    mine = make.draft(cast)
    other = entries.register({"title": "Of others"}, by=cast.lead)
    seen = {
        local: set(Project.objects.visible_to(user).values_list("pk", flat=True))
        for local, user in vars(cast).items()
    }
    everything = {mine.pk, other.pk}
    for local in ("secretariat", "preparer", "authoriser", "recorder", "auditor", "admin"):
        assert seen.pop(local) == everything, local
    assert seen.pop("manager") == seen.pop("owner") == {mine.pk}
    assert seen.pop("lead") == {other.pk}
    assert seen.pop("officer") == seen.pop("officer2") == {mine.pk}  # of their institution
    assert set(map(frozenset, seen.values())) == {frozenset()}


def test_team_and_benefit_owners_see_their_project(cast):
    project = make.draft(cast)
    cases.save_team(project, [{"role": "designer", "person": cast.stranger, "name": ""}],
                    by=cast.manager)  # fmt: skip
    cases.save_benefits(project, [make.benefit("social", cast, owner=cast.editor)], by=cast.manager)
    for user in (cast.stranger, cast.editor):
        assert list(Project.objects.visible_to(user)) == [project]


# Business case

CASE = {"strategic": "Why", "economic": "", "commercial": "", "financial": "", "management": "",
        "discount_rate_bp": 1000, "base_year": 2026}  # fmt: skip


def option(title, years, **values):
    return {"title": title, "is_do_nothing": False, "preferred": False, "years": years, **values}


def test_a_case_is_saved_and_appraised_at_its_rate(cast):
    project = make.at("triaged", cast)
    rows = [option("Nothing", [(2026, 0, 0)], is_do_nothing=True),
            option("Build", [(2026, 100_000, 0), (2027, 0, 121_000)], preferred=True)]  # fmt: skip
    case = cases.save_case(project, CASE, rows, by=cast.manager)
    found = cases.appraised(case)
    assert [(row.option.title, row.worth.npv, row.worth.ratio) for row in found] == [
        ("Nothing", 0, None), ("Build", 10_000, Decimal("1.10")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([option("A", [], preferred=True), option("B", [], preferred=True)],
         "Only one option is the preferred one."),
        ([option("A", [], is_do_nothing=True), option("B", [], is_do_nothing=True)],
         "Only one option is doing nothing."),
        ([option("A", [(2025, 1, 1)])], "Option “A” has a year before the base year 2026."),
        ([option("A", [(2026, 1, 1), (2026, 1, 1)])], "Option “A” has a year twice."),
    ],
)  # fmt: skip
def test_nonsense_in_a_case_is_refused(cast, rows, sentence):
    with pytest.raises(Refused) as refused:
        cases.save_case(make.draft(cast), CASE, rows, by=cast.manager)
    assert refused.value.reasons == (sentence,)


def test_after_the_first_baseline_case_and_benefits_are_closed(cast):
    project = make.at("alpha", cast)
    baselines.set_first(project, by=cast.owner)
    with pytest.raises(Refused, match="kept as it was"):
        cases.save_case(project, CASE, [], by=cast.manager)
    with pytest.raises(Refused, match="first baseline"):
        cases.save_benefits(project, [], by=cast.manager)
    cases.save_team(project, [{"role": "designer", "person": None, "name": "Ana"}], by=cast.manager)
    assert project.team.get().name == "Ana"
