import { describe, expect, it } from "vitest";
import {
  bodyOf,
  controlOf,
  type Draft,
  draftErrors,
  EMPTY,
} from "@/app/(portal)/transactions/new/_components/draft";
import { NewTransaction } from "@/lib/transactions/schema";

const draft: Draft = {
  ...EMPTY,
  jobId: " job-1 ",
  recipients: ["miner-789"],
  amount: "1250.00",
  pricing: [
    { name: "", value: "" },
    { name: "unit_price", value: "1.25" },
  ],
  references: [
    { name: "", value: "" },
    { name: "invoice", value: "NH-1" },
  ],
};

const problems = (change: Partial<Draft>) =>
  draftErrors({ ...draft, ...change }, "en").map(({ id, problem }) => `${id} ${problem}`);

describe("a new transaction", () => {
  it("takes a currency in any case, and names an invalid one before anything is sent", () => {
    expect(bodyOf({ ...draft, currency: " usd " }, "client-456", "en").currency).toBe("USD");
    expect(problems({ currency: "usd" })).toEqual([]);
    expect(problems({ currency: "dollars" })).toEqual(["new-currency currencyUnknown"]);
  });

  it("becomes the API's body without what was left empty, the sender first among the participants", () => {
    const body = bodyOf(draft, "client-456", "en");
    expect(JSON.parse(JSON.stringify(body))).toEqual({
      job_id: "job-1",
      amount: "1250.00",
      currency: "EUR",
      pricing: { unit_price: "1.25" },
      external_references: [{ scheme: "invoice", value: "NH-1" }],
      confidential: true,
      participants: ["client-456", "miner-789"],
    });
    expect(NewTransaction.safeParse(JSON.parse(JSON.stringify(body))).success).toBe(true);
  });

  it("shows each missing value at once, at its control", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ jobId: "", recipients: [] })).toEqual([
      "new-job jobNeeded",
      "new-recipients recipientNeeded",
    ]);
    expect(problems({ amount: "1250,00", currency: "" })).toEqual([
      "new-amount amountForm",
      "new-currency currencyNeeded",
    ]);
    const rows = [
      { name: "a", value: "1" },
      { name: "a", value: "2" },
      { name: "", value: "3" },
      { name: "b", value: "" },
      { name: "pricing", value: "4" },
    ];
    expect(problems({ pricing: rows })).toEqual([
      "new-pricing-1-name nameTwice",
      "new-pricing-2-name nameNeeded",
      "new-pricing-3-value valueNeeded",
      "new-pricing-4-name nameOfGroup",
    ]);
  });

  it("reads amount and prices as the reader's language writes numbers", () => {
    const change = { amount: "1.250,00", pricing: [{ name: "unit_price", value: "1,25" }] };
    expect(bodyOf({ ...draft, ...change }, "client-456", "de")).toMatchObject({
      amount: "1250.00",
      pricing: { unit_price: "1.25" },
    });
    expect(draftErrors({ ...draft, ...change }, "de")).toEqual([]);
    expect(draftErrors({ ...draft, amount: "1250.00" }, "de")).toEqual([
      { id: "new-amount", problem: "amountForm" },
    ]);
  });

  it("finds the control of a value that the server refused by its pointer", () => {
    const at = (pointer: string) => controlOf({ pointer }, draft);
    expect(["/currency", "/participants/1", "/pricing/unit_price", "/digests"].map(at)).toEqual([
      "new-currency",
      "new-recipients",
      "new-pricing-1-value",
      undefined,
    ]);
    expect(at("/external_references/0/scheme")).toBe("new-references-1-name");
  });
});
