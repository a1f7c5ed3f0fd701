# ruff: noqa: S608 -- table names of models and words of accounts, nothing that people type
"""What the database refuses of the ledger, and how it keeps the balances: the same in both.

Conditions are plain SQL that SQLite and PostgreSQL read alike; only their wrapping differs.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from core import guards
from projects.accounts import ROUTES
from projects.models.ledger import Balance, Book, ClosedPeriod, Posting, PostingLine

POSTING, LINE, BALANCE, BOOK, CLOSED = (
    model._meta.db_table for model in (Posting, PostingLine, Balance, Book, ClosedPeriod)
)
WAYS = ", ".join(
    f"'{kind} {source} {target}'"
    for kind, route in ROUTES.items()
    for source, target in route.lines
)

NUMBER_SKIPPED = f"""
NEW.number <> 1 + (SELECT COALESCE(MAX(p.number), 0) FROM {POSTING} p
                   WHERE p.project_id = NEW.project_id)"""
PERIOD_CLOSED = f"""
NEW.kind <> 'reversal' AND EXISTS (SELECT 1 FROM {CLOSED} c WHERE c.until >= NEW.effective_on)"""
NOT_REVERSIBLE = f"""
NEW.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {POSTING} p WHERE p.id = NEW.reverses_id AND p.project_id = NEW.project_id
    AND p.kind <> 'reversal' AND p.line_count = NEW.line_count)"""
LINE_ASTRAY = f"""
NOT EXISTS (
    SELECT 1 FROM {POSTING} p WHERE p.id = NEW.posting_id
    AND NEW.position BETWEEN 1 AND p.line_count
    AND (p.kind || ' ' || NEW.source || ' ' || NEW.target IN ({WAYS})
         OR p.kind = 'reversal' AND EXISTS (
             SELECT 1 FROM {LINE} o WHERE o.posting_id = p.reverses_id
             AND o.position = NEW.position AND o.source = NEW.target AND o.target = NEW.source
             AND o.amount = NEW.amount)))"""
BALANCE_NOT_EMPTY = "NEW.amount <> 0 OR NEW.last_line <> 0"
BALANCE_UNEXPLAINED = f"""
NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id OR NEW.account <> OLD.account
OR NEW.last_line <= OLD.last_line OR NOT EXISTS (
    SELECT 1 FROM {LINE} l JOIN {POSTING} p ON p.id = l.posting_id
    WHERE l.id = NEW.last_line AND p.project_id = NEW.project_id
    AND (l.source = NEW.account AND NEW.amount = OLD.amount - l.amount
         OR l.target = NEW.account AND NEW.amount = OLD.amount + l.amount))"""
BOOK_ASTRAY = f"""
NEW.id <> OLD.id OR NEW.project_id <> OLD.project_id OR NEW.count <> (
    SELECT COALESCE(MAX(p.number), 0) FROM {POSTING} p WHERE p.project_id = NEW.project_id)"""

REFUSALS = (
    (POSTING, "number", "INSERT", NUMBER_SKIPPED, "postings are numbered without a gap"),
    (POSTING, "period", "INSERT", PERIOD_CLOSED, "the period is closed"),
    (POSTING, "reverses", "INSERT", NOT_REVERSIBLE, "a reversal mirrors one posting"),
    (LINE, "way", "INSERT", LINE_ASTRAY, "a line goes the way of its posting, and comes with it"),
    (BALANCE, "empty", "INSERT", BALANCE_NOT_EMPTY, "a balance starts at zero"),
    (BALANCE, "line", "UPDATE", BALANCE_UNEXPLAINED, "a balance changes by lines only"),
    (BOOK, "count", "UPDATE", BOOK_ASTRAY, "a ledger ends with its newest posting"),
)


@guards.statements
def ledger(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers of the ledger: what is refused, and that each line moves two balances."""
    if LINE not in connection.introspection.table_names():
        return []
    found = []
    for table, name, event, when, sentence in REFUSALS:
        found += guards.refusal(connection, table, name, event, when=when, sentence=sentence)
    return found + (_keep_pg() if connection.vendor == "postgresql" else _keep_lite())


def _moves() -> str:
    """The SQL by which a new line opens its two balances where needed, and moves them."""
    project = f"(SELECT p.project_id FROM {POSTING} p WHERE p.id = NEW.posting_id)"
    moves = []
    for account, sign in (("NEW.source", "-"), ("NEW.target", "+")):
        moves.append(
            f"INSERT INTO {BALANCE} (project_id, account, amount, last_line) "
            f"SELECT {project}, {account}, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM {BALANCE} b "
            f"WHERE b.project_id = {project} AND b.account = {account}); "
        )
        moves.append(
            f"UPDATE {BALANCE} SET amount = amount {sign} NEW.amount, last_line = NEW.id "
            f"WHERE project_id = {project} AND account = {account}; "
        )
    return "".join(moves)


def _keep_pg() -> list[str]:
    guard = f'"{guards.MARK}{LINE}_balances"'
    made = f"CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql"
    put = f'CREATE TRIGGER {guard} AFTER INSERT ON "{LINE}" FOR EACH ROW'
    return [f"{made} AS $$ BEGIN {_moves()} RETURN NULL; END $$",
            f"{put} EXECUTE FUNCTION {guard}()"]  # fmt: skip


def _keep_lite() -> list[str]:
    trigger = f'CREATE TRIGGER "{guards.MARK}{LINE}_balances" AFTER INSERT ON "{LINE}"'
    return [f"{trigger} BEGIN {_moves()} END"]
