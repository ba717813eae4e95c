import "server-only";
import { counterOf } from "@/lib/custodian/roster/passkey";
import { recordDigest, type StatementSignature } from "@/lib/escrow/protocol/statements";

/** A use of a passkey. Its counter serves one statement. */
export interface PasskeyUse {
  readonly credentialId: string;
  readonly counter: number;
  readonly statement: string;
}

/** Returns one name for a statement of any kind. */
export function statementKey(kind: string, object: unknown): string {
  return `${kind}|${recordDigest(object)}`;
}

/** Returns the use in a signature, if a passkey made it. */
export function useOf(kind: string, object: unknown, signature: StatementSignature): PasskeyUse | undefined {
  if (signature.kind !== "passkey") return undefined;
  const { credential_id: credentialId } = signature;
  return { credentialId, counter: counterOf(signature), statement: statementKey(kind, object) };
}

/** Passkey counters from the custodian's own journal. The portal's counters do not matter here. */
export class PasskeyUses {
  private readonly counters = new Map<string, number>();
  private readonly known = new Set<string>();

  note(use: PasskeyUse | undefined): void {
    if (use === undefined) return;
    this.counters.set(use.credentialId, Math.max(use.counter, this.lastCounter(use.credentialId)));
    this.known.add(nameOf(use));
  }

  lastCounter(credentialId: string): number {
    return this.counters.get(credentialId) ?? 0;
  }

  /** Returns whether this very use was seen. One assertion may open several transactions, and one decision is shown twice. */
  isKnown(use: PasskeyUse): boolean {
    return this.known.has(nameOf(use));
  }
}

function nameOf({ credentialId, counter, statement }: PasskeyUse): string {
  return `${credentialId}|${counter}|${statement}`;
}
