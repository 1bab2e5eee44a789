"""The accounts of the demonstration, printed when it starts (before Django is set up)."""

from __future__ import annotations

DEMO_PASSWORD = "huiyinbi-2022"  # noqa: S105 - printed on the screen, for the demonstration only

# sign-in name, name, role
STAFF = (
    ("zhiban", "王晓芳", "duty_officer", "值班员"),
    ("diaodu", "李卫东", "dispatcher", "调度员"),
    ("yiliao", "张敏", "handler", "承办人（医疗保障）"),
    ("wuzi", "陈刚", "handler", "承办人（生活物资）"),
    ("shequ", "赵丽娟", "community", "社区工作者（理想社区）"),
    ("shuji", "钱国伟", "leader", "街道领导"),
    ("ducha", "孙静", "inspector", "督查员"),
    ("guanli", "周涛", "administrator", "管理员"),
    ("linjie", "吴琳", "duty_officer", "值班员（嵩山路街道）"),
)


def accounts() -> list[tuple[str, str, str]]:
    """Return sign-in name, password and role of the accounts to try."""
    return [(username, DEMO_PASSWORD, f"{name} {role}") for username, name, _r, role in STAFF]
