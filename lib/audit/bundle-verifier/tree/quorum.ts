import type { BundleKeys, Policy } from "../claims/bundle-format";

/** Cosignatures of one checkpoint by witnesses that the checker names. */
export interface Cosigned {
  readonly independent: number;
  readonly own: number;
}

/** How many witnesses of which kind a checkpoint needs. */
export interface Quorum {
  readonly independent: number;
  readonly own: number;
  /** Needed from all named witnesses together: the rule of a policy with too few independent ones. */
  readonly any: number;
}

/** Returns the k-of-n rule of a policy (docs/formats/bundle.md "Policy"). Without a policy nothing is needed. */
export function quorumOf(policy: Policy | undefined): Quorum {
  if (policy === undefined) return { independent: 0, own: 0, any: 0 };
  const { quorum, own_quorum, witnesses } = policy;
  if (own_quorum !== undefined) return { independent: quorum, own: own_quorum, any: 0 };
  const named = new Set(witnesses.filter(({ kind }) => kind !== "own").map(({ vkey }) => vkey));
  if (named.size < quorum) return { independent: 0, own: 0, any: quorum };
  return { independent: quorum, own: 0, any: 0 };
}

/** Returns whether a checkpoint has the cosignatures it needs. */
export function isMet(quorum: Quorum, cosigned: Cosigned): boolean {
  return (
    cosigned.independent >= quorum.independent &&
    cosigned.own >= quorum.own &&
    cosigned.independent + cosigned.own >= quorum.any
  );
}

function cosignatures(count: number): string {
  return count === 1 ? "1 cosignature" : `${count} cosignatures`;
}

/** Returns the rule and what a checkpoint has, for a finding. */
export function describeQuorum(quorum: Quorum, { independent, own }: Cosigned): string {
  if (quorum.any > 0)
    return `${cosignatures(independent + own)} by trusted witnesses (${quorum.any} required)`;
  const ours = quorum.own > 0 ? ` and ${own} by the operator's own witnesses (${quorum.own} required)` : "";
  return `${cosignatures(independent)} by independent witnesses (${quorum.independent} required)${ours}`;
}

/** Returns witness keys by kind. A repeated key is one witness. */
export function witnessKinds(
  witnesses: Policy["witnesses"] | BundleKeys["witnesses"],
): ReadonlyMap<string, "own" | "independent"> {
  return new Map(witnesses.map(({ vkey, kind }) => [vkey, kind ?? "independent"]));
}
