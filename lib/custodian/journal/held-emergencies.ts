import "server-only";
import { BREAK_GLASS_DUTY } from "@/lib/escrow/protocol/break-glass-statement";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";

/** An emergency access as the custodian remembers it. */
export interface HeldEmergency {
  readonly holder: string;
  /** Digest of the break-glass statement. */
  readonly digest: string;
  readonly beganMs: number;
  readonly endsMs: number;
}

interface HeldReview {
  /** Digest of the review statement. */
  readonly digest: string;
  readonly assurance: "evaluation" | "signed";
  readonly late: boolean;
}

/** Emergency accesses and their reviews, by grant. The journal determines them, so no portal can skip one. */
export class HeldEmergencies {
  private readonly held = new Map<string, HeldEmergency>();
  private readonly reviews = new Map<string, HeldReview>();
  /** For each holder, the grant of the use that waits for its review. */
  private readonly waiting = new Map<string, string>();
  private readonly barred = new Set<string>();

  hold(grant: string, emergency: HeldEmergency): void {
    this.held.set(grant, emergency);
    this.waiting.set(emergency.holder, grant);
  }

  review(grant: string, review: HeldReview, outcome: "justified" | "unjustified"): void {
    this.reviews.set(grant, review);
    const holder = this.held.get(grant)?.holder;
    if (holder === undefined || this.waiting.get(holder) !== grant) return;
    this.waiting.delete(holder);
    if (outcome === "unjustified") this.barred.add(holder);
  }

  /** Lifts blocks of people without the duty. If a later roster gives the duty again, two persons have agreed to it. */
  keepTo(roster: Roster): void {
    for (const holder of this.barred) {
      if (findPerson(roster, holder)?.duties.includes(BREAK_GLASS_DUTY) !== true) this.barred.delete(holder);
    }
  }

  find(grant: string): HeldEmergency | undefined {
    return this.held.get(grant);
  }

  reviewOf(grant: string): HeldReview | undefined {
    return this.reviews.get(grant);
  }

  waitingOf(holder: string): string | undefined {
    return this.waiting.get(holder);
  }

  isBarred(holder: string): boolean {
    return this.barred.has(holder);
  }
}
