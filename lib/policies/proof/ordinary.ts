import { GroupName, Purpose } from "@/lib/vocabulary";
import { dutySymbol, type Names, roleSymbol, textSymbol } from "./expression";
import { ATTRIBUTES, LEVELS, type ProvedAction } from "./fragment";
import { smtNumber, smtSymbol } from "./smt-text";

// Preferred values of an example, from an ordinary case. They make a counterexample easy to read. They do not change
// the answer, because the solver answers first and then ignores each preference that excludes the example.

const ORDINARY: Readonly<Record<string, boolean | number | string>> = {
  "principal.organisation": "",
  "resource.retentionClass": "standard",
  "context.day": 20_260_603,
  "context.grant.approvals": 2,
  "context.grant.viewsUsed": 0,
  "context.authority.state": "active",
  "context.factorMinutes": 1,
  "resource.isKept": false,
  "resource.ageDays": 1,
  "context.hasOverride": false,
  "context.office.isHoliday": false,
  "context.office.setsHours": false,
  "context.office.isOpen": false,
  "context.office.weekday": 3,
  "context.office.minute": 720,
  "context.grant.kind": "request",
  "context.group": "amount",
};

/** Values that an example uses if possible. The proof does not assume them. */
const VOCABULARIES: Readonly<Record<string, readonly string[]>> = {
  "context.purpose": Purpose.options,
  "context.group": GroupName.options,
};

/** Texts that a question declares in addition to those of the policies. */
export const KNOWN_TEXTS: readonly string[] = [
  ...new Set([
    ...Object.values(VOCABULARIES).flat(),
    ...Object.values(ORDINARY).filter((value) => typeof value === "string"),
    ...LEVELS.request,
  ]),
];

function term(path: string, value: boolean | number | string): string {
  const symbol = smtSymbol(path);
  if (typeof value === "boolean") return value ? symbol : `(not ${symbol})`;
  return `(= ${symbol} ${typeof value === "number" ? smtNumber(value) : textSymbol(value)})`;
}

function anyTerm(path: string, values: readonly string[]): string {
  return `(or ${values.map((value) => term(path, value)).join(" ")})`;
}

function ofAction<T>(action: ProvedAction, byPath: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(byPath).filter(([path]) => Object.hasOwn(ATTRIBUTES[action], path));
}

/** Returns terms that an example of this question should have, the most important first. */
export function preferencesFor({
  action,
  names,
}: {
  readonly action: ProvedAction;
  readonly names: Names;
}): string[] {
  const words = ofAction(action, VOCABULARIES).map(([path, values]) => anyTerm(path, values));
  const purpose = [`(not ${term("context.purpose", "")})`];
  const spare = [...names.duties].filter((duty) => duty !== "support");
  const duties = spare.map((duty) => `(not ${dutySymbol(duty)})`);
  const ordinary = ofAction(action, ORDINARY).map(([path, value]) => term(path, value));
  if (action === "request")
    return [...words, ...purpose, `(not ${term("context.level", "metadata")})`, ...duties, ...ordinary];
  const [grant, authority] = ["context.grant", "context.authority"].map((path) => smtSymbol(`has ${path}`));
  const party = smtSymbol("context.isParty");
  return [
    ...words,
    ...purpose,
    `(= ${party} (or ${roleSymbol("client")} ${roleSymbol("miner")}))`,
    ...duties,
    `(= ${smtSymbol("context.grant.level")} ${smtSymbol("context.level")})`,
    ...ordinary,
    `(or (not ${authority}) ${grant})`,
    `(not ${authority})`,
    `(= ${grant} (not ${party}))`,
  ];
}
