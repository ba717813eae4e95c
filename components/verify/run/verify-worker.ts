import { blobSource } from "@/lib/audit/bundle-verifier/container/source";
import type { GivenReceipt, Progress } from "@/lib/audit/bundle-verifier/options";
import { readReceipt } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { keepCheckpoint } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import { TIME_STAMP_VERIFIER } from "@/lib/audit/bundle-verifier/tree/time-stamp-verifier";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { FormatError } from "@/lib/crypto/format-error";
import type { VerifyNews, VerifyOrder } from "./verify-messages";

// Runs in a thread of its own, so that the page never waits. Reads the file by slices; nothing leaves the browser.

/** Time between two reports of progress. */
const TELL_EVERY_MS = 100;

function tell(news: VerifyNews): void {
  self.postMessage(news);
}

/** The parsed text, or why it is invalid. */
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

function teller(): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let step: Progress["step"] | undefined;
  return (progress) => {
    const now = performance.now();
    if (progress.step === step && now - last < TELL_EVERY_MS) return;
    last = now;
    step = progress.step;
    tell({ is: "progress", progress });
  };
}

async function verify({ bundle, policy, receipts }: VerifyOrder): Promise<VerifyNews> {
  const given = policy === undefined ? undefined : readGiven(policy.text, readPolicy);
  if (given !== undefined && "fault" in given) return { is: "bad policy", detail: given.fault };
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
      onProgress: teller(),
    });
    const keeping = policy === undefined ? undefined : keepCheckpoint(policy.text, report);
    return { is: "done", report, keeping };
  } catch (error) {
    // A file that was moved or changed while it was read.
    if (error instanceof DOMException) return { is: "unreadable" };
    throw error;
  }
}

self.onmessage = async ({ data }: MessageEvent<VerifyOrder>) => tell(await verify(data));
