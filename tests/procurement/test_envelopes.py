"""Envelopes open in their own place only; shares catch typos; receipts are checked alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from shamir_mnemonic.wordlist import WORDLIST

from core.refusals import Refused
from procurement import envelopes, receipts, shares, slot_key

PAIR = envelopes.new_pair()
HERE = envelopes.place("C-000001", "V-000001", "technical")


@settings(max_examples=30, deadline=None)
@given(some.binary(max_size=3000), some.integers(0, 500))
def test_what_is_sealed_comes_out_as_it_was_and_is_as_long_as_asked(content, more):
    size = len(content) + envelopes.OVERHEAD + more
    sealed = envelopes.seal(content, PAIR.public, HERE, size=size)
    assert len(sealed) == size
    assert envelopes.open_envelope(sealed, PAIR.private, HERE) == content


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("C-000002", "V-000001", "technical"),
        ("C-000001", "V-000002", "technical"),
        ("C-000001", "V-000001", "price"),
        ("C-000001", "V-000001", "file:1"),
    ],
)
def test_an_envelope_moved_elsewhere_fails_to_open(elsewhere):
    sealed = envelopes.seal(b"our bid", PAIR.public, HERE, size=500)
    with pytest.raises(envelopes.WillNotOpen, match="moved"):
        envelopes.open_envelope(sealed, PAIR.private, envelopes.place(*elsewhere))


def test_another_key_a_changed_bit_and_nonsense_fail_to_open():
    sealed = envelopes.seal(b"our bid", PAIR.public, HERE, size=500)
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for envelope, key in (
        (sealed, envelopes.new_pair().private), (changed, PAIR.private), (b"", PAIR.private),
        (b"\x02" + sealed[1:], PAIR.private), (sealed[:20], PAIR.private),
    ):  # fmt: skip
        with pytest.raises(envelopes.WillNotOpen):
            envelopes.open_envelope(envelope, key, HERE)


def test_content_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not fit"):
        envelopes.seal(b"x" * 100, PAIR.public, HERE, size=120)


def test_a_pair_follows_from_its_private_key():
    assert envelopes.pair_of(PAIR.private) == PAIR


@settings(max_examples=10, deadline=None)
@given(some.permutations(range(5)))
def test_any_three_of_five_shares_give_the_key_back_and_two_do_not(order):
    made = shares.split(PAIR.private, 3, 5)
    chosen = [made[place] for place in order]
    assert shares.combine(chosen[:3]) == PAIR.private
    with pytest.raises(Refused, match="do not give the key back"):
        shares.combine(chosen[:2])


def test_shares_of_two_keys_do_not_mix():
    one = shares.split(PAIR.private, 2, 3)
    other = shares.split(envelopes.new_pair().private, 2, 3)
    with pytest.raises(Refused):
        shares.combine([one[0], other[1]])


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (4, 3), (2, 17)])
def test_numbers_of_shares_that_make_no_sense_are_refused(threshold, count):
    with pytest.raises(ValueError, match="not possible"):
        shares.split(PAIR.private, threshold, count)


def test_a_share_is_read_with_numbers_commas_and_capitals():
    words = shares.split(PAIR.private, 2, 2)[0]
    typed = ", ".join(f"{n}. {word.upper()}" for n, word in enumerate(words.split(), start=1))
    assert shares.read(typed) == words


def test_typos_in_a_share_are_named():
    words = shares.split(PAIR.private, 2, 2)[0].split()
    with pytest.raises(Refused) as wrong:
        shares.read(" ".join(["acadmic", *words[1:]]))
    assert "Word 1, “acadmic”, is not in the list of words. Is it “academic”?" in str(wrong.value)
    with pytest.raises(Refused) as unknown:
        shares.read(" ".join([*words[:2], "%%%%", *words[3:]]))
    assert "Word 3, “%%%%”, is not in the list of words." in str(unknown.value)
    with pytest.raises(Refused, match="A share has 33 words; these are 32"):
        shares.read(" ".join(words[1:]))
    other = next(word for word in WORDLIST if word != words[4])
    with pytest.raises(Refused, match="do not belong together"):
        shares.read(" ".join([*words[:4], other, *words[5:]]))


def test_a_share_is_known_again_by_its_mark_alone():
    words = shares.split(PAIR.private, 2, 2)
    known = shares.mark(words[0], "salt")
    assert shares.is_marked(words[0].upper(), "salt", known)
    assert not shares.is_marked(words[1], "salt", known)
    assert not shares.is_marked(words[0], "other", known)


RECEIPT = receipts.Receipt(
    "seal", 7, 12, datetime(2026, 11, 29, 17, 59, 59, 999_999, tzinfo=UTC), "ab" * 32
)


def test_a_receipt_is_read_back_however_it_is_typed():
    code = receipts.code(RECEIPT)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("-", ""), f" {code}\n"):
        assert receipts.read(typed) == RECEIPT


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 10_000), some.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_receipt_with_another_letter_is_none_of_ours(place, letter):
    letters = receipts.code(RECEIPT).replace("-", "")
    place %= len(letters)
    changed = letters[:place] + letter + letters[place + 1 :]
    assert (receipts.read(changed) == RECEIPT) == (changed == letters)


@settings(max_examples=60, deadline=None)
@given(some.text(max_size=200))
def test_nonsense_is_no_receipt(text):
    assert receipts.read(text) is None


def test_the_hash_of_a_bid_is_salted_and_covers_both_parts():
    salt = receipts.new_salt()
    whole = receipts.digest(salt, {"a": "í"}, {"total": 5})
    assert whole == receipts.digest(salt, {"a": "í"}, {"total": 5})
    assert whole != receipts.digest(receipts.new_salt(), {"a": "í"}, {"total": 5})
    assert whole != receipts.digest(salt, {"a": "í"}, {"total": 6})
    assert whole != receipts.digest(salt, {"a": "i"}, {"total": 5})
    parts = [receipts.part_digest(salt, "technical", {"a": "í"}),
             receipts.part_digest(salt, "price", {"total": 5})]  # fmt: skip
    assert receipts.joined(salt, *parts) == whole


def test_keys_under_the_slot_key_differ_by_purpose_and_part(settings):
    found = {slot_key.derive("page", 1, 23), slot_key.derive("page", 12, 3),
             slot_key.derive("pages", 1, 23), slot_key.derive("page", "1", "2", "3")}  # fmt: skip
    assert len(found) == 4
    settings.SLOT_KEY = "another"
    assert slot_key.derive("page", 1, 23) not in found
