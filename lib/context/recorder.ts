// Types only: the recorder itself is in lib/audit.

/** The compartment a sealed part belongs to (audit.md "Sealed parts"). */
export type CompartmentKind = "org" | "case" | "subject" | "suspicion";

/** One sealed part with the key that opens only this part of this entry. */
export interface AppendedPart {
  readonly c: string;
  readonly stored: Uint8Array;
  readonly partKey: Uint8Array;
  readonly kind: CompartmentKind;
}

/** An entry that is written (or will be with the caller's transaction). */
export interface AppendedEntry {
  readonly id: string;
  readonly at: string;
  readonly bytes: Uint8Array;
  readonly leafHash: Uint8Array;
  /** `at` plus the merge delay of 60 seconds. */
  readonly integrateBy: string;
  readonly parts: readonly AppendedPart[];
}

/** All rows that one entry writes. Bytes are base64 here, because the rows are JSON parameters of a statement. */
export interface EntryRows {
  readonly entry: {
    readonly id: string;
    readonly log: string;
    readonly tenant_id: string;
    readonly at: string;
    readonly class: string;
    readonly outcome: string;
    readonly bytes: string;
  };
  readonly parts: readonly {
    readonly entry_id: string;
    readonly c: string;
    readonly tenant_id: string;
    readonly compartment_id: string;
    readonly stored: string;
  }[];
  readonly queue: readonly {
    readonly entry_id: string;
    readonly tenant_id: string;
    readonly subject: string;
    readonly action: string;
  }[];
  readonly index: {
    readonly entry_id: string;
    readonly tenant_id: string;
    readonly at: string;
    readonly actor: string;
    readonly action: string;
    readonly outcome: string;
    readonly purpose?: string;
    readonly transaction_id?: string;
    readonly participant_id?: string;
    readonly request_id?: string;
    readonly grant_id?: string;
    readonly case_id?: string;
    readonly is_access: boolean;
    readonly is_suspicion: boolean;
  };
}

/** Names one compartment: a tenant's org, one case, one person. */
export interface CompartmentName {
  readonly tenantId: string;
  readonly kind: CompartmentKind;
  readonly subject: string;
}

/** An open compartment: the row's id, and the key from which each entry's part key is derived. */
export interface Compartment {
  readonly id: string;
  readonly key: Uint8Array;
}

/** A key with the name of its compartment. A key does not open under another name. */
export interface NamedKey extends CompartmentName {
  readonly key: Uint8Array;
}

/** The compartment keys of this process, sealed at rest by its keystore. */
export interface Compartments {
  /**
   * Opens the compartment, and creates it on first use. If two processes create it at the same time, both use the first
   * row.
   */
  open(name: CompartmentName): Promise<Compartment>;
  /**
   * Returns keys by row id for reading. It leaves out erased keys and keys whose row was changed: neither opens a part.
   */
  openById(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Returns the same keys with the names under which the parts opened, for callers that decide by a part's kind or
   * owner. The database owner controls what another query reports for these, so it cannot be trusted.
   */
  openNamed(ids: readonly string[]): Promise<ReadonlyMap<string, NamedKey>>;
  /** Forgets a key whose row was erased: this process seals no part with it any more. */
  forget(id: string): void;
  /**
   * Sets whether notices of erasures arrive. While they do not, cached keys are forgotten, and each key is read from
   * the database again.
   */
  hear(isHeard: boolean): void;
}

/** The audit functions of a process. `lib/audit/record/recorder.ts` makes one. */
export interface AuditRecorder {
  readonly compartments: Compartments;
  /** Name and public key receipts are signed with. */
  readonly receiptSigner: { readonly name: string; readonly publicKey: Uint8Array };
  /** Commits one entry, together with all others that wait, and resolves when it is committed. */
  append(rows: EntryRows): Promise<void>;
  /** Ed25519 signature by the receipt key over a note's text. */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /**
   * Runs `act` unless this process did so for `key` within the last `windowMs` milliseconds. If it still runs, waits
   * for it. A failed run does not count.
   */
  onceWithin(key: string, windowMs: number, act: () => Promise<void>): Promise<void>;
  /** Resolves when no work is left. */
  drain(): Promise<void>;
}
