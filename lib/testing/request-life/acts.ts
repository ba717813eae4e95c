import "server-only";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { extendRequest } from "@/lib/access/deadlines/extend-request";
import { objectRequest } from "@/lib/access/deadlines/object-request";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endCoViewer } from "@/lib/access/decisions/end-co-viewer";
import { endRelease } from "@/lib/access/executive-release/end-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { NewReleaseSignature } from "@/lib/access/executive-release/schema";
import { signRelease } from "@/lib/access/executive-release/sign-release";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { useView } from "@/lib/access/grants/use-grant";
import { revokeAuthorization, suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { changeDraft } from "@/lib/access/requests/change-draft";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { NewDecision, type Stage } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inTransaction } from "@/lib/db/transaction";
import type { RequestPerson } from "@/lib/testing/benches/request-bench";
import type { Actor } from "@/lib/testing/request-life/model";
import type { LifeOrder } from "@/lib/testing/request-life/world";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import type { InstrumentKind } from "@/lib/vocabulary";

/** What an act is about: ids that the database has, or an id that does not exist. */
export interface Target {
  readonly kind: InstrumentKind | undefined;
  readonly order: LifeOrder;
  readonly id: string;
  readonly grantId: string;
  readonly orderId: string;
  readonly releaseId: string;
  readonly txId: string;
  readonly glassId: string;
  /** Handle of the co-viewer. */
  readonly viewer: string;
  /** Handle of the requester. */
  readonly requester: string;
}

export type Act = (cx: RequestPerson, on: Target) => Promise<unknown>;

const approve =
  (stage: Stage, more: object = {}): Act =>
  (cx, { id, kind, order: { isSigned, confirms } }) => {
    // Orders signed by an authority's key are not retyped.
    const read = kind === undefined || isSigned ? {} : { confirms };
    const body = { stage, decision: "approve", comment: "As it says", ...read, ...more };
    return decideRequest(cx, id, NewDecision.parse(body));
  };

const decide =
  (stage: Stage, decision: "ask" | "deny"): Act =>
  (cx, { id }) =>
    decideRequest(cx, id, NewDecision.parse({ stage, decision, comment: "Why?" }));

/** Uses a view in the transaction that announces it, as an opening does. */
const view: Act = (cx, { grantId }) =>
  inTransaction(cx, async (tx) => {
    const entry = { class: "disclosure", outcome: "intent", action: "disclosure.open" } as const;
    await appendEntry(tx, cx, { ...entry, subjects: [`grant:${grantId}`] });
    await useView(tx.run, cx, grantId);
  });

const open: Act = (cx, { grantId, kind, txId }) =>
  openTransaction(cx, txId, { purpose: kind === undefined ? "dispute" : "audit", grant_id: grantId });

/** Each act with all people who try it, including those who may not. */
export const ACTS: Readonly<Record<string, { readonly by: readonly Actor[]; readonly act: Act }>> = {
  submit: { by: ["owner", "auditor"], act: (cx, { id }) => submitRequest(cx, id) },
  change: { by: ["owner", "legal"], act: (cx, { id }) => changeDraft(cx, id, { max_views: 2 }) },
  withdraw: { by: ["owner", "owner", "approver"], act: (cx, { id }) => withdrawRequest(cx, id, "mistake") },
  comment: {
    by: ["owner", "owner", "owner", "legal", "auditor", "support"],
    act: (cx, { id }) => commentRequest(cx, id, "Annex A"),
  },
  legal: { by: ["legal", "legal", "both", "both", "approver", "owner"], act: approve("legal") },
  last: { by: ["approver", "second", "both", "legal", "owner"], act: approve("coordinator") },
  narrowed: { by: ["approver", "second"], act: approve("coordinator", { scope: { fields: ["amount"] } }) },
  "ask 1": { by: ["legal", "both"], act: decide("legal", "ask") },
  "ask 2": { by: ["approver", "both"], act: decide("coordinator", "ask") },
  "deny 1": { by: ["legal", "second"], act: decide("legal", "deny") },
  "deny 2": { by: ["second", "head"], act: decide("coordinator", "deny") },
  extend: {
    by: ["legal", "head", "owner", "chair"],
    act: (cx, { id }) => extendRequest(cx, id, { reason: "Two archives" }),
  },
  object: {
    by: ["legal", "both", "approver"],
    act: (cx, { id }) => objectRequest(cx, id, { reason: "Counsel", act: "raise" }),
  },
  settle: {
    by: ["legal", "both", "second"],
    act: (cx, { id }) => objectRequest(cx, id, { reason: "Taken out", act: "settle" }),
  },
  partly: { by: ["approver", "legal", "support"], act: (cx, { id }) => answerPartly(cx, id, "Takes longer") },
  revoke: {
    by: ["legal", "owner", "approver", "auditor", "chair"],
    act: (cx, { grantId }) => revokeGrant(cx, grantId, "over"),
  },
  view: { by: ["owner"], act: view },
  open: { by: ["owner", "owner", "owner", "legal", "auditor"], act: open },
  look: { by: ["viewer", "viewer", "viewer", "head"], act: open },
  takeOut: {
    by: ["owner", "legal", "approver", "auditor", "viewer"],
    act: (cx, { id, viewer }) => endCoViewer(cx, id, { person: viewer, reason: "Moved" }),
  },
  suspend: {
    by: ["legal", "approver", "support", "chair"],
    act: (cx, { id, orderId }) => suspendAuthorization(cx, id, orderId, { reason: "Stayed" }),
  },
  unlawful: {
    by: ["legal", "both", "owner"],
    act: (cx, { id, orderId }) => revokeAuthorization(cx, id, orderId, { reason: "Set aside" }),
  },
  propose: {
    by: ["chair", "officer", "head"],
    act: (cx, { id }) => proposeRelease(cx, id, { reason: "No answer came" }),
  },
  word: {
    by: ["chair", "officer", "legal"],
    act: (cx, { id, releaseId, order: { confirms } }) =>
      signRelease(cx, id, releaseId, NewReleaseSignature.parse({ comment: "As the order says", confirms })),
  },
  endRelease: {
    by: ["chair", "owner", "approver"],
    act: (cx, { grantId }) => endRelease(cx, grantId, { reason: "over" }),
  },
};
