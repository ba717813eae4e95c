// The room context: the types that every use case takes. principal.ts has the caller, recorder.ts the port of the
// audit log, this file the context of a call. It has types only, so that lower rooms can name them without importing
// an implementation.

import type { Clock } from "@/lib/clock";
import type { Flags } from "@/lib/context/flags";
import type { Policies } from "@/lib/context/policies";
import type { ClientInfo, Principal } from "@/lib/context/principal";
import type { AuditRecorder } from "@/lib/context/recorder";
import type { DbContext } from "@/lib/db/transaction";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import type { Keystore } from "@/lib/keystore/keystore";
import type { Limits } from "@/lib/rate-limit/limits";
import type { Logger } from "@/lib/telemetry/logger";

/** Verifier key of a witness, and whose witness it is. */
export interface WitnessKey {
  readonly vkey: string;
  readonly kind: "own" | "independent";
}

/** A log that was closed for ever: its origin, and the pinned keys for checking it. */
export interface ClosedLog {
  readonly origin: string;
  readonly log: readonly string[];
  readonly receipts: readonly string[];
  readonly witnesses: readonly WitnessKey[];
  /**
   * How many entries its newest checkpoint covered when it was closed. A complete bundle of this log has at least this
   * many.
   */
  readonly size?: number | undefined;
}

/** Public keys that this instance is configured to trust for its present log; never read from the database. */
export interface PinnedKeys {
  readonly log: string;
  readonly custodian: string;
  readonly witnesses: readonly WitnessKey[];
  /** Those that were replaced: they are published with the others and cosign no more. */
  readonly formerWitnesses?: readonly WitnessKey[] | undefined;
  /** File with the certificates of the time-stamping authority. */
  readonly timeStampFile?: string | undefined;
  /** How many cosignatures of each kind publishing waits for. */
  readonly witnessPolicy: { readonly own: number; readonly independent: number };
}

/** Facts of this instance that do not change while it runs. */
export interface InstanceFacts {
  /** Origin of the audit log: made at first run, never derived from a host name. */
  readonly log: string;
  readonly tenantId: string;
  /** Pseudonym of the tenant in the public part of entries. */
  readonly tenantPseudonym: string;
  /** True when started by `npm start`: every part runs as one user on one machine. */
  readonly evaluation: boolean;
  /** True if the instance has the demonstration's invented people. Such an instance is not for real data. */
  readonly demonstration?: boolean | undefined;
  /** Days after which a managed key is rotated automatically, where this process does that. */
  readonly keyRotationDays?: number;
  /** Logs that the present one followed, oldest first. */
  readonly closedLogs?: readonly ClosedLog[] | undefined;
  /** Absent in processes that serve no log. */
  readonly pinned?: PinnedKeys | undefined;
  /** Address of the checkpoint signer, if this process may call it. */
  readonly signerUrl?: string | undefined;
  /** Address of the escrow custodian; set in the portal only. */
  readonly custodianUrl?: string | undefined;
  /** Address and verifier key of the operator's own witness, if there is one; set in the portal only. */
  readonly ownWitness?: { readonly url: string; readonly vkey: string } | undefined;
  /** Address of the portal, for what people keep on paper. Absent in processes that answer no calls. */
  readonly portalOrigin?: string | undefined;
  /** Folder for large temporary files; the system's own where it is absent. */
  readonly dataDir?: string | undefined;
}

/** A scanner's answer. Any unclear answer is `away`. It never counts as `clean`. */
export type Verdict =
  | { readonly kind: "clean"; readonly engine: string }
  | { readonly kind: "infected"; readonly engine: string; readonly found: string }
  | {
      readonly kind: "away";
      /** For the portal's log; never the scanner's own text. */
      readonly reason: "unreachable" | "timeout" | "broken-off" | "refused" | "unreadable";
    };

/** A malware scanner. */
export interface Scanner {
  /** Scans the bytes. Never throws: a scanner that fails is away. */
  scan(bytes: Uint8Array): Promise<Verdict>;
}

/** Checks that the instance is ready for real data. */
export interface RealDataReadiness {
  /** Returns how many of the needed parts are missing; 0 when the instance is ready. */
  countMissing(): Promise<number>;
}

/** What every use case gets (conventions.md "Shape of a use case"). */
export interface Context extends DbContext {
  readonly instance: InstanceFacts;
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly escrow: EscrowClient;
  readonly audit: AuditRecorder;
  readonly policies: Policies;
  /** The switches. Absent in processes that answer no calls: then each has its safe value. */
  readonly flags?: Flags | undefined;
  readonly principal: Principal;
  readonly client: ClientInfo;
  readonly requestId: string;
  readonly logger: Logger;
  /** The budgets of this process; absent where it takes no calls from outside. */
  readonly limits?: Limits | undefined;
  /** Absent where none is configured: then documents are "not scanned". */
  readonly scanner?: Scanner | undefined;
  /** Key from which the ids of cases are derived. Absent in processes that answer no calls. */
  readonly caseKey?: Uint8Array | undefined;
  /** Absent in processes that answer no calls. */
  readonly readiness?: RealDataReadiness | undefined;
}

/** The part of a context that is needed to write an entry; without a principal the actor is anonymous or the system. */
export type AuditContext = Pick<Context, "instance" | "clock" | "audit" | "client" | "requestId"> & {
  readonly principal?: Principal | undefined;
  /** Name of the process when no person or program acts, e.g. `worker`. */
  readonly system?: string;
};
