import { getAuditKeys } from "@/lib/api-client/operations/audit";
import { describeEvidence, evidenceDocument } from "@/lib/audit/bundle-verifier/evidence/describe-evidence";
import { verifyEvidence } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import { readReceipt, verifyReceipt } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import { describeReport, openReceipts } from "@/lib/audit/bundle-verifier/report/describe-report";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { keepCheckpoint } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import { TIME_STAMP_VERIFIER } from "@/lib/audit/bundle-verifier/tree/time-stamp-verifier";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { FormatError } from "@/lib/crypto/format-error";
import { fileSource } from "@/scripts/file-source";
import { NotWritten, replacePolicy } from "@/scripts/keep-policy";
import type { Cx } from "./command";
import { EXIT, usage } from "./exit";
import { readNamed } from "./files";

/** A bundle of any size is read from the disk in pieces; the other files are at most a page of text each. */
export interface Checking {
  readonly bundle: string;
  readonly policy: string | undefined;
  readonly keep: string | undefined;
  readonly receipts: readonly string[];
}

async function readSide<T>(
  cx: Cx,
  file: string,
  read: (text: string) => T,
): Promise<{ text: string; value: T }> {
  const text = (await readNamed(cx.host, file)).toString("utf8");
  try {
    return { text, value: read(text) };
  } catch (error) {
    throw usage(`${file}: ${error instanceof FormatError ? error.message : "not in the expected form"}`);
  }
}

function sourceOf(file: string) {
  try {
    return fileSource(file);
  } catch {
    throw usage(`${file} cannot be read`);
  }
}

/** Returns whether a receipt is signed by the policy's keys, or by those that the portal itself names. */
export async function verifyPromise(cx: Cx, file: string, policy: string | undefined): Promise<number> {
  const { text } = await readSide(cx, file, readReceipt);
  const keys =
    policy === undefined
      ? await cx.connect().call(getAuditKeys, { query: {} })
      : (await readSide(cx, policy, readPolicy)).value;
  const promise = verifyReceipt(text, keys);
  const source = policy === undefined ? "portal" : "policy";
  if (!promise.ok) {
    await cx.out.document({ verdict: "wrong", keys: source, is: promise.is, detail: promise.detail });
    return EXIT.wrong;
  }
  const { entryId, integrateBy } = promise;
  await cx.out.document({
    verdict: "consistent",
    keys: source,
    entry_id: entryId,
    integrate_by: integrateBy,
  });
  cx.out.remark(
    "The signature is valid. Only a bundle shows whether the log kept the promise: --bundle FILE.",
  );
  return EXIT.consistent;
}

const EVIDENCE_EXIT = { unchanged: EXIT.done, consistent: EXIT.consistent, differs: EXIT.wrong } as const;
const MAX_EVIDENCE = 64 << 20;

/** Verifies evidence, PDF or JSON, with only the file and the policy's keys; returns the exit status. */
export async function verifyEvidenceFile(cx: Cx, file: string, policy: string | undefined): Promise<number> {
  const bytes = await readNamed(cx.host, file, MAX_EVIDENCE);
  const keys = policy === undefined ? undefined : (await readSide(cx, policy, readPolicy)).value;
  try {
    const report = verifyEvidence(bytes, keys);
    await cx.out.document({ ...evidenceDocument(report) }, describeEvidence(report));
    return EVIDENCE_EXIT[report.verdict];
  } catch (error) {
    if (error instanceof FormatError) throw usage(`${file}: ${error.message}`);
    throw error;
  }
}

/** As `npm run verify`: 0 verified under the policy, 3 consistent only or a receipt left open, 1 wrong. */
function exitOf(report: Report): number {
  if (report.verdict === "wrong") return EXIT.wrong;
  return report.verdict === "verified" && openReceipts(report) === 0 ? EXIT.done : EXIT.consistent;
}

/**
 * Saves the bundle's newest checkpoint in the policy file, and returns a sentence about it. Throws CliError (usage).
 */
function keepIn(file: string, text: string, report: Report): string {
  const keeping = keepCheckpoint(text, report);
  if (keeping.is === "refused") return `not kept: ${keeping.why}`;
  if (keeping.is === "had") return `already kept: ${file} has the checkpoint over ${keeping.size} leaves`;
  try {
    replacePolicy(file, text, keeping.text);
  } catch (error) {
    if (error instanceof NotWritten) throw usage(`not kept: ${error.message}`);
    throw error;
  }
  return `kept: the checkpoint over ${keeping.size} leaves is in ${file}; later bundles must continue from it`;
}

/** Verifies a bundle, and receipts against it, with only these files. Returns the exit status. */
export async function verifyFile(cx: Cx, { bundle, policy, keep, receipts }: Checking): Promise<number> {
  if (policy !== undefined && keep !== undefined && policy !== keep)
    throw usage("--keep already names the policy file: give either --policy or --keep");
  const file = keep ?? policy;
  const rules = file === undefined ? undefined : await readSide(cx, file, readPolicy);
  const read = await Promise.all(
    receipts.map(async (name) => ({ file: name, receipt: (await readSide(cx, name, readReceipt)).value })),
  );
  const report = await verifyBundle(sourceOf(bundle), {
    ...(rules === undefined ? {} : { policy: rules.value }),
    receipts: read,
    nowMicros: BigInt(Date.now()) * 1000n,
    verifyTimeStamp: TIME_STAMP_VERIFIER,
    ...(cx.out.isWatched
      ? { onProgress: ({ step, done, total }) => cx.out.progress(`${step} ${done} of ${total}`) }
      : {}),
  });
  cx.out.progress(undefined);
  const status = exitOf(report);
  await cx.out.document({ ...report }, describeReport(report).replace(/\n$/, "").split("\n"));
  if (keep !== undefined && rules !== undefined) cx.out.remark(keepIn(keep, rules.text, report));
  return status;
}
