import "server-only";
import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { SIGNER_PATHS } from "@/lib/ipc/part-paths";
import { type Checkpoint, parseCheckpointText } from "../entry/checkpoint";

const TIMEOUT_MS = 30_000;
const Refused = z.object({ reason: z.string(), seq: z.number() });

/** The checkpoint signer's statement about the log. The signer has its own copy. */
export type SignerWord =
  | { readonly is: "signed"; readonly checkpoint: Checkpoint }
  | { readonly is: "refused"; readonly reason: string; readonly seq: number }
  | { readonly is: "absent" };

/**
 * Asks the signer for its root. The signer reads new entries, recomputes the root and signs it, or refuses and names
 * where the database differs from its copy. Without an answer the result is `absent`. This is not a fault of the log,
 * but a verification is complete only with the signer's statement (check-signer.ts).
 */
export function askSigner(url: string, logVkey: string): Promise<SignerWord> {
  return ask(url, logVkey, { method: "POST", path: SIGNER_PATHS.checkpoint });
}

/**
 * Asks the signer for its last signed tree, whatever the database shows. The result is a refusal `empty` if it has
 * signed nothing. The signer compares nothing for this, and the checkpoint may be older than the log.
 */
export function askSigned(url: string, logVkey: string): Promise<SignerWord> {
  return ask(url, logVkey, { method: "GET", path: SIGNER_PATHS.signed });
}

async function ask(
  url: string,
  logVkey: string,
  call: { readonly method: string; readonly path: string },
): Promise<SignerWord> {
  try {
    const reply = await callService(url, { ...call, part: "signer", timeoutMs: TIMEOUT_MS });
    const body = reply.body.toString("utf8");
    if (reply.status === 409) return { is: "refused", ...Refused.parse(JSON.parse(body)) };
    const { text, verified } = openNote(body, [logVkey]);
    return verified.length === 0 ? { is: "absent" } : { is: "signed", checkpoint: parseCheckpointText(text) };
  } catch (error) {
    if (error instanceof ServiceUnavailable || error instanceof FormatError) return { is: "absent" };
    throw error;
  }
}
