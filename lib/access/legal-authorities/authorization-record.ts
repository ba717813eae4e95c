import { z } from "zod";
import type { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { endOf, startOf } from "@/lib/access/rules/validity";
import { OrderReach } from "@/lib/authorities/schema";
import type { Reach } from "@/lib/authorities/selector";
import type { AuthorizationRecord } from "@/lib/escrow/protocol/messages";
import { validityTime } from "@/lib/escrow/protocol/statements";

/** What the record of a signed order contains about the signature, and how far the order reaches. */
export interface SignedMembers {
  readonly signature: { readonly method: "jws"; readonly sha256: string; readonly kid: string };
  readonly reach: Reach;
}

/** What the record contains about a signature over its document: the CMS that came with it. */
export interface DocumentMembers {
  readonly signature: { readonly method: "cms"; readonly sha256: string };
}

/**
 * Returns the record whose SHA-256 over JCS every decision names as `authorization`: v (1), log, authorization,
 * request, kind, issuer, jurisdiction, case_number, valid_from, valid_until, recognition_basis?, sealed {basis,
 * until}?, single_use (true)?, document {sha256, bytes, media_type}?; of a JWS order also signature {method, sha256,
 * kid} and reach {selector, fields?, purpose?, max_records?, agency?} as the order has them; of a CMS over the document
 * signature {method, sha256}. The state is not part of it: only the server changes that.
 */
export function authorizationRecord(input: {
  readonly log: string;
  readonly id: string;
  readonly requestId: string;
  readonly facts: AuthorizationFactsBody;
  readonly document:
    | { readonly sha256: string; readonly bytes: number; readonly mediaType: string }
    | undefined;
  readonly signed: SignedMembers | DocumentMembers | undefined;
}): AuthorizationRecord {
  const { facts, document, signed } = input;
  return {
    v: 1,
    log: input.log,
    authorization: input.id,
    request: input.requestId,
    kind: facts.kind,
    issuer: facts.issuer,
    jurisdiction: facts.jurisdiction,
    case_number: facts.case_number,
    valid_from: validityTime(startOf(facts.valid_from)),
    valid_until: validityTime(endOf(facts.valid_until)),
    ...(facts.recognition_basis === undefined ? {} : { recognition_basis: facts.recognition_basis }),
    ...(facts.sealed === undefined
      ? {}
      : { sealed: { basis: facts.sealed.basis, until: validityTime(endOf(facts.sealed.until)) } }),
    ...(facts.single_use === true ? { single_use: true } : {}),
    ...(document === undefined
      ? {}
      : { document: { sha256: document.sha256, bytes: document.bytes, media_type: document.mediaType } }),
    ...(signed === undefined ? {} : signed),
  };
}

/** Members that only some records have. */
const Members = z.object({
  reach: OrderReach.optional(),
  single_use: z.literal(true).optional(),
});

/** Reads from a record how far a signed order reaches, and whether a legal authority serves one request only. */
export function membersOf(record: AuthorizationRecord): {
  readonly reach: Reach | undefined;
  readonly isSingleUse: boolean;
} {
  const { reach, single_use: once } = Members.parse(record);
  return { reach, isSingleUse: once === true };
}
