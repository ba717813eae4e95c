import "server-only";
import { ACTIONS } from "@/lib/audit/labels";
import { filterNames, recordRead } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { Purpose } from "@/lib/vocabulary";
import { type Conditions, fencedConditions } from "../fence";
import { hasEntry } from "../store";
import { nearestNames } from "./nearest-names";

/** Filter members whose values come from a closed list, and the values that this version writes. */
const LISTS = { action: ACTIONS, purpose: Purpose.options } as const;
export type NamedMember = keyof typeof LISTS;
const MEMBERS: readonly NamedMember[] = ["action", "purpose"];

type Named = Readonly<Partial<Record<NamedMember, string | undefined>>>;

/** The list that is asked: how a look-up in it is recorded, and what the caller may see of it. */
interface Asked {
  readonly read: string;
  readonly seenBy: (cx: Context) => Conditions;
}
const EVENTS: Asked = { read: "audit.read", seenBy: fencedConditions };

/** The nearest names to an unknown one, nearest first. */
export function nearestOf(member: NamedMember, asked: string): string[] {
  return nearestNames(asked, LISTS[member]);
}

function isListed(member: NamedMember, name: string): boolean {
  const names: readonly string[] = LISTS[member];
  return names.includes(name);
}

/**
 * Returns the filter members whose value is neither in this version's lists nor in an entry that the caller may see.
 * A log outlives the versions that wrote it, so any name in it is valid. Entries of other people's cases do not
 * count, so the answer reveals nothing about them (I12). The look-up is recorded as a read of the log (I9); a listed
 * name needs none.
 */
export async function findUnknownNames(
  cx: Context,
  filter: Named,
  { read, seenBy }: Asked = EVENTS,
): Promise<NamedMember[]> {
  const unlisted = MEMBERS.filter((member) => {
    const name = filter[member];
    return name !== undefined && !isListed(member, name);
  });
  if (unlisted.length === 0) return [];
  await recordRead(cx, read, { filter: filterNames(filter) });
  return inSnapshot(cx, async (tx) => {
    const unknown: NamedMember[] = [];
    for (const member of unlisted) {
      const conditions = seenBy(cx).add(`i.${member} = ?`, filter[member] ?? null);
      if (!(await hasEntry(tx, conditions))) unknown.push(member);
    }
    return unknown;
  });
}

/**
 * Refuses a filter with an action or purpose that no entry within the caller's fence has. An empty list would look as
 * if the act had never been done. Throws `request.invalid` with the member and the nearest names.
 */
export async function refuseUnknownNames(cx: Context, filter: Named, asked?: Asked): Promise<void> {
  const unknown = await findUnknownNames(cx, filter, asked);
  if (unknown.length === 0) return;
  throw new DomainError("request.invalid", {
    detail: "The filter has a value that no entry of this log can have.",
    errors: unknown.map((member) => ({
      pointer: `/${member}`,
      detail: `no ${member} of this log; nearest: ${nearestOf(member, filter[member] ?? "").join(", ")}`,
    })),
  });
}
