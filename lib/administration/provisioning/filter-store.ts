import "server-only";
import type { Comparison, Filter } from "@/lib/administration/provisioning/protocol/filter";
import { fault } from "@/lib/administration/provisioning/protocol/scim-error";
import { Prisma } from "@/lib/db/generated/client";

/** Texts of people that are compared in any case. */
export const TEXTS: Readonly<Record<string, Prisma.Sql>> = {
  username: Prisma.sql`lower(user_name)`,
  "emails.value": Prisma.sql`lower(user_name)`,
  displayname: Prisma.sql`lower(name)`,
  "name.formatted": Prisma.sql`lower(name)`,
  "name.givenname": Prisma.sql`lower(given_name)`,
  "name.familyname": Prisma.sql`lower(family_name)`,
};
const EXACT: Readonly<Record<string, Prisma.Sql>> = {
  externalid: Prisma.sql`external_id`,
  id: Prisma.sql`id`,
};
const TIMES: Readonly<Record<string, Prisma.Sql>> = {
  "meta.lastmodified": Prisma.sql`changed_at`,
  "meta.created": Prisma.sql`created_at`,
};
const ORDER: Readonly<Record<string, Prisma.Sql>> = {
  eq: Prisma.sql`=`,
  gt: Prisma.sql`>`,
  ge: Prisma.sql`>=`,
  lt: Prisma.sql`<`,
  le: Prisma.sql`<=`,
};

function unsupported({ attribute, operator }: Comparison): Error {
  return fault("invalidFilter", `The comparison ${attribute} ${operator} is not supported.`);
}

/** Returns an own member: an attribute such as `constructor` names none. */
function of(table: Readonly<Record<string, Prisma.Sql>>, name: string): Prisma.Sql | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function timeCondition(column: Prisma.Sql, comparison: Comparison): Prisma.Sql {
  const order = of(ORDER, comparison.operator);
  const at = new Date(String(comparison.value));
  if (order === undefined) throw unsupported(comparison);
  // Other years have no form that the database reads.
  if (!/^\d{4}-/.test(Number.isNaN(at.getTime()) ? "" : at.toISOString()))
    throw fault("invalidFilter", `${comparison.attribute} must be compared with a time.`);
  return Prisma.sql`date_trunc('milliseconds', ${column}) ${order} ${at}::timestamptz`;
}

/** The columns that filters of one type of resource may name. */
export interface Columns {
  readonly texts: Readonly<Record<string, Prisma.Sql>>;
  readonly exact: Readonly<Record<string, Prisma.Sql>>;
  /** Another condition that only this type has. */
  readonly more: (comparison: Comparison) => Prisma.Sql | undefined;
}

/** Returns the condition of a filter. Throws `invalidFilter` for an attribute or operator that is not supported. */
export function conditionOf(columns: Columns, filter: Filter): Prisma.Sql {
  if (filter.kind === "and")
    return Prisma.sql`(${conditionOf(columns, filter.left)} AND ${conditionOf(columns, filter.right)})`;
  if (filter.kind === "or")
    return Prisma.sql`(${conditionOf(columns, filter.left)} OR ${conditionOf(columns, filter.right)})`;
  const { attribute, operator, value } = filter;
  const time = of(TIMES, attribute);
  if (time !== undefined) return timeCondition(time, filter);
  if (operator !== "eq") throw unsupported(filter);
  const text = of(columns.texts, attribute);
  if (text !== undefined && typeof value === "string") return Prisma.sql`${text} = lower(${value})`;
  const exact = of(columns.exact, attribute);
  if (exact !== undefined && typeof value === "string") return Prisma.sql`${exact} = ${value}`;
  const more = columns.more(filter);
  if (more === undefined) throw unsupported(filter);
  return more;
}

/** What filters of people may name. */
export const USERS: Columns = {
  texts: TEXTS,
  exact: EXACT,
  more: ({ attribute, value }) => {
    if (attribute === "active" && /^(?:true|false)$/i.test(String(value)))
      return Prisma.sql`is_active = ${String(value).toLowerCase() === "true"}`;
    // Every address is a work address, and the primary one.
    if (attribute === "emails.type") return Prisma.sql`${String(value).toLowerCase() === "work"}`;
    return attribute === "emails.primary" ? Prisma.sql`${String(value) === "true"}` : undefined;
  },
};

/** A page of resources. */
export interface Page {
  readonly filter: Filter | undefined;
  readonly sortBy: string | undefined;
  readonly isDescending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** Returns the order of a page. Throws `invalidValue` for an attribute that does not sort. */
export function orderOf(page: Page, texts: Columns["texts"]): Prisma.Sql {
  const { sortBy, isDescending } = page;
  const direction = isDescending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  if (sortBy === undefined) return Prisma.sql`ORDER BY id`;
  const name = sortBy.toLowerCase();
  const column = of(texts, name) ?? of(TIMES, name) ?? of(EXACT, name);
  if (column === undefined) throw fault("invalidValue", "sortBy names an attribute that does not sort.");
  return Prisma.sql`ORDER BY ${column} ${direction}, id`;
}
