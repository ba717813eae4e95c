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
/** Tolerance for clocks of witness, operator and checker. A time beyond it is in the future. */
const SKEW_MICROS = 300_000_000n;

/** Witnessed means cosigned by independent witnesses. Cosigned only by our own means self-witnessed. */
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

/** Reports notes about the cosignatures of the newest checkpoint, and about the times of witnesses. */
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

/** A witness whose time is later than the export, or than the checker's own clock, signed with a wrong clock. */
function futureNotes(
  { exported_at }: Manifest,
  trusted: readonly TrustedCheckpoint[],
  nowMicros: bigint | undefined,
): Note[] {
  const latest = trusted.reduce((newest, { cosignedAt }) => Math.max(newest, cosignedAt ?? 0), 0);
  const limits = [
    { name: "the export", limit: parseMicros(exported_at) + SKEW_MICROS },
    ...(nowMicros === undefined
      ? []
      : [{ name: "the time of this computer", limit: nowMicros + SKEW_MICROS }]),
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

/** The times in a bundle that the exporter claims, and the checker's clock. */
export interface Times {
  /** Time of a time stamp on the newest checkpoint, if the exporter signed it with the bundle. */
  readonly stamped: bigint | undefined;
  /** Whether the exporter signed the checkpoints, with the cosignatures on them. */
  readonly hasCosigned: boolean;
  readonly nowMicros: bigint | undefined;
}

/**
 * Returns the latest time by which this tree was the newest one, according to the exporter: the export, and the times of
 * witnesses and a time stamp on the checkpoint that the exporter signed as the newest. Undefined where no trusted key
 * signed the manifest, because an authority stamps anything, and a witness that has seen no later tree cosigns an old one
 * for anyone. Undefined too where the tree is not proven to its end, because the end may have been cut off, and for a
 * filtered export, for which the portal asks no signer how far the log goes. A witness's time later than the checker's
 * own clock is not evidence.
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

/** Requires that the bundle ends at a trusted checkpoint with enough witnesses. */
export function checkAnchor(
  { manifest, keys }: Head,
  trusted: readonly TrustedCheckpoint[],
  tree: TreeState,
  findings: Findings,
): void {
  const size = tree.count;
  if (manifest.size !== size) {
    const detail = `the manifest says ${manifest.size} leaves, but leaves.txt has ${size}`;
    findings.add({ class: "truncation", detail, ...around(Math.min(size, manifest.size)) });
    return;
  }
  const anchors = trusted.filter((checkpoint) => checkpoint.size === size);
  const anchor = anchors.find((candidate) => isMet(keys.quorum, candidate)) ?? anchors.at(-1);
  // The root of an empty tree is public, so a signature over it verifies nothing.
  if (size === 0) {
    findings.add({
      class: "empty",
      detail: "the bundle is of an empty tree: there is nothing in it to verify",
    });
    return;
  }
  if (anchor === undefined) {
    const detail = `no trusted checkpoint covers leaves ${tree.provenSize} to ${size - 1}`;
    findings.add({ class: "unanchored tail", detail, ...somewhere(tree.provenSize, size - 1) });
    return;
  }
  if (isMet(keys.quorum, anchor)) return;
  const detail = `the newest checkpoint has ${describeQuorum(keys.quorum, anchor)}`;
  findings.add({ class: "keys", detail, isUnfinished: true });
}

/**
 * Reports entries that no checkpoint covers yet: a note within the merge delay, a finding beyond it. Entries that waited
 * when their log was closed stay uncovered. They are only a note, because no newer bundle can cover them.
 */
export function checkTail({ later, exported_at, recorded_in }: Manifest, findings: Findings): Note[] {
  if (later.count === 0) return [];
  if (recorded_in !== undefined) {
    const left = later.count === 1 ? "1 entry was" : `${later.count} entries were`;
    const detail = `${left} not covered by a checkpoint when this log was closed, and no checkpoint will ever cover ${later.count === 1 ? "it" : "them"}`;
    return [{ class: "later entries", detail, count: later.count }];
  }
  const waiting = later.count === 1 ? "1 entry waits" : `${later.count} entries wait`;
  if (later.oldest_at === undefined) {
    const detail = `${waiting} for a checkpoint, and the manifest does not say for how long`;
    findings.add({ class: "unanchored tail", detail, isUnfinished: true });
    return [];
  }
  const age = parseMicros(exported_at) - parseMicros(later.oldest_at);
  const detail = `${waiting} for a checkpoint, the oldest for ${age / MICROS_PER_SECOND} s`;
  if (age <= MERGE_DELAY_MICROS) return [{ class: "later entries", detail, count: later.count }];
  findings.add({ class: "unanchored tail", detail, isUnfinished: true });
  return [];
}
