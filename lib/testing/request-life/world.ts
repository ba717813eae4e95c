import "server-only";
import { createHash } from "node:crypto";
import { Client } from "pg";
import { clamdScanner } from "@/lib/access/documents/clamd";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { fileRequest } from "@/lib/access/requests/file-request";
import { type Confirms, NewRequest } from "@/lib/access/requests/schema";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { type Clock, fixedClock } from "@/lib/clock";
import { utf8 } from "@/lib/crypto/bytes";
import {
  CONFIRMS,
  createRequestBench,
  FACTS,
  IDENTITY,
  ORDER_FILE,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { TEST_DOMAIN } from "@/lib/testing/benches/use-case-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { type Actor, DAY } from "@/lib/testing/request-life/model";
import type { InstrumentKind } from "@/lib/vocabulary";

/** A last day beyond every sequence: the end of orders has its own tests. */
const FAR = new Date(Date.now() + 3_000 * DAY).toISOString().slice(0, 10);
const FROM = `${new Date(Date.now() - DAY).toISOString().slice(0, 19)}Z`;
const UNTIL = `${new Date(Date.parse(FAR) + DAY).toISOString().slice(0, 19)}Z`;
const AWAY = clamdScanner({ path: "/nonexistent/clamd.sock" });
const NOTHING = "00000000-0000-7000-8000-000000000000";

/** The order of a sequence, and what its deciders read in it. */
export interface LifeOrder {
  readonly kind: InstrumentKind | undefined;
  readonly isSigned: boolean;
  readonly txId: string;
  readonly confirms: Confirms;
  readonly facts: AuthorizationFactsBody | undefined;
  readonly document: typeof ORDER_FILE | undefined;
  readonly jws: { readonly bytes: Uint8Array } | undefined;
  /** The registration of the key that signs it; without one, an id that does not exist. */
  readonly authorityId: string;
}

/** What a sequence begins with. */
export interface Filing {
  readonly kind: InstrumentKind | undefined;
  readonly isPending: boolean;
  readonly isOnce: boolean;
  readonly isSigned: boolean;
}

/** Organisations, people, transactions and one connection of the database's owner for any number of sequences. */
export interface LifeWorld {
  readonly bench: RequestBench;
  /** The clock of all people and of the custodian. */
  readonly clock: ReturnType<typeof fixedClock>;
  /** Handle of the co-viewer. */
  readonly viewer: string;
  who(actor: Actor, kind: InstrumentKind | undefined): RequestPerson;
  /** Makes a draft with its order attached if it has one; its document is scanned, or waits for a scanner that is away. */
  begin(filing: Filing): Promise<{ readonly id: string; readonly order: LifeOrder }>;
  /** Drops the key that signs orders; another key signs the next one. */
  forgetKey(): void;
  rows<T>(text: string, values: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** Returns a name, so that the statement of every event is planned once for each connection. */
const nameOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 40);

/** Files a request under an order, which is refused if the order is. Returns the request's id. */
export async function fileUnder(
  cx: RequestPerson,
  { kind, txId, facts, document, jws }: LifeOrder,
  coViewers: readonly string[] = [],
): Promise<string> {
  const body = NewRequest.parse({
    purpose: kind === undefined ? "dispute" : "audit",
    justification: "Examination of a settlement",
    transactions: [txId],
    fields: ["amount", "pricing"],
    max_views: 2,
    co_viewers: coViewers,
  });
  const { id } = await fileRequest(cx, body);
  if (facts !== undefined) await attachAuthorization(cx, id, facts, document, jws);
  return id;
}

interface Signer {
  readonly signer: OrderSigner;
  readonly authorityId: string;
}

/** Returns the order: one for single use has its own number and document, the others are the same for all sequences. */
async function makeOrder(bench: RequestBench, filing: Filing, n: number, by: Signer | undefined) {
  const { kind, isOnce } = filing;
  const numbered = isOnce ? { case_number: `${n} O ${n}/26` } : {};
  const once = isOnce ? { single_use: true } : {};
  const dates = by === undefined ? { valid_until: FAR } : { valid_from: FROM, valid_until: UNTIL };
  const confirms = { ...CONFIRMS, ...numbered, ...dates };
  const common = { kind, isSigned: by !== undefined, txId: bench.txId, confirms };
  const none = { facts: undefined, document: undefined, jws: undefined, authorityId: NOTHING };
  if (kind === undefined) return { ...common, ...none };
  const facts = AuthorizationFactsBody.parse({ ...FACTS, kind, ...numbered, ...dates, ...once });
  if (by === undefined) {
    const text = `%PDF-1.4\n% ${n}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n`;
    const document = isOnce ? { ...ORDER_FILE, bytes: utf8(text) } : ORDER_FILE;
    return { ...common, ...none, facts, document };
  }
  const { issuer, jurisdiction, case_number } = facts;
  const says = { v: 1, aud: bench.place.log, issuer, jurisdiction, kind, case_number, ...dates, ...once };
  const order = { ...says, agency: TEST_DOMAIN, selector: { transactions: [bench.txId] } };
  const jws = { bytes: utf8(await by.signer.sign(order)) };
  return { ...common, ...none, facts, jws, authorityId: by.authorityId };
}

const EXECUTIVE = { role: "coordinator", duties: ["executive"] } as const;
const HOLDER = { role: "coordinator", duties: ["break-glass"] } as const;
const VIEWER = { role: "regulator", isOfRegulator: true } as const;
const HEAD = { role: "coordinator", duties: ["compliance"] } as const;

async function openBench(clock: Clock): Promise<RequestBench> {
  return createRequestBench([EXECUTIVE, EXECUTIVE, HEAD, { role: "coordinator" }, HOLDER, VIEWER, HEAD], {
    clock,
  });
}

/** Signs a world's orders with one key until that key is no longer valid. */
function signing(keepers: readonly [RequestPerson, RequestPerson]) {
  let now: Signer | undefined;
  let n = 0;
  return {
    current: async (): Promise<Signer> => {
      if (now !== undefined) return now;
      n += 1;
      const signer = await createOrderSigner(`life-${n}`);
      now = { signer, authorityId: await registerSigner(signer, FACTS, keepers) };
      return now;
    },
    forget: () => {
      now = undefined;
    },
  };
}

export async function createLifeWorld(): Promise<LifeWorld> {
  const clock = fixedClock(new Date());
  const bench = await openBench(clock);
  // A minute later, what is sealed by entries without a leaf cannot be opened (ADR 0007 and verify-envelopes.ts).
  await bench.integrate();
  const [chair, officer, head, staff, holder, viewer, keeper] = bench.more;
  if (!chair || !officer || !head || !staff || !holder || !viewer || !keeper) throw new Error("seven people");
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
  const signers = signing([
    { ...head, clock },
    { ...keeper, clock },
  ]);
  let n = 0;
  return {
    bench,
    clock,
    viewer: viewer.principal.handle,
    who,
    begin: async (filing) => {
      n += 1;
      const { kind, isPending, isSigned } = filing;
      const order = await makeOrder(bench, filing, n, isSigned ? await signers.current() : undefined);
      const owner = who("owner", kind);
      const viewers = kind === undefined ? [] : [viewer.principal.handle];
      return { id: await fileUnder(isPending ? { ...owner, scanner: AWAY } : owner, order, viewers), order };
    },
    forgetKey: signers.forget,
    rows: async (text, values) => (await admin.query({ name: nameOf(text), text, values: [...values] })).rows,
    close: async () => {
      await admin.end();
      await bench.close();
    },
  };
}
