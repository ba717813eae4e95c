import { describe, expect, it } from "vitest";
import { answersFrom } from "../autosave/kept-answers";
import { multipartBody } from "../autosave/send-order";
import { LookupStore, numbersIn, reportOf } from "../transactions/lookups";
import { type Answers, blankAnswers, endOfDay, type FormOptions, instantOf, localText } from "./answers";
import { createBodyOf, factsOf } from "./bodies";
import { faultsOf, faultsOfRefusal, isDone, stillOpen } from "./faults";
import { options } from "./options-fixture";
import { prefillOf } from "./prefill";
import { afterTyping } from "./read-facts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const TX = "0198c0de-0000-7000-8000-000000000001";
const OTHER = "0198c0de-0000-7000-8000-000000000002";
const support: FormOptions = { ...options, purposes: ["dispute"], level: "masked", needsAuthority: false };
const whole: Answers = {
  ...blankAnswers(options),
  purpose: "audit",
  justification: "Why",
  ids: [TX],
  fields: ["amount"],
  kind: "court_order",
  issuer: "Landgericht Berlin",
  caseNumber: "18 O 1/26",
  validFrom: "2026-11-01",
  validUntil: "2026-12-31",
  jurisdiction: "DE",
  sealed: "no",
};
const context = { hasOrder: true, unknown: [], nowMs: NOW };
const codes = (answers: Answers, more = {}, of = options) =>
  faultsOf(answers, of, { ...context, ...more }).map((fault) => fault.code);

describe("faults before a check", () => {
  it("is everything on a blank one, in the order of the page", () => {
    expect(codes(blankAnswers(options), { hasOrder: false })).toEqual([
      "document",
      "kind",
      "issuer",
      "caseNumber",
      "validFrom",
      "validUntil",
      "jurisdiction",
      "sealed",
      "ids",
      "fields",
      "purpose",
      "justification",
    ]);
    expect(codes(blankAnswers(support), { hasOrder: false }, support)).toEqual([
      "ids",
      "fields",
      "justification",
    ]);
  });

  it.each<[Partial<Answers>, string[]]>([
    [{}, []],
    [{ validUntil: "2026-10-31" }, ["validOrder"]],
    [{ validFrom: "2026-10-01", validUntil: "2026-11-23" }, ["validOver"]],
    [{ validUntil: "2026-11-24" }, []],
    [{ end: "date", until: "" }, ["until"]],
    [{ end: "date", until: "2026-11-24T00:00" }, ["untilOver"]],
    [{ end: "date", until: "2027-02-01T00:00" }, ["untilAfterOrder"]],
    [
      { end: "date", until: "2026-12-10T00:00", begin: "date", from: "2026-12-11T00:00" },
      ["untilBeforeFrom"],
    ],
    [{ begin: "date" }, ["from"]],
    [{ maxViews: "0" }, ["maxViews"]],
    [{ maxViews: "10001" }, ["maxViews"]],
    [{ maxViews: "2.5" }, ["maxViews"]],
    [{ maxExports: "101" }, ["maxExports"]],
    [{ maxExports: "-1" }, ["maxExports"]],
    [{ maxExports: "0" }, []],
    [{ sealed: "" }, ["sealed"]],
    [{ sealed: "yes" }, ["sealedBasis", "sealedUntil"]],
    [{ sealed: "yes", sealedBasis: "Order" }, ["sealedUntil"]],
    [{ sealed: "yes", sealedUntil: "2026-12-01" }, ["sealedBasis"]],
    [{ read: ["issuer:1", "caseNumber:2"], confirmed: ["kind"] }, ["unconfirmed", "unconfirmed"]],
    [{ target: "query" }, ["query"]],
    [{ target: "query", createdFrom: "2026-11-02", createdTo: "2026-11-01" }, ["queryOrder"]],
    [{ target: "query", job: "job-1" }, []],
  ])("%j gives %j", (changes, expected) => {
    expect(codes({ ...whole, ...changes })).toEqual(expected);
  });

  it("is the file that was not taken, in the summary too once a document was missed", () => {
    const unfit = { fault: "cutOff", name: "half.pdf" } as const;
    const shown = faultsOf(whole, options, { ...context, hasOrder: false });
    const now = faultsOf(whole, options, { ...context, hasOrder: false, unfit });
    expect([shown, now].flat().map(({ code }) => code)).toEqual(["document", "unfit"]);
    expect(stillOpen(shown, now)).toEqual([{ name: "document", code: "unfit", unfit }]);
    expect(codes(whole, { unfit })).toEqual([]);
  });

  it("leaves the summary when it is corrected, and what is new waits for the next attempt", () => {
    const shown = faultsOf({ ...whole, issuer: "", purpose: "" }, options, context);
    const now = faultsOf({ ...whole, issuer: "", maxViews: "0" }, options, context);
    expect(stillOpen(shown, now).map(({ code }) => code)).toEqual(["issuer"]);
  });

  it("is a transaction that does not exist", () => {
    expect(codes(whole, { unknown: [TX] })).toEqual(["unknownIds"]);
  });

  it("are shown at their control when the server refuses", () => {
    const refused = faultsOfRefusal([
      { pointer: "/transactions/3", detail: "a" },
      { pointer: "/transactions/4", detail: "b" },
      { pointer: "/sealed/until", detail: "c" },
      { pointer: "", detail: "d" },
    ]);
    expect(refused.map(({ name, detail }) => [name, detail])).toEqual([
      ["ids", "a"],
      ["sealedBasis", "c"],
    ]);
  });
});

