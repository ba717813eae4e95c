import "server-only";
import type { RewrapTerms } from "@/lib/escrow/protocol/rewrap-statement";

/** A recovery as the custodian carries it out. */
export interface HeldRecovery {
  readonly terms: RewrapTerms;
  readonly transactions: ReadonlySet<string>;
  readonly assurance: "evaluation" | "signed";
}

/** Recoveries of lost keys that two people agreed to, by the digests of their terms, as the journal determines them. */
export class HeldRecoveries {
  private readonly held = new Map<string, HeldRecovery>();
  private readonly ended = new Set<string>();
  /** Public key of each proven kid, and its participant. */
  private readonly keyOfKid = new Map<string, string>();
  private readonly kidOfKey = new Map<string, string>();

  hold(recovery: string, terms: RewrapTerms, assurance: "evaluation" | "signed"): void {
    this.held.set(recovery, { terms, transactions: new Set(terms.transactions), assurance });
    this.keyOfKid.set(terms.new_kid, terms.new_public_key);
    this.kidOfKey.set(terms.new_public_key, terms.new_kid);
  }

  end(recovery: string): void {
    this.ended.add(recovery);
  }

  find(recovery: string): HeldRecovery | undefined {
    return this.held.get(recovery);
  }

  isEnded(recovery: string): boolean {
    return this.ended.has(recovery);
  }

  /** Returns whether this kid was proven with another key, or this key under another kid. */
  isOther({ new_kid, new_public_key }: Pick<RewrapTerms, "new_kid" | "new_public_key">): boolean {
    const key = this.keyOfKid.get(new_kid) ?? new_public_key;
    const kid = this.kidOfKey.get(new_public_key) ?? new_kid;
    return key !== new_public_key || kid !== new_kid;
  }
}
