/**
 * Authorities: checks of signed orders, and the registry of issuers' keys and trust anchors (registry/).
 * jws.ts, cms.ts and pades.ts check the three kinds of signature; certificate-path.ts and revocation.ts check
 * certificates; selector.ts decides what an order reaches. This file has the vocabulary of the reports.
 * Must stay true: foreign bytes never make a check throw or pass, checks use no clock and no network, and a key or
 * anchor counts only after a second person has confirmed it.
 */
import { z } from "zod";
import { isWithinYears } from "@/lib/days";
import { AuthorizationRecord } from "@/lib/escrow/protocol/messages";
import { Instant, visibleLine, visibleText } from "@/lib/schema";
import { GroupName } from "@/lib/vocabulary";
import { SIGNATURE_FAULTS } from "./labels";

/** How an order is signed: as its own text, over its document, or inside its PDF. Paper is not included. */
export const SignatureMethod = z.enum(["jws", "cms", "pades"]);
export type SignatureMethod = z.infer<typeof SignatureMethod>;

/** Terms of ETSI EN 319 102-1 section 5.1.3, table 5. */
export const Indication = z.enum(["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"]);
export type Indication = z.infer<typeof Indication>;

/**
 * Sub-indications of the same tables that this program can return; it has no proof of existence at an earlier time.
 */
export const SubIndication = z.enum([
  "FORMAT_FAILURE",
  "HASH_FAILURE",
  "SIG_CRYPTO_FAILURE",
  "SIG_CONSTRAINTS_FAILURE",
  "CHAIN_CONSTRAINTS_FAILURE",
  "CRYPTO_CONSTRAINTS_FAILURE",
  "CERTIFICATE_CHAIN_GENERAL_FAILURE",
  "NO_CERTIFICATE_CHAIN_FOUND",
  "NO_SIGNING_CERTIFICATE_FOUND",
  "OUT_OF_BOUNDS_NO_POE",
  "REVOKED_NO_POE",
  "REVOKED_CA_NO_POE",
  "TRY_LATER",
]);
export type SubIndication = z.infer<typeof SubIndication>;

export const SignatureFault = z.enum(SIGNATURE_FAULTS);
export type SignatureFault = z.infer<typeof SignatureFault>;

/** A revocation list that a check used; its bytes are stored with the order. */
export const UsedList = z.object({
  sha256: z.string(),
  issuer: z.string(),
  number: z.string().optional(),
  this_update: z.string(),
  next_update: z.string().optional(),
});
export type UsedList = z.infer<typeof UsedList>;

/** The report of one signature check; `fault` and `sub_indication` are absent if it passed. */
export const SignatureReport = z.object({
  method: SignatureMethod,
  indication: Indication,
  sub_indication: SubIndication.optional(),
  fault: SignatureFault.optional(),
  /** One sentence for the reader of the report. */
  detail: z.string(),
  /** The registered key or trust anchor that it rests on. */
  authority: z.object({ id: z.string(), issuer: z.string() }).optional(),
  /** Key id of a JWS. */
  kid: z.string().optional(),
  /** The certificate of CMS or PAdES, from any issuer: its subject, issuer and serial number, and its digest. */
  signer: z
    .object({ subject: z.string(), issuer: z.string(), serial: z.string(), sha256: z.string() })
    .optional(),
  /** The lists that were used. */
  crls: z.array(UsedList).optional(),
  /** SHA-256 of the CMS that was sent with the document. */
  signature_sha256: z.string().optional(),
  /** The moment at which key or certificates were checked. */
  judged_at: z.string(),
});
export type SignatureReport = z.infer<typeof SignatureReport>;

const Seconds = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "is not a time in whole seconds, UTC");
const isRealTime = (text: string): boolean => new Date(text).toISOString().slice(0, 19) === text.slice(0, 19);
const ValidityTime = Seconds.refine((text) => {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && isRealTime(text) && isWithinYears(text);
}, "is not an existing time");
const MAX_TRANSACTIONS = 1_000;
const isSet = (items: readonly string[]): boolean => new Set(items).size === items.length;
const TWICE = "names one twice";

/** What an order reaches. Every present member narrows it; without any member it reaches nothing. */
export const OrderSelector = z.strictObject({
  transactions: z.array(z.uuid()).min(1).max(MAX_TRANSACTIONS).refine(isSet, TWICE).optional(),
  participants: z.array(z.string().min(1).max(64)).min(1).max(100).refine(isSet, TWICE).optional(),
  /** Half-open, by the time a record was submitted. */
  from: ValidityTime.optional(),
  to: ValidityTime.optional(),
});
export type OrderSelector = z.infer<typeof OrderSelector>;

/** A domain in lower case, which the operator has verified for an agency. */
const AgencyDomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, "is not a domain in lower case");

