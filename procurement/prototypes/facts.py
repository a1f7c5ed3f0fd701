"""Facts of a prototype's repository for the panel, each with file and line: pure, nothing is run.

What is looked for follows the criteria of 18F's pool 3 (RFQ 4QTFHS150004) as far as a file can show
them, and accessibility. A fact is no judgement: the panel scores.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from procurement.prototypes.licences import licence_of
from procurement.prototypes.reading import Commit, Tree
from procurement.prototypes.secrets import secrets_in

FOUND, MISSING, WARNING = "found", "missing", "warning"
LARGE_BINARY = 1024 * 1024
"""From so many bytes on a file that is no text is named as large."""
MOST = 20
"""So many places of one kind are named; the rest is counted."""


@dataclass(frozen=True)
class Fact:
    """One thing that was looked for: its code, whether it was found, where, and figures."""

    code: str
    result: str
    file: str = ""
    line: int = 0
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """From when to when commits count: the competition's publication and its deadline."""

    opens: datetime
    closes: datetime


Look = Callable[[Tree], Iterator[Fact]]
README = re.compile(r"readme(\.(md|rst|txt|adoc|org|markdown))?$", re.IGNORECASE)
STEPS = re.compile(
    r"^\s{0,3}(#{1,6}\s*|=*\s*)[^a-z\n]*.*\b(install\w*|set-?up|getting started|quick ?start|usage|"
    r"how to run|running|deploy\w*|instal\w*|puesta en marcha|primeros pasos|"
    r"c[oó]mo (usar|ejecutar)|ejecuci[oó]n|uso)\b", re.IGNORECASE,
)  # fmt: skip
TESTS = re.compile(
    r"(^|/)(tests?|specs?|__tests__|e2e|cypress|features)/[^/]+|(^|/)test_[^/]+\.\w+$|"
    r"[^/]+(_test|\.test|\.spec|_spec|Test|Tests)\.\w+$"
)
FILES: dict[str, re.Pattern[str]] = {
    "ci": re.compile(
        r"^\.github/workflows/.+\.ya?ml$|^\.gitlab-ci\.yml$|^\.travis\.yml$|^\.circleci/config\.yml$"
        r"|(^|/)Jenkinsfile$|^azure-pipelines\.yml$|^bitbucket-pipelines\.yml$|^\.drone\.yml$"
        r"|^\.woodpecker(\.yml|/.+)$|^\.forgejo/workflows/.+|^cloudbuild\.ya?ml$|^buildspec\.yml$"
    ),
    "container": re.compile(
        r"(^|/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|(^|/)(docker-)?compose[\w.-]*\.ya?ml$",
        re.I,
    ),
    "configuration": re.compile(
        r"(^|/)(ansible\.cfg|playbook[\w.-]*\.ya?ml|Vagrantfile|Chart\.yaml|kustomization\.ya?ml|"
        r"Puppetfile|Berksfile|flake\.nix|Pulumi\.yaml|serverless\.ya?ml|manifest\.ya?ml|Procfile)$|"
        r"\.tf$|(^|/)(ansible|roles|cookbooks|terraform|k8s|kubernetes|helm|salt)/"
    ),
    "accessibility": re.compile(
        r"(^|/)(accessibility|accesibilidad|a11y|declaracion-de-accesibilidad|vpat)[\w-]*\.\w+$",
        re.I,
    ),
    "user_research": re.compile(
        r"(^|/)(user-?research|research|usability|investigacion|usabilidad|personas|interviews|"
        r"entrevistas|wireframes?|prototypes?)[\w-]*(/|\.\w+$)", re.I
    ),
    "style_guide": re.compile(
        r"(^|/)(style-?guide|styleguide|design-?system|guia-de-estilo|pattern-?library)[\w-]*(/|\.\w+$)",
        re.I,
    ),
    "monitoring": re.compile(
        r"(^|/)(prometheus|grafana|newrelic|datadog|sentry|alertmanager|nagios|healthcheck)"
        r"[\w.-]*(/|\.\w+$)", re.I
    ),
}  # fmt: skip
WORDS: dict[str, re.Pattern[str]] = {
    "accessibility": re.compile(
        r"\b(accessibility statement|declaraci[oó]n de accesibilidad|WCAG)\b", re.I
    ),
    "monitoring": re.compile(
        r"\b(prometheus|sentry|new ?relic|datadog|opentelemetry|monitoring|monitoreo)\b", re.I
    ),
    "user_research": re.compile(
        r"\b(usability test\w*|user (research|interview\w*)|pruebas? de usabilidad|"
        r"entrevistas? con (usuari\w+|personas))\b",
        re.I,
    ),
    "style_guide": re.compile(r"\b(style guide|design system|gu[ií]a de estilo)\b", re.I),
}
PROSE = (".md", ".rst", ".txt", ".adoc", ".html", ".org", ".markdown")


