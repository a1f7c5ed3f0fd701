"""Shares of a key: words that custodians write down (SLIP-39), and what is wrong with a typo."""

import difflib
import hashlib
import hmac
from collections.abc import Sequence

import shamir_mnemonic as slip39
from django.utils.translation import gettext as _
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST

from core.refusals import Refused

WORDS = 33
"""Words of a share of a key of 32 bytes."""
FEWEST, MOST = 2, 16
"""SLIP-39 splits a secret into sixteen shares at most; with one alone nothing would be shared."""


def split(private: bytes, threshold: int, count: int) -> list[str]:
    """So many shares of a key, any `threshold` of which give it back; words with spaces between.

    Raises ValueError for numbers that make no sense.
    """
    if not FEWEST <= threshold <= count <= MOST:
        raise ValueError(f"{threshold} of {count} shares are not possible")
    made = slip39.generate_mnemonics(1, [(threshold, count)], private, iteration_exponent=0)
    return list(made[0])


def tidy(text: str) -> str:
    """The words as they were made: lower case, one space between; numbers before them go."""
    found = text.lower().replace(",", " ").replace(".", " ").split()
    return " ".join(word for word in found if not word.isdigit())


def read(text: str) -> str:
    """The words of a share, checked one by one; raises Refused with what is wrong with them."""
    words = tidy(text).split()
    for number, word in enumerate(words, start=1):
        if word not in WORDLIST:
            raise Refused(_unknown(number, word))
    if len(words) != WORDS:
        raise Refused(
            _("A share has %(whole)d words; these are %(count)d.")
            % {"whole": WORDS, "count": len(words)}
        )
    try:
        Share.from_mnemonic(" ".join(words))
    except slip39.MnemonicError as error:
        raise Refused(
            _("Every word is in the list, but they do not belong together: one is another word of "
              "the list, or two changed places. Compare them with what you wrote down.")
        ) from error  # fmt: skip
    return " ".join(words)


def _unknown(number: int, word: str) -> str:
    """What to say of a word that is not in the list, with the nearest that is."""
    near = difflib.get_close_matches(word, WORDLIST, n=1, cutoff=0.5)
    said = {"number": number, "word": word[:40]}
    if not near:
        return _("Word %(number)d, “%(word)s”, is not in the list of words.") % said
    return _("Word %(number)d, “%(word)s”, is not in the list of words. Is it “%(near)s”?") % {
        **said, "near": near[0]
    }  # fmt: skip


def mark(words: str, salt: str) -> str:
    """By what a share is known again without being kept: a salted SHA-256 of its 256 bits."""
    return hashlib.sha256(f"{salt}|{tidy(words)}".encode()).hexdigest()


def is_marked(words: str, salt: str, known: str) -> bool:
    """Whether these are the words of which only the mark was kept."""
    return hmac.compare_digest(mark(words, salt), known)


def combine(words: Sequence[str]) -> bytes:
    """The key that enough shares give back; raises Refused where they do not."""
    try:
        return slip39.combine_mnemonics([tidy(text) for text in words])
    except slip39.MnemonicError as error:
        raise Refused(
            _("These shares do not give the key back: some are of another key, or too few.")
        ) from error
