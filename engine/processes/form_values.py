"""What a person filled in, checked against the form: types and demands here, existence in the cases room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from engine.clock import ZONE
from engine.errors import Invalid
from engine.processes.fields import Field, Outcome

LONGEST = {"text": 200, "longtext": 5_000}
REFERENCE = 100
MOST_ITEMS = 50
YEARS = range(1900, 3000)
"""Of days and instants: what lies beyond cannot be told on every clock of the world."""
_LISTS = frozenset({"organisations", "photos"})


class _Wrong(Exception):
    """A value does not fit; the message is for the person who filled it in."""


def json_schema(known: Sequence[Field], outcome: str | None = None) -> dict[str, Any]:
    """The JSON Schema of `values`."""
    fields = [field for field in known if outcome is None or field.applies(outcome)]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.id: {"title": field.label, **_schema(field)} for field in fields},
        "additionalProperties": False,
    }
    required = [field.id for field in fields if field.required and outcome is not None]
    if required:
        schema["required"] = required
    return schema


def validate(outcomes: Sequence[Outcome], fields: Sequence[Field], outcome: str,
             values: dict[str, Any]) -> dict[str, Any]:
    """The values of the fields that belong to this outcome, cleaned; raises Invalid naming every wrong field."""
    if outcome not in {one.id for one in outcomes}:
        choices = "、".join(f"{one.label}（{one.id}）" for one in outcomes)
        raise Invalid("没有这种办理方式。", fields={"outcome": [f"请选择：{choices}"]})
    known = {field.id: field for field in fields}
    wrong: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            wrong[name] = ["表单里没有这一项"]
        elif not known[name].applies(outcome) and not _is_blank(value):
            wrong[name] = ["这种办理方式不填这一项"]
    for field in fields:
        if field.applies(outcome):
            _check(field, values.get(field.id), cleaned, wrong)
    if wrong:
        raise Invalid(fields=wrong)
    return cleaned


def _check(field: Field, value: Any, cleaned: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    if _is_blank(value):
        if field.required:
            wrong[field.id] = [f"请填写「{field.label}」"]
        return
    try:
        clean: Callable[[Field, Any], Any] = _CLEANERS.get(field.type, _reference)
        cleaned[field.id] = clean(field, value)
    except _Wrong as error:
        wrong[field.id] = [str(error)]


def _is_blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong("请填写文字")
    text = value.strip()
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise _Wrong("含有不能保存的字符")
    longest = field.max or LONGEST.get(field.type, REFERENCE)
    if len(text) > longest:
        raise _Wrong(f"最多 {longest} 个字，现在有 {len(text)} 个")
    return text


def _number(field: Field, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _Wrong("请填写数字")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise _Wrong("请填写数字") from None
    if not abs(number) < 1e15:
        raise _Wrong("数字太大")
    if field.max is not None and number > field.max:
        raise _Wrong(f"不能大于 {field.max}")
    return int(number) if number == int(number) else number


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "on", "1"):
        return True
    if value in ("false", "off", "0"):
        return False
    raise _Wrong("请选择是或否")


def _date(field: Field, value: Any) -> str:
    try:
        day = date.fromisoformat(_text(field, value))
    except ValueError:
        raise _Wrong("日期请写成 2026-03-02") from None
    if day.year not in YEARS:
        raise _Wrong("日期请写成 2026-03-02")
    return day.isoformat()


def _datetime(field: Field, value: Any) -> str:
    """An instant; without a zone it stands on the office's clock."""
    try:
        moment = datetime.fromisoformat(_text(field, value))
    except ValueError:
        raise _Wrong("时间请写成 2026-03-02T09:00") from None
    if moment.year not in YEARS:
        raise _Wrong("时间请写成 2026-03-02T09:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).isoformat()


def _select(field: Field, value: Any) -> str:
    if value not in [option.id for option in field.options]:
        raise _Wrong("请从所列的选项中选择")
    return str(value)


def _reference(field: Field, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(field, value)


def _references(field: Field, value: Any) -> list[str]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise _Wrong("请给出一个列表")
    most = field.max or MOST_ITEMS
    if len(items) > most:
        raise _Wrong(f"最多 {most} 项")
    return list(dict.fromkeys(_text_of_item(item) for item in items))


def _text_of_item(item: Any) -> str:
    if isinstance(item, bool) or not isinstance(item, (str, int)) or len(str(item)) > REFERENCE or "\x00" in str(item):
        raise _Wrong("列表里只能是编号")
    return str(item)


_CLEANERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text, "longtext": _text, "number": _number, "boolean": _boolean, "date": _date,
    "datetime": _datetime, "select": _select, "organisations": _references, "photos": _references,
}


def _schema(field: Field) -> dict[str, Any]:
    if field.type in _LISTS:
        return {"type": "array", "items": {"type": "string", "maxLength": REFERENCE}, "uniqueItems": True,
                "maxItems": field.max or MOST_ITEMS, **({"minItems": 1} if field.required else {}),
                "x-type": field.type}
    if field.type == "number":
        return {"type": "number", **({} if field.max is None else {"maximum": field.max})}
    if field.type == "boolean":
        return {"type": "boolean"}
    if field.type == "select":
        return {"type": "string", "enum": [option.id for option in field.options]}
    if field.type in ("date", "datetime"):
        return {"type": "string", "format": "date" if field.type == "date" else "date-time"}
    found: dict[str, Any] = {"type": "string", "maxLength": field.max or LONGEST.get(field.type, REFERENCE)}
    if field.required:
        found["minLength"] = 1
    if field.type not in LONGEST:
        found["x-type"] = field.type
    return found
