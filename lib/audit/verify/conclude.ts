import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { Frontier } from "@/lib/crypto/merkle";
import { BUNDLE_FILES, type Manifest, type ReceiptFile } from "./bundle-format";
import { checkReceipt } from "./check-receipt";
import type { TrustedCheckpoint } from "./check-tree";
import type { TreeState } from "./leaf-stream";
import { LeafStream } from "./leaf-stream";
import { locate, PLACE_RADIUS } from "./locate";
import { readNearby } from "./nearby";
import { PlaceWindow } from "./place-window";
import { describeQuorum, isMet, type Quorum } from "./quorum";
import { around, type Finding, type Findings, firstBad, type Note, type Report, somewhere } from "./report";
import type { Content, Head, Verification } from "./verification";

const MERGE_DELAY_MICROS = 60_000_000n;
const MICROS_PER_SECOND = 1_000_000n;

/** Everything of a report but the verdict and the findings. */
export type Conclusion = Omit<Report, "verdict" | "findings">;

/** What can be said once everything was read: anchor, tail, receipts, losses, and the entry behind a trouble. */
export async function conclude(run: Verification): Promise<Conclusion> {
  const { head, content, findings } = run;
  if (head === undefined || content === undefined) return nothing(run);
  const tree = content.leaves.state;
  const notes: Note[] = [];
  checkAnchor(head, content.trusted, tree, findings);
  const roots = await secondLook(() => rootsAt(run, content.entries.history.sizes()), new Map());
  const { claims, coverage, erasures, history } = content.entries;
  notes.push(...erasures.finish(tree.provenSize), ...history.finish(coverage, tree.provenSize, roots));
  notes.push(...checkTail(head.manifest, findings), ...remarks(head.manifest, content.entries.count));
  notes.push(...claims.finish(coverage.withheld.count), ...run.stamps.notes);
  notes.push(...checkReceipts(run, head, content.trusted, tree));
  notes.push(...witnessNotes(content.trusted, tree));
  if (!findings.isEmpty || tree.failedSize !== undefined) await blame(run, head, content, tree);
  return {
    ...trustOf(run, head),
    log: head.manifest.log,
    exportedAt: head.manifest.exported_at,
    size: tree.provenSize,
    entries: content.entries.count,
    checkpoints: content.trusted.length,
    witnessed: countWitnessed(content.trusted, head.keys.quorum),
    nearby: await secondLook(() => nearbyOf(run, content), []),
    notes,
  };
}

/** What cannot be read a second time has its finding from the first, and is not looked at more closely. */
async function secondLook<T>(look: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof FormatError) return otherwise;
    throw error;
  }
}

function nothing(run: Verification): Conclusion {
  const { policy } = run.options;
  const source = policy === undefined ? "bundle" : "policy";
  return {
    log: undefined,
    exportedAt: undefined,
    size: 0,
    entries: 0,
    checkpoints: 0,
    witnessed: 0,
    trust: { source, keys: policy?.log ?? [] },
    nearby: [],
    notes: [],
  };
}

function trustOf(run: Verification, { keys }: Head): Pick<Conclusion, "trust"> {
  const source = run.options.policy === undefined ? "bundle" : "policy";
  return { trust: { source, keys: [...keys.log, ...keys.receipts, ...keys.witnesses.keys()] } };
}

/** Witnessed is what independent witnesses cosigned; ours alone is self-witnessed. */
function countWitnessed(trusted: readonly TrustedCheckpoint[], quorum: Quorum): number {
  const needed = Math.max(1, quorum.independent);
  return trusted.filter((checkpoint) => checkpoint.independent >= needed && isMet(quorum, checkpoint)).length;
}

