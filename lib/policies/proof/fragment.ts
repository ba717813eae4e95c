import { GroupName } from "@/lib/vocabulary";

// The closed part of our Cedar schema that the proof can read. variables.test.ts compares this list with the schema, so
// that a word added there is either read here or refused as outside the fragment.

/** Sorts of a question. `Text` is a sort of its own, whose elements can only be equal or not. */
export type Sort = "Bool" | "Int" | "Text";

/** Actions of the schema. Each is one question. */
export const PROVED_ACTIONS = ["open", "request"] as const;
export type ProvedAction = (typeof PROVED_ACTIONS)[number];

const PRINCIPAL = {
  "principal.organisation": "Text",
  "principal.isSupport": "Bool",
} as const satisfies Readonly<Record<string, Sort>>;

/** Attributes by action and path, with their sorts. `principal.duties` is read by `contains` only. */
export const ATTRIBUTES: Readonly<Record<ProvedAction, Readonly<Record<string, Sort>>>> = {
  open: {
    ...PRINCIPAL,
    "resource.ageDays": "Int",
    "resource.retentionClass": "Text",
    "resource.isKept": "Bool",
    "context.purpose": "Text",
    "context.group": "Text",
    "context.level": "Text",
    "context.isParty": "Bool",
    "context.day": "Int",
    "context.factorMinutes": "Int",
    "context.hasOverride": "Bool",
    "context.office.setsHours": "Bool",
    "context.office.isOpen": "Bool",
    "context.office.weekday": "Int",
    "context.office.minute": "Int",
    "context.office.isHoliday": "Bool",
    "context.grant.kind": "Text",
    "context.grant.level": "Text",
    "context.grant.approvals": "Int",
    "context.grant.viewsUsed": "Int",
    "context.authority.kind": "Text",
    "context.authority.state": "Text",
  },
  request: { ...PRINCIPAL, "context.purpose": "Text", "context.level": "Text" },
};

/** Attributes that a request may lack. A policy asks with `has`. */
export const OPTIONAL: Readonly<Record<ProvedAction, readonly string[]>> = {
  open: ["context.grant", "context.authority"],
  request: [],
};

/** Levels of each action. An opening at level metadata is refused before any policy. */
export const LEVELS: Readonly<Record<ProvedAction, readonly string[]>> = {
  open: ["masked", "full"],
  request: ["metadata", "masked", "full"],
};

export const GROUPS: readonly string[] = GroupName.options;

/** The path of `principal.duties`, the schema's only set. */
export const DUTIES = "principal.duties";

/** Thrown for a construct that the encoder does not read. The proof is then undecided. */
export class OutsideFragment extends Error {
  override readonly name = "OutsideFragment";

  constructor(
    readonly construct: string,
    readonly policy: string | undefined = undefined,
  ) {
    super(`${construct} is outside the fragment${policy === undefined ? "" : `, in the policy ${policy}`}`);
  }
}
