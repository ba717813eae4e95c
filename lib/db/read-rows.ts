import "server-only";
import { ZodError, z } from "zod";
import { DomainError } from "@/lib/errors";
import type { Unreadable } from "@/lib/paging";
import type { Logger } from "@/lib/telemetry/logger";

/**
 * How lists read rows. A row that cannot be read must not break the list it is in: the list shows its id, and an
 * alarm reports it. Stores use `readRows`, use cases `viewRows`.
 */

/** A time of a row. Later years have no form in what is shown and signed. */
export const Moment = z.date().max(new Date("9999-12-31T23:59:59.999Z"));

export type Readable<T> = T | Unreadable;

const FAULT = Symbol("fault");
type Found = Unreadable & { readonly [FAULT]?: unknown };

export function isUnreadable(row: unknown): row is Unreadable {
  return typeof row === "object" && row !== null && "unreadable" in row && row.unreadable === true;
}

/** Members that name a row, in the order in which they are tried. */
const ID_NAMES = ["id", "entry_id", "request_id"] as const;

function idOf(record: unknown): string {
  if (typeof record !== "object" || record === null) return "unknown";
  const ids = ID_NAMES.map((name): unknown => Reflect.get(record, name));
  return ids.find((id) => typeof id === "string") ?? "unknown";
}

/** Returns what could not be read in place of the row. The reason is kept for the alarm and is not enumerable. */
export function unreadable(id: string, fault: unknown): Unreadable {
  const found: Found = { id, unreadable: true };
  return Object.defineProperty(found, FAULT, { value: fault, enumerable: false });
}

function readOne<R, T>(record: R, toRow: (record: R) => T): Readable<T> {
  try {
    return toRow(record);
  } catch (error) {
    // A refusal concerns the caller and not the row.
    if (error instanceof DomainError) throw error;
    return unreadable(idOf(record), error);
  }
}

/** Returns each record as its row, in the same order, and as `Unreadable` where that is not possible. */
export function readRows<R, T>(records: readonly R[], toRow: (record: R) => T): Readable<T>[] {
  return records.map((record) => readOne(record, toRow));
}

/** Returns the rows that could be read. For callers that show the others elsewhere. */
export function readableOf<T>(rows: readonly Readable<T>[]): T[] {
  return rows.filter((row): row is T => !isUnreadable(row));
}

/** Names the fault and its place, without a value of the row. */
function faultOf(fault: unknown): string {
  if (fault instanceof ZodError) return fault.issues.map((issue) => issue.path.join(".")).join(", ");
  return fault instanceof Error ? fault.name : typeof fault;
}

/** The items of a list, and the rows that it cannot show. */
export interface Viewed<V> {
  readonly items: V[];
  readonly unreadable?: Unreadable[];
}

/**
 * Returns the views of rows, and the ids of rows that cannot be read or shown. Raises the alarm `row.unreadable` for
 * each of them; `list` names the list in it.
 */
export function viewRows<T, V>(
  cx: { readonly logger: Pick<Logger, "error"> },
  list: string,
  rows: readonly Readable<T>[],
  toView: (row: T) => V,
): Viewed<V> {
  const views = rows.map((row) => (isUnreadable(row) ? row : readOne(row, toView)));
  const missing: Found[] = views.filter(isUnreadable);
  for (const found of missing) {
    const facts = { alarm: "row.unreadable", list, id: found.id, fault: faultOf(found[FAULT]) };
    cx.logger.error(facts, "a row could not be read; the list shows its id only");
  }
  const items = readableOf<V>(views);
  return missing.length === 0
    ? { items }
    : { items, unreadable: missing.map(({ id }) => ({ id, unreadable: true })) };
}
