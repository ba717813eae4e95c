// What people follow. A follower is notified of more than others are: of changes of a record's state, and of openings
// of its sealed fields. Following shows no one anything: the rules of reading decide at each sending.

import "server-only";
import { requireCase } from "@/lib/access/cases/get-case";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { readAudience } from "@/lib/notify/audience";
import type { Follow, FollowAnswer, FollowKind, NewFollow } from "@/lib/notify/follows/schema";
import {
  countFollows,
  type FollowRow,
  findFollowRow,
  insertFollow,
  listFollowRows,
  removeFollow,
} from "@/lib/notify/follows/store";
import { readNames } from "@/lib/notify/names-store";

const MOST_FOLLOWS = 200;

/** The caller's case number, where they may know of the case. */
async function caseNumber(cx: Context, id: string): Promise<string | undefined> {
  try {
    return (await requireCase(cx, id)).case_number;
  } catch (error) {
    if (error instanceof DomainError && error.code === "case.not-found") return undefined;
    throw error;
  }
}

type Thing = Pick<FollowRow, "kind" | "subject">;

/** Returns what the caller may know of these requests and records, by id, with their names. */
function namesOf(cx: Context, things: readonly Thing[]): Promise<ReadonlyMap<string, string>> {
  const subjects = things.flatMap(({ kind, subject }) => (kind === "case" ? [] : [{ kind, subject }]));
  return inSnapshot(cx, async (tx) => {
    const audience = await readAudience(tx, cx, subjects);
    const known = subjects.filter((one) => audience.has(cx.principal, one));
    return readNames(tx, cx.instance.tenantId, known);
  });
}

/** Returns what the caller follows and may still know of, newest first. */
export async function listFollows(cx: Context): Promise<{ readonly items: Follow[] }> {
  const rows = await inSnapshot(cx, (tx) => listFollowRows(tx, cx.principal.userId));
  const names = await namesOf(cx, rows);
  const items: Follow[] = [];
  for (const { id, kind, subject, since } of rows) {
    const name = kind === "case" ? await caseNumber(cx, subject) : names.get(subject);
    if (name !== undefined) items.push({ id, kind, subject, name, since: since.toISOString() });
  }
  return { items };
}

/** Returns the id under which the caller follows a thing; undefined where they do not. */
export async function followOf(cx: Context, kind: FollowKind, subject: string): Promise<string | undefined> {
  const thing = { kind, subject };
  return (await inSnapshot(cx, (tx) => findFollowRow(tx, cx.principal.userId, thing)))?.id;
}

/** Throws the refusal of a thing that the caller may not know of, as its own page does. */
async function requireKnown(cx: Context, thing: Thing): Promise<void> {
  if (thing.kind === "case") await requireCase(cx, thing.subject);
  else if (!(await namesOf(cx, [thing])).has(thing.subject))
    throw new DomainError(thing.kind === "request" ? "request.not-found" : "transaction.not-found");
}

/** The entry names the kind and not the thing: an entry about a case would show it to readers of the log. */
function enter(tx: Tx, cx: Context, action: string, { id, kind }: FollowRow) {
  return appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action,
    subjects: [`follow:${id}`],
    details: { kind },
  });
}

/**
 * Follows a case, request or record. Throws its own not-found for one that the caller may not know of, `follow.exists`,
 * `follow.too-many`.
 */
export async function beginFollow(cx: Context, body: NewFollow): Promise<FollowAnswer> {
  await requireKnown(cx, body);
  const { userId, tenantId } = cx.principal;
  const since = cx.clock.now();
  const row: FollowRow = { ...body, id: uuidv7(since.getTime()), since };
  const entry = await inTransaction(cx, async (tx) => {
    if ((await findFollowRow(tx, userId, body)) !== undefined) throw new DomainError("follow.exists");
    if ((await countFollows(tx, userId)) >= MOST_FOLLOWS)
      throw new DomainError("follow.too-many", {
        detail: `You can follow ${MOST_FOLLOWS} things at a time. Stop following one first.`,
      });
    await insertFollow(tx, row, { tenantId, userId });
    return enter(tx, cx, "follow.begin", row);
  });
  const receipt = await issueReceipt(cx, entry);
  return { id: row.id, kind: row.kind, subject: row.subject, since: since.toISOString(), receipt };
}

/** Ends following. Throws `follow.not-found` for what another person follows. */
export async function endFollow(cx: Context, id: string) {
  const entry = await inTransaction(cx, async (tx) => {
    const row = await removeFollow(tx, cx.principal.userId, id);
    if (row === undefined) throw new DomainError("follow.not-found");
    return enter(tx, cx, "follow.end", row);
  });
  return { id, receipt: await issueReceipt(cx, entry) };
}
