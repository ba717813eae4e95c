import type { Role } from "@/lib/vocabulary";
import { ROLES } from "@/lib/word-lists";
import { conjuncts, expressionText, Unsayable } from "./cedar-text";
import { conditionsOf, type FormPart, readCondition } from "./clauses";
import { hoursIn, isHourText } from "./condition-texts";
import { EMPTY_FORM, type PolicyForm, tidy } from "./form";

/** What a page shows of a policy: its form, or the construct for which the form has no words. */
export type FormReading =
  | { readonly kind: "form"; readonly form: PolicyForm }
  | { readonly kind: "locked"; readonly construct: string };

/** Cedar's JSON of one policy, as `policyToJson` gives it. */
export interface CedarJson {
  readonly effect: string;
  readonly principal: unknown;
  readonly action: unknown;
  readonly resource: unknown;
  readonly conditions: readonly { readonly kind: string; readonly body: unknown }[];
  readonly annotations?: Readonly<Record<string, string | null>>;
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (node, name) => (typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined),
    value,
  );

function scopeOf({ effect, principal, action, resource }: CedarJson): FormPart {
  if (effect !== "permit" && effect !== "forbid") throw new Unsayable(effect);
  if (at(resource, "op") !== "All") throw new Unsayable("resource");
  const act = at(action, "op") === "==" ? at(action, "entity", "id") : undefined;
  if (act !== "open" && act !== "request") throw new Unsayable("action");
  const scope: FormPart = { effect, action: act };
  if (at(principal, "op") === "All") return scope;
  const role: Role | undefined = ROLES.find((one) => one === at(principal, "entity", "id"));
  const isRole = at(principal, "op") === "in" && at(principal, "entity", "type") === "Role";
  if (!isRole || role === undefined) throw new Unsayable("principal");
  return { ...scope, roles: [role] };
}

/** The word to show for a condition that the form does not write: its operator, or the fact that it asks for. */
function nameOf(condition: unknown, text: string): string {
  const fact = /(?:principal|resource|context)(?:\.\w+)*/.exec(text)?.[0];
  const [operator = ""] = Object.keys(typeof condition === "object" && condition !== null ? condition : {});
  return operator === "||" || fact === undefined ? operator : fact;
}

interface Found {
  readonly text: string;
  readonly part: FormPart;
  readonly write: (form: PolicyForm) => string | undefined;
}

/** Joins what the conditions say. Two conditions on one thing are no answer of the form. */
function merge(scope: FormPart, found: readonly Found[]): PolicyForm {
  const form: FormPart = { ...EMPTY_FORM, ...scope };
  const said = new Set(Object.keys(scope));
  for (const { text, part } of found)
    for (const [key, value] of Object.entries(part)) {
      if (said.has(key)) throw new Unsayable(text);
      said.add(key);
      Object.assign(form, { [key]: value });
    }
  return form as PolicyForm;
}

function bodyOf({ conditions }: CedarJson): unknown[] {
  const [clause, ...others] = conditions;
  if (conditions.some(({ kind }) => kind === "unless")) throw new Unsayable("unless");
  if (others.length > 0) throw new Unsayable("when");
  return clause === undefined ? [] : conjuncts(clause.body);
}

function readOne(json: unknown, text: string, effect: PolicyForm["effect"]): Found {
  const read = readCondition(text, effect);
  if (read === undefined) throw new Unsayable(nameOf(json, text));
  return { text, ...read };
}

function readAll(policy: CedarJson): PolicyForm {
  const scope = scopeOf(policy);
  const { effect = "permit" } = scope;
  const conditions = bodyOf(policy).map((json) => ({ json, text: expressionText(json) }));
  // The window of a permit is several conditions.
  const isOfHours = ({ text }: { text: string }): boolean => effect === "permit" && isHourText(text);
  const window = conditions.filter(isOfHours).map(({ text }) => text);
  const hours = window.length === 0 ? null : hoursIn(window);
  if (hours === undefined) throw new Unsayable("context.office");
  const found = conditions
    .filter((condition) => !isOfHours(condition))
    .map(({ json, text }) => readOne(json, text, effect));
  const annotations = Object.fromEntries(
    Object.entries(policy.annotations ?? {}).map(([name, text]) => [name, text ?? ""]),
  );
  const merged = merge({ ...scope, annotations, ...(hours === null ? {} : { hours }) }, found);
  const form = tidy(merged);
  // What the form writes must be what was read, no condition more and none less, but for the order.
  const texts = [...found.map(({ text, write }) => write(form) ?? text), ...window].sort();
  const written = conditionsOf(form).sort();
  const odd = texts.find((text, index) => text !== written[index]);
  if (odd !== undefined || texts.length !== written.length) throw new Unsayable(odd ?? "when");
  return form;
}

/** Reads a policy's Cedar JSON as answers of the form, exactly, or names the construct that the form cannot say. */
export function readForm(policy: CedarJson): FormReading {
  try {
    return { kind: "form", form: readAll(policy) };
  } catch (error) {
    if (error instanceof Unsayable) return { kind: "locked", construct: error.construct };
    throw error;
  }
}
