import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import {
  countUnregistered,
  REGISTRATION_BATCH,
  selectSealedGroups,
  selectUnregistered,
  storeAnswers,
} from "@/lib/escrow/client/store";
import type { RegistrationItem, RegistrationResult } from "@/lib/escrow/protocol/messages";
import { runLoop } from "@/lib/jobs/run-loop";
import type { GroupName } from "@/lib/vocabulary";

type RegisterContext = Pick<Context, "db" | "instance">;

/** Groups that a grant covers and the custodian has not confirmed yet. */
export function readUnregistered(
  cx: RegisterContext,
  transactions: readonly string[],
  groups: readonly GroupName[],
): Promise<RegistrationItem[]> {
  return selectSealedGroups(cx.db, { transactionIds: transactions, groups, onlyUnregistered: true });
}

/** Stores the custodian's answer for each group. A refusal is stored with its reason. */
export async function storeRegistrations(
  cx: RegisterContext,
  results: readonly RegistrationResult[],
): Promise<void> {
  if (results.length > 0) await storeAnswers(cx.db, results);
}

/** What the worker's registrar needs. It appends no log entry, because the worker holds no compartment key. */
export type RegistrarContext = Pick<Context, "db" | "instance" | "clock" | "escrow" | "logger">;

const PERIOD_MS = 1_000;
/** Registration follows a write within seconds. A longer wait is an alarm. */
const ALARM_AFTER_MS = 60_000;

/** Registers one batch of groups with the custodian; `more` when another batch may be waiting. */
export async function registerPending(cx: RegistrarContext): Promise<{ registered: number; more: boolean }> {
  const items = await selectUnregistered(cx.db);
  if (items.length === 0) return { registered: 0, more: false };
  const results = await cx.escrow.register(items);
  await storeRegistrations(cx, results);
  const refused = results.filter((result) => !result.ok);
  if (refused.length > 0) {
    const first = refused[0];
    const reason = first !== undefined && !first.ok ? first.reason : undefined;
    cx.logger.error(
      { alarm: "escrow.refused", count: refused.length, reason },
      "the custodian refused groups",
    );
  }
  return { registered: results.length - refused.length, more: items.length === REGISTRATION_BATCH };
}

export interface RegistrationHealth {
  /** Sealed groups the custodian has not confirmed. */
  readonly waiting: number;
  readonly refused: number;
  readonly isAlarm: boolean;
}

/** Returns the number of unregistered groups, and whether it is an alarm. */
export async function readRegistrationHealth(
  cx: Pick<Context, "db" | "instance" | "clock">,
): Promise<RegistrationHealth> {
  const { waiting, refused, oldestAt } = await inSnapshot(cx, countUnregistered);
  const ageMs = oldestAt === undefined ? 0 : cx.clock.nowMs() - oldestAt.getTime();
  return { waiting, refused, isAlarm: refused > 0 || ageMs > ALARM_AFTER_MS };
}

async function step(cx: RegistrarContext): Promise<{ more: boolean }> {
  try {
    return await registerPending(cx);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "custodian.unavailable") throw error;
    const { waiting } = await readRegistrationHealth(cx);
    cx.logger.warn({ waiting }, "the custodian is away, groups wait for registration");
    return { more: false };
  }
}

/** Registers server-sealed groups within seconds after they are written, until the signal aborts. Several may run at once. */
export function runRegistrar(cx: RegistrarContext, signal: AbortSignal): Promise<void> {
  const options = { name: "registrar", periodMs: PERIOD_MS, signal, logger: cx.logger };
  return runLoop(options, () => step(cx));
}
