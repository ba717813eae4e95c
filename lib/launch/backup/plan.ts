import "server-only";

/** One part of an instance, and what a backup of it means. */
interface PlanRow {
  readonly part: string;
  readonly copy: string;
  readonly when: string;
  readonly how: string;
}

// In the order of a restore.
const ROWS: readonly PlanRow[] = [
  {
    part: "instance file",
    copy: "instance.json",
    when: "after each change",
    how: "it is public: keep it with every other copy",
  },
  {
    part: "database",
    copy: "base backup and WAL",
    when: "daily, and WAL each minute",
    how: "backup create · restore to a new server, never over a live one",
  },
  {
    part: "portal's keys",
    copy: "its KEY_DIR",
    when: "after each rotation",
    how: "backup keys --of portal · another recipient than the database's",
  },
  {
    part: "custodian",
    copy: "KEY_DIR, journal, registrations, roster",
    when: "after each epoch and roster change, and daily",
    how: "backup keys --of custodian, by its own operator, and BACKUP_COMMAND after each change · an older journal forgets used statements",
  },
  {
    part: "signer",
    copy: "KEY_DIR with log.signed.json, copy of the log",
    when: "hourly",
    how: "backup keys --of signer, by its own operator · if it is older than the database, the signer copies the rest from there",
  },
  {
    part: "root keys",
    copy: "shares",
    when: "at each new root key, a drill every 90 days",
    how: "npm run keys -- backup ceremony",
  },
];

const NEVER: readonly string[] = [
  "the witness's state: an older head would let it cosign a second history",
  "portal's spool and Redis: both are made again",
  "a database over a running instance",
];

/** Returns what to copy of each part, how often, and what must never be restored, as lines. */
export function planLines(): string[] {
  return [
    "What to back up, in the order in which it is restored:",
    ...ROWS.flatMap(({ part, copy, when, how }) => [
      "",
      `${part}: ${copy}`,
      `  when: ${when}`,
      `  how:  ${how}`,
    ]),
    "",
    "Never restore:",
    ...NEVER.map((line) => `  ${line}`),
    "",
    "Then: npm run recover (docs/runbooks/recovery.md). Run a drill every 90 days: backup drill.",
  ];
}