def gather(tree: Tree, commits: list[Commit], window: Window | None) -> list[Fact]:
    """Everything that can be read of a repository, in the order in which the panel reads it."""
    found: list[Fact] = []
    for look in (_licence, _readme, _tests, *map(_by_files, FILES), _secrets, _large, _links,
                 _modules, _pointers, _languages, _word_count, _unread):  # fmt: skip
        found.extend(look(tree))
    return [*found[:2], *_history(commits, window), *found[2:]]


def _licence(tree: Tree) -> Iterator[Fact]:
    found = licence_of(tree.texts)
    if found is None:
        yield Fact("licence", MISSING)
    else:
        result = FOUND if found.spdx else WARNING
        yield Fact("licence", result, found.file, found.line, {"spdx": found.spdx or "?"})


def _readme(tree: Tree) -> Iterator[Fact]:
    paths = sorted((p for p in tree.texts if README.fullmatch(PurePosixPath(p).name)),
                   key=lambda path: (path.count("/"), path))  # fmt: skip
    if not paths:
        yield Fact("readme", MISSING)
        return
    lines = tree.texts[paths[0]].splitlines()
    step = next((n for n, text in enumerate(lines, 1) if STEPS.search(text)), 0)
    yield Fact("readme", FOUND if step else WARNING, paths[0], step,
               {"words": len(tree.texts[paths[0]].split())})  # fmt: skip


def _history(commits: list[Commit], window: Window | None) -> Iterator[Fact]:
    authors = len({commit.author for commit in commits})
    if window is None:
        yield Fact("commits", FOUND, figures={"commits": len(commits), "people": authors})
        return
    inside = [c for c in commits if window.opens <= c.at <= window.closes]
    late = [c for c in commits if c.at > window.closes]
    yield Fact(
        "commits", WARNING if late or not inside else FOUND,
        figures={"inside": len(inside), "before": len(commits) - len(inside) - len(late),
                 "after": len(late), "people": authors,
                 "people_inside": len({commit.author for commit in inside})},
    )  # fmt: skip


def _tests(tree: Tree) -> Iterator[Fact]:
    paths = sorted(entry.path for entry in tree.files if TESTS.search(entry.path))
    if not paths:
        yield Fact("tests", MISSING)
        return
    yield Fact("tests", FOUND, paths[0], 0, {"files": len(paths)})


def _by_files(code: str) -> Look:
    """A look for files of certain names, else for words in prose."""

    def look(tree: Tree) -> Iterator[Fact]:
        paths = sorted((entry.path for entry in tree.files if FILES[code].search(entry.path)),
                       key=lambda path: (path.count("/"), path))  # fmt: skip
        if paths:
            yield Fact(code, FOUND, paths[0], 0, {"files": len(paths)})
            return
        place = _said(tree, WORDS[code]) if code in WORDS else None
        yield Fact(code, FOUND, *place) if place else Fact(code, MISSING)

    return look


