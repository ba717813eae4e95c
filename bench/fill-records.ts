import { setTimeout as sleep } from "node:timers/promises";
import { asSuperuser } from "@/e2e/support/admin";
import { people, readDemo } from "@/e2e/support/api";
import { canaries, newTransaction, text } from "@/e2e/support/steps";
import { loadRecords } from "@/lib/testing/benches/load-records";
import type { RunningInstance } from "@/lib/testing/instance/instance";

const POLL_MS = 500;

/**
 * Submits a record, waits until the custodian has confirmed it, and loads this many copies of it, with their entries in the log. Returns
 * the seconds that it took.
 */
export async function fillRecords(instance: RunningInstance, count: number): Promise<number> {
  const { client456 } = people(readDemo(instance.dataDir));
  const id = text(
    await client456.post("/confidential/transactions", newTransaction(canaries())),
    "transaction_id",
  );
  const started = Date.now();
  await asSuperuser(instance.dataDir, async (admin) => {
    const isTrue = async (question: string, values: readonly unknown[] = []) => {
      for (;;) {
        const { rows } = await admin.query<{ is: boolean }>(`SELECT ${question} AS is`, [...values]);
        if (rows[0]?.is === true) return;
        await sleep(POLL_MS);
      }
    };
    await isTrue(
      "(SELECT count(signature) FROM escrow_registration WHERE transaction_id = $1) = (SELECT count(*) FROM transaction_group WHERE transaction_id = $1)",
      [id],
    );
    await isTrue(
      "EXISTS (SELECT 1 FROM audit_leaf l JOIN transaction t ON t.create_entry_id = l.entry_id WHERE t.id = $1)",
      [id],
    );
    await loadRecords(admin, id, count);
    // The sequencer gives the copies' entries their leaves.
    await isTrue("NOT EXISTS (SELECT 1 FROM audit_queue)");
    await admin.query("VACUUM ANALYZE");
  });
  return (Date.now() - started) / 1000;
}
