"""What is said beside a field, in the reader's language: the engine speaks Chinese, marshmallow English."""

from __future__ import annotations

import re

from web import register_phrases

_TO_CHINESE = (
    (r"Missing data for required field\.|Field may not be null\.", "请填写这一项"),
    (r"Unknown field\.", "没有这一项"),
    (r"Not a valid string\.", "应为文字"),
    (r"Not a valid integer\.", "应为整数"),
    (r"Not a valid (?:number|float)\.", "应为数字"),
    (r"Not a valid boolean\.", "应为是或否"),
    (r"Not a valid aware datetime\.|Not a valid datetime\.", "应为带时区的时间，如 2026-03-02T09:00:00+08:00"),
    (r"Not a valid list\.", "应为列表"),
    (r"Not a valid mapping type\.|Invalid input type\.", "应为对象"),
    (r"Must be one of: (.+)\.", r"应为其中之一：\1"),
    (r"Shorter than minimum length (\d+)\.", r"至少 \1 个字"),
    (r"Longer than maximum length (\d+)\.", r"最多 \1 个字"),
    (r"Length must be between (\d+) and (\d+)\.", r"应为 \1 至 \2 个字"),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", r"应在 \1 至 \2 之间"),
    (r"Special numeric values .*", "应为普通的数字"),
    (r"Number (?:too large|out of range)\.", "数字超出范围"),
    (r"Contains characters that cannot be kept\.", "含有不能保存的字符"),
    (r"Nested too deep\.", "嵌套太深"),
    (r"Not a value that can be kept\.", "这样的值不能保存"),
    (r"Invalid JSON body\.", "JSON 格式有误"),
)
_TO_ENGLISH = (
    (r"请填写「.+」|请填写这一项|请写明.*", "Fill this in."),
    (r"请填写文字", "A text is needed."),
    (r"请填写数字", "A number is needed."),
    (r"请选择是或否", "Yes or no."),
    (r"请给出一个列表|列表里只能是编号", "A list of identifiers is needed."),
    (r"含有不能保存的字符", "Contains characters that cannot be kept."),
    (r"最多 (\d+) ?个?字.*", r"At most \1 characters."),
    (r"最多 (\d+) 项", r"At most \1 items."),
    (r"不能大于 (\S+)", r"At most \1."),
    (r"数字太大", "The number is too large."),
    (r"日期请写成.*", "A date such as 2026-03-02."),
    (r"时间请写成.*", "A time such as 2026-03-02T09:00."),
    (r"请从所列的选项中选择", "Choose one of the options."),
    (r"表单里没有这一项", "The form has no such field."),
    (r"这种办理方式不填这一项", "This outcome does not take the field."),
    (r"密码至少.*", "At least 10 characters of more than one kind, and not the user name."),
    (r"用户名为.*", "A user name has 2 to 40 letters, digits or . _ -"),
    (r"请选择：(.+)", "Choose one of the outcomes of the task."),
    (r"没有「(.*)」这个值，可用：(.+)。", r"Must be one of: \2."),
    (r"没有「(.*)」这个(?:等级|紧急程度)。", "There is no such value."),
    (r"没有编码为「(.*)」的网格。?", r"There is no grid \1."),
    (r"没有代码为「(.*)」的区划。?", r"There is no division \1."),
    (r"没有编码为「(.*)」的单位.*", r"There is no organisation \1."),
    (r"「(.+)」已停用，请重新选择。", r"\1 has ended: choose another."),
    (r"没有编号为「(.*)」的事件。", r"There is no case \1."),
    (r"清单里没有.*", "The list has no such matter, or no longer."),
    (r"「(.*)」不在本市，可以转出，不能交办。", r"\1 is not of this city: hand it outside instead."),
    (r"重复件应指向另一个事件。", "A duplicate points at another case."),
    (r"没有这种办理。", "There is no such act."),
    (r"至少联系 (\d+) 次、用 (\d+) 种方式、首末相隔 (\d+) 分钟，才能记为联系不上；还需 (\d+) 次，要换一种方式。",
     r"Unreachable takes \1 attempts in \2 ways, the first and the last \3 minutes apart; \4 more, in another way."),
    (r"至少联系 (\d+) 次、用 (\d+) 种方式、首末相隔 (\d+) 分钟，才能记为联系不上；还需 (\d+) 次。",
     r"Unreachable takes \1 attempts in \2 ways, the first and the last \3 minutes apart; \4 more."),
    (r"这条通道现在发不出去，不能算已告知。请打电话或者上门。",
     "Nothing leaves by this channel now, so it does not count as told. Call or visit."),
    (r"现在要由人打电话或者上门。", "A person has to call or visit now."),
    (r"您这里只登记当面联系；电话、短信由坐席登记。",
     "Here you record only that you met them; seats record calls and messages."),
    (r"请当面念给本人听，本人确认后再提交。", "Read it aloud to them, and send it when they agree."),
    (r"延期后的时间应晚于现在的时限。", "The new time must lie after the present one."),
    (r"挂账的结束时间应在将来。", "A hold ends in the future."),
    (r"发生时间在将来，请核对。", "This lies in the future."),
    (r"经度和纬度要同时给出。", "Give latitude and longitude together."),
    (r"「(.*)」不是有效的电话号码。", r"\1 is no valid phone number."),
    (r"这是身份证号，不是电话号码。.*",
     "This is an identity number, not a phone. Give a mobile number; no identity number is needed."),
    (r"有照片没有上传成功.*", "A photo was not uploaded, or is used elsewhere."),
    (r"只收 \.bpmn 流程图和 \.dmn 决策表", "Only .bpmn diagrams and .dmn tables."),
    (r"文件是空的", "The file is empty."),
    (r"文件超过 2 MB", "The file is larger than 2 MB."),
    (r"文件不是 UTF-8 编码.*", "The file is not UTF-8; save it as UTF-8."),
    (r"文件里不能有 DOCTYPE.*", "The file may hold no DOCTYPE and no ENTITY; remove them."),
    (r"XML 写法有误（(.*)）", r"This is no well-formed XML (\1)."),
    (r"不支持编码 (\S+)，.*", r"Encoding \1 is not supported; save it as UTF-8."),
    (r"元素嵌套超过 (\d+) 层", r"Elements are nested deeper than \1."),
    (r"元素超过 (\d+) 个.*", r"More than \1 elements; split the file."),
    (r"与现行的第 (\d+) 版一字不差，没有可发布的改动", r"It equals version \1 in force; there is nothing to publish."),
    (r"这个文件的编号是「(.*)」，这里要的是「(.*)」", r"The file is about «\1»; here «\2» is wanted."),
    (r"编号只能用.*", "An id has letters, digits, _ and -, begins with a letter, and at most 80 signs."),
    (r"第 (\d+) 行有一格超过 (\d+) 个字", r"A cell of row \1 is longer than \2 signs."),
    (r"第 (\d+) 行有一格含有不能保存的字符", r"A cell of row \1 holds signs that cannot be kept."),
    (r"表里没有这一格.*", "The table has no such cell; open it again."),
    (r"只收 JPG、PNG、WebP 照片.*", "Only JPG, PNG and WebP photos; this file is none, or is damaged."),
    (r"照片.*", "The photo is too large."),
    (r"材料种类应为：(.+)。", r"Must be one of: \1."),
    *register_phrases.TO_ENGLISH,
)


def said(message: str, language: str) -> str:
    """A message in this language; what nobody translated stays as it is, for half a hint beats none."""
    for pattern, other in _TO_ENGLISH if language == "en" else _TO_CHINESE:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return match.expand(other)
    return message
