import type { Policy } from "@/lib/audit/verify/bundle-format";
import { readPolicy } from "@/lib/audit/verify/check-keys";
import type { Progress } from "@/lib/audit/verify/options";
import { blobSource } from "@/lib/audit/verify/source";
import { TIME_STAMP_VERIFIER } from "@/lib/audit/verify/time-stamp-verifier";
import { verifyBundle } from "@/lib/audit/verify/verify-bundle";
import { FormatError } from "@/lib/crypto/format-error";
import type { VerifyNews, VerifyOrder } from "./verify-messages";

// Runs in a thread of its own, so that the page never waits. Reads the file by slices; nothing leaves the browser.

/** Often enough for the eye. */
const TELL_EVERY_MS = 100;

function tell(news: VerifyNews): void {
  self.postMessage(news);
}

/** The policy, none, or why it is none. */
function policyOf(text: string | undefined): { readonly policy?: Policy } | { readonly fault: string } {
  if (text === undefined) return {};
  try {
    return { policy: readPolicy(text) };
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

async function verify({ bundle, policy: text }: VerifyOrder): Promise<VerifyNews> {
  const given = policyOf(text);
  if ("fault" in given) return { is: "bad policy", detail: given.fault };
  try {
    const report = await verifyBundle(blobSource(bundle), {
      ...given,
      nowMicros: BigInt(Date.now()) * 1000n,
      verifyTimeStamp: TIME_STAMP_VERIFIER,
      onProgress: teller(),
    });
    return { is: "done", report };
  } catch (error) {
    // A file that was moved or changed while it was read.
    if (error instanceof DOMException) return { is: "unreadable" };
    throw error;
  }
}

self.onmessage = async ({ data }: MessageEvent<VerifyOrder>) => tell(await verify(data));
