"""Every write of owning. Each is one move of the chain (``rules.MOVES``) or a few of them in one transaction."""

from .answering import (
    Wording,
    add_reply_template,
    answer_reporters,
    count_template_use,
    inform_reporters,
    record_callback,
    save_reply_template,
)
from .closing import check_matter, close_matter, closing_problems, evaluate_matter, reopen_matter
from .correcting import follow_correction
from .dispatching import accept_matter, dispatch_by_route, dispatch_matter, request_joint_handling, return_matter
from .handling import add_evidence, finish_joint_part, note_progress, planned_nodes, report_back, set_plan
from .joining import take_in
from .merging import join_earlier, join_report, merge_matters, part_of, split_matter, unmerge_matter
from .moving import move_matter, offer_move, refuse_move
from .opening import ByHand, NewMatter, attach_report, cancel_matter, open_by_hand, open_from_message, open_matter
from .policies import load_policy_texts, save_policy_text
from .residents import say_outcome
from .steering import (
    add_note,
    ask_suspension,
    reclassify_matter,
    repin_matter,
    resume_matter,
    supervise,
    suspend_matter,
)
from .sweeping import sweep_clocks
from .unmasking import Unmasked, unmask_event, unmask_reporter

__all__ = [
    "ByHand",
    "NewMatter",
    "Unmasked",
    "Wording",
    "accept_matter",
    "add_evidence",
    "add_note",
    "add_reply_template",
    "answer_reporters",
    "ask_suspension",
    "attach_report",
    "cancel_matter",
    "check_matter",
    "close_matter",
    "closing_problems",
    "count_template_use",
    "dispatch_by_route",
    "dispatch_matter",
    "evaluate_matter",
    "finish_joint_part",
    "follow_correction",
    "inform_reporters",
    "join_earlier",
    "join_report",
    "load_policy_texts",
    "merge_matters",
    "move_matter",
    "note_progress",
    "offer_move",
    "open_by_hand",
    "open_from_message",
    "open_matter",
    "part_of",
    "planned_nodes",
    "reclassify_matter",
    "record_callback",
    "refuse_move",
    "reopen_matter",
    "repin_matter",
    "report_back",
    "request_joint_handling",
    "resume_matter",
    "return_matter",
    "save_policy_text",
    "save_reply_template",
    "say_outcome",
    "set_plan",
    "split_matter",
    "supervise",
    "suspend_matter",
    "sweep_clocks",
    "take_in",
    "unmask_event",
    "unmask_reporter",
    "unmerge_matter",
]
