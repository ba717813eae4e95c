import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { sameText } from "@/lib/access/decisions/retyped-facts";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { utf8 } from "@/lib/crypto/bytes";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

/** ADR 0038: a single-use order serves one request, "whatever the blanks and marks between their letters". */

const DAY_MS = 86_400_000;
const day = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
let bench: RequestBench;
let signer: OrderSigner;
let n = 0;

beforeAll(async () => {
  bench = await createRequestBench();
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  signer = await createOrderSigner("lg-koeln-1");
  await registerSigner(signer, { ...FACTS, issuer: "Amtsgericht Köln" }, [await keeper(), await keeper()]);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await pastTriggers(admin, ["agency"], () =>
    admin.query(
      "UPDATE agency SET email_domains = email_domains || '{aufsicht.example}' WHERE tenant_id = $1 AND organisation_id = $2",
      [bench.regulator.principal.tenantId, bench.regulator.principal.organisationId],
    ),
  );
  await admin.end();
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(() => bench?.close());

const pdf = (mark: string) => ({
  ...ORDER_FILE,
  bytes: utf8(`%PDF-1.4\n% ${mark}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n`),
});
const facts = (more: object) =>
  AuthorizationFactsBody.parse({ ...FACTS, issuer: "Amtsgericht Köln", ...more });
type Facts = ReturnType<typeof facts>;

/** What two honest deciders read in the paper: always the same text. */
type Paper = Pick<Facts, "issuer" | "case_number" | "valid_from" | "valid_until">;
const paper = (): Paper => {
  n += 1;
  return {
    issuer: "Amtsgericht Köln".normalize("NFC"),
    case_number: `18 O ${n}/26`,
    valid_from: day(-1),
    valid_until: day(20),
  };
};

async function decide(id: string, confirms: Paper, more: object = {}): Promise<string> {
  await decideRequest(bench.legal, id, approvalOf("legal", { confirms, ...more }));
  return (await decideRequest(bench.approver, id, approvalOf("coordinator", { confirms, ...more }))).state;
}

async function file(given: Facts, mark: string): Promise<string> {
  const id = await draftRequest(bench);
  await attachAuthorization(bench.regulator, id, given, pdf(mark));
  await submitRequest(bench.regulator, id);
  return id;
}

/**
 * Makes one grant on the order, then files the same paper, scanned again and typed a little differently. Returns the
 * result.
 */
async function second(typed: object, more: object = {}): Promise<string> {
  const read = paper();
  expect(await decide(await file(facts({ ...read, single_use: true }), `a${n}`), read)).toBe("active");
  const again = { ...read, ...typed };
  return outcomeOf(file(facts(again), `b${n}`).then((id) => decide(id, read, more)));
}

/** Makes one grant on the signed order, then files its print, which deciders read as printed. */
async function signedThenPrinted(order: Paper, read: Paper): Promise<string> {
  const signed = {
    ...order,
    valid_until: /T/.test(order.valid_until) ? order.valid_until : `${order.valid_until}T00:00:00Z`,
  };
  const { jurisdiction, kind } = FACTS;
  const jws = await signer.sign({
    ...{ ...signed, v: 1, aud: bench.place.log, jurisdiction, kind },
    ...{ selector: { transactions: [bench.txId] }, single_use: true, agency: "aufsicht.example" },
  });
  const id = await draftRequest(bench);
  await attachAuthorization(bench.regulator, id, facts(signed), undefined, { bytes: utf8(jws) });
  await submitRequest(bench.regulator, id);
  const bare = { confirms: undefined };
  await decideRequest(bench.legal, id, approvalOf("legal", bare));
  expect((await decideRequest(bench.approver, id, approvalOf("coordinator", bare))).state).toBe("active");
  return outcomeOf(file(facts(read), `jws${n}`).then((other) => decide(other, read)));
}

/** How PostgreSQL compares texts that may be typed for one another. */
async function textOf(texts: readonly string[]): Promise<string[]> {
  const { rows } = await queryOwner(
    bench,
    "SELECT order_text(one) AS text FROM unnest($1::text[]) WITH ORDINALITY AS t (one, n) ORDER BY n",
    [texts],
  );
  return rows.map(({ text }) => String(text));
}

describe("the text of an order", () => {
  /** Letters with marks, blanks of all kinds, invisible marks, and letters that look like others. */
  const NASTY = [
    ..."aàa\u0300oöo\u0308Öß\u212B\u00C5ﬁΩ\u2126К1/-. \u00A0\t\u2003\u3000\uFEFF\u1680\u2028\u2029\u202F\u205F\uAC00\u1100\u1161",
  ];
  const typed = fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 12 });
  const otherwise = fc.constantFrom<(text: string) => string>(
    (text) => text.normalize("NFD"),
    (text) => text.normalize("NFC"),
    (text) => ` ${text}\u00A0`,
    (text) => text.replace(/\s/gu, "\u2003\uFEFF"),
  );

  it("all texts that deciders may type for one text are equal (sameText of retyped-facts.ts)", async () => {
    const pairs = fc
      .sample(fc.tuple(typed, fc.array(otherwise, { maxLength: 3 })), { numRuns: 5_000, seed: 16 })
      .map(([letters, ways]) => {
        const text = letters.join("");
        return [text, ways.reduce((so, way) => way(so), text)] as const;
      });
    const same = pairs.filter(([one, other]) => sameText(one, other));
    expect(same.length).toBeGreaterThan(2_000);
    const [ones, others] = [
      await textOf(same.map(([one]) => one)),
      await textOf(same.map(([, other]) => other)),
    ];
    expect(same.filter((_, i) => ones[i] !== others[i])).toEqual([]);
  });

  it("a text has no invisible mark, and one letter for letters that look alike", async () => {
    const marks = ["\u00AD", "\u034F", "\u061C", "\u115F", "\u1160", "\u17B4", "\u180B", "\u180E", "\u200B"];
    marks.push("\u200E", "\u2060", "\u2064", "\u206A", "\u2800", "\u3164", "\uFE00", "\uFE0F", "\uFFA0");
    marks.push("\u{E0001}", "\u{E007F}", "\u{E0100}", "\u{1D173}", "\u{1BCA0}", "\u2010", "\u2011", "\u2212");
    const texts = marks.map((mark) => `Köl${mark}n 1${mark}8`);
    texts.push(
      "Ko\u034F\u0308ln 18",
      "\uFF2Böln \uFF11\uFF18",
      "\u041Aöln 18",
      "\u039Aöln 18",
      "\u212Aöln 18",
    );
    expect([...new Set(await textOf(texts))]).toEqual(["köln18"]);
    const [landgericht, amtsgericht] = await textOf(["Landgericht Köln 1/26", "Amtsgericht Köln 1/26"]);
    expect(landgericht).not.toBe(amtsgericht);
  });
});

