import type { ReadinessCause, ReadinessFacts, ReadinessState } from "@/lib/administration/readiness/schema";

/** What a check found. Without a cause the part is done. */
export interface Result {
  readonly state: ReadinessState;
  readonly cause: ReadinessCause | undefined;
  readonly facts: ReadinessFacts;
}

export const done = (facts: ReadinessFacts = {}): Result => ({ state: "done", cause: undefined, facts });
export const failed = (cause: ReadinessCause, facts: ReadinessFacts = {}): Result => ({
  state: "failed",
  cause,
  facts,
});
/** Nothing was tried yet, or a person has to act. */
export const open = (cause: ReadinessCause, facts: ReadinessFacts = {}): Result => ({
  state: "open",
  cause,
  facts,
});

type Sentence = (facts: Readonly<Record<string, string>>) => string;

/** What a complete record of an agency has. */
const AGENCY_PARTS: Readonly<Record<string, string>> = {
  domain: "an e-mail domain",
  number: "a callback number",
  contacts: "two contacts",
};

const CAUSES: Readonly<Record<ReadinessCause, Sentence>> = {
  not_checked: () => "Not checked yet.",
  no_organisation: () => "The operator's own organisation is missing.",
  plain_http: ({ host }) =>
    `${host} is not an https address. Set PORTAL_ORIGIN to the address that people use.`,
  no_such_host: ({ host }) => `${host} was not reached: no such host.`,
  unreachable: ({ host }) => `${host} was not reached: no connection.`,
  timeout: ({ host }) => `${host} was not reached: no answer in time.`,
  certificate: ({ host, code }) => `The certificate of ${host} was not accepted (${code}).`,
  answer: ({ host, status }) => `${host} answered with status ${status}.`,
  other_instance: ({ host }) => `${host} answered, but it is not this portal.`,
  one_administrator: ({ count }) => `${count} active administrators have signed in; two are needed.`,
  no_passkey: ({ names }) => `Without a passkey: ${names}.`,
  key_file: ({ parts = "portal" }) =>
    `The root key of these parts is in a file: ${parts}. Move it to a key service or a token.`,
  key_failed: () => "The check could not make, use and destroy a key. See the portal's log.",
  key_place_unknown: ({ parts }) =>
    `These parts did not say where their keys are kept: ${parts}. Check that they run.`,
  no_backup: () => "No backup of the root key was made or recorded.",
  older_root: () => "The backup is of an older root key. Make a new backup.",
  untried: () => "The backup has not been tested. Run a drill.",
  drill_due: ({ days }) => `The backup has not been tested for ${days} days. Run a drill.`,
  unreadable: () => "The list of backups cannot be read.",
  custodian_away: () => "The escrow custodian does not answer.",
  custodian_key: () => "The escrow custodian's answer was not signed by the pinned key.",
  evaluation: () => "The escrow custodian runs for evaluation: the portal may sign for people.",
  same_user: () => "The escrow custodian runs as the portal's own user on the portal's machine.",
  not_agreed: () => "Two administrators must agree to the rules of this version.",
  waiting: ({ by }) => `${by} has read the rules. Another administrator has to agree.`,
  no_mail_server: () => "No mail server is set. Set SMTP_URL and SMTP_FROM.",
  mail_refused: ({ host, outcome }) => `${host} did not accept the test message (${outcome}).`,
  code_sent: ({ to }) => `A code was sent to ${to}. Enter it to confirm that it arrived.`,
  no_scanner: () => "No document scanner is set. Set CLAMD_SOCKET or CLAMD_HOST.",
  scanner_blind: ({ engine }) => `${engine} did not find the EICAR test file.`,
  no_agency: () => "No agency was added.",
  agency_incomplete: ({ agency, missing = "" }) =>
    `${agency} lacks: ${missing
      .split(", ")
      .map((part) => AGENCY_PARTS[part] ?? part)
      .join(", ")}.`,
  no_drill: () => "No restore drill was recorded.",
  drill_old: ({ days }) => `The last drill was ${days} days ago. Run another drill.`,
  drill_failed: () => "The last drill failed. Correct the cause and run another drill.",
  no_database_backup: () => "No backup of the database was made.",
  database_backup_old: ({ hours }) => `The last good backup of the database is ${hours} hours old.`,
  database_backup_failed: () => "The last backup of the database failed.",
  no_alert_address: () => "No address for alerts is set: alerts are shown on the portal only.",
  no_witness: () => "No independent witness cosigns the log.",
  no_time_stamps: () => "No time-stamp authority is set.",
};

/** Returns a result as one sentence, for programs and the command line. Pages have words in the reader's language. */
export function sentenceOf({ cause, facts }: Result): string {
  return cause === undefined ? "Done." : CAUSES[cause](facts);
}
