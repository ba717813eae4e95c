import "server-only";
import { z } from "zod";
import { type Witnessed, witnessedBy } from "@/lib/audit/sequencer/witnessing";
import type { PolicyState } from "@/lib/context/policies";
import type { WitnessPolicy } from "@/lib/env/anchors";
import type { CountingStore } from "@/lib/env/counters";
import type { MergeDelay, StoredHealth } from "@/lib/http/health/store";
import type { ServiceState } from "@/lib/keystore/keystore";
import type { Role } from "@/lib/vocabulary";

export type PartState = "up" | "late" | "down";

export interface HealthPart {
  readonly name:
    | "portal"
    | "database"
    | "worker"
    | "signer"
    | "custodian"
    | "witness"
    | "keystore"
    | "policies"
    | "redis"
    | "upstash";
  readonly state: PartState;
}

/** What pages, /readyz and /confidential/status show of the instance's state. */
export interface Health {
  readonly database: boolean;
  readonly migrations: boolean;
  readonly parts: readonly HealthPart[];
  readonly log: {
    readonly origin: string;
    readonly size: number;
    /** When the newest signed checkpoint was published. */
    readonly last_checkpoint_at: string | null;
    readonly witness: "own" | "independent" | "none";
    readonly witnessed: Witnessed;
    /** The newest time stamp: when, and over how many entries; null without one, undefined without an authority. */
    readonly time_stamp: { readonly at: string; readonly size: number } | null | undefined;
    /** Of the newest leaves of the last quarter of an hour; null without leaves. */
    readonly merge_delay: MergeDelay | null;
    /** Losses that recoveries of the log declare and the newest verification found, without other findings. */
    readonly declared_losses: number;
    /** Why the signer does not sign at present. */
    readonly refused: string | null;
  };
  readonly alarms: readonly string[];
  readonly assurance: "evaluation" | "setup" | "separate";
  /** Seconds since the last good backup of the database and since the last drill that passed; null without one. */
  readonly age: { readonly backup: number | null; readonly drill: number | null };
  /** How many parts are missing that real data needs; 0 where they are ready, or the instance is a demonstration. */
  readonly missing: number;
  /** The server that counts calls; it is a part in addition to the database. */
  readonly counter: CountingStore;
}

/**
 * The service that opens the portal's keys, where one is used: late while it is down and cached keys are still valid.
 */
export function keystoreParts(state: ServiceState | undefined): HealthPart[] {
  return state === undefined ? [] : [{ name: "keystore", state }];
}

/** The policies in force: down where this portal could not load them, or their text was altered. */
export function policyParts(state: PolicyState): HealthPart[] {
  return [{ name: "policies", state: state === "active" ? "up" : "down" }];
}

const WORKER_LATE_MS = 15_000;
const WORKER_DOWN_MS = 60_000;
const CHECKPOINT_LATE_MS = 15_000;
/** A period of at most a few minutes, and the authority's own time. */
const STAMP_LATE_MS = 300_000;
const INTEGRATION_LATE_MS = 60_000;

/** A worker is judged by its heartbeat: it has no port to ask. */
export function workerState(seenAt: Date | undefined, nowMs: number): PartState {
  if (seenAt === undefined) return "down";
  const age = nowMs - seenAt.getTime();
  return age > WORKER_DOWN_MS ? "down" : age > WORKER_LATE_MS ? "late" : "up";
}

const Marks = z.array(z.object({ kind: z.enum(["own", "independent"]) }));
const WITNESS = { witnessed: "independent", "self-witnessed": "own", unwitnessed: "none" } as const;

/** Who has cosigned the newest checkpoint, as one word and by the witness's kind. */
export function witnessing(
  marks: unknown,
  policy: WitnessPolicy,
): Pick<Health["log"], "witness" | "witnessed"> {
  const parsed = Marks.safeParse(marks);
  const witnessed = witnessedBy(policy, parsed.success ? parsed.data : []);
  return { witnessed, witness: WITNESS[witnessed] };
}

/** Whether the newest checkpoint has been without a stamp for longer than an authority may take. */
function isStampLate(stored: StoredHealth, nowMs: number): boolean {
  const since = stored.stampedAt ?? stored.firstCheckpointAt;
  if (since === undefined || stored.stampedSize === stored.checkpointSize) return false;
  return nowMs - since.getTime() > STAMP_LATE_MS;
}

/** The signer's reason codes for what it will not sign (lib/audit/signer). */
const REFUSALS = ["shorter", "fork", "gap", "content", "format", "prune", "store", "clock"] as const;

/** The signer's own report. */
export const SignerHealth = z.object({
  size: z.int().min(0),
  refusing: z.object({ reason: z.enum(REFUSALS) }).optional(),
});
export type SignerHealth = z.infer<typeof SignerHealth>;

/** The custodian's own report. */
export const CustodianHealth = z.object({ backup_command: z.literal("failed").optional() });
export type CustodianHealth = z.infer<typeof CustodianHealth>;

/**
 * Returns why nothing is signed: the signer's own reason, or that the database holds less than was signed. The signer
 * is not asked about a tree that does not grow, so without this check a restored database would be silent until it
 * does.
 */
