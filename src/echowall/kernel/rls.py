"""Row-level security, as migration operations.

Every table with rows about people or their matters gets ``Guarded``: a policy for whoever connects, reading the scope
that ``kernel.scope`` put into the transaction, and a policy that leaves the owning role free (it runs migrations and
owns the few search functions). ``FORCE`` makes the first hold for the owner's own sessions too if the second is dropped.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.migrations.operations import RunSQL

from .scope import KEY_LEVELS, NIL_KEY

# Sub-selects without a reference to the row are evaluated once per statement, not once per row; so must be the casts
# and comparisons of what was set, which is why they stand inside. The cast outside makes ANY take an array.
EVERYTHING = "(SELECT current_setting('echowall.everything', true) = 'on')"


def _array(name: str, kind: str) -> str:
    return f"((SELECT NULLIF(current_setting('echowall.{name}', true), '')::{kind}[])::{kind}[])"


def paths_of(purpose: str) -> str:
    """Return SQL for the place paths that are open for a purpose."""
    return _array(f"paths_{purpose}", "ltree")


def offices_of(purpose: str) -> str:
    """Return SQL for the ids of the street offices that are open as a whole for a purpose."""
    return _array(f"offices_{purpose}", "uuid")


def teams_of(purpose: str) -> str:
    """Return SQL for the ids of the teams whose rows are open for a purpose."""
    return _array(f"teams_{purpose}", "uuid")


def keys_of(purpose: str) -> str:
    """Return SQL for the keys (see ``Keyed``) that are open for a purpose.

    No sub-select here: the planner reads a setting while it plans, and so knows how few rows a narrow scope has.
    """
    return f"NULLIF(current_setting('echowall.keys_{purpose}', true), '')::uuid[]"


def visible(
    *, purpose: str, office: str = "office_id", path: str = "place_path", teams: str = "", also: str = ""
) -> str:
    """Return the SQL condition under which a row is visible.

    COALESCE changes nothing of who sees what; it makes the planner expect that half of the rows are seen. Of the bare
    condition it expects a hundredth, and then sorts whole filters instead of reading the newest rows by their index.

    Args:
        purpose: the purpose that the reader's role must have; only the places held for it count.
        office: column with the street office's id.
        path: column with the place's path (ltree).
        teams: column with an array of team ids that may see the row, or "".
        also: column with an array of further offices that act on the row, or "".
    """
    ways = [EVERYTHING, f"{office} = ANY ({offices_of(purpose)})", f"{path} <@ {paths_of(purpose)}"]
    if teams:
        ways.append(f"{teams} && {teams_of(purpose)}")
    if also:
        ways.append(f"{also} && {offices_of(purpose)}")
    return f"COALESCE({' OR '.join(ways)}, false)"


def visible_through(table: str, column: str) -> str:
    """Return the condition "the row of ``table`` that ``column`` points at is visible" (its own policy decides)."""
    return f"({EVERYTHING} OR EXISTS (SELECT 1 FROM {table} parent WHERE parent.id = {column}))"


class Guarded(RunSQL):
    """Put a table under row-level security with ``condition`` for reading and writing.

    ``anybody_adds`` lets rows in whoever adds them (the audit record), reading stays guarded.
    """

    def __init__(self, table: str, condition: str, *, anybody_adds: bool = False) -> None:
        self.table, self.condition, self.anybody_adds = table, condition, anybody_adds
        policies = [f"CREATE POLICY {table}_scope ON {table} USING ({condition}) WITH CHECK ({condition})"]
        if anybody_adds:
            policies.append(f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK (true)")
        super().__init__(
            sql=[
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                *policies,
                f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
            ],
            reverse_sql=[
                f"DROP POLICY IF EXISTS {table}_add ON {table}",
                f"DROP POLICY {table}_owner ON {table}",
                f"DROP POLICY {table}_scope ON {table}",
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            ],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.condition], {"anybody_adds": self.anybody_adds}


class Reguarded(RunSQL):
    """Give a guarded table's policy a new condition: where ``visible`` itself has changed since the table was made."""

    def __init__(self, table: str, condition: str) -> None:
        self.table, self.condition = table, condition
        super().__init__(
            sql=[f"ALTER POLICY {table}_scope ON {table} USING ({condition}) WITH CHECK ({condition})"],
            reverse_sql=RunSQL.noop,
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.condition], {}


def app_role() -> str:
    """Return the quoted name of the role that the running program connects as."""
    return '"' + str(settings.ECHOWALL_APP_ROLE).replace('"', "") + '"'


