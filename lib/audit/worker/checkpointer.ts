import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { consistencyProofFrom } from "@/lib/crypto/merkle";
import { openNote, verifyCosignature } from "@/lib/crypto/signed-note";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import type { Logger } from "@/lib/telemetry/logger";
import { type Checkpoint, parseCheckpointText } from "../checkpoint";
import {
  insertCheckpoint,
  type LogPlace,
  readHead,
  readLastCheckpoint,
  storedNodes,
  type WitnessMark,
} from "./store";

const SIGNER_TIMEOUT_MS = 30_000;
const WITNESS_TIMEOUT_MS = 5_000;

export interface CheckpointerOptions extends LogPlace {
  readonly pool: Pool;
  readonly signerUrl: string;
  readonly logVkey: string;
  readonly witness?: { readonly url: string; readonly vkey: string; readonly kind: "own" | "independent" };
  readonly logger: Logger;
}

/** The signer does not give a checkpoint; integration goes on and the log's health says so. */
export class CheckpointLate extends Error {
  override readonly name = "CheckpointLate";
}

interface Cosigned {
  readonly line: string;
  readonly mark: WitnessMark;
}

/**
 * Publishes a checkpoint when the tree has grown since the last one: signer, then witness, then the row.
 * Without the witness the row is published unwitnessed and marked so. Returns the size, or undefined when
 * there was nothing to do. Safe under several workers: the signer serialises, the row is keyed by size.
 */
export async function publishCheckpoint(options: CheckpointerOptions): Promise<number | undefined> {
  const head = await readHead(options.pool, options.log);
  const last = await readLastCheckpoint(options.pool, options.log);
  if (head === undefined || head.size === 0 || head.size === last?.size) return undefined;
  const note = await requestNote(options);
  const { text } = openNote(note, [options.logVkey]);
  const checkpoint = parseCheckpointText(text);
  const cosigned = await cosign(options, checkpoint, note, text, last?.size ?? 0);
  await insertCheckpoint(options.pool, options, {
    size: checkpoint.size,
    root: checkpoint.root,
    note: cosigned === undefined ? note : `${note}${cosigned.line}\n`,
    witnesses: cosigned === undefined ? [] : [cosigned.mark],
  });
  return checkpoint.size;
}

const Refused = z.object({ reason: z.string(), seq: z.number() });

async function requestNote(options: CheckpointerOptions): Promise<string> {
  const call = { method: "POST", path: "/checkpoint", timeoutMs: SIGNER_TIMEOUT_MS };
  const reply = await callService(options.signerUrl, call).catch((cause: unknown) => {
    throw new CheckpointLate("the checkpoint signer does not answer", { cause });
  });
  if (reply.status === 409) {
    const refused = Refused.parse(JSON.parse(reply.body.toString("utf8")));
    throw new CheckpointLate(`the checkpoint signer refuses: ${refused.reason} at ${refused.seq}`);
  }
  const note = reply.body.toString("utf8");
  if (reply.status !== 200 || !isSignedBy(note, options.logVkey)) {
    throw new CheckpointLate("the checkpoint signer's answer is not a note of this log");
  }
  return note;
}

function isSignedBy(note: string, vkey: string): boolean {
  try {
    return openNote(note, [vkey]).verified.length === 1;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** Asks the witness, following its own idea of the old size once (409); an absent witness is not an error. */
async function cosign(
  options: CheckpointerOptions,
  checkpoint: Checkpoint,
  note: string,
  text: string,
  guess: number,
): Promise<Cosigned | undefined> {
  const { witness, logger } = options;
  if (witness === undefined) return undefined;
  try {
    let reply = await askWitness(options, witness.url, checkpoint, note, guess);
    if (reply.status === 409) {
      const known = Number(reply.body.toString("utf8").trim());
      if (Number.isSafeInteger(known) && known <= checkpoint.size) {
        reply = await askWitness(options, witness.url, checkpoint, note, known);
      }
    }
    const line = reply.body.toString("utf8").trimEnd();
    const verdict = reply.status === 200 ? verifyCosignature(witness.vkey, line, text) : undefined;
    if (verdict?.ok) return { line, mark: markOf(witness, verdict.timestamp) };
    logger.error({ alarm: "witness.refused", status: reply.status }, "the witness did not cosign");
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error;
    logger.warn({ alarm: "witness.absent" }, "the witness does not answer");
  }
  return undefined;
}

function markOf(
  witness: { readonly vkey: string; readonly kind: "own" | "independent" },
  timestamp: number,
): WitnessMark {
  return { name: witness.vkey.slice(0, witness.vkey.indexOf("+")), kind: witness.kind, timestamp };
}

async function askWitness(
  options: CheckpointerOptions,
  url: string,
  checkpoint: Checkpoint,
  note: string,
  oldSize: number,
): ReturnType<typeof callService> {
  const nodes = storedNodes(options.pool, options.log);
  const proof = oldSize === 0 ? [] : await consistencyProofFrom(nodes, oldSize, checkpoint.size);
  const body = utf8(`old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`);
  return callService(url, { method: "POST", path: "/add-checkpoint", body, timeoutMs: WITNESS_TIMEOUT_MS });
}
