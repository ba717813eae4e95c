import { z } from "zod";
import { AgreementAnswer, Reason } from "@/lib/administration/agreements/schema";
import { SetupPeople } from "@/lib/administration/setup/schema";
import { CalendarDate, Receipt, visibleLine, visibleText } from "@/lib/schema";

/** The parts that real data needs, in the order of the list. */
export const NeededItem = z.enum([
  "organisation",
  "administrators",
  "keys",
  "backup",
  "custodian",
  "policies",
  "mail",
  "scanner",
  "agency",
  "drill",
]);
export type NeededItem = z.infer<typeof NeededItem>;

export const ReadinessItemName = z.enum([
  ...NeededItem.options,
  "database_backup",
  "alert_address",
  "witness",
  "time_stamps",
]);
export type ReadinessItemName = z.infer<typeof ReadinessItemName>;

/** Why an item is not done. */
export const ReadinessCause = z.enum([
  "not_checked",
  "no_organisation",
  "plain_http",
  "no_such_host",
  "unreachable",
  "timeout",
  "certificate",
  "answer",
  "other_instance",
  "one_administrator",
  "no_passkey",
  "key_file",
  "key_failed",
  "key_place_unknown",
  "no_backup",
  "older_root",
  "untried",
  "drill_due",
  "unreadable",
  "custodian_away",
  "custodian_key",
  "evaluation",
  "same_user",
  "not_agreed",
  "waiting",
  "no_mail_server",
  "mail_refused",
  "code_sent",
  "no_scanner",
  "scanner_blind",
  "no_agency",
  "agency_incomplete",
  "no_drill",
  "drill_old",
  "drill_failed",
  "no_database_backup",
  "database_backup_old",
  "database_backup_failed",
  "no_alert_address",
  "no_witness",
  "no_time_stamps",
]);
export type ReadinessCause = z.infer<typeof ReadinessCause>;

export const ReadinessState = z.enum(["done", "open", "failed"]);
export type ReadinessState = z.infer<typeof ReadinessState>;

/** What a check found, by name: hosts, counts, names of people. */
export const ReadinessFacts = z.record(z.string(), z.string());
export type ReadinessFacts = z.infer<typeof ReadinessFacts>;

export const ReadinessItem = z.object({
  item: ReadinessItemName,
  /** False for what is recommended. */
  is_needed: z.boolean(),
  state: ReadinessState,
  cause: ReadinessCause.nullable(),
  /** The state as a sentence. */
  detail: z.string(),
  facts: ReadinessFacts,
  checked_at: z.string().nullable(),
  checked_by: z.string().nullable(),
});
export type ReadinessItem = z.infer<typeof ReadinessItem>;

/** `setup` until every needed part is done. */
export const InstanceAssurance = z.enum(["evaluation", "setup", "signed"]);
export type InstanceAssurance = z.infer<typeof InstanceAssurance>;

export const ReadinessList = z.object({
  assurance: InstanceAssurance,
  /** Needed parts that are done, of 10. */
  done: z.int(),
  items: z.array(ReadinessItem),
  people: SetupPeople,
});
export type ReadinessList = z.infer<typeof ReadinessList>;
export const ReadinessAnswer = ReadinessList.extend({ receipt: Receipt });
export type ReadinessAnswer = z.infer<typeof ReadinessAnswer>;

/** Which checks to run; all of them where none is named. */
export const CheckBody = z.strictObject({
  items: z.array(NeededItem).min(1).max(NeededItem.options.length).optional(),
});
export type CheckBody = z.infer<typeof CheckBody>;

/** The code from the test message. */
export const MailCode = z.strictObject({ code: z.string().trim().min(1).max(20) });
export type MailCode = z.infer<typeof MailCode>;

/** Where the key service keeps the root key safe, in the operator's words. */
export const BackupStatement = z.strictObject({ statement: visibleText(1000) });
export type BackupStatement = z.infer<typeof BackupStatement>;

/** A drill: a backup was opened elsewhere and its log verified there. */
export const RestoreDrill = z.strictObject({
  held_on: CalendarDate,
  /** The machine or place. */
  place: visibleLine(200),
  /** Entries of the restored log, and its root, as `npm run verify` prints them. */
  size: z.int().min(1),
  root: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9+/_-]{43}=?$/, "is not the root of a log"),
});
export type RestoreDrill = z.infer<typeof RestoreDrill>;

/** The rules that the caller has read, by the digest of their text. */
export const RulesRead = z.strictObject({ policy_version: z.string().min(1).max(100), reason: Reason });
export type RulesRead = z.infer<typeof RulesRead>;
export const RulesReadAnswer = AgreementAnswer;
