import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { pdfOf } from "@/lib/testing/benches/documents";
import {
  createCourt,
  type PdfWish,
  signPdf,
  type TestCourt,
} from "@/lib/testing/servers/certificate-authority";
import { asRefusal, checkDocumentSignature } from "./cms";
import { findPdfSignature } from "./pades";

const FACTS = { issuer: "Landgericht Berlin", jurisdiction: "DE" };
const PDF = Uint8Array.from(pdfOf(400));

let court: TestCourt;
let lists: readonly Uint8Array[];
let signed: Uint8Array;

const sign = (wish: PdfWish = {}, pdf: Uint8Array = PDF) =>
  signPdf(pdf, (content) => court.sign(content), wish);

beforeAll(async () => {
  court = await createCourt();
  lists = await court.lists();
  signed = await sign();
});

async function wordsOf(pdf: Uint8Array): Promise<string> {
  try {
    const found = findPdfSignature(pdf);
    if (found === undefined) return "not signed";
    const anchors = [{ id: "anchor", ...FACTS, certificate: court.anchor }];
    const trust = { at: new Date(), anchors, certificates: [], lists, facts: FACTS };
    const { report } = await checkDocumentSignature(found, trust);
    return [report.indication, report.fault].filter((word) => word !== undefined).join(" ");
  } catch (error) {
    return asRefusal(error).fault;
  }
}
const changed = (from: string, to: string, pdf = signed): Uint8Array =>
  Uint8Array.from(Buffer.from(Buffer.from(pdf).toString("latin1").replace(from, to), "latin1"));

describe("a signature inside a PDF", () => {
  it("a signature passes when it covers the whole file except its own digits", async () => {
    expect(await wordsOf(signed)).toBe("TOTAL-PASSED");
    expect(await wordsOf(await sign({ subFilter: "adbe.pkcs7.detached" }))).toBe("TOTAL-PASSED");
    expect(await wordsOf(PDF)).toBe("not signed");
  });

  it("only a signature of the kind that allows it may lack an attribute that names its certificate", async () => {
    const plain = (content: Uint8Array) => court.sign(content, { options: [] });
    expect(await wordsOf(await signPdf(PDF, plain, { subFilter: "adbe.pkcs7.detached" }))).toBe(
      "TOTAL-PASSED",
    );
    expect(await wordsOf(await signPdf(PDF, plain))).toBe("INDETERMINATE signing-certificate");
  });

  it("a signature fails when a byte of the file was altered, before or after it", async () => {
    expect(await wordsOf(changed("%PDF-1.", "%PDF-2."))).toBe("TOTAL-FAILED document");
    expect(await wordsOf(changed("/M (D:2026", "/M (D:2025"))).toBe("TOTAL-FAILED document");
  });

  it("a signature never passes when the file continues after the signed part", async () => {
    for (const more of ["\n", "\n%%EOF\n", "\n10 0 obj\n<< /Type /Page >>\nendobj\nstartxref\n9\n%%EOF\n"])
      expect(await wordsOf(Uint8Array.from([...signed, ...utf8(more)]))).toBe("later-changes");
    // A second signature covers everything before it, and is the one that is checked.
    expect(await wordsOf(await sign({}, signed))).toBe("TOTAL-PASSED");
    const unknown = await signPdf(signed, async () => utf8("0"), {});
    expect(await wordsOf(unknown)).toBe("TOTAL-FAILED form");
  });

  it("a signature never passes when its byte range leaves out more than its own digits, or begins elsewhere", async () => {
    const ranges: readonly ((numbers: readonly number[]) => readonly number[])[] = [
      ([, b = 0, c = 0, d = 0]) => [1, b - 1, c, d],
      ([a = 0, b = 0, c = 0, d = 0]) => [a, b - 1, c, d],
      ([a = 0, b = 0, c = 0, d = 0]) => [a, b, c + 1, d - 1],
      ([a = 0, b = 0, c = 0, d = 0]) => [a, b - 100, c + 20, d - 20],
      ([a = 0, b = 0, c = 0, d = 0]) => [a, b, c, d + 1],
      ([a = 0, b = 0, , d = 0]) => [a, b, b, d],
      ([a = 0, b = 0, c = 0]) => [a, b, c],
      ([a = 0, b = 0, c = 0, d = 0]) => [a, b, c, d, 0, 0],
      () => [0, 0, 0, 0],
      () => [],
    ];
    for (const range of ranges) expect(await wordsOf(await sign({ range }))).toBe("byte-range");
    const short = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) => [a, b, c, d - 1];
    expect(await wordsOf(await sign({ range: short }))).toBe("later-changes");
  });

  it("a signature never passes when another reader could find other digits: twice, spelt differently, with blanks, filled", async () => {
    expect(await wordsOf(await sign({ more: "/Contents <00> " }))).toBe("form");
    expect(await wordsOf(await sign({ more: "/Cont#65nts <00> " }))).toBe("form");
    expect(await wordsOf(await sign({ more: "/ByteRange [0 1 2 3] " }))).toBe("form");
    expect(await wordsOf(await sign({ filling: " " }))).toBe("form");
    expect(await wordsOf(await sign({ filling: "1" }))).toBe("form");
    expect(await wordsOf(await sign({ filling: "z" }))).toBe("form");
  });

  it("a signature of another kind is not checked, and the report says so", async () => {
    for (const subFilter of ["ETSI.RFC3161", "adbe.pkcs7.sha1", "adbe.x509.rsa_sha1"])
      expect(await wordsOf(await sign({ subFilter }))).toBe("sub-filter");
  });

  it("a comment or a text that looks like a signature is not one, and a fake after a real one makes it fail", async () => {
    const text = utf8("\n% /ByteRange [0 1 2 3]\n%%EOF\n");
    expect(await wordsOf(Uint8Array.from([...PDF, ...text]))).toBe("form");
    const cheat = utf8("\n11 0 obj\n<< /ByteRange [0 10 20 9999] /Contents <00> >>\nendobj\n%%EOF\n");
    expect(await wordsOf(Uint8Array.from([...signed, ...cheat]))).toBe("byte-range");
  });

  it("the search for a signature has limits, whatever a file contains", async () => {
    const many = utf8("1 0 obj << /ByteRange ( ".repeat(20_000));
    expect(await wordsOf(Uint8Array.from([...utf8("%PDF-1.4\n"), ...many]))).toBe("form");
    const deep = utf8(`%PDF-1.4\n1 0 obj ${"<< /A ".repeat(50)} /ByteRange`);
    expect(await wordsOf(deep)).toBe("form");
  });
});
