import "server-only";
import { ACTIONS, PURPOSES } from "@/lib/audit/labels";
import { filterNames, recordRead } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type Conditions, fencedConditions } from "../fence";
import { hasEntry } from "../store";
import { nearestNames } from "./nearest-names";

/** Members of a filter whose values are names of a closed list, and the names this version writes. */
const LISTS = { action: ACTIONS, purpose: PURPOSES } as const;
export type NamedMember = keyof typeof LISTS;
const MEMBERS: readonly NamedMember[] = ["action", "purpose"];

type Named = Readonly<Partial<Record<NamedMember, string | undefined>>>;

/** Which list is asked: what a look into it is recorded as, and what the caller may see of it. */
interface Asked {
  readonly read: string;
  readonly seenBy: (cx: Context) => Conditions;
}
const EVENTS: Asked = { read: "audit.read", seenBy: fencedConditions };

/** The names nearest to one that is none of its list, nearest first. */
export function nearestOf(member: NamedMember, asked: string): string[] {
  return nearestNames(asked, LISTS[member]);
}

function isListed(member: NamedMember, name: string): boolean {
  const names: readonly string[] = LISTS[member];
  return names.includes(name);
}

/**
 * Members of a filter that name what is in no list of this version and in no entry the caller may see. A log outlives
 * the versions that wrote it, so a name that stands in it is one, whoever wrote it; another's case tells nothing of it
 * (I12). The look is recorded as a read of the log (I9); a name of the lists needs none.
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
      const conditions = seenBy(cx).add(`i.${member} = ?`, filter[member]);
      if (!(await hasEntry(tx, conditions))) unknown.push(member);
    }
    return unknown;
  });
}

/**
 * Refuses a filter that names an action or a purpose nobody ever wrote where the caller may read: an empty list would
 * look as if nobody had done it. Throws `request.invalid` with the member and the nearest names.
 */
export async function refuseUnknownNames(cx: Context, filter: Named, asked?: Asked): Promise<void> {
  const unknown = await findUnknownNames(cx, filter, asked);
  if (unknown.length === 0) return;
  throw new DomainError("request.invalid", {
    detail: "The filter names what no entry of this log can have.",
    errors: unknown.map((member) => ({
      pointer: `/${member}`,
      detail: `no ${member} of this log; nearest: ${nearestOf(member, filter[member] ?? "").join(", ")}`,
    })),
  });
}
