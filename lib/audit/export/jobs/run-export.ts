import "server-only";
import type { Reader, ReaderContext } from "@/lib/audit/reading/fence";
import type { Context } from "@/lib/context/context";
import { randomBytes } from "@/lib/crypto/primitives";
import { readingFrom } from "@/lib/db/replica";
import { inRawSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { ofLog } from "../../reading/of-log";
import { ExportQuery } from "../../schema";
import { awaitErasures } from "../erasures-settled";
import { kindsOf, readerStanding, requestOf } from "../export-log";
import { produceExport } from "../produce-export";
import { readSignedSize } from "../signed-size";
import { countRows, readAnchoredSize } from "../store";
import { ChunkWriter, JobLost } from "./chunk-writer";
import { JobUnrecorded, requireRecorded } from "./recorded";
import { fileKeyContext } from "./seal-chunk";
import { type ClaimedJob, claimJob, endFallenJob, finishJob, giveUpJob, renewLease } from "./store";

const LEASE_MS = 30_000;
const RENEW_MS = 3_000;
const MAX_ATTEMPTS = 3;

/** What a process without a waiting reader needs to make exports. */
export interface JobContext
  extends Pick<Context, "db" | "instance" | "clock" | "audit" | "logger" | "keystore"> {
  /** Returns the person with their present access; undefined if their account may no longer act. */
  findReader(userId: string): Promise<Reader | undefined>;
  /** How long a finished file is kept, in milliseconds. */
  readonly keepMs: number;
}

function leaseEnd(cx: JobContext): Date {
  return new Date(cx.clock.nowMs() + LEASE_MS);
}

/** Renews the lease and saves the progress every few seconds. When the job is lost, the writer stops. */
function keepLease(cx: JobContext, job: ClaimedJob, writer: ChunkWriter, total: () => number | undefined) {
  const renew = async (): Promise<void> => {
    const said = { at: cx.clock.now(), until: leaseEnd(cx), progress: writer.done, total: total() };
    if (!(await inTransaction(cx, (tx) => renewLease(tx, job, said)))) writer.lose();
  };
  const timer = setInterval(() => {
    renew().catch((err: unknown) => cx.logger.warn({ err }, "an export's lease was not renewed"));
  }, RENEW_MS);
  return { stop: () => clearInterval(timer), renew };
}

async function make(cx: JobContext, job: ClaimedJob): Promise<void> {
  const principal = await cx.findReader(job.by_user_id);
  if (principal === undefined || readerStanding(principal) !== job.fence)
    throw new DomainError("export.standing");
  const reader: ReaderContext = { ...cx, principal };
  const key = randomBytes(32);
  const writer = new ChunkWriter(cx, job, key);
  let total: number | undefined;
  const lease = keepLease(cx, job, writer, () => total);
  try {
    const query = ExportQuery.parse({ format: job.format, ...job.options, ...job.filter });
    // An export requested before a log was closed exports that log, and is recorded there.
    const recordedIn = await requireRecorded(cx, job, query);
    const from = ofLog(reader, query.log ?? recordedIn);
    const signedSize = await readSignedSize(from, query, Object.keys(job.filter).length > 0);
    await awaitErasures(from, { format: query.format, kinds: kindsOf(reader, query) }, "long");
    const request = { ...requestOf(reader, query, job.entry_id), recordedIn, signedSize };
    const produced = await inRawSnapshot(await readingFrom(cx, "audit.export"), async (tx) => {
      const { log } = from.instance;
      const size = await readAnchoredSize(tx, log);
      total = await countRows(tx, { conditions: request.conditions, log, size });
      await lease.renew();
      return produceExport(from, tx, request, writer);
    });
    const sha256 = await writer.end();
    const at = cx.clock.now();
    const file = {
      ...produced,
      at,
      sha256,
      bytes: writer.bytes,
      expiresAt: new Date(at.getTime() + cx.keepMs),
      sealedKey: cx.keystore.sealSecret(
        fileKeyContext(cx.instance.tenantId, { exportId: job.id, attempt: job.attempt }),
        key,
      ),
    };
    if (!(await inTransaction(cx, (tx) => finishJob(tx, job, file)))) throw new JobLost("taken over");
  } finally {
    lease.stop();
  }
}

/**
 * Makes one background export, if one waits. Returns true when there was one. Any number of portals may do so at
 * once. If a portal dies during an export, its lease ends and the export starts again, at most three times. The
 * file's key is stored only with the complete file, so a partial file is never readable.
 */
export async function runNextExport(cx: JobContext): Promise<boolean> {
  const lease = { now: cx.clock.now(), until: leaseEnd(cx) };
  const claim = await inTransaction(cx, (tx) => claimJob(tx, cx.instance.tenantId, lease));
  if (claim.is === "none") return false;
  if (claim.is === "unreadable") {
    cx.logger.error({ alarm: "export.job", export: claim.id }, "an invalid export job was found and ended");
    return true;
  }
  const { job } = claim;
  try {
    // Three workers died on this job, so a fourth is not tried.
    if (job.attempt - job.earlier > MAX_ATTEMPTS) await giveUp(cx, job, "failed");
    else await make(cx, job);
  } catch (err) {
    if (err instanceof JobLost) {
      if (await inTransaction(cx, (tx) => endFallenJob(tx, job, cx.clock.now())))
        cx.logger.warn({ export: job.id }, "an export stopped: its maker's account or its grant has ended");
      return true;
    }
    const alarm = err instanceof JobUnrecorded ? { alarm: "export.job" } : {};
    cx.logger.error(
      { ...alarm, err, export: job.id, attempt: job.attempt },
      "an export in the background failed",
    );
    const isFinal = job.attempt - job.earlier >= MAX_ATTEMPTS || isRefused(err);
    await giveUp(cx, job, isFinal ? "failed" : "queued");
  }
  return true;
}

/** Returns whether a retry would fail in the same way: the person's access changed, or rows do not match the log. */
function isRefused(err: unknown): boolean {
  if (err instanceof JobUnrecorded) return true;
  return err instanceof DomainError && (err.status === 403 || err.code === "export.index");
}

async function giveUp(cx: JobContext, job: ClaimedJob, state: "queued" | "failed"): Promise<void> {
  await inTransaction(cx, (tx) => giveUpJob(tx, job, { state, at: cx.clock.now() }));
}
