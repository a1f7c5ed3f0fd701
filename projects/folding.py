"""Text as it is searched: without accents, case and punctuation. Pure."""

import re
import unicodedata

_APART = re.compile(r"[^\w]+", re.UNICODE)


def fold(*parts: str) -> str:
    """The words of some texts in lower case without accents, one space between them."""
    plain = " ".join(str(part) for part in parts if part)
    if not plain.isascii():
        text = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in text if not unicodedata.combining(sign))
    return _APART.sub(" ", plain.casefold().replace("_", " ")).strip()


def words(*parts: str) -> list[str]:
    """The folded words of some texts, each once, in their order."""
    return list(dict.fromkeys(fold(*parts).split()))
