import { describe, expect, it } from "vitest";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { NewPasskey } from "@/lib/identity/account/schema";
import { visibleLine, visibleText } from "@/lib/schema";
import { NewTransaction } from "@/lib/transactions/schema";

const HIDDEN = {
  ESC: "\u001b",
  BEL: "\u0007",
  NUL: "\u0000",
  CSI: "\u009b",
  "a line separator": "\u2028",
  "a right-to-left override": "\u202e",
  "a left-to-right embedding": "\u202a",
  "an isolate": "\u2066",
  "half a surrogate": "\ud800",
};
const wrongPaths = (result: { error?: { issues: readonly { path: PropertyKey[] }[] } | undefined }) =>
  result.error?.issues.map((issue) => issue.path.join("/"));

describe("text that people read", () => {
  it.each(Object.entries(HIDDEN))("has no %s", (_name, sign) => {
    for (const schema of [visibleLine(40), visibleText(40)])
      expect(schema.safeParse(`Gericht${sign}nilreB`).success).toBe(false);
    const transaction = { job_id: `job-${sign}1`, participants: ["client-1"] };
    expect(wrongPaths(NewTransaction.safeParse(transaction))).toEqual(["job_id"]);
    const facts = {
      issuer: `Land${sign}gericht`,
      jurisdiction: "DE",
      kind: "court_order",
      case_number: `18 O${sign} 1/26`,
      valid_from: "2026-11-01",
      valid_until: "2026-12-01",
    };
    expect(wrongPaths(AuthorizationFactsBody.safeParse(facts))).toEqual(["issuer", "case_number"]);
    expect(wrongPaths(NewPasskey.safeParse({ label: `Key${sign}1`, attestation: {} }))).toContain("label");
  });

  it("may break lines where it is long, and never where it is a name", () => {
    expect(visibleText(40).safeParse("one\r\n\ttwo").success).toBe(true);
    expect(visibleLine(40).safeParse("one\ntwo").success).toBe(false);
  });

  it("is any script, with its marks", () => {
    for (const name of [
      "Landgericht Köln – 3. Kammer",
      "محكمة\u200f النقض",
      "בית המשפט\u200e 7",
      "क्ष\u200d",
      "👩‍⚖️",
    ])
      expect(visibleLine(60).parse(name)).toBe(name);
  });
});
