import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { findPeople } from "@/lib/identity/people/people-store";
import { findActivation } from "@/lib/policies/activation-store";
import type { SetRow } from "@/lib/policies/store";
import { readFence, withinFence } from "./result-fence";
import type { RunRow } from "./run-store";
import { DryRunResult, type DryRunView } from "./schema";

const timeOf = (at: Date | null) => at?.toISOString() ?? null;

/** Returns what every run shows, whatever it does. */
export async function viewCommon(tx: Tx, run: RunRow) {
  const people = await findPeople(tx, [run.asked_by]);
  return {
    ...{ id: run.id, state: run.state, done: run.done, total: run.total, error: run.error },
    asked_by: people.get(run.asked_by)?.name ?? run.asked_by,
    created_at: run.created_at.toISOString(),
    started_at: timeOf(run.started_at),
    finished_at: timeOf(run.finished_at),
  };
}

/** Returns a dry run without its result. */
export async function viewRun(
  tx: Tx,
  set: Pick<SetRow, "number" | "document_digest">,
  active: number | undefined,
  run: RunRow,
) {
  const [digest, base] = [run.document_digest ?? "", run.base_number ?? 0];
  return {
    ...(await viewCommon(tx, run)),
    ...{ number: set.number, document_digest: digest, base_number: base },
    is_current: digest === set.document_digest && base === active,
  };
}

/** Returns a dry run with its result, and the names of the people in it. */
export async function viewDryRun(
  tx: Tx,
  cx: Pick<Context, "instance" | "principal" | "clock">,
  set: Pick<SetRow, "number" | "document_digest">,
  run: RunRow,
): Promise<DryRunView> {
  const active = (await findActivation(tx, cx.instance.tenantId))?.number;
  const fence = await readFence(tx, cx);
  const result = run.state === "done" ? withinFence(DryRunResult.parse(run.result), fence) : null;
  const ids = result === null ? [] : [...result.losers, ...result.gainers].map(({ user_id: id }) => id);
  const people = await findPeople(tx, ids);
  return {
    ...(await viewRun(tx, set, active, run)),
    result,
    people: Object.fromEntries([...people].map(([id, { name }]) => [id, name])),
    are_rows_withheld: fence === "counts",
  };
}
