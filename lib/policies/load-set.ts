import "server-only";
import { PolicyDocument } from "@/lib/access/policy/policy-document";
import type { Context } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { versionOf } from "@/lib/etag";
import type { SetState } from "@/lib/policies/schema";
import { findSet, lockSet, type SetRow, type WholeSetRow } from "@/lib/policies/store";

/** Throws `policy.not-found` where the tenant has no set of this number. */
function found(set: WholeSetRow | undefined): WholeSetRow {
  if (set === undefined) throw new DomainError("policy.not-found");
  return set;
}

export async function loadSet(tx: Tx, cx: Pick<Context, "instance">, number: number): Promise<WholeSetRow> {
  return found(await findSet(tx, cx.instance.tenantId, { number }));
}

/** The same, locked until the transaction ends. */
export async function loadSetLocked(
  tx: Tx,
  cx: Pick<Context, "instance">,
  number: number,
): Promise<WholeSetRow> {
  return found(await lockSet(tx, cx.instance.tenantId, number));
}

/** Whether the text of a document has the digest that vouches for it. */
export function hasDigest(text: string, digest: string): boolean {
  return toBase64url(sha256(utf8(text))) === digest;
}

/** Returns the document of a set. Throws InvariantError where its text does not have the digest of its row. */
export function documentOf(set: Pick<WholeSetRow, "document" | "document_digest">): PolicyDocument {
  if (!hasDigest(set.document, set.document_digest))
    throw new InvariantError("the document of a policy set was altered");
  return PolicyDocument.parse(JSON.parse(set.document));
}

/** Throws `request.outdated` when an If-Match names another revision of the set. */
export function requireRevision({ revision }: SetRow, ifMatch: string | undefined): void {
  const named = versionOf(ifMatch);
  if (named === undefined || named === revision) return;
  throw new DomainError("request.outdated", {
    detail: `It has revision ${revision} now. Read it again.`,
    extra: { version: revision },
  });
}

/** Throws `policy.state` unless the set is in one of these states. */
export function requireState({ number, state }: SetRow, ...states: readonly SetState[]): void {
  if (states.includes(state)) return;
  throw new DomainError("policy.state", {
    detail: `Version ${number} is ${state.replace("_", " ")}.`,
    extra: { state },
  });
}

/** Subject and details of every entry about a set. */
export function aboutSet(
  { id, number, document_digest: digest }: Pick<SetRow, "id" | "number" | "document_digest">,
  details: Readonly<Record<string, string | number | boolean | null>> = {},
) {
  return { subjects: [`policy:${id}`], details: { number, digest, ...details } } as const;
}
