import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { DomainError } from "@/lib/errors";
import { type Multipart, readMultipart } from "@/lib/http/body/read-multipart";
import { callOf } from "@/lib/http/endpoint/call-request";

const MIB = 1_048_576;
const SPEC = { json: "facts", files: ["document"] };
const HEAD =
  '--b\r\nContent-Disposition: form-data; name="facts"\r\n\r\n{"a":1}\r\n--b\r\nContent-Disposition: form-data; name="document"; filename="order.pdf"\r\nContent-Type: application/pdf\r\n\r\n';
const END = "\r\n--b--\r\n";

/** A document's body of this many bytes that comes in pieces as on a network, and its announced length. */
function upload(document: Uint8Array, announced?: number): { request: Request; pulled: () => number } {
  const body = Buffer.concat([Buffer.from(HEAD), document, Buffer.from(END)]);
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (sender) => {
      if (at >= body.length) return sender.close();
      sender.enqueue(new Uint8Array(body.subarray(at, at + 65_521)));
      at += 65_521;
    },
  });
  const headers = {
    "content-type": "multipart/form-data; boundary=b",
    ...(announced === undefined ? {} : { "content-length": String(announced) }),
  };
  const init = { method: "POST", body: stream, headers, duplex: "half" };
  return { request: new Request("http://portal/x", init), pulled: () => Math.min(at, body.length) };
}

const read = (request: Request): Promise<Multipart> =>
  readMultipart(callOf(request), request.headers.get("content-type") ?? "", SPEC);

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return "read";
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

function pattern(bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return made;
}

it.each([0, 1, 65_536, 15 * MIB, 20 * MIB])(
  "a document of %i bytes is whole, and its digest that of what came",
  async (bytes) => {
    const document = pattern(bytes);
    const { files, body } = await read(upload(document, document.length + HEAD.length + END.length).request);
    expect(body).toEqual({ a: 1 });
    expect(files.document?.bytes.length).toBe(bytes);
    const digest = createHash("sha256").update(document).digest("base64url");
    expect(files.document?.sha256).toBe(digest);
    expect(
      createHash("sha256")
        .update(files.document?.bytes ?? "")
        .digest("base64url"),
    ).toBe(digest);
  },
);

it("one byte more than 20 MB is refused, and so are bytes that were announced and did not come", async () => {
  expect(await codeOf(read(upload(Buffer.alloc(20 * MIB + 1)).request))).toBe("request.too-large");
  expect(await codeOf(read(upload(Buffer.alloc(100), 5_000).request))).toBe("request.malformed");
  expect(await codeOf(read(upload(Buffer.alloc(100), 21 * MIB).request))).toBe("request.too-large");
});

it("of a body without end no more is read than a document may have", async () => {
  const { request, pulled } = upload(Buffer.alloc(40 * MIB));
  expect(await codeOf(read(request))).toBe("request.too-large");
  expect(pulled()).toBeLessThan(21 * MIB);
});

it("a refusal within the body is answered after the rest has passed", async () => {
  const wrong = HEAD.replace('"document"', '"other"');
  const body = Buffer.concat([Buffer.from(wrong), Buffer.alloc(3 * MIB), Buffer.from(END)]);
  const request = new Request("http://portal/x", {
    method: "POST",
    body,
    headers: { "content-type": "multipart/form-data; boundary=b" },
  });
  expect(await codeOf(read(request))).toBe("request.invalid");
  expect(request.bodyUsed).toBe(true);
});
