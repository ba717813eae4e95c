import "server-only";
import { done, failed, open, type Result } from "@/lib/administration/readiness/result";
import type { NeededItem, ReadinessItemName } from "@/lib/administration/readiness/schema";
import {
  countAlertAddresses,
  findOperator,
  findRulesAgreement,
  listAgencies,
  listSignedInAdministrators,
  readResults,
  type StoredResult,
} from "@/lib/administration/readiness/store";
import { type BackupState, isDrillDue, readBackupState } from "@/lib/backup/record/backup-state";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { rootBackupOf } from "@/lib/keys/read-root-backup";
import { findActivation, findAgreed } from "@/lib/policies/activation-store";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Two days: a daily backup was missed. */
const OLD_HOURS = 48;

/** What the list is read from. */
export type FactsContext = Pick<Context, "instance" | "clock" | "keystore">;

/** Administrators who have signed in, each with a passkey. */
async function administrators(tx: Tx, tenantId: string): Promise<Result> {
  const people = await listSignedInAdministrators(tx, tenantId);
  const facts = { count: String(people.length), names: people.map(({ name }) => name).join(", ") };
  if (people.length < 2) return open("one_administrator", facts);
  const without = people.filter(({ has_passkey: has }) => !has).map(({ name }) => name);
  if (people.length - without.length < 2)
    return failed("no_passkey", { ...facts, names: without.join(", ") });
  return done(facts);
}

/** A backup of the root key that was tried, or what the operator recorded about the key service. */
function backup(cx: FactsContext, recorded: StoredResult | undefined): Result {
  const { standing, backup: made, drill_days: days } = rootBackupOf(cx);
  if (standing === "current" && made?.last_drill_at != null)
    return done({ shares: `${made.threshold}/${made.shares}`, tried: made.last_drill_at });
  if (recorded?.state === "done") return recorded;
  switch (standing) {
    case "none":
      return open("no_backup");
    case "older-root":
      return failed("older_root");
    case "drill-due":
      return failed("drill_due", { days: String(days) });
    case "unreadable":
      return failed("unreadable");
    default:
      return open("untried");
  }
}

/** The rules in force: a set that one person wrote and another approved, or read as it is by two administrators. */
async function policies(tx: Tx, cx: FactsContext): Promise<Result> {
  const { tenantId } = cx.instance;
  const inForce = (await findActivation(tx, tenantId))?.version;
  if (inForce === undefined) return open("not_agreed");
  const version = { version: inForce };
  const approved = await findAgreed(tx, tenantId, inForce);
  if (approved !== undefined) return done({ ...version, by: approved.author, and: approved.approver });
  const agreed = await findRulesAgreement(tx, tenantId, "agreed");
  if (agreed?.policy_version === inForce)
    return done({ ...version, by: agreed.asked_by, and: agreed.decided_by ?? "" });
  const asked = await findRulesAgreement(tx, tenantId, "open");
  if (asked?.policy_version === inForce && cx.clock.now() < asked.expires_at)
    return open("waiting", { ...version, by: asked.asked_by });
  return open("not_agreed", version);
}

async function agency(tx: Tx, tenantId: string): Promise<Result> {
  const [first] = await listAgencies(tx, tenantId);
  if (first === undefined) return open("no_agency");
  const missing = [
    ...(first.domains > 0 ? [] : ["domain"]),
    ...(first.numbers > 0 ? [] : ["number"]),
    ...(first.people > 1 ? [] : ["contacts"]),
  ];
  if (missing.length > 0)
    return failed("agency_incomplete", { agency: first.name, missing: missing.join(", ") });
  return done({ agency: first.name });
}

/** The organisation is stored, and its address was reached. */
async function organisation(tx: Tx, tenantId: string, probed: Result): Promise<Result> {
  const operator = await findOperator(tx, tenantId);
  if (operator === undefined) return open("no_organisation");
  const jurisdictions = operator.home_jurisdictions.join(", ");
  return {
    ...probed,
    facts: { ...probed.facts, organisation: operator.name, zone: operator.zone, jurisdictions },
  };
}

function witness({ instance }: FactsContext): Result {
  const { pinned } = instance;
  const others = pinned?.witnesses.filter(({ kind }) => kind === "independent").length ?? 0;
  return others > 0 ? done({ count: String(others) }) : open("no_witness");
}

/** The newer of the command's drill and of one that a person recorded. It counts for ninety days. */
function drill(state: BackupState, nowMs: number, recorded: StoredResult | undefined): Result {
  const { at, facts, failedAt } = state.drill;
  if (failedAt !== undefined && failedAt > (at ?? recorded?.at ?? new Date(0))) return failed("drill_failed");
  const isRecorded = recorded !== undefined && (at === undefined || recorded.at > at);
  const last = isRecorded ? recorded.at : at;
  if (last === undefined) return open("no_drill");
  if (isDrillDue({ drill: { at: last } }, nowMs))
    return failed("drill_old", { days: String(Math.floor((nowMs - last.getTime()) / DAY_MS)) });
  if (isRecorded) return recorded;
  const [held_on = ""] = last.toISOString().split("T");
  return done({ held_on, place: "backup drill", size: String(facts?.log_size ?? 0) });
}

function databaseBackup({ backup: { at, facts, failedAt } }: BackupState, nowMs: number): Result {
  if (failedAt !== undefined && failedAt > (at ?? new Date(0))) return failed("database_backup_failed");
  if (at === undefined) return open("no_database_backup");
  const hours = Math.floor((nowMs - at.getTime()) / HOUR_MS);
  if (hours > OLD_HOURS) return failed("database_backup_old", { hours: String(hours) });
  return done({ made: at.toISOString(), size: String(facts?.log_size ?? 0) });
}

async function alertAddress(tx: Tx, tenantId: string): Promise<Result> {
  const count = await countAlertAddresses(tx, tenantId);
  return count > 0 ? done({ count: String(count) }) : open("no_alert_address");
}

export interface Judged {
  readonly results: Readonly<Record<ReadinessItemName, Result>>;
  /** What was run or recorded, with who did it. */
  readonly stored: ReadonlyMap<string, StoredResult>;
}

/** Returns the state of every item: what is stored is read now, what has to be tried is as the newest try found it. */
export async function judgeReadiness(tx: Tx, cx: FactsContext): Promise<Judged> {
  const { tenantId, pinned } = cx.instance;
  const stored = await readResults(tx, tenantId);
  const backups = await readBackupState(tx, tenantId);
  const nowMs = cx.clock.nowMs();
  const tried = (item: NeededItem): Result => stored.get(item) ?? open("not_checked");
  const results = {
    organisation: await organisation(tx, tenantId, tried("organisation")),
    administrators: await administrators(tx, tenantId),
    keys: tried("keys"),
    backup: backup(cx, stored.get("backup")),
    custodian: tried("custodian"),
    policies: await policies(tx, cx),
    mail: tried("mail"),
    scanner: tried("scanner"),
    agency: await agency(tx, tenantId),
    drill: drill(backups, nowMs, stored.get("drill")),
    database_backup: databaseBackup(backups, nowMs),
    alert_address: await alertAddress(tx, tenantId),
    witness: witness(cx),
    time_stamps: pinned?.timeStampFile === undefined ? open("no_time_stamps") : done(),
  };
  return { results, stored };
}
