import { Ajv2020 as Ajv, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { z } from "zod";
import type { OperationSpec } from "@/lib/api-client/operation";
import { ERROR_CODES } from "@/lib/error-codes";

/** The members that api.md gives every problem document; some codes add members of their own. */
const Problem = z.looseObject({
  type: z.string().startsWith("urn:sealport:problem:"),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string().startsWith("/"),
  code: z.string(),
  request_id: z.uuid(),
  errors: z
    .array(z.strictObject({ pointer: z.string(), detail: z.string().min(1) }))
    .min(1)
    .max(50)
    .optional(),
});

/** Checks the headers that every answer of the API has. */
export function expectHeaders(response: Response, what: string): void {
  const { headers } = response;
  const security = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
  };
  for (const [name, value] of Object.entries(security))
    expect([what, name, headers.get(name)]).toEqual([what, name, value]);
  expect(headers.get("x-request-id"), what).toMatch(/^[0-9a-f-]{36}$/);
  if (response.status >= 400) expect(headers.get("cache-control"), what).toBe("no-store");
  else
    expect(headers.get("cache-control"), what).toMatch(
      /^no-store(, no-transform)?$|^private, max-age=31536000, immutable$/,
    );
  // No page of another origin may read an answer, whatever its preflight asks.
  const crossOrigin = [...headers.keys()].filter((name) => name.startsWith("access-control-"));
  expect([what, crossOrigin, headers.get("x-powered-by")]).toEqual([what, [], null]);
}

/** Checks the budget that the call used (draft-ietf-httpapi-ratelimit-headers). */
export function expectBudget(response: Response, what: string): void {
  expect(response.headers.get("ratelimit-policy"), what).toMatch(/^"[a-z_]+";q=\d+;w=\d+(;|$|,)/);
  expect(response.headers.get("ratelimit"), what).toMatch(/^"[a-z_]+";r=\d+;t=\d+/);
}

/** What a problem document says, with the errors of its fields. */
export interface ToldProblem {
  readonly status: number;
  readonly code: string;
  readonly pointers: string[];
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Checks a refusal against api.md and returns what it says. */
export async function expectProblem(response: Response, what: string): Promise<ToldProblem> {
  const text = await response.text();
  const about = `${what}: ${response.status} ${text.slice(0, 600)}`;
  expect(response.headers.get("content-type"), about).toBe("application/problem+json");
  expectHeaders(response, about);
  expectBudget(response, about);
  const read = Problem.safeParse(JSON.parse(text));
  expect(read.error, about).toBeUndefined();
  const problem = Problem.parse(JSON.parse(text));
  expect([problem.status, problem.request_id], about).toEqual([
    response.status,
    response.headers.get("x-request-id"),
  ]);
  const known = Object.entries(ERROR_CODES).find(([code]) => code === problem.code)?.[1];
  expect([known?.[0], known?.[1], problem.type], about).toEqual([
    response.status,
    problem.title,
    `urn:sealport:problem:${problem.code}`,
  ]);
  if (response.status === 401) expect(response.headers.get("www-authenticate"), about).toContain("Bearer");
  return {
    status: response.status,
    code: problem.code,
    pointers: (problem.errors ?? []).map(({ pointer }) => pointer),
    errors: problem.errors ?? [],
  };
}

const answers = new Map<string, ValidateFunction>();
// Patterns of JSON Schema are Unicode patterns. Formats are checked by the declarations themselves.
const ajv = new Ajv({ strict: false, validateFormats: false });

/** Returns a check by the schema of an operation's answer as in the OpenAPI document; objects have only the named members. */
function answerCheck({ id, response }: OperationSpec): ValidateFunction | undefined {
  if (response.schema === undefined) return undefined;
  const known = answers.get(id);
  if (known !== undefined) return known;
  const json = z.toJSONSchema(response.schema, {
    target: "draft-2020-12",
    io: "output",
    unrepresentable: "any",
  });
  const made = ajv.compile(json);
  answers.set(id, made);
  return made;
}

/** Checks that an answer is as declared: its status, media type and, for JSON, its body. */
export async function expectDeclared(
  operation: OperationSpec,
  response: Response,
  what: string,
): Promise<void> {
  const { status, also = [], mediaType = "application/json" } = operation.response;
  expectHeaders(response, what);
  expectBudget(response, what);
  expect([status, ...also], what).toContain(response.status);
  const isAsDeclared = answerCheck(operation);
  if (isAsDeclared === undefined) {
    // For a stream the declaration says only that it is bytes.
    if (mediaType !== "application/octet-stream")
      expect(response.headers.get("content-type"), what).toContain(mediaType);
    await response.body?.cancel();
    return;
  }
  expect(response.headers.get("content-type"), what).toBe("application/json");
  const body: unknown = await response.json();
  // A replayed answer has ids only. Here no key is sent twice.
  isAsDeclared(body);
  expect(isAsDeclared.errors ?? [], `${what}: ${JSON.stringify(body).slice(0, 800)}`).toEqual([]);
}
