import { schemaToJsonWithResolvedTypes } from "@cedar-policy/cedar-wasm/nodejs";
import { describe, expect, it } from "vitest";
import { cedar } from "@/lib/access/policy/cedar";
import { CEDAR_SCHEMA } from "@/lib/access/policy/cedar-schema";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { ATTRIBUTES, DUTIES, OPTIONAL, OutsideFragment, PROVED_ACTIONS } from "./fragment";
import { questionOf } from "./question";
import { readSmt, smtNumber, smtSymbol } from "./smt-text";

function json(texts: Readonly<Record<string, string>>) {
  return new Map(
    Object.entries(texts).map(([id, text]) => {
      const read = cedar.policyToJson(text);
      if (read.type !== "success") throw new Error(JSON.stringify(read.errors));
      return [id, read.json] as const;
    }),
  );
}

const permit = (condition: string, head = 'principal, action == Action::"open", resource') =>
  json({ one: `permit(${head}) when { ${condition} };` });

/** Paths of the schema's JSON form by action, read without the list that the encoder uses. */
function schemaPaths() {
  const read = schemaToJsonWithResolvedTypes(CEDAR_SCHEMA);
  if (read.type !== "success") throw new Error(JSON.stringify(read.errors));
  const found = { open: new Set<string>(), request: new Set<string>() };
  const space = read.json[""];
  const walk = (into: Set<string>, path: string, type: unknown): void => {
    const named = Reflect.get(Object(type), "type");
    const members = Reflect.get(Object(type), "attributes");
    const common =
      space?.commonTypes?.[String(named)] ?? space?.commonTypes?.[String(Reflect.get(Object(type), "name"))];
    if (members !== undefined)
      for (const [name, below] of Object.entries(Object(members))) walk(into, `${path}.${name}`, below);
    else if (common !== undefined) walk(into, path, common);
    else into.add(path);
  };
  for (const action of PROVED_ACTIONS) {
    const applies = space?.actions[action]?.appliesTo;
    walk(found[action], "context", applies?.context);
    walk(found[action], "principal", Reflect.get(Object(space?.entityTypes.User), "shape"));
    for (const type of applies?.resourceTypes ?? []) {
      const shape = Reflect.get(Object(space?.entityTypes[type]), "shape");
      if (shape !== undefined) walk(found[action], "resource", shape);
    }
  }
  return found;
}

describe("fragment", () => {
  it("has every attribute of the schema and no other", () => {
    const found = schemaPaths();
    for (const action of PROVED_ACTIONS)
      expect([...Object.keys(ATTRIBUTES[action]), DUTIES].sort()).toEqual([...found[action]].sort());
    expect(OPTIONAL.open).toEqual(["context.grant", "context.authority"]);
  });

  it("covers every default policy", () => {
    const all = json(DEFAULT_POLICIES);
    for (const action of PROVED_ACTIONS) expect(questionOf(all, all, action).text).toContain("(check-sat)");
  });

  it.each([
    ['context.purpose like "a*"', "the operator like"],
    ["context.office.minute + 1 > 3", "the operator +"],
    ["-context.office.minute < 3", "the operator -"],
    ["if context.isParty then true else false", "the operator if-then-else"],
    ["principal.duties.contains(context.purpose)", "principal.duties.contains of a computed value"],
    ["[context.group].contains(context.purpose)", "a set of computed values"],
    ['principal.duties == ["a"]', "principal.duties for the action open"],
    ["principal.duties.isEmpty()", "the operator isEmpty"],
    ['principal.duties.containsAll(["a"])', "the operator containsAll"],
    ['principal == User::"x"', "the operator Var"],
    ["principal has organisation", "has principal.organisation"],
    ["principal is User", "the operator is"],
    ["context.day == 9007199254740993", "a number beyond 2^53"],
    ['datetime("2026-01-01") < datetime("2026-01-02")', "the operator datetime"],
  ])("refuses %s and names what it does not read", (condition, construct) => {
    const asked = () => questionOf(new Map(), permit(condition), "open");
    expect(asked).toThrow(OutsideFragment);
    expect(asked).toThrow(construct);
    expect(asked).toThrow("in the policy one");
  });

  it.each([
    'principal == User::"x", action, resource',
    "principal is User, action, resource",
    'principal, action, resource == Transaction::"t"',
  ])("refuses the head %s", (head) => {
    expect(() => questionOf(new Map(), permit("true", head), "open")).toThrow(OutsideFragment);
  });

  it("refuses nesting that no policy needs, without an overflow", () => {
    const deep = new Map(permit("true"));
    const one = deep.get("one");
    let body: import("@cedar-policy/cedar-wasm/nodejs").Expr = { Value: true };
    for (let n = 0; n < 100_000; n += 1) body = { "!": { arg: body } };
    if (one !== undefined) deep.set("one", { ...one, conditions: [{ kind: "when", body }] });
    expect(() => questionOf(new Map(), deep, "open")).toThrow("nesting this deep");
  });
});

describe("SMT text", () => {
  it.each([
    "аudit",
    "audit\u200b",
    "Audit",
    'a"b',
    "a\\b",
    "a|b",
    "ü",
    "u\u0308",
    "\n",
    "\u{1F600}",
    "\u{E0041}",
    "a%62",
    ") (assert false",
  ])("gives %j a symbol of its own that it cannot end", (text) => {
    const symbol = smtSymbol(text);
    expect(symbol).toMatch(/^\|[A-Za-z0-9_.:% -]*\|$/);
    expect(decodeURIComponent(symbol.slice(1, -1))).toBe(text);
    expect(readSmt(symbol)).toEqual([symbol.slice(1, -1)]);
  });

  it("refuses half a character, which would look like another one", () => {
    expect(() => smtSymbol("a\ud83d")).toThrow(OutsideFragment);
  });

  it("refuses numbers that JSON may have rounded", () => {
    expect(smtNumber(-5)).toBe("(- 5)");
    expect(() => smtNumber(2 ** 53)).toThrow(OutsideFragment);
  });

  it("reads an answer, and refuses one that is cut", () => {
    expect(readSmt("((|a b| Text!val!0) (c (- 5)))")).toEqual([
      [
        ["a b", "Text!val!0"],
        ["c", ["-", "5"]],
      ],
    ]);
    expect(() => readSmt("((a x)")).toThrow(SyntaxError);
    expect(() => readSmt("(a |x)")).toThrow(SyntaxError);
  });
});
