import "server-only";
import {
  MOST_POLICY_NUMBERS,
  policyOrderDigest,
  policyTermsOf,
  type SignedPolicy,
} from "@/lib/escrow/protocol/policy-order";

/** A policy set as the custodian knows it: its document's digest, and the numbers that bind grants. */
export interface HeldSet {
  readonly document: string;
  readonly max_views: number;
  readonly max_days: number;
}

/** The policy set in force, the one before it, and every order that was taken. The journal determines them. */
export class HeldPolicies {
  /** Undefined until a grant or an order names a set. */
  current: HeldSet | undefined;
  /** The sets that were in force before, for the way back, the newest last. */
  private readonly past: HeldSet[] = [];
  private newest: string | undefined;
  private readonly taken = new Set<string>();

  /** The first grant that names a set. No one has signed for the set yet, so only the bounds of all sets are known. */
  begin(document: string): void {
    this.current = { document, ...MOST_POLICY_NUMBERS };
  }

  order([first]: readonly SignedPolicy[]): void {
    if (first === undefined) return;
    const terms = policyTermsOf(first.statement);
    const { act, replaces, document, max_views, max_days } = terms;
    if (act === "roll_back") this.past.pop();
    else this.past.push(this.current ?? { document: replaces, ...MOST_POLICY_NUMBERS });
    this.current = { document, max_views, max_days };
    this.newest = policyOrderDigest(terms);
    this.taken.add(this.newest);
  }

  /** The set that was in force before the present one. */
  get before(): HeldSet | undefined {
    return this.past.at(-1);
  }

  /** Whether this is the order by which the present set is in force. */
  isNewest(order: string): boolean {
    return this.newest === order;
  }

  wasTaken(order: string): boolean {
    return this.taken.has(order);
  }
}
