"""Every row of the shipped tables once: what is asked, and what must come back. Tests of rows draw on it."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.decisions import ask
from engine.library import Source

LEVELS = ("grid", "community", "township", "county", "city")


class Question(NamedTuple):
    """A question to a table, the outputs that must be among its answers, and what the row that gives them cites."""

    given: dict[str, Any]
    expected: dict[str, Any]
    cites: str = ""


def ladder(pack: str) -> list[Question]:
    """Where each direction leads from each level."""
    base = pack == "base"
    first = "community" if base else "township"
    ways = {
        "first": [first, *LEVELS[1:]],
        "emergency": ["township", "township", *LEVELS[2:]],
        "up": [first, "township", "county", "city", ""],
        "above": [first, "township", "county", "city", ""],
        "down": ["", "grid", "community", "township", "county"],
    }
    return [Question({"from_level": level, "direction": direction}, {"to_level": to})
            for direction, targets in ways.items() for level, to in zip(LEVELS, targets, strict=True)]


SHORT = {"normal": "4 work_hour", "urgent": "0.5 work_hour", "critical": "10 urgent_minute"}
OWN = {"normal": "5 work_day", "urgent": "1 work_day", "critical": "4 urgent_work_hour"}


def limits(pack: str) -> list[Question]:
    """The limit of each stage and urgency, without and with one of the matter."""
    found = []
    for urgency, short in SHORT.items():
        days = {"accept": "2 work_day", "climb": "2 work_day", "sign": "3 work_day"}
        for stage in ("verify", "accept", "climb", "sign", "conclude", "decide_return", "decide_request", "check"):
            by_text = pack == "daishan" and urgency == "normal" and stage in days
            found.append(_limit(stage, urgency, days[stage] if by_text else short, times=2 if stage == "climb" else 1))
        for stage in ("handle", "assist"):
            found.append(_limit(stage, urgency, OWN[urgency]))
            found.append(_limit(stage, urgency, "7 work_day", "7 work_day"))
        found += [_limit("return", urgency, "1 work_day"), _limit("return", urgency, OWN[urgency], times=0.25),
                  _limit("return", urgency, "2 work_day", "2 work_day", times=0.25)]
    fixed = {"supplement": "3 work_day", "inform": "1 work_day", "rate": "7 calendar_day",
             "hold_review": "90 calendar_day", "acknowledge": "15 urgent_minute", "first_report": "1 urgent_work_hour"}
    found += [_limit(stage, "normal", limit) for stage, limit in fixed.items()]
    return [*found, _limit("climb", "normal", "12 calendar_month", top=True)]


def _limit(stage: str, urgency: str, limit: str, matter: str | None = None, times: float = 1,
           top: bool = False) -> Question:
    given = {"stage": stage, "urgency": urgency, "top": top, "matter_limit": matter, "matter_count": None}
    return Question(given, {"limit": limit, "times": times})


def candidates(pack: str) -> list[Question]:
    """Who is asked for the tasks of each lane."""
    lanes = {"网格员": ("grid", "grid_worker"), "承办单位": ("handler", "clerk"), "协办单位": ("assistant", "clerk"),
             "核查人": ("holder", "seat", "E9"), "上级坐席": ("above", "seat"), "值班": ("roster", "seat"),
             "反映人": ("holder", "seat", "E15"), "坐席": ("holder", "seat", "E3"), "": ("holder", "seat")}
    found = [_candidate(lane, *who) for lane, who in lanes.items()]
    return [*found, _candidate("核查人", "above", "seat", own_handled=True),
            _candidate("核查人", "above", "seat", reopened=1),
            _candidate("反映人", "reporter", "seat", element="supplement")]


def _candidate(lane: str, organisation: str, role: str, cites: str = "", **facts: Any) -> Question:
    given = {"lane": lane, "own_handled": False, "reopened": 0, "element": "task", **facts}
    return Question(given, {"organisation": organisation, "role": role}, cites)


def triage(pack: str) -> list[Question]:
    """Who should handle what: emergencies first, then platforms and departments, then the community's own."""
    return [
        _triage("emergency", "", level="grid", severity="major"),
        _triage("emergency", "", level="grid", urgency="critical"),
        _triage("department", "enforcement", emergency=True, platform="enforcement"),
        _triage("department", "housing", emergency=True, owner_kind="housing", level="county"),
        _triage("own", "centre", "E10", emergency=True),
        _triage("department", "zongzhi", platform="zongzhi", owner_kind="police"),
        _triage("department", "housing", owner_kind="housing"),
        _triage("own", "centre", level="community", owner_kind="justice"),
        _triage("up", "centre", level="community", owner_kind="housing"),
        _triage("own", "centre"),
    ]


