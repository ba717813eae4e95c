import { describe, expect, it } from "vitest";
import { documentType } from "@/lib/access/documents/document-type";
import { elementEnd } from "@/lib/crypto/document/der";
import { containsScript } from "@/lib/crypto/document/script";
import { DomainError } from "@/lib/errors";
import { JPEG, P7M, PDF, pdfOf, pngWith, TIFF, zipEnd } from "@/lib/testing/benches/documents";

const FILES = {
  pdf: ["order.pdf", "application/pdf"],
  png: ["scan.png", "image/png"],
  jpeg: ["scan.jpg", "image/jpeg"],
  tiff: ["scan.tif", "image/tiff"],
  p7m: ["order.p7m", "application/pkcs7-mime"],
} as const;

function verdict(kind: keyof typeof FILES, ...parts: readonly (Uint8Array | string)[]): string {
  const [filename, mediaType] = FILES[kind];
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  try {
    return documentType({ filename, mediaType, bytes });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error.code, error.extra.reason].filter((part) => part !== undefined).join(" ");
  }
}

const PNG = pngWith();
const ARCHIVE = "document.polyglot archive";
const FOLLOWED = "document.polyglot followed";
const SCRIPT = "document.polyglot script";
const CUT = "document.truncated";
const END = "\nstartxref\n9\n%%EOF\n";

describe("form of one whole document", () => {
  it.each([
    ["pdf", PDF],
    ["png", PNG],
    ["png", pngWith("made by a scanner, 300 < 600 dpi")],
    ["jpeg", JPEG],
    ["tiff", TIFF],
    ["p7m", P7M],
  ] as const)("%s", (kind, bytes) => {
    expect(verdict(kind, bytes)).toBe(FILES[kind][1]);
  });

  it("a camera's JPEG with a second picture and zeros after it, and a TIFF padded to an even length, are whole", () => {
    expect(verdict("jpeg", JPEG, JPEG, Buffer.alloc(7))).toBe("image/jpeg");
    const odd = Buffer.from(TIFF);
    odd[odd.length - 12] = 3;
    expect(verdict("tiff", odd.subarray(0, -1), Buffer.alloc(1))).toBe("image/tiff");
  });
});

describe("a file that is also a ZIP archive", () => {
  it.each([
    ["whose comment holds the PDF's own end", "pdf", [PDF.subarray(0, 80), zipEnd(END.length), END]],
    ["in a PDF's last bytes, its comment cut short", "pdf", [PDF.subarray(0, 80), zipEnd(3), END]],
    ["behind a JPEG", "jpeg", [JPEG, zipEnd(0)]],
    ["between a JPEG's last mark and another", "jpeg", [JPEG, zipEnd(2), Buffer.from("ffd9", "hex")]],
    [
      "in a comment of a JPEG",
      "jpeg",
      [JPEG.subarray(0, 2), Buffer.from("fffe0018", "hex"), zipEnd(27), JPEG.subarray(2)],
    ],
    ["behind a PNG", "png", [PNG, zipEnd(0)]],
    ["in a text of a PNG", "png", [pngWith(zipEnd(50).toString("latin1"))]],
    ["behind a TIFF", "tiff", [TIFF, zipEnd(0)]],
  ] as const)("%s is refused by name", (_, kind, parts) => {
    expect(verdict(kind, ...parts)).toBe(ARCHIVE);
  });

  it("an archive with a false disk number is detected by its directory", () => {
    const record = zipEnd(END.length);
    record.writeUInt16LE(7, 4);
    record.writeUInt32LE(46, 12);
    const directory = Buffer.alloc(46);
    directory.writeUInt32BE(0x504b0102, 0);
    expect(verdict("pdf", PDF.subarray(0, 80), directory, record, END)).toBe(ARCHIVE);
  });

  it("four bytes that only look like an archive's mark are accepted", () => {
    const chance = Buffer.concat([Buffer.from("504b0506", "hex"), Buffer.alloc(18, 0x41)]);
    expect(verdict("pdf", PDF.subarray(0, 80), chance, END)).toBe("application/pdf");
  });

  it("a mark further from the end than archive programs search is accepted", () => {
    const far = [pdfOf(200).subarray(0, 80), zipEnd(0), Buffer.alloc(70_000, 0x20), END];
    expect(verdict("pdf", ...far)).toBe("application/pdf");
  });
});

