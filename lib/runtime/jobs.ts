import "server-only";
import { keepAuthorizations } from "@/lib/access/deadlines/keep-authorizations";
import { keepRequests as keepDueRequests } from "@/lib/access/deadlines/keep-requests";
import { scanWaiting } from "@/lib/access/documents/scan-waiting";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { expireExports } from "@/lib/audit/export/jobs/expire-exports";
import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { prepareDueErasures } from "@/lib/audit/retention/erasure/prepare-erasure";
import { checkNextIndex } from "@/lib/audit/self-check/check-index";
import { recordVerifications } from "@/lib/audit/self-check/record-verifications";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { findReaderById } from "@/lib/identity/people/find-reader";
import { endDeadSessions } from "@/lib/identity/sessions/end-dead-sessions";
import { rotateDueKeys } from "@/lib/keys/rotation/rotate-due";
import { sweepResident } from "@/lib/keys/token-objects/sweep-resident";
import type { Runtime } from "@/lib/runtime/slot";
import { runRecoveries } from "@/lib/transactions/key-recovery/run-recoveries";
import { dropFormer } from "@/lib/transactions/rewrap/drop-former";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

const EPOCH_PERIOD_MS = 30_000;

/** Keeps the custodian's newest epoch in the database, so that sealing goes on while it is away. */
export function keepEpoch(runtime: Runtime): void {
  const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
  const keep = (): void => {
    recordEpoch(cx).catch((error: unknown) => {
      const code = error instanceof DomainError ? error.code : "unexpected";
      runtime.logger.warn({ code }, "the escrow epoch was not read; the stored one stays in use");
    });
  };
  keep();
  setInterval(keep, EPOCH_PERIOD_MS).unref();
}

const PENDING_PERIOD_MS = 5_000;

/** Tells the custodian of grants and revocations that it could not be told of while it was away. */
function keepGrants(runtime: Runtime): void {
  let isRunning = false;
  const finish = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      const { failed } = await finishPendingGrants({
        ...runtime,
        client: {},
        requestId: uuidv7(Date.now()),
        system: "portal",
      });
      if (failed > 0)
        runtime.logger.warn({ failed }, "the custodian has not taken grants or revocations yet");
    } catch (error) {
      runtime.logger.warn({ err: error }, "waiting grants not processed; will retry");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void finish(), PENDING_PERIOD_MS).unref();
}

const REQUESTS_PERIOD_MS = 15_000;

/** Does what the clock brings to requests and their orders: reminders, overdue answers, lapses, ends, closing. */
function keepRequests(runtime: Runtime): void {
  let isRunning = false;
  const keep = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
      await keepDueRequests(cx);
      await keepAuthorizations(cx);
    } catch (error) {
      runtime.logger.warn({ err: error }, "request deadlines not processed; will retry");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void keep(), REQUESTS_PERIOD_MS).unref();
}

/** Requests and grants: what the clock brings them, and what the custodian has not heard of. */
export function keepAccess(runtime: Runtime): void {
  keepGrants(runtime);
  keepRequests(runtime);
}

const SESSIONS_PERIOD_MS = 60_000;

/** Writes down which sessions have died by themselves. */
export function keepSessions(runtime: Runtime): void {
  const keep = (): void => {
    const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
    endDeadSessions(cx).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "expired sessions not logged; will retry");
    });
  };
  setInterval(keep, SESSIONS_PERIOD_MS).unref();
}

const ERASURES_PERIOD_MS = 15_000;

/** Lays ready the entries of erasures that have become due; a worker carries them out. */
export function keepErasures(runtime: Runtime): void {
  const keep = (): void => {
    const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
    prepareDueErasures(cx).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "erasures that are due could not be prepared");
    });
  };
  setInterval(keep, ERASURES_PERIOD_MS).unref();
}

const EXPORTS_PERIOD_MS = 1_000;
const EXPIRY_PERIOD_MS = 60_000;

/**
 * Makes exports that people wait for, one at a time, and removes files whose time is over. It is done here and not in
 * the worker because the keys of the log's sealed parts, and the one that signs manifests, are this process's alone.
 */
