"""Finding what already exists: accents, case and word order do not matter; hits are answered."""

import pytest

from core.models import Event
from core.refusals import Denied, Refused
from core.steps import blockers, step
from projects import duplicates, entries, likeness, search
from projects.folding import fold, words
from projects.models import DuplicateHit, Project
from tests.factories import projects as make

pytestmark = pytest.mark.django_db


def other(cast, title, **values):
    values = {"problem": "Otro asunto sin relación alguna.", "tags": [], **values}
    return make.draft(cast, title, **values)


@pytest.fixture
def portfolio(cast):
    return {
        title: other(cast, title)
        for title in (
            "Acta de Nacimiento en línea", "Expediente clínico electrónico",
            "Ventanilla única de comercio exterior", "Padrón de aguas subterráneas",
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("acta de nacimiento en línea", "Acta de Nacimiento en línea"),
        ("LINEA nacimiento ACTA", "Acta de Nacimiento en línea"),
        ("Línea, acta; nacimiento!", "Acta de Nacimiento en línea"),
        ("electronico clinico", "Expediente clínico electrónico"),
        ("padron subterran", "Padrón de aguas subterráneas"),
        ("única ventan", "Ventanilla única de comercio exterior"),
    ],
)
def test_words_find_their_project(portfolio, text, title):
    assert [found.title for found in search.matching(Project.objects.all(), text)] == [title]


@pytest.mark.parametrize(
    "text",
    ['"', "'; DROP TABLE projects_project; --", "acta AND", "NEAR(", "acta*)", "a:b", "^", "-acta",
     "nacimiento & | !", "(((", "\\", "%", "folded:acta", "\x00acta"],
)  # fmt: skip
def test_nothing_that_people_type_breaks_the_search(portfolio, text):
    assert len(search.matching(Project.objects.all(), text)) <= len(portfolio)


def test_no_word_finds_all_and_a_reference_its_project(portfolio):
    everything = Project.objects.all()
    assert search.matching(everything, "  ").count() == 4
    one = next(iter(portfolio.values()))
    assert search.matching(everything, one.ref.lower()).get() == one


def test_the_index_follows_the_rows(cast, portfolio):
    project = portfolio["Padrón de aguas subterráneas"]
    entries.edit(project, {"title": "Registro de pozos"}, by=cast.manager)
    everything = Project.objects.all()
    assert search.matching(everything, "registro pozos").get() == project
    assert not search.matching(everything, "padron subterraneas").exists()


def test_search_finds_what_is_alike_ranked_and_never_itself(cast, portfolio):
    project = other(cast, "Actas de nacimiento digitales en linea", tags=["nacimiento"])
    near = other(cast, "Línea de actas digitales", tags=["registro"])
    made = duplicates.run(project, by=cast.secretariat)
    hits = list(made.hits.select_related("other"))
    assert [hit.other.title for hit in hits][:2] == sorted(
        ["Acta de Nacimiento en línea", near.title],
        key=lambda title: -next(hit.score for hit in hits if hit.other.title == title),
    )
    assert project not in [hit.other for hit in hits]
    assert all(duplicates.THRESHOLD <= hit.score <= 100 for hit in hits)


def test_the_same_words_in_another_order_are_wholly_alike():
    one = likeness.profile("Certificado de nacimiento", "Filas largas", ["registro"])
    two = likeness.profile("NACIMIENTO, certificados", "largas filas", ["Registro"])
    assert likeness.likeness(one, two) == 100


def test_at_most_ten_are_to_be_answered(cast):
    for number in range(13):
        other(cast, f"Portal de becas estudiantiles {number}")
    project = other(cast, "Portal de becas estudiantiles")
    assert duplicates.run(project, by=cast.secretariat).hits.count() == 10


def test_every_hit_must_be_answered_before_triage(cast):
    other(cast, "Online birth certificate of the north", problem=make.ENTRY["problem"])
    project = make.complete(cast)
    made = duplicates.run(project, by=cast.secretariat)
    assert triage_blockers(project) == [
        "Found projects without an answer in the search for duplicates: 1."
    ]
    hit = made.hits.get()
    with pytest.raises(Refused, match="explain it"):
        duplicates.answer(hit, "different", "   ", by=cast.secretariat)
    duplicates.answer(hit, "reuse", "It takes over its register.", by=cast.secretariat)
    assert triage_blockers(project) == []
    event = Event.objects.filter(dossier=project.dossier).last()
    assert (event.verb, event.because) == (
        "projects.project.answer_duplicate", "It takes over its register.",
    )  # fmt: skip


def test_a_new_search_keeps_the_answers_to_the_same_hits(cast):
    other(cast, "Online birth certificate of the north", problem=make.ENTRY["problem"])
    project = make.complete(cast)
    hit = duplicates.run(project, by=cast.secretariat).hits.get()
    duplicates.answer(hit, "different", "It serves another state.", by=cast.secretariat)
    again = duplicates.run(project, by=cast.secretariat).hits.get()
    assert (again.pk != hit.pk, again.answer, again.explanation) == (
        True, "different", "It serves another state.",
    )  # fmt: skip
    with pytest.raises(Refused, match="newer search"):
        duplicates.answer(hit, "join", "No.", by=cast.secretariat)


def test_a_changed_title_makes_the_search_stale(cast):
    project = make.answered(make.complete(cast), cast)
    entries.edit(project, {"title": "Online marriage certificate"}, by=cast.manager)
    project = Project.objects.get(pk=project.pk)
    assert "search again" in " ".join(triage_blockers(project))


def triage_blockers(project):
    return blockers(project, step(project, "triage"))


@pytest.mark.parametrize("who", ["manager", "owner", "auditor", "admin", "stranger", "preparer"])
def test_only_the_secretariat_searches(cast, who):
    project = make.complete(cast)
    with pytest.raises(Denied):
        duplicates.run(project, by=getattr(cast, who))


def test_after_triage_the_search_is_closed(cast):
    project = make.triaged(cast)
    with pytest.raises(Refused, match="before triage"):
        duplicates.run(project, by=cast.secretariat)


def test_folding():
    assert fold("Ñandú  ÁÉÍ-óü", "", "ß_x") == "nandu aei ou ss x"
    assert words("a b A", "c b") == ["a", "b", "c"]


def test_answers_are_those_of_the_domain():
    assert set(DuplicateHit.Answer.values) == {"different", "reuse", "join", "replaces"}
