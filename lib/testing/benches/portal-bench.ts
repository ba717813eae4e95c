import "server-only";
import { scopesFor } from "@/lib/api-client/registry";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import { vkey } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { createAnonymousFailures } from "@/lib/identity/anonymous-failures";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createParticipant } from "@/lib/identity/people/create-participant";
import { createUser } from "@/lib/identity/people/create-user";
import { createTenant } from "@/lib/identity/people/tenant";
import { siteOf } from "@/lib/identity/sign-in/site";
import { openLiveHub } from "@/lib/live/open-hub";
import { openLimits } from "@/lib/rate-limit/limits";
import { openLimitPool } from "@/lib/rate-limit/ratelimit";
import { UploadSlots } from "@/lib/rate-limit/upload-slots";
import type { Runtime } from "@/lib/runtime/slot";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, BENCH_WAIT_MS, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { fixedFlags } from "@/lib/testing/benches/bench-flags";
import { openBenchPolicies } from "@/lib/testing/benches/bench-policies";
import type { Role, Scope } from "@/lib/vocabulary";

/** A portal's runtime on its own database, with a custodian that never answers. */
export interface PortalBench {
  readonly audit: AuditBench;
  readonly runtime: Runtime;
  /** Lines the runtime's logger wrote. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** Opens the portal on its own database, or on one that a bench with its tenant has made. */
export async function createPortalBench(
  budgets: Parameters<typeof openLimits>[1],
  on?: AuditBench,
): Promise<PortalBench> {
  const audit = on ?? (await createAuditBench());
  const { cx, keystore } = audit;
  if (on === undefined) await createTenant(cx, "test");
  const receiptKey = keystore.readNamedKey("receipt");
  if (receiptKey === undefined) throw new TypeError("no receipt key");
  const lines: string[] = [];
  const logger = createLogger("test", "info", { write: (line) => void lines.push(line) });
  const recorder = createAuditRecorder({ pool: audit.appPool, keystore, instance: cx.instance, receiptKey });
  const limitPool = openLimitPool({ url: audit.database.appUrl, waitMs: BENCH_WAIT_MS });
  const runtime: Runtime = {
    db: cx.db,
    instance: cx.instance,
    clock: systemClock,
    keystore,
    escrow: createEscrowClient({
      url: "unix:/nonexistent.sock",
      vkey: vkey(`${cx.instance.log}/custodian`, receiptKey.publicKey),
      log: cx.instance.log,
      clock: systemClock,
    }),
    audit: recorder,
    policies: await openBenchPolicies({ ...cx, audit: recorder }, logger),
    flags: fixedFlags(),
    logger,
    limits: openLimits(
      { pool: limitPool, secret: new Uint8Array(32).fill(4), drawMs: BENCH_WAIT_MS },
      budgets,
    ),
    failures: createAnonymousFailures(logger),
    idempotencyKey: new Uint8Array(32).fill(1),
    apiKeySecret: new Uint8Array(32).fill(2),
    sessionSecret: new Uint8Array(32).fill(3),
    caseKey: new Uint8Array(32).fill(5),
    scopesFor,
    site: siteOf({ HOST: "127.0.0.1", PORT: 3000 }),
    demoFile: undefined,
    live: openLiveHub(
      { url: audit.database.appUrl, pool: cx.db.pool, logger },
      {
        db: cx.db,
        instance: cx.instance,
        logger,
        clock: systemClock,
      },
    ),
    uploads: new UploadSlots(),
    scanner: undefined,
  };
  const close = async () => {
    runtime.live.close();
    await limitPool.end();
    await audit.close();
  };
  return { audit, runtime, lines, close };
}

/** Makes a person with their own participant, and a key with these scopes. */
export async function createCaller(
  runtime: Runtime,
  role: Role,
  scopes: readonly Scope[],
  addresses: readonly string[] = [],
): Promise<{ readonly userId: string; readonly participantId: string; readonly key: string }> {
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  const { id: organisationId } = await createOrganisation(cx, { name: role, kind: "company" });
  const handle = uuidv7(Date.now());
  await createParticipant(cx, { id: handle, organisationId, role, kind: "legal" });
  const { id: userId } = await createUser(cx, {
    handle,
    name: "Test Person",
    email: `${handle}@example.org`,
    role,
    organisationId,
    participantId: handle,
    duties: [],
  });
  const { key } = await createApiKey(cx, { userId, label: "test", scopes, addresses });
  return { userId, participantId: handle, key };
}