export function keepExports(runtime: Runtime, keepDays: number): void {
  const findReader = (userId: string) => findReaderById(runtime, userId);
  const cx = { ...runtime, findReader, keepMs: keepDays * 24 * 60 * 60_000 };
  let isRunning = false;
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      while (await runNextExport(cx));
    } catch (error) {
      runtime.logger.warn({ err: error }, "waiting exports not processed; will retry");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void run(), EXPORTS_PERIOD_MS).unref();
  setInterval(() => {
    const system = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
    expireExports(system).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "expired exports not removed; will retry");
    });
  }, EXPIRY_PERIOD_MS).unref();
}

const VERIFICATIONS_PERIOD_MS = 2_000;

/**
 * Holds search rows against the sealed parts for verifications that the worker has ended, and writes down those that
 * have begun or ended: the worker holds no key to open or seal a part with.
 */
export function keepVerifications(runtime: Runtime): void {
  let isRunning = false;
  const keep = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "worker" };
      await recordVerifications(cx);
      if (await checkNextIndex(cx)) await recordVerifications(cx);
    } catch (error) {
      runtime.logger.warn({ err: error }, "verifications were not written down; they will be");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void keep(), VERIFICATIONS_PERIOD_MS).unref();
}

const ROTATIONS_PERIOD_MS = 1_000;
const DUE_PERIOD_MS = 60_000;

/**
 * Begins rotations of managed keys that are older than `everyDays`, and moves what is sealed for old keys to new ones
 * while rotations run, and drops what the escrow needs no more when the custodian has confirmed, and goes on with recoveries of lost keys. It is done here and not in the worker because participants' managed keys are this process's alone
 * (ADR 0018).
 */
export function keepRotations(runtime: Runtime, everyDays: number): void {
  const context = () => ({ ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" });
  let isRunning = false;
  const keep = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      await runRotations(context());
      await dropFormer(context());
      await runRecoveries(context());
    } catch (error) {
      runtime.logger.warn({ err: error }, "a rotation did not go on; it will be taken up again");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void keep(), ROTATIONS_PERIOD_MS).unref();
  setInterval(() => {
    const before = new Date(runtime.clock.nowMs() - everyDays * 24 * 60 * 60_000);
    rotateDueKeys(context(), before).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "keys that are due were not rotated; they will be");
    });
  }, DUE_PERIOD_MS).unref();
}

const ESCROW_PERIOD_MS = 5_000;

/**
 * Moves the escrow's entries to the custodian's newest epoch. It is done here and not in the worker because the entries
 * of the log are sealed with this process's keys; what is moved the custodian alone opens.
 */
export function keepEscrow(runtime: Runtime): void {
  let isRunning = false;
  const keep = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      await rewrapEscrow({ ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "portal" });
    } catch (error) {
      runtime.logger.warn({ err: error }, "escrow envelopes not re-wrapped; will retry");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void keep(), ESCROW_PERIOD_MS).unref();
}

const RESIDENT_PERIOD_MS = 30_000;

/** Holds the keys in a token, where participants' keys lie in one, against the rows, and sees a token return. */
export function keepResident(runtime: Runtime): void {
  setInterval(() => {
    sweepResident(runtime).catch((error: unknown) => {
      runtime.logger.warn({ err: error }, "the token was not compared with the key table; it will be");
    });
  }, RESIDENT_PERIOD_MS).unref();
}

const SCANS_PERIOD_MS = 15_000;

/** Has documents looked through that came while the scanner was away; without a scanner they wait on. */
export function keepScans(runtime: Runtime): void {
  const { scanner } = runtime;
  if (scanner === undefined) return;
  let isRunning = false;
  const keep = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      const cx = { ...runtime, scanner, client: {}, requestId: uuidv7(Date.now()), system: "portal" };
      const { waiting } = await scanWaiting(cx);
      if (waiting > 0) runtime.logger.warn({ waiting }, "documents wait for the scanner");
    } catch (error) {
      runtime.logger.warn({ err: error }, "waiting documents not scanned; will retry");
    } finally {
      isRunning = false;
    }
  };
  setInterval(() => void keep(), SCANS_PERIOD_MS).unref();
}
