import "server-only";
import { z } from "zod";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { type Checkpoint, parseCheckpointText } from "../entry/checkpoint";

const TIMEOUT_MS = 30_000;
const Refused = z.object({ reason: z.string(), seq: z.number() });

/** What the checkpoint signer, which has a copy of its own, says of the log. */
export type SignerWord =
  | { readonly is: "signed"; readonly checkpoint: Checkpoint }
  | { readonly is: "refused"; readonly reason: string; readonly seq: number }
  | { readonly is: "absent" };

/**
 * Asks the signer for its root: it reads what is new, recomputes it and signs, or refuses and says where the
 * database no longer agrees with what it holds. A signer that does not answer is said to be absent: that is no fault
 * of the log, and no verification is whole without its word (check-signer.ts).
 */
export function askSigner(url: string, logVkey: string): Promise<SignerWord> {
  return ask(url, logVkey, { method: "POST", path: "/checkpoint" });
}

/**
 * Asks the signer what it signed last, whatever the database shows it: `empty` is refused where it has signed nothing.
 * Nothing was compared then, and the checkpoint may be older than the log.
 */
export function askSigned(url: string, logVkey: string): Promise<SignerWord> {
  return ask(url, logVkey, { method: "GET", path: "/signed" });
}

async function ask(
  url: string,
  logVkey: string,
  call: { readonly method: string; readonly path: string },
): Promise<SignerWord> {
  try {
    const reply = await callService(url, { ...call, timeoutMs: TIMEOUT_MS });
    const body = reply.body.toString("utf8");
    if (reply.status === 409) return { is: "refused", ...Refused.parse(JSON.parse(body)) };
    const { text, verified } = openNote(body, [logVkey]);
    return verified.length === 0 ? { is: "absent" } : { is: "signed", checkpoint: parseCheckpointText(text) };
  } catch (error) {
    if (error instanceof ServiceUnavailable || error instanceof FormatError) return { is: "absent" };
    throw error;
  }
}
