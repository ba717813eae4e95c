import { FormatError } from "@/lib/crypto/format-error";
import { formatSeconds, parseMicros } from "@/lib/crypto/instant";
import type { Manifest } from "../claims/bundle-format";
import type { Head } from "../content";
import { around, type Findings, type Note, somewhere } from "../report/report";
import type { TrustedCheckpoint } from "./check-tree";
import type { TreeState } from "./leaf-stream";
import { describeQuorum, isMet, type Quorum } from "./quorum";

const MERGE_DELAY_MICROS = 60_000_000n;
const MICROS_PER_SECOND = 1_000_000n;
/** Clocks of witness, operator and checker may differ by this much; a time beyond it lies in the future. */
const SKEW_MICROS = 300_000_000n;

/** Witnessed is what independent witnesses cosigned; what ours alone did is self-witnessed. */
export function countWitnessed(
  trusted: readonly TrustedCheckpoint[],
  quorum: Quorum,
): { readonly witnessed: number; readonly selfWitnessed: number } {
  const needed = Math.max(1, quorum.independent);
  let [witnessed, selfWitnessed] = [0, 0];
  for (const checkpoint of trusted) {
    if (checkpoint.independent >= needed && isMet(quorum, checkpoint)) witnessed += 1;
    else if (checkpoint.independent === 0 && checkpoint.own > 0) selfWitnessed += 1;
  }
  return { witnessed, selfWitnessed };
}

/** What is remarkable about the cosignatures of the newest checkpoint, and about the times that witnesses give. */
export function witnessNotes(
  { manifest }: Head,
  trusted: readonly TrustedCheckpoint[],
  tree: TreeState,
  nowMicros: bigint | undefined,
): Note[] {
  return [...kindNotes(trusted, tree), ...futureNotes(manifest, trusted, nowMicros)];
}

function kindNotes(trusted: readonly TrustedCheckpoint[], tree: TreeState): Note[] {
  const newest = trusted.findLast((checkpoint) => checkpoint.size === tree.count);
  if (newest === undefined || newest.independent > 0) return [];
  if (newest.own > 0)
    return [
      {
        class: "self-witnessed",
        detail: "the newest checkpoint is cosigned by the operator's own witness only",
      },
    ];
  return [{ class: "unwitnessed", detail: "no trusted witness has cosigned the newest checkpoint" }];
}

/** A witness whose time is later than the export, or than the checker's own clock, has signed with a wrong clock. */
function futureNotes(
  { exported_at }: Manifest,
  trusted: readonly TrustedCheckpoint[],
  nowMicros: bigint | undefined,
): Note[] {
  const latest = trusted.reduce((newest, { cosignedAt }) => Math.max(newest, cosignedAt ?? 0), 0);
  const limits = [
    { name: "the export", limit: parseMicros(exported_at) + SKEW_MICROS },
    ...(nowMicros === undefined ? [] : [{ name: "the clock here", limit: nowMicros + SKEW_MICROS }]),
  ];
  return limits.flatMap(({ name, limit }): Note[] => {
    const count = trusted.filter(({ cosignedAt }) => microsOf(cosignedAt) > limit).length;
    if (count === 0) return [];
    const which = count === 1 ? "1 checkpoint is" : `${count} checkpoints are`;
    const detail = `${which} cosigned at a time later than ${name}, the latest at ${timeText(latest)}`;
    return [{ class: "witness time", detail, count }];
  });
}

function microsOf(seconds: number | undefined): bigint {
  return BigInt(seconds ?? 0) * MICROS_PER_SECOND;
}

function timeText(seconds: number): string {
  try {
    return formatSeconds(seconds * 1000);
  } catch (error) {
    if (error instanceof FormatError) return `${seconds} s after 1970`;
    throw error;
  }
}

/** What of the times in a bundle is the exporter's own word, and the checker's clock. */
export interface Times {
  /** Of a time stamp on the newest checkpoint, where the exporter signed it with the bundle. */
  readonly stamped: bigint | undefined;
  /** Whether the exporter signed the checkpoints, with the cosignatures on them. */
  readonly hasCosigned: boolean;
  readonly nowMicros: bigint | undefined;
}

