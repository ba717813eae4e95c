// What the package gives out. Nothing is made here: each name is the product's own, from the file that defines it.

export {
  type ApiClient,
  ApiProblem,
  type CallInput,
} from "@/lib/api-client/client";
export { type OpenedItem, openItem } from "@/lib/api-client/open-item";
export type { Answer, OperationSpec } from "@/lib/api-client/operation";
export type { ItemOf } from "@/lib/api-client/pages";
export { type Operations, operations } from "@/lib/api-client/registry";
export { createSealport, isReplayed, type Sealport, type SealportOptions } from "@/lib/api-client/sealport";
export type { SigningOptions } from "@/lib/api-client/signing";
export {
  type BundleBytes,
  type BundleOptions,
  type TrustedKeys,
  verifyBundle,
} from "@/lib/api-client/verify-bundle";
export type { Policy, ReceiptFile as Receipt } from "@/lib/audit/verify/bundle-format";
export { readPolicy } from "@/lib/audit/verify/check-keys";
export { describeReport } from "@/lib/audit/verify/describe-report";
export type { Finding, Report, Verdict } from "@/lib/audit/verify/report";
export { type GivenPromise, type NoPromise, verifyReceipt } from "@/lib/audit/verify/verify-receipt";
export { type AskedKey, answerChallenge, type PossessionChallenge } from "@/lib/crypto/answer-challenge";
export { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
export type { SealedEnvelope, SealInput } from "@/lib/crypto/envelope";
export { sealEnvelope } from "@/lib/crypto/envelope";
export type { Envelope, EnvelopeContext, GroupContent } from "@/lib/crypto/envelope-format";
export { FormatError, OpenError } from "@/lib/crypto/format-error";
export { generateKeyPair, generateSigningKeyPair, type KeyPair } from "@/lib/crypto/key-pair";
export {
  type LocalRecord,
  type OwnKey,
  openReceived as openEnvelope,
  type ReceivedEnvelope,
  type SealedRecord,
  sealRecord,
} from "@/lib/crypto/local-envelope";
