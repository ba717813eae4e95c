import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Answer, Caller } from "@/e2e/support/api";
import { exported } from "./verify-log";

// What was promised to callers during a load, and the comparison with what the instance has afterwards.

const WithReceipt = z.looseObject({ receipt: z.looseObject({ leaf_hash: z.string() }).optional() });
const Page = z.looseObject({
  items: z.array(z.looseObject({ transaction_id: z.string(), job_id: z.string() })),
  next_cursor: z.string().nullable(),
});
const Line = z.looseObject({ leaf: z.string(), seq: z.number() });

/** The result of the comparison. All but `accepted` and `entries` must be 0. */
export interface Balance {
  readonly accepted: number;
  /** Answered calls whose transaction or log entry is not there. */
  readonly lost: number;
  /** Calls that were done twice: two transactions of one job, or one entry at two places of the log. */
  readonly doubled: number;
  /** Numbers that the log leaves out. */
  readonly gaps: number;
  readonly entries: number;
}

/** Answered calls of one load. */
export class Ledger {
  readonly #run = Math.random().toString(36).slice(2, 10);
  readonly #made = new Map<string, string | undefined>();
  readonly #leaves: string[] = [];

  /** A job id that no other call has; the transaction is found by it afterwards. */
  newJob(): string {
    const job = `load-${this.#run}-${this.#made.size + 1}`;
    this.#made.set(job, undefined);
    return job;
  }

  /** Keeps the answer of a submission. Without one it may have been done once or not at all. */
  submitted(job: string, answer: Answer | undefined): void {
    if (answer?.status !== 201) return;
    this.#made.set(job, z.string().parse(answer.json.transaction_id));
    this.promised(answer);
  }

  /** Keeps the receipt of an answer: its entry must be in the log. */
  promised(answer: Answer): void {
    const { receipt } = WithReceipt.parse(answer.json);
    if (receipt !== undefined) this.#leaves.push(receipt.leaf_hash);
  }

  get accepted(): number {
    return [...this.#made.values()].filter((id) => id !== undefined).length;
  }

  /** Reads all transactions of the submitter, and the whole log, and compares them with what was answered. */
  async settle(who: { readonly submitter: Caller; readonly reader: Caller }): Promise<Balance> {
    const byJob = await this.#listed(who.submitter);
    const lines = await this.#integrated(who.reader);
    const counts = new Map<string, number>();
    for (const { leaf } of lines) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
    let lost = this.#leaves.filter((leaf) => !counts.has(leaf)).length;
    let doubled = [...counts.values()].filter((count) => count > 1).length;
    for (const [job, id] of this.#made) {
      const found = byJob.get(job) ?? [];
      if (id !== undefined && !found.includes(id)) lost += 1;
      if (found.length > 1) doubled += 1;
    }
    const gaps = lines.filter(({ seq }, at) => seq !== at).length;
    return { accepted: this.accepted, lost, doubled, gaps, entries: lines.length };
  }

  async #listed(who: Caller): Promise<Map<string, string[]>> {
    const byJob = new Map<string, string[]>();
    let cursor = "";
    for (;;) {
      const answer = await who.get(`/confidential/transactions?limit=100${cursor}`);
      if (answer.status !== 200) throw new Error(`the list of transactions answers ${answer.status}`);
      const { items, next_cursor } = Page.parse(answer.json);
      for (const { job_id, transaction_id } of items)
        byJob.set(job_id, [...(byJob.get(job_id) ?? []), transaction_id]);
      if (next_cursor === null) return byJob;
      cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
    }
  }

  /** The lines of the log once it has every entry that was promised. Entries are integrated within seconds. */
  async #integrated(who: Caller): Promise<z.infer<typeof Line>[]> {
    const until = Date.now() + 60_000;
    for (;;) {
      const bytes = await exported(who, "/confidential/audit/export?format=ndjson&parts=none");
      const lines = bytes.toString("utf8").trim().split("\n");
      const found = lines.map((line) => Line.parse(JSON.parse(line)));
      const leaves = new Set(found.map(({ leaf }) => leaf));
      if (this.#leaves.every((leaf) => leaves.has(leaf)) || Date.now() > until) return found;
      await sleep(1_000);
    }
  }
}
