import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inSnapshot, inTransaction } from "@/lib/db/transaction";
import { GUARDED } from "@/lib/flags/guarded";
import type { FlagValue } from "@/lib/flags/open-flags";
import { findOrganisationName, findValue, insertValue, lockFlag } from "@/lib/flags/store";

/** The context of entries that the portal itself records. */
export type RecordContext = Omit<AuditContext, "client" | "requestId" | "principal" | "system"> & DbContext;

/**
 * Stores the value of a switch for an organisation. If it differs from the value before, which is the safe one at
 * first, its row and the entry `flag.change` are committed together. The entry has the organisation's name of that moment. Throws if that is not possible.
 */
export async function recordFlagValue(cx: RecordContext, value: FlagValue): Promise<void> {
  const { tenantId } = cx.instance;
  const { flag, organisationId, isOn, reason } = value;
  const isKnown = (known: boolean | undefined): boolean => (known ?? GUARDED[flag].safe) === isOn;
  if (isKnown(await inSnapshot(cx, (tx) => findValue(tx, tenantId, value)))) return;
  const at = cx.clock.now();
  const by = { ...cx, client: {}, requestId: uuidv7(at.getTime()), system: "portal" };
  await inTransaction(cx, async (tx) => {
    await lockFlag(tx, tenantId, flag);
    if (isKnown(await findValue(tx, tenantId, value))) return;
    const organisation = await findOrganisationName(tx, tenantId, organisationId);
    await appendEntry(tx, by, {
      class: "admin",
      outcome: "done",
      action: "flag.change",
      subjects: [`flag:${flag}`, `organisation:${organisationId}`],
      details: { flag, on: isOn, reason, ...(organisation === undefined ? {} : { organisation }) },
    });
    await insertValue(tx, { id: uuidv7(at.getTime()), tenantId, at }, value);
  });
}
