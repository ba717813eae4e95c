// The room env: the one reader of process.env. This file has the view of each process, env/ the variables of one subject.
// Each view is read at first use, so that a missing variable of another process does not matter.
// Error messages name variables only, never their values.
import "server-only";
import { z } from "zod";
import { anchorFields, anchorTexts, formerFields, NoteKey, witnessFields } from "@/lib/env/anchors";
import { backupCommandFields, backupFields, backupPeriodFields } from "@/lib/env/backup";
import { collectorFields } from "@/lib/env/collector";
import { counterFields } from "@/lib/env/counters";
import { custodyFields, custodyTexts, type Unlock } from "@/lib/env/custody";
import { Budgets } from "@/lib/env/rate-budgets";
import { EnvironmentError, lazily, variablesOf } from "@/lib/env/read-environment";
import { scannerFields, scannerTexts } from "@/lib/env/scanner";
import { sightFields, sightTexts } from "@/lib/env/sight";
import { ServedUrl, socketFields, tlsFields } from "@/lib/env/tls";
import {
  databaseTexts,
  Flag,
  LogLevel,
  mailFields,
  mailTexts,
  Origins,
  Period,
  Port,
  PortalOrigin,
  Proxies,
  portalDatabaseFields,
  RETENTION_FLOOR_DAYS,
  Text,
  UNIT_MS,
} from "@/lib/env/values";

const base = { LOG_LEVEL: LogLevel, LOG_ORIGIN: Text, ...tlsFields, ...sightFields };
const keys = { KEY_DIR: Text, KEK_FILE: Text.optional(), KEK_PASSPHRASE: Text.optional(), ...custodyFields };

const Portal = z.object({
  ...base,
  TENANT_ID: z.uuid(),
  ...keys,
  HOST: Text.default("127.0.0.1"),
  PORT: Port.default(3000),
  /** Where people reach the portal, e.g. `https://portal.example.org`; without it localhost with this port. */
  PORTAL_ORIGIN: PortalOrigin.optional(),
  /** Proxies that may state a caller's address; without it a caller's address is the socket's. */
  TRUSTED_PROXIES: Proxies,
  /** Asked for in a set-up that is not done on the portal's own machine; 16 characters or more. */
  SETUP_TOKEN: z.string().min(16).optional(),
  /** The demonstration people's passwords and secrets; given by `npm start` only. */
  DEMO_FILE: Text.optional(),
  DATA_DIR: Text.optional(),
  ...portalDatabaseFields,
  /** How long the files of background exports are kept, in days. */
  EXPORT_KEEP_DAYS: z.coerce.number().int().min(1).max(90).default(7),
  /** File with the switches, in flagd's form. It is read again when it changes. Without it each has its safe value. */
  FLAGS_FILE: Text.optional(),
  /** After how many days an active managed key is rotated automatically. */
  KEY_ROTATION_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  ...counterFields,
  ...mailFields,
  ...collectorFields,
  /** Folder with a file NAME.env for each further tenant that this portal serves (docs/guides/tenants.md). */
  TENANTS_DIR: Text.optional(),
  ...scannerFields,
  CUSTODIAN_URL: Text,
  CUSTODIAN_VKEY: NoteKey,
  SIGNER_URL: Text.optional(),
  LOG_VKEY: NoteKey,
  ...anchorFields,
  ...formerFields,
  RATE_BUDGETS: Budgets,
  SEALPORT_EVALUATION: Flag,
  ...backupPeriodFields,
});

const Worker = z.object({
  ...base,
  TENANT_ID: z.uuid(),
  DATABASE_URL: Text,
  SEQUENCER_DATABASE_URL: Text,
  RETENTION_DATABASE_URL: Text.optional(),
  CUSTODIAN_URL: Text,
  CUSTODIAN_VKEY: NoteKey,
  SIGNER_URL: Text,
  LOG_VKEY: NoteKey,
  ...anchorFields,
  /** How long the sequencer waits between batches, in milliseconds, and the most entries of one batch. */
  SEQUENCER_PERIOD_MS: z.coerce.number().int().min(20).max(5_000).default(150),
  SEQUENCER_BATCH: z.coerce.number().int().min(1).max(5_000).default(5_000),
  SEALPORT_EVALUATION: Flag,
  /** How often the worker verifies the whole log automatically. */
  VERIFY_EVERY: Period.default(UNIT_MS.d),
});

const Signer = z.object({
  ...base,
  TENANT_ID: z.uuid(),
  ...socketFields,
  ...keys,
  DATA_DIR: Text,
  SIGNER_URL: ServedUrl,
  SIGNER_DATABASE_URL: Text,
  /** Days below which the signer signs no pruning, whatever periods the database names. */
  RETENTION_FLOOR_DAYS: z.coerce.number().int().min(1).max(36_525).default(RETENTION_FLOOR_DAYS),
});

