import "server-only";
import { isReadable, loadReleaseCase, type ReleaseCase } from "@/lib/access/executive-release/release-case";
import type { ReleaseAnswer, ReleaseStanding } from "@/lib/access/executive-release/schema";
import { findGrantOfRequest } from "@/lib/access/grants/store";
import { type Names, personView } from "@/lib/access/requests/view";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";

function releaseView({ release, signatures, state }: ReleaseCase, names: Names): ReleaseStanding["release"] {
  if (release === undefined || state === undefined) return undefined;
  return {
    id: release.id,
    state,
    reason: release.reason,
    proposed_by: personView(names, release.proposedBy),
    proposed_at: release.proposedAt.toISOString(),
    sign_until: release.signUntil.toISOString(),
    words: signatures.map((word) => ({
      by: personView(names, word.userId),
      at: word.at.toISOString(),
      comment: word.comment,
      proof: word.proofKind,
    })),
  };
}

/** Returns what the caller may do: sign an open release once, or propose one when none is open. */
export function actsOf({ row, hasSigned, state }: ReleaseCase): ReleaseStanding["acts"] {
  if (row.state !== "overdue" || !isReadable(row)) return [];
  if (state !== "open") return ["propose"];
  return hasSigned ? [] : ["sign"];
}

function standingOf(cx: Context, id: string): Promise<ReleaseStanding> {
  return inSnapshot(cx, async (tx) => {
    const one = await loadReleaseCase(tx, cx, id);
    const { release, signatures, row } = one;
    const userIds = signatures.map(({ userId }) => userId);
    const names = await findPeople(tx, release === undefined ? [] : [release.proposedBy, ...userIds]);
    const acts = actsOf(one);
    const view = releaseView(one, names);
    const grant = await findGrantOfRequest(tx, id);
    return {
      request_state: row.state,
      ...(view === undefined ? {} : { release: view }),
      ...(release === undefined || !acts.includes("sign")
        ? {}
        : { statement: { ...release.terms, releaser: cx.principal.handle } }),
      ...(grant === undefined ? {} : { grant_id: grant.id }),
      acts,
    };
  });
}

/** Returns the newest release of a request, for executives, with what the caller signs. */
export function getRelease(cx: Context, id: string): Promise<ReleaseStanding> {
  return standingOf(cx, id);
}

/** Returns the same with the receipt of the entry that changed it. */
export async function answerRelease(cx: Context, id: string, entry: AppendedEntry): Promise<ReleaseAnswer> {
  return { ...(await standingOf(cx, id)), receipt: await issueReceipt(cx, entry) };
}
