"""Branches side by side have their own copy of the data: what one sets, another does not see before the join."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

from engine.expressions import Assignments, Expression, ExpressionRefused, compile_assignments, compile_expression
from engine.processes.beginnings import is_event_sub_process
from engine.processes.extensions import called_of, operation_of
from engine.processes.foreign import TAKES
from engine.processes.gate.drawing import Findings, Scope, is_true, scope_of, title
from engine.processes.gate.idle import idle_names
from engine.processes.gate.setting import set_by
from engine.processes.names import FACTS, FORM, FUNCTIONS, SCOPES, local, tag

_ASKING = ("conditionExpression", "timeDate", "timeDuration", "timeCycle", "loopCardinality", "loopCondition",
           "completionCondition")


def check_beside(scope: Scope, findings: Findings) -> None:
    """Refuse whoever asks for what somebody at work at the same time sets."""
    for inner in scope.all():
        for name, node in inner.nodes.items():
            _check_fork(node, inner, findings)
            if local(node.tag) == "callActivity" and _runs_many_at_once(node):
                _check_shared({name}, inner, findings, without=_items(node))
        for handler in _handlers(inner):
            _check_handler(handler, inner, findings)
        if _runs_many_at_once(inner.node):
            _check_shared(set(inner.nodes), inner, findings, without=_items(inner.node))


def _check_fork(node: Any, scope: Scope, findings: Findings) -> None:
    starts = _starts(node, scope)
    if len(starts) < 2:
        return
    name = node.get("id")
    reached = [_reached(start, name, scope) for start in starts]
    default = "" if _gives_several(node) else _default_of(node, scope)
    if default:  # it is taken when no other is: nothing runs beside it
        reached = [own for start, own in zip(starts, reached, strict=True) if start != default]
        starts = [start for start in starts if start != default]
    by = _counted(reached)
    branches = [{one for one in own if by[one] == 1} for own in reached]
    sets = [_set_in(branch, scope) for branch in branches]
    setters = _counted(sets)
    for branch, own in zip(branches, sets, strict=True):
        _refuse(branch, {one for one, count in setters.items() if count > (one in own)}, scope, findings)
    met = _counted([_reached(start, name, scope, joins=False) for start in starts])
    _check_shared({one for one, count in met.items() if count > 1}, scope, findings)


def _counted(sets: Iterable[set[str]]) -> Counter[str]:
    """In how many of the sets each name is."""
    return Counter(name for one in sets for name in one)


def _default_of(node: Any, scope: Scope) -> str:
    """What the default flow leads to, when nothing else leads there and all others choose; "" without one."""
    leaving = scope.outgoing(node.get("id"))
    flows = {flow.get("id"): flow.get("targetRef") for flow in leaving}
    target = flows.get(node.get("default"))
    if any(flow.find(f"./{tag('conditionExpression')}") is None for flow in leaving
           if flow.get("id") != node.get("default")):
        return ""
    return target if target and list(flows.values()).count(target) == 1 else ""


def _starts(node: Any, scope: Scope) -> list[str]:
    """Where the branches begin that a node opens side by side."""
    if local(node.tag) in ("exclusiveGateway", "eventBasedGateway"):
        return []
    name = node.get("id")
    beside = [event.get("id") for event in scope.attached(name) if not is_true(event, "cancelActivity", True)]
    times = 2 if _gives_several(node) else 1
    return [name] * times + beside if beside else scope.successors(name) * times


def _gives_several(node: Any) -> bool:
    """Whether an activity gives several tokens, each of which goes every way that is open."""
    return bool(node.get("completionQuantity", "1") != "1")


def _reached(start: str, fork: str, scope: Scope, joins: bool = True) -> set[str]:
    """What a token from here may reach; without `joins` only as far as the first gateway where tokens meet."""
    found: set[str] = set()
    stack = [start]
    while stack:
        name = stack.pop()
        if name in found or name not in scope.nodes or (name == fork and found):
            continue
        meets = local(scope.nodes[name].tag) in ("parallelGateway", "inclusiveGateway")
        if meets and not joins and len(scope.incoming(name)) > 1:
            continue
        found.add(name)
        stack += scope.successors(name)
        stack += [event.get("id") for event in scope.attached(name) if is_true(event, "cancelActivity", True)]
    return found


def _handlers(scope: Scope) -> list[set[str]]:
    """What runs beside the rest of a scope, perhaps several times at once: handlers of events that do not interrupt."""
    found = [_reached(event.get("id"), "", scope) for event in scope.of("boundaryEvent")
             if not is_true(event, "cancelActivity", True)]
    for node in scope.nodes.values():
        if is_event_sub_process(node) and any(not is_true(start, "isInterrupting", True)
                                              for start in node.iterchildren(tag("startEvent"))):
            found.append({node.get("id")})
    return found


def _check_handler(handler: set[str], scope: Scope, findings: Findings) -> None:
    """Nobody else sees what a handler sets, and the handler of the next time does not either."""
    rest = set(scope.nodes) - handler
    sets = _set_in(handler, scope)
    _refuse(rest, sets, scope, findings)
    if not any(_is_once(scope.nodes[name]) for name in handler):
        _check_shared(handler, scope, findings)


def _is_once(node: Any) -> bool:
    """Whether a handler's event is a timer that comes once."""
    events = [node, *node.iterchildren(tag("startEvent"))]
    return any(event.find(f"./{tag('timerEventDefinition')}") is not None
               and event.find(f".//{tag('timeCycle')}") is None for event in events)


def _runs_many_at_once(node: Any) -> bool:
    many = node.find(f"./{tag('multiInstanceLoopCharacteristics')}")
    return many is not None and not is_true(many, "isSequential")


