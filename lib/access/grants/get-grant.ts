import "server-only";
import { listDecisions } from "@/lib/access/decisions/store";
import { listReleaseSignatures, type ReleaseSignatureRow } from "@/lib/access/executive-release/store";
import {
  countOpened,
  findRevoker,
  type GrantOpeningRow,
  listOpenings,
} from "@/lib/access/grants/detail-store";
import { loadGrant } from "@/lib/access/grants/load-grant";
import { isRefusedWork } from "@/lib/access/grants/pending-store";
import type { GrantAnswer, GrantDetail, GrantView } from "@/lib/access/grants/schema";
import type { GrantRow } from "@/lib/access/grants/store";
import { findAuthorization } from "@/lib/access/legal-authorities/store";
import { jobView, listJobs } from "@/lib/access/requests/records-store";
import { authorizationView, grantView, type Names, personView } from "@/lib/access/requests/view";
import { decideAction } from "@/lib/access/rules/action-rules";
import { listGrantExports } from "@/lib/audit/export/history/list-exports";
import { type CopyMade, listCopies } from "@/lib/audit/reading/list-copies";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findByPseudonym, findPeople, getPerson } from "@/lib/identity/people/people-store";
import { GroupName } from "@/lib/vocabulary";

/** A grant rarely has more; the log has them all. */
const MAX_OPENINGS = 200;
const MAX_JOBS = 200;
const MAX_EXPORTS = 100;

async function viewOf(tx: Tx, cx: Context, grant: GrantRow): Promise<GrantView> {
  const holder = await getPerson(tx, grant.subjectUserId);
  const opened = (await countOpened(tx, [grant.id])).get(grant.id) ?? 0;
  return grantView(grant, {
    holder,
    opened,
    now: cx.clock.now(),
    log: cx.instance.log,
    policies: cx.policies.active(),
  });
}

function actsOf(cx: Context, grant: GrantRow, view: GrantView, isKept: boolean): GrantDetail["acts"] {
  const isLive = ["active", "pending", "former_log"].includes(view.state);
  const { userId } = cx.principal;
  const isOwn = grant.subjectUserId === userId;
  const mayOpen = isOwn || grant.viewers?.includes(userId) === true;
  const facts = {
    requesterUserId: grant.subjectUserId,
    requesterOrganisationId: grant.requesterOrganisationId,
    isSent: true,
    isReleased: grant.releaseId !== undefined,
    viewers: grant.viewers ?? [],
  };
  return [
    ...(mayOpen && view.state === "active" ? (["open"] as const) : []),
    ...(isOwn && ["active", "former_log"].includes(view.state) && view.exports_left > 0
      ? (["export"] as const)
      : []),
    ...(isLive && decideAction(cx.principal, "grant.revoke", facts).length === 0
      ? (["revoke"] as const)
      : []),
    ...((isLive || isKept) &&
    facts.isReleased &&
    decideAction(cx.principal, "grant.end-release", facts).length === 0
      ? (["end_release"] as const)
      : []),
  ];
}

interface Read {
  readonly detail: Omit<GrantDetail, "copies" | "exports">;
  /** Shown for a person who made a copy and is no longer known. */
  readonly holder: GrantDetail["copies"][number]["by"];
}

const openingView = (one: GrantOpeningRow, names: Names): GrantDetail["openings"][number] => ({
  at: one.at.toISOString(),
  by: personView(names, one.byUserId),
  transaction_id: one.transactionId,
  fields: [...one.groups],
  level: one.level,
  outcome: one.outcome,
  entry_id: one.entryId,
});

const wordView = (one: ReleaseSignatureRow, names: Names) => ({
  at: one.at.toISOString(),
  person: personView(names, one.userId),
});

