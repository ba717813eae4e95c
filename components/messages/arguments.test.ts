import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "@swc/core";
import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { argumentsOf } from "@/lib/testing/contracts/message-arguments";

/** A call of a message: the keys that it can mean, and what it hands over; undefined where a variable says. */
interface Call {
  readonly text: string;
  readonly keys: RegExp;
  readonly given: readonly string[] | undefined;
}

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;
const childrenOf = (tree: unknown): Tree[] => (isTree(tree) ? Object.values(tree).filter(isTree) : []);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const typeOf = (value: unknown): unknown => (isTree(value) ? value.type : undefined);
const textOf = (value: unknown): string =>
  isTree(value) && typeof value.value === "string" ? value.value : "";

function inside(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((at, name) => (isTree(at) ? at[name] : undefined), value);
}

/** The namespace of `useTranslations("…")` and of `await getTranslations("…")`. */
function namespaceOf(init: unknown): string | undefined {
  if (typeOf(init) === "AwaitExpression") return namespaceOf(inside(init, "argument"));
  if (typeOf(init) === "ParenthesisExpression") return namespaceOf(inside(init, "expression"));
  if (typeOf(init) !== "CallExpression") return undefined;
  if (!/^(use|get)Translations$/.test(textOf(inside(init, "callee")))) return undefined;
  return textOf(inside(listOf(inside(init, "arguments"))[0], "expression"));
}

/** Names that a declaration binds to namespaces; also `[a, b] = await Promise.all([…])`. */
function bindingsOf({ id, init }: Tree): [string, string][] {
  if (typeOf(id) === "Identifier") {
    const namespace = namespaceOf(init);
    return namespace === undefined ? [] : [[textOf(id), namespace]];
  }
  if (typeOf(id) !== "ArrayPattern") return [];
  const array = inside(listOf(inside(init, "argument", "arguments"))[0], "expression", "elements");
  return listOf(array).flatMap((one, at): [string, string][] => {
    const namespace = namespaceOf(inside(one, "expression"));
    const name = textOf(listOf(inside(id, "elements"))[at]);
    return namespace === undefined || name === "" ? [] : [[name, namespace]];
  });
}

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The keys an expression can be, as a pattern; undefined where nothing can be said. */
function patternOf(key: unknown): string | undefined {
  switch (typeOf(key)) {
    case "StringLiteral":
      return quoted(textOf(key));
    case "TemplateLiteral":
      return listOf(inside(key, "quasis"))
        .map((quasi) => quoted(String(inside(quasi, "cooked"))))
        .join("[^.]+");
    case "ParenthesisExpression":
      return patternOf(inside(key, "expression"));
    case "ConditionalExpression": {
      const [yes, no] = [patternOf(inside(key, "consequent")), patternOf(inside(key, "alternate"))];
      return yes === undefined || no === undefined ? undefined : `(?:${yes}|${no})`;
    }
    default:
      return undefined;
  }
}

function givenBy(values: unknown): string[] | undefined {
  if (values === undefined) return [];
  if (typeOf(values) !== "ObjectExpression") return undefined;
  const properties = listOf(inside(values, "properties"));
  if (properties.some((one) => typeOf(one) === "SpreadElement")) return undefined;
  return properties.map((one) => textOf(one) || textOf(inside(one, "key")));
}

function callOf(tree: Tree, scope: ReadonlyMap<string, string>, file: string): Call[] {
  const { callee } = tree;
  const isMember = typeOf(callee) === "MemberExpression";
  if (isMember && !/^(rich|markup)$/.test(textOf(inside(callee, "property")))) return [];
  const name = textOf(isMember ? inside(callee, "object") : callee);
  const namespace = scope.get(name) ?? namespaceOf(callee);
  const [key, values] = listOf(tree.arguments).map((one) => inside(one, "expression"));
  const pattern = patternOf(key);
  if (namespace === undefined || pattern === undefined) return [];
  const whole = `${quoted(namespace)}\\.${pattern}`;
  return [{ text: `${file}: ${whole}`, keys: new RegExp(`^${whole}$`), given: givenBy(values) }];
}

const FUNCTIONS = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|BlockStatement)$/;

/** Calls below a node; a name holds for the function or block it is declared in. */
function callsIn(tree: Tree, outer: Map<string, string>, file: string): Call[] {
  const scope = FUNCTIONS.test(String(tree.type)) ? new Map(outer) : outer;
  if (tree.type === "VariableDeclarator")
    for (const [name, namespace] of bindingsOf(tree)) scope.set(name, namespace);
  const own = tree.type === "CallExpression" ? callOf(tree, scope, file) : [];
  return [...own, ...childrenOf(tree).flatMap((child) => callsIn(child, scope, file))];
}

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(full);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.includes(".test.")) yield full;
  }
}

function callsOf(file: string, text: string): Call[] {
  const tree: unknown = parseSync(text, { syntax: "typescript", tsx: file.endsWith("x"), target: "es2022" });
  return isTree(tree) ? callsIn(tree, new Map(), file) : [];
}

function* wordings(value: unknown, at: string): Generator<[string, string]> {
  if (typeof value === "string") yield [at, value];
  else if (isTree(value))
    for (const [key, inner] of Object.entries(value))
      yield* wordings(inner, at === "" ? key : `${at}.${key}`);
}

const MESSAGES = [...wordings(CATALOGUES.en, "")].map(([key, text]) => ({ key, wants: argumentsOf(text) }));

/**
 * What a call leaves out, for any message that its key can mean. A key that may be anything in its group also means
 * others than those it is used for. So it is at fault only when all of them miss something.
 */
function missingIn({ text, keys, given }: Call): string[] {
  if (given === undefined) return [];
  const meant = MESSAGES.filter(({ key }) => keys.test(key));
  const missing = meant.filter(({ wants }) => wants.some((name) => !given.includes(name)));
  const isAnything = keys.source.endsWith("\\.[^.]+$");
  if (isAnything && missing.length < meant.length) return [];
  return missing.map(({ key, wants }) => `${text} (${key} wants ${wants.join(", ")})`);
}

test("every call hands its message all the arguments that it has", () => {
  const calls = ["app", "components"]
    .flatMap((folder) => [...filesUnder(folder)])
    .flatMap((file) => callsOf(file, readFileSync(file, "utf8")));
  const judged = calls.filter((call) => call.given !== undefined);
  expect(judged.length).toBeGreaterThan(1000);
  expect(judged.flatMap(missingIn)).toEqual([]);
});

test.each([
  ['t("verdicts.consistentText")', 1],
  [`t(\`verdicts.\${key}Text\`)`, 1],
  ['t(isVerified ? "verdicts.verifiedText" : "verdicts.consistentText", {})', 1],
  ['t("verdicts.consistentText", { count })', 0],
  ['t.rich("runs.sound", { size: () => 1 })', 1],
])("a call without an argument of its message is found: %s", (call, faults) => {
  const text = `function F() { const t = useTranslations("audit.verify"); return ${call}; }`;
  expect(callsOf("x.tsx", text).flatMap(missingIn)).toHaveLength(faults);
});

test("arguments are found in branches, and words of branches are not arguments", () => {
  expect(argumentsOf("{n, plural, one {Eine} other {# von {all}}} <b>x</b> {day, date, long} {a}")).toEqual([
    "a",
    "all",
    "b",
    "day",
    "n",
  ]);
});
