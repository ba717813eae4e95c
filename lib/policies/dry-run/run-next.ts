import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { canonicalBytes, type Json } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { makeReplay } from "@/lib/policies/replay/make-replay";
import { findSet } from "@/lib/policies/store";
import { makeDryRun } from "./dry-run";
import { leaseEnd, Progress, RunFailed, RunLost } from "./progress";
import { type ClaimedRun, claimRun, endRun, type RunEnd, releaseRun } from "./run-store";

const MAX_ATTEMPTS = 3;

/** What a process without a waiting reader needs to make runs. It acts as the portal itself. */
export type RunContext = Pick<Context, "db" | "instance" | "clock" | "logger"> & AuditContext;

type Details = Readonly<Record<string, string | number | boolean | null>>;

/** A made run: what is stored, and what its entry says. */
interface Made {
  readonly stored: { readonly [name: string]: Json };
  readonly details: Details;
  readonly total: number;
}

/** The stored form: plain JSON, whose digest the entry names. */
function plain(value: object): { [name: string]: Json } {
  return JSON.parse(JSON.stringify(value));
}

async function make(cx: RunContext, run: ClaimedRun, progress: Progress): Promise<Made> {
  if (run.kind === "replay") {
    const result = await makeReplay(cx, run, progress);
    const { total, same, differ, other_build, unreadable } = result;
    return {
      ...{ stored: plain(result), details: { total, same, differ, other_build, unreadable } },
      total: progress.total,
    };
  }
  const { result, proof_texts } = await makeDryRun(cx, run, progress);
  const { people_lose: lose, people_gain: gain, proof, base } = result;
  return {
    stored: plain({ ...result, proof_texts }),
    details: { base, people_lose: lose, people_gain: gain, proof: proof.outcome },
    total: progress.total,
  };
}

/** Returns subject and details of the entry at a run's end. */
async function aboutRun(tx: Tx, cx: RunContext, run: ClaimedRun, details: Details) {
  const set = run.set_id === null ? undefined : await findSet(tx, cx.instance.tenantId, { id: run.set_id });
  const of = set === undefined ? {} : { number: set.number, digest: run.document_digest };
  return {
    subjects: set === undefined ? [] : [`policy:${set.id}`],
    details: { ...of, run: run.id, ...details },
  };
}

/** Ends a run with its entry in one transaction. Nothing is written where the run was cancelled or taken over. */
async function end(cx: RunContext, run: ClaimedRun, how: RunEnd, details: Details): Promise<void> {
  await inTransaction(cx, async (tx) => {
    if (!(await endRun(tx, run, how, cx.clock.now()))) return;
    await appendEntry(tx, cx, {
      class: "policy",
      outcome: how.state === "done" ? "done" : "failed",
      action: run.kind === "replay" ? "policy.replay" : "policy.dry_run",
      ...(await aboutRun(tx, cx, run, details)),
    });
  });
}

async function fail(cx: RunContext, run: ClaimedRun, error: string): Promise<void> {
  await end(cx, run, { state: "failed", error }, { state: "failed", error });
}

async function giveUp(cx: RunContext, run: ClaimedRun, err: unknown): Promise<void> {
  if (err instanceof RunLost) return;
  if (err instanceof RunFailed) return fail(cx, run, err.message);
  const { id, attempt } = run;
  cx.logger.error({ alarm: "policy.run", err, run: id, attempt }, "a policy run failed");
  if (attempt < MAX_ATTEMPTS) await inTransaction(cx, (tx) => releaseRun(tx, run));
  else await fail(cx, run, "The run failed three times. The portal's log has the reason.");
}

/**
 * Makes one dry run or replay, if one waits. Returns true when there was one. Any number of portals may do so at once. If
 * a portal dies during a run, its lease ends and another portal starts it again, at most three times.
 */
export async function runNextPolicyRun(cx: RunContext): Promise<boolean> {
  const lease = { now: cx.clock.now(), until: leaseEnd(cx) };
  const run = await inTransaction(cx, (tx) => claimRun(tx, cx.instance.tenantId, lease));
  if (run === undefined) return false;
  if (run.attempt > MAX_ATTEMPTS) {
    await fail(cx, run, "Three portals ended during this run. Start it again.");
    return true;
  }
  const progress = new Progress(cx, run);
  try {
    const { stored, details, total } = await make(cx, run, progress);
    const digest = toBase64url(sha256(canonicalBytes(stored)));
    await end(cx, run, { state: "done", result: stored, total }, { ...details, result: digest });
  } catch (err) {
    await giveUp(cx, run, err);
  } finally {
    progress.stop();
  }
  return true;
}
