import type { JsonSchema } from "@/lib/api-client/openapi/json-schema";

const text = (description: string, example: string): JsonSchema => ({
  description,
  schema: { type: "string" },
  example,
});

/** Headers of answers, as components of the document. */
const HEADERS = {
  RequestId: {
    description: "Id of this call; it is in the log and in problem documents.",
    required: true,
    schema: { type: "string", format: "uuid" },
  },
  RateLimitPolicy: text(
    "The budget that the call drew on: its class, calls, seconds (draft-ietf-httpapi-ratelimit-headers).",
    '"writes";q=600;w=60',
  ),
  RateLimit: text(
    "What is left of the budget, and the seconds until it is full again.",
    '"writes";r=599;t=60',
  ),
  CacheControl: text("`no-store`, but for what never changes and for /openapi.json.", "no-store"),
  ETag: text("Version of what was read, for If-Match and If-None-Match.", '"3"'),
  Location: text("Address of what was created.", "/confidential/keys/key-0001"),
  IdempotencyReplayed: text(
    "`true` on the answer of a replay: it has no disclosed values and no new secrets.",
    "true",
  ),
  RetryAfter: text("Seconds to wait before the next try.", "5"),
  WwwAuthenticate: text(
    "How to authenticate; with `max_age` where a newer proof is missing (RFC 9470).",
    "Bearer",
  ),
  Allow: text("Methods that this address accepts.", "GET, HEAD, OPTIONS"),
} satisfies Record<string, JsonSchema>;

export const headerRef = (name: keyof typeof HEADERS): JsonSchema => ({
  $ref: `#/components/headers/${name}`,
});

/** Of every answer without authentication, and of every other. */
export const PUBLIC_HEADERS = {
  "X-Request-Id": headerRef("RequestId"),
  "Cache-Control": headerRef("CacheControl"),
};
export const STANDARD_HEADERS = {
  ...PUBLIC_HEADERS,
  "RateLimit-Policy": headerRef("RateLimitPolicy"),
  RateLimit: headerRef("RateLimit"),
};

/** Parameters of headers that a call sends. */
const PARAMETERS = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "The call happens once per principal within 24 hours. A repeated call gets the first answer again. Disclosed values and new secrets are left out of it. A repeated call with another body gets 422.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
    example: "order-2026-0042",
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    required: false,
    description: "The ETag that was read. 412 `request.outdated` if another person has changed it since.",
    schema: { type: "string" },
    example: '"3"',
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    required: false,
    description: "The ETag of an earlier answer. 304 without a body if nothing has changed since.",
    schema: { type: "string" },
    example: '"3"',
  },
  Range: {
    name: "Range",
    in: "header",
    required: false,
    description: "One range of bytes (RFC 9110, section 14.2).",
    schema: { type: "string" },
    example: "bytes=0-1048575",
  },
  IfRange: {
    name: "If-Range",
    in: "header",
    required: false,
    description: "The file's ETag: another file is sent whole.",
    schema: { type: "string" },
  },
} as const;

export const parameterRef = (name: keyof typeof PARAMETERS): JsonSchema => ({
  $ref: `#/components/parameters/${name}`,
});

const PROBLEM_SCHEMA = {
  type: "object",
  description: "A problem document (RFC 9457). Further members depend on the code.",
  required: ["type", "title", "status", "instance", "code", "request_id"],
  properties: {
    type: { type: "string", description: "`urn:sealport:problem:` and the code, or `about:blank`." },
    title: { type: "string" },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "For the caller; words may change, the code does not." },
    instance: { type: "string", description: "Path of the call." },
    code: {
      type: "string",
      description: "Programs use this code. All codes are listed at `/developers/problems`.",
    },
    request_id: { type: "string", description: "The same as X-Request-Id." },
    errors: {
      type: "array",
      description: "Where the request does not fit.",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: { type: "string", description: "JSON Pointer (RFC 6901)." },
          detail: { type: "string" },
        },
      },
    },
  },
};

const TITLES: Readonly<Record<number, string>> = {
  400: "The request could not be read",
  401: "Authentication is required, or must be renewed",
  403: "The caller is known but not permitted",
  404: "Not found, or not visible to the caller",
  405: "The address does not support this method",
  408: "The request did not arrive in time",
  409: "The state does not allow this, or it changed in the meantime",
  410: "It was removed",
  412: "It was changed since the ETag in If-Match was read",
  413: "Too large",
  415: "The media type is not accepted",
  416: "The file does not have this byte range",
  417: "The expectation cannot be met",
  422: "The request does not match its schema or names something invalid",
  424: "The atomic batch was not stored",
  429: "Too many calls",
  431: "The headers are too large",
  500: "Unexpected failure; the request id is in the log",
  503: "A part of the service does not respond",
};

const MORE_HEADERS: Readonly<Record<number, JsonSchema>> = {
  401: { "WWW-Authenticate": headerRef("WwwAuthenticate") },
  405: { Allow: headerRef("Allow") },
  409: { "Retry-After": headerRef("RetryAfter") },
  429: { "Retry-After": headerRef("RetryAfter") },
  503: { "Retry-After": headerRef("RetryAfter") },
};

/** What a problem's status means, in words. */
export function meaningOf(status: number): string {
  return TITLES[status] ?? "A problem";
}

export const problemRef = (status: number): JsonSchema => ({
  $ref: `#/components/responses/Problem${status}`,
});

/** Refusals by the server itself, before any call: they draw on no budget. */
const BEFORE_CALLS: readonly number[] = [408, 417, 431];

function problemResponse(status: number): JsonSchema {
  const common = BEFORE_CALLS.includes(status) ? PUBLIC_HEADERS : STANDARD_HEADERS;
  return {
    description: meaningOf(status),
    headers: { ...common, ...MORE_HEADERS[status] },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "An API key: `Authorization: Bearer KEY`." },
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
    description: "The same key in a header of its own.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-sealport-session",
    description:
      "The portal's session, for people; `sealport-session` on a loopback address without https. Changes also need an origin of the portal.",
  },
  signature: {
    type: "apiKey",
    in: "header",
    name: "Signature",
    description:
      "HTTP Message Signatures (RFC 9421), Ed25519, with Signature-Input and, where there is a body, Content-Digest; in place of the key. Outside evaluation required of keys with the scope disclose, export or decide. See /developers/guides/signed-calls.",
  },
};

/** Components of the document; `schemas` are those that several operations share. */
export function components(schemas: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const statuses = Object.keys(TITLES).map(Number);
  return {
    securitySchemes: SECURITY_SCHEMES,
    headers: HEADERS,
    parameters: PARAMETERS,
    schemas: { Problem: PROBLEM_SCHEMA, ...schemas },
    responses: Object.fromEntries(statuses.map((status) => [`Problem${status}`, problemResponse(status)])),
  };
}