/**
 * Latest time by which this tree was the newest one, by the exporter's own word: the export, and what witnesses and a
 * time stamp put on the checkpoint that he signed as his newest. Undefined where no trusted key signed the manifest: an
 * authority stamps whatever it is sent, and a witness that has seen no later tree cosigns an old one, for anybody.
 * Undefined, too, where the tree is not proven to its end, since what is not there may have been cut off here, and of a
 * filtered export, for which the portal asks no signer how far the log goes. A witness's time that the checker's own
 * clock has not reached is no evidence of anything.
 */
export function newestEvidence(
  { manifest, isSigned }: Pick<Head, "manifest" | "isSigned">,
  trusted: readonly TrustedCheckpoint[],
  provenSize: number,
  { stamped, hasCosigned, nowMicros }: Times,
): bigint | undefined {
  const { size, exported_at, complete } = manifest;
  const own = trusted.filter((checkpoint) => checkpoint.isKept !== true);
  const isCut = own.some((checkpoint) => checkpoint.size > size);
  if (!isSigned || !complete || provenSize !== size || isCut) return undefined;
  const cosigned = own
    .filter((checkpoint) => hasCosigned && checkpoint.size === size)
    .map(({ cosignedAt }) => microsOf(cosignedAt))
    .filter((time) => nowMicros === undefined || time <= nowMicros + SKEW_MICROS);
  const times = [parseMicros(exported_at), stamped ?? 0n, ...cosigned];
  return times.reduce((newest, time) => (time > newest ? time : newest));
}

/** The bundle must end at a trusted checkpoint, with enough witnesses on it. */
export function checkAnchor(
  { manifest, keys }: Head,
  trusted: readonly TrustedCheckpoint[],
  tree: TreeState,
  findings: Findings,
): void {
  const size = tree.count;
  if (manifest.size !== size) {
    const detail = `the manifest says ${manifest.size} leaves, there are ${size}`;
    findings.add({ class: "truncation", detail, ...around(Math.min(size, manifest.size)) });
    return;
  }
  const anchors = trusted.filter((checkpoint) => checkpoint.size === size);
  const anchor = anchors.find((candidate) => isMet(keys.quorum, candidate)) ?? anchors.at(-1);
  // A tree of nothing has a root that anybody knows: whoever signed it, nothing is verified by it.
  if (size === 0) {
    findings.add({
      class: "empty",
      detail: "the bundle is of an empty tree: there is nothing in it to verify",
    });
    return;
  }
  if (anchor === undefined) {
    const detail = `no trusted checkpoint stands over leaves ${tree.provenSize} to ${size - 1}`;
    findings.add({ class: "unanchored tail", detail, ...somewhere(tree.provenSize, size - 1) });
    return;
  }
  if (isMet(keys.quorum, anchor)) return;
  const detail = `the newest checkpoint has ${describeQuorum(keys.quorum, anchor)}`;
  findings.add({ class: "keys", detail, isUnfinished: true });
}

/**
 * Entries that no checkpoint covers yet: reported within the merge delay, a finding beyond it. What waited when its log was
 * closed waits for none: it is told, and no newer bundle will be of another mind.
 */
export function checkTail({ later, exported_at, recorded_in }: Manifest, findings: Findings): Note[] {
  if (later.count === 0) return [];
  if (recorded_in !== undefined) {
    const left = later.count === 1 ? "1 entry was" : `${later.count} entries were`;
    const detail = `${left} under no checkpoint when this log was closed, and will never be`;
    return [{ class: "later entries", detail, count: later.count }];
  }
  const waiting = later.count === 1 ? "1 entry waits" : `${later.count} entries wait`;
  if (later.oldest_at === undefined) {
    const detail = `${waiting} for a checkpoint, and nothing says for how long`;
    findings.add({ class: "unanchored tail", detail, isUnfinished: true });
    return [];
  }
  const age = parseMicros(exported_at) - parseMicros(later.oldest_at);
  const detail = `${waiting} for a checkpoint, the oldest for ${age / MICROS_PER_SECOND} s`;
  if (age <= MERGE_DELAY_MICROS) return [{ class: "later entries", detail, count: later.count }];
  findings.add({ class: "unanchored tail", detail, isUnfinished: true });
  return [];
}
