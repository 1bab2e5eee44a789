"""A database with very many matters, for measuring: one large street, a small neighbour, two years.

Registers, teams and accounts are made by the program's own operations; the matters by one INSERT … SELECT as superuser.
History and messages are filled for the last 60 days only (the pages that read them look back no further).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
DAYS = 730
RECENT_DAYS = 60
LARGE, SMALL = "410103009", "410103011"
TEAMS = 20
COMMUNITIES = 13
TOPICS = (
    ("health_code", 9),
    ("policy", 14),
    ("supplies", 16),
    ("medicine", 8),
    ("medical_care", 7),
    ("property", 14),
    ("isolation", 8),
    ("testing", 8),
    ("transport", 4),
    ("utilities", 6),
    ("enterprise", 2),
    ("report", 2),
    ("other", 2),
)
_WHO = ("我家老人", "孩子", "租户", "邻居", "一楼住户", "我爱人", "本人", "单元里几户", "隔壁商户", "楼上住户")
_WHAT = (
    "想问健康码变黄怎么转绿",
    "家里没有蔬菜和奶粉了",
    "血压药只剩两天",
    "需要去医院透析",
    "电梯停运两天",
    "楼道垃圾没人清运",
    "核酸结果一直没有出来",
    "想知道什么时候解封",
    "停水已经一整天",
    "暖气管道漏水",
    "快递堆在门口没人送",
    "小区大门不让外卖进",
    "居家隔离门磁报警",
    "货车进不了园区",
    "网课没有网络",
    "物业乱收费",
    "采样点排队太长",
    "邻居聚集打牌",
    "消杀味道很大",
    "工资没有发",
)
_HOW = (
    "请尽快处理",
    "打电话没人接",
    "昨天反映过一次",
    "希望给个答复",
    "已经等了三天",
    "麻烦社区看看",
    "心里很着急",
    "谢谢工作人员",
    "不知道该找谁",
    "请派人上门",
)
_RARE = ("狂犬疫苗第三针", "胰岛素断药", "被困电梯", "煤气泄漏")


@dataclass
class Filled:
    """What was filled: the counts and who may look."""

    matters: int
    duty: str
    office: str


def start(state: Path) -> psycopg.Connection:
    """Start a throw-away server, migrate it and return a superuser's connection; Django is set up as the program's role."""
    os.environ["ECHOWALL_STATE"] = str(state)
    os.environ["DJANGO_SETTINGS_MODULE"] = "echowall.site.settings"
    from echowall.site import postgres, preparation
    from echowall.site.postgres import roles

    cluster = postgres.embedded_cluster(state, durable=False)
    if cluster.ensure_running():
        roles.prepare_embedded(cluster.superuser_url(), cluster.passwords)
    preparation.migrate(cluster.connection())
    import django

    django.setup()
    return psycopg.connect(cluster.superuser_url("echowall"), autocommit=True)


def stop(state: Path) -> None:
    """Stop the server; the caller removes its directory."""
    from echowall.site import postgres

    postgres.embedded_cluster(state, durable=False).stop()


def fill(database: psycopg.Connection, count: int) -> Filled:
    """Fill ``count`` matters unless the database has them already."""
    row = database.execute("SELECT count(*) FROM matters_matter").fetchone()
    if row and row[0] >= count:
        _watchers()
        return Filled(row[0], "duty", LARGE)
    _registers()
    _watchers()
    _texts(database, Random(2022))
    _matters(database, count)
    _recent(database)
    for table in ("matters_matter", "matters_historyevent", "matters_assignment", "voices_message", "places_place"):
        database.execute(f"VACUUM ANALYZE {table}")
    return Filled(count, "duty", LARGE)


def _registers() -> None:
    from echowall.kernel.actors import SYSTEM_ACTOR as SYSTEM
    from echowall.kernel.scope import as_system
    from echowall.places.operations import NewPlace, add_place, add_places
    from echowall.teams.operations import form_team
    from echowall.voices.operations import add_source

    at = NOW - timedelta(days=DAYS + 1)
    with as_system():
        city = add_place(parent=None, new=NewPlace("city", "郑州市", "4101"), actor=SYSTEM, at=at)
        district = add_place(parent=city, new=NewPlace("district", "二七区", "410103"), actor=SYSTEM, at=at)
        large, small = add_places(
            parent=district,
            actor=SYSTEM,
            at=at,
            new=[NewPlace("office", "福华街街道", LARGE), NewPlace("office", "嵩山路街道", SMALL)],
        )
        for office, communities in ((large, COMMUNITIES), (small, 2)):
            for community in add_places(
                parent=office,
                actor=SYSTEM,
                at=at,
                new=[
                    NewPlace("community", f"第{i}社区", label=f"{office.code}{i:03d}")
                    for i in range(1, communities + 1)
                ],
            ):
                for compound in add_places(
                    parent=community, actor=SYSTEM, at=at, new=[NewPlace("compound", f"小区{i}") for i in range(1, 13)]
                ):
                    add_places(
                        parent=compound,
                        actor=SYSTEM,
                        at=at,
                        new=[NewPlace("building", f"{i}号楼", label=f"b{i}") for i in range(1, 9)],
                    )
            for i in range(1, (TEAMS if office is large else 2) + 1):
                form_team(office=office, name=f"第{i}专班", actor=SYSTEM, at=at)
            add_source(channel="web", name="网上留言", place=office, actor=SYSTEM, at=at)


def _watchers() -> None:
    """Open the accounts that look, where they are missing: of one street, of the other, of a part, of both."""
    from echowall.kernel.actors import SYSTEM_ACTOR as SYSTEM
    from echowall.kernel.scope import as_system
    from echowall.people.models import Worker
    from echowall.people.operations import appoint, open_account
    from echowall.places.models import Place
    from echowall.teams.models import Team
    from echowall.teams.operations import add_member

    at = NOW - timedelta(days=DAYS + 1)
    with as_system():
        large, small = Place.objects.get(code=LARGE), Place.objects.get(code=SMALL)
        community = Place.objects.filter(kind="community", office=large).order_by("path")[0]
        for name, role, place in (
            ("duty", "duty_officer", large),
            ("leader", "leader", large),
            ("small", "duty_officer", small),
            ("community", "community", community),
            ("handler", "handler", large),
            ("inspector", "inspector", Place.objects.get(kind="district")),
        ):
            if Worker.objects.filter(username=name).exists():
                continue
            worker = open_account(username=name, name=name, password="echo-wall-2022", actor=SYSTEM, at=at)
            appoint(worker=worker, role=role, place=place, actor=SYSTEM, at=at)
            if name == "handler":
                team = Team.objects.filter(office=large).order_by("name")[0]
                add_member(team=team, worker=worker, actor=SYSTEM, at=at)


def _texts(database: psycopg.Connection, random: Random) -> None:
    """Make 20,000 texts with their search terms: each matter takes one, its own number is added."""
    from echowall.kernel.search import terms

    database.execute("CREATE TEMP TABLE texts (id int PRIMARY KEY, title text, body text, terms tsvector)")
    with database.cursor() as cursor, cursor.copy("COPY texts (id, title, body) FROM STDIN") as copy:
        for number in range(20_000):
            what = random.choice(_RARE) if number % 1000 == 0 else random.choice(_WHAT)
            building = f"{random.randint(1, 67)}号楼{random.randint(1, 4)}单元{random.randint(101, 3304)}室"
            body = f"{random.choice(_WHO)}{what},住在{building},{random.choice(_HOW)},{random.choice(_HOW)}"
            copy.write_row((number, what, body))
    rows = database.execute("SELECT id, title || ' ' || body FROM texts").fetchall()
    with database.cursor() as cursor:
        cursor.executemany(
            "UPDATE texts SET terms = to_tsvector('simple', %s) WHERE id = %s",
            [(terms(text), number) for number, text in rows],
        )


# Weights become thresholds of one uniform draw per row; every draw is a hash of the row's number, so a run repeats.
def _pick(choices: tuple[tuple[str, int], ...], draw: str) -> str:
    total, below, parts = sum(weight for _, weight in choices), 0, []
    for value, weight in choices:
        below += weight
        parts.append(f"WHEN {draw} < {below / total:.6f} THEN '{value}'")
    return f"CASE {' '.join(parts)} ELSE '{choices[-1][0]}' END"


def _draw(salt: int) -> str:
    return f"((hashint8extended(n, {salt}) & 2147483647) / 2147483648.0)"


def _matters(database: psycopg.Connection, count: int) -> None:
    """Fill the matters, the oldest first. In two years 97 % ended; of the last ten days two thirds are open."""
    channel = _pick((("web", 20), ("pasted", 40), ("hotline", 25), ("wechat", 12), ("mail", 3)), _draw(3))
    intent = _pick(
        (("help", 30), ("consult", 35), ("complaint", 18), ("vent", 8), ("suggest", 5), ("praise", 4)), _draw(4)
    )
    urgency = _pick((("critical", 1), ("urgent", 9), ("normal", 90)), _draw(5))
    standing = _pick(
        (("opened", 5), ("dispatched", 15), ("handling", 55), ("suspended", 5), ("reported", 12), ("checked", 8)),
        _draw(6),
    )
    database.execute(
        """
        CREATE TEMP TABLE spots AS
            SELECT p.id, p.path, p.office_id, row_number() OVER (ORDER BY (o.code <> '410103009'), p.id) - 1 AS k
            FROM places_place p JOIN places_place o ON o.id = p.office_id WHERE p.kind = 'building';
        CREATE TEMP TABLE crews AS
            SELECT t.id, t.office_id, row_number() OVER (PARTITION BY office_id ORDER BY name) - 1 AS k,
                   count(*) OVER (PARTITION BY office_id) AS many FROM teams_team t;
        CREATE UNIQUE INDEX ON spots (k);
        CREATE UNIQUE INDEX ON crews (office_id, k);
        ANALYZE spots; ANALYZE crews; ANALYZE texts;
        """
    )
    database.execute(
        f"""
        INSERT INTO matters_matter (id, number, office_id, place_id, place_path, also_office_ids, team_ids, title, summary,
            channel, intent, topic, urgency, is_complex, state, lead_team_id, opened_at, closed_at, accepted_at, informed_at,
            solved_at, clocks_met, clocks_missed, playbook, due_at, colour, next_change_at, report_count, rework_count,
            satisfaction, is_solved, last_seq, terms)
        SELECT (lpad(to_hex((extract(epoch FROM opened_at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
                || '8' || substr(md5(n::text), 4, 15))::uuid,
            number, office_id, place_id, path, '{{}}', ARRAY[team_id], title, body, channel, intent, topic, urgency,
            d10 < 0.05, state, team_id, opened_at, CASE WHEN ended THEN least(opened_at + lasted, %(now)s) END,
            CASE WHEN state NOT IN ('opened', 'dispatched') THEN opened_at + lasted * 0.05 END,
            CASE WHEN ended OR d11 < 0.7 THEN opened_at + lasted * 0.3 END,
            CASE WHEN ended THEN opened_at + lasted * 0.9 END,
            CASE WHEN d12 < 0.85 THEN '{{accept,assign,inform}}'::text[] ELSE '{{assign}}' END
                || CASE WHEN ended AND d13 < 0.9 THEN '{{close,solve}}'::text[] ELSE '{{}}' END,
            CASE WHEN d12 >= 0.95 THEN '{{accept,inform}}'::text[] ELSE '{{}}' END
                || CASE WHEN d13 >= 0.95 THEN '{{solve}}'::text[] ELSE '{{}}' END,
            '13710@bench', CASE WHEN NOT ended THEN opened_at + interval '7 days' END,
            CASE WHEN ended THEN '' WHEN opened_at < %(now)s - interval '7 days' THEN 'red'
                 WHEN opened_at < %(now)s - interval '5 days' THEN 'amber' ELSE 'green' END,
            CASE WHEN NOT ended THEN %(now)s + interval '30 days' END, 1 + (d14 < 0.1)::int, (d15 < 0.04)::int,
            CASE WHEN ended AND d16 < 0.7 THEN CASE WHEN d17 < 0.6 THEN 5 WHEN d17 < 0.85 THEN 4 WHEN d17 < 0.95 THEN 3 ELSE 1 END END,
            CASE WHEN ended AND d16 < 0.7 THEN d17 < 0.93 END, 8, terms || to_tsvector('simple', number)
        FROM (
            SELECT n, x.title, x.body, x.terms, s.office_id, s.id AS place_id, s.path, c.id AS team_id,
                {channel} AS channel, {intent} AS intent, {_pick(TOPICS, _draw(7))} AS topic, {urgency} AS urgency,
                CASE WHEN ended THEN CASE WHEN {_draw(9)} < 0.5 THEN 'evaluated' ELSE 'closed' END ELSE {standing} END AS state,
                opened_at, ended, 'B' || to_char(opened_at, 'YYMMDD') || '-' || lpad(n::text, 7, '0') AS number,
                interval '10 minutes' + interval '6 days' * {_draw(8)} AS lasted,
                {", ".join(f"{_draw(i)} AS d{i}" for i in range(10, 18))}
            FROM (
                SELECT n, opened_at, {_draw(2)} < CASE WHEN opened_at > %(now)s - interval '10 days' THEN 0.34 ELSE 0.988 END AS ended
                FROM (SELECT n, %(now)s - interval '730 days' * (1 - n / %(count)s::float8) AS opened_at
                      FROM generate_series(1, %(count)s) n) a
            ) b
            JOIN texts x ON x.id = (hashint8extended(n, 20) & 2147483647) %% 20000
            JOIN spots s ON s.k = CASE WHEN {_draw(21)} < 0.95 THEN floor({_draw(22)} * 1248)::bigint ELSE 1248 + floor({_draw(22)} * 192)::bigint END
            JOIN crews c ON c.office_id = s.office_id AND c.k = floor({_draw(23)} * c.many)::bigint
        ) d
        ORDER BY n
        """,
        {"now": NOW, "count": count},
        prepare=False,
    )


def _recent(database: psycopg.Connection) -> None:
    """History and messages of the last 60 days."""
    since = {"since": NOW - timedelta(days=RECENT_DAYS)}
    database.execute(
        """
        INSERT INTO matters_historyevent (id, matter_id, seq, kind, at, recorded_at, actor_name, team_id, from_state, to_state, body)
        SELECT (lpad(to_hex((extract(epoch FROM t.at) * 1000)::bigint), 12, '0') || '7' || substr(md5(m.id::text || t.seq), 1, 3)
                || '8' || substr(md5(m.id::text || t.seq), 4, 15))::uuid,
            m.id, t.seq, t.kind, t.at, t.at, '值班员', m.lead_team_id, '', t.state, '{}'::jsonb
        FROM matters_matter m CROSS JOIN LATERAL (VALUES
            (1, 'opened', m.opened_at, 'opened'), (2, 'dispatched', m.opened_at + interval '2 minutes', 'dispatched'),
            (3, 'accepted', m.accepted_at, 'handling'), (4, 'informed', m.informed_at, 'handling'),
            (5, 'checked', m.solved_at, 'checked'), (6, 'answered', m.solved_at, 'checked'),
            (7, 'called_back', m.closed_at, 'checked'), (8, 'closed', m.closed_at, 'closed')) t(seq, kind, at, state)
        WHERE m.opened_at >= %(since)s AND t.at IS NOT NULL
        """,
        since,
    )
    database.execute(
        """
        INSERT INTO voices_message (id, ticket, source_id, channel, key, content_hash, said_at, heard_at, title, body_sealed,
            body, sender_masked, phone_masked, place_text, conversation, reply_to, extra, office_id, place_id, place_path,
            team_ids, also_office_ids, state, intent, topic, urgency, band, terms)
        SELECT m.id, substr(m.number, 2, 15), s.id, m.channel, m.number, '\\x00', m.opened_at, m.opened_at, '', '\\x00', m.summary,
            '', '138****' || lpad((hashtext(m.number) & 8191)::text, 4, '0'), '', '', '', '{}'::jsonb, m.office_id, m.place_id,
            m.place_path, m.team_ids, '{}', 'filed', m.intent, m.topic, m.urgency, 'sure', m.terms
        FROM matters_matter m JOIN voices_source s ON s.office_id = m.office_id WHERE m.opened_at >= %(since)s
        """,
        since,
    )
