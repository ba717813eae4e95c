import "server-only";
import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { callService } from "@/lib/ipc/client";
import { SIGNER_PATHS } from "@/lib/ipc/part-paths";
import { parseCheckpointText } from "../entry/checkpoint";
import type { SignedCheckpoint } from "./checkpoint-store";

const SIGNER_TIMEOUT_MS = 30_000;

/** The signer returns no checkpoint. Integration continues and the log's health shows it. */
export class CheckpointLate extends Error {
  override readonly name = "CheckpointLate";
}

const Refused = z.object({ reason: z.string(), seq: z.number() });

/** Returns the signer's note for the current log. Throws CheckpointLate. */
export async function requestCheckpoint(from: {
  readonly signerUrl: string;
  readonly logVkey: string;
}): Promise<SignedCheckpoint> {
  const reply = await callService(from.signerUrl, {
    part: "signer",
    method: "POST",
    path: SIGNER_PATHS.checkpoint,
    timeoutMs: SIGNER_TIMEOUT_MS,
  }).catch((cause: unknown) => {
    throw new CheckpointLate("the checkpoint signer does not answer", { cause });
  });
  if (reply.status === 409) {
    const refused = Refused.parse(JSON.parse(reply.body.toString("utf8")));
    throw new CheckpointLate(`the checkpoint signer refuses: ${refused.reason} at ${refused.seq}`);
  }
  const note = reply.body.toString("utf8");
  if (reply.status !== 200 || !isSignedBy(note, from.logVkey)) {
    throw new CheckpointLate("the checkpoint signer's answer is not a note of this log");
  }
  const { size, root } = parseCheckpointText(openNote(note, [from.logVkey]).text);
  return { size, root, note };
}

function isSignedBy(note: string, vkey: string): boolean {
  try {
    return openNote(note, [vkey]).verified.length === 1;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