describe("bytes after a picture's end", () => {
  it.each([
    ["png", PNG],
    ["jpeg", JPEG],
    ["tiff", TIFF],
    ["p7m", P7M],
  ] as const)("%s: is refused by name", (kind, bytes) => {
    expect(verdict(kind, bytes, "MZ another file")).toBe(FOLLOWED);
  });

  it.each([
    ["png", PNG],
    ["jpeg", JPEG],
    ["tiff", TIFF],
    ["p7m", P7M],
  ] as const)("%s: cut off anywhere, it is not whole", (kind, bytes) => {
    for (let end = 14; end < bytes.length; end += 1)
      expect(verdict(kind, bytes.subarray(0, end)), String(end)).toBe(CUT);
  });
});

describe("a script in a picture", () => {
  it.each([
    ["in a PNG's text", "png", [pngWith("<script>alert(1)</script>")]],
    ["in capitals", "png", [pngWith("<ScRiPt src=x>")]],
    ["for a server", "png", [pngWith("<?php system($_GET[0]);")]],
    [
      "in a JPEG's comment",
      "jpeg",
      [JPEG.subarray(0, 2), Buffer.from("fffe000a", "hex"), "<script>", JPEG.subarray(2)],
    ],
  ] as const)("%s is refused by name", (_, kind, parts) => {
    expect(verdict(kind, ...parts)).toBe(SCRIPT);
  });

  it("the search works in place: a picture full of partial marks does not cost other users seconds", () => {
    let pieces = 0;
    class Counted extends Uint8Array {
      override subarray(begin?: number, end?: number): Counted {
        pieces += 1;
        return new Counted(super.subarray(begin, end));
      }
    }
    expect(containsScript(new Counted(4_096).fill(0x3c))).toBe(false);
    expect(containsScript(new Counted(Buffer.from("<<<s<SCRIPT")))).toBe(true);
    expect(containsScript(new Counted(Buffer.from("<svg onloa")))).toBe(false);
    expect(pieces).toBe(0);
  });
});

describe("damaged pictures", () => {
  it("a PNG with a wrong chunk checksum is not whole", () => {
    const altered = Buffer.from(PNG);
    altered[20] = (altered[20] ?? 0) ^ 1;
    expect(verdict("png", altered)).toBe(CUT);
  });

  it("a TIFF with circular or endlessly overlapping directories is read once and soon rejected", () => {
    const circle = Buffer.from(TIFF);
    circle.writeUInt32LE(8, 58);
    expect(verdict("tiff", circle)).toBe("image/tiff");
    const many = Buffer.alloc(1_048_576, 0xff);
    many.set(TIFF.subarray(0, 10));
    for (let at = 8; at + 6 < many.length; at += 2) many.writeUInt16LE(60_000, at);
    expect(verdict("tiff", many)).toBe(CUT);
  });

  it("a TIFF with endlessly nested directories is rejected", () => {
    const deep = Buffer.alloc(8 + 18 * 20_000 + 18);
    deep.set(TIFF.subarray(0, 4));
    deep.writeUInt32LE(8, 4);
    for (let at = 8; at + 36 <= deep.length; at += 18) {
      deep.writeUInt16LE(1, at);
      // One field: SubIFDs, LONG, one value.
      deep.writeUInt16LE(330, at + 2);
      deep.writeUInt16LE(4, at + 4);
      deep.writeUInt32LE(1, at + 6);
      deep.writeUInt32LE(at + 18, at + 10);
    }
    expect(verdict("tiff", deep)).toBe(CUT);
  });

  it("a TIFF whose strips have no lengths has no end", () => {
    const none = Buffer.from(TIFF);
    none.writeUInt16LE(280, 46);
    expect(verdict("tiff", none)).toBe(CUT);
  });

  it("a BER element of indefinite length ends with its own zeros, not with the file's", () => {
    const open = Buffer.from("30800401300000", "hex");
    expect(elementEnd(open)).toBe(open.length);
    expect(elementEnd(Buffer.concat([open, Buffer.from("414200", "hex"), Buffer.from("0000", "hex")]))).toBe(
      open.length,
    );
    expect(elementEnd(Buffer.from("308004013000", "hex"))).toBeUndefined();
    expect(elementEnd(Buffer.alloc(400, 0x30))).toBe(50);
  });
});
