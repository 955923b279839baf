// What the engine reads of an element, field by field: how it stands in the file and how it is written there.
const WANGGE = "https://wangge.dev/bpmn";
const SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core";

export function fieldsOf(modeler, element, words) {
  const thing = element.businessObject;
  const is = (...types) => types.some((type) => thing.$instanceOf && thing.$instanceOf(`bpmn:${type}`));
  const set = (values) => modeler.get("modeling").updateProperties(element, values);
  if (!is("FlowElement")) return [];
  const found = [plain(words.name, thing.name, (value) => set({ name: value || undefined }))];
  if (is("SequenceFlow")) return [...found, ...ofFlow(modeler, thing, words, set)];
  found.push(plain(words.nameEn, thing.$attrs["wangge:nameEn"], (value) => set({ "wangge:nameEn": value || undefined })));
  if (is("UserTask")) {
    found.push({ ...plain(words.limit, thing.$attrs["wangge:limit"], (value) => set({ "wangge:limit": value || undefined })),
      choices: words.limits });
  }
  if (is("CallActivity")) {
    found.push({ ...plain(words.calls, thing.calledElement, (value) => set({ calledElement: value || undefined })),
      choices: words.processes });
  }
  if (is("BusinessRuleTask")) found.push(body(modeler, element, words.asks, "spiffworkflow:calledDecisionId", SPIFF, words.tables));
  if (is("ServiceTask")) found.push(operation(modeler, element, words));
  const timer = (thing.eventDefinitions || []).find((one) => one.$instanceOf("bpmn:TimerEventDefinition"));
  if (timer) found.push(timed(modeler, element, timer, words));
  found.push(body(modeler, element, words.cites, "wangge:cites", WANGGE));
  return found;
}

const plain = (label, value, write) => ({ label, value: value || "", write });

function ofFlow(modeler, flow, words, set) {
  if (!/Gateway$/.test(flow.sourceRef.$type)) return [];
  const source = modeler.get("elementRegistry").get(flow.sourceRef.id);
  const condition = flow.conditionExpression ? flow.conditionExpression.body : "";
  return [
    plain(words.condition, condition, (value) => set({
      conditionExpression: value ? modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body: value }) : undefined,
    })),
    { label: words.otherwise, box: true, value: flow.sourceRef.default === flow,
      write: (on) => modeler.get("modeling").updateProperties(source, { default: on ? flow : undefined }) },
  ];
}

function timed(modeler, element, timer, words) {
  const kind = ["timeDate", "timeDuration", "timeCycle"].find((name) => timer[name]) || "timeDate";
  return plain(words.timer, timer[kind] ? timer[kind].body : "", (value) => {
    const said = value ? modeler.get("bpmnFactory").create("bpmn:FormalExpression", { body: value }) : undefined;
    const wanted = /^P/.test(value) ? "timeDuration" : "timeDate";
    modeler.get("modeling").updateModdleProperties(element, timer,
      { timeDate: undefined, timeDuration: undefined, timeCycle: undefined, [wanted]: said });
  });
}

// Elements of our own and of the engine are kept as they are written; only the one that is edited is made anew.
function body(modeler, element, label, type, space, choices) {
  const known = extension(element, type);
  return { ...plain(label, known ? known.$body : "", (value) => replace(
    modeler, element, type, value && modeler.get("moddle").createAny(type, space, { $body: value }))), choices };
}

function operation(modeler, element, words) {
  const type = "spiffworkflow:serviceTaskOperator";
  const known = extension(element, type);
  return { ...plain(words.does, known ? known.id : "", (value) => {
    const moddle = modeler.get("moddle");
    const same = known ? { resultVariable: known.resultVariable, $children: known.$children } : {
      $children: [moddle.createAny("spiffworkflow:parameters", SPIFF, {})] };
    replace(modeler, element, type, value && moddle.createAny(type, SPIFF, { id: value, ...same }));
  }), choices: words.operations };
}

const extension = (element, type) =>
  ((element.businessObject.extensionElements || {}).values || []).find((one) => one.$type === type);

function replace(modeler, element, type, made) {
  const thing = element.businessObject;
  const others = ((thing.extensionElements || {}).values || []).filter((one) => one.$type !== type);
  const values = made ? [...others, made] : others;
  const holder = modeler.get("bpmnFactory").create("bpmn:ExtensionElements", { values });
  values.forEach((one) => { one.$parent = holder; });
  modeler.get("modeling").updateProperties(element, { extensionElements: values.length ? holder : undefined });
}
