"""The house itself: its settings, its floors, its addresses, and how its code is built."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from grimp import build_graph

from core.views import TransitionView

ROOMS = ("config", "core", "projects", "vendors", "procurement", "gating", "oversight")
# The reading of spreadsheets is the one place that imports late; ruff.toml names it too.
MODULES = sorted(
    path
    for room in ROOMS
    for path in (settings.BASE_DIR / room).rglob("*.py")
    if "migrations" not in path.parts
)
LONGEST_FUNCTION = 30
LONGEST_MODULE = 400

# What anybody may open without signing in, and why.
PUBLIC = {
    "account_login": "the door",
    "account_reauthenticate": "asks for the password itself",
    "account_reset_password": "for those who cannot sign in",
    "account_reset_password_done": "for those who cannot sign in",
    "account_reset_password_from_key": "for those who cannot sign in",
    "account_reset_password_from_key_done": "for those who cannot sign in",
    "set_language": "the door in both languages",
    "core:checkpoint_list": "anybody may keep the checkpoints",
    "core:checkpoint_file": "the same, to download",
    "core:checkpoint_proof": "the same, to compare with",
    "core:calendar_file": "calendar programs cannot sign in; the address holds a secret",
    "core:digest_stop": "from the mail itself; the address is signed",
    "core:accessibility": "a statement to the public",
    "core:privacy": "a statement to the public",
    "gating:record": "anybody may check a decision",
    "gating:seal_check": "anybody may check a seal",
    "gating:seal_public": "the same, where code, QR and badge lead",
    "gating:seal_json": "the same, for other programs",
    "gating:seal_badge": "drawn on the pages of services",
    "gating:seal_certificate": "of a published seal",
    "gating:seal_register": "the register is public",
    "gating:seal_register_csv": "the same as open data",
    "gating:seal_register_json": "the same as open data",
    "procurement:feed_atom": "the same for feed readers",
    "procurement:feed_json": "what happens to competitions, for other programs",
    "procurement:public_addendum": "what changes in a competition",
    "procurement:public_detail": "anybody may read what is asked, and how bids are judged",
    "procurement:public_list": "the competitions, for those who may want to bid some day",
    "procurement:public_version": "what was published, word for word",
    "procurement:public_version_json": "the same, whose hash anybody may check",
    "vendors:signup": "a company registers itself",
    "vendors:signup_confirm": "the same, from the mail; the address is signed",
    "vendors:invitation_answer": "who is invited may have no account yet; the address is signed",
    "vendors:supplier_list": "who is registered is public",
    "vendors:supplier_detail": "the public part of a vendor",
    "procurement:receipt_check": "whoever holds a receipt may check it",
    "projects:published_reviews": "what closed projects brought about, for anybody",
}


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in MODULES}


# Settings


def test_pages_run_nothing_but_our_own_scripts():
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert "unsafe" not in str(policy)
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]


def test_sign_in_counts_failures_and_sessions_end():
    assert settings.AUTHENTICATION_BACKENDS[0] == "axes.backends.AxesStandaloneBackend"
    assert settings.AXES_LOCKOUT_PARAMETERS == [["username", "ip_address"]]
    assert settings.SESSION_COOKIE_AGE == 8 * 3600
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
    assert "Argon2" in settings.PASSWORD_HASHERS[1]  # the first is the tests' quick one


def test_the_maintained_state_machine_is_the_installed_one():
    names = {distribution.name for distribution in importlib.metadata.distributions()}
    assert "django-fsm-2" in names
    assert "django-fsm" not in names


# Floors


def test_nobody_imports_upwards():
    """In a process of its own, for the tool takes over the logging of the one it runs in."""
    tool = "from importlinter.cli import lint_imports"
    script = f"import sys; {tool}; sys.exit(lint_imports(no_cache=True))"
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def floor_inside(module: str) -> int:
    """How high a module stands in its app, by its name; rules, models and the rest stand lowest."""
    kinds = [{"urls", "admin", "management"}, {"views", "templatetags"}, {"forms", "filters"}]
    if not module.startswith("core."):  # whose notices and tasks are the means, not the messages
        kinds.append({"notices", "tasks", "navigation"})
    words = set(re.split(r"[._]", module))
    return next((4 - number for number, kind in enumerate(kinds) if words & kind), 0)


def test_no_rule_knows_a_page():
    graph = build_graph(*ROOMS, cache_dir=None)
    upwards = [
        f"{module} imports {imported}"
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] == module.split(".")[0]
        and module.count(".")
        and floor_inside(imported) > floor_inside(module)
    ]
    assert sorted(upwards) == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# Addresses


def views(resolver: URLResolver, space: str = ""):
    """Name and view of every address, with the name of its app before it."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or pattern.pattern}", pattern.callback
        elif pattern.app_name != "admin":  # Django asks there by itself
            yield from views(
                pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )


