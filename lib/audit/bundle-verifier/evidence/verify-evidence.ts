import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import type { Policy } from "../claims/bundle-format";
import { keysFault } from "../tree/check-keys";
import { isMet, quorumOf, witnessKinds } from "../tree/quorum";
import { checkEntry, type EntryCheck, type EvidenceKeys } from "./check-entries";
import { checkRecord } from "./check-record";
import { type EvidencePdf, isPdf, readEvidencePdf } from "./evidence-file";
import {
  type EvidenceStatement,
  encodeEvidence,
  evidenceCode,
  evidenceFileText,
  evidenceText,
  readEvidence,
  type SignedEvidence,
} from "./evidence-format";
import { EVIDENCE_STEPS, type EvidenceFault, type EvidenceStep } from "./evidence-names";

/**
 * The result of a check. `consistent`: unchanged under the keys that the evidence itself names, promised only, or with too
 * few cosignatures.
 */
export interface EvidenceReport {
  readonly verdict: "unchanged" | "consistent" | "differs";
  readonly isPdf: boolean;
  readonly statement: EvidenceStatement;
  readonly code: string;
  /** The first place that differs, or that too few witnesses cosigned. */
  readonly fault: EvidenceFault | undefined;
  /** Steps that passed, in order. */
  readonly passed: readonly EvidenceStep[];
  readonly entries: readonly EntryCheck[];
  /** The newest checkpoint that covers an entry of the evidence. */
  readonly checkpoint: { readonly size: number; readonly witnesses: number } | undefined;
  /** Entries that the log has only promised. */
  readonly promised: number;
  readonly keysFrom: "policy" | "evidence";
}

function isSigned(text: string, signature: string, keys: readonly string[]): boolean {
  try {
    return !signature.includes("\n") && openNote(`${text}\n${signature}\n`, keys).verified.length > 0;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function fileFault(pdf: EvidencePdf | undefined, signed: SignedEvidence, keys: EvidenceKeys) {
  if (pdf === undefined) return undefined;
  const { statement } = signed;
  const { seal, digest, text, isSealWhole } = pdf;
  if (seal.reference !== statement.reference || seal.log !== statement.log)
    return "the file's seal is of another evidence file";
  if (!isSigned(evidenceFileText(seal.log, seal.reference, seal.digest), seal.signature, keys.receipts))
    return "the file's seal is not signed by a known key";
  if (seal.digest === digest && isSealWhole && text === encodeEvidence(signed)) return undefined;
  return "a page or another part of the PDF was changed, or the file was saved again by another program";
}

function valuesFault({ records }: EvidenceStatement, entries: ReadonlyMap<string, EntryCheck>) {
  for (const record of records) {
    const fault = checkRecord(record, entries);
    if (fault !== undefined) return `job ${record.job_id}: ${fault}`;
  }
  return undefined;
}

function witnessesFault(checks: readonly EntryCheck[], policy: Policy | undefined, keys: EvidenceKeys) {
  const kinds = witnessKinds(keys.witnesses);
  const proven = checks.filter((check) => check.is === "proven");
  const isEnough = proven.every(({ witnesses }) => {
    const independent = witnesses.filter((one) => kinds.get(one) === "independent").length;
    return isMet(quorumOf(policy), { independent, own: witnesses.length - independent });
  });
  return isEnough ? undefined : "a checkpoint has fewer cosignatures than your policy asks for";
}

interface Checked {
  readonly passed: EvidenceStep[];
  readonly fault: EvidenceFault | undefined;
}

function inOrder(steps: Readonly<Record<EvidenceStep, () => string | undefined>>): Checked {
  const passed: EvidenceStep[] = [];
  for (const step of EVIDENCE_STEPS) {
    const detail = steps[step]();
    if (detail !== undefined) return { passed, fault: { step, detail } };
    passed.push(step);
  }
  return { passed, fault: undefined };
}

function newestOf(checks: readonly EntryCheck[]): EvidenceReport["checkpoint"] {
  let newest: EvidenceReport["checkpoint"];
  for (const check of checks)
    if (check.is === "proven" && check.size >= (newest?.size ?? 0))
      newest = { size: check.size, witnesses: check.witnesses.length };
  return newest;
}

function verdictOf(fault: EvidenceFault | undefined, isSure: boolean): EvidenceReport["verdict"] {
  // A missing cosignature changes nothing in the file: its witness may have been replaced.
  if (fault !== undefined) return fault.step === "checkpoint" ? "consistent" : "differs";
  return isSure ? "unchanged" : "consistent";
}

/**
 * Checks an evidence file, PDF or JSON, with nothing but its bytes and the checker's keys: the file's seal, the
 * statement's signature, each value against the record's digests and the entry that created the record, each entry
 * against a signed checkpoint. Without keys it uses those that the evidence names, and is at best "consistent". Throws
 * FormatError for a file that is no evidence.
 */
export function verifyEvidence(bytes: Uint8Array, policy: Policy | undefined): EvidenceReport {
  const pdf = isPdf(bytes) ? readEvidencePdf(bytes) : undefined;
  const signed = readEvidence(pdf?.text ?? new TextDecoder().decode(bytes));
  const { statement } = signed;
  const keys: EvidenceKeys = policy ?? statement.keys;
  const weak = keysFault({ log: keys.log, receipts: keys.receipts, witnesses: keys.witnesses });
  if (weak !== undefined) throw new FormatError("format.key", weak);
  const entries = statement.entries.map((entry) => checkEntry(entry, keys));
  const byId = new Map(entries.map((check) => [check.id, check]));
  const { passed, fault } = inOrder({
    signature: () =>
      isSigned(evidenceText(statement), signed.signature, keys.receipts)
        ? undefined
        : "the statement is not signed by a known key, or was changed after it was signed",
    file: () => fileFault(pdf, signed, keys),
    values: () => valuesFault(statement, byId),
    entries: () => entries.find((check) => check.is === "wrong")?.detail,
    checkpoint: () => witnessesFault(entries, policy, keys),
  });
  const promised = entries.filter(({ is }) => is === "promised").length;
  return {
    verdict: verdictOf(fault, policy !== undefined && promised === 0),
    isPdf: pdf !== undefined,
    statement,
    code: evidenceCode(statement),
    fault,
    passed,
    entries,
    checkpoint: newestOf(entries),
    promised,
    keysFrom: policy === undefined ? "evidence" : "policy",
  };
}
