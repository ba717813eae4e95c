import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import { CHAIN_START } from "../entry/entry";
import type { StoredHead } from "./log-store";
import { VerificationFinding } from "./schema";

const Count = z.int().min(0);

/** The progress of a verification as saved between batches: everything that another worker needs to continue. */
export const SavedProgress = z.strictObject({
  /** `next`: first entry number that was not checked. `size`: number after the last entry to check. */
  next: Count,
  size: Count,
  frontier: z.array(z.string()),
  chain: z.string(),
  /** Size of the newest checkpoint that matches the tree, and of the first that does not. */
  proven: Count,
  failed: Count.nullable(),
  checkpoints: Count,
  pruned: Count,
  stamped: z.strictObject({ checked: Count, unchecked: Count }),
  /** The head row at the beginning, or null if there was none. */
  head: z
    .strictObject({ size: Count, root: z.string(), chain: z.string(), frontier: z.array(z.string()) })
    .nullable(),
  findings: z.array(VerificationFinding),
  more: Count,
});
export type SavedProgress = z.infer<typeof SavedProgress>;

function savedHead({ size, root, chain, frontier }: StoredHead): NonNullable<SavedProgress["head"]> {
  return { size, root: toBase64url(root), chain: toBase64url(chain), frontier: frontier.map(toBase64url) };
}

function headFrom(saved: SavedProgress["head"]): StoredHead | undefined {
  if (saved === null) return undefined;
  const { size, root, chain, frontier } = saved;
  return {
    size,
    root: fromBase64url(root),
    chain: fromBase64url(chain),
    frontier: frontier.map(fromBase64url),
  };
}

/** Findings listed in a report; the rest are counted. */
export const MAX_FINDINGS = 50;

/** A verification in progress. */
export class Walk {
  next = 0;
  chain: Uint8Array = CHAIN_START;
  proven = 0;
  failed: number | undefined;
  checkpoints = 0;
  pruned = 0;
  /** Number of time stamps that were checked, and of those that could not be checked without a certificate. */
  stamped = { checked: 0, unchecked: 0 };
  frontier = Frontier.empty();
  readonly findings: VerificationFinding[] = [];
  more = 0;

  constructor(
    /** Where the walk ends: everything that had a leaf at the beginning, then what the signer signed meanwhile. */
    public size: number,
    readonly head: StoredHead | undefined,
  ) {}

  /** Continues from saved progress. Throws FormatError when its frontier is invalid. */
  static from(saved: SavedProgress): Walk {
    const walk = new Walk(saved.size, headFrom(saved.head));
    walk.next = saved.next;
    walk.chain = fromBase64url(saved.chain);
    walk.frontier = Frontier.from(saved.next, saved.frontier.map(fromBase64url));
    walk.proven = saved.proven;
    walk.failed = saved.failed ?? undefined;
    walk.checkpoints = saved.checkpoints;
    walk.pruned = saved.pruned;
    walk.stamped = { ...saved.stamped };
    walk.findings.push(...saved.findings);
    walk.more = saved.more;
    return walk;
  }

  save(): SavedProgress {
    return {
      next: this.next,
      size: this.size,
      frontier: this.frontier.hashes.map(toBase64url),
      chain: toBase64url(this.chain),
      proven: this.proven,
      failed: this.failed ?? null,
      checkpoints: this.checkpoints,
      pruned: this.pruned,
      stamped: this.stamped,
      head: this.head === undefined ? null : savedHead(this.head),
      findings: this.findings,
      more: this.more,
    };
  }

  add(finding: VerificationFinding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
    else this.more += 1;
  }
}
