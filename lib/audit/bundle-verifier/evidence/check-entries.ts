import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { Policy } from "../claims/bundle-format";
import { checkPart } from "../parts/check-part";
import { signatureFault } from "../receipts/receipt-signature";
import { leafOf } from "../receipts/receipt-watch";
import { checkProof, parseProof } from "../tree/check-proof";
import type { EvidenceEntry } from "./evidence-format";

/** The keys that decide; of a checker's policy, or those that the evidence names. */
export type EvidenceKeys = Pick<Policy, "log" | "receipts" | "witnesses">;

/** An entry that was checked. `proven`: in a signed tree; `promised`: the log signed that it will be. */
export type EntryCheck = {
  readonly id: string;
  /** Its parts that were opened, by label. */
  readonly parts: ReadonlyMap<string, Json>;
  /** Digests in its public part, of a record that it created. */
  readonly record: { readonly rd: string | undefined; readonly meta: string | undefined };
} & (
  | {
      readonly is: "proven";
      readonly seq: number;
      readonly size: number;
      readonly witnesses: readonly string[];
    }
  | { readonly is: "promised"; readonly by: string }
  | { readonly is: "wrong"; readonly detail: string }
);

const NOTHING = { parts: new Map<string, Json>(), record: { rd: undefined, meta: undefined } };

function wrong(id: string, detail: string): EntryCheck {
  return { id, ...NOTHING, is: "wrong", detail: `log entry ${id} ${detail}` };
}

/** Opens the parts that came with the entry. Returns why one of them is not the entry's own. */
function openedParts(given: EvidenceEntry, bytes: Uint8Array): ReadonlyMap<string, Json> | string {
  const { id, log, sealed } = parseEntry(bytes);
  const opened = new Map<string, Json>();
  for (const { c, kind, stored, key } of given.parts) {
    const check = checkPart({ id, log, sealed }, { c, kind, stored, key });
    if (!check.ok) return `has a part that ${check.fault}`;
    if (check.plaintext !== undefined) opened.set(c, check.plaintext);
  }
  return opened;
}

type Place =
  | {
      readonly is: "proven";
      readonly seq: number;
      readonly size: number;
      readonly witnesses: readonly string[];
    }
  | { readonly is: "promised"; readonly by: string }
  | string;

const FAULTS = {
  form: "has no readable proof",
  index: "has the proof of another entry",
  log: "has a proof of another log",
  leaf: "has the proof of another entry",
  path: "is not in the tree of its checkpoint",
  signature: "has a checkpoint with a wrong signature",
  unsigned: "has a checkpoint that no known key of the log signed",
} as const;

function placeOf({ log, proof, receipt }: EvidenceEntry, bytes: Uint8Array, keys: EvidenceKeys): Place {
  if (proof !== undefined) {
    const { index } = parseProof(proof);
    const witnessKeys = keys.witnesses.map(({ vkey }) => vkey);
    const leaf = toBase64url(entryLeaf(bytes));
    const check = checkProof({ entry: bytes, leaf, seq: index, log, proof, logKeys: keys.log, witnessKeys });
    if (!check.ok) return FAULTS[check.fault];
    const witnesses = check.cosignatures.map(({ vkey }) => vkey);
    return { is: "proven", seq: index, size: check.proof.size, witnesses };
  }
  if (receipt === undefined || receipt.entry !== toBase64url(bytes))
    return "has neither a proof nor a receipt";
  const fault = signatureFault(receipt, leafOf(receipt), { receiptKeys: keys.receipts, keysOf: "policy" });
  return fault === undefined
    ? { is: "promised", by: receipt.integrate_by }
    : `has a receipt that ${fault.detail}`;
}

/** Checks one entry of the evidence: its bytes, its parts, and its place in the log. */
export function checkEntry(given: EvidenceEntry, keys: EvidenceKeys): EntryCheck {
  try {
    const bytes = fromBase64url(given.entry);
    const { id, log, pub } = parseEntry(bytes);
    if (id !== given.id || log !== given.log) return wrong(given.id, "has the bytes of another entry");
    const parts = openedParts(given, bytes);
    if (typeof parts === "string") return wrong(id, parts);
    const place = placeOf(given, bytes, keys);
    if (typeof place === "string") return wrong(id, place);
    return { id, parts, record: { rd: pub?.rd, meta: pub?.meta }, ...place };
  } catch (error) {
    if (error instanceof FormatError) return wrong(given.id, `cannot be read: ${error.message}`);
    throw error;
  }
}
