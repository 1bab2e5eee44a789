"""Words that make the residents' form show the emergency numbers large, while they are still being typed.

The list runs in the phone, without a network, so it is short and plain. It decides nothing: what a message means is
judged by ``echowall.understanding.danger`` after it was heard.
"""

from __future__ import annotations

_WORDS = (
    "救命", "快死", "要死了", "没呼吸", "没有呼吸", "呼吸困难", "喘不上", "喘不过", "上不来气", "窒息", "噎住", "呛住",
    "昏迷", "昏倒", "晕倒", "晕过去", "叫不醒", "没反应", "不省人事", "抽搐", "胸痛", "胸口疼", "胸口痛", "胸闷",
    "心梗", "心绞痛", "心脏病", "脑梗", "脑出血", "脑溢血", "中风", "嘴歪", "半边", "大出血", "流血不止", "吐血",
    "破水", "要生了", "见红", "临产", "早产", "宫缩", "高烧不退", "过敏", "中毒", "农药", "触电", "漏电",
    "着火", "起火", "失火", "冒烟", "浓烟", "煤气", "燃气", "爆炸", "被困", "困在", "被淹", "淹到", "溺水", "落水",
    "自杀", "不想活", "轻生", "割腕", "跳楼", "上吊", "吞药", "持刀", "砍人", "打人", "家暴", "被打", "狂犬",
    "胰岛素", "透析", "急救", "救护车", "坠楼", "摔下", "摔倒", "坍塌", "倒塌",
)  # fmt: skip

PATTERN = "|".join(_WORDS)
