import "server-only";
import {
  findNewestRelease,
  listReleaseSignatures,
  type ReleaseRow,
  type ReleaseSignatureRow,
} from "@/lib/access/executive-release/store";
import { type AuthorizationRow, findAuthorization } from "@/lib/access/legal-authorities/store";
import { findRequestFacts, type RequestRow, readRequest } from "@/lib/access/requests/store";
import { isParty, ownOrganisations, withTie } from "@/lib/access/review/conflicts/store";
import { authorize } from "@/lib/access/rules/authorize";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { RELEASE_PERSONS } from "@/lib/escrow/protocol/release-statement";
import { findDuties, getPerson, type Person } from "@/lib/identity/people/people-store";
import { hasEnrolled } from "@/lib/identity/roster/store";

/** Everything that a release is based on. */
export interface ReleaseCase {
  readonly row: RequestRow;
  readonly requester: Person;
  readonly authorization: AuthorizationRow | undefined;
  readonly release: ReleaseRow | undefined;
  readonly signatures: readonly ReleaseSignatureRow[];
  /** One of the signatures is the caller's, under any of their accounts. */
  readonly hasSigned: boolean;
  readonly state: "open" | "released" | "lapsed" | undefined;
}

const UNKNOWN_REQUEST = { requesterUserId: "", requesterOrganisationId: "", isSent: false, isParty: false };

/**
 * Whether a signature still counts with the custodian: its person is an active executive, and the portal did not sign
 * for a person who has since enrolled a key.
 */
async function isStanding(tx: Tx, { userId, proofKind }: ReleaseSignatureRow): Promise<boolean> {
  const { isActive } = await getPerson(tx, userId);
  if (!isActive || !(await findDuties(tx, userId)).includes("executive")) return false;
  return proofKind !== "evaluation" || !(await hasEnrolled(tx.run, userId));
}

async function stateOf(
  tx: Tx,
  cx: Context,
  release: ReleaseRow,
  signatures: readonly ReleaseSignatureRow[],
): Promise<"open" | "released" | "lapsed"> {
  if (signatures.length >= RELEASE_PERSONS) return "released";
  const now = cx.clock.now();
  if (release.signUntil <= now || Date.parse(release.terms.not_after) <= now.getTime()) return "lapsed";
  for (const signature of signatures) if (!(await isStanding(tx, signature))) return "lapsed";
  return "open";
}

/**
 * Reads a request for an executive. The rules come before the look-up: a person without the duty gets the same answer
 * for every id.
 */
export async function loadReleaseCase(tx: Tx, cx: Context, id: string): Promise<ReleaseCase> {
  const facts = await findRequestFacts(tx, cx, id);
  if (facts === undefined) {
    await authorize(cx, "request.release", UNKNOWN_REQUEST);
    throw new DomainError("request-file.not-found");
  }
  const { relatedPeople, facts: tied } = await withTie(tx, cx, facts);
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), facts.transactions);
  const permit = await authorize(cx, "request.release", { ...tied, isParty: party });
  const release = await findNewestRelease(tx, id);
  const signatures = release === undefined ? [] : await listReleaseSignatures(tx, release.id);
  return {
    row: await readRequest(tx, permit, facts),
    requester: await getPerson(tx, facts.requesterUserId),
    authorization: await findAuthorization(tx, id),
    release,
    signatures,
    hasSigned: signatures.some(({ userId }) => relatedPeople.accounts.includes(userId)),
    state: release === undefined ? undefined : await stateOf(tx, cx, release, signatures),
  };
}

/** Whether the request reached its reviewers. A request that still waits for the scanner cannot be read or released. */
export function isReadable({ stageBefore }: Pick<RequestRow, "stageBefore">): boolean {
  return stageBefore !== undefined;
}

/**
 * Throws unless the request is overdue and its document was scanned. Silence is not refusal, and only overdue requests
 * are released.
 */
export function requireOverdue({ row }: Pick<ReleaseCase, "row">): void {
  if (row.state === "overdue" && isReadable(row)) return;
  if (row.state === "overdue")
    throw new DomainError("document.pending", {
      detail: "Its document has not been scanned yet. Release it after the scan.",
      retryAfterSeconds: 30,
    });
  throw new DomainError("request.illegal-transition", {
    detail: `The request is ${row.state}. Executives can only release an overdue request.`,
  });
}
