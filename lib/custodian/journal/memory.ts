import "server-only";
import { parseMicros, parseSeconds } from "@/lib/crypto/instant";
import { HeldEmergencies } from "@/lib/custodian/journal/held-emergencies";
import { HeldGrants } from "@/lib/custodian/journal/held-grants";
import { HeldPolicies } from "@/lib/custodian/journal/held-policies";
import { HeldRecoveries } from "@/lib/custodian/journal/held-recoveries";
import type { JournalRecord, Mark } from "@/lib/custodian/journal/records";
import { PasskeyUses, statementKey, useOf } from "@/lib/custodian/roster/passkey-uses";
import type { SignedEpoch } from "@/lib/escrow/protocol/messages";
import { termsOf } from "@/lib/escrow/protocol/rewrap-statement";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { type OpenStatement, recordDigest, type StatementSignature } from "@/lib/escrow/protocol/statements";

interface Signed<S> {
  readonly statement: S;
  readonly signature: StatementSignature;
}

type GrantLine = Extract<JournalRecord, { kind: "grant" }>;
type LostKeyLine = Extract<JournalRecord, { kind: "recovery" | "recover" | "recovery-end" }>;

/** Returns the digest of an open statement. Each statement has one nonce. */
export function openingDigest(statement: OpenStatement): string {
  return recordDigest(statement);
}

/** What the custodian knows, but for registrations. It comes from the journal only. */
export class Memory {
  readonly epochs: SignedEpoch[] = [];
  /** Epochs whose keys are destroyed. */
  readonly destroyed = new Set<number>();
  readonly passkeys = new PasskeyUses();
  readonly recoveries = new HeldRecoveries();
  readonly emergencies = new HeldEmergencies();
  readonly grants = new HeldGrants();
  readonly policies = new HeldPolicies();
  roster: Roster | undefined;
  /** The place before the newest registration that the journal names. */
  registered: Mark | undefined;
  /** Digests of every roster that was in force. */
  private readonly rosters = new Set<string>();
  /** Statements that were shown with a signature, and the value of the signature at that time. */
  private readonly noted = new Map<string, "evaluation" | "signed">();
  private hadEvaluationKey = false;
  /** What used a nonce: a grant id, the digest of an open statement, or of a recovery's terms. */
  private readonly nonces = new Map<string, string>();
  private readonly openings = new Set<string>();
  private readonly intents = new Set<string>();

  apply(record: JournalRecord): void {
    switch (record.kind) {
      case "epoch":
        this.epochs.push(record.signed);
        return;
      case "destroy":
        this.destroyed.add(record.epoch);
        return;
      case "registrations":
        this.registered = record.mark;
        return;
      case "roster":
        this.applyRoster(record.roster);
        return;
      case "statement":
        this.applyNote(record);
        return;
      case "grant":
        this.applyGrant(record);
        return;
      case "revoke":
      case "suspend":
      case "co-viewer-end":
        this.applyEnd(record);
        return;
      case "review":
        this.applyReview(record);
        return;
      case "open":
        this.applyOpening(record);
        return;
      case "policy":
      case "policy-begin":
        this.applyPolicy(record);
        return;
      default:
        this.applyLostKey(record);
    }
  }

  /** Whether any roster ever named an evaluation key. Then the custodian is an evaluation for good. */
  get isEvaluation(): boolean {
    return this.hadEvaluationKey;
  }

  private applyPolicy(record: Extract<JournalRecord, { kind: "policy" | "policy-begin" }>): void {
    if (record.kind === "policy-begin") {
      this.policies.begin(record.document);
      return;
    }
    this.policies.order(record.statements);
    for (const signed of record.statements) this.noteUse("policy", signed);
  }

  private applyEnd(record: Extract<JournalRecord, { kind: "revoke" | "suspend" | "co-viewer-end" }>): void {
    this.grants.end(record);
    if (record.kind === "revoke") this.noteUse("release-end", record.ended_by);
  }

  private applyRoster(roster: Roster): void {
    this.roster = roster;
    this.rosters.add(rosterDigest(roster));
    this.emergencies.keepTo(roster);
    this.hadEvaluationKey ||= roster.evaluation_key !== undefined;
    for (const { statement, signature } of roster.statements ?? []) {
      this.passkeys.note(useOf("roster", statement, signature));
    }
  }

  private applyNote({ note, assurance }: Extract<JournalRecord, { kind: "statement" }>): void {
    this.passkeys.note(useOf(note.kind, note.statement, note.signature));
    this.noted.set(statementKey(note.kind, note.statement), assurance);
  }

  private applyGrant(record: GrantLine): void {
    const { statement } = record;
    this.grants.hold(record);
    for (const decision of record.decisions) this.spend("decision", statement.grant, decision);
    for (const release of record.releases ?? []) this.spend("release", statement.grant, release);
    this.spend("dispute", statement.grant, record.dispute);
    if (record.emergency === undefined) return;
    this.spend("break-glass", statement.grant, record.emergency);
    this.emergencies.hold(statement.grant, {
      holder: statement.requester,
      digest: recordDigest(record.emergency.statement),
      beganMs: Number(parseMicros(record.at) / 1000n),
      endsMs: parseSeconds(statement.not_after),
    });
  }

  private applyReview({ review, assurance, late }: Extract<JournalRecord, { kind: "review" }>): void {
    const { statement } = review;
    this.noteUse("review", review);
    const digest = recordDigest(statement);
    this.emergencies.review(statement.grant, { digest, assurance, late }, statement.outcome);
  }

  /** Binds the nonce of a statement to the grant that is based on it. */
  private spend(kind: string, grant: string, signed: Signed<{ readonly nonce: string }> | undefined): void {
    if (signed === undefined) return;
    this.nonces.set(signed.statement.nonce, grant);
    this.noteUse(kind, signed);
  }

  private noteUse(kind: string, signed: Signed<unknown> | undefined): void {
    if (signed !== undefined) this.passkeys.note(useOf(kind, signed.statement, signed.signature));
  }

  private applyOpening(record: Extract<JournalRecord, { kind: "open" }>): void {
    this.grants.countView(record.grant);
    this.nonces.set(record.statement.nonce, openingDigest(record.statement));
    this.passkeys.note(useOf("open", record.statement, record.signature));
    this.openings.add(`${record.statement.nonce}|${record.transaction}`);
    this.intents.add(record.intent);
  }

  private applyLostKey(record: LostKeyLine): void {
    if (record.kind === "recovery-end") {
      this.recoveries.end(record.recovery);
      return;
    }
    if (record.kind === "recover") {
      for (const { intent } of record.items) this.intents.add(intent);
      return;
    }
    const { recovery, assurance } = record;
    for (const { statement, signature } of record.statements) {
      this.nonces.set(statement.nonce, recovery);
      this.passkeys.note(useOf("rewrap", statement, signature));
      this.recoveries.hold(recovery, termsOf(statement), assurance);
    }
  }

  /** Returns whether a roster with this digest is or was in force. */
  wasRoster(digest: string): boolean {
    return this.rosters.has(digest);
  }

  /** Returns the value of a statement's signature at the time it was shown. Undefined if it was not shown. */
  notedAssurance(kind: string, statement: unknown): "evaluation" | "signed" | undefined {
    return this.noted.get(statementKey(kind, statement));
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
}
