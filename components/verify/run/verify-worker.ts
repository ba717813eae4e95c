import type { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { blobSource } from "@/lib/audit/bundle-verifier/container/source";
import { isEvidenceText } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { verifyEvidence } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import type { GivenReceipt, Progress } from "@/lib/audit/bundle-verifier/options";
import { readReceipt, verifyReceipt } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { keepCheckpoint } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import { TIME_STAMP_VERIFIER } from "@/lib/audit/bundle-verifier/tree/time-stamp-verifier";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { FormatError } from "@/lib/crypto/format-error";
import type { OtherFile, VerifyNews, VerifyOrder } from "./verify-messages";

// Runs in a thread of its own, so that the page never waits. Reads the file by slices; nothing leaves the browser.

/** Time between two reports of progress. */
const PROGRESS_EVERY_MS = 100;

function send(news: VerifyNews): void {
  self.postMessage(news);
}

/** Returns the parsed text, or why it is invalid. */
function readGiven<T>(
  text: string,
  read: (text: string) => T,
): { readonly value: T } | { readonly fault: string } {
  try {
    return { value: read(text) };
  } catch (error) {
    if (error instanceof FormatError) return { fault: error.message };
    throw error;
  }
}

/** Returns a function that reports progress: each new step, and otherwise at most ten times a second. */
function progressSender(): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let step: Progress["step"] | undefined;
  return (progress) => {
    const now = performance.now();
    if (progress.step === step && now - last < PROGRESS_EVERY_MS) return;
    last = now;
    step = progress.step;
    send({ is: "progress", progress });
  };
}

/** Evidence and receipts are read whole; a longer file of this kind is not ours. */
const MAX_WHOLE_BYTES = 64_000_000;

/** Returns the kind of a file by its first bytes. An unknown file counts as a bundle, whose reader then reports the fault. */
async function kindOf(file: Blob): Promise<OtherFile | "bundle"> {
  const start = new TextDecoder("latin1").decode(await file.slice(0, 64).arrayBuffer());
  if (start.startsWith("%PDF-")) return "pdf";
  if (start.replace("ï»¿", "").trimStart().startsWith("{")) return "json";
  return "bundle";
}

function checkReceipt(text: string, policy: Policy | undefined): VerifyNews {
  const receipt = readGiven(text, readReceipt);
  if ("fault" in receipt) return { is: "other file", seems: "json", detail: receipt.fault };
  return { is: "receipt", promise: policy === undefined ? undefined : verifyReceipt(text, policy) };
}

/** Checks a file that is read whole: evidence as PDF or JSON, or a receipt. */
async function checkWhole(file: Blob, seems: OtherFile, policy: Policy | undefined): Promise<VerifyNews> {
  if (file.size > MAX_WHOLE_BYTES) return { is: "other file", seems, detail: "too long" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (seems === "json") {
    const text = new TextDecoder().decode(bytes);
    if (!isEvidenceText(text)) return checkReceipt(text, policy);
  }
  try {
    return { is: "evidence", report: verifyEvidence(bytes, policy) };
  } catch (error) {
    if (error instanceof FormatError) return { is: "other file", seems, detail: error.message };
    throw error;
  }
}

async function verify({ bundle, policy, receipts }: VerifyOrder): Promise<VerifyNews> {
  const given = policy === undefined ? undefined : readGiven(policy.text, readPolicy);
  if (given !== undefined && "fault" in given) return { is: "bad policy", detail: given.fault };
  const kind = await kindOf(bundle);
  if (kind !== "bundle") return checkWhole(bundle, kind, given?.value);
  const held: GivenReceipt[] = [];
  for (const { name, text } of receipts) {
    const receipt = readGiven(text, readReceipt);
    if ("fault" in receipt) return { is: "bad receipt", name, detail: receipt.fault };
    held.push({ file: name, receipt: receipt.value });
  }
  try {
    const report = await verifyBundle(blobSource(bundle), {
      ...(given === undefined ? {} : { policy: given.value }),
      receipts: held,
      nowMicros: BigInt(Date.now()) * 1000n,
      verifyTimeStamp: TIME_STAMP_VERIFIER,
      onProgress: progressSender(),
    });
    const keeping = policy === undefined ? undefined : keepCheckpoint(policy.text, report);
    return { is: "done", report, keeping };
  } catch (error) {
    // A file that was moved or changed while it was read.
    if (error instanceof DOMException) return { is: "unreadable" };
    throw error;
  }
}

self.onmessage = async ({ data }: MessageEvent<VerifyOrder>) => send(await verify(data));
