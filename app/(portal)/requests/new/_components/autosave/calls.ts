import { addressOf, CallRefused, call, NetworkLost, problemOf, target } from "@/components/client/api";
import type { AuthorizationAnswer } from "@/lib/access/requests/answer-schema";
import type {
  attachAuthorization,
  changeRequest,
  createRequest,
  getRequest,
} from "@/lib/api-client/operations/access";
import type { listTransactions } from "@/lib/api-client/operations/transactions";
import { multipartBody, sendBody } from "../document/send-document";
import type { AttachCall } from "../sections/authority-store";
import type { DraftCalls } from "./draft-state";

const CREATE = target<typeof createRequest>("POST", "/confidential/access/requests");
const CHANGE = target<typeof changeRequest>("PATCH", "/confidential/access/requests/{id}");
const READ = target<typeof getRequest>("GET", "/confidential/access/requests/{id}");
const ATTACH = target<typeof attachAuthorization>(
  "POST",
  "/confidential/access/requests/{id}/authorizations",
);
const TRANSACTIONS = target<typeof listTransactions>("GET", "/confidential/transactions");

export const draftCalls: DraftCalls = {
  create: (body, idempotencyKey) => call(CREATE, { body, idempotencyKey }),
  change: (id, body, version) => call(CHANGE, { params: { id }, body, ifMatch: `"${version}"` }),
  read: (id) => call(READ, { params: { id } }),
};

/** What came of attaching, with the version of the draft that it made. */
export type Attachment = Omit<AuthorizationAnswer, "receipt">;

/** Sends the facts, and the document when there is one to send. */
export async function attach(input: AttachCall): Promise<Attachment> {
  const { draftId, facts, document, signature, key, onProgress } = input;
  const address = addressOf(ATTACH.path, { params: { id: draftId } });
  const response = await sendBody(
    address,
    multipartBody(facts, { document, signature }, key),
    key,
    onProgress,
  );
  if (response === undefined) throw new NetworkLost("no answer");
  if (!response.ok) throw new CallRefused(await problemOf(response));
  if (response.headers.get("idempotency-replayed") === null) return response.json();
  // A repeated call is answered with ids alone: what was stored is read back.
  const { authorization, version } = await draftCalls.read(draftId);
  if (authorization === undefined) throw new NetworkLost("the answer is not there yet");
  return { ...authorization, request_version: version };
}

/** Metadata of transactions that the person may know of, newest first. */
export function findTransactions(
  query: {
    readonly job_id?: string;
    readonly participant?: string;
    readonly from?: string;
    readonly to?: string;
  },
  limit: number,
) {
  return call(TRANSACTIONS, { query: { ...query, limit: String(limit) } });
}
