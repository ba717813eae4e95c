import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/merkle";
import { CHAIN_START } from "../entry";
import { VerificationFinding } from "./schema";

const Count = z.int().min(0);

/** How far a verification is, as it is kept between batches: everything that another worker needs to go on. */
export const SavedProgress = z.strictObject({
  /** First number that was not looked at, and the one after the last. */
  next: Count,
  size: Count,
  frontier: z.array(z.string()),
  chain: z.string(),
  /** Size of the newest checkpoint that the tree gave, and of the first that it did not. */
  proven: Count,
  failed: Count.nullable(),
  checkpoints: Count,
  pruned: Count,
  indexed: Count,
  findings: z.array(VerificationFinding),
  more: Count,
});
export type SavedProgress = z.infer<typeof SavedProgress>;

/** Findings listed in a report; the rest are counted. */
const MAX_FINDINGS = 50;

/** A verification under way. */
export class Walk {
  next = 0;
  chain: Uint8Array = CHAIN_START;
  proven = 0;
  failed: number | undefined;
  checkpoints = 0;
  pruned = 0;
  indexed = 0;
  frontier = Frontier.empty();
  readonly findings: VerificationFinding[] = [];
  more = 0;

  constructor(readonly size: number) {}

  /** Goes on where a saved one ended. Throws FormatError when its frontier is none. */
  static from(saved: SavedProgress): Walk {
    const walk = new Walk(saved.size);
    walk.next = saved.next;
    walk.chain = fromBase64url(saved.chain);
    walk.frontier = Frontier.from(saved.next, saved.frontier.map(fromBase64url));
    walk.proven = saved.proven;
    walk.failed = saved.failed ?? undefined;
    walk.checkpoints = saved.checkpoints;
    walk.pruned = saved.pruned;
    walk.indexed = saved.indexed;
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
      indexed: this.indexed,
      findings: this.findings,
      more: this.more,
    };
  }

  add(finding: VerificationFinding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
    else this.more += 1;
  }
}