def _items(node: Any) -> set[str]:
    return {item.get("id") or "" for item in node.iter(tag("inputDataItem"), tag("outputDataItem"))}


def _check_shared(nodes: set[str], scope: Scope, findings: Findings, without: Collection[str] = ()) -> None:
    """Where several tokens run at once, none may go on from what another one set."""
    _refuse(nodes, _set_in(nodes, scope).difference(without), scope, findings)


def _refuse(nodes: set[str], foreign: set[str], scope: Scope, findings: Findings) -> None:
    asked = _asked_first(nodes, scope) if foreign else {}
    for node, names in sorted(asked.items()):
        found = names & foreign - {FORM, FACTS}
        if found:
            note = findings.unfinished if found <= _settled(scope) else findings.error
            note(scope.nodes[node], "asks_beside",
                 f"「{title(scope.nodes[node])}」问的「{'、'.join(sorted(found))}」是同时进行的另一支设的，汇合以前看不到，"
                 "请把它移到汇合之后")


def _settled(scope: Scope) -> set[str]:
    """The names that nobody asks for before they are set, and on which no way depends: only their values differ."""
    key = ("settled", "")
    if key not in scope.noted:
        process = scope.node if local(scope.node.tag) == "process" else next(scope.node.iterancestors(tag("process")))
        whole = scope_of(process, scope.called)
        asked = _asked_first(set(whole.nodes), whole) if len(scope.called) < 2 else {}
        scope.noted[key] = set(idle_names(process)).difference(*asked.values()) if asked else set()
    return scope.noted[key]


def _set_in(nodes: set[str], scope: Scope) -> set[str]:
    return {name for node in nodes for name in _sets(node, scope)}


def _asked_first(nodes: set[str], scope: Scope) -> dict[str, set[str]]:
    """What each of these nodes asks for that was not surely set on the way to it among them."""
    universe = _set_in(nodes, scope)
    before: dict[str, set[str]] = {name: set(universe) for name in nodes}
    ways = _ways(nodes, scope) if universe else {}
    work = list(nodes) if universe else []
    while work:
        name = work.pop()
        arriving = [before[other] | (_sets(other, scope) if follows else set()) if other in nodes else set()
                    for other, follows in ways[name]]
        known = set.intersection(*arriving) if arriving else set()
        if known != before[name]:
            before[name] = known
            work += [later for later in _after(name, scope) if later in nodes]
    return {name: _asks(name, scope) - before[name] for name in nodes}


def _ways(nodes: set[str], scope: Scope) -> dict[str, list[tuple[str, bool]]]:
    """The nodes before each of these, and whether it follows them (a boundary event interrupts instead)."""
    found: dict[str, list[tuple[str, bool]]] = {name: [] for name in nodes}
    for other in scope.nodes:
        for name in set(scope.successors(other)) & nodes:
            found[name].append((other, True))
    for name in nodes:
        attached = scope.nodes[name].get("attachedToRef")
        if attached:
            found[name].append((attached, False))
    return found


def _after(name: str, scope: Scope) -> list[str]:
    return [*scope.successors(name), *(event.get("id") for event in scope.attached(name))]


def _sets(name: str, scope: Scope) -> set[str]:
    key = ("sets", name)
    if key not in scope.noted:
        node = scope.nodes[name]
        scope.noted[key] = set().union(*(set_by(one) for one in (node, *_called_from(node, scope))))
    return scope.noted[key]


def _asks(name: str, scope: Scope) -> set[str]:
    key = ("asks", name)
    if key not in scope.noted:
        found = _asked_by(name, scope)
        if local(scope.nodes[name].tag) not in SCOPES:
            for process in _called_from(scope.nodes[name], scope):
                inner = scope_of(process)
                found = found.union(*_asked_first(set(inner.nodes), inner).values())
        scope.noted[key] = found
    return scope.noted[key]


def _called_from(node: Any, scope: Scope) -> list[Any]:
    """The processes that are called from inside a node, also by each other, and share all data with it."""
    found: dict[str, Any] = {}
    around = [node]
    while around:
        for call in around.pop().iter(tag("callActivity")):
            process = scope.called.get(called_of(call))
            if process is not None and called_of(call) not in found and call.get(TAKES) != "none":
                found[called_of(call)] = process
                around.append(process)
    return list(found.values())


def _asked_by(name: str, scope: Scope) -> set[str]:
    node = scope.nodes[name]
    found: set[str] = set()
    own = [node]
    if local(node.tag) in SCOPES:
        inner = next(one for one in scope.inner if one.node is node)
        found = set().union(*_asked_first(set(inner.nodes), inner).values())
        own = [child for child in node if local(child.tag).endswith("Characteristics")]
    texts = [child.text or "" for part in own for kind in _ASKING for child in part.iter(tag(kind))]
    texts += [child.text or "" for flow in scope.outgoing(name) for child in flow.iter(tag("conditionExpression"))]
    texts += [text for part in own for task in part.iter(tag("serviceTask")) for text in operation_of(task)[2].values()]
    for text in texts:
        found |= _names_in(text, compile_expression)
    for script in [script for part in own for script in part.iter(tag("script"))]:
        found |= _names_in(script.text or "", compile_assignments)
    return found | {(ref.text or "").strip() for part in own for ref in part.iter(tag("loopDataInputRef"))}


def _names_in(text: str, compiled: Callable[[str, Collection[str]], Expression | Assignments]) -> frozenset[str]:
    """What a text asks for; nothing when it cannot be read (that is said elsewhere)."""
    try:
        return compiled(text, FUNCTIONS).names
    except ExpressionRefused:
        return frozenset()
