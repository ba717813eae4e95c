import { z } from "zod";
import type { OperationSpec } from "./operation";

type JsonSchema = Readonly<Record<string, unknown>>;

function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    unrepresentable: "any",
  });
  return rest;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parameters(schema: z.ZodType | undefined, place: "path" | "query"): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties, required } = jsonSchema(schema, "input");
  if (!isRecord(properties)) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: place,
    required: place === "path" || needed.includes(name),
    schema: member,
  }));
}

const HEADER_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "Per principal, kept for 24 hours; a replay answers status and ids only.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

function multipartSchema(operation: OperationSpec, json: JsonSchema): JsonSchema {
  const files = (operation.upload?.files ?? []).map((name) => [name, { type: "string", format: "binary" }]);
  const part = operation.upload?.json ?? "body";
  return { type: "object", properties: { [part]: json, ...Object.fromEntries(files) }, required: [part] };
}

function requestBody(operation: OperationSpec): JsonSchema {
  if (operation.body === undefined) return {};
  const json = jsonSchema(operation.body, "input");
  const content =
    operation.upload === undefined
      ? { "application/json": { schema: json } }
      : { "multipart/form-data": { schema: multipartSchema(operation, json) } };
  return { requestBody: { required: true, content } };
}

const STANDARD_HEADERS = {
  "X-Request-Id": { $ref: "#/components/headers/RequestId" },
  "RateLimit-Policy": { $ref: "#/components/headers/RateLimitPolicy" },
  RateLimit: { $ref: "#/components/headers/RateLimit" },
};

function success(operation: OperationSpec): JsonSchema {
  const { schema, mediaType = "application/json", status, also = [] } = operation.response;
  const content = { [mediaType]: { schema: schema === undefined ? {} : jsonSchema(schema, "output") } };
  const answer = { description: "Success", headers: STANDARD_HEADERS, content };
  return Object.fromEntries([status, ...also].map((code) => [String(code), answer]));
}

const PROBLEM_REF = { $ref: "#/components/responses/Problem" };

function problems(operation: OperationSpec): JsonSchema {
  if (operation.scopes === "none") return { "405": PROBLEM_REF, "503": PROBLEM_REF };
  const hasBody = operation.method !== "GET";
  const codes = ["400", "401", "403", "404", "405", "422", "429", "500", "503"];
  if (hasBody) codes.push("409", "413", "415");
  return Object.fromEntries(codes.map((code) => [code, PROBLEM_REF]));
}

function operationObject(operation: OperationSpec): JsonSchema {
  const { scopes, roles, duties } = operation;
  return {
    operationId: operation.id,
    summary: operation.summary,
    security: scopes === "none" ? [] : [{ bearer: [] }, { apiKey: [] }],
    "x-scopes": scopes,
    "x-roles": roles,
    ...(duties === undefined ? {} : { "x-duties": duties }),
    "x-rate-class": operation.rate,
    ...(operation.weight === undefined ? {} : { "x-rate-weight": operation.weight }),
    "x-audit-action": operation.action,
    parameters: [
      ...parameters(operation.params, "path"),
      ...parameters(operation.query, "query"),
      ...(operation.idempotent === undefined ? [] : [HEADER_PARAMETER]),
    ],
    ...requestBody(operation),
    responses: { ...success(operation), ...problems(operation) },
  };
}

const Problem = {
  type: "object",
  required: ["type", "title", "status", "instance", "code", "request_id"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
    code: { type: "string" },
    request_id: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: { pointer: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};

const COMPONENTS = {
  securitySchemes: {
    bearer: { type: "http", scheme: "bearer" },
    apiKey: { type: "apiKey", in: "header", name: "X-Api-Key" },
  },
  headers: {
    RequestId: { schema: { type: "string", format: "uuid" } },
    RateLimitPolicy: { schema: { type: "string" } },
    RateLimit: { schema: { type: "string" } },
  },
  schemas: { Problem },
  responses: {
    Problem: {
      description: "A problem document (RFC 9457)",
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  },
};

/** The OpenAPI 3.1 document of these operations. Paths are full; nothing in it depends on the instance. */
export function openApiDocument(operations: readonly OperationSpec[], version: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const item = paths[operation.path] ?? {};
    item[operation.method.toLowerCase()] = operationObject(operation);
    paths[operation.path] = item;
  }
  return {
    openapi: "3.1.0",
    info: { title: "Sealport", version, summary: "Confidential transactions with answerable access" },
    paths,
    components: COMPONENTS,
  };
}
