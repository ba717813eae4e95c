import "server-only";
import { appendEntry } from "@/lib/audit/append-entry";
import type { AuditContext } from "@/lib/audit/event";
import { runLoop } from "@/lib/audit/worker/run-loop";
import type { Context } from "@/lib/context";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { EscrowEpoch } from "@/lib/escrow/client";
import { storeRegistrations } from "@/lib/escrow/register-groups";
import {
  countUnregistered,
  insertEpoch,
  lockEpochs,
  selectEpochs,
  selectUnregistered,
} from "@/lib/escrow/store";

/** What the worker's registrar needs; no person acts. */
export type RegistrarContext = Pick<Context, "db" | "instance" | "clock" | "escrow" | "logger"> &
  AuditContext;

const BATCH = 200;
const PERIOD_MS = 1_000;
/** Registration follows a write within seconds; beyond this it is an alarm. */
const ALARM_AFTER_MS = 60_000;

/** Registers one batch of groups with the custodian; `more` when another batch may be waiting. */
export async function registerPending(cx: RegistrarContext): Promise<{ registered: number; more: boolean }> {
  const items = await inSnapshot(cx, (tx) => selectUnregistered(tx, BATCH));
  if (items.length === 0) return { registered: 0, more: false };
  const results = await cx.escrow.register(items);
  await storeRegistrations(cx, items, results);
  const refused = results.filter((result) => !result.ok);
  if (refused.length > 0) {
    const first = refused[0];
    const reason = first !== undefined && !first.ok ? first.reason : undefined;
    cx.logger.error(
      { alarm: "escrow.refused", count: refused.length, reason },
      "the custodian refused groups",
    );
  }
  return { registered: results.length - refused.length, more: items.length === BATCH };
}

async function storeEpoch(cx: RegistrarContext, { signed, publicKey, epoch }: EscrowEpoch): Promise<void> {
  await inTransaction(cx, async (tx) => {
    await lockEpochs(tx, cx.instance.tenantId);
    const known = await selectEpochs(tx, cx.instance.log);
    if (known.some(({ statement }) => statement.epoch >= epoch)) return;
    const entry = await appendEntry(tx, cx, {
      class: "key",
      outcome: "done",
      action: "escrow.epoch",
      // The former epoch is deactivated by the same act.
      subjects: [epoch, ...known.map(({ statement }) => statement.epoch)].map(
        (number) => `escrow_epoch:${number}`,
      ),
      details: { kid: signed.statement.kid, public_key: signed.statement.public_key },
      pub: { thumbprint: jwkThumbprint(publicKey) },
    });
    await insertEpoch(tx, { tenantId: cx.instance.tenantId, entryId: entry.id, signed });
  });
}

/** Keeps the custodian's newest epoch in the database, so that sealing goes on while it is away. */
export async function recordEpoch(cx: RegistrarContext): Promise<void> {
  const current = await cx.escrow.epoch();
  const known = await inSnapshot(cx, (tx) => selectEpochs(tx, cx.instance.log));
  if (!known.some(({ statement }) => statement.epoch >= current.epoch)) await storeEpoch(cx, current);
}

export interface RegistrationHealth {
  /** Sealed groups the custodian has not confirmed. */
  readonly waiting: number;
  readonly refused: number;
  readonly isAlarm: boolean;
}

/** The visible count of unregistered groups, and whether it is an alarm. */
export async function readRegistrationHealth(
  cx: Pick<Context, "db" | "instance" | "clock">,
): Promise<RegistrationHealth> {
  const { waiting, refused, oldestAt } = await inSnapshot(cx, countUnregistered);
  const ageMs = oldestAt === undefined ? 0 : cx.clock.nowMs() - Date.parse(oldestAt);
  return { waiting, refused, isAlarm: refused > 0 || ageMs > ALARM_AFTER_MS };
}

async function step(cx: RegistrarContext): Promise<{ more: boolean }> {
  try {
    await recordEpoch(cx);
    return await registerPending(cx);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "custodian.unavailable") throw error;
    const { waiting } = await readRegistrationHealth(cx);
    cx.logger.warn({ waiting }, "the custodian is away, groups wait for registration");
    return { more: false };
  }
}

/** Registers server-sealed groups within seconds of their writing, until the signal aborts. Any number may run. */
export function runRegistrar(cx: RegistrarContext, signal: AbortSignal): Promise<void> {
  const options = { name: "escrow.registrar", periodMs: PERIOD_MS, signal, logger: cx.logger };
  return runLoop(options, () => step(cx));
}
