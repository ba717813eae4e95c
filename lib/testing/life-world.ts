import "server-only";
import { createHash } from "node:crypto";
import { Client } from "pg";
import { attachAuthorization } from "@/lib/access/attach-authorization";
import { checkIdentity } from "@/lib/access/identity-check";
import { clamdScanner } from "@/lib/access/scan/clamd";
import { AuthorizationFactsBody, type InstrumentKind } from "@/lib/access/schema";
import { withdrawRequest } from "@/lib/access/withdraw-request";
import { type Clock, fixedClock } from "@/lib/clock";
import { type Actor, DAY } from "@/lib/testing/life-model";
import {
  createRequestBench,
  draftRequest,
  FACTS,
  IDENTITY,
  ORDER_FILE,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/request-bench";

/** A last day that no sequence comes to: what orders end by has tests of its own. */
export const FAR = new Date(Date.now() + 3_000 * DAY).toISOString().slice(0, 10);
const AWAY = clamdScanner({ path: "/nonexistent/clamd.sock" });

/** Organisations, people, transactions and one connection of the database's owner for any number of sequences. */
export interface LifeWorld {
  readonly bench: RequestBench;
  /** Everybody's clock, the custodian's too. */
  readonly clock: ReturnType<typeof fixedClock>;
  /** Handle of who looks beside the requester. */
  readonly viewer: string;
  who(actor: Actor, kind: InstrumentKind | undefined): RequestPerson;
  /** A draft with its order attached where it has one; its document scanned, or waiting for a scanner that is away. */
  begin(kind: InstrumentKind | undefined, isPending: boolean): Promise<string>;
  rows<T>(text: string, values: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** Planned once a connection: the same statement follows every event. */
const nameOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 40);

async function beginRequest(owner: RequestPerson, bench: RequestBench, filing: Filing): Promise<string> {
  const { kind, isPending, viewer } = filing;
  const id = await draftRequest(bench, {
    who: owner,
    maxViews: 2,
    purpose: kind === undefined ? "dispute" : "audit",
    coViewers: kind === undefined ? [] : [viewer],
  });
  if (kind === undefined) return id;
  const facts = AuthorizationFactsBody.parse({ ...FACTS, kind, valid_until: FAR });
  const cx = isPending ? { ...owner, scanner: AWAY } : owner;
  await attachAuthorization(cx, id, facts, ORDER_FILE);
  return id;
}

interface Filing {
  readonly kind: InstrumentKind | undefined;
  readonly isPending: boolean;
  readonly viewer: string;
}

const EXECUTIVE = { role: "coordinator", duties: ["executive"] } as const;
const HOLDER = { role: "coordinator", duties: ["break-glass"] } as const;
const VIEWER = { role: "regulator", isOfRegulator: true } as const;

async function openBench(clock: Clock): Promise<RequestBench> {
  const head = { role: "coordinator", duties: ["compliance"] } as const;
  return createRequestBench([EXECUTIVE, EXECUTIVE, head, { role: "coordinator" }, HOLDER, VIEWER], { clock });
}

export async function createLifeWorld(): Promise<LifeWorld> {
  const clock = fixedClock(new Date());
  const bench = await openBench(clock);
  // What is sealed by entries that no tree has is not opened a minute later (ADR 0007 and verify-envelopes.ts).
  await bench.integrate();
  const [chair, officer, head, staff, holder, viewer] = bench.more;
  if (!chair || !officer || !head || !staff || !holder || !viewer) throw new Error("six people expected");
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  const first = await submittedRequest(bench);
  await checkIdentity(bench.legal, first, IDENTITY);
  await withdrawRequest(bench.regulator, first, undefined);
  const { legal, both, approver, second, auditor, support } = bench;
  const people = { legal, both, approver, second, auditor, support, head, chair, officer, holder, viewer };
  const who: LifeWorld["who"] = (actor, kind) => {
    const owner = kind === undefined ? staff : bench.regulator;
    return { ...(actor === "owner" ? owner : people[actor]), clock };
  };
  return {
    bench,
    clock,
    viewer: viewer.principal.handle,
    who,
    begin: (kind, isPending) =>
      beginRequest(who("owner", kind), bench, { kind, isPending, viewer: viewer.principal.handle }),
    rows: async (text, values) => (await admin.query({ name: nameOf(text), text, values: [...values] })).rows,
    close: async () => {
      await admin.end();
      await bench.close();
    },
  };
}
