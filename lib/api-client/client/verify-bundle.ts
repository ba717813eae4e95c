import type { BundleKeys, Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { type ByteSource, blobSource, bytesSource } from "@/lib/audit/bundle-verifier/container/source";
import type { Progress } from "@/lib/audit/bundle-verifier/options";
import { readReceipt } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { TIME_STAMP_VERIFIER } from "@/lib/audit/bundle-verifier/tree/time-stamp-verifier";
import { verifyBundle as verifyFrom } from "@/lib/audit/bundle-verifier/verify-bundle";

/** A bundle from any source. A stream is read to its end first: a bundle is a zip, whose list of files comes last. */
export type BundleBytes = Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | ByteSource;

/** The trusted keys: a policy, its JSON text, or a stored answer of `getAuditKeys` (docs/formats/bundle.md). */
export type TrustedKeys = Partial<Policy> & Pick<BundleKeys, "log" | "receipts">;

export interface BundleOptions {
  /** Receipts to check with the bundle, each alone or in the answer it came in. */
  readonly receipts?: readonly unknown[];
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

async function sourceOf(bundle: BundleBytes): Promise<ByteSource> {
  if (bundle instanceof Uint8Array) return bytesSource(bundle);
  if (bundle instanceof ArrayBuffer) return bytesSource(new Uint8Array(bundle));
  if (bundle instanceof Blob) return blobSource(bundle);
  if (bundle instanceof ReadableStream) return blobSource(await new Response(bundle).blob());
  return bundle;
}

/**
 * Verifies a bundle under the caller's own keys, without a network; without a policy it can only be consistent with the
 * keys inside it. A fault of the bundle is a finding of the report. Throws FormatError for an invalid policy or
 * receipt, and the errors of reading the bundle.
 */
export async function verifyBundle(
  bundle: BundleBytes,
  policy?: TrustedKeys | string,
  { receipts = [], ...options }: BundleOptions = {},
): Promise<Report> {
  const given = receipts.map((receipt) => ({ receipt: readReceipt(textOf(receipt)) }));
  return verifyFrom(await sourceOf(bundle), {
    ...options,
    ...(policy === undefined ? {} : { policy: readPolicy(textOf(policy)) }),
    receipts: given,
    nowMicros: BigInt(Date.now()) * 1000n,
    verifyTimeStamp: TIME_STAMP_VERIFIER,
  });
}
