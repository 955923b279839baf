"""The case itself: report, dispatch, return, extend, hold, close."""

import engine.cases.approving  # noqa: F401 - registers its operations
from engine.cases.acting import Acted, claim_task, complete_task, release_task
from engine.cases.acts import ActOffer, act_on, acts_and_refusals, available_acts
from engine.cases.clockwork import advance_one, advance_some, give_way, lag, next_due
from engine.cases.errors import ReportInvalid
from engine.cases.explaining import explain_deadlines
from engine.cases.filing import LONGEST, Report, check_report, report_case
from engine.cases.gatekeeping import running_by_definition
from engine.cases.hosting import host_for
from engine.cases.operations import OPERATIONS
from engine.cases.requests import list_asked
from engine.cases.standing_in import HandedOver, count_claimed, free_orphaned, free_task, hand_over, may_free
from engine.cases.suggesting import Suggestion, suggest_for

__all__ = [
    "LONGEST",
    "OPERATIONS",
    "ActOffer",
    "Acted",
    "HandedOver",
    "Report",
    "ReportInvalid",
    "Suggestion",
    "act_on",
    "advance_one",
    "advance_some",
    "acts_and_refusals",
    "available_acts",
    "claim_task",
    "complete_task",
    "check_report",
    "count_claimed",
    "explain_deadlines",
    "free_orphaned",
    "free_task",
    "give_way",
    "hand_over",
    "host_for",
    "lag",
    "list_asked",
    "may_free",
    "next_due",
    "release_task",
    "report_case",
    "running_by_definition",
    "suggest_for",
]
