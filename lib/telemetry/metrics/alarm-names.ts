import "server-only";

const PARTS = {
  worker: "late down",
  signer: "down",
  custodian: "down",
  witness: "down",
  keystore: "late down",
  policies: "down",
  redis: "down",
  upstash: "down",
  database: "down",
} as const;

const partAlarms = Object.entries(PARTS).flatMap(([part, states]) =>
  states.split(" ").map((state): [string, string] => [`${part}-${state}`, `The part ${part} is ${state}.`]),
);

const REFUSALS = ["shorter", "fork", "gap", "content", "format", "prune", "store", "clock"];

/** Alarms that last: the gauge `sealport_alarm` has each of these names, and the status shows those that are on. */
export const LASTING_ALARMS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(partAlarms),
  "checkpoint-late": "Entries have waited for a signed checkpoint for more than 15 seconds.",
  "checkpoint-unwitnessed": "The newest checkpoints do not meet the witness policy.",
  "time-stamp-late": "The newest checkpoint has no time stamp after five minutes.",
  "integration-late": "An entry has waited for its place in the log for more than a minute.",
  "merge-delay": "An entry of the last quarter of an hour waited more than a minute for its place.",
  "entry-quarantined": "A malformed entry is quarantined.",
  "log-verification-wrong": "The last verification of the log found a fault.",
  "log-verification-incomplete": "The last verification could not compare the log with the signer.",
  "intent-without-outcome": "An opening recorded its intent but no outcome.",
  "end-not-at-custodian": "The custodian has not recorded the end of a grant.",
  "erasure-late": "An agreed erasure is late.",
  "archive-late": "The database has archived no WAL for five minutes although finished segments wait.",
  "backup-late": "The last good backup is older than twice its period.",
  "backup-failed": "The newest backup failed.",
  "backup-command-failed": "The custodian's BACKUP_COMMAND fails, so a change of its files is not copied.",
  "drill-failed": "The newest restore drill failed.",
  "policies-altered": "The text of the policies in force was changed in the database.",
  ...Object.fromEntries(
    REFUSALS.map((reason) => [
      `signer-refuses-${reason}`,
      `The signer does not sign. Its reason is ${reason}.`,
    ]),
  ),
};

/**
 * Alarms that are events: log lines that carry them count in `sealport_alarm_events_total`. Every background job also
 * has `<job>.failed`.
 */
export const EVENT_ALARMS: Readonly<Record<string, string>> = {
  "clock.back": "The witness's clock went back. The witness does not cosign until the clock is correct.",
  "clock.skew": "The clocks of the time-stamp authority and of the worker differ.",
  "cosignature.lost": "A cosignature could not be written.",
  "custodian.index": "The custodian cannot write its index. Registrations wait in its memory.",
  "entry.malformed": "An entry could not be read and was quarantined.",
  "envelope.open-failed": "An envelope could not be opened with its key.",
  "envelope.replaced": "A stored envelope does not match the log.",
  "escrow.refused": "The custodian refused to re-wrap some groups.",
  "escrow.unconfirmed": "The custodian had not signed a registration.",
  "export.erasure": "An export met an erasure that is not settled.",
  "export.index": "The search index of the log does not match the log.",
  "export.job": "An invalid export job was found and ended.",
  "export.parts": "Sealed parts of entries are missing or in another place.",
  "export.signer": "An export was made that the signer does not confirm.",
  "flags.broken": "The file of switches cannot be read. Safe values are used.",
  "flags.refused":
    "The file of switches names something that a switch must not control. Safe values are used.",
  "keystore.renewal": "The root key of signer, custodian or witness was not renewed or not promoted.",
  "listen.silent": "The database sends notices, but they do not arrive: a pooler drops them.",
  "log.compartment": "A key of the log's sealed parts does not match.",
  "log.erasure": "An erasure failed, or the log has no agreement for it.",
  "log.verification": "A verification of the log found a fault.",
  "log.verification-incomplete": "A verification could not compare the log with the signer.",
  "people.last-administrator": "The last administrator leaves.",
  "policy.altered": "The text of the policies in force was changed in the database.",
  "policy.unavailable": "The policies in force could not be loaded.",
  "policy.replay": "A replay of decisions gave a result that differs from the log.",
  "policy.run": "A dry run or replay of policies failed.",
  "recovery.stuck": "A recovery of a lost key does not continue.",
  "replica.unused": "The replica is not available or is behind. Reads go to the primary.",
  "roster.confirmers": "The roster has too few people who can confirm a change.",
  "roster.refused": "The custodian refused a changed roster. The previous one is in force.",
  "rotation.stuck": "A key rotation does not continue.",
  "row.unreadable": "A row could not be read. The list shows its id only.",
  "signer.refused": "The signer refused to sign.",
  "verification.failed": "A verification of the log could not run.",
  "witness.absent": "A witness does not answer.",
  "witness.conflict": "A witness has seen another tree of this log.",
  "witness.failed": "A witness could not be asked.",
  "witness.refused": "A witness did not cosign.",
};
