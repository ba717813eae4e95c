import "server-only";
import { z } from "zod";
import { RequestState } from "@/lib/access/requests/schema";
import { findRequestFacts } from "@/lib/access/requests/store";
import { listEvents } from "@/lib/access/requests/timeline-store";
import { decideAction } from "@/lib/access/rules/action-rules";
import type { Context } from "@/lib/context/context";
import { type Running, statement } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { findPeople } from "@/lib/identity/people/people-store";

const Version = z.object({ state: RequestState, version: z.number() });

const READ_VERSION = statement<{ readonly id: string }, unknown>("read-request-version")`
  SELECT state, version FROM access_request WHERE id = ${({ id }) => id}::uuid`;

/** Returns state and version, which change together. */
async function readVersion({ run }: Running, id: string): Promise<z.infer<typeof Version>> {
  const [row] = await run(READ_VERSION, { id });
  return Version.parse(row);
}

export async function readState(tx: Running, id: string): Promise<RequestState> {
  return (await readVersion(tx, id)).state;
}

/** Returns state and last change, for the answer to a version conflict. */
export async function whatHappened(
  tx: Running,
  row: { readonly id: string; readonly state: RequestState; readonly version: number },
) {
  const last = (await listEvents(tx, row.id)).findLast((event) => event.toState !== undefined);
  const by = last?.byUserId;
  const name = by === undefined ? undefined : (await findPeople(tx, [by])).get(by)?.name;
  return {
    version: row.version,
    state: row.state,
    ...(last === undefined
      ? {}
      : { last: { kind: last.kind, at: last.at.toISOString(), by: name ?? "Sealport" } }),
  };
}

/**
 * Refuses a change that was based on an older version, and says what happened since. It comes before every other check,
 * also for a person whose other browser tab was faster. A person who may not know of the request learns nothing here.
 */
export async function requireVersion(
  tx: Running,
  cx: Context,
  requestId: string,
  expected: number | undefined,
): Promise<void> {
  if (expected === undefined) return;
  const facts = await findRequestFacts(tx, cx, requestId);
  if (facts === undefined || decideAction(cx.principal, "request.read", facts).length > 0) return;
  const now = await readVersion(tx, requestId);
  if (now.version === expected) return;
  throw new DomainError("request.outdated", {
    detail: `The request was changed in the meantime. You sent version ${expected}, the current version is ${now.version}. Read it again.`,
    extra: await whatHappened(tx, { id: requestId, ...now }),
  });
}