function witnessNotes(trusted: readonly TrustedCheckpoint[], tree: TreeState): Note[] {
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

/** The bundle must end at a trusted checkpoint, with enough witnesses on it. */
function checkAnchor(
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
  findings.add({ class: "keys", detail });
}

/** Entries that no checkpoint covers yet: reported within the merge delay, a finding beyond it. */
function checkTail({ later, exported_at }: Manifest, findings: Findings): Note[] {
  if (later.count === 0 || later.oldest_at === undefined) return [];
  const age = parseMicros(exported_at) - parseMicros(later.oldest_at);
  const waiting = later.count === 1 ? "1 entry waits" : `${later.count} entries wait`;
  const detail = `${waiting} for a checkpoint, the oldest for ${age / MICROS_PER_SECOND} s`;
  if (age <= MERGE_DELAY_MICROS) return [{ class: "later entries", detail, count: later.count }];
  findings.add({ class: "unanchored tail", detail });
  return [];
}

function remarks({ complete, size, withheld, withheld_file: file }: Manifest, entries: number): Note[] {
  const notes: Note[] = [];
  const count = file?.count ?? withheld.length;
  if (!complete) {
    const detail = "a filtered export: inclusion is proven, not that nothing was left out";
    notes.push({ class: "filtered", detail });
  }
  if (entries === 0 && size > 0) {
    const detail = "no entry is in this bundle: what is proven is a tree of leaves, and not what was written";
    notes.push({ class: "no entries", detail });
  }
  if (count > 0) {
    const detail = `${count} entries are shown by their leaf only`;
    notes.push({ class: "withheld", detail, count });
  }
  return notes;
}

/** Latest time by which this tree was the newest one: the export, a witness's word, a time stamp. */
function evidenceOf(run: Verification, manifest: Manifest, trusted: readonly TrustedCheckpoint[]): bigint {
  const cosigned = trusted
    .filter((checkpoint) => checkpoint.size === manifest.size)
    .map(({ cosignedAt }) => BigInt(cosignedAt ?? 0) * MICROS_PER_SECOND);
  const times = [parseMicros(manifest.exported_at), run.stamps.newest ?? 0n, ...cosigned];
  return times.reduce((newest, time) => (time > newest ? time : newest));
}

function checkReceipts(
  run: Verification,
  { manifest, keys }: Head,
  trusted: readonly TrustedCheckpoint[],
  tree: TreeState,
): Note[] {
  const receipts: readonly ReceiptFile[] = run.options.receipts ?? [];
  const evidence = evidenceOf(run, manifest, trusted);
  const ground = {
    log: manifest.log,
    receiptKeys: keys.receipts,
    watch: run.watch,
    provenSize: tree.provenSize,
  };
  const checks = receipts.map((receipt) => checkReceipt(receipt, { ...ground, evidence }));
  run.findings.add(...checks.flatMap((check) => check.findings));
  return checks.flatMap((check) => check.notes);
}

/** Roots of the trees of some sizes, by one more reading of the leaves; a log is pruned a few times in its life. */
async function rootsAt(
  run: Verification,
  sizes: readonly number[],
): Promise<ReadonlyMap<number, Uint8Array>> {
  const roots = new Map<number, Uint8Array>();
  const pass = sizes.length === 0 ? undefined : run.again(BUNDLE_FILES.leaves);
  if (pass === undefined) return roots;
  const frontier = Frontier.empty();
  const last = Math.max(...sizes);
  const see = (leaf: Uint8Array): void => {
    if (frontier.size >= last) return;
    frontier.append(leaf);
    if (sizes.includes(frontier.size)) roots.set(frontier.size, frontier.root());
  };
  await new LeafStream(pass, [], run.findings, see).finish();
  return roots;
}

/** Names the entry behind a trouble: first by place signatures, else by the checkpoints on either side. */
async function blame(run: Verification, head: Head, content: Content, tree: TreeState): Promise<void> {
  const place = await secondLook(() => findPlace(run, head, content, tree), undefined);
  if (place !== undefined) run.findings.add(place);
  if (tree.failedSize === undefined || tree.failedSize > tree.count) return;
  const detail = `leaves ${tree.provenSize} to ${tree.failedSize - 1} do not give the root that was signed`;
  const range = somewhere(tree.provenSize, tree.failedSize - 1);
  const roots = tree.rootsApart === undefined ? {} : { roots: tree.rootsApart };
  run.findings.add({ class: "fork", detail, ...range, shownBy: "root", ...roots });
}

async function findPlace(
  run: Verification,
  { manifest, keys }: Head,
  content: Content,
  tree: TreeState,
): Promise<Finding | undefined> {
  const leaves = run.again(BUNDLE_FILES.leaves);
  const from = Math.max(tree.provenSize, manifest.complete ? manifest.range.from : 0);
  const to = Math.min(tree.failedSize ?? tree.count, tree.count);
  if (leaves === undefined || from >= to) return undefined;
  run.tell("faults", from, to);
  const { changed } = content.entries;
  const window = new PlaceWindow(leaves, run.again(BUNDLE_FILES.places), changed, PLACE_RADIUS);
  const { complete, log } = manifest;
  return locate({ log, receiptKeys: keys.receipts, from, to, complete, window });
}

async function nearbyOf(run: Verification, { entries }: Content): Promise<Report["nearby"]> {
  const bad = firstBad(run.findings.list());
  if (bad === undefined) return [];
  const { landmarks } = entries;
  const files = { leaves: run.file(BUNDLE_FILES.leaves), entries: run.file(BUNDLE_FILES.entries) };
  return readNearby({ source: run.source, landmarks, ...files }, bad);
}