const Custodian = z.object({
  ...base,
  ...socketFields,
  ...keys,
  DATA_DIR: Text,
  CUSTODIAN_URL: ServedUrl,
  CUSTODIAN_ROSTER_FILE: Text.optional(),
  /** After how many days the next escrow epoch begins automatically. */
  ESCROW_ROTATION_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  CUSTODIAN_EVALUATION: Flag,
  CUSTODIAN_ORIGINS: Origins,
  ...backupCommandFields,
});

const Witness = z.object({
  LOG_LEVEL: LogLevel,
  ...sightFields,
  ...keys,
  ...tlsFields,
  ...socketFields,
  DATA_DIR: Text,
  ...witnessFields,
});

const KeyCreation = z.object({ ...keys, LOG_ORIGIN: Text });

const CustodyCommand = z.object({ ...keys, KEY_DIR: Text.optional() });

/** What the seed needs in addition to the portal's variables. */
const Seed = Portal.extend({ DEMO_FILE: Text, BASE_URL: Text, CUSTODIAN_ROSTER_FILE: Text.optional() });

/** What `npm start` and `npm run migrate` read; all else is made by them. */
const Launch = z.object({
  HOST: Text.default("127.0.0.1"),
  PORT: Port.default(3000),
  DATA_DIR: Text.default(".data"),
  ...databaseTexts,
  DATABASE_NAME: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/)
    .default("sealport"),
  KEK_PASSPHRASE: Text.optional(),
  LOG_ORIGIN: Text.optional(),
  LOG_LEVEL: LogLevel,
  RATE_BUDGETS: z.string().optional(),
  SEQUENCER_PERIOD_MS: z.string().optional(),
  SEQUENCER_BATCH: z.string().optional(),
  EXPORT_KEEP_DAYS: Text.optional(),
  KEY_ROTATION_DAYS: Text.optional(),
  FLAGS_FILE: Text.optional(),
  ESCROW_ROTATION_DAYS: Text.optional(),
  ...sightTexts,
  // Checked here too, so that `npm start` reports a fault in them at once.
  ...counterFields,
  ...scannerTexts,
  ...mailTexts,
  ...collectorFields,
  ...anchorTexts,
  ...custodyTexts,
  ...backupFields,
  PORTAL_ORIGIN: Text.optional(),
  TRUSTED_PROXIES: Text.optional(),
  SETUP_TOKEN: Text.optional(),
  SEED: Text.default("demo"),
  VERIFY_EVERY: Text.optional(),
  RETENTION_FLOOR_DAYS: Text.optional(),
  PATH: z.string().default("/usr/local/bin:/usr/bin:/bin"),
  HOME: z.string().optional(),
  LANG: z.string().optional(),
  TMPDIR: z.string().optional(),
  CUSTODIAN_ROSTER_FILE: Text.optional(),
  /** Set by npm: then npm is our parent, and its end is ours. */
  npm_lifecycle_event: z.string().optional(),
});

/** What the import of an old system's records reads. */
const RecordImport = z.object({ SEALPORT_API_KEY: Text });

/** The variables of each program, as declared. */
export const environments = {
  portal: Portal,
  worker: Worker,
  signer: Signer,
  custodian: Custodian,
  witness: Witness,
  keyCreation: KeyCreation,
  custodyCommand: CustodyCommand,
  seed: Seed,
  launch: Launch,
  recordImport: RecordImport,
};

export { EnvironmentError };

export const portalEnv = lazily(Portal);
export const workerEnv = lazily(Worker);
export const signerEnv = lazily(Signer);
export const custodianEnv = lazily(Custodian);
export const witnessEnv = lazily(Witness);
export const keyCreationEnv = lazily(KeyCreation);
export const custodyCommandEnv = lazily(CustodyCommand);
export const seedEnv = lazily(Seed);
export const launchEnv = lazily(Launch);
export const recordImportEnv = lazily(RecordImport);
export type LaunchEnv = z.infer<typeof Launch>;

/** Whether this process was given a portal's environment; commands run by hand are not. */
export function hasPortalEnv(): boolean {
  return Portal.safeParse(variablesOf(Object.keys(Portal.shape))).success;
}

/** The unlock of the keystore in KEY_DIR; a passphrase wins over the key file. */
export function unlockOf(env: {
  readonly KEK_FILE?: string | undefined;
  readonly KEK_PASSPHRASE?: string | undefined;
}): Unlock {
  if (env.KEK_PASSPHRASE !== undefined) return { passphrase: env.KEK_PASSPHRASE };
  if (env.KEK_FILE !== undefined) return { keyFile: env.KEK_FILE };
  throw new EnvironmentError("set KEK_FILE or KEK_PASSPHRASE");
}
