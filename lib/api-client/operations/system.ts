import { z } from "zod";
import { operation } from "../operation";

export const PartState = z.enum(["up", "late", "down"]);

/** Where the calls are counted that must not be made uncounted: rate limits. */
const CallCounter = z.enum(["upstash", "redis", "postgresql"]);

export const Status = z.object({
  /** Whether calls are answered: the database, its migrations and the keystore are there. */
  enabled: z.boolean(),
  algorithm: z.literal("ECDH-ES+A256KW/A256GCM"),
  participants_count: z.int(),
  transactions_count: z.int(),
  /** Whether new entries reach signed checkpoints: worker and signer run, and the signer does not refuse. */
  audit_enabled: z.boolean(),
  log_size: z.int(),
  last_checkpoint_at: z.string().nullable(),
  /** `setup` until all ten parts that real data needs are ready. */
  assurance: z.enum(["evaluation", "setup", "separate"]),
  parts: z.array(z.object({ name: z.string(), state: PartState })),
  witness: z.enum(["own", "independent", "none"]),
  /** Who cosigned the newest checkpoint; only an independent witness makes it witnessed. */
  witnessed: z.enum(["unwitnessed", "self-witnessed", "witnessed"]),
  /** Newest time stamp and the size of its checkpoint; null without a time stamp. */
  time_stamped_at: z.string().nullable(),
  time_stamped_size: z.int().nullable(),
  /** Milliseconds from an entry's own time to its leaf, over the newest leaves of the last quarter of an hour. */
  merge_delay: z.object({ p50: z.int(), p99: z.int(), max: z.int(), entries: z.int() }).nullable(),
  /** Why the checkpoint signer refuses at present: shorter, fork, gap, content, format or clock. */
  signer_refuses: z.string().nullable(),
  /** Losses that recoveries declare, where the newest verification has no other finding. */
  declared_losses: z.int(),
  call_counter: CallCounter,
  alarms: z.array(z.string()),
});
export type Status = z.infer<typeof Status>;

export const getStatus = operation({
  id: "getStatus",
  method: "GET",
  path: "/confidential/status",
  summary: "State of the service: counts, log, parts, alarms",
  scopes: "any",
  roles: "any",
  response: { status: 200, schema: Status },
  rate: "reads",
  action: "system.status",
});

export const Liveness = z.object({
  status: z.literal("alive"),
  /** SHA-256 of the instance file, hexadecimal, as at every part; null without one. */
  instance: z.string().nullable(),
});

export const getLiveness = operation({
  id: "getLiveness",
  method: "GET",
  path: "/healthz",
  summary: "Whether the process answers",
  scopes: "none",
  roles: "any",
  response: { status: 200, schema: Liveness },
  rate: "reads",
  action: "system.liveness",
});

export const Readiness = z.object({
  ready: z.boolean(),
  database: z.boolean(),
  migrations: z.boolean(),
  /** Whether this portal decides by the policies in force. Without them it refuses openings. */
  policies: z.boolean(),
  call_counter: CallCounter,
  degraded: z.array(z.string()),
  /** Seconds since the last good backup of the database, and since the last drill that passed; null without one. */
  backup_age_s: z.int().nullable(),
  drill_age_s: z.int().nullable(),
});

export const getReadiness = operation({
  id: "getReadiness",
  method: "GET",
  path: "/readyz",
  summary: "Whether calls can be answered: database, migrations, policies; degraded parts by name",
  scopes: "none",
  roles: "any",
  response: { status: 200, schema: Readiness },
  rate: "reads",
  action: "system.readiness",
});

export const getOpenApi = operation({
  id: "getOpenApi",
  method: "GET",
  path: "/openapi.json",
  summary: "This document; 304 if If-None-Match names its ETag",
  scopes: "none",
  roles: "any",
  response: { status: 200, mediaType: "application/json" },
  rate: "reads",
  action: "system.openapi",
});
