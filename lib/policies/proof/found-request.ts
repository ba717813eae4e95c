import type { AuthorizationCall } from "@cedar-policy/cedar-wasm/nodejs";
import { ROLES } from "@/lib/word-lists";
import { dutySymbol, roleSymbol, textSymbol } from "./expression";
import { ATTRIBUTES, OPTIONAL, type ProvedAction } from "./fragment";
import type { Question } from "./question";
import { readSmt, type SmtValue } from "./smt-text";

type Value = boolean | number | string;

/** A request that the solver found: a value for each word of the schema. */
export interface FoundRequest {
  readonly action: ProvedAction;
  readonly role: string;
  readonly duties: readonly string[];
  /** By path, without the attributes of a grant or authority that the request lacks. */
  readonly values: ReadonlyMap<string, Value>;
}

function readValue(value: SmtValue | undefined): boolean | number | undefined {
  if (value === "true" || value === "false") return value === "true";
  if (typeof value === "string") return /^\d+$/.test(value) ? Number(value) : undefined;
  const [sign, number] = value ?? [];
  const size = sign === "-" ? readValue(number) : undefined;
  return typeof size === "number" ? -size : undefined;
}

const withoutBars = (symbol: string): string => symbol.slice(1, -1);

/** Returns the answer's values by symbol, without bars. */
function readValues(text: string): ReadonlyMap<string, SmtValue> {
  const [pairs] = readSmt(text);
  const found = new Map<string, SmtValue>();
  if (!Array.isArray(pairs)) throw new SyntaxError("unreadable answer");
  for (const pair of pairs) {
    const [name, given] = Array.isArray(pair) ? pair : [];
    if (typeof name !== "string" || given === undefined) throw new SyntaxError("unreadable value");
    found.set(name, given);
  }
  return found;
}

/** The texts of an answer by the solver's own name for each. Another element is a text that no policy has. */
class Texts {
  readonly #known = new Map<string, string>();

  constructor(
    private readonly names: ReadonlySet<string>,
    said: ReadonlyMap<string, SmtValue>,
  ) {
    for (const name of names) this.#known.set(JSON.stringify(said.get(withoutBars(textSymbol(name)))), name);
  }

  read(value: SmtValue): string {
    const key = JSON.stringify(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let fresh = "other";
    for (let n = 2; this.names.has(fresh) || [...this.#known.values()].includes(fresh); n += 1)
      fresh = `other-${n}`;
    this.#known.set(key, fresh);
    return fresh;
  }
}

/** Returns the request that an answer describes. Throws SyntaxError for an answer that is not complete. */
export function readFound({ action, names }: Question, text: string): FoundRequest {
  const said = readValues(text);
  const texts = new Texts(names.texts, said);
  const isTrue = (symbol: string) => said.get(withoutBars(symbol)) === "true";
  const role = ROLES.find((one) => isTrue(roleSymbol(one)));
  if (role === undefined) throw new SyntaxError("an answer without a role");
  const lacks = OPTIONAL[action].filter((path) => said.get(`has ${path}`) !== "true");
  const values = new Map<string, Value>();
  for (const [path, sort] of Object.entries(ATTRIBUTES[action])) {
    const given = said.get(path) ?? "";
    const value = sort === "Text" ? texts.read(given) : readValue(given);
    if (value === undefined) throw new SyntaxError(`an answer without ${path}`);
    if (!lacks.some((absent) => path.startsWith(`${absent}.`))) values.set(path, value);
  }
  return { action, role, duties: [...names.duties].filter((duty) => isTrue(dutySymbol(duty))), values };
}

interface Tree {
  [name: string]: Value | Tree;
}

/** Returns the attributes below a root as nested objects. */
function treeOf(values: ReadonlyMap<string, Value>, root: string): Tree {
  const tree: Tree = {};
  for (const [path, value] of values) {
    const [first, ...names] = path.split(".");
    const last = names.pop();
    if (first !== root || last === undefined) continue;
    let at = tree;
    for (const name of names) {
      const next = at[name];
      const below: Tree = typeof next === "object" ? next : {};
      at[name] = below;
      at = below;
    }
    at[last] = value;
  }
  return tree;
}

/** Returns the request as Cedar takes it, apart from the policies. */
export function cedarCallOf({ action, role, duties, values }: FoundRequest) {
  const principal = { type: "User", id: "example" };
  const resource = { type: action === "open" ? "Transaction" : "Register", id: "example" };
  return {
    principal,
    action: { type: "Action", id: action },
    resource,
    context: treeOf(values, "context"),
    entities: [
      {
        uid: principal,
        attrs: { ...treeOf(values, "principal"), duties: [...duties] },
        parents: [{ type: "Role", id: role }],
      },
      { uid: resource, attrs: treeOf(values, "resource"), parents: [] },
    ],
  } satisfies Partial<AuthorizationCall>;
}
