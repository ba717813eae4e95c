import "server-only";
import { setMaxListeners } from "node:events";
import { keepAuthorizations } from "@/lib/access/deadlines/keep-authorizations";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { scanWaiting } from "@/lib/access/documents/scan-waiting";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { beginDueReview } from "@/lib/administration/access-review/begin-review";
import { endDueReviews } from "@/lib/administration/access-review/end-review";
import { expireAgreements } from "@/lib/administration/agreements/expire-agreements";
import { endLeaving } from "@/lib/administration/people/end-person";
import { followSeal } from "@/lib/administration/seal/seal-keys";
import { sendAlerts } from "@/lib/alerts/delivery/deliver";
import { keepAlerts } from "@/lib/alerts/keep-alerts";
import { expireExports } from "@/lib/audit/export/jobs/expire-exports";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { forwardLog } from "@/lib/audit/export/siem/forward-log";
import { prepareDueErasures } from "@/lib/audit/retention/erasure/prepare-erasure";
import { checkNextIndex } from "@/lib/audit/self-check/check-index";
import { recordVerifications } from "@/lib/audit/self-check/record-verifications";
import { recordBackupRuns } from "@/lib/backup/record/record-runs";
import { uuidv7 } from "@/lib/crypto/uuid";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { askDueVersion } from "@/lib/identity/roster/ask-due-version";
import { endDeadSessions } from "@/lib/identity/sessions/end-session";
import { JobReports, storeReports } from "@/lib/jobs/job-report";
import { runLoop } from "@/lib/jobs/run-loop";
import { rotateDueKeys } from "@/lib/keys/rotation/rotate-due";
import { sweepResident } from "@/lib/keys/token-objects/sweep-resident";
import { deleteOldNotifications, deliverDue } from "@/lib/notify/deliveries/deliver";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { activateDue } from "@/lib/policies/activate-set";
import { sendOrder } from "@/lib/policies/custodian-order";
import { runNextPolicyRun } from "@/lib/policies/dry-run/run-next";
import type { Runtime } from "@/lib/runtime/slot";
import { runRecoveries } from "@/lib/transactions/key-recovery/run-recoveries";
import { dropFormer } from "@/lib/transactions/rewrap/drop-former";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { publishQuarters } from "@/lib/transparency/publish-quarters";

// The portal runs these jobs, not the worker, because they need keys or secrets that only the portal's keystore opens:
// those of the log's sealed parts, participants' managed keys (ADR 0018) and webhooks. Any number of portals share the
// work. A failure is logged as the alarm `<name>.failed` and retried.

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How often a portal reports its passes for the page of background work. */
const REPORT_MS = 15 * SECOND_MS;

interface JobSettings {
  readonly exportKeepDays: number;
  readonly keyRotationDays: number;
}

/** The context of a pass: the runtime, acting as the portal itself. */
function passContext(runtime: Runtime, { exportKeepDays, keyRotationDays }: JobSettings) {
  return {
    ...runtime,
    client: {},
    requestId: uuidv7(Date.now()),
    system: "portal",
    findReader: (userId: string) => findReaderById(runtime, userId),
    keepMs: exportKeepDays * DAY_MS,
    keyRotationDays,
    mailer: runtime.mailer,
    hasMail: runtime.mailer !== undefined,
    origin: runtime.site.origin,
  };
}
type JobContext = ReturnType<typeof passContext>;

interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** One pass. It returns true if there is more to do at once. */
  readonly step: (cx: JobContext) => Promise<unknown>;
  /**
   * The first pass runs at the start. Other jobs wait one period first, because all jobs together would use every
   * connection.
   */
  readonly atOnce?: true;
  /** Where the runtime lacks this, the job does not run. */
  readonly needs?: keyof Runtime;
}

async function finishGrants(cx: JobContext): Promise<void> {
  const { failed } = await finishPendingGrants(cx);
  if (failed > 0) cx.logger.warn({ failed }, "the custodian has not taken grants or revocations yet");
}

async function scanDocuments(cx: JobContext): Promise<void> {
  if (cx.scanner === undefined) return;
  const { waiting } = await scanWaiting({ ...cx, scanner: cx.scanner });
  if (waiting > 0) cx.logger.warn({ waiting }, "documents wait for the scanner");
}

/** The worker verifies the log, but has no key for sealed parts. So the portal writes the worker's entries here. */
async function recordSelfChecks(portal: JobContext): Promise<void> {
  const cx = { ...portal, system: "worker" };
  await recordVerifications(cx);
  if (await checkNextIndex(cx)) await recordVerifications(cx);
}

async function goOnRotating(cx: JobContext): Promise<void> {
  await runRotations(cx);
  await dropFormer(cx);
  await runRecoveries(cx);
}