class SearchFunction(RunSQL):
    """Make ``<table>_search(query, at_most)``: ids of visible rows whose ``terms`` match, newest first.

    Row-level security keeps PostgreSQL from using an index for a condition whose function might leak a row's content,
    and text search counts as such. The function runs as the owner (who is free) and applies the same condition itself.
    """

    def __init__(self, table: str, condition: str) -> None:
        self.table, self.condition = table, condition
        super().__init__(
            sql=[
                f"CREATE FUNCTION {table}_search(query tsquery, at_most integer) RETURNS SETOF uuid"
                " LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS"
                f" $$ SELECT id FROM {table} WHERE terms @@ query AND {condition} ORDER BY id DESC LIMIT at_most $$",
                f"REVOKE EXECUTE ON FUNCTION {table}_search(tsquery, integer) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {table}_search(tsquery, integer) TO {app_role()}",
            ],
            reverse_sql=[f"DROP FUNCTION {table}_search(tsquery, integer)"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.condition], {}


class KeyFunction(RunSQL):
    """Make ``kernel_sight_keys``: everything that may open a row of an office, place, teams and further offices.

    The ids of offices and teams are keys themselves, a place's path and each above it have a key by hash, the nil id
    opens to the system. ``scope.keys`` gives the same keys for a reader: whoever may see a row shares a key with it, so
    that an index over keys narrows what the policy then decides, and decides nothing itself.
    """

    def __init__(self) -> None:
        paths = ", ".join(f"md5(ltree2text(subpath(path, 0, {level})))::uuid" for level in range(1, KEY_LEVELS + 1))
        super().__init__(
            sql=(
                "CREATE FUNCTION kernel_sight_keys(office uuid, path ltree, teams uuid[], also uuid[]) RETURNS uuid[]"
                " LANGUAGE sql IMMUTABLE PARALLEL SAFE"
                f" RETURN array_cat(array_cat(teams, also), ARRAY['{NIL_KEY}'::uuid, office, {paths}])"
            ),
            reverse_sql="DROP FUNCTION kernel_sight_keys(uuid, ltree, uuid[], uuid[])",
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [], {}


class Keyed(RunSQL):
    """Give a searched table the column ``sight_keys``, kept by the database, and one index of its terms and keys.

    No model names the column: it belongs to the database's own guarding, as the policy does.
    """

    def __init__(self, table: str, *, teams: str, also: str) -> None:
        self.table, self.teams, self.also = table, teams, also
        keys = f"kernel_sight_keys(office_id, place_path, {teams}, {also})"
        super().__init__(
            sql=[
                f"ALTER TABLE {table} ADD COLUMN sight_keys uuid[] GENERATED ALWAYS AS ({keys}) STORED",
                f"CREATE INDEX {table}_sight ON {table} USING gin (terms, sight_keys)",
                f"ANALYZE {table}",
            ],
            reverse_sql=[f"ALTER TABLE {table} DROP COLUMN sight_keys"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table], {"teams": self.teams, "also": self.also}


class SeenView(RunSQL):
    """Make the view ``<table>_seen`` of a ``Keyed`` table: exactly the rows that its policy shows, found by their keys;
    and ``<table>_share(sample)``: how much of its newest rows the reader sees, from 0 to 1.

    The policy itself cannot ask for keys without costing whoever sees nearly everything: each row would be asked twice.
    The owner of the view is free of the policy, so the view applies the same condition itself; as a security barrier it
    lets no condition of a query see a row before that. PostgreSQL plans it without regard to order and limit: it is for
    counting, a page is read from the table. A migration that changes the table's columns makes it anew.
    """

    def __init__(self, table: str, condition: str, *, purpose: str) -> None:
        self.table, self.condition, self.purpose = table, condition, purpose
        role, share = app_role(), f"{table}_share(integer)"
        newest = f"SELECT * FROM {table} ORDER BY id DESC LIMIT sample"
        super().__init__(
            sql=[
                f"CREATE VIEW {table}_seen WITH (security_barrier) AS"
                f" SELECT * FROM {table} WHERE sight_keys && {keys_of(purpose)} AND {condition}",
                f"REVOKE ALL ON {table}_seen FROM {role}",
                f"GRANT SELECT ON {table}_seen TO {role}",
                f"CREATE FUNCTION {table}_share(sample integer) RETURNS double precision"
                " LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS"
                f" $$ SELECT avg(({condition})::integer) FROM ({newest}) n $$",
                f"REVOKE EXECUTE ON FUNCTION {share} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {share} TO {role}",
            ],
            reverse_sql=[f"DROP FUNCTION {share}", f"DROP VIEW {table}_seen"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.condition], {"purpose": self.purpose}


class AppendOnly(RunSQL):
    """Let the program add rows and read them, never change or remove them; ``changeable`` columns may be updated.

    The owner may still act (retention, destruction), and is stopped for the listed tables only by the audit chain.
    """

    def __init__(self, table: str, changeable: tuple[str, ...] = ()) -> None:
        self.table, self.changeable = table, changeable
        role = app_role()
        grants = [f"GRANT UPDATE ({', '.join(changeable)}) ON {table} TO {role}"] if changeable else []
        super().__init__(
            sql=[f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}", *grants],
            reverse_sql=[f"GRANT UPDATE, DELETE ON {table} TO {role}"],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.changeable], {}


class FasterSearchFunction(RunSQL):
    """Replace ``<table>_search`` of ``SearchFunction`` by one that looks at the newest rows first.

    A common word (or a phrase of common pairs, which PostgreSQL takes for rare) is found often enough among the newest
    rows, read in the order wanted; by the index it would mean reading and sorting tens of thousands of rows. Only a
    word that the newest rows hold too seldom is looked up by the index over all of them.
    """

    NEWEST = 25_000

    def __init__(self, table: str, condition: str) -> None:
        self.table, self.condition = table, condition
        head = (
            f"CREATE OR REPLACE FUNCTION {table}_search(query tsquery, at_most integer) RETURNS SETOF uuid"
            " {language} STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {body} $$"
        )
        holds = f"terms @@ query AND {condition} ORDER BY id DESC LIMIT at_most"
        everywhere = f"SELECT id FROM {table} WHERE {holds}"
        newest = f"SELECT * FROM {table} ORDER BY id DESC LIMIT {self.NEWEST}"
        body = (
            "#variable_conflict use_column\nDECLARE found_ids uuid[]; BEGIN"
            f" found_ids := ARRAY(SELECT id FROM ({newest}) n WHERE {holds});"
            " IF cardinality(found_ids) < at_most THEN"
            f" RETURN QUERY {everywhere}; ELSE RETURN QUERY SELECT unnest(found_ids); END IF; END"
        )
        super().__init__(
            sql=[head.format(language="LANGUAGE plpgsql", body=body)],
            reverse_sql=[head.format(language="LANGUAGE sql", body=everywhere)],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.condition], {}


class KeyedSearchFunction(RunSQL):
    """Replace ``<table>_search`` by one that narrows by the reader's keys, for a table that is ``Keyed``.

    A common word is found often enough among the newest rows, read in the order wanted. A sample of the very newest
    tells whether that may be so: for a rare word, and for whoever sees few rows, the index intersects words and keys.
    ``EXECUTE`` plans each search anew, because the plan of one reader's keys is not that of another's.
    """

    NEWEST, SAMPLE = 25_000, 1_500

    def __init__(self, table: str, condition: str, *, purpose: str) -> None:
        self.table, self.condition, self.purpose = table, condition, purpose
        holds = f"terms @@ $1 AND {condition} ORDER BY id DESC LIMIT $2"
        among = "SELECT id FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT {rows}) n WHERE {holds}"
        newest = among.format(table=table, rows=self.NEWEST, holds=holds)
        sample = among.format(table=table, rows=self.SAMPLE, holds=holds)
        keyed = f"SELECT id FROM {table} WHERE sight_keys && $3 AND {holds}"
        # Half of what would be needed at the same rate: a few hundred rows too many cost less than a whole index.
        enough = f"cardinality(found_ids) * {2 * self.NEWEST // self.SAMPLE} >= at_most"
        body = (
            f"DECLARE found_ids uuid[]; keys uuid[] := {keys_of(purpose)}; BEGIN"
            f" EXECUTE $q$ SELECT ARRAY({sample}) $q$ INTO found_ids USING query, at_most;"
            f" IF {enough} THEN EXECUTE $q$ SELECT ARRAY({newest}) $q$ INTO found_ids USING query, at_most; END IF;"
            " IF cardinality(found_ids) >= at_most THEN RETURN QUERY SELECT unnest(found_ids);"
            f" ELSE RETURN QUERY EXECUTE $q$ {keyed} $q$ USING query, at_most, keys; END IF; END"
        )
        super().__init__(
            sql=[
                f"CREATE OR REPLACE FUNCTION {table}_search(query tsquery, at_most integer) RETURNS SETOF uuid"
                f" LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {body} $$"
            ],
            reverse_sql=RunSQL.noop,
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.condition], {"purpose": self.purpose}
