"""Names of companies as they are compared: folded, without legal form. Pure.

Two spellings are one name when they differ only in case, spaces, accents, punctuation, legal form
or characters that nobody sees. What is merely alike is for a person to judge.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from vendors.company_endings import FORMS, LONGEST

LONGEST_KEY = 250
AND = "and"
ANDS = frozenset({"y", "e", "et", "und", "en", "and"})
UNSEEN = frozenset(
    "\u034f\u180b\u180c\u180d\u180f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u2065\ufff0"
)
"""Characters that show nothing and yet count as letters or signs."""
OTHERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
                        "ı": "i", "ħ": "h", "ŧ": "t", "ĸ": "k"})  # fmt: skip
"""Letters that no decomposition brings to plain ones."""
GENERIC = frozenset(
    "the de del la el los las of for en y and al a da do dos group grupo holding holdings "
    "international internacional global mexico usa us america americas american mexicana "
    "mexicano latam services service servicios servicio solutions solution soluciones "
    "solucion systems system sistemas sistema technology technologies tecnologia "
    "tecnologias tech consulting consultants consultores consultoria consultancy software "
    "digital information informacion informatica it ti public sector federal government "
    "gobierno partners asociados associates industries industrias comercial "
    "comercializadora corporativo company compania enterprises empresas sciences science "
    "data datos labs laboratorios studio estudio network networks redes worldwide national "
    "nacional engineering ingenieria research management development desarrollo desarrollos "
    "innovation innovacion".split()
)
"""Words that many companies share: by them alone no two are alike."""
TOLERANCE = ((12, 2), (5, 1))
"""So many letters of a key, and how many may be typed wrongly in it."""
_SEPARATE = re.compile(r"[\s\-_/\\|,;:()\[\]{}<>\"“”«»„‟‹›+*#@!¡?¿=~^·•–—−―]+")


class Name(NamedTuple):
    """A name taken apart: its key, its words without legal form, and the form it states."""

    key: str
    words: tuple[str, ...]
    form: str


def tidy(text: str) -> str:
    """The name as it is shown: without characters that nobody sees, one space between words."""
    composed = unicodedata.normalize("NFC", str(text))
    seen = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Zs") else sign
                   for sign in composed if not _unseen(sign))  # fmt: skip
    return " ".join(seen.split())


def _unseen(sign: str) -> bool:
    picture = "\ufe00" <= sign <= "\ufe0f" or sign >= "\U000e0000"
    return sign in UNSEEN or picture or unicodedata.category(sign) in ("Cf", "Cn", "Co", "Cs")


@lru_cache(maxsize=20_000)
def taken_apart(text: str) -> Name:
    """The parts of a name; its key is empty when nothing can be read in it."""
    words = _words(text)
    rest, forms = words, []
    while found := _form_at_end(rest):
        form, length = found
        forms.append(form)
        rest = rest[:-length]
    return Name("".join(rest)[:LONGEST_KEY], tuple(rest), " ".join(reversed(forms)))


def key(text: str) -> str:
    """What is equal in all spellings of one name; empty when nothing can be read in it."""
    return taken_apart(text).key


def _words(text: str) -> list[str]:
    plain = _plain(_plain(text))  # small letters may bring new marks with them: twice is enough
    plain = plain.replace("&", f" {AND} ").replace("＆", f" {AND} ")
    parts = ["".join(sign for sign in word if sign.isalnum())
             for word in _SEPARATE.split(plain)]  # fmt: skip
    words = [word for word in parts if word]
    last = len(words) - 1
    return [AND if word in ANDS and 0 < place < last else word for place, word in enumerate(words)]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", tidy(text).casefold())
    marks = ("Mn", "Me")
    kept = "".join(sign for sign in decomposed if unicodedata.category(sign) not in marks)
    return kept.translate(OTHERS).casefold()


def _form_at_end(words: list[str]) -> tuple[str, int] | None:
    """The longest legal form at the end, and of how many words; a name is never all form."""
    for length in range(min(LONGEST, len(words) - 1), 0, -1):
        form = FORMS.get("".join(words[-length:]))
        if form is not None:
            return form, length
    return None


def forms_differ(first: str, second: str) -> bool:
    """Whether two names state legal forms that cannot be the same company's."""
    one, other = taken_apart(first).form, taken_apart(second).form
    return bool(one and other and one != other)


def alike(first: str, second: str) -> bool:
    """Whether two names of different keys look like one: typed wrongly, turned, or shortened."""
    one, other = taken_apart(first), taken_apart(second)
    if not one.key or not other.key or one.key == other.key:
        return False
    if _digits(one.key) != _digits(other.key):
        return False  # "Norte 21" and "Norte 22" are two
    return (
        sorted(one.words) == sorted(other.words)
        or _typed_wrongly(one, other)
        or _shortened(one.words, other.words)
        or _shortened(other.words, one.words)
    )


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _typed_wrongly(one: Name, other: Name) -> bool:
    shorter = min(len(one.key), len(other.key))
    most = next((errors for length, errors in TOLERANCE if shorter >= length), 0)
    if not most or distance(one.key, other.key, most) > most:
        return False
    if len(one.words) != len(other.words):
        return True
    pairs = zip(one.words, other.words, strict=True)
    return all(a == b or distance(a, b, 2) <= max(len(a), len(b)) // 4 for a, b in pairs)


def _shortened(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether a name is the other with words left out, and says enough to be the same."""
    left = list(long)
    for word in short:
        if word not in left:
            return False
        left.remove(word)
    telling = [word for word in short if word not in GENERIC and word != AND]
    if not telling or not left:
        return False
    if all(word in GENERIC or word == AND for word in left):
        return len(short) > 1 or len(telling[0]) > 3  # noqa: PLR2004
    return len(short) > 1 and long[: len(short)] == short


def distance(first: str, second: str, most: int) -> int:
    """Letters put in, left out, changed or swapped between two texts; `most` + 1 for more."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
