"""How much two entries speak of the same thing: a percentage. Pure."""

from collections.abc import Iterable
from math import sqrt

from projects.folding import fold

STOPWORDS = frozenset(
    "a al and ante as at by como con de del desde e el en entre es esta este for from ha in is it "
    "its la las lo los mas no o of on or para por que se ser sin sobre su sus that the this to un "
    "una uno y with will be are an we our project projects proyecto proyectos system sistema "
    "sistemas systems".split()
)
WEIGHTS = {"title": 3.0, "tags": 2.0, "problem": 1.0}
SHORTEST, STEM = 3, 7


def stem(word: str) -> str:
    """The beginning of a word, without the plural, so that forms of one word meet."""
    if len(word) > SHORTEST + 1 and word.endswith("s"):
        word = word[:-2] if word.endswith("es") and len(word) > SHORTEST + 2 else word[:-1]
    return word[:STEM]


def profile(title: str, problem: str, tags: Iterable[str]) -> dict[str, float]:
    """The weight of each word stem of an entry; common words of both languages left out."""
    weights: dict[str, float] = {}
    for part, text in (("title", title), ("tags", " ".join(tags)), ("problem", problem)):
        for word in fold(text).split():
            if len(word) >= SHORTEST and word not in STOPWORDS:
                key = stem(word)
                weights[key] = max(weights.get(key, 0.0), WEIGHTS[part])
    return weights


def likeness(one: dict[str, float], other: dict[str, float]) -> int:
    """How alike two profiles are, from 0 to 100 percent (the cosine between them)."""
    shared = sum(weight * other[key] for key, weight in one.items() if key in other)
    length = sqrt(sum(w * w for w in one.values())) * sqrt(sum(w * w for w in other.values()))
    return round(100 * shared / length) if length else 0
