import { afterAll, beforeAll, expect, it } from "vitest";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { extendRequest } from "@/lib/access/deadlines/extend-request";
import { objectRequest } from "@/lib/access/deadlines/object-request";
import { NewObjection } from "@/lib/access/deadlines/schema";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endCoViewer } from "@/lib/access/decisions/end-co-viewer";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { NewRelease } from "@/lib/access/executive-release/schema";
import { exportLogAsHolder } from "@/lib/access/grants/export-under-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { revokeAuthorization, suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { decideNotice } from "@/lib/access/notices/decide-notice";
import { NoticeWord } from "@/lib/access/notices/schema";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { AuthorizationFactsBody, NewDecision, NewStatement } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { ExportQuery } from "@/lib/audit/schema";
import { uuidv7 } from "@/lib/crypto/uuid";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  IDENTITY,
  newTransaction,
  ORDER_FILE,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

/** Every act on a sealed case by a party's reviewer with every duty is answered as for an unknown id. */

let bench: RequestBench;
let lawyer: RequestPerson;
let sealed: { readonly request: string; readonly authorization: string; readonly grant: string };
beforeAll(async () => {
  bench = await createRequestBench();
  await ensureChecked(bench, await submittedRequest(bench));
  const client = await bench.person({ role: "client" });
  const { organisationId } = client.principal;
  const duties = ["legal", "approve", "compliance", "executive"] as const;
  lawyer = await bench.person({ role: "coordinator", duties: [...duties], hasKey: false, organisationId });
  const request = await draftRequest(bench, { transactions: [await newTransaction(client)] });
  const facts = { ...FACTS, sealed: { basis: "Section 101", until: FACTS.valid_until } };
  await attachAuthorization(bench.regulator, request, AuthorizationFactsBody.parse(facts), ORDER_FILE);
  const { authorization } = await submitRequest(bench.regulator, request);
  await decideRequest(bench.legal, request, approvalOf("legal"));
  const { grant_id = "" } = await decideRequest(bench.approver, request, approvalOf("coordinator"));
  sealed = { request, authorization: authorization?.id ?? "", grant: grant_id };
});
afterAll(() => bench?.close());

type Ids = typeof sealed;
const reason = "A reason that is long enough";
const { principal } = { principal: () => lawyer.principal };
const word = () => NoticeWord.parse({ participant: principal().participantId, act: "send" });
const ACTS: Readonly<Record<string, (ids: Ids) => Promise<unknown>>> = {
  comment: ({ request }) => commentRequest(lawyer, request, reason),
  withdraw: ({ request }) => withdrawRequest(lawyer, request, reason),
  decide: ({ request }) => decideRequest(lawyer, request, approvalOf("legal")),
  decideLater: ({ request }) => decideRequest(lawyer, request, approvalOf("coordinator")),
  upon: ({ request }) => decideRequest(lawyer, request, approvalOf("legal"), 1),
  deny: ({ request }) =>
    decideRequest(lawyer, request, NewDecision.parse({ stage: "legal", decision: "deny", comment: "no" })),
  statement: ({ request }) =>
    prepareStatement(
      lawyer,
      request,
      NewStatement.parse({ stage: "legal", decision: "deny", comment: "no" }),
    ),
  identity: ({ request }) => checkIdentity(lawyer, request, IDENTITY),
  extend: ({ request }) => extendRequest(lawyer, request, { reason }),
  object: ({ request }) => objectRequest(lawyer, request, NewObjection.parse({ act: "raise", reason })),
  partly: ({ request }) => answerPartly(lawyer, request, reason),
  notice: ({ request }) => decideNotice(lawyer, request, word()),
  coViewer: ({ request }) => endCoViewer(lawyer, request, { person: "regulator-2", reason }),
  suspend: ({ request, authorization }) => suspendAuthorization(lawyer, request, authorization, { reason }),
  revoke: ({ request, authorization }) => revokeAuthorization(lawyer, request, authorization, { reason }),
  release: ({ request }) => getRelease(lawyer, request),
  propose: ({ request }) => proposeRelease(lawyer, request, NewRelease.parse({ reason })),
  grant: ({ grant }) => getGrant(lawyer, grant),
  revokeGrant: ({ grant }) => revokeGrant(lawyer, grant, reason),
  exports: ({ grant }) => exportLogAsHolder(lawyer, ExportQuery.parse({ grant_id: grant, format: "ndjson" })),
};

async function answers(ids: Ids): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const [name, act] of Object.entries(ACTS)) {
    const { code, status, detail, errors, extra } = await refusalOf(act(ids));
    all[name] = JSON.stringify({ code, status, detail, errors, extra });
  }
  return all;
}

it("every act on a sealed case by a party's reviewer is answered as for an unknown id", async () => {
  const unknown = { request: uuidv7(1), authorization: uuidv7(2), grant: uuidv7(3) };
  expect(await answers(sealed)).toEqual(await answers(unknown));
});
