import "server-only";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { TIME_STAMP_VERIFIER } from "../bundle-verifier/tree/time-stamp-verifier";
import { checkpointImprint } from "../timestamp/imprint";
import type { StoredCheckpoint } from "./log-store";
import type { Walk } from "./progress";

/** Keys and certificates for checking stored checkpoints. */
export interface Anchors {
  readonly logVkey: string;
  /** PEM certificates that an authority's certificate must chain to. Without any, stamps are only counted. */
  readonly certificates: readonly string[];
}

/**
 * Checks the RFC 3161 tokens stored with checkpoints: each must cover its own checkpoint, come from a trusted
 * authority, and have the time in its row.
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
  if (token === null) return at === null ? undefined : "the database has its time, but not its token";
  if (certificates.length === 0) {
    walk.stamped.unchecked += 1;
    return undefined;
  }
  try {
    const imprint = checkpointImprint(note, [logVkey]);
    const word = await TIME_STAMP_VERIFIER({ token, imprint, certificates });
    walk.stamped.checked += 1;
    return at !== null && parseMicros(at) === parseMicros(word.at)
      ? undefined
      : `its token says ${word.at}, but the database has another time`;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
