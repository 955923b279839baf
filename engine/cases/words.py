"""What the office calls things: one table of words, Chinese and English; a pack has its own noun."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["zh", "en"]

WORDS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "noun": {"base": ("事件", "case"), "daishan": ("事件", "case"), "yancheng": ("办件", "case"),
             "xiangyang": ("工单", "ticket"), "ankang": ("办件", "case")},
    "stage": {
        "collect": ("采集建档", "Collected"), "assign": ("分流交办", "To dispatch"),
        "handle": ("办理", "In hand"),
        "check": ("检查督促", "To check"), "feedback": ("结果反馈", "Feedback"),
        "closed": ("已结", "Closed")},
    "limit_stage": {
        "verify": ("核实", "verify"), "accept": ("受理分流", "dispatch"), "sign": ("签收", "sign for"),
        "handle": ("办结", "finish"), "check": ("核查", "check"), "inform": ("告知", "tell the resident"),
        "total": ("总时限", "total"), "climb": ("提级", "climb"), "acknowledge": ("应答", "acknowledge"),
        "rate": ("评价", "rating"), "decide": ("审批", "decide"),
        "decide_request": ("审批申请", "decide the request"), "decide_return": ("审定退回", "decide the return"),
        "conclude": ("汇总办结", "conclude"), "assist": ("协办", "assist")},
    "urgency": {"normal": ("普通", "Normal"), "urgent": ("紧急", "Urgent"), "critical": ("特急", "Critical")},
    "severity": {"general": ("一般", "Minor"), "larger": ("较大", "Considerable"), "major": ("重大", "Major"),
                 "extreme": ("特别重大", "Extreme")},
    "origin": {
        "grid_worker": ("网格员上报", "Grid worker"), "resident": ("居民反映", "Resident"),
        "superior": ("上级交办", "Assigned from above"), "platform": ("平台转来", "Platform"),
        "letter_visit": ("来信来访", "Letter or visit"), "phone": ("电话", "Phone")},
    "channel": {"app": ("手机", "App"), "web": ("网页", "Web"), "phone": ("电话", "Phone"),
                "visit": ("上门", "Visit"), "chat": ("群聊", "Group chat"), "import": ("导入", "Import")},
    "outcome": {
        "handled": ("已办结", "Handled"), "settled": ("当场解决", "Settled on the spot"),
        "answered": ("直接答复", "Answered"), "refused": ("不予受理", "Not accepted"),
        "transferred": ("转出", "Handed outside"), "duplicate": ("重复件", "Duplicate"),
        "void": ("作废", "Void")},
    "rating": {"satisfied": ("满意", "Satisfied"), "basic": ("基本满意", "Fairly satisfied"),
               "dissatisfied": ("不满意", "Dissatisfied"),
               "unreasonable": ("诉求不合理", "Unreasonable demand")},
    "method": {"phone": ("电话", "phone"), "face": ("当面", "face to face"), "sms": ("短信", "text message"),
               "link": ("评价链接", "link"), "messenger": ("政务微信等", "messenger")},
    "contacted": {"reached": ("联系上，已告知", "Reached and told"), "no_answer": ("无人应答", "No answer"),
                  "wrong_number": ("号码不对", "Wrong number"), "refused": ("拒绝交谈", "Refused to talk"),
                  "channel_down": ("发不出去", "Could not be sent")},
    "rated_by": {"link": ("本人从链接", "by link"), "phone": ("电话", "by phone"), "face": ("当面", "face to face"),
                 "set_aside": ("中心认定", "set aside by the centre")},
    "verified": {"confirmed": ("属实", "confirmed"), "not_found": ("未发现", "not found"),
                 "prohibited": ("按禁止事项拒办", "refused as prohibited"),
                 "unverified": ("未核实", "unverified")},
    "lamp": {"green": ("正常", "On time"), "yellow": ("临期", "Near due"), "red": ("超期", "Overdue"),
             "grey": ("停钟", "Clock stopped"), "none": ("无时限", "No limit")},
    "level": {"city": ("市", "City"), "county": ("县", "County"), "township": ("镇", "Township"),
              "community": ("社区", "Community"), "grid": ("网格", "Grid")},
    "capacity": {"holder": ("负责", "holds"), "handler": ("承办", "handles"),
                 "assistant": ("协办", "assists")},
    "task": {  # the names of the base diagrams' tasks; a task that is not here goes by the name drawn on it
        "dispatch": ("受理分流", "Accept and dispatch"), "verify": ("现场核实", "Verify on site"),
        "sign": ("签收", "Sign for it"), "sign_assist": ("协办签收", "Sign for our part"),
        "handle_task": ("办理", "Handle"), "lead_handle": ("主办办理", "Handle as lead"),
        "assist_task": ("协助办理", "Assist"), "conclude": ("汇总办理结果", "Conclude"),
        "decide_return": ("审定退回", "Decide the return"),
        "decide_return_above": ("裁定再次退回", "Rule on the second return"),
        "supplement": ("补正材料", "Supply what is missing"), "check": ("核查办理结果", "Check the result"),
        "inform": ("告知反映人", "Tell the resident"), "rate": ("评价办理结果", "Rate the result"),
        "call": ("补打电话", "Call them"),
        "acknowledge": ("值班应答", "Acknowledge"), "acknowledge_top": ("顶级值班应答", "Acknowledge at the top"),
        "first_report": ("初报", "First report"), "decide_request": ("审批申请", "Decide the request"),
        "decide_request_above": ("上级审批申请", "Decide the request above")},
    "photo": {"report": ("上报", "As reported"), "before": ("办理前", "Before"), "after": ("办理后", "After"),
              "evidence": ("凭证", "Evidence")},
    "helper": {"unsigned": ("待签收", "Not signed for"), "working": ("办理中", "In hand"), "done": ("已办完", "Done"),
               "declined": ("已退回", "Declined"), "ended": ("已终止", "Ended")},
    "request": {"extension": ("延期", "Extension"), "hold": ("挂账", "Hold")},
    "request_state": {"open": ("待审批", "Waiting"), "granted": ("已同意", "Granted"),
                      "fewer": ("部分同意", "Granted in part"), "refused": ("未同意", "Refused"),
                      "withdrawn": ("已撤销", "Withdrawn")},
    "act": {
        "urge": ("催办", "Urge"), "supervise": ("督办", "Supervise"), "recall": ("撤回", "Recall"),
        "reply": ("回复督办", "Answer the supervision"), "withdraw": ("收回催办督办", "Take back"),
        "reassign": ("改派", "Reassign"), "raise": ("提级", "Raise a level"), "extend": ("延期", "Extend"),
        "ask_extension": ("申请延期", "Ask for an extension"), "ask_hold": ("申请挂账", "Ask for a hold"),
        "hold": ("挂账", "Hold"), "resume": ("恢复计时", "Resume"), "follow_up": ("续报", "Follow up"),
        "void": ("作废", "Void"), "contact": ("登记联系", "Record an attempt"),
        "rate_in_person": ("当面评价", "Rating face to face")},
}


def word(kind: str, key: str | None, language: Language = "zh") -> str:
    """The word for a value of a kind; the value itself where the table has none, "" for None."""
    if key is None:
        return ""
    pair = WORDS[kind].get(key)
    return key if pair is None else pair[language == "en"]


def noun(pack: str, language: Language = "zh") -> str:
    """What this pack calls a case (事件, 办件, 工单 ...)."""
    return word("noun", pack if pack in WORDS["noun"] else "base", language)
