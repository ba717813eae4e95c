import type { Expr, PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { OpenQuestion, PolicyQuestion } from "@/lib/context/policies";

/** What the policies of a set read. */
export interface SetReads {
  /** Names of all attributes that a policy reads or asks for. */
  readonly attributes: ReadonlySet<string>;
  /** Every whole number in the set, in order. */
  readonly numbers: readonly number[];
  /** Numbers by the attribute that a policy compares with them. */
  readonly bounds: ReadonlyMap<string, ReadonlySet<number>>;
  /**
   * Every comparison is of one value with a literal, and no policy calculates. So two values between the same two
   * numbers of the set have the same answer.
   */
  readonly isPlain: boolean;
}

interface Found {
  readonly attributes: Set<string>;
  readonly numbers: Set<number>;
  readonly bounds: Map<string, Set<number>>;
  isPlain: boolean;
}

type Node = Readonly<Record<string, unknown>>;

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
/** Constructs that give no new number and compare nothing but what COMPARISONS and `contains` do. */
const PLAIN: ReadonlySet<string> = new Set([
  ...["Value", "Var", "!", "&&", "||", "in", "is", "has", ".", "like", "if-then-else", "isEmpty"],
  ...["contains", "containsAll", "containsAny", "Set", ...COMPARISONS],
]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number, text, truth value or entity, or a set of them: no record, whose parts would not be seen. */
function isLiteral(expr: unknown): boolean {
  if (!isNode(expr)) return false;
  if (Array.isArray(expr.Set)) return expr.Set.every(isLiteral);
  const { Value: value } = expr;
  return ["number", "string", "boolean"].includes(typeof value) || (isNode(value) && "__entity" in value);
}

function numbersIn(expr: unknown): number[] {
  if (!isNode(expr)) return [];
  if (Array.isArray(expr.Set)) return expr.Set.flatMap(numbersIn);
  return typeof expr.Value === "number" ? [expr.Value] : [];
}

function attributeOf(expr: unknown): string | undefined {
  const access = isNode(expr) ? expr["."] : undefined;
  return isNode(access) && typeof access.attr === "string" ? access.attr : undefined;
}

function noteBounds(found: Found, left: unknown, right: unknown): void {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ]) {
    const attribute = attributeOf(one);
    if (attribute === undefined) continue;
    const known = found.bounds.get(attribute) ?? new Set<number>();
    for (const number of numbersIn(other)) known.add(number);
    found.bounds.set(attribute, known);
  }
}

function noteOperator(found: Found, name: string, body: unknown): void {
  if (!PLAIN.has(name)) found.isPlain = false;
  if (!isNode(body)) return;
  const { left, right, attr } = body;
  if (name === "." || name === "has") for (const one of [attr].flat()) found.attributes.add(String(one));
  const compares = COMPARISONS.has(name) || name.startsWith("contains");
  if (compares && !isLiteral(left) && !isLiteral(right)) found.isPlain = false;
  if (compares) noteBounds(found, left, right);
}

function walk(found: Found, expr: unknown): void {
  if (Array.isArray(expr)) for (const one of expr) walk(found, one);
  if (!isNode(expr)) return;
  const hasSet = "Set" in expr || "Value" in expr;
  if (hasSet && !isLiteral(expr)) found.isPlain = false;
  for (const number of numbersIn(expr)) found.numbers.add(number);
  if ("Value" in expr) return;
  for (const [name, body] of Object.entries(expr)) {
    noteOperator(found, name, body);
    for (const part of isNode(body) ? Object.values(body) : [body]) walk(found, part);
  }
}

/** Returns what these policies read. Pure. */
export function readsOf(policies: readonly PolicyJson[]): SetReads {
  const found: Found = { attributes: new Set(), numbers: new Set(), bounds: new Map(), isPlain: true };
  for (const { conditions } of policies) for (const { body } of conditions) walk(found, body satisfies Expr);
  const { attributes, bounds, isPlain } = found;
  return { attributes, bounds, isPlain, numbers: [...found.numbers].sort((a, b) => a - b) };
}

/** Returns the least number that every comparison of the set takes for the same as this one. */
function alike(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  if (numbers[low] === value) return value;
  const [below, above] = [numbers[low - 1], numbers[low]];
  if (below !== undefined) return below + 1;
  return above === undefined ? 0 : above - 1;
}

function openAlike(question: OpenQuestion, reads: SetReads): OpenQuestion {
  const number = (name: string, value: number) =>
    reads.attributes.has(name) ? alike(reads.numbers, value) : 0;
  const { resource, context } = question;
  const { office, grant } = context;
  return {
    ...question,
    resource: { ...resource, ageDays: number("ageDays", resource.ageDays) },
    context: {
      ...context,
      day: number("day", context.day),
      factorMinutes: number("factorMinutes", context.factorMinutes),
      office: {
        ...office,
        weekday: number("weekday", office.weekday),
        minute: number("minute", office.minute),
      },
      ...(grant === undefined
        ? {}
        : {
            grant: {
              ...grant,
              approvals: number("approvals", grant.approvals),
              viewsUsed: number("viewsUsed", grant.viewsUsed),
            },
          }),
    },
  };
}

/**
 * Returns the question that stands for all questions with the same answer: what no policy reads is left out, and a
 * number is one of its span between two numbers of the set. So few questions reach Cedar, and their answers can be
 * kept. A set that calculates is asked as it is. Pure.
 */
export function canonicalQuestion(question: PolicyQuestion, reads: SetReads): PolicyQuestion {
  if (!reads.isPlain) return question;
  const { principal } = question;
  const known = {
    ...principal,
    organisation: reads.attributes.has("organisation") ? principal.organisation : "",
    duties: reads.attributes.has("duties") ? principal.duties.toSorted() : [],
  };
  const asked = { ...question, principal: known };
  return asked.action === "open" ? openAlike(asked, reads) : asked;
}
