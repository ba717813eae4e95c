import { describe, expect, it } from "vitest";
import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { DomainError } from "@/lib/errors";
import { callOf } from "@/lib/http/endpoint/call-request";
import { parseInput } from "@/lib/http/endpoint/parse-input";

const create = operation({
  id: "create",
  method: "POST",
  path: "/confidential/things/{id}",
  summary: "test",
  scopes: "any",
  roles: "any",
  params: z.strictObject({ id: z.uuid() }),
  query: z.strictObject({ limit: z.string().optional() }),
  body: z.strictObject({
    name: z.string(),
    size: z.number().optional(),
    list: z.array(z.string()).optional(),
  }),
  response: { status: 201 },
  rate: "writes",
  action: "thing.create",
});
const upload = operation({ ...create, id: "upload", upload: { json: "facts", files: ["document"] } });
const bare = operation({
  id: "bare",
  method: "POST",
  path: "/x",
  summary: "test",
  scopes: "any",
  roles: "any",
  response: { status: 200 },
  rate: "writes",
  action: "x",
});

const id = "01890000-0000-7000-8000-000000000000";
const url = `http://portal/confidential/things/${id}`;

function post(body: string | Uint8Array, headers: Record<string, string> = {}, target = url): Request {
  return new Request(target, {
    method: "POST",
    body: typeof body === "string" ? body : Uint8Array.from(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

async function refusal(
  request: Request,
  spec: typeof create | typeof upload | typeof bare = create,
  params = { id },
) {
  try {
    await parseInput(spec, callOf(request), params);
  } catch (error) {
    if (error instanceof DomainError) return { status: error.status, code: error.code, errors: error.errors };
    throw error;
  }
  return undefined;
}

describe("parsing a request", () => {
  it("gives the use case parsed params, query and body", async () => {
    const { input, bodyBytes } = await parseInput(
      create,
      callOf(post('{"name":"a"}', {}, `${url}?limit=3`)),
      { id },
    );
    expect(input).toEqual({ params: { id }, query: { limit: "3" }, body: { name: "a" }, files: {} });
    expect(bodyBytes.length).toBe(12);
  });

  it("answers 400 to a body that is not JSON and 422 to JSON that programs may read differently", async () => {
    expect(await refusal(post("{"))).toMatchObject({ status: 400, code: "request.malformed" });
    expect(await refusal(post(""))).toMatchObject({ status: 400 });
    expect(await refusal(post(Uint8Array.of(0x22, 0xff, 0x22)))).toMatchObject({ status: 400 });
    expect(await refusal(post('{"name":"a","name":"b"}'))).toMatchObject({
      status: 422,
      errors: [{ pointer: "/name", detail: "a member occurs twice" }],
    });
    expect(await refusal(post('{"name":"a","size":12345678901234567890}'))).toMatchObject({ status: 422 });
  });

  it("names unknown members, wrong types and U+0000 by JSON Pointer", async () => {
    expect(await refusal(post('{"name":"a","a/b":1}'))).toMatchObject({
      status: 422,
      errors: [{ pointer: "/a~1b" }],
    });
    expect(await refusal(post('{"name":1}'))).toMatchObject({ errors: [{ pointer: "/name" }] });
    expect(await refusal(post('{"name":"a","list":["x","\\u0000"]}'))).toMatchObject({
      status: 422,
      errors: [{ pointer: "/list/1" }],
    });
  });

  it("never echoes a value in a validation error", async () => {
    const answer = await refusal(post('{"name":{"canary":"CANARY-77"}}'));
    expect(JSON.stringify(answer)).not.toContain("CANARY-77");
  });

  it("refuses other media types, content encodings and bodies that are too large", async () => {
    expect(await refusal(post("a", { "content-type": "text/plain" }))).toMatchObject({ status: 415 });
    expect(await refusal(post('{"name":"a"}', { "content-encoding": "gzip" }))).toMatchObject({
      status: 415,
    });
    expect(await refusal(post(`{"name":"${"a".repeat(1_048_577)}"}`))).toMatchObject({ status: 413 });
    expect(await refusal(post("{}", { "content-length": "99999999" }))).toMatchObject({ status: 413 });
  });

  it("refuses a body shorter than Content-Length announced", async () => {
    expect(await refusal(post('{"name":"a"}', { "content-length": "20" }))).toMatchObject({ status: 400 });
  });

  it("answers 404 to a path parameter that cannot name a record", async () => {
    expect(await refusal(post('{"name":"a"}'), create, { id: "nonsense" })).toMatchObject({ status: 404 });
  });

  it("refuses unknown and repeated query parameters", async () => {
    expect(await refusal(post('{"name":"a"}', {}, `${url}?other=1`))).toMatchObject({
      errors: [{ pointer: "/other" }],
    });
    expect(await refusal(post('{"name":"a"}', {}, `${url}?limit=1&limit=2`))).toMatchObject({ status: 422 });
  });

  it("takes an empty body where the operation declares none and refuses members there", async () => {
    const empty = new Request("http://portal/x", { method: "POST" });
    expect(await refusal(empty, bare)).toBeUndefined();
    expect(await refusal(post("{}", {}, "http://portal/x"), bare)).toBeUndefined();
    expect(await refusal(post('{"a":1}', {}, "http://portal/x"), bare)).toMatchObject({ status: 422 });
  });
});

describe("uploads", () => {
  function form(entries: [string, string | Blob][]): Request {
    const data = new FormData();
    for (const [name, value] of entries) data.append(name, value);
    return new Request(url, { method: "POST", body: data });
  }

  it("give the JSON part parsed and each file whole", async () => {
    const file = new File([Uint8Array.of(1, 2, 3)], "order.pdf", { type: "application/pdf" });
    const { input } = await parseInput(
      upload,
      callOf(
        form([
          ["facts", '{"name":"a"}'],
          ["document", file],
        ]),
      ),
      { id },
    );
    expect(input.body).toEqual({ name: "a" });
    expect(input.files.document).toEqual({
      filename: "order.pdf",
      mediaType: "application/pdf",
      bytes: Uint8Array.of(1, 2, 3),
      sha256: "A5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc-4E",
    });
  });

  it("refuse parts that are missing, undeclared or twice, and JSON bodies", async () => {
    expect(await refusal(form([["document", "x"]]), upload)).toMatchObject({
      errors: [{ pointer: "/facts" }],
    });
    expect(
      await refusal(
        form([
          ["facts", "{}"],
          ["more", "x"],
        ]),
        upload,
      ),
    ).toMatchObject({ errors: [{ pointer: "/more" }] });
    expect(
      await refusal(
        form([
          ["facts", '{"name":"a"}'],
          ["facts", "{}"],
        ]),
        upload,
      ),
    ).toMatchObject({ status: 422 });
    expect(await refusal(post("{}"), upload)).toMatchObject({ status: 415 });
    const broken = { "content-type": "multipart/form-data; boundary=b" };
    expect(await refusal(post("--b\r\nnonsense", broken), upload)).toMatchObject({ status: 400 });
  });
});