def test_every_address_demands_a_sign_in_unless_it_is_public():
    public = {
        label for label, view in views(get_resolver()) if not getattr(view, "login_required", True)
    }
    ours = {
        label for label in public if not label.startswith(("account_", "mfa_", "socialaccount_"))
    }
    assert ours == {label for label in PUBLIC if not label.startswith("account_")}


def test_every_page_of_a_step_knows_who_sees_its_row():
    models = {
        view.view_initkwargs.get("model", view.view_class.model)
        for _label, view in views(get_resolver())
        if issubclass(getattr(view, "view_class", object), TransitionView)
    }
    blind = [model.__name__ for model in models if not hasattr(model.objects, "visible_to")]
    assert (blind, len(models) > 30) == ([], True)


@pytest.mark.django_db
def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/")
    assert page.status_code in (200, 302, 403, 404)
    assert b'type="password"' not in page.content


# Code


def functions(tree: ast.Module):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def test_functions_fit_on_a_screen(trees):
    long = [
        f"{name(path)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path, tree in trees.items()
        for node in functions(tree)
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_modules_are_small_and_named_for_what_they_know():
    long = [name(path) for path in MODULES if len(path.read_text().splitlines()) > LONGEST_MODULE]
    nameless = [name(path) for path in MODULES if path.stem in ("services", "utils", "helpers")]
    assert (long, nameless) == ([], [])


def test_no_file_is_empty_but_those_that_make_a_package():
    empty = [name(path) for path in MODULES if not path.read_text().strip()]
    assert [path for path in empty if not path.endswith("__init__.py")] == []


def test_every_module_says_what_it_knows(trees):
    mute = [
        name(path)
        for path, tree in trees.items()
        if tree.body and not ast.get_docstring(tree) and path.stem != "__init__"
    ]
    assert mute == []


def test_no_state_is_assigned_and_no_source_is_a_wildcard(trees):
    found = []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = [target.attr for target in targets if isinstance(target, ast.Attribute)]
            if {"state", "stage"} & set(names) and name(path) != "core/machines.py":
                found.append(f"{name(path)}:{node.lineno} assigns {names}")
            if isinstance(node, ast.keyword) and node.arg == "source":
                value = getattr(node.value, "value", None)
                if value in ("*", "+"):
                    found.append(f"{name(path)}:{node.lineno} source={value!r}")
    assert found == []


def test_no_rights_by_string_and_no_unescaped_text(trees):
    refused = {"has_perm", "has_perms", "mark_safe", "permission_required"}
    found = [
        f"{name(path)}:{node.lineno} {label}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (label := getattr(node.func, "attr", getattr(node.func, "id", ""))) in refused
    ]
    assert found == []


def test_templates_escape_and_hold_no_styles_or_scripts_of_their_own():
    pattern = re.compile(
        r"\|\s*safe\b|\{%\s*autoescape off|\sstyle=|\son[a-z]+=\"|"
        r"<script(?![^>]*\bsrc=)|javascript:"
    )
    found = [
        f"{name(path)}: {match.group()}"
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        for match in pattern.finditer(path.read_text())
    ]
    assert found == []


def test_no_test_is_left_out():
    pattern = re.compile(r"pytest\.(skip|xfail)|mark\.(skip|skipif|xfail)|unittest\.mock|mocker")
    tests = sorted((settings.BASE_DIR / "tests").rglob("*.py"))
    found = [name(path) for path in tests if pattern.search(path.read_text())]
    assert found == [name(Path(__file__))]  # this one names them
