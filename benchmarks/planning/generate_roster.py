"""Generates the volunteers of a street office with posts, hotline and night duty, as a roster to make."""

from __future__ import annotations

import random

from echowall.planning.roster.types import (
    Absence,
    Contract,
    Fairness,
    History,
    Limit,
    Lock,
    Post,
    Problem,
    Shift,
    Volunteer,
    Wish,
)

SHIFTS = (
    Shift("夜", "夜班 0–8 时", 0, 480, is_night=True),
    Shift("早", "早班 8–16 时", 480, 480),
    Shift("中", "中班 16–24 时", 960, 480),
)
CONTRACTS = (
    # Full time: at most 44 hours a week (Labour Law article 36), at most six days in a row.
    Contract("全时", minutes_per_week=44 * 60, run=Limit(maximum=6)),
    Contract("兼职", minutes_per_week=24 * 60, run=Limit(maximum=4)),
    Contract("周末", minutes_per_week=16 * 60, run=Limit(maximum=3)),
)
FULL, PART, WEEKEND = CONTRACTS


def street(*, people: int = 160, posts: int = 52, days: int = 14, seed: int = 0) -> Problem:
    """Return a street office's roster to make: ``posts`` checkpoints around the clock, a hotline, a night duty.

    Of the people 60 % are full time, 30 % part time, 10 % weekend helpers; 40 % are experienced, 15 % can take the
    hotline, 10 % can lead a night. Each is away on about one day in ten and has up to three wishes.
    """
    draw = random.Random(seed)
    volunteers = tuple(_volunteer(draw, number, people, days) for number in range(people))
    by_chance = [one.id for one in volunteers]
    draw.shuffle(by_chance)
    locks = [Lock(name, shift="夜") for name in by_chance[: people // 16]]
    wishes = [wish for one in volunteers for wish in _wishes(draw, one, days)]
    special = (
        Post("热线", "热线席", shifts=("早", "中"), people=2, experienced=1, skill="热线", is_required=True),
        Post("夜值", "夜间总值班", shifts=("夜",), people=1, experienced=1, skill="值班长", is_required=True),
    )
    gates = tuple(Post(f"K{number + 1:02}", f"{number + 1} 号卡口", rank=number) for number in range(posts))
    return Problem(
        days=days,
        shifts=SHIFTS,
        contracts=CONTRACTS,
        volunteers=volunteers,
        posts=(*special, *gates),
        wishes=tuple(wishes),
        locks=tuple(locks),
        rest_minutes=660,
        fairness=Fairness(shift_weight=3, night_weight=2, weekend_weight=2),
    )


def _volunteer(draw: random.Random, number: int, people: int, days: int) -> Volunteer:
    share = number / people
    contract = FULL if share < 0.6 else PART if share < 0.9 else WEEKEND
    away = [day for day in range(days) if draw.random() < 0.1]
    if contract is WEEKEND:
        away = [day for day in range(days) if day % 7 not in (4, 5, 6)]
    skills = [name for name, chance in (("热线", 0.15), ("值班长", 0.1)) if draw.random() < chance]
    weekly = contract.minutes_per_week or 0
    history = History(
        minutes=480 * round(2 * weekly / 480 * draw.uniform(0.6, 0.9)),
        nights=draw.randint(0, 5),
        weekends=draw.randint(0, 4),
        last=tuple(draw.choice(("", "", "早", "中", "夜")) if day == 6 else "" for day in range(7)),
    )
    return Volunteer(
        f"V{number + 1:03}",
        contract.id,
        f"志愿者{number + 1:03}",
        tuple(skills),
        draw.random() < 0.4 or "值班长" in skills,
        tuple(Absence(day) for day in away),
        history,
    )


def _wishes(draw: random.Random, volunteer: Volunteer, days: int) -> list[Wish]:
    chosen = draw.sample(range(days), draw.randint(0, 3))
    return [
        Wish(volunteer.id, day, draw.choice(("", "夜", "早", "中")), draw.random() < 0.3, draw.randint(1, 3))
        for day in chosen
    ]
