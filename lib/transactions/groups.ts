import type { Json } from "@/lib/crypto/json/canonical-json";
import { InvariantError } from "@/lib/errors";
import { isJson, type NewTransaction } from "@/lib/transactions/schema";
import { GroupName } from "@/lib/vocabulary";

export type Fields = Record<string, Json>;
export type Groups = Partial<Record<GroupName, Fields>>;

/** The order of groups in answers. */
export const GROUP_ORDER: readonly GroupName[] = GroupName.options;

/** Personal data, sealed even if the transaction is not confidential (api.md). */
const ALWAYS_SEALED: ReadonlySet<GroupName> = new Set(["parties", "narrative", "external_references"]);
/** Groups whose object value contributes its members as fields. */
const SPREAD: ReadonlySet<GroupName> = new Set(["pricing", "settlement_details"]);

function isObject(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonOf(value: unknown): Json {
  if (!isJson(value)) throw new InvariantError("a request value is not JSON");
  return value;
}

function fieldsOf(group: GroupName, input: NewTransaction): Fields | undefined {
  if (group === "amount") {
    const { amount, currency } = input;
    if (amount === undefined && currency === undefined) return undefined;
    return { ...(amount === undefined ? {} : { amount }), ...(currency === undefined ? {} : { currency }) };
  }
  const given = input[group];
  if (given === undefined) return undefined;
  const value = jsonOf(given);
  return SPREAD.has(group) && isObject(value) ? value : { [group]: value };
}

/** Returns the fields of every group in the request. */
export function groupsOf(input: NewTransaction): Groups {
  const groups: Groups = {};
  for (const group of GROUP_ORDER) {
    const fields = fieldsOf(group, input);
    if (fields !== undefined) groups[group] = fields;
  }
  return groups;
}

/** Returns which groups are sealed, and which are stored and shown in plaintext. */
export function splitGroups(groups: Groups, isConfidential: boolean): { sealed: Groups; plain: Groups } {
  const sealed: Groups = {};
  const plain: Groups = {};
  for (const group of GROUP_ORDER) {
    const fields = groups[group];
    if (fields !== undefined) (isConfidential || ALWAYS_SEALED.has(group) ? sealed : plain)[group] = fields;
  }
  return { sealed, plain };
}

/**
 * Returns the members of `data` for one group, equal to what was sent: amount and currency as siblings, an object for
 * the members of pricing and settlement_details, any other value under its own name. A masked amount keeps this form.
 */
export function dataOf(group: GroupName, fields: Fields): Fields {
  if (group === "amount") return { ...fields };
  const [name, ...others] = Object.keys(fields);
  const isBare = !SPREAD.has(group) || (others.length === 0 && name === group);
  return { [group]: isBare ? jsonOf(fields[group]) : fields };
}

/** Returns `data` of several groups, in the order of groups. */
export function dataOfAll(groups: Groups): Fields {
  const data: Fields = {};
  for (const group of GROUP_ORDER) {
    const fields = groups[group];
    if (fields !== undefined) Object.assign(data, dataOf(group, fields));
  }
  return data;
}