describe("a section", () => {
  it("of the period is done once the order has its end, or the person names one", () => {
    const empty = blankAnswers(options);
    const open = faultsOf(empty, options, { ...context, hasOrder: false });
    expect(isDone("period", open, empty)).toBe(false);
    const own: Answers = { ...empty, end: "date", until: "2026-12-20T00:00" };
    expect(isDone("period", faultsOf(own, options, { ...context, hasOrder: false }), own)).toBe(true);
    expect(isDone("period", faultsOf(whole, options, context), whole)).toBe(true);
  });
});

describe("bodies", () => {
  it("ask until the order's last day is over, support for masked fields without an order", () => {
    expect(createBodyOf(whole, options, NOW)).toEqual({
      purpose: "audit",
      justification: "Why",
      transactions: [TX],
      fields: ["amount"],
      level: "full",
      until: endOfDay("2026-12-31"),
      max_views: 20,
      max_exports: 5,
    });
    const asked = {
      ...blankAnswers(support),
      justification: "Dispute",
      ids: [TX],
      fields: ["amount"],
    } as const;
    expect(createBodyOf(asked, support, NOW)).toMatchObject({ purpose: "dispute", level: "masked" });
    expect(createBodyOf(asked, support, NOW)).not.toHaveProperty("until");
  });

  it("never send an end that is over, nor a query that names nothing", () => {
    const over = { ...whole, end: "date", until: "2026-11-01T00:00" } as const;
    expect(createBodyOf(over, options, NOW)).not.toHaveProperty("until");
    expect(createBodyOf({ ...whole, target: "query" }, options, NOW)).toBeUndefined();
    const query = { ...whole, target: "query", job: " job-1 ", createdTo: "2026-11-02" } as const;
    const day = Date.parse(instantOf("2026-11-02") ?? "") + 86_400_000;
    expect(createBodyOf(query, options, NOW)?.query).toEqual({
      job_id: "job-1",
      to: new Date(day).toISOString(),
    });
  });

  it("hold facts only when all are there", () => {
    expect(factsOf(whole)).toMatchObject({ case_number: "18 O 1/26", valid_until: "2026-12-31" });
    for (const name of ["kind", "issuer", "caseNumber", "validFrom", "validUntil", "jurisdiction"] as const)
      expect(factsOf({ ...whole, [name]: "" })).toBeUndefined();
    expect(factsOf({ ...whole, sealed: "" })).toBeUndefined();
    expect(factsOf({ ...whole, sealed: "yes", sealedBasis: "Order" })).toBeUndefined();
  });

  it("say how each fact came into the form; what is typed over counts as typed", () => {
    const read = { ...whole, read: ["issuer:1", "validUntil:2"], confirmed: ["caseNumber"] };
    expect(factsOf(read)?.sources).toEqual({
      kind: "typed",
      issuer: "read",
      jurisdiction: "typed",
      case_number: "confirmed",
      valid_from: "typed",
      valid_until: "read",
    });
    const typed = { ...read, ...afterTyping(read, { issuer: "Amtsgericht", caseNumber: "1/26" }) };
    expect([typed.read, typed.confirmed]).toEqual([["validUntil:2"], []]);
    expect(afterTyping(read, { purpose: "audit" })).toEqual({});
  });

  it("of several parts are the same bytes for the same key, and read as what was sent", async () => {
    const file = new File([Uint8Array.of(37, 80, 68, 70, 0, 255, 13, 10)], 'a "b"\n.pdf', {
      type: "application/pdf",
    });
    const document = { file, name: file.name, bytes: 8, mediaType: "application/pdf", sha256: undefined };
    const facts = factsOf(whole);
    if (facts === undefined) throw new Error("no facts");
    const signature = new File(["a.b.c"], "order.jws");
    const parts = { document, signature };
    const [one, two] = [multipartBody(facts, parts, "k"), multipartBody(facts, parts, "k")];
    const bytes = new Uint8Array(await one.body.arrayBuffer());
    expect(new Uint8Array(await two.body.arrayBuffer())).toEqual(bytes);
    const form = await new Response(bytes, { headers: { "content-type": one.type } }).formData();
    expect(JSON.parse(String(form.get("facts")))).toEqual(facts);
    const part = form.get("document");
    if (!(part instanceof File)) throw new Error("no file");
    expect(part.type).toBe("application/pdf");
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(new Uint8Array(await file.arrayBuffer()));
    const jws = form.get("jws");
    if (!(jws instanceof File)) throw new Error("no signature");
    expect([jws.name, jws.type, await jws.text()]).toEqual(["order.jws", "application/jose", "a.b.c"]);
    const bare = multipartBody(facts, { document: undefined, signature: undefined }, "k");
    const alone = await new Response(bare.body, { headers: { "content-type": bare.type } }).formData();
    expect([...alone.keys()]).toEqual(["facts"]);
  });
});

