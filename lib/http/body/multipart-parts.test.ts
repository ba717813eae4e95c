import Busboy from "@fastify/busboy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "@/lib/errors";
import { boundaryOf, MultipartParts } from "@/lib/http/body/multipart-parts";

interface Part {
  readonly name: string;
  readonly filename: string | undefined;
  readonly mediaType: string;
  readonly content: string;
}

/** Reads a body that arrives in pieces of this many bytes; gives its parts, or the code of the refusal. */
function read(body: string | Buffer, size: number, boundary = "b"): Part[] | string {
  const parts: Part[] = [];
  const reader = new MultipartParts(boundary, (head) => {
    let content = "";
    return {
      write: (bytes) => {
        content += Buffer.from(bytes).toString("latin1");
      },
      end: () => parts.push({ ...head, content }),
    };
  });
  const bytes = Buffer.from(body);
  try {
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    reader.finish();
    return parts;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/** The parts as busboy reads them (ADR 0051). */
function readByBusboy(body: Buffer): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parts: Part[] = [];
    const headers = { "content-type": "multipart/form-data; boundary=b" } as const;
    const busboy = new Busboy({ headers, isPartAFile: () => true, preservePath: true });
    busboy.on("file", (name, file, filename, _encoding, mediaType) => {
      const pieces: Buffer[] = [];
      file.on("data", (piece: Buffer) => pieces.push(piece));
      file.on("end", () =>
        parts.push({ name, filename, mediaType, content: Buffer.concat(pieces).toString("latin1") }),
      );
    });
    busboy.on("finish", () => resolve(parts)).on("error", reject);
    busboy.end(body);
  });
}

const field = (name: string, content: string, more = ""): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
const END = "--b--\r\n";
const SIZES = [1, 2, 3, 5, 7, 16, 1_000];
const MALFORMED = "request.malformed";

describe("a multipart body", () => {
  it.each(SIZES)("that arrives in pieces of %i bytes has its original parts", (size) => {
    const file =
      '--b\r\ncontent-disposition: form-data; name="document"; filename="a%22b.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--\r\n--a\r\n\r\n';
    const body = `${field("facts", "{}")}${file}\r\n${field("empty", "")}${END}`;
    expect(read(body, size)).toEqual([
      { name: "facts", filename: undefined, mediaType: "text/plain", content: "{}" },
      {
        name: "document",
        filename: 'a"b.pdf',
        mediaType: "application/pdf",
        content: "%PDF\r\n--\r\n--a\r\n\r\n",
      },
      { name: "empty", filename: undefined, mediaType: "text/plain", content: "" },
    ]);
  });

  it("has the parts that another reader finds in it", async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    // Line ends and dashes are where two readers could disagree.
    const content = fc
      .array(fc.constantFrom("\r\n", "--", "b", "-", "\r", "\n", "\r\n--", "x", "\0"), { maxLength: 12 })
      .map((pieces) => pieces.join(""))
      .filter((text) => !`\r\n${text}\r\n`.includes("\r\n--b"));
    const part = fc.record({
      name,
      content,
      filename: fc.option(fc.stringMatching(/^[A-Za-z0-9 .äöü-]{1,12}$/), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        const texts = parts.map((one) =>
          field(one.name, one.content, one.filename === undefined ? "" : `; filename="${one.filename}"`),
        );
        const body = Buffer.from(`${texts.join("")}${END}`);
        const found = await readByBusboy(body);
        expect(found.map((one) => one.content)).toEqual(parts.map((one) => one.content));
        for (const size of [1, 7, 1_000]) expect(read(body, size)).toEqual(found);
      }),
      { numRuns: 200 },
    );
  });

  it("as the platform writes it is read alike", async () => {
    const form = new FormData();
    form.set("facts", "{}");
    form.set(
      "document",
      new File([Buffer.from("ä\r\n--b")], 'Beschluß "1".pdf', { type: "application/pdf" }),
    );
    const response = new Response(form);
    const type = response.headers.get("content-type") ?? "";
    const parts = read(Buffer.from(await response.arrayBuffer()), 11, boundaryOf(type));
    expect(parts).toMatchObject([{ name: "facts" }, { name: "document", filename: 'Beschluß "1".pdf' }]);
  });

  it.each([
    ["nothing", ""],
    ["no last boundary", field("facts", "{}")],
    ["a last boundary cut off", `${field("facts", "{}")}--b-`],
    ["something before its first boundary", `preamble\r\n${field("facts", "{}")}${END}`],
    ["something behind its last boundary", `${field("facts", "{}")}${END}more`],
    ["blanks behind a boundary", '--b \r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--'],
    ["a boundary that continues", '--bc\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--'],
    ["a part without a head", "--b\r\n\r\nx\r\n--b--"],
    ["a part without a name", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"],
    [
      "a part that does not belong to a form",
      '--b\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b--',
    ],
    ["two names", field("a", "x", '; name="c"') + END],
    [
      "two heads of one kind",
      '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="c"\r\n\r\nx\r\n--b--',
    ],
    [
      "an encoding",
      '--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--',
    ],
    ["a head without end", `--b\r\nX: ${"y".repeat(9_000)}`],
  ])("with %s is refused, however it arrives", (_, body) => {
    for (const size of SIZES) expect(read(body, size), String(size)).toBe(MALFORMED);
  });

  it("has a boundary of the form that the standard allows", () => {
    expect(boundaryOf('multipart/form-data; boundary="a b"; x=1'.replace("a b", "a-b"))).toBe("a-b");
    expect(boundaryOf("multipart/form-data; charset=utf-8; boundary=abc")).toBe("abc");
    for (const type of [
      "multipart/form-data",
      "multipart/form-data; boundary=",
      `x; boundary=${"a".repeat(71)}`,
    ])
      expect(() => boundaryOf(type)).toThrow(DomainError);
  });
});
