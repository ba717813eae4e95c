import { closeSync, readFileSync, readSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { describeEvidence, evidenceDocument } from "@/lib/audit/bundle-verifier/evidence/describe-evidence";
import { isPdf } from "@/lib/audit/bundle-verifier/evidence/evidence-file";
import { isEvidenceText } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { verifyEvidence } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import type { Progress } from "@/lib/audit/bundle-verifier/options";
import { readReceipt } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import { describeReport, openReceipts } from "@/lib/audit/bundle-verifier/report/describe-report";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import { shownJson, shownText } from "@/lib/audit/bundle-verifier/report/shown-text";
import { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { keepCheckpoint } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import { TIME_STAMP_VERIFIER } from "@/lib/audit/bundle-verifier/tree/time-stamp-verifier";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { FormatError } from "@/lib/crypto/format-error";
import { fileSource, openFile } from "./file-source";
import { NotWritten, replacePolicy } from "./keep-policy";

// Verifies a bundle or evidence with only this program, the file and the checker's own keys.
const USAGE = `usage: npm run verify -- BUNDLE|EVIDENCE [--policy FILE | --keep FILE] [--receipt FILE]... [--json]
       npm run verify -- --receipt FILE --bundle BUNDLE [--policy FILE | --keep FILE] [--json]
--keep FILE: as --policy FILE. It also stores the newest checkpoint of a verified bundle in FILE, and later bundles must
continue from this checkpoint
exit status: 0 verified under the policy, and every receipt proven; 3 consistent, but only with the keys in the bundle,
or the bundle does not show whether the promise of a receipt was kept; 1 wrong; 2 usage, or --keep cannot write FILE\n`;
const EXIT = { verified: 0, wrong: 1, consistent: 3 } as const;

/** A caller that asks about a receipt also gets an exit status when the bundle does not answer. */
function exitOf(report: Report): number {
  return report.verdict === "verified" && openReceipts(report) > 0 ? EXIT.consistent : EXIT[report.verdict];
}

/** Maximum size of a policy or a receipt in bytes. Both are much shorter. */
const MAX_SIDE_FILE = 16 << 20;

function usage(reason: string): never {
  process.stderr.write(`${shownText(reason)}\n${USAGE}`);
  process.exit(2);
}

function readable<T>(file: string, open: (file: string) => T): T {
  try {
    return open(file);
  } catch {
    return usage(`${file} cannot be read`);
  }
}

function readText(file: string): string {
  const { handle, size } = readable(file, openFile);
  try {
    if (size > MAX_SIDE_FILE) usage(`${file} is longer than ${MAX_SIDE_FILE} bytes`);
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

function readSide<T>(file: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    return usage(`${file}: ${error instanceof FormatError ? error.message : "not in the expected form"}`);
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        bundle: { type: "string" },
        policy: { type: "string" },
        keep: { type: "string" },
        receipt: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
      },
    });
  } catch {
    return usage("unknown option");
  }
}

/** Writes one line for a waiting person. The next line replaces it. */
function showProgress({ step, done, total }: Progress): void {
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  process.stderr.write(`\r${step} ${done} of ${total} (${share} %)\u001b[K`);
}

/**
 * Keeps the bundle's checkpoint in the policy file. Returns false if a checkpoint of a verified bundle cannot be
 * written.
 */
function keep(file: string, text: string, report: Report, tell: (line: string) => void): boolean {
  const keeping = keepCheckpoint(text, report);
  if (keeping.is === "refused") tell(`not kept: ${keeping.why}`);
  else if (keeping.is === "had") tell(`already kept: ${file} has the checkpoint over ${keeping.size} leaves`);
  else {
    try {
      replacePolicy(file, text, keeping.text);
    } catch (error) {
      if (!(error instanceof NotWritten)) throw error;
      process.stderr.write(`${shownText(`not kept: ${error.message}`)}\n`);
      return false;
    }
    tell(
      `kept: the checkpoint over ${keeping.size} leaves is in ${file}, and later bundles must continue from it`,
    );
  }
  return true;
}

/** Maximum size of evidence in bytes, because it is read as a whole. A longer file is read as a bundle. */
const MAX_EVIDENCE = 64 << 20;

/** Returns the bytes of a file that is evidence, as PDF or JSON; undefined for all other files. */
function evidenceBytes(file: string): Uint8Array | undefined {
  const { handle, size } = readable(file, openFile);
  try {
    const start = Buffer.alloc(5);
    readSync(handle, start, 0, start.length, 0);
    if (size > MAX_EVIDENCE || (start[0] !== 0x7b && !isPdf(start))) return undefined;
    const bytes = readFileSync(handle);
    return isPdf(start) || isEvidenceText(bytes.toString("utf8")) ? bytes : undefined;
  } finally {
    closeSync(handle);
  }
}

/** Verifies evidence and ends the program. */
function endWithEvidence(
  bytes: Uint8Array,
  file: string,
  policy: Policy | undefined,
  isJson: boolean,
): never {
  try {
    const report = verifyEvidence(bytes, policy);
    const lines = describeEvidence(report).join("\n");
    process.stdout.write(`${isJson ? shownJson(evidenceDocument(report)) : lines}\n`);
    process.exit({ unchanged: 0, consistent: 3, differs: 1 }[report.verdict]);
  } catch (error) {
    if (error instanceof FormatError) return usage(`${file}: ${error.message}`);
    throw error;
  }
}

const { positionals, values } = readArguments();
const named = [...(values.bundle === undefined ? [] : [values.bundle]), ...positionals];
const [bundle] = named;
if (bundle === undefined || named.length > 1) usage("name one bundle");
if (values.policy !== undefined && values.keep !== undefined && values.policy !== values.keep)
  usage("--keep already names the policy file: give either --policy or --keep");
const policyFile = values.keep ?? values.policy;
const policyText = policyFile === undefined ? undefined : readText(policyFile);
const isWatched = process.stderr.isTTY === true;
const evidence = evidenceBytes(bundle);
if (evidence !== undefined) {
  const policy =
    policyFile === undefined || policyText === undefined
      ? undefined
      : readSide(policyFile, policyText, readPolicy);
  endWithEvidence(evidence, bundle, policy, values.json);
}
const report = await verifyBundle(readable(bundle, fileSource), {
  ...(policyFile === undefined || policyText === undefined
    ? {}
    : { policy: readSide(policyFile, policyText, readPolicy) }),
  receipts: values.receipt.map((file) => ({ file, receipt: readSide(file, readText(file), readReceipt) })),
  nowMicros: BigInt(Date.now()) * 1000n,
  verifyTimeStamp: TIME_STAMP_VERIFIER,
  ...(isWatched ? { onProgress: showProgress } : {}),
});
if (isWatched) process.stderr.write("\r\u001b[K");
process.stdout.write(values.json ? `${shownJson(report)}\n` : describeReport(report));
process.exitCode = exitOf(report);
if (values.keep !== undefined && policyText !== undefined) {
  // With --json, standard output has only the JSON.
  const out = values.json ? process.stderr : process.stdout;
  if (!keep(values.keep, policyText, report, (line) => out.write(`${shownText(line)}\n`)))
    process.exitCode = 2;
}
