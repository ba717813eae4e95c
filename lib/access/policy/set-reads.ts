import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { PolicyQuestion } from "@/lib/context/policies";

/** What some policies read. */
export interface SetReads {
  /** By attribute that a policy reads or asks for: the numbers and texts with which policies compare it. */
  readonly compared: ReadonlyMap<
    string,
    { readonly numbers: readonly number[]; readonly texts: ReadonlySet<string> }
  >;
  /**
   * Every comparison is of one attribute with literals, and no policy calculates. So two values of an attribute between
   * the same two numbers have the same answer, and so have two texts that no policy names.
   */
  readonly isPlain: boolean;
}

interface Found {
  readonly compared: Map<string, { readonly numbers: Set<number>; readonly texts: Set<string> }>;
  isPlain: boolean;
}

type Node = Readonly<Record<string, unknown>>;

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
const SETS: ReadonlySet<string> = new Set(["contains", "containsAll", "containsAny"]);
/** Constructs that give no new value. */
const PLAIN: ReadonlySet<string> = new Set(["Value", "Var", "!", "&&", "||", "in", "is", "has", ".", "Set"]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the numbers, texts, truth values and entities of a literal or a set of them; undefined for all else. */
function literalsIn(expr: unknown): unknown[] | undefined {
  if (!isNode(expr)) return undefined;
  if (Array.isArray(expr.Set)) {
    const parts = expr.Set.map(literalsIn);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  const { Value: value } = expr;
  if (Array.isArray(value)) return literalsIn({ Set: value.map((one) => ({ Value: one })) });
  const isEntity = isNode(value) && "__entity" in value;
  return isEntity || ["number", "string", "boolean"].includes(typeof value) ? [value] : undefined;
}

function attributeOf(expr: unknown): string | undefined {
  const access = isNode(expr) ? expr["."] : undefined;
  return isNode(access) && typeof access.attr === "string" ? access.attr : undefined;
}

function comparedOf({ compared }: Found, attribute: string) {
  const known = compared.get(attribute) ?? { numbers: new Set<number>(), texts: new Set<string>() };
  compared.set(attribute, known);
  return known;
}

/** Notes an attribute's literals. A comparison of anything else is not plain. */
function noteComparison(found: Found, { left, right }: Node): void {
  const attribute = attributeOf(left) ?? attributeOf(right);
  const literals = literalsIn(left) ?? literalsIn(right);
  if (attribute === undefined || literals === undefined) {
    found.isPlain = false;
    return;
  }
  const { numbers, texts } = comparedOf(found, attribute);
  for (const literal of literals) {
    if (typeof literal === "number") numbers.add(literal);
    if (typeof literal === "string") texts.add(literal);
  }
}

function noteOperator(found: Found, name: string, body: unknown): void {
  if (isNode(body) && (COMPARISONS.has(name) || SETS.has(name))) noteComparison(found, body);
  else if (!PLAIN.has(name)) found.isPlain = false;
  if (isNode(body) && (name === "." || name === "has"))
    for (const attribute of [body.attr].flat()) comparedOf(found, String(attribute));
}

function walk(found: Found, expr: unknown): void {
  if (Array.isArray(expr)) for (const one of expr) walk(found, one);
  if (!isNode(expr) || literalsIn(expr) !== undefined) return;
  for (const [name, body] of Object.entries(expr)) {
    noteOperator(found, name, body);
    for (const part of isNode(body) ? Object.values(body) : [body]) walk(found, part);
  }
}

/** Returns what these policies read. Pure. */
export function readsOf(policies: readonly PolicyJson[]): SetReads {
  const found: Found = { compared: new Map(), isPlain: true };
  for (const { conditions } of policies) for (const { body } of conditions) walk(found, body);
  const compared = new Map(
    [...found.compared].map(([attribute, { numbers, texts }]) => [
      attribute,
      { texts, numbers: [...numbers].sort((one, other) => one - other) },
    ]),
  );
  return { compared, isPlain: found.isPlain };
}

/** Whether a policy can apply to this role and this action; its head says so. */
export function isFor(policy: PolicyJson, role: string, action: string): boolean {
  const { principal, action: acts } = policy;
  const named = (entity: object): string => ("id" in entity ? String(entity.id) : "");
  const isOther = principal.op === "in" && "entity" in principal && named(principal.entity) !== role;
  const isOtherAct = acts.op === "==" && "entity" in acts && named(acts.entity) !== action;
  return !isOther && !isOtherAct;
}

/** Returns the least number that every comparison takes for the same as this one. */
function alike(numbers: readonly number[], value: number): number {
  const above = numbers.findIndex((number) => number >= value);
  if (above >= 0 && numbers[above] === value) return value;
  const below = numbers.at(above < 0 ? -1 : above - 1);
  if (above !== 0 && below !== undefined) return below + 1;
  return (numbers[0] ?? 1) - 1;
}

/** Parts of a question that a policy reads only after it asked whether they are there. */
const OPTIONAL: ReadonlySet<string> = new Set(["grant", "authority"]);
/** Always part of the key: the policies' heads read them. */
const HEAD: ReadonlySet<string> = new Set(["action", "role"]);

/** Returns what the policies take a value for; what none of them reads is empty. */
function leafKey(name: string, value: unknown, { compared }: SetReads): string {
  if (HEAD.has(name)) return String(value);
  const read = compared.get(name);
  if (read === undefined) return "";
  if (typeof value === "number") return String(alike(read.numbers, value));
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string") return read.texts.has(value) ? JSON.stringify(value) : "";
  const texts = Array.isArray(value) ? value.filter((one) => read.texts.has(one)) : [];
  return JSON.stringify(texts.sort());
}

function partKey(part: Node, reads: SetReads): string {
  let key = "";
  for (const name in part) {
    const value = part[name];
    if (value === undefined || (OPTIONAL.has(name) && !reads.compared.has(name))) continue;
    // With its name, so that the order in which a question was made says nothing.
    key += isNode(value) ? `${name}(${partKey(value, reads)})` : `|${name}=${leafKey(name, value, reads)}`;
  }
  return key;
}

/**
 * Returns a key that all questions with the same answer share: what no policy reads is empty, a number is one of its
 * span between two numbers of the policies, and a text that no policy names is empty. So few questions reach Cedar, and
 * their answers can be kept. Policies that calculate have a key for each question. Pure.
 */
export function questionKey(question: PolicyQuestion, reads: SetReads): string {
  return reads.isPlain ? partKey({ ...question }, reads) : JSON.stringify(question);
}
