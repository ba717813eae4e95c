import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/merkle";
import { openNote } from "@/lib/crypto/signed-note";
import { parseCheckpointText } from "../checkpoint";
import type { Finding } from "./report";

/** Keys a verification trusts, wherever they came from. */
export interface TrustedKeys {
  readonly log: readonly string[];
  readonly receipts: readonly string[];
  readonly witnesses: readonly string[];
  readonly quorum: number;
}

/** A checkpoint that a trusted log key signed. */
export interface TrustedCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  readonly cosignatures: number;
}

/** Opens checkpoints under the trusted log keys. What none of them signed, or signed wrongly, is a finding. */
export function openCheckpoints(
  notes: readonly string[],
  origin: string,
  keys: TrustedKeys,
): { trusted: TrustedCheckpoint[]; findings: Finding[] } {
  const trusted: TrustedCheckpoint[] = [];
  const findings: Finding[] = [];
  let untrusted = 0;
  for (const [at, note] of notes.entries()) {
    const opened = openOne(note, origin, keys);
    if (typeof opened === "string")
      findings.push({ class: "fork", detail: `checkpoint ${at + 1}: ${opened}` });
    else if (opened === undefined) untrusted += 1;
    else trusted.push(opened);
  }
  if (untrusted > 0) {
    const detail = `${untrusted} of ${notes.length} checkpoints are signed by no trusted log key`;
    findings.push({ class: "keys", detail });
  }
  return { trusted: trusted.sort((a, b) => a.size - b.size), findings };
}

/** The checkpoint, what is wrong with it, or undefined when no trusted log key signed it. */
function openOne(note: string, origin: string, keys: TrustedKeys): TrustedCheckpoint | string | undefined {
  try {
    const { text, verified } = openNote(note, [...keys.log, ...keys.witnesses]);
    const checkpoint = parseCheckpointText(text);
    if (checkpoint.origin !== origin) return `is of the log ${checkpoint.origin}`;
    if (!verified.some((signature) => keys.log.includes(signature.vkey))) return undefined;
    const cosignatures = verified.filter((signature) => keys.witnesses.includes(signature.vkey)).length;
    return { size: checkpoint.size, root: checkpoint.root, cosignatures };
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** How far the leaves agree with what was signed. */
export interface TreeCheck {
  /** Leaves below this number stand under a trusted root. */
  readonly provenSize: number;
  /** First trusted checkpoint that the leaves do not give: the trouble lies from provenSize up to here. */
  readonly failedSize?: number;
  readonly findings: readonly Finding[];
}

/** Rebuilds the tree from the leaves and compares it with every trusted checkpoint on the way. */
export function checkTree(leaves: readonly Uint8Array[], trusted: readonly TrustedCheckpoint[]): TreeCheck {
  const frontier = Frontier.empty();
  let provenSize = 0;
  for (const checkpoint of trusted) {
    if (checkpoint.size > leaves.length) {
      const detail = `a trusted checkpoint has ${checkpoint.size} leaves, the bundle ${leaves.length}`;
      return {
        provenSize,
        failedSize: checkpoint.size,
        findings: [{ class: "truncation", detail, seq: leaves.length }],
      };
    }
    for (const leaf of leaves.slice(frontier.size, checkpoint.size)) frontier.append(leaf);
    if (frontier.size !== checkpoint.size || !equalConstantTime(frontier.root(), checkpoint.root)) {
      return { provenSize, failedSize: checkpoint.size, findings: [] };
    }
    provenSize = checkpoint.size;
  }
  return { provenSize, findings: [] };
}
