"""What was found in a prototype, said to people: each code and figure as a sentence."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

LABELS = {
    "licence": gettext_lazy("Licence"),
    "readme": gettext_lazy("README with steps to install"),
    "commits": gettext_lazy("Commits in the time of the competition"),
    "tests": gettext_lazy("Tests"),
    "ci": gettext_lazy("Continuous integration"),
    "container": gettext_lazy("Container file"),
    "configuration": gettext_lazy("Configuration management"),
    "accessibility": gettext_lazy("Accessibility statement"),
    "user_research": gettext_lazy("Research with users"),
    "style_guide": gettext_lazy("Style guide"),
    "monitoring": gettext_lazy("Monitoring"),
    "secret": gettext_lazy("Secrets left in files"),
    "secrets_more": gettext_lazy("Secrets left in files"),
    "large_file": gettext_lazy("Large file that is no text"),
    "link_outside": gettext_lazy("Link out of the repository"),
    "submodule": gettext_lazy("Submodule, not followed"),
    "pointer": gettext_lazy("Pointer to a file kept elsewhere"),
    "languages": gettext_lazy("Languages"),
    "words": gettext_lazy("Words of documentation"),
    "unread": gettext_lazy("Files that were not read"),
}
TROUBLE = {
    "no_bundle": gettext_lazy("The bid brought no bundle, so nothing of it can be read."),
    "bundle_time": gettext_lazy("Reading the bundle took too long and was ended."),
    "bundle_size": gettext_lazy("The bundle is larger than what is read."),
    "bundle_unreadable": gettext_lazy("The bundle is damaged, or lacks commits that it needs."),
    "commit_not_in_bundle": gettext_lazy("The commit that the bid names is not in its bundle."),
    "repository_refused": gettext_lazy("The repository's address is not one that is visited."),
    "repository_away": gettext_lazy("The repository, or its branch, does not answer."),
    "repository_time": gettext_lazy("The repository took too long to answer."),
    "repository_size": gettext_lazy("The repository is larger than what is fetched."),
    "repository_unreadable": gettext_lazy("The repository cannot be read."),
    "commit_not_in_repository": gettext_lazy(
        "The repository no longer leads to the commit of the bid: its history was rewritten, or it "
        "never was there."
    ),
    "commits_after": gettext_lazy("There are commits after the one of the bid; they do not count."),
    "tree_time": gettext_lazy("Reading the files took too long and was ended."),
    "tree_size": gettext_lazy("There are more files than are read."),
    "tree_unreadable": gettext_lazy("The files of the commit cannot be read."),
}
LIVE = {
    "inside": gettext_lazy(
        "The address lies inside this network: only public addresses are visited."
    ),
    "unknown_name": gettext_lazy("No machine answers to the name in the address."),
    "address": gettext_lazy(
        "The page, or one that it leads on to, has an address that is not visited."
    ),
    "redirects": gettext_lazy("The page leads on and on, from one address to the next."),
    "connection": gettext_lazy(
        "The certificate of the page is not valid, or its connection is not safe."
    ),
    "slow": gettext_lazy("The page took too long to answer."),
    "away": gettext_lazy("The page does not answer."),
}
"""Why a live page was not read. The panel reads them where bids are blind: they name nobody."""
KINDS = {
    "private_key": gettext_lazy("a private key"),
    "cloud_key": gettext_lazy("a key of a cloud service"),
    "access_token": gettext_lazy("an access token"),
    "password_in_address": gettext_lazy("a password in an address"),
    "assigned": gettext_lazy("a password or key in an assignment"),
}


def sentence(code: str, result: str, figures: dict[str, Any]) -> str:
    """What a fact says; a missing one says that it was not found."""
    if code == "secret" and result == "found":
        return _("None was found.")
    if result == "missing":
        return _("Not found.")
    say = SENTENCES.get(code)
    return say(result, figures) if say else _("Found.")


def _commits(result: str, figures: dict[str, Any]) -> str:
    if "inside" not in figures:
        return _("%(commits)s commits by %(people)s people.") % figures
    return (
        _(
            "%(inside)s inside, by %(people_inside)s people; %(before)s before it, %(after)s after "
            "it; %(people)s people in all."
        )
        % figures
    )


def _licence(result: str, figures: dict[str, Any]) -> str:
    if result == "warning":
        return _("There is a licence file, but its licence is not one that is recognised.")
    return str(figures["spdx"])


def _readme(result: str, figures: dict[str, Any]) -> str:
    if result == "warning":
        return _("No heading on how to install or run it was found; %(words)s words.") % figures
    return _("Steps to install or run it stand here; %(words)s words in all.") % figures


def _languages(result: str, figures: dict[str, Any]) -> str:
    return ", ".join(f"{name} {share} %" for name, share in figures["shares"].items())


def _files(result: str, figures: dict[str, Any]) -> str:
    count = int(figures.get("files", 1))
    return ngettext("%(count)s file.", "%(count)s files.", count) % {"count": count}


def _megabytes(result: str, figures: dict[str, Any]) -> str:
    return f"{int(figures['bytes']) / 1_000_000:.1f} MB"


SENTENCES = {
    "commits": _commits,
    "licence": _licence,
    "readme": _readme,
    "languages": _languages,
    "large_file": _megabytes,
    "secret": lambda _result, figures: str(KINDS[figures["kind"]]),
    "secrets_more": lambda _result, figures: _("%(count)s more places.") % figures,
    "link_outside": lambda _result, figures: _("It points to %(target)s.") % figures,
    "submodule": lambda _result, figures: _("At commit %(commit)s.") % figures,
    "pointer": lambda _result, _figures: _("The file itself is not in the repository."),
    "words": lambda _result, figures: _("%(words)s words in %(files)s files.") % figures,
} | dict.fromkeys(
    ("tests", "ci", "container", "configuration", "user_research", "style_guide", "monitoring",
     "accessibility", "unread"),
    _files,
)  # fmt: skip
