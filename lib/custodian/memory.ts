import "server-only";
import type { JournalRecord, RegisteredBody, Roster } from "@/lib/custodian/records";
import type { SignedEpoch } from "@/lib/escrow/protocol";
import { type GrantOkStatement, type OpenStatement, recordDigest } from "@/lib/escrow/statements";

/** A grant as the custodian enforces it. */
export interface HeldGrant {
  readonly statement: GrantOkStatement;
  /** Digest of the submission it came with. */
  readonly digest: string;
  viewsUsed: number;
}

function bodyKey(place: { readonly tx: string; readonly grp: string; readonly gen: number }): string {
  return `${place.tx}|${place.grp}|${place.gen}`;
}

/** Digest of an open statement: one statement, one nonce. */
export function openingDigest(statement: OpenStatement): string {
  return recordDigest(statement);
}

/** What the custodian knows: the sum of its journal, and nothing else. */
export class Memory {
  readonly epochs: SignedEpoch[] = [];
  roster: Roster | undefined;
  private hadEvaluationKey = false;
  private readonly bodies = new Map<string, { readonly bd: string; readonly kid: string }>();
  /** Record digest of each transaction, as it was first registered. */
  private readonly recordDigests = new Map<string, string>();
  private readonly grants = new Map<string, HeldGrant>();
  private readonly revoked = new Set<string>();
  /** Who used a nonce: a grant id, or the digest of an open statement. */
  private readonly nonces = new Map<string, string>();
  private readonly openings = new Set<string>();
  private readonly intents = new Set<string>();

  apply(record: JournalRecord): void {
    switch (record.kind) {
      case "epoch":
        this.epochs.push(record.signed);
        return;
      case "roster":
        this.roster = record.roster;
        this.hadEvaluationKey ||= record.roster.evaluation_key !== undefined;
        return;
      case "register":
        for (const item of record.items) this.applyRegistration(item);
        return;
      case "grant":
        this.grants.set(record.statement.grant, {
          statement: record.statement,
          digest: record.digest,
          viewsUsed: 0,
        });
        for (const { statement } of record.decisions)
          this.nonces.set(statement.nonce, record.statement.grant);
        return;
      case "revoke":
        this.revoked.add(record.grant);
        return;
      case "open":
        this.applyOpening(record);
    }
  }

  /** Whether any roster ever named an evaluation key: nothing here is more than an evaluation any more. */
  get isEvaluation(): boolean {
    return this.hadEvaluationKey;
  }

  private applyRegistration({ rd, ...item }: RegisteredBody): void {
    this.bodies.set(bodyKey(item), { bd: item.bd, kid: item.kid });
    if (rd !== undefined && !this.recordDigests.has(item.tx)) this.recordDigests.set(item.tx, rd);
  }

  private applyOpening(record: Extract<JournalRecord, { kind: "open" }>): void {
    const grant = this.grants.get(record.grant);
    if (grant !== undefined) grant.viewsUsed += 1;
    this.nonces.set(record.statement.nonce, openingDigest(record.statement));
    this.openings.add(`${record.statement.nonce}|${record.transaction}`);
    this.intents.add(record.intent);
  }

  body(place: { readonly tx: string; readonly grp: string; readonly gen: number }) {
    return this.bodies.get(bodyKey(place));
  }

  recordDigest(tx: string): string | undefined {
    return this.recordDigests.get(tx);
  }

  grant(id: string): HeldGrant | undefined {
    return this.grants.get(id);
  }

  isRevoked(grant: string): boolean {
    return this.revoked.has(grant);
  }

  nonceOwner(nonce: string): string | undefined {
    return this.nonces.get(nonce);
  }

  isOpened(nonce: string, transaction: string): boolean {
    return this.openings.has(`${nonce}|${transaction}`);
  }

  isIntentUsed(entryId: string): boolean {
    return this.intents.has(entryId);
  }

  /** Whether this body and its transaction's record digest were both proven before. */
  isRegistered(item: RegisteredBody): boolean {
    return this.body(item)?.bd === item.bd && this.recordDigest(item.tx) === item.rd;
  }
}
