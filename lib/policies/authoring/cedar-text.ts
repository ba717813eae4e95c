import { conditionsOf } from "./clauses";
import { type PolicyForm, tidy } from "./form";

/** A policy that fits into this many columns has its conditions on one line. */
const WIDTH = 110;

/** Returns the Cedar text of a form: canonical, one condition a line where they do not fit into one. */
export function cedarOf(form: PolicyForm): string {
  const said = tidy(form);
  const [role, ...more] = said.roles;
  const who = role === undefined || more.length > 0 ? "principal" : `principal in Role::"${role}"`;
  const head = `${said.effect}(${who}, action == Action::"${said.action}", resource)`;
  const notes = Object.entries(said.annotations).map(([name, text]) => `@${name}(${JSON.stringify(text)})\n`);
  const conditions = conditionsOf(said).map((text) => (text.includes(" || ") ? `(${text})` : text));
  if (conditions.length === 0) return `${notes.join("")}${head};`;
  const line = `when { ${conditions.join(" && ")} };`;
  const body = line.length <= WIDTH ? line : `when {\n  ${conditions.join(" &&\n  ")}\n};`;
  return `${notes.join("")}${head}\n${body}`;
}

/** The construct that has no words in the form. */
export class Unsayable extends Error {
  constructor(readonly construct: string) {
    super(construct);
  }
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function member(node: unknown, name: string): unknown {
  return isNode(node) ? node[name] : undefined;
}

function literal(value: unknown): string {
  const entity = member(value, "__entity");
  if (isNode(entity)) return `${String(entity.type)}::${JSON.stringify(entity.id)}`;
  if (isNode(value)) throw new Unsayable("extension");
  return JSON.stringify(value);
}

const COMPARED = ["==", "!=", "<", "<=", ">", ">=", "in"];

function listText(items: unknown): string {
  return `[${(Array.isArray(items) ? items : []).map((item) => expressionText(item)).join(", ")}]`;
}

/** In brackets where an operator inside binds weaker. */
function operand(value: unknown, over: "!" | "&&" | "||" | "compare"): string {
  const text = expressionText(value);
  const [inner = ""] = Object.keys(isNode(value) ? value : {});
  const isWeak =
    inner === "||" ||
    (inner === "&&" && over !== "||" && over !== "&&") ||
    (COMPARED.includes(inner) && over === "!");
  const isHas = inner === "has" && (over === "!" || over === "compare");
  const isKept = inner === "||" && over === "||";
  return (isWeak || isHas) && !isKept ? `(${text})` : text;
}

const WRITERS: Readonly<Record<string, (of: unknown) => string>> = {
  Value: literal,
  Var: String,
  ".": (of) => `${operand(member(of, "left"), "compare")}.${String(member(of, "attr"))}`,
  has: (of) => `${operand(member(of, "left"), "compare")} has ${String(member(of, "attr"))}`,
  "!": (of) => `!${operand(member(of, "arg"), "!")}`,
  "&&": (of) => `${operand(member(of, "left"), "&&")} && ${operand(member(of, "right"), "&&")}`,
  "||": (of) => `${operand(member(of, "left"), "||")} || ${operand(member(of, "right"), "||")}`,
  contains: (of) =>
    `${operand(member(of, "left"), "compare")}.contains(${expressionText(member(of, "right"))})`,
  Set: listText,
  ...Object.fromEntries(
    COMPARED.map((sign) => [
      sign,
      (of: unknown) =>
        `${operand(member(of, "left"), "compare")} ${sign} ${operand(member(of, "right"), "compare")}`,
    ]),
  ),
};

/** Returns the canonical text of a Cedar expression from its JSON. Throws `Unsayable` for what no form writes. */
export function expressionText(expression: unknown): string {
  const [name = "", ...more] = Object.keys(isNode(expression) ? expression : {});
  const write = WRITERS[name];
  if (write === undefined || more.length > 0) throw new Unsayable(name === "if-then-else" ? "if" : name);
  return write(member(expression, name));
}

/** Returns the conditions that an expression joins with `&&`, each as JSON. */
export function conjuncts(expression: unknown): unknown[] {
  const both = member(expression, "&&");
  if (both === undefined) return [expression];
  return [...conjuncts(member(both, "left")), ...conjuncts(member(both, "right"))];
}
