import { CallRefused, call, NetworkLost, target } from "@/components/client/api";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { changeRequest, createRequest, getRequest } from "@/lib/api-client/operations/access";
import type { ChangeBody, CreateBody } from "../answers/bodies";

const CREATE = target<typeof createRequest>("POST", "/confidential/access/requests");
const CHANGE = target<typeof changeRequest>("PATCH", "/confidential/access/requests/{id}");
const READ = target<typeof getRequest>("GET", "/confidential/access/requests/{id}");

/** The answer to a saved draft. A repeated `create` may be answered with ids only. */
export type SavedAnswer = Pick<RequestView, "id" | "reference" | "version" | "updated_at">;

/** The calls that save a draft. */
export interface DraftCalls {
  create(body: CreateBody, key: string): Promise<SavedAnswer>;
  change(id: string, body: ChangeBody, version: number): Promise<SavedAnswer>;
  read(id: string): Promise<RequestView>;
}

export const draftCalls: DraftCalls = {
  create: (body, idempotencyKey) => call(CREATE, { body, idempotencyKey }),
  change: (id, body, version) => call(CHANGE, { params: { id }, body, ifMatch: `"${version}"` }),
  read: (id) => call(READ, { params: { id } }),
};

export type FailureKind = "lost" | "signedOut" | "conflict" | "closed" | "refused";

/** What a failed call means for a draft. Only a refusal with a known outcome ends its attempt. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof NetworkLost) return "lost";
  if (!(error instanceof CallRefused)) return "refused";
  const { status, code } = error.problem;
  if (status === 401) return "signedOut";
  if (code === "request.conflict" || code === "request.outdated") return "conflict";
  if (code === "request.illegal-transition") return "closed";
  // The server is unavailable, or the first attempt still runs: the same call is repeated.
  return status >= 500 || status === 429 || code === "idempotency.in-progress" ? "lost" : "refused";
}

/** Runs calls one after another, so that no two of them change the draft's version at once. */
export class CallQueue {
  #last: Promise<void> = Promise.resolve();

  run(task: () => Promise<void>): Promise<void> {
    const next = this.#last.then(task);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
