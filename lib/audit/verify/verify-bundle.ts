import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { openNote } from "@/lib/crypto/signed-note";
import { entryLeaf } from "../entry";
import type { Policy, ReceiptFile } from "./bundle-format";
import { checkEntries } from "./check-entries";
import { checkReceipt } from "./check-receipt";
import {
  checkTree,
  openCheckpoints,
  type TreeCheck,
  type TrustedCheckpoint,
  type TrustedKeys,
} from "./check-tree";
import { locate } from "./locate";
import { type Bundle, readBundle } from "./read-bundle";
import type { Finding, Report } from "./report";

const MERGE_DELAY_MICROS = 60_000_000n;

/** What a verification may be given beside the bundle. */
export interface VerifyOptions {
  readonly policy?: Policy;
  readonly receipts?: readonly ReceiptFile[];
}

function trustedKeys(bundle: Bundle, policy: Policy | undefined): TrustedKeys {
  const { log, receipts, witnesses } = policy ?? bundle.keys;
  return { log, receipts, witnesses: witnesses.map(({ vkey }) => vkey), quorum: policy?.quorum ?? 0 };
}

/**
 * Verifies a bundle with nothing but its bytes and, under a policy, the checker's own keys. Pure: no clock, no
 * network. Without a policy it can only say that the bundle agrees with the keys inside it.
 */
export function verifyBundle(bytes: Uint8Array, options: VerifyOptions = {}): Report {
  try {
    const { bundle, fileFindings } = readBundle(bytes);
    return judge(bundle, fileFindings, trustedKeys(bundle, options.policy), options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return unreadable(error, options.policy);
  }
}

function unreadable(error: FormatError, policy: Policy | undefined): Report {
  return {
    verdict: "wrong",
    log: undefined,
    size: 0,
    entries: 0,
    checkpoints: 0,
    witnessed: 0,
    trust: { source: policy === undefined ? "bundle" : "policy", keys: policy?.log ?? [] },
    findings: [{ class: "container", detail: error.message }],
    notes: [],
  };
}

function judge(
  bundle: Bundle,
  fileFindings: readonly Finding[],
  keys: TrustedKeys,
  options: VerifyOptions,
): Report {
  const { manifest } = bundle;
  const notes = [...bundle.checkpoints, ...(options.policy?.checkpoints ?? [])];
  const { trusted, findings: checkpointFindings } = openCheckpoints(notes, manifest.log, keys);
  const tree = checkTree(bundle.leaves, trusted);
  const receipts = (options.receipts ?? []).map((receipt) => checkReceipt(receipt, bundle, keys));
  const found: Finding[] = [
    ...fileFindings,
    ...checkManifest(bundle, keys),
    ...checkpointFindings,
    ...tree.findings,
    ...checkAnchor(bundle, trusted, tree, keys.quorum),
    ...checkEntries(bundle),
    ...receipts.flatMap((receipt) => receipt.findings),
    ...checkTail(bundle),
  ];
  const findings =
    found.length === 0 && tree.failedSize === undefined ? found : [...found, ...blame(bundle, keys, tree)];
  const isSound = findings.length === 0;
  return {
    verdict: !isSound ? "wrong" : options.policy === undefined ? "consistent" : "verified",
    log: manifest.log,
    size: tree.provenSize,
    entries: bundle.entries.length,
    checkpoints: trusted.length,
    witnessed: trusted.filter((checkpoint) => checkpoint.cosignatures >= Math.max(1, keys.quorum)).length,
    trust: {
      source: options.policy === undefined ? "bundle" : "policy",
      keys: [...keys.log, ...keys.receipts, ...keys.witnesses],
    },
    findings,
    notes: [...remarks(bundle), ...receipts.flatMap((receipt) => receipt.notes)],
  };
}

function checkManifest(bundle: Bundle, keys: TrustedKeys): Finding[] {
  try {
    if (openNote(bundle.manifestNote, keys.receipts).verified.length > 0) return [];
    return [{ class: "manifest", detail: "the manifest is signed by no trusted receipt key" }];
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [{ class: "manifest", detail: "the manifest's signature does not hold" }];
  }
}

/** The bundle must end at a trusted checkpoint, with enough witnesses on it. */
function checkAnchor(
  bundle: Bundle,
  trusted: readonly TrustedCheckpoint[],
  tree: TreeCheck,
  quorum: number,
): Finding[] {
  const size = bundle.leaves.length;
  if (bundle.manifest.size !== size) {
    const seq = Math.min(size, bundle.manifest.size);
    return [
      {
        class: "truncation",
        detail: `the manifest says ${bundle.manifest.size} leaves, there are ${size}`,
        seq,
      },
    ];
  }
  const anchor = trusted.findLast((checkpoint) => checkpoint.size === size);
  if (anchor === undefined) {
    const detail = `no trusted checkpoint stands over leaves ${tree.provenSize} to ${size - 1}`;
    return size === 0 ? [] : [{ class: "unanchored tail", detail, seq: tree.provenSize }];
  }
  if (anchor.cosignatures >= quorum) return [];
  return [
    {
      class: "keys",
      detail: `the newest checkpoint has ${anchor.cosignatures} trusted cosignatures of ${quorum}`,
    },
  ];
}

/** Names the entry behind a trouble: first by place signatures, else by the checkpoints on either side. */
function blame(bundle: Bundle, keys: TrustedKeys, tree: TreeCheck): Finding[] {
  const leaves = [...bundle.leaves];
  for (const entry of bundle.entries)
    if (entry.seq < leaves.length) leaves[entry.seq] = entryLeaf(entry.bytes);
  const { log } = bundle.manifest;
  const place = locate({
    log,
    receiptKeys: keys.receipts,
    places: bundle.places,
    leaves,
    seqs: placedSeqs(bundle),
  });
  const findings: Finding[] = place === undefined ? [] : [place];
  if (tree.failedSize !== undefined && tree.failedSize <= leaves.length) {
    const detail = `leaves ${tree.provenSize} to ${tree.failedSize - 1} do not give the root that was signed`;
    findings.push({ class: "fork", detail, ...(place === undefined ? { seq: tree.provenSize } : {}) });
  }
  return findings;
}

function placedSeqs(bundle: Bundle): number[] {
  const { complete, range } = bundle.manifest;
  if (!complete) return bundle.entries.map((entry) => entry.seq);
  return Array.from(
    { length: Math.max(0, Math.min(range.to, bundle.leaves.length) - range.from) },
    (_, at) => range.from + at,
  );
}

function checkTail(bundle: Bundle): Finding[] {
  const { later, exported_at } = bundle.manifest;
  if (later.oldest_at === undefined) return [];
  const age = parseMicros(exported_at) - parseMicros(later.oldest_at);
  if (age <= MERGE_DELAY_MICROS) return [];
  const waiting = later.count === 1 ? "1 entry waits" : `${later.count} entries wait`;
  const detail = `${waiting} for a checkpoint, the oldest for ${age / 1_000_000n} s`;
  return [{ class: "unanchored tail", detail }];
}

function withheldWords(count: number): string {
  return count === 1 ? "1 entry is shown by its leaf only" : `${count} entries are shown by their leaf only`;
}

function remarks(bundle: Bundle): string[] {
  const { manifest } = bundle;
  const notes: string[] = [];
  const later = manifest.later.count;
  if (later > 0)
    notes.push(later === 1 ? "1 later entry is left out" : `${later} later entries are left out`);
  if (!manifest.complete) notes.push("a filtered export: inclusion is proven, not that nothing was left out");
  if (manifest.withheld.length > 0) notes.push(withheldWords(manifest.withheld.length));
  return notes;
}