def _said(tree: Tree, words: re.Pattern[str]) -> tuple[str, int] | None:
    """Where prose first says one of some words."""
    for path in sorted(tree.texts, key=lambda path: (path.count("/"), path)):
        if path.lower().endswith(PROSE):
            for number, line in enumerate(tree.texts[path].splitlines(), 1):
                if words.search(line):
                    return path, number
    return None


def _secrets(tree: Tree) -> Iterator[Fact]:
    places = [place for path in sorted(tree.texts) for place in secrets_in(path, tree.texts[path])]
    for place in places[:MOST]:
        yield Fact("secret", WARNING, place.file, place.line, {"kind": place.kind})
    if len(places) > MOST:
        yield Fact("secrets_more", WARNING, figures={"count": len(places) - MOST})
    if not places:
        yield Fact("secret", FOUND)


def _large(tree: Tree) -> Iterator[Fact]:
    large = [e for e in (*tree.binaries, *tree.unread) if e.size >= LARGE_BINARY]
    for entry in sorted(large, key=lambda entry: -entry.size)[:MOST]:
        yield Fact("large_file", WARNING, entry.path, 0, {"bytes": entry.size})


def _links(tree: Tree) -> Iterator[Fact]:
    for path, target in sorted(tree.links.items())[:MOST]:
        if leads_out(path, target):
            yield Fact("link_outside", WARNING, path, 0, {"target": target})


def leads_out(path: str, target: str) -> bool:
    """Whether a symbolic link points out of its tree, or into git's own folder."""
    if target.startswith(("/", "~")) or "\\" in target or ":" in target:
        return True
    depth = path.count("/")
    for part in target.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0 or part.lower() == ".git":
            return True
    return False


def _modules(tree: Tree) -> Iterator[Fact]:
    for entry in tree.modules[:MOST]:
        yield Fact("submodule", WARNING, entry.path, 0, {"commit": entry.sha[:12]})


def _pointers(tree: Tree) -> Iterator[Fact]:
    mark = "version https://git-lfs.github.com/spec/"
    for path in sorted(path for path, text in tree.texts.items() if text.startswith(mark))[:MOST]:
        yield Fact("pointer", WARNING, path, 1)


LANGUAGES = {
    ".py": "Python", ".js": "JavaScript", ".mjs": "JavaScript", ".jsx": "JavaScript",
    ".ts": "TypeScript", ".tsx": "TypeScript", ".rb": "Ruby", ".java": "Java", ".go": "Go",
    ".rs": "Rust", ".php": "PHP", ".cs": "C#", ".kt": "Kotlin", ".swift": "Swift", ".c": "C",
    ".h": "C", ".cpp": "C++", ".html": "HTML", ".css": "CSS", ".scss": "SCSS", ".sh": "Shell",
    ".sql": "SQL", ".ex": "Elixir", ".exs": "Elixir", ".scala": "Scala", ".vue": "Vue",
    ".svelte": "Svelte", ".tf": "HCL", ".r": "R", ".dart": "Dart",
}  # fmt: skip


def _languages(tree: Tree) -> Iterator[Fact]:
    sums: Counter[str] = Counter()
    for entry in tree.files:
        if language := LANGUAGES.get(PurePosixPath(entry.path).suffix.lower()):
            sums[language] += entry.size
    whole = sum(sums.values())
    if not whole:
        yield Fact("languages", MISSING)
        return
    shares = {name: f"{size * 100 / whole:.0f}" for name, size in sums.most_common(8)}
    yield Fact("languages", FOUND, figures={"shares": shares, "count": len(sums)})


def _word_count(tree: Tree) -> Iterator[Fact]:
    prose = [path for path in tree.texts if path.lower().endswith(PROSE[:4])]
    words = sum(len(tree.texts[path].split()) for path in prose)
    yield Fact("words", FOUND, figures={"words": words, "files": len(prose)})


def _unread(tree: Tree) -> Iterator[Fact]:
    small = [entry for entry in tree.unread if entry.size < LARGE_BINARY]
    if small:
        yield Fact("unread", WARNING, small[0].path, 0, {"files": len(small)})
