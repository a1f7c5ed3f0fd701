"""Names of companies: what is one name, what looks alike, and what a bare name leads to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import vendors
from vendors import matching, naming
from vendors.matching import Index, Named
from vendors.models import Match

ONE = [
    ("TrueTandem\u200b", "True Tandem LLC"), ("Agileana", "Agileana LLC"),
    ("Flexion, Inc.", "Flexion Inc."), ("FLEXION INCORPORATED", "Flexion"),
    ("Sistemas del Norte, S.A. de C.V.", "sistemas  del norte SA DE CV"),
    ("Grupo A S. A. de C. V.", "Grupo A"), ("Tecnología Ñandú S. de R.L. de C.V.",
                                             "TECNOLOGIA NANDU"),
    ("Acme S.A.P.I. de C.V.", "Acme"), ("Ernst & Young", "Ernst y Young"),
    ("Smith & Co.", "Smith and Company"), ("Ａｃｍｅ　Ｌ．Ｌ．Ｃ．", "acme"),
    ("Caf\u00e9 Digital", "Cafe\u0301 Digital"), ("Soft\u00adware\u00a0Uno", "Software Uno"),
    ("O'Neil Ltd", "O’Neil Limited"), ("Müller GmbH & Co. KG", "Muller"),
    ("Bo\u2060oz\ufeff Allen", "Booz-Allen"), ("Alfa Sociedad Civil", "Alfa, S.C."),
    ("Beta SpA", "BETA S.p.A."), ("Gama Ltda.", "Gama"), ("Delta B.V.", "Delta BV"),
    ("Ørsted A/S", "Orsted"), ("Acme Sociedad Anónima de Capital Variable", "ACME"),
]  # fmt: skip
TWO = [
    ("Sistemas del Norte", "Sistemas del Sur"), ("AT&T", "ATT"), ("Grupo 21", "Grupo 22"),
    ("Consultoría Alfa", "Consultoría Beta"), ("Acme Technologies", "Acme Solutions"),
    ("A&B Consulting", "AB Consulting"),
]  # fmt: skip
ALIKE = [
    ("Flexon Inc", "Flexion"), ("Booz Allen", "Booz Allen Hamilton Inc"),
    ("Alfa Sistemas", "Sistemas Alfa SA"), ("Accenture", "Accenture Federal Services LLC"),
    ("NCI Information", "NCI Information Systems"), ("Tecnologias Aztlan", "Tecnología Aztlán"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), ONE)
def test_spellings_of_one_name(first, second):
    assert naming.key(first) == naming.key(second) != ""


@pytest.mark.parametrize(("first", "second"), TWO)
def test_two_names_are_neither_one_nor_alike(first, second):
    assert naming.key(first) != naming.key(second)
    assert not naming.alike(first, second)


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_names_that_look_alike_are_for_a_person(first, second):
    assert naming.key(first) != naming.key(second)
    assert naming.alike(first, second)
    assert naming.alike(second, first)


def test_a_name_that_is_only_a_legal_form_or_nothing():
    assert naming.key("Inc.") == "inc"
    assert naming.key(" \u200b\u2800 --- ") == ""
    assert naming.tidy("  Uno\u200b\t\u00a0Dos\n ") == "Uno Dos"


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_itself_and_holds_letters_and_digits(text):
    key = naming.key(text)
    assert all(sign.isalnum() for sign in key)
    assert naming.key(naming.tidy(text)) == key
    assert naming.key(key) == key


LATIN = st.text(st.characters(codec="latin-1", categories=["Lu", "Ll", "Nd"],
                              exclude_characters="ß"), min_size=3, max_size=12)  # fmt: skip
FORMS = ["", " SA de CV", ", S.A. de C.V.", " Inc.", " L.L.C.", ", GmbH", " S. de R.L. de C.V.",
         " Ltda", " Corporation"]  # fmt: skip


@given(st.lists(LATIN, min_size=1, max_size=4), st.sampled_from(FORMS), st.data())
def test_the_key_does_not_see_case_accents_signs_spaces_and_forms(words, form, data):
    words = ["Zzz", *words, "Zzz"]  # so that no word of the name is a form itself, or an "and"
    plain = " ".join(words)
    gap = st.sampled_from(["  ", "\u00a0", " - ", ", ", "\u200b ", " \ufeff"])
    changed = "".join(data.draw(gap) if sign == " " else sign for sign in plain)
    for how in (str.upper, str.lower, lambda text: unicodedata.normalize("NFD", text)):
        assert naming.key(how(changed) + form) == naming.key(plain)


@given(st.text("abcdef", min_size=0, max_size=8), st.text("abcdef", min_size=0, max_size=8))
def test_the_distance_is_symmetric_and_stops(first, second):
    far = naming.distance(first, second, 20)
    assert far == naming.distance(second, first, 20)
    assert naming.distance(first, second, 1) == min(far, 2)
    assert (far == 0) == (first == second)


# What a bare name leads to


@pytest.mark.django_db
def test_a_bare_name_finds_the_one_vendor_of_its_spelling(cast):
    tandem = vendors.vendor(cast, "True Tandem LLC", "US")
    flexion = vendors.vendor(cast, "Flexion Inc.", "US")
    assert matching.find("TrueTandem\u200b").vendor == tandem
    assert matching.find("Flexion, Inc.") == (flexion, [])
    assert matching.find("Flexon") == (None, [(flexion, "similar")])
    assert matching.find("Nobody Known") == (None, [])
    assert matching.find(" \u200b ") == (None, [])


@pytest.mark.django_db
def test_two_vendors_of_one_name_are_never_guessed(cast):
    rows = [vendors.vendor(cast, "Acme Inc", "US"), vendors.vendor(cast, "ACME LLC", "US")]
    found = matching.find("Acme")
    assert found == (None, [(row, "name_twice") for row in rows])
    match = matching.queue_name("Acme", found, by=cast.officer, place="orders.csv:2")
    again = matching.queue_name("ACME\u200b", found, by=cast.officer, place="orders.csv:9")
    assert (match, Match.objects.count()) == (again, 1)
    assert list(match.candidates.values_list("vendor", "ground")) == [
        (row.pk, "name_twice") for row in rows
    ]


@pytest.mark.django_db
def test_registrations_that_wait_are_no_vendors_yet(cast):
    vendors.vendor(cast, "Acme Inc", "US", state="to_match")
    assert matching.find("Acme") == (None, [])
    assert not Index.load().judge(Named("Acme", "US")).is_new
