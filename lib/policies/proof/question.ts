import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { ROLES } from "@/lib/word-lists";
import { encodeSet, type JsonPolicies } from "./encode-set";
import { dutySymbol, type Names, roleSymbol, textSymbol } from "./expression";
import { ATTRIBUTES, GROUPS, LEVELS, OPTIONAL, type ProvedAction, type Sort } from "./fragment";
import { KNOWN_TEXTS } from "./ordinary";
import { smtNumber, smtSymbol } from "./smt-text";

/** One question to the solver: is there a request that the candidate allows and the base refuses? */
export interface Question {
  readonly action: ProvedAction;
  /** SMT-LIB 2.6, complete: any solver of whole numbers and free symbols can answer it. */
  readonly text: string;
  /** Symbols of the question, whose values are an example. */
  readonly symbols: readonly string[];
  readonly names: Names;
}

/** A fact that is always so, in SMT-LIB and in words. */
interface Given {
  readonly words: string;
  readonly term: string;
}

function oneOf(path: string, values: readonly string[]): string {
  return `(or ${values.map((value) => `(= ${smtSymbol(path)} ${textSymbol(value)})`).join(" ")})`;
}

function between(path: string, least: number, most: number): string {
  const symbol = smtSymbol(path);
  return `(and (<= ${smtNumber(least)} ${symbol}) (<= ${symbol} ${smtNumber(most)}))`;
}

/** Returns "exactly one of the roles that exist, and no role that does not". */
function oneRole(roles: readonly string[]): string {
  const pairs = ROLES.flatMap((one, at) =>
    ROLES.slice(at + 1).map((other) => `(not (and ${roleSymbol(one)} ${roleSymbol(other)}))`),
  );
  const known: ReadonlySet<string> = new Set(ROLES);
  const others = roles.filter((role) => !known.has(role)).map((role) => `(not ${roleSymbol(role)})`);
  return `(and (or ${ROLES.map(roleSymbol).join(" ")})\n  ${[...pairs, ...others].join("\n  ")})`;
}

const { age_days, weekday, minute, day, factor_minutes, approvals, views_used, grant, authority } =
  ExampleFacts.shape;

// The bounds of an example's facts, which every case of ours keeps: an answer outside them would be no example.
const NUMBERS = {
  "resource.ageDays": age_days,
  "context.office.weekday": weekday,
  "context.office.minute": minute,
  "context.day": day,
  "context.factorMinutes": factor_minutes,
  "context.grant.approvals": approvals,
  "context.grant.viewsUsed": views_used,
} as const;
const KINDS = { "context.grant.kind": grant, "context.authority.kind": authority } as const;

function rangesOf(): Given[] {
  return Object.entries(NUMBERS).map(([path, facts]) => {
    const { minValue, maxValue } = facts.unwrap();
    const [least, most] = [Number(minValue), Number(maxValue)];
    return { words: `${path} is at least ${least} and at most ${most}.`, term: between(path, least, most) };
  });
}

function kindsOf(): Given[] {
  return Object.entries(KINDS).map(([path, facts]) => {
    const { options } = facts.unwrap().unwrap();
    return { words: `${path} is one of ${options.join(", ")}.`, term: oneOf(path, options) };
  });
}

/** What is taken as given. The list is part of the question, so that its reader can judge it. */
function givenFor(action: ProvedAction, roles: readonly string[]): Given[] {
  const shared: Given[] = [
    { words: `A person has exactly one role: ${ROLES.join(", ")}.`, term: oneRole(roles) },
    {
      words: "isSupport is true exactly when the duties contain support.",
      term: `(= ${smtSymbol("principal.isSupport")} ${dutySymbol("support")})`,
    },
    {
      words: `The level is one of ${LEVELS[action].join(", ")}.`,
      term: oneOf("context.level", LEVELS[action]),
    },
  ];
  if (action === "request") return shared;
  return [
    ...shared,
    { words: `The group is one of ${GROUPS.join(", ")}.`, term: oneOf("context.group", GROUPS) },
    ...rangesOf(),
    ...kindsOf(),
  ];
}

function declarationsFor(action: ProvedAction, roles: readonly string[], duties: readonly string[]) {
  const found: [string, Sort][] = [];
  for (const [path, sort] of Object.entries(ATTRIBUTES[action])) found.push([smtSymbol(path), sort]);
  for (const path of OPTIONAL[action]) found.push([smtSymbol(`has ${path}`), "Bool"]);
  for (const role of roles) found.push([roleSymbol(role), "Bool"]);
  for (const duty of duties) found.push([dutySymbol(duty), "Bool"]);
  return found;
}

/**
 * Returns the question whether the candidate allows anything that the base does not, for one action. Throws
 * OutsideFragment with the policy and construct that the encoder does not read.
 */
export function questionOf(base: JsonPolicies, candidate: JsonPolicies, action: ProvedAction): Question {
  const kinds = Object.values(KINDS).flatMap((facts): string[] => facts.unwrap().unwrap().options);
  const names: Names = {
    roles: new Set(ROLES),
    duties: new Set(["support"]),
    texts: new Set([...KNOWN_TEXTS, ...kinds]),
  };
  const [before, after] = [encodeSet(base, action, names), encodeSet(candidate, action, names)];
  const [roles, duties] = [[...names.roles], [...names.duties]];
  const declared = declarationsFor(action, roles, duties);
  const texts = [...names.texts].map(textSymbol);
  const text = [
    `; Is there a request of the action ${action} that the candidate allows and the present policies refuse?`,
    "; unsat: there is none. sat: there is one; its values are an example.",
    "(set-logic QF_UFLIA)",
    "; A text can only be equal to another one, or not. There are more texts than those of the policies.",
    "(declare-sort Text 0)",
    ...texts.map((symbol) => `(declare-const ${symbol} Text)`),
    `(assert (distinct ${texts.join(" ")}))`,
    ...declared.map(([symbol, sort]) => `(declare-const ${symbol} ${sort})`),
    "; Taken as given:",
    ...givenFor(action, roles).flatMap(({ words, term }) => [`; ${words}`, `(assert ${term})`]),
    "; The candidate allows it.",
    `(assert ${after})`,
    "; The present policies refuse it.",
    `(assert (not ${before}))`,
    "(check-sat)",
    "",
  ].join("\n");
  return { action, text, symbols: [...texts, ...declared.map(([symbol]) => symbol)], names };
}
