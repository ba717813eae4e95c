import "server-only";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { TIME_STAMP_VERIFIER } from "../bundle-verifier/tree/time-stamp-verifier";
import { checkpointImprint } from "../timestamp/imprint";
import type { StoredCheckpoint } from "./log-store";
import type { Walk } from "./progress";

/** Keys and certificates that stored checkpoints are held against. */
export interface Anchors {
  readonly logVkey: string;
  /** PEM certificates that an authority's certificate must lead to; without any, stamps are counted only. */
  readonly certificates: readonly string[];
}

/**
 * Checks the RFC 3161 tokens stored with checkpoints: each must be over its own checkpoint, by a trusted authority,
 * and at the time that stands beside it.
 */
export async function checkStamps(
  walk: Walk,
  checkpoints: readonly StoredCheckpoint[],
  anchors: Anchors,
): Promise<void> {
  for (const checkpoint of checkpoints) {
    const fault = await stampFault(walk, checkpoint, anchors);
    if (fault === undefined) continue;
    const detail = `the time stamp of the checkpoint of ${checkpoint.size} leaves: ${fault}`;
    walk.add({ class: "time stamp", detail });
  }
}

async function stampFault(
  walk: Walk,
  { note, time_stamp: token, time_stamped_at: at }: StoredCheckpoint,
  { logVkey, certificates }: Anchors,
): Promise<string | undefined> {
  if (token === null) return at === null ? undefined : "there is a time and no token";
  if (certificates.length === 0) {
    walk.stamped.unchecked += 1;
    return undefined;
  }
  try {
    const imprint = checkpointImprint(note, [logVkey]);
    const word = await TIME_STAMP_VERIFIER({ token, imprint, certificates });
    walk.stamped.checked += 1;
    return at !== null && parseMicros(at) === parseMicros(word.at) ? undefined : `it says ${word.at}`;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