def _triage(way: str, owner: str, cites: str = "", **facts: Any) -> Question:
    given = {"severity": "general", "urgency": "normal", "emergency": False, "level": "township", "owner_kind": "",
             "platform": "", **facts}
    return Question(given, {"way": way, "owner": owner}, cites)


def supervision(pack: str) -> list[Question]:
    """What follows a limit."""
    rows = {"remind": (80, None), "urge": (100, None), "supervise": (100, None), "raise": (None, "2 work_day"),
            "daily": (100, "1 work_day")}
    return [Question({"stage": "handle", "urgency": "normal"}, {"kind": kind, "percent": percent, "after": after})
            for kind, (percent, after) in rows.items()]


def callback(pack: str) -> list[Question]:
    """When somebody counts as unreachable, whatever the urgency."""
    return [Question({"urgency": urgency}, {"attempts": 3, "channels": 2, "apart_minutes": 60}) for urgency in SHORT]


def contact_channel(pack: str) -> list[Question]:
    """What each way of telling somebody hangs on."""
    ways = {"phone": (True, "phone", ""), "face": (True, "face", ""), "sms": (False, "message", "sms"),
            "link": (False, "message", "sms"), "messenger": (False, "messenger", "messenger")}
    return [Question({"method": method}, {"in_person": way[0], "counts_as": way[1], "carrier": way[2],
                                          "by_worker": method == "face"})
            for method, way in ways.items()]


def requests(pack: str) -> list[Question]:
    """Who decides what a unit asks for, and who may not ask."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("dispatcher", {}), ("above", {"granted": 1}), ("above", {"asker": "centre"}),
        ("nobody", {"asker": "assistant"}), ("nobody", {"overdue": True})]
    first = {"kind": "extension", "asker": "handler", "urgency": "normal", "overdue": False, "granted": 0}
    return [Question({**first, **facts}, {"decided_by": who}) for who, facts in asked]


def lamp(pack: str) -> list[Question]:
    """When the lamp turns yellow."""
    return [Question({"stage": "accept", "urgency": urgency}, {"warn_percent": 80}) for urgency in SHORT]


def returned(pack: str) -> list[Question]:
    """How many returns the board names."""
    return [Question({"level": level}, {"times": 2}) for level in LEVELS[1:]]


def similar(pack: str) -> list[Question]:
    """What may be the same matter."""
    return [Question({"class_name": None}, {"days": 7, "metres": 200, "alike_percent": 45})]


def nearby(pack: str) -> list[Question]:
    """Of what strangers are told."""
    return [Question({"class_name": "公用设施", "sensitive": False}, {"tell": True}),
            Question({"class_name": "矛盾纠纷", "sensitive": False}, {"tell": False}, "G5"),
            Question({"class_name": "公用设施", "sensitive": True}, {"tell": False}, "G5")]


def unmask(pack: str) -> list[Question]:
    """Who may look at a resident's contact."""
    may, alone = ("seat", "clerk", "supervisor"), {"helping": False}
    roles = ("grid_worker", *may, "designer", "system_admin", "security_admin", "audit_admin")
    return [*(Question({"role": role, **alone}, {"allowed": role in may}, "GB 7.2") for role in roles),
            Question({"role": "clerk", "helping": True}, {"allowed": False}, "GB 7.2")]


QUESTIONS = {"ladder": ladder, "limits": limits, "candidates": candidates, "triage": triage,
             "supervision": supervision, "callback": callback, "contact_channel": contact_channel,
             "requests": requests, "lamp": lamp, "returned": returned, "similar": similar, "nearby": nearby,
             "unmask": unmask}


def wrong_answers(source: Source) -> list[str]:
    """The questions to which a table gives another answer than it should."""
    asked = QUESTIONS[source.definition_id](source.pack)
    return [str(question.given) for question in asked if not _is_right(source, question)]


def _is_right(source: Source, question: Question) -> bool:
    try:
        answer = ask(source, question.given)
    except Exception:  # no row, or one that cannot be computed: no right answer
        return False
    return any(question.expected == {name: one[name] for name in question.expected} and question.cites in row.cites
               for one, row in zip(answer.outputs, answer.rows, strict=True))
