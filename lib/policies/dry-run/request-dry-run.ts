import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findActivation } from "@/lib/policies/activation-store";
import { aboutSet, documentOf, loadSet } from "@/lib/policies/load-set";
import { requireReadable, requireReader, requireWriter } from "@/lib/policies/who-may";
import { cancelRun, countOpenRuns, findRun, insertRun, listRuns, type RunRow } from "./run-store";
import type { DryRunAnswer, DryRunList, DryRunView } from "./schema";
import { viewDryRun, viewRun } from "./view-run";

/** Dry runs of a tenant that may wait or run at once. */
const MOST_OPEN = 5;
const MOST_LISTED = 20;
const READ = "policy.read";

async function ask(tx: Tx, cx: Context, number: number) {
  const { tenantId } = cx.instance;
  const set = await loadSet(tx, cx, number);
  // An altered text is not compared.
  documentOf(set);
  const active = await findActivation(tx, tenantId);
  if (active === undefined) throw new DomainError("policy.unavailable");
  if ((await countOpenRuns(tx, tenantId, { kind: "dry_run", set_id: set.id })) > 0)
    throw new DomainError("policy.run", {
      detail: `A dry run of version ${number} is waiting or running. Wait for it, or cancel it.`,
    });
  if ((await countOpenRuns(tx, tenantId, { kind: "dry_run" })) >= MOST_OPEN)
    throw new DomainError("policy.run", {
      detail: `${MOST_OPEN} dry runs are waiting or running. Try again later.`,
    });
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "intent", action: "policy.dry_run" },
    ...aboutSet(set, { run: id, base: active.number }),
  });
  await insertRun(tx, tenantId, {
    ...{ id, kind: "dry_run", set_id: set.id, document_digest: set.document_digest },
    ...{ base_number: active.number, question: {}, askedBy: cx.principal.userId, at },
  });
  return { id, entry };
}

/**
 * Queues a dry run of a set's present document against the active set. The request and its entry commit together. Throws
 * `access.forbidden`, `policy.not-found`, and `policy.run` while another one of this set is open.
 */
export async function requestDryRun(cx: Context, number: number): Promise<DryRunAnswer> {
  requireWriter(cx.principal);
  const { id, entry } = await inTransaction(cx, (tx) => ask(tx, cx, number));
  return { ...(await readView(cx, number, id)), receipt: await issueReceipt(cx, entry) };
}

async function findOf(tx: Tx, cx: Context, number: number, id: string) {
  const set = await loadSet(tx, cx, number);
  requireReadable(cx.principal, set);
  const run = await findRun(tx, cx.instance.tenantId, { id, kind: "dry_run" });
  if (run === undefined || run.set_id !== set.id) throw new DomainError("policy.run-not-found");
  return { set, run };
}

function readView(cx: Context, number: number, id: string): Promise<DryRunView> {
  return inSnapshot(cx, async (tx) => {
    const { set, run } = await findOf(tx, cx, number, id);
    return viewDryRun(tx, cx, set, run);
  });
}

/** Returns a dry run with its progress and, once it is done, its result. Throws `policy.run-not-found`. */
export async function getDryRun(cx: Context, number: number, id: string): Promise<DryRunView> {
  requireReader(cx.principal);
  const view = await readView(cx, number, id);
  await recordReadOnce(cx, READ);
  return view;
}

/** Returns the newest dry runs of a set, without their results. */
export async function listDryRuns(cx: Context, number: number): Promise<DryRunList> {
  requireReader(cx.principal);
  const items = await inSnapshot(cx, async (tx) => {
    const set = await loadSet(tx, cx, number);
    requireReadable(cx.principal, set);
    const active = (await findActivation(tx, cx.instance.tenantId))?.number;
    return Promise.all((await listRuns(tx, set.id, MOST_LISTED)).map((run) => viewRun(tx, set, active, run)));
  });
  await recordReadOnce(cx, READ);
  return { items };
}

/** Ends a dry run that waits or runs. Throws `policy.run-ended` for one that has ended. */
export async function cancelDryRun(cx: Context, number: number, id: string): Promise<DryRunAnswer> {
  requireWriter(cx.principal);
  const entry = await inTransaction(cx, async (tx) => {
    const { set } = await findOf(tx, cx, number, id);
    if (!(await cancelRun(tx, id, cx.clock.now()))) throw new DomainError("policy.run-ended");
    return appendEntry(tx, cx, {
      ...{ class: "policy", outcome: "done", action: "policy.dry_run" },
      ...aboutSet(set, { run: id, state: "cancelled" }),
    });
  });
  return { ...(await readView(cx, number, id)), receipt: await issueReceipt(cx, entry) };
}

/** Returns what the solver was asked in a dry run, as SMT-LIB. Throws `policy.run-not-found` where there is none. */
export async function downloadQuestion(
  cx: Context,
  {
    number,
    id,
    action,
  }: { readonly number: number; readonly id: string; readonly action: "open" | "request" },
): Promise<{ response: Response }> {
  requireReader(cx.principal);
  const run: RunRow = await inSnapshot(cx, async (tx) => (await findOf(tx, cx, number, id)).run);
  const text: unknown = Reflect.get(Object(Reflect.get(Object(run.result), "proof_texts")), action);
  if (typeof text !== "string") throw new DomainError("policy.run-not-found");
  await recordReadOnce(cx, READ);
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "content-disposition": `attachment; filename="policies-${number}-${action}.smt2"`,
  };
  return { response: new Response(text, { headers }) };
}