describe("a single-use order gives no second grant", () => {
  it("a no-break space in its number, which deciders retype as a blank, makes no difference", async () => {
    expect(await second({ case_number: `18\u00A0O\u00A0${n + 1}/26` })).toBe("authorization.used");
  });

  it("a differently composed accent in its issuer makes no difference", async () => {
    expect(await second({ issuer: "Amtsgericht Köln".normalize("NFD") })).toBe("authorization.used");
  });

  it("a zero-width mark next to a blank makes no difference", async () => {
    expect(await second({ case_number: `18 \uFEFFO ${n + 1}/26` })).toBe("authorization.used");
  });

  it("a later end than the paper has, which deciders correct by narrowing, makes no difference", async () => {
    expect(await second({ valid_until: day(21) }, { until: `${day(21)}T00:00:00Z` })).toBe(
      "authorization.used",
    );
  });

  it("a beginning that its JWS gives as a time of the day before, in another zone, makes no difference", async () => {
    const other = paper();
    const begins = `${day(-2)}T23:00:00Z`;
    expect(await signedThenPrinted({ ...other, valid_from: begins }, other)).toBe("authorization.used");
  });

  it("its print is refused after its JWS was used: days on paper, times in the JWS", async () => {
    const read = paper();
    const order = { ...read, valid_from: `${day(-1)}T09:00:00Z`, valid_until: `${day(20)}T22:00:00Z` };
    expect(await signedThenPrinted(order, read)).toBe("authorization.used");
  });

  it("another order of the same case, which begins on another day, is a different order", async () => {
    expect(await second({ valid_from: day(-3) })).toBe("decision.facts-mismatch");
  });
});
