// The exports of the package. This file defines no code of its own. Two names differ from the product's: `Receipt` is
// ReceiptFile, and `openEnvelope` is openReceived.

export {
  type ApiClient,
  ApiProblem,
  type CallInput,
} from "@/lib/api-client/client/client";
export { type OpenedItem, openItem } from "@/lib/api-client/client/open-item";
export type { ItemOf } from "@/lib/api-client/client/pages";
export {
  createSealport,
  isReplayed,
  type Sealport,
  type SealportOptions,
} from "@/lib/api-client/client/sealport";
export type { SigningOptions } from "@/lib/api-client/client/signing";
export {
  type BundleBytes,
  type BundleOptions,
  type TrustedKeys,
  verifyBundle,
} from "@/lib/api-client/client/verify-bundle";
export type { Answer, OperationSpec } from "@/lib/api-client/operation";
export { type Operations, operations } from "@/lib/api-client/registry";
export type { Policy, ReceiptFile as Receipt } from "@/lib/audit/bundle-verifier/claims/bundle-format";
export {
  type GivenPromise,
  type NoPromise,
  verifyReceipt,
} from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
export { describeReport } from "@/lib/audit/bundle-verifier/report/describe-report";
export type { Finding, Report, Verdict } from "@/lib/audit/bundle-verifier/report/report";
export { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
export { type AskedKey, answerChallenge, type PossessionChallenge } from "@/lib/crypto/answer-challenge";
export { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
export type { SealedEnvelope, SealInput } from "@/lib/crypto/envelope/envelope";
export { sealEnvelope } from "@/lib/crypto/envelope/envelope";
export type { Envelope, EnvelopeContext, GroupContent } from "@/lib/crypto/envelope/envelope-format";
export {
  type LocalRecord,
  type OwnKey,
  openReceived as openEnvelope,
  type ReceivedEnvelope,
  type SealedRecord,
  sealRecord,
} from "@/lib/crypto/envelope/local-envelope";
export { FormatError, OpenError } from "@/lib/crypto/format-error";
export { generateKeyPair, generateSigningKeyPair, type KeyPair } from "@/lib/crypto/key-pair";
