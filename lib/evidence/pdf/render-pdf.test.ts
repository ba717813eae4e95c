import { createRequire } from "node:module";
import path from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { keysOf } from "@/lib/audit/bundle-verifier/bundle-fixture";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { readEvidencePdf, SEAL_BYTES } from "@/lib/audit/bundle-verifier/evidence/evidence-file";
import {
  evidenceFixture,
  OPERATOR,
  resign,
  signedBy,
} from "@/lib/audit/bundle-verifier/evidence/evidence-fixture";
import { encodeEvidence, evidenceCode } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { verifyEvidence } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import { renderPdf } from "@/lib/evidence/pdf/render-pdf";
import { Sheet } from "@/lib/evidence/pdf/sheet";
import { drawGroup } from "@/lib/evidence/pdf/values";
import { wordsOf } from "@/lib/evidence/pdf/words";

const signed = evidenceFixture();
const { log, receipts, witnesses } = keysOf(OPERATOR);
const POLICY = Policy.parse({ log, receipts, witnesses });
const options = { portal: "https://sealport.example", sign: signedBy() } as const;

describe("the evidence PDF", () => {
  let bytes: Uint8Array;
  let pages: number;
  beforeAll(async () => {
    ({ bytes, pages } = await renderPdf(signed, { ...options, language: "en" }));
  });

  async function open(file: Uint8Array) {
    const pdfjs = await import("pdfjs-dist/legacy/build/pdf.mjs");
    const fonts = path.join(
      path.dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json")),
      "standard_fonts/",
    );
    return pdfjs.getDocument({ data: file.slice(), standardFontDataUrl: fonts, verbosity: 0 }).promise;
  }

  async function textOf(file: Uint8Array): Promise<string> {
    const document = await open(file);
    const texts: string[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const content = await (await document.getPage(number)).getTextContent();
      texts.push(content.items.map((item) => ("str" in item ? item.str : "")).join(" "));
    }
    return texts.join("\n");
  }

  test("the file says that it is PDF/A-3b and has the statement attached as it was signed", async () => {
    const document = await open(bytes);
    expect(document.numPages).toBe(pages);
    const { metadata } = await document.getMetadata();
    expect(metadata.getRaw()).toMatch(/<pdfaid:part>3<\/pdfaid:part>\s*<pdfaid:conformance>B</);
    const attachments: Record<string, { content: Uint8Array }> = await document.getAttachments();
    expect(Object.keys(attachments).sort()).toEqual(["README.txt", "evidence.json", "seal.json"]);
    expect(new TextDecoder().decode(attachments["evidence.json"]?.content)).toBe(encodeEvidence(signed));
  });

  test("its pages show values, authority, deciders, code, and no value that is sealed", async () => {
    const text = await textOf(bytes);
    for (const shown of [
      "482,150.00 EUR",
      "102 O 88/26",
      "Landgericht Berlin II",
      "Mara Lindqvist",
      "Ines Falkner",
      "EV-2026-0012",
      evidenceCode(signed.statement),
      "20 Nov 2026",
      "20 Dec 2026",
      "8 of 10",
      "Under seal until 1 Mar 2027",
      "••••••••",
    ])
      expect(text).toContain(shown);
    expect(text).not.toContain("Nordwind");
    expect(text).not.toContain("Rechenzeit");
  });

  test("each page names the maker", async () => {
    const text = await textOf(bytes);
    expect(text.split("\n").every((page) => page.includes("Made by Ines Falkner"))).toBe(true);
  });

  test("the file verifies, and any changed byte of it is found", () => {
    expect(verifyEvidence(bytes, POLICY)).toMatchObject({ verdict: "unchanged", isPdf: true });
    for (const at of [20, Math.floor(bytes.length / 2), bytes.length - 12]) {
      const other = bytes.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      expect(verifyEvidence(other, POLICY).fault?.step ?? "unread").toBe("file");
    }
  });

  test.each<[string, (seal: string) => string]>([
    ["a space more", (seal) => seal.replace('"v":1', '"v": 1')],
    ["a member that is there twice", (seal) => seal.replace('"log":', '"log":"Paid in full","log":')],
    ["another place of the statement", (seal) => seal.replace(/"at":\d+/, '"at":7')],
    ["a longer statement", (seal) => seal.replace(/"length":(\d+)/, (_, n) => `"length":${Number(n) + 1}`)],
  ])("a seal with %s is found, though its digest leaves it out", (_name, change) => {
    const text = Buffer.from(bytes).toString("latin1");
    const at = text.search(/\{"digest":"[\w-]{43}","kind":"sealport\/evidence-file"/);
    const seal = text.slice(at, at + SEAL_BYTES);
    const other = change(seal).trimEnd().padEnd(SEAL_BYTES);
    expect(other).not.toBe(seal);
    const file = Buffer.from(
      text.replace(seal, () => other),
      "latin1",
    );
    expect(file).toHaveLength(bytes.length);
    expect(verifyEvidence(file, POLICY).fault?.step).toBe("file");
  });

  test("a changed attached value is named before the file", () => {
    const text = Buffer.from(bytes).toString("latin1");
    const other = Buffer.from(text.replaceAll('"amount":"482150.00"', '"amount":"982150.00"'), "latin1");
    expect(verifyEvidence(other, POLICY).fault).toMatchObject({ step: "values" });
  });

  test("a file is sealed even if a value contains the text of the seal", async () => {
    const { statement } = structuredClone(signed);
    const pricing = statement.records[0]?.groups[1];
    Object.assign(pricing?.fields ?? {}, { digest: "A".repeat(43), kind: "sealport/evidence-file" });
    const file = await renderPdf(resign(statement), { ...options, language: "en" });
    expect(verifyEvidence(file.bytes, POLICY).fault?.step).toBe("values");
    expect(readEvidencePdf(file.bytes).text).toBe(encodeEvidence(resign(statement)));
    const other = file.bytes.slice();
    other[20] = (other[20] ?? 0) ^ 1;
    expect(readEvidencePdf(other).digest).not.toBe(readEvidencePdf(other).seal.digest);
  });

  test("the time for a value grows with its length, and a very long value is cut", async () => {
    const sheet = new Sheet({ title: "", subject: "", language: "en", madeAt: new Date(0) });
    const measured = vi.spyOn(sheet, "widthOf");
    expect(sheet.wrap("x".repeat(100_000), 300).join("")).toHaveLength(100_000);
    expect(measured.mock.calls.length).toBeLessThan(10);
    const narrative = "line\n".repeat(100_000);
    const group = { group: "narrative", shown: "plain", fields: { narrative } } as const;
    expect(await drawGroup({ sheet, words: wordsOf("en"), language: "en" }, group, 5)).toBe(5);
    expect(sheet.doc.bufferedPageRange().count).toBe(1);
    expect(wordsOf("en").cut(99_995)).toMatch(/^99,995 more lines/);
    expect(wordsOf("de").cut(99_995)).toMatch(/^99\.995 weitere Zeilen/);
    expect(wordsOf("en").cut(1)).toMatch(/^1 more line is/);
    expect(wordsOf("de").cut(1)).toMatch(/^1 weitere Zeile ist/);
  });

  test("the German file has German words", async () => {
    const german = await renderPdf(signed, { ...options, language: "de" });
    const text = await textOf(german.bytes);
    for (const shown of [
      "Beweisdatei zu geöffneten Werten",
      "Rechtsgrundlage",
      "Gerichtsbeschluss 102 O 88/26",
      "482.150,00 EUR",
      "Seite 1 von",
    ])
      expect(text).toContain(shown);
  });

  test("amounts and prices are printed as the file's language writes them, and attached as sent", async () => {
    const { statement } = structuredClone(signed);
    const [amount, pricing] = statement.records[0]?.groups ?? [];
    Object.assign(amount?.fields ?? {}, { amount: "-1250000.000000000000000001" });
    Object.assign(pricing?.fields ?? {}, { unit_price: "1250.25", year: "2026" });
    const changed = resign(statement);
    for (const [language, figures] of [
      ["en", ["-1,250,000.000000000000000001 EUR", "1,250.25", "2026"]],
      ["de", ["-1.250.000,000000000000000001 EUR", "1.250,25", "2026"]],
    ] as const) {
      const file = await renderPdf(changed, { ...options, language });
      const text = await textOf(file.bytes);
      for (const figure of figures) expect(text).toContain(figure);
      expect(readEvidencePdf(file.bytes).text).toContain('"amount":"-1250000.000000000000000001"');
    }
  });
});
