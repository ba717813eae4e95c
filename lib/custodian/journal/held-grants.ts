import "server-only";
import type { JournalRecord } from "@/lib/custodian/journal/records";
import { type GrantOkStatement, recordDigest } from "@/lib/escrow/protocol/statements";

/** A grant as the custodian enforces it. */
export interface HeldGrant {
  readonly statement: GrantOkStatement;
  /** Digest of the submission that created it. */
  readonly digest: string;
  /** Present when a party's statement replaces the decisions. */
  readonly dispute?: HeldDispute;
  /** Present when executives' statements replace the decisions: the organisations of the executives at that time. */
  readonly release?: { readonly organisations: readonly string[] };
  readonly isEmergency: boolean;
  /** The request that was decided or released. */
  readonly request?: string;
  viewsUsed: number;
}

/** The dispute statement that a grant is based on. */
export interface HeldDispute {
  readonly nonce: string;
  /** Digest of the dispute statement. */
  readonly digest: string;
  /** The participant for which it was signed. */
  readonly party: string;
}

type GrantLine = Extract<JournalRecord, { kind: "grant" }>;

function disputeOf({ dispute, party }: GrantLine): { readonly dispute?: HeldDispute } {
  if (dispute === undefined || party === undefined) return {};
  const { statement } = dispute;
  return { dispute: { nonce: statement.nonce, digest: recordDigest(statement), party } };
}

function basisOf(record: GrantLine): Omit<HeldGrant, "statement" | "digest" | "viewsUsed"> {
  const { decisions, releases, organisations = [], emergency } = record;
  const request = decisions[0]?.statement.request ?? releases?.[0]?.statement.request;
  return {
    ...disputeOf(record),
    ...(releases === undefined ? {} : { release: { organisations } }),
    isEmergency: emergency !== undefined,
    ...(request === undefined ? {} : { request }),
  };
}

/** Grants, their views and their ends, as the journal determines them. */
export class HeldGrants {
  private readonly held = new Map<string, HeldGrant>();
  private readonly revoked = new Set<string>();
  private readonly suspended = new Set<string>();
  /** Nonces of dispute statements that have ended. */
  private readonly endedDisputes = new Set<string>();
  /** Removed co-viewers, by request. */
  private readonly endedViewers = new Map<string, Set<string>>();

  hold(record: GrantLine): void {
    const { statement, digest } = record;
    this.held.set(statement.grant, { statement, digest, viewsUsed: 0, ...basisOf(record) });
  }

  countView(grant: string): void {
    const held = this.held.get(grant);
    if (held !== undefined) held.viewsUsed += 1;
  }

  /** Applies records that reduce access: the end or suspension of a grant, or the removal of one co-viewer from a request. */
  end(record: Extract<JournalRecord, { kind: "revoke" | "suspend" | "co-viewer-end" }>): void {
    if (record.kind === "suspend") this.suspended.add(record.grant);
    if (record.kind === "co-viewer-end") {
      const ended = this.endedViewers.get(record.request) ?? new Set<string>();
      this.endedViewers.set(record.request, ended.add(record.person));
    }
    if (record.kind !== "revoke") return;
    this.revoked.add(record.grant);
    if (record.dispute_nonce !== undefined) this.endedDisputes.add(record.dispute_nonce);
  }

  find(id: string): HeldGrant | undefined {
    return this.held.get(id);
  }

  isRevoked(grant: string): boolean {
    return this.revoked.has(grant);
  }

  isSuspended(grant: string): boolean {
    return this.suspended.has(grant);
  }

  isViewerEnded(request: string, person: string): boolean {
    return this.endedViewers.get(request)?.has(person) === true;
  }

  isDisputeEnded(nonce: string): boolean {
    return this.endedDisputes.has(nonce);
  }

  /** Returns the smallest number of views left by the suspended grants of a request. Undefined when none was suspended. */
  leftOf(request: string): number | undefined {
    const left = [...this.held.values()]
      .filter((grant) => grant.request === request && this.suspended.has(grant.statement.grant))
      .map(({ statement, viewsUsed }) => statement.max_views - viewsUsed);
    return left.length === 0 ? undefined : Math.min(...left);
  }
}
