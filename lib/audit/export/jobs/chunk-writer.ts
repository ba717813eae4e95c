import "server-only";
import { createHash } from "node:crypto";
import type { Context } from "@/lib/context/context";
import { inRawTransaction } from "@/lib/db/transaction";
import type { Sink } from "../sink";
import { CHUNK_BYTES, sealChunk } from "./seal-chunk";
import { insertChunk, type JobHold } from "./store";

/** The job was cancelled, another worker took it over, or its maker's account or grant ended. */
export class JobLost extends Error {
  override readonly name = "JobLost";
}

/** Stores a file in sealed chunks as it is produced. It keeps at most one chunk in memory. */
export class ChunkWriter implements Sink {
  private readonly hash = createHash("sha256");
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private chunks = 0;
  private entries = 0;
  private isLost = false;
  bytes = 0;

  constructor(
    private readonly cx: Pick<Context, "db" | "instance" | "clock">,
    private readonly hold: JobHold,
    private readonly key: Uint8Array,
  ) {}

  /** Number of entries done so far. */
  get done(): number {
    return this.entries;
  }

  /** Makes every later step throw, because this worker no longer owns the job. */
  lose(): void {
    this.isLost = true;
  }

  progress(entries: number): void {
    this.requireHold();
    this.entries = entries;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.requireHold();
    this.hash.update(bytes);
    this.bytes += bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    while (this.waitingBytes >= CHUNK_BYTES) await this.store(CHUNK_BYTES);
  }

  /** Stores the rest and returns the digest of the whole file, base64url. */
  async end(): Promise<string> {
    if (this.waitingBytes > 0) await this.store(this.waitingBytes);
    this.requireHold();
    return this.hash.digest("base64url");
  }

  private requireHold(): void {
    if (this.isLost) throw new JobLost("the export is no longer this worker's");
  }

  private async store(length: number): Promise<void> {
    const all = Buffer.concat(this.waiting);
    const place = { exportId: this.hold.id, attempt: this.hold.attempt, number: this.chunks };
    const sealed = sealChunk(this.key, place, all.subarray(0, length));
    this.waiting = [all.subarray(length)];
    this.waitingBytes = all.length - length;
    this.chunks += 1;
    const chunk = { number: place.number, sealed, at: this.cx.clock.now() };
    if (!(await inRawTransaction(this.cx, (tx) => insertChunk(tx, this.hold, chunk)))) this.lose();
    this.requireHold();
  }
}
