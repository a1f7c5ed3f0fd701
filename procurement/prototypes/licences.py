"""The licence of a repository, by its SPDX short name: from its file, or from a package's own word.

Names are of the SPDX licence list (spdx.org/licenses). A text is recognised by the sentences that
no other licence has; what is not recognised is named as a licence without a name, never guessed.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

NAME = re.compile(r"(un)?(licen[cs]e|licencia|copying)([.-].*)?$", re.IGNORECASE)
TAG = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]{2,60})")
DECLARED = re.compile(
    r'^\s*"?(?:license|license-expression)"?\s*[:=]\s*(?:\{\s*text\s*=\s*)?["\']([^"\']{2,60})["\']',
    re.MULTILINE,
)
PACKAGES = ("package.json", "pyproject.toml", "Cargo.toml", "composer.json", "setup.cfg")
SENTENCES: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0", r"gnu affero general public license.{0,40}version 3"),
    ("LGPL-3.0", r"gnu lesser general public license.{0,40}version 3"),
    ("LGPL-2.1", r"gnu lesser general public license.{0,40}version 2\.1"),
    ("GPL-3.0", r"gnu general public license.{0,40}version 3"),
    ("GPL-2.0", r"gnu general public license.{0,40}version 2"),
    ("Apache-2.0", r"apache license.{0,20}version 2\.0"),
    ("MPL-2.0", r"mozilla public license.{0,20}version 2\.0"),
    ("EUPL-1.2", r"european union public licence.{0,20}v\. ?1\.2"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("BSL-1.0", r"boost software license.{0,6}version 1\.0"),
    ("BSD-3-Clause", r"redistribution and use in source and binary forms.*neither the name"),
    ("BSD-2-Clause", r"redistribution and use in source and binary forms"),
    ("ISC", r"permission to use, copy, modify, and/or distribute this software for any purpose"),
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy"),
)  # fmt: skip


@dataclass(frozen=True)
class Licence:
    """Which licence, where it stands; `spdx` is empty where a text is there but not known."""

    spdx: str
    file: str
    line: int = 1


def licence_of(texts: dict[str, str]) -> Licence | None:
    """The licence that the topmost licence file states, else a package's or a file's own word."""
    paths = sorted(texts, key=lambda path: (path.count("/"), path))
    unknown = None
    for path in paths:
        if path.count("/") <= 1 and NAME.fullmatch(PurePosixPath(path).name):
            if spdx := recognised(texts[path]):
                return Licence(spdx, path)
            unknown = unknown or Licence("", path)
    if unknown is not None:
        return unknown
    for path in paths:
        pattern = DECLARED if PurePosixPath(path).name in PACKAGES else TAG
        if found := pattern.search(texts[path]):
            line = texts[path].count("\n", 0, found.start(1)) + 1
            return Licence(found[1].strip(), path, line)
    return None


def recognised(text: str) -> str:
    """The SPDX short name of a licence's text; empty where no sentence names one."""
    if found := TAG.search(text):
        return found[1].strip()
    plain = re.sub(r"\s+", " ", text.lower())[:12_000]
    return next((spdx for spdx, sentence in SENTENCES if re.search(sentence, plain)), "")
