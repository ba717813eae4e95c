import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Answer, type Caller, callerBy, type Demo } from "@/e2e/support/api";
import { canaries, confirmsOf, fileRequest, newTransaction, orderFacts } from "@/e2e/support/steps";
import type { Ledger } from "./ledger";

/** The operations of the mix, and how many of a hundred calls each is. */
export const SHARES = { submit: 60, read: 25, open: 10, "request and decide": 3, export: 2 } as const;
export type Operation = keyof typeof SHARES;

/** How one operation ended, as its caller saw it. Retries are part of its time. */
export interface Outcome {
  readonly operation: Operation;
  readonly status: number;
  readonly retries: number;
  /** Why it failed: the problem's code, or what its caller read in place of an answer. */
  readonly reason?: string | undefined;
}

/** A caller that is asked to come back does so this often at most: it gives up after about a minute. */
const MOST_RETRIES = 120;
const PAUSE_MS = 500;
const KEPT_IDS = 500;
const Id = z.looseObject({ transaction_id: z.string() });

/** Whether a call may be repeated: it had no answer, the service was away, or its first try is still running. */
function isToRetry(answer: Answer | undefined): boolean {
  if (answer === undefined || answer.status === 502 || answer.status === 503) return true;
  return answer.status === 409 && answer.json.code === "idempotency.in-progress";
}

interface Tried {
  readonly answer: Answer | undefined;
  readonly retries: number;
  readonly reason?: string;
}

/** Why a call has failed; undefined for one that has not. */
function reasonOf({ answer, reason }: Tried): string | undefined {
  if (answer === undefined) return reason ?? "no answer";
  return answer.status < 400 ? undefined : String(answer.json.code ?? answer.status);
}

async function persist(call: () => Promise<Answer>): Promise<Tried> {
  for (let retries = 0; ; retries += 1) {
    const answer = await call().catch(() => undefined);
    if (!isToRetry(answer) || retries === MOST_RETRIES) return { answer, retries };
    await sleep(PAUSE_MS);
  }
}

/** Plays the mix against an instance with its demonstration people. */
export class Mix {
  readonly #who: Readonly<Record<"client" | "party" | "officer" | "legal" | "auditor", Caller>>;
  readonly #ids: string[] = [];

  constructor(
    /** Addresses of the portals, called in turn. */
    urls: readonly string[],
    demo: Demo,
    private readonly ledger: Ledger,
  ) {
    let turn = 0;
    const send = (key: string) => (path: string, init: RequestInit) => {
      turn += 1;
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${key}`);
      return fetch(new URL(path, urls[turn % urls.length]), { ...init, headers });
    };
    const by = (participant: string, duty?: string): Caller => {
      const found = demo.accounts.find(
        (one) => one.participant_id === participant && (duty === undefined || one.duties.includes(duty)),
      );
      if (found === undefined) throw new Error(`the instance has no demonstration account ${participant}`);
      return callerBy(send(found.api_key));
    };
    this.#who = {
      client: by("client-456"),
      party: by("miner-789"),
      officer: by("regulator-001"),
      legal: by("coordinator-001", "legal"),
      auditor: by("coordinator-001", "approve"),
    };
  }

  /** Submits the first transactions, so that the others have something to read. */
  async begin(count = 5): Promise<void> {
    for (let at = 0; at < count; at += 1) await this.#submit();
    if (this.#ids.length === 0) throw new Error("no transaction was accepted");
  }

  /** Draws an operation by the shares. */
  draw(): Operation {
    let left = Math.random() * 100;
    for (const [name, share] of Object.entries(SHARES)) {
      left -= share;
      if (left < 0) return z.enum(["submit", "read", "open", "request and decide", "export"]).parse(name);
    }
    return "submit";
  }

  async play(operation: Operation): Promise<Outcome> {
    const acts = {
      submit: () => this.#submit(),
      read: () => this.#read(),
      open: () => this.#open(),
      "request and decide": () => this.#decide(),
      export: () => this.#export(),
    };
    const tried = await acts[operation]();
    const { answer, retries } = tried;
    return { operation, status: answer?.status ?? 0, retries, reason: reasonOf(tried) };
  }

  /** Who can compare afterwards. */
  get checkers() {
    return { submitter: this.#who.client, reader: this.#who.auditor };
  }

  get #any(): string {
    return this.#ids[Math.floor(Math.random() * this.#ids.length)] ?? "none";
  }

  async #submit(): Promise<Tried> {
    const job = this.ledger.newJob();
    const body = { ...newTransaction(canaries()), job_id: job };
    const tried = await persist(() =>
      this.#who.client.post("/confidential/transactions", body, { "idempotency-key": job }),
    );
    this.ledger.submitted(job, tried.answer);
    if (tried.answer?.status === 201) this.#ids.push(Id.parse(tried.answer.json).transaction_id);
    if (this.#ids.length > KEPT_IDS) this.#ids.shift();
    return tried;
  }

  #read(): Promise<Tried> {
    const paths = [
      `/confidential/transactions/${this.#any}`,
      "/confidential/transactions?limit=20",
      `/confidential/transactions/${this.#any}`,
    ];
    const path = paths[Math.floor(Math.random() * paths.length)] ?? "";
    return persist(() => this.#who.client.get(path));
  }

  async #open(): Promise<Tried> {
    const path = `/confidential/transactions/${this.#any}/access`;
    const tried = await persist(() => this.#who.party.post(path, { purpose: "settlement" }));
    if (tried.answer?.status === 200) this.ledger.promised(tried.answer);
    return tried;
  }

  /** Files a request with an order and decides it at its first stage: four calls by two people. */
  async #decide(): Promise<Tried> {
    const facts = orderFacts();
    let filed: string;
    try {
      filed = await fileRequest(this.#who.officer, this.#any, facts);
    } catch (error) {
      // Its four calls have no idempotency keys. One that failed is begun again by a person, not here.
      const reason = /"code":"([a-z.-]+)"/.exec(error instanceof Error ? error.message : "")?.[1];
      return { answer: undefined, retries: 0, ...(reason === undefined ? {} : { reason }) };
    }
    const body = {
      ...{ stage: "legal", decision: "approve", comment: "The order names this transaction" },
      confirms: confirmsOf(facts),
    };
    return persist(() => this.#who.legal.post(`/confidential/access/requests/${filed}/decisions`, body));
  }

  /** Exports the entries of the last ten seconds. */
  #export(): Promise<Tried> {
    const from = new Date(Date.now() - 10_000).toISOString().replace(/\.\d+Z$/, "Z");
    return persist(() => this.#who.auditor.get(`/confidential/audit/export?format=csv&from=${from}`));
  }
}
