"""What people fill in is checked against the form of the task."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Invalid
from engine.processes import DEFAULT_FORM, Form, describe
from tests.engine.processes.drawing import ENDS, drawn

DRAWN = drawn("p", ENDS + """<userTask id="a" wangge:limit="accept" wangge:stage="分流"><extensionElements>
  <wangge:cites>E1; GB 6.4b</wangge:cites><wangge:form>
  <wangge:outcome id="done" label="办结" labelEn="Done"/><wangge:outcome id="back" label="退回"/>
  <wangge:field id="result" type="longtext" label="结果" required="true" when="done" max="10"/>
  <wangge:field id="reason" type="text" label="理由" required="true" when="back"/>
  <wangge:field id="count" type="number" label="数量"/><wangge:field id="day" type="date" label="日期"/>
  <wangge:field id="by" type="datetime" label="时间"/>
  <wangge:field id="sure" type="boolean" label="确定"/><wangge:field id="units" type="organisations" label="单位"/>
  <wangge:field id="kind" type="select" label="种类"><wangge:option id="x" label="X"/></wangge:field>
  </wangge:form></extensionElements></userTask>""", "start -> a -> end")
ELEMENT = describe(DRAWN).element("a")
assert ELEMENT is not None and ELEMENT.form is not None
FORM = ELEMENT.form


def test_the_element_says_its_limit_stage_and_articles() -> None:
    assert ELEMENT is not None
    assert ELEMENT.props == {"limit": "accept", "stage": "分流"} and ELEMENT.cites == ("E1", "GB 6.4b")


def test_a_form_survives_being_kept_as_json() -> None:
    assert Form.from_json(FORM.as_json()) == FORM


def test_what_is_right_comes_back_cleaned() -> None:
    values = {"result": " 好 ", "count": "3", "day": "2026-03-02", "sure": "on", "units": ["331", "331"], "kind": "x",
              "reason": ""}
    assert FORM.validate("done", values) == {"result": "好", "count": 3, "day": "2026-03-02", "sure": True,
                                             "units": ["331"], "kind": "x"}


@pytest.mark.parametrize(("outcome", "values", "field"), [
    ("fly", {}, "outcome"),
    ("done", {}, "result"),
    ("done", {"result": "   "}, "result"),
    ("done", {"result": "长" * 11}, "result"),
    ("done", {"result": 7}, "result"),
    ("done", {"result": "a\x00b"}, "result"),
    ("done", {"result": "a\ud800"}, "result"),
    ("done", {"result": "好", "reason": "为什么"}, "reason"),
    ("done", {"result": "好", "colour": "red"}, "colour"),
    ("done", {"result": "好", "count": "many"}, "count"),
    ("done", {"result": "好", "count": 1e300}, "count"),
    ("done", {"result": "好", "count": float("nan")}, "count"),
    ("done", {"result": "好", "day": "tomorrow"}, "day"),
    ("done", {"result": "好", "day": "9999-12-31"}, "day"),
    ("done", {"result": "好", "by": "9999-12-31T23:59-10:00"}, "by"),
    ("done", {"result": "好", "by": "0001-01-01T00:00+14:00"}, "by"),
    ("done", {"result": "好", "sure": "perhaps"}, "sure"),
    ("done", {"result": "好", "units": [["331"]]}, "units"),
    ("done", {"result": "好", "kind": "y"}, "kind"),
    ("back", {}, "reason"),
])
def test_what_is_wrong_is_named(outcome: str, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        FORM.validate(outcome, values)
    assert list(invalid.value.fields) == [field]


def test_the_schema_of_an_outcome_shows_only_its_fields() -> None:
    schema = FORM.json_schema("back")
    assert "result" not in schema["properties"] and schema["required"] == ["reason"]
    assert schema["additionalProperties"] is False


def test_a_task_without_a_form_asks_for_an_opinion() -> None:
    assert DEFAULT_FORM.validate("done", {"text": "同意"}) == {"text": "同意"}