export function refusalOf(signer: SignerHealth, logSize: number): string | null {
  return signer.refusing?.reason ?? (signer.size > logSize ? "shorter" : null);
}

/** Decides by the entry's own time and by the database's: a row's own time may be in the future or invalid. */
function isIntegrationLate({ oldestWaiting, waitingSince }: StoredHealth, nowMs: number): boolean {
  const said = oldestWaiting === undefined ? nowMs : Date.parse(oldestWaiting);
  const queued = waitingSince?.getTime() ?? nowMs;
  return !(nowMs - said <= INTEGRATION_LATE_MS) || nowMs - queued > INTEGRATION_LATE_MS;
}

/**
 * Of the newest verification. A loss that a recovery declares stays for ever: it is shown, and raises no new alarm each
 * day.
 */
function verificationAlarms({ isFoundWrong, isUncompared, declaredLosses }: StoredHealth): string[] {
  if (isFoundWrong && declaredLosses === 0) return ["log-verification-wrong"];
  return isUncompared ? ["log-verification-incomplete"] : [];
}

/** What parts report of themselves. */
interface Reported {
  /** Why the signer does not sign. */
  readonly refused?: string | null;
  readonly policies?: PolicyState;
  readonly custodian?: CustodianHealth;
}

function reportedAlarms({ refused = null, policies, custodian }: Reported): string[] {
  return [
    // A text that was altered is another matter than one that could not be loaded: someone changed the database.
    ...(policies === "altered" ? ["policies-altered"] : []),
    ...(refused === null ? [] : [`signer-refuses-${refused}`]),
    ...(custodian?.backup_command === "failed" ? ["backup-command-failed"] : []),
  ];
}

/**
 * What an operator must check, as stable words. `isStamping`: whether a time-stamp authority is configured.
 */
export function alarmsOf(
  stored: StoredHealth,
  parts: readonly HealthPart[],
  nowMs: number,
  known: Reported & { readonly isStamping: boolean },
): string[] {
  const { isStamping } = known;
  const alarms = parts.filter((part) => part.state !== "up").map((part) => `${part.name}-${part.state}`);
  // By the entry that waits, not by the last signature: after a quiet hour the next one is not late at once.
  const unsignedMs = nowMs - (stored.unsignedSince?.getTime() ?? nowMs);
  if (stored.logSize > stored.checkpointSize && unsignedMs > CHECKPOINT_LATE_MS)
    alarms.push("checkpoint-late");
  alarms.push(...verificationAlarms(stored), ...reportedAlarms(known));
  const belowPolicyMs = nowMs - (stored.belowPolicySince?.getTime() ?? nowMs);
  if (belowPolicyMs > CHECKPOINT_LATE_MS) alarms.push("checkpoint-unwitnessed");
  if (isStamping && isStampLate(stored, nowMs)) alarms.push("time-stamp-late");
  if (isIntegrationLate(stored, nowMs)) alarms.push("integration-late");
  if (stored.quarantined > 0) alarms.push("entry-quarantined");
  if ((stored.mergeDelay?.max ?? 0) > INTEGRATION_LATE_MS) alarms.push("merge-delay");
  if (stored.openIntents > 0) alarms.push("intent-without-outcome");
  if (stored.endsNotAtCustodian > 0) alarms.push("end-not-at-custodian");
  // Most often no worker was given the retention login.
  if (stored.lateErasures > 0) alarms.push("erasure-late");
  if (stored.isArchiveLate) alarms.push("archive-late");
  return alarms;
}

/** Whether a part of this name answers; a part that this instance does not have is not missed. */
function isUsable({ parts }: Health, name: HealthPart["name"]): boolean {
  return !parts.some((part) => part.name === name && part.state === "down");
}

/** Whether calls can be answered: with the database, the migrations of this build, and keys that open. */
export function isTakingCalls(health: Health): boolean {
  return health.database && health.migrations && isUsable(health, "keystore");
}

/** Whether this portal decides: without the policies in force it refuses every opening. */
export function isDeciding(health: Health): boolean {
  return isUsable(health, "policies");
}

/** Whether new entries get a leaf and a signed checkpoint. */
export function isAuditing(health: Health): boolean {
  const isRunning = isUsable(health, "worker") && isUsable(health, "signer");
  return health.database && isRunning && health.log.refused === null;
}

/** They show that there was a disclosure or an erasure, or how well data is kept, which only operators may know. */
const FOR_OPERATORS: readonly string[] = [
  "intent-without-outcome",
  "end-not-at-custodian",
  "erasure-late",
  "archive-late",
  "backup-command-failed",
  "backup-failed",
  "backup-late",
  "drill-failed",
];
const OPERATORS: readonly Role[] = ["admin", "coordinator"];

/** Returns the state as this reader may know it. */
export function healthFor(health: Health, role: Role | undefined): Health {
  if (role !== undefined && OPERATORS.includes(role)) return health;
  return { ...health, alarms: health.alarms.filter((alarm) => !FOR_OPERATORS.includes(alarm)) };
}
