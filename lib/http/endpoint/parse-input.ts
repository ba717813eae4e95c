import "server-only";
import type { z } from "zod";
import type { OperationSpec, UploadSpec } from "@/lib/api-client/operation";
import { DomainError } from "@/lib/errors";
import { BODY_LIMITS, isUtf8, mediaTypeOf, readBody, streamBody } from "@/lib/http/body/read-body";
import { readMultipart } from "@/lib/http/body/read-multipart";
import type { ParsedInput } from "@/lib/http/endpoint/bind";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import { withoutOldForms } from "@/lib/http/endpoint/old-forms";
import { parseJsonBody, refuseNul } from "@/lib/http/endpoint/parse-json";
import { invalid } from "@/lib/http/endpoint/problem";
import { fieldErrorsOf, parseSaid } from "@/lib/issue-words";

/** Parses with a schema; what does not fit becomes one 422 naming every place by JSON Pointer. */
export function parseWith(schema: z.ZodType, value: unknown): unknown {
  const result = parseSaid(schema, value);
  if (result.success) return result.data;
  throw new DomainError("request.invalid", {
    detail: "The request does not match its schema.",
    errors: result.error.issues.flatMap((issue) => fieldErrorsOf(issue)),
  });
}

type RawParams = Readonly<Record<string, string | string[] | undefined>>;

/** Input and the body's bytes, which idempotency compares; of an upload their SHA-256. */
export interface ReadInput {
  readonly input: ParsedInput;
  readonly bodyBytes: Uint8Array;
}

const EMPTY: Readonly<Record<string, never>> = {};

function decodeParam(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new DomainError("request.invalid-path");
  }
}

/** Path parameters; one with a wrong form cannot name a record, so it is 404 and not 422. */
function parseParams(operation: OperationSpec, raw: RawParams): unknown {
  if (operation.params === undefined) return EMPTY;
  const decoded = Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(decodeParam) : value === undefined ? undefined : decodeParam(value),
    ]),
  );
  const result = operation.params.safeParse(decoded);
  if (!result.success || JSON.stringify(decoded).includes("\\u0000"))
    throw new DomainError("request.not-found");
  return result.data;
}

/** Each parameter of the query once. */
function readQuery(url: URL): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of url.searchParams) {
    if (name in query) throw invalid(`/${name}`, "is given twice");
    query[name] = value;
  }
  refuseNul(query);
  return query;
}

function parseQuery(operation: OperationSpec, all: Readonly<Record<string, string>>): unknown {
  const names = operation.old?.inQuery?.names ?? [];
  const query = Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
  if (operation.query !== undefined) return parseWith(operation.query, { ...query });
  const [unknown] = Object.keys(query);
  if (unknown !== undefined) throw invalid(`/${unknown}`, "is not a parameter of this call");
  return EMPTY;
}

function wrongMediaType(expected: string): DomainError {
  return new DomainError("request.unsupported-media-type", { detail: `This call takes ${expected}.` });
}

/** An upload's parts are read while they arrive; it is known again by the digest of its body. */
async function parseUpload(operation: OperationSpec, request: CallRequest, upload: UploadSpec) {
  const header = request.headers.get("content-type");
  if (header !== null && mediaTypeOf(header) !== "multipart/form-data")
    throw wrongMediaType("multipart/form-data");
  if (header === null) {
    const length = await streamBody(request, BODY_LIMITS.upload, () => undefined);
    if (length > 0) throw wrongMediaType("multipart/form-data");
    return { body: parsedBody(operation, {}), files: EMPTY, bodyBytes: new Uint8Array(0) };
  }
  const { body, files, bodyDigest } = await readMultipart(request, header, upload);
  return { body: parsedBody(operation, body), files, bodyBytes: bodyDigest };
}

async function parseBody(
  operation: OperationSpec,
  request: CallRequest,
  query: Readonly<Record<string, string>>,
) {
  if (operation.method === "GET") return { body: EMPTY, files: EMPTY, bodyBytes: new Uint8Array(0) };
  if (operation.upload !== undefined) return parseUpload(operation, request, operation.upload);
  const header = request.headers.get("content-type");
  if (header !== null && (mediaTypeOf(header) !== "application/json" || !isUtf8(header)))
    throw wrongMediaType("application/json, in UTF-8");
  const limit = operation.bodySize === "batch" ? BODY_LIMITS.batch : BODY_LIMITS.plain;
  const bodyBytes = await readBody(request, limit);
  if (header === null && bodyBytes.length > 0) throw wrongMediaType("application/json");
  const body = withoutOldForms(operation.old, jsonOf(operation, bodyBytes, header), query);
  return { body: parsedBody(operation, body), files: EMPTY, bodyBytes };
}

function jsonOf(operation: OperationSpec, bytes: Uint8Array, contentType: string | null): unknown {
  if (contentType === null) return {};
  // A call without members may carry only its media type; any other empty body is not JSON.
  if (bytes.length === 0 && operation.body === undefined) return {};
  return parseJsonBody(bytes);
}

function parsedBody(operation: OperationSpec, body: unknown): unknown {
  return operation.body === undefined ? requireEmpty(body) : parseWith(operation.body, body);
}

function requireEmpty(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalid("", "must be an object");
  const [unknown] = Object.keys(body);
  if (unknown !== undefined) throw invalid(`/${unknown}`, "is not a member of this schema");
  return EMPTY;
}

/** Parses the request by the operation's schemas, once; use cases trust what comes out. */
export async function parseInput(
  operation: OperationSpec,
  request: CallRequest,
  raw: RawParams,
): Promise<ReadInput> {
  const params = parseParams(operation, raw);
  const sent = readQuery(request.url);
  const query = parseQuery(operation, sent);
  const { body, files, bodyBytes } = await parseBody(operation, request, sent);
  const ifMatch = request.headers.get("if-match");
  const range = request.headers.get("range");
  const ifRange = request.headers.get("if-range");
  const input = {
    params,
    query,
    body,
    files,
    ...(ifMatch === null ? {} : { ifMatch }),
    ...(range === null ? {} : { range }),
    ...(ifRange === null ? {} : { ifRange }),
  };
  return { input, bodyBytes };
}
