import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import { FormatError } from "@/lib/crypto/format-error";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawSnapshot, inSnapshot, inTransaction } from "@/lib/db/transaction";
import type { Logger } from "@/lib/telemetry/logger";
import { inSequencerTransaction } from "../sequencer/store";
import { checkHead } from "./check-head";
import { checkSigner, reachOf } from "./check-signer";
import { readStart } from "./log-store";
import { SavedProgress, Walk } from "./progress";
import type { VerificationReport } from "./schema";
import {
  claimVerification,
  finishVerification,
  insertVerification,
  readLastVerified,
  saveProgress,
} from "./store";
import { beginWalk, concludeWalk, type LogUnderTest, readMarks, walkOn } from "./verify-log";

const PERIOD_MS = 2_000;
const LEASE_SECONDS = 60;
/** After a verification without an answer of the signer, the next is due sooner than the period says. */
const INCOMPLETE_RETRY_MS = 600_000;
/** Batches between two saves of the progress. */
const SAVE_EVERY = 8;

/** What the worker's verifier needs. */
export interface VerifierContext extends LogUnderTest {
  /** The sequencer's login: the app's login must not write results of a verification. */
  readonly writer: Pool;
  readonly clock: LogUnderTest["clock"] & { now(): Date };
  readonly logger: Logger;
  /** How often the log is verified automatically; 0 for never. */
  readonly everyMs: number;
}

/** Another worker has taken over the verification, so this worker's results no longer count. */
class TakenOver extends Error {
  override readonly name = "TakenOver";
}

/**
 * Queues a verification when the newest is older than the period, or there is none. Any number of workers may call
 * it.
 */
export async function scheduleVerification(cx: VerifierContext): Promise<boolean> {
  if (cx.everyMs === 0) return false;
  const { tenantId } = cx.instance;
  const startedAt = cx.clock.now();
  // Before the first checkpoint there is nothing to compare the log with.
  const begun = await inRawSnapshot(cx, (tx) => readStart(tx, cx.instance.log));
  if (begun.newest === null) return false;
  const last = await inSnapshot(cx, (tx) => readLastVerified(tx, tenantId));
  const dueAfterMs = last?.isIncomplete ? Math.min(cx.everyMs, INCOMPLETE_RETRY_MS) : cx.everyMs;
  if (last !== undefined && startedAt.getTime() - last.at.getTime() < dueAfterMs) return false;
  const id = uuidv7(startedAt.getTime());
  return inTransaction(cx, (tx) =>
    insertVerification(tx, { id, tenantId, userId: undefined, cause: "schedule", startedAt }),
  );
}

interface Held {
  readonly id: string;
  readonly token: string;
  readonly leaseSeconds: number;
}

/**
 * Claims the open verification, if no other worker has it, and runs it until it ends or the signal aborts. The
 * progress is saved, so that another worker can continue after a crash.
 */
export async function runVerification(
  cx: VerifierContext,
  signal: AbortSignal,
): Promise<VerificationReport | undefined> {
  const token = randomUUID();
  const claim = { tenantId: cx.instance.tenantId, token, leaseSeconds: LEASE_SECONDS };
  const claimed = await inSequencerTransaction(cx.writer, (tx) => claimVerification(tx, claim));
  if (claimed === undefined) return undefined;
  const held: Held = { id: claimed.id, token, leaseSeconds: LEASE_SECONDS };
  try {
    const walk = resumed(claimed.progress) ?? (await beginWalk(cx));
    return await carryOn(cx, held, walk, signal);
  } catch (error) {
    if (error instanceof TakenOver) return undefined;
    await inSequencerTransaction(cx.writer, (tx) =>
      finishVerification(tx, held, { state: "failed", report: undefined }),
    );
    throw error;
  }
}

function resumed(progress: unknown): Walk | undefined {
  const saved = SavedProgress.safeParse(progress);
  if (!saved.success) return undefined;
  try {
    return Walk.from(saved.data);
  } catch (error) {
    // Restart from the beginning if the saved progress is unusable.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

async function carryOn(
  cx: VerifierContext,
  held: Held,
  walk: Walk,
  signal: AbortSignal,
): Promise<VerificationReport | undefined> {
  const marks = await readMarks(cx);
  const keep = async (): Promise<void> => {
    if (!(await inSequencerTransaction(cx.writer, (tx) => saveProgress(tx, held, walk.save()))))
      throw new TakenOver();
  };
  await keep();
  const isWalked = async (): Promise<boolean> => {
    for (let batch = 1; await walkOn(cx, walk, marks); batch += 1) {
      if (batch % SAVE_EVERY === 0 || signal.aborted) await keep();
      if (signal.aborted) return false;
    }
    return true;
  };
  if (!(await isWalked())) return undefined;
  checkHead(walk);
  const word = await cx.askSigner();
  // The log has grown meanwhile. The comparison needs exactly the signed size.
  walk.size = reachOf(word, walk);
  if (!(await isWalked())) return undefined;
  const report = await concludeWalk(cx, walk, { signer: checkSigner(walk, word, cx.instance.log), marks });
  await keep();
  if (
    !(await inSequencerTransaction(cx.writer, (tx) =>
      finishVerification(tx, held, { state: "done", report }),
    ))
  )
    throw new TakenOver();
  tell(cx.logger, held.id, report);
  return report;
}

function tell(logger: Logger, id: string, report: VerificationReport): void {
  const facts = { verification: id, entries: report.entries, size: report.size };
  if (report.verdict === "sound") {
    logger.info(facts, "the log was verified");
    return;
  }
  if (report.verdict === "incomplete") {
    const alarm = { alarm: "log.verification-incomplete", ...facts, signer: report.signer };
    logger.error(alarm, "the log was not compared with the signer's own copy");
    return;
  }
  const classes = [...new Set(report.findings.map((finding) => finding.class))];
  // A loss that a recovery declares stays for ever. The status decides whether a recovery does
  // (lib/http/health/read-health).
  if (report.more === 0 && classes.every((name) => name === "lost")) {
    logger.warn({ ...facts, losses: report.findings.length }, "the log verified except for losses");
    return;
  }
  const alarm = { alarm: "log.verification", ...facts, classes, first_bad: report.first_bad };
  logger.error(alarm, "the log does not verify");
}

/** Schedules and runs verifications until the signal aborts. A failure raises an alarm and is retried later. */
export async function runVerifications(cx: VerifierContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await scheduleVerification(cx);
      await runVerification(cx, signal);
    } catch (err) {
      cx.logger.error({ alarm: "verification.failed", err }, "a verification failed, will retry");
    }
    await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined);
  }
}
