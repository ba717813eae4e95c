import "server-only";
import { counterOf } from "@/lib/custodian/roster/passkey";
import { recordDigest, type StatementSignature } from "@/lib/escrow/protocol/statements";

/** A use of a passkey: its counter serves one statement. */
export interface PasskeyUse {
  readonly credentialId: string;
  readonly counter: number;
  readonly statement: string;
}

/** One name for a statement, whatever its kind. */
export function statementKey(kind: string, object: unknown): string {
  return `${kind}|${recordDigest(object)}`;
}

/** The use that a signature is, when a passkey made it. */
export function useOf(kind: string, object: unknown, signature: StatementSignature): PasskeyUse | undefined {
  if (signature.kind !== "passkey") return undefined;
  const { credential_id: credentialId } = signature;
  return { credentialId, counter: counterOf(signature), statement: statementKey(kind, object) };
}

/** Counters of the passkeys in the journal, the custodian's own: what the portal counts does not matter here. */
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

  /** Whether this very use was seen: one assertion may open several transactions, one decision is shown twice. */
  isKnown(use: PasskeyUse): boolean {
    return this.known.has(nameOf(use));
  }
}

function nameOf({ credentialId, counter, statement }: PasskeyUse): string {
  return `${credentialId}|${counter}|${statement}`;
}