const JOBS: readonly Job[] = [
  // With the stored epoch, sealing continues while the custodian is down.
  { name: "escrow-epoch", everyMs: 30 * SECOND_MS, step: recordEpoch, atOnce: true },
  { name: "pending-grants", everyMs: 5 * SECOND_MS, step: finishGrants },
  {
    name: "deadlines",
    everyMs: 5 * SECOND_MS,
    step: async (cx) => {
      await keepRequests(cx);
      await keepAuthorizations(cx);
    },
  },
  {
    name: "people",
    everyMs: MINUTE_MS,
    step: async (cx) => {
      await endLeaving(cx);
      await askDueVersion(cx);
      await expireAgreements(cx);
    },
  },
  {
    name: "access-reviews",
    everyMs: MINUTE_MS,
    step: async (cx) => {
      await endDueReviews(cx);
      await beginDueReview(cx);
    },
  },
  {
    name: "policies",
    everyMs: 2 * SECOND_MS,
    step: async (cx) => {
      await cx.policies.check();
      await activateDue(cx);
    },
  },
  { name: "policy-orders", everyMs: 5 * SECOND_MS, step: sendOrder },
  { name: "seal", everyMs: 2 * SECOND_MS, step: followSeal, atOnce: true },
  { name: "sessions", everyMs: MINUTE_MS, step: endDeadSessions },
  { name: "erasures", everyMs: 5 * SECOND_MS, step: prepareDueErasures },
  { name: "exports", everyMs: SECOND_MS, step: runNextExport },
  { name: "export-files", everyMs: MINUTE_MS, step: expireExports },
  { name: "log-forward", everyMs: 2 * SECOND_MS, step: forwardLog, needs: "collector" },
  { name: "policy-runs", everyMs: SECOND_MS, step: runNextPolicyRun },
  { name: "self-check", everyMs: 2 * SECOND_MS, step: recordSelfChecks },
  { name: "backup-records", everyMs: 10 * SECOND_MS, step: recordBackupRuns },
  { name: "rotations", everyMs: SECOND_MS, step: goOnRotating },
  {
    name: "due-keys",
    everyMs: MINUTE_MS,
    step: (cx) => rotateDueKeys(cx, new Date(cx.clock.nowMs() - cx.keyRotationDays * DAY_MS)),
  },
  { name: "escrow-rewrap", everyMs: 5 * SECOND_MS, step: (cx) => rewrapEscrow(cx) },
  { name: "token-objects", everyMs: 30 * SECOND_MS, step: sweepResident },
  { name: "document-scans", everyMs: 15 * SECOND_MS, step: scanDocuments, needs: "scanner" },
  { name: "notifications", everyMs: SECOND_MS, step: async (cx) => (await sendNotifications(cx)) > 0 },
  { name: "deliveries", everyMs: SECOND_MS, step: async (cx) => (await deliverDue(cx)) > 0 },
  { name: "alerts", everyMs: 5 * SECOND_MS, step: keepAlerts },
  { name: "alert-messages", everyMs: SECOND_MS, step: async (cx) => (await sendAlerts(cx)) > 0 },
  { name: "notification-retention", everyMs: 15 * MINUTE_MS, step: deleteOldNotifications },
  { name: "transparency", everyMs: 10 * MINUTE_MS, step: publishQuarters, atOnce: true },
];

/** Returns a pass of each job that this runtime can run. A pass that returns true is followed by another at once. */
export function passesOf(
  runtime: Runtime,
  settings: JobSettings,
): (Omit<Job, "step"> & { readonly pass: () => Promise<unknown> })[] {
  return JOBS.filter(({ needs }) => needs === undefined || runtime[needs] !== undefined).map(
    ({ step, ...job }) => ({ ...job, pass: () => step(passContext(runtime, settings)) }),
  );
}

/** Starts the portal's jobs; SIGTERM and SIGINT stop them. */
export function runJobs(runtime: Runtime, settings: JobSettings): void {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  setMaxListeners(JOBS.length + 1, stop.signal);
  const { logger } = runtime;
  const reports = new JobReports(runtime.clock);
  const begin = (name: string, periodMs: number, pass: () => Promise<unknown>, firstMs?: number) => {
    const options = {
      name,
      periodMs,
      signal: stop.signal,
      logger,
      ...(firstMs === undefined ? {} : { firstMs }),
    };
    void runLoop(options, async () => ({ more: (await pass()) === true }));
  };
  for (const { name, everyMs, pass, atOnce } of passesOf(runtime, settings))
    begin(name, everyMs, reports.counted(name, everyMs, pass), atOnce === true ? undefined : everyMs);
  begin("job-report", REPORT_MS, () => storeReports(runtime, reports), REPORT_MS);
}