/** The payload of a JWS order (docs/formats/orders.md): the authority's key signed its JCS text. */
export const SignedOrder = z.strictObject({
  v: z.literal(1),
  /** Origin of the log of the instance that it is for. */
  aud: z.string().min(1).max(256),
  issuer: visibleLine(300),
  jurisdiction: z.string().regex(/^[A-Z]{2}$/),
  kind: AuthorizationRecord.shape.kind,
  case_number: visibleLine(200),
  valid_from: ValidityTime,
  valid_until: ValidityTime,
  purpose: z.string().min(1).max(40).optional(),
  fields: z.array(GroupName).min(1).refine(isSet, TWICE).optional(),
  max_records: z.int().min(1).max(MAX_TRANSACTIONS).optional(),
  recognition_basis: visibleText(1_000).optional(),
  selector: OrderSelector,
  /** The only agency that may use it, by a verified domain. */
  agency: AgencyDomain.optional(),
  /** It serves one request. It must then name its agency, so only that agency learns of its use. */
  single_use: z.literal(true).optional(),
});
export type SignedOrder = z.infer<typeof SignedOrder>;

/** The part of a signed order in the record that reviewers sign: its reach, and the agency it is for. */
export const OrderReach = SignedOrder.pick({
  selector: true,
  fields: true,
  purpose: true,
  max_records: true,
  agency: true,
});

/** A key id: the name of a registered key in a JWS header. */
const KeyId = z
  .string()
  .regex(/^[A-Za-z0-9._:#-]{1,128}$/, "has other characters than A-Z a-z 0-9 . _ : # -");

const registered = {
  /** Exactly as its orders name it. */
  issuer: visibleLine(300),
  jurisdiction: z.string().regex(/^[A-Z]{2}$/, "neither an ISO 3166-1 alpha-2 code nor EU"),
};

/** A key with which an authority signs JWS orders. */
const NewKey = z.strictObject({
  kind: z.literal("key"),
  ...registered,
  kid: KeyId,
  /** Ed25519, 32 bytes in base64url. */
  public_key: z.string().max(64),
  valid_from: Instant,
  valid_until: Instant,
});
export type NewKey = z.infer<typeof NewKey>;

/** PEM, or the base64 of DER. */
const EncodedCertificate = z.string().min(1).max(100_000);

/** The CA certificate to which certificates of an authority's signers lead. It states its own validity. */
const NewAnchor = z.strictObject({
  kind: z.literal("anchor"),
  ...registered,
  certificate: EncodedCertificate,
});
export type NewAnchor = z.infer<typeof NewAnchor>;

/** A registration that one person makes and another confirms. */
export const NewAuthority = z.discriminatedUnion("kind", [NewKey, NewAnchor]);
export type NewAuthority = z.infer<typeof NewAuthority>;

/** A revocation list of a trust anchor, or of an issuer under it, whose certificate is then sent along. */
export const NewList = z.strictObject({
  crl: z.string().min(1).max(1_500_000),
  issuer_certificate: EncodedCertificate.optional(),
});
export type NewList = z.infer<typeof NewList>;

export const AuthorityState = z.enum(["proposed", "confirmed", "revoked", "withdrawn"]);
export type AuthorityState = z.infer<typeof AuthorityState>;

export const AuthorityEnd = z.strictObject({ reason: visibleText(1_000) });
export type AuthorityEnd = z.infer<typeof AuthorityEnd>;

/**
 * The digest that the second person has compared with the authority's own publication, as shown in the registration.
 * For a certificate, its SHA-256 fingerprint in hexadecimal digits, with or without colons, is accepted too.
 */
export const AuthorityConfirmation = z.strictObject({ digest: z.string().min(43).max(95) });
export type AuthorityConfirmation = z.infer<typeof AuthorityConfirmation>;

export const AuthorityPath = z.strictObject({ id: z.uuid().toLowerCase() });

export const AuthorityView = z.object({
  id: z.string(),
  kind: z.enum(["key", "anchor"]),
  issuer: z.string(),
  jurisdiction: z.string(),
  /** Set only for a key. */
  kid: z.string().optional(),
  /** Set only for a trust anchor: the subject of its certificate. */
  subject: z.string().optional(),
  /**
   * RFC 7638 thumbprint of the key, or SHA-256 of the certificate, to compare with the authority's own publication.
   */
  digest: z.string(),
  valid_from: z.string(),
  valid_until: z.string(),
  state: AuthorityState,
  /** Whether an order signed under it is accepted at this moment. */
  is_in_force: z.boolean(),
  in_force_from: z.string().optional(),
  proposed_by: z.string(),
  proposed_at: z.string(),
  confirmed_by: z.string().optional(),
  confirmed_at: z.string().optional(),
  ended_by: z.string().optional(),
  ended_at: z.string().optional(),
  end_reason: z.string().optional(),
  /** The newest list of each issuer at and under a trust anchor. */
  crls: z.array(UsedList.extend({ uploaded_at: z.string(), is_current: z.boolean() })).optional(),
  /** What the caller may do with it. */
  acts: z.array(z.enum(["confirm", "withdraw", "revoke", "list"])),
});
export type AuthorityView = z.infer<typeof AuthorityView>;
