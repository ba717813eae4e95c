import { z } from "zod";
import { equalConstantTime, fromBase64url, fromUtf8 } from "@/lib/crypto/bytes";
import { canonicalBytes, type Json } from "@/lib/crypto/json/canonical-json";
import type { EntryFacts } from "../container/read-line";
import type { Findings, Note } from "../report/report";
import type { Coverage } from "../tree/coverage";
import type { Manifest } from "./bundle-format";
import { explainedEntries, judgeRecovery, type RecoveryGround, restoredRange } from "./recovery";

const Seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const Prune = z.strictObject({
  minimum: Seq,
  checkpoint: z.strictObject({ size: Seq, root: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
});
/** Maximum number of entries of these kinds. An honest log has few, so a log with more is rejected. */
const MAX_MARKS = 10_000;
/** Maximum of their bytes, which all stay in memory. A thousand names of lost entries are some 45,000 bytes. */
const MAX_MARK_BYTES = 64 << 20;

/** Returns the root of the tree of a size, over the leaves of the bundle. */
export type RootOf = ReadonlyMap<number, Uint8Array>;

/**
 * An entry that states a pruning or a recovery. The statement stays as bytes, because a list of lists needs many times as
 * much.
 */
interface Mark extends Pick<EntryFacts, "id" | "class" | "outcome"> {
  readonly seq: number;
  readonly statement: Uint8Array;
}

function statementOf({ statement }: Mark): Json {
  return JSON.parse(fromUtf8(statement));
}

/** Checks what the log itself says about its losses: pruning and recovery (audit.md "Recovery"). */
export class History {
  readonly #prunes: Mark[] = [];
  readonly #recoveries = new Map<number, Mark>();
  #bytes = 0;

  constructor(
    readonly manifest: Manifest,
    readonly findings: Findings,
  ) {}

  /** Adds an entry of this many bytes. Returns false for a statement of its kind that is not kept, which is a finding. */
  see(seq: number, entry: EntryFacts, bytes: number): boolean {
    const { id, class: of, outcome, prune, recovery } = entry;
    const said = prune ?? recovery;
    if (said === undefined) return true;
    const count = prune === undefined ? this.#recoveries.size : this.#prunes.length;
    this.#bytes += bytes;
    if (count < MAX_MARKS && this.#bytes <= MAX_MARK_BYTES) {
      const mark = { seq, id, class: of, outcome, statement: canonicalBytes(said) };
      if (prune === undefined) this.#recoveries.set(seq, mark);
      else this.#prunes.push(mark);
      return true;
    }
    this.findings.add({ class: "lost", detail: "too many statements of pruning or recovery" });
    return false;
  }

  /** Returns the numbers of entries that came back without their sealed parts, according to a recovery here. */
  lost(placeOf: (id: string) => number | undefined): ReadonlySet<number> {
    const numbers = new Set<number>();
    for (const mark of this.#recoveries.values())
      for (const id of explainedEntries(mark.seq, statementOf(mark), placeOf)) {
        const place = placeOf(id);
        if (place !== undefined) numbers.add(place);
      }
    return numbers;
  }

  /** Returns the sizes whose roots `finish` needs. */
  sizes(): number[] {
    const mark = this.#prunedBy();
    const prune = mark === undefined ? undefined : Prune.safeParse(statementOf(mark));
    return prune?.success ? [prune.data.checkpoint.size] : [];
  }

  #prunedBy(): Mark | undefined {
    return this.#prunes.find(({ id }) => id === this.manifest.pruned?.entry);
  }

  /** Checks the claimed pruning, and reports losses. */
  finish(coverage: Coverage, provenSize: number, roots: RootOf, ground: RecoveryGround): Note[] {
    const notes = [...this.#recoveries.values()].flatMap((mark) => this.#recovery(mark, ground));
    const listed = this.manifest.pruned;
    if (listed === undefined) return notes;
    const fault = this.#pruneFault(listed.minimum, provenSize, roots) ?? this.#goneFault(coverage);
    if (fault !== undefined) {
      this.findings.add({
        class: "pruned",
        detail: `entries below ${listed.minimum} are listed as pruned: ${fault}`,
      });
      return notes;
    }
    return [...notes, prunedNote(this.manifest, listed.minimum, coverage.pruned)];
  }

  /**
   * Checks that this pruning explains the missing entries below the minimum. At least one must be missing, and none may
   * have been restored later by a recovery that appended the same numbers again byte for byte.
   */
  #goneFault(coverage: Coverage): string | undefined {
    if (this.manifest.complete && coverage.pruned === 0)
      return "all of these entries are in the bundle or withheld";
    const by = this.#prunedBy()?.seq ?? 0;
    for (const mark of this.#recoveries.values()) {
      const { seq } = mark;
      const range = seq > by ? restoredRange(statementOf(mark)) : undefined;
      const gone = range === undefined ? undefined : coverage.prunedWithin(range.from, range.to);
      if (gone !== undefined)
        return `entry ${seq}, a later recovery, says that entry ${gone} was appended again byte for byte`;
    }
    return undefined;
  }

  #pruneFault(minimum: number, provenSize: number, roots: RootOf): string | undefined {
    const mark = this.#prunedBy();
    if (mark === undefined) return "the entry that records the pruning is not in the bundle";
    const { seq } = mark;
    const prune = Prune.safeParse(statementOf(mark));
    if (!prune.success || mark.class !== "retention" || mark.outcome !== "done")
      return `entry ${seq} is not a record of pruning`;
    if (seq >= provenSize) return `entry ${seq} is covered by no trusted checkpoint`;
    const { checkpoint } = prune.data;
    if (prune.data.minimum !== minimum)
      return `entry ${seq} records ${prune.data.minimum} as the first kept entry`;
    if (minimum > seq || checkpoint.size > seq || checkpoint.size < minimum)
      return `entry ${seq} prunes entries that did not exist yet`;
    const root = roots.get(checkpoint.size);
    const isOurs = root !== undefined && equalConstantTime(root, fromBase64url(checkpoint.root));
    return isOurs ? undefined : `entry ${seq} names the root of another tree`;
  }

  #recovery(mark: Mark, ground: RecoveryGround): Note[] {
    const { is, detail } = judgeRecovery(mark.seq, statementOf(mark), ground);
    if (is === "recovered") return [{ class: "recovered", detail }];
    this.findings.add({ class: "lost", detail });
    return [];
  }
}

function prunedNote({ complete }: Manifest, minimum: number, count: number): Note {
  if (!complete)
    return {
      class: "pruned",
      detail: `entries below ${minimum} were pruned; a filtered export does not show which`,
    };
  const detail = `${count} entries below ${minimum} were pruned; their leaves are in the tree`;
  return { class: "pruned", detail, count };
}