async function readDetail(tx: Tx, cx: Context, grant: GrantRow): Promise<Read> {
  const view = await viewOf(tx, cx, grant);
  const { requestId } = grant;
  const decisions = requestId === undefined ? [] : await listDecisions(tx, requestId);
  const { releaseId } = grant;
  const signatures = releaseId === undefined ? undefined : await listReleaseSignatures(tx, releaseId);
  const approvals = signatures === undefined ? decisions.filter((one) => one.decision === "approve") : [];
  const openings = await listOpenings(tx, grant.id, MAX_OPENINGS);
  const jobs = await listJobs(tx, grant.transactions.slice(0, MAX_JOBS));
  const revoker = await findRevoker(tx, grant.id);
  const authorization = requestId === undefined ? undefined : await findAuthorization(tx, requestId);
  const isKept = await isKeptByCustodian(tx, grant, cx.clock.now());
  const names = await findPeople(tx, [
    grant.subjectUserId,
    ...(grant.viewers ?? []),
    ...approvals.map((one) => one.approverUserId),
    ...(signatures ?? []).map((one) => one.userId),
    ...openings.map((one) => one.byUserId),
    ...(revoker?.byUserId === undefined ? [] : [revoker.byUserId]),
  ]);
  const detail = {
    ...view,
    ...(grant.requestReference === undefined ? {} : { request_reference: grant.requestReference }),
    ...(grant.viewers?.includes(cx.principal.userId) === true ? { co_viewed: true as const } : {}),
    ...(grant.viewers?.length ? { co_viewers: grant.viewers.map((one) => personView(names, one)) } : {}),
    ...(authorization === undefined ? {} : { legal_authority: authorizationView(authorization) }),
    decided_by: approvals.map((one) => ({
      stage: one.stage,
      at: one.at.toISOString(),
      person: personView(names, one.approverUserId),
    })),
    ...(signatures === undefined ? {} : { released_by: signatures.map((one) => wordView(one, names)) }),
    openings: openings.map((one) => openingView(one, names)),
    jobs: jobs.map(jobView),
    ...(revoker?.byUserId === undefined ? {} : { revoked_by: personView(names, revoker.byUserId) }),
    ...(revoker?.reason === undefined ? {} : { revoke_reason: revoker.reason }),
    ...(isKept ? { kept_by_custodian: true as const } : {}),
    acts: actsOf(cx, grant, view, isKept),
  };
  return { detail, holder: personView(names, grant.subjectUserId) };
}

/** People who made copies, the holder or a co-viewer, by pseudonym. */
async function copiersOf(tx: Tx, copies: readonly CopyMade[]) {
  const ids = await findByPseudonym(
    tx,
    copies.flatMap(({ actor }) => actor ?? []),
  );
  const names = await findPeople(tx, [...ids.values()]);
  return new Map([...ids].map(([pseudonym, id]) => [pseudonym, personView(names, id)]));
}

/** Returns the acts under a grant: openings, copies of opened fields, and exports of the log about it. */
async function detailOf(cx: Context, id: string): Promise<GrantDetail> {
  const { detail, holder } = await inSnapshot(cx, async (tx) =>
    readDetail(tx, cx, await loadGrant(tx, cx, id, "grant.read")),
  );
  const copies = await listCopies(cx, id, MAX_OPENINGS);
  const by = await inSnapshot(cx, (tx) => copiersOf(tx, copies));
  const exports = await listGrantExports(cx, id, MAX_EXPORTS);
  return {
    ...detail,
    exports,
    copies: copies.map((one) => ({
      at: one.at,
      by: by.get(one.actor ?? "") ?? holder,
      transaction_id: one.transactionId,
      fields: GroupName.options.filter((group) => one.fields.includes(group)),
      entry_id: one.entryId,
    })),
  };
}

/** Returns one grant to its holder and to reviewers. */
export function getGrant(cx: Context, id: string): Promise<GrantDetail> {
  return detailOf(cx, id);
}

/** Returns the grant as it is now, with the receipt of the entry that changed it. */
export async function answerGrant(cx: Context, id: string, entry: AppendedEntry): Promise<GrantAnswer> {
  const view = await inSnapshot(cx, async (tx) => viewOf(tx, cx, await loadGrant(tx, cx, id, "grant.read")));
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

/**
 * Whether the custodian still has in force what has ended here: executives released it, and its end is not signed. It
 * opens nothing through this portal, and at the custodian it lasts until its own end (access.md "Requests").
 */
export async function isKeptByCustodian(tx: Tx, grant: GrantRow, now: Date): Promise<boolean> {
  if (grant.state !== "revoked" || grant.releaseId === undefined || grant.notAfter <= now) return false;
  return isRefusedWork(tx, { kind: "grant.revoke", subject: grant.id });
}
