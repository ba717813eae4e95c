// The room runtime: puts a portal process together. portal.ts opens its parts once, this file holds them for routes
// and pages, jobs.ts lists the background jobs. Use cases get these parts in their
// context and never open them.

import "server-only";
import type { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import type { Clock } from "@/lib/clock";
import type { InstanceFacts, RealDataReadiness, Scanner } from "@/lib/context/context";
import type { Flags } from "@/lib/context/flags";
import type { Policies } from "@/lib/context/policies";
import type { ScopeTable } from "@/lib/context/principal";
import type { AuditRecorder } from "@/lib/context/recorder";
import type { Database } from "@/lib/db/client";
import type { Collector } from "@/lib/env/collector";
import { servedTenant } from "@/lib/env/served-tenant";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import type { AnonymousFailures } from "@/lib/identity/anonymous-failures";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";
import type { Site } from "@/lib/identity/sign-in/site";
import type { Keystore } from "@/lib/keystore/keystore";
import type { LiveHub } from "@/lib/live/hub";
import type { Mailer } from "@/lib/notify/mail/mailer";
import type { Limits } from "@/lib/rate-limit/limits";
import type { UploadSlots } from "@/lib/rate-limit/upload-slots";
import type { Logger } from "@/lib/telemetry/logger";

/** The parts that a portal process has once. All of them outlive the requests. */
export interface Runtime extends ApiKeySecret, SessionSecret, ScopeTable {
  readonly site: Site;
  readonly demoFile: string | undefined;
  readonly db: Database;
  readonly instance: InstanceFacts;
  readonly clock: Clock;
  readonly keystore: Keystore;
  readonly escrow: EscrowClient;
  readonly audit: AuditRecorder;
  readonly policies: Policies;
  readonly flags?: Flags | undefined;
  readonly logger: Logger;
  /** Alarms of this process's log that are not stored as alerts yet. */
  readonly alarms?: AlarmBuffer | undefined;
  readonly limits: Limits;
  readonly failures: AnonymousFailures;
  readonly idempotencyKey: Uint8Array;
  readonly caseKey?: Uint8Array | undefined;
  readonly live: LiveHub;
  readonly uploads: UploadSlots;
  /** Undefined where no scanner is configured: then documents are "not scanned". */
  readonly scanner: Scanner | undefined;
  /** Absent where no mail server is set up. */
  readonly mailer?: Mailer | undefined;
  /** Absent where the log is sent to no collector. */
  readonly collector?: Collector | undefined;
  /** Token that a set-up from another machine needs. */
  readonly setupToken?: string | undefined;
  readonly readiness?: RealDataReadiness | undefined;
}

/** The module that builds a runtime (`portal.ts`). */
interface Builder {
  buildRuntime(): Promise<Runtime>;
}

interface Slot {
  load?: () => Promise<Builder>;
  /** By the name of a further tenant. The key is undefined for the runtime of the process itself. */
  readonly runtimes: Map<string | undefined, Promise<Runtime>>;
}

// Route handlers, pages and instrumentation each have a copy of this module in one process (environment.md "Next
// traps"), so the slot is kept on globalThis under a registered symbol.
const SLOT = Symbol.for("sealport.runtime");

function isSlot(value: unknown): value is Slot {
  return typeof value === "object" && value !== null;
}

function slot(): Slot {
  const known: unknown = Reflect.get(globalThis, SLOT);
  if (isSlot(known)) return known;
  const made: Slot = { runtimes: new Map() };
  Reflect.set(globalThis, SLOT, made);
  return made;
}

/** Names the module that builds the runtime at its first use. instrumentation.ts calls it once, before any request. */
export function provideRuntime(load: () => Promise<Builder>): void {
  slot().load = load;
}

/**
 * Returns the portal's runtime. In a portal with several tenants it is the runtime of the served tenant. A failed build
 * is not kept: while the database is down every call answers 503, and the first call after that builds the runtime.
 */
export function getRuntime(): Promise<Runtime> {
  const held = slot();
  const tenant = servedTenant()?.name;
  const { load, runtimes } = held;
  const known = runtimes.get(tenant);
  if (known !== undefined) return known;
  if (load === undefined) return Promise.reject(new Error("no runtime was provided in this process"));
  const made = load().then((builder) => builder.buildRuntime());
  runtimes.set(tenant, made);
  made.catch(() => {
    if (runtimes.get(tenant) === made) runtimes.delete(tenant);
  });
  return made;
}

/** Gives tests and scripts their own runtime, for the tenant that is served. */
export function useRuntime(runtime: Runtime): void {
  slot().runtimes.set(servedTenant()?.name, Promise.resolve(runtime));
}