describe("transactions", () => {
  it("are found in what was pasted, each once, and the rest is named", () => {
    expect(numbersIn(`${TX}, ${TX.toUpperCase()};\n job-1\t${OTHER}`)).toEqual({
      ids: [TX, OTHER],
      rest: ["job-1"],
    });
    expect(numbersIn("REQ-7 – ")).toEqual({ ids: [], rest: ["REQ-7"] });
  });

  it("are counted for the report of a pasted list", () => {
    expect(reportOf(`${TX} ${TX} ${OTHER} job-1, REQ-7`, [OTHER])).toEqual({ found: 1, twice: 2, others: 2 });
  });

  it("are looked up once each; a lost look-up again when asked", async () => {
    const asked: string[] = [];
    let isAway = true;
    const store = new LookupStore(async (id) => {
      asked.push(id);
      return isAway
        ? { kind: "lost" }
        : id === OTHER
          ? { kind: "unknown" }
          : { kind: "known", job: "j", at: "" };
    });
    store.want([TX, OTHER]);
    store.want([TX]);
    await Promise.resolve();
    await Promise.resolve();
    expect(store.get().get(TX)).toEqual({ kind: "lost" });
    isAway = false;
    store.retry();
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual([TX, OTHER, TX, OTHER]);
    expect([store.isUnknown(TX), store.isUnknown(OTHER)]).toEqual([false, true]);
  });
});

describe("an address and a record", () => {
  it("fill in what they know and nothing else", () => {
    const search = { transaction: [TX, OTHER], fields: "amount,nonsense", purpose: "support", dispute: "x" };
    expect(prefillOf(search, options)).toEqual({ ids: [TX, OTHER], fields: ["amount"] });
    expect(prefillOf({ transaction: `${TX},${OTHER}`, purpose: "audit" }, options)).toEqual({
      ids: [TX, OTHER],
      purpose: "audit",
    });
  });

  it("restore complete answers, and ignore values of another kind", () => {
    expect(answersFrom(JSON.parse(JSON.stringify(whole)), options)).toEqual(whole);
    const odd = {
      purpose: "support",
      kind: 7,
      ids: "x",
      fields: ["amount", "secret"],
      justification: { a: 1 },
    };
    expect(answersFrom(odd, options)).toEqual({ ...blankAnswers(options), fields: ["amount"] });
  });

  it("a time of one's own comes back as it was typed", () => {
    expect(localText(instantOf("2026-12-24T12:00") ?? "")).toBe("2026-12-24T12:00");
  });
});
