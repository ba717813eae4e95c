import type { z } from "zod";
import type { GroupName } from "@/lib/vocabulary";
import type { OrderReach } from "./schema";

/** A record as a selector sees it. */
export interface SelectedRecord {
  readonly id: string;
  readonly participants: readonly string[];
  readonly createdAt: Date;
}

/** What a request asks for, or the part of it that remains. */
export interface Asked {
  readonly purpose: string;
  readonly fields: readonly GroupName[];
  readonly records: readonly SelectedRecord[];
  /** Records that other requests on the same order have reached; they count towards its maximum. */
  readonly reached?: readonly string[];
}

/** The reach of a signed order: its selector and the members next to it. */
export type Reach = z.infer<typeof OrderReach>;

/** How a request goes beyond its order. `record` names the first record outside it. */
export interface Excess {
  readonly member: "purpose" | "fields" | "max_records" | "transactions";
  readonly detail: string;
}

function reaches({ selector }: Reach, record: SelectedRecord): boolean {
  const { transactions, participants, from, to } = selector;
  const at = record.createdAt.getTime();
  return (
    (transactions === undefined || transactions.includes(record.id)) &&
    (participants === undefined || record.participants.some((one) => participants.includes(one))) &&
    (from === undefined || Date.parse(from) <= at) &&
    (to === undefined || at < Date.parse(to))
  );
}

const countAll = ({ records, reached = [] }: Asked): number =>
  new Set([...records.map(({ id }) => id), ...reached]).size;

/**
 * Returns where a request goes beyond its order; undefined if it is within. Every member of a selector narrows: a
 * record must be named, have a named participant and be in the period, as far as the order states each of them.
 */
export function beyond(order: Reach, asked: Asked): Excess | undefined {
  if (order.purpose !== undefined && order.purpose !== asked.purpose)
    return { member: "purpose", detail: `The order is for the purpose ${order.purpose}.` };
  const { fields, max_records: most } = order;
  const field = fields === undefined ? undefined : asked.fields.find((group) => !fields.includes(group));
  if (field !== undefined) return { member: "fields", detail: `The order does not name the field ${field}.` };
  if (most !== undefined && countAll(asked) > most)
    return {
      member: "max_records",
      detail: `The order covers at most ${most} transactions, over all requests that rest on it.`,
    };
  const outside = asked.records.find((record) => !reaches(order, record));
  if (outside !== undefined)
    return { member: "transactions", detail: `The order does not cover the transaction ${outside.id}.` };
  return undefined;
}
