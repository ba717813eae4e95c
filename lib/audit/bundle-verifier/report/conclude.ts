import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/log/merkle";
import { BUNDLE_FILES, type Manifest } from "../claims/bundle-format";
import type { RecoveryGround } from "../claims/recovery";
import type { Content, Head } from "../content";
import { checkReceipt, type ReceiptCheck } from "../receipts/check-receipt";
import { checkAnchor, checkTail, countWitnessed, newestEvidence, witnessNotes } from "../tree/anchor";
import type { TrustedCheckpoint } from "../tree/check-tree";
import type { TreeState } from "../tree/leaf-stream";
import { LeafStream } from "../tree/leaf-stream";
import { isMet } from "../tree/quorum";
import { shownRanges } from "../tree/ranges";
import type { Verification } from "../verification";
import { locate, PLACE_RADIUS } from "./locate";
import { readNearby } from "./nearby";
import { PlaceWindow } from "./place-window";
import { type Finding, firstBad, type KeepableCheckpoint, type Note, type Report, somewhere } from "./report";

/** Everything in a report except the verdict and the findings. */
export type Conclusion = Omit<Report, "verdict" | "findings">;

/** The results after everything was read: anchor, tail, receipts, losses, and the entry behind a fault. */
export async function conclude(run: Verification): Promise<Conclusion> {
  const { head, content, findings } = run;
  if (head === undefined || content === undefined) return nothing(run);
  const tree = content.leaves.state;
  const notes: Note[] = [];
  if (!run.isForeign) checkAnchor(head, content.trusted, tree, findings);
  const roots = await secondLook(() => rootsAt(run, content.entries.history.sizes()), new Map());
  const { claims, coverage, erasures, history, missing } = content.entries;
  notes.push(
    ...erasures.finish(tree.provenSize),
    ...history.finish(coverage, tree.provenSize, roots, groundOf(head, content)),
  );
  const placeOf = (id: string) => content.entries.placeOf(id);
  missing.finish(history.lost(placeOf));
  notes.push(...checkTail(head.manifest, findings), ...remarks(head.manifest, content));
  notes.push(...claims.finish(coverage.withheld.count));
  notes.push(...run.stamps.notes);
  const receipts = checkReceipts(run, head, content.trusted, tree);
  notes.push(...receipts.flatMap((check) => check.notes));
  notes.push(...witnessNotes(head, content.trusted, tree, run.options.nowMicros));
  if (!findings.isEmpty || tree.failedSize !== undefined) await blame(run, head, content, tree);
  return {
    ...trustOf(run, head),
    log: head.manifest.log,
    exportedAt: head.manifest.exported_at,
    size: tree.provenSize,
    entries: content.entries.count,
    checkpoints: content.trusted.length,
    ...countWitnessed(content.trusted, head.keys.quorum),
    receipts: receipts.map(({ result }) => result),
    newest: newestOf(head, content, tree),
    nearby: await secondLook(() => nearbyOf(run, content), []),
    notes,
  };
}

function groundOf({ manifest, keys }: Head, { entries }: Content): RecoveryGround {
  return { log: manifest.log, logKeys: keys.log, placeOf: (id) => entries.placeOf(id) };
}

/** A file that cannot be read again has its finding from the first reading and gets no closer check. */
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
    selfWitnessed: 0,
    receipts: [],
    newest: undefined,
    trust: { source, keys: policy?.log ?? [] },
    nearby: [],
    notes: [],
  };
}

function trustOf(run: Verification, { keys }: Head): Pick<Conclusion, "trust"> {
  const source = run.options.policy === undefined ? "bundle" : "policy";
  return { trust: { source, keys: [...keys.log, ...keys.receipts, ...keys.witnesses.keys()] } };
}

/** Returns the bundle's newest checkpoint, if it covers the whole tree and has the required cosignatures. */
function newestOf({ keys }: Head, content: Content, tree: TreeState): KeepableCheckpoint | undefined {
  const { newest, trusted } = content;
  if (newest === undefined || newest.size !== tree.provenSize || tree.provenSize !== tree.count)
    return undefined;
  const isEnough = trusted.some((one) => one.size === newest.size && isMet(keys.quorum, one));
  return isEnough ? newest : undefined;
}

function remarks(manifest: Manifest, { entries: { count: entries, coverage } }: Content): Note[] {
  const { complete, size, parts } = manifest;
  const notes: Note[] = [];
  const { withheld } = coverage;
  if (!complete) {
    const detail =
      "a filtered export: it proves that its entries are in the log, but not that it has every matching entry";
    notes.push({ class: "filtered", detail });
  }
  if (entries === 0 && size > 0) {
    const detail =
      "this bundle has no entry: it proves the hashes of the log's entries, but not what they say";
    notes.push({ class: "no entries", detail });
  }
  if (parts === "none") {
    const detail =
      "this bundle was exported without sealed parts, so it cannot show whether the log lost one";
    notes.push({ class: "no parts", detail });
  }
  const { count } = withheld;
  if (count > 0) {
    const [which, it, content] =
      count === 1
        ? ["1 entry is", "this entry", "its content"]
        : [`${count} entries are`, "these entries", "their content"];
    const detail = `${which} shown by the leaf only (${shownRanges(withheld)}): according to the manifest, the person who exported this bundle may not read ${it}. The bundle proves that ${it} did not change, but does not show ${content}`;
    notes.push({ class: "withheld", detail, count });
  }
  return notes;
}

function checkReceipts(
  run: Verification,
  head: Head,
  trusted: readonly TrustedCheckpoint[],
  tree: TreeState,
): readonly ReceiptCheck[] {
  const { manifest, keys } = head;
  const times = {
    stamped: run.isVouched(BUNDLE_FILES.timestamps) ? run.stamps.newest : undefined,
    hasCosigned: run.isVouched(BUNDLE_FILES.checkpoints),
    nowMicros: run.options.nowMicros,
  };
  const evidence = newestEvidence(head, trusted, tree.provenSize, times);
  const ground = {
    log: manifest.log,
    receiptKeys: keys.receipts,
    keysOf: run.options.policy === undefined ? ("bundle" as const) : ("policy" as const),
    watch: run.watch,
    provenSize: tree.provenSize,
    isFiltered: !manifest.complete,
    evidence,
  };
  const checks = (run.options.receipts ?? []).map((given) => checkReceipt(given, ground));
  run.findings.add(...checks.flatMap((check) => check.findings));
  return checks;
}

/** Returns the roots of the trees of some sizes, by another reading of the leaves. A log is pruned only a few times. */
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

/** Names the entry behind a fault: first by place signatures, else by the checkpoints on either side. */
async function blame(run: Verification, head: Head, content: Content, tree: TreeState): Promise<void> {
  const place = await secondLook(() => findPlace(run, head, content, tree), undefined);
  // If no trusted key signed anything, missing place signatures say nothing about the entries.
  if (place !== undefined && !(run.isForeign && place.shownBy === undefined)) run.findings.add(place);
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
