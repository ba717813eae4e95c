import type { z } from "zod";
import {
  components,
  headerRef,
  PUBLIC_HEADERS,
  parameterRef,
  problemRef,
  STANDARD_HEADERS,
} from "@/lib/api-client/openapi/components";
import { descriptionOf } from "@/lib/api-client/openapi/describe-operation";
import { type Example, exampleOf } from "@/lib/api-client/openapi/examples";
import {
  isRecord,
  type JsonSchema,
  jsonSchema,
  membersOf,
  orNull,
} from "@/lib/api-client/openapi/json-schema";
import { withReplay } from "@/lib/api-client/openapi/replayed";
import { sampleOf } from "@/lib/api-client/openapi/sample";
import { shareSchemas } from "@/lib/api-client/openapi/shared-schemas";
import { TAGS, tagOf } from "@/lib/api-client/openapi/tags";
import { answersUnchanged, type OperationSpec } from "@/lib/api-client/operation";
import { problemStatusesOf } from "@/lib/api-client/problems";
import { OPERATIONS } from "@/lib/api-client/registry";

type Share = (schema: JsonSchema) => JsonSchema;

function asText(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).join("/") : value;
}

/** A list in a path is several of its segments; the document has them as one text, slashes and all. */
function pathSchema(schema: JsonSchema): JsonSchema {
  if (schema.type !== "array") return schema;
  return { type: "string", description: "One or more segments, with the slashes between them." };
}

function parameters(schema: z.ZodType | undefined, place: "path" | "query", example: unknown): JsonSchema[] {
  if (schema === undefined) return [];
  const { members, required } = membersOf(jsonSchema(schema, "input"));
  const given = isRecord(example) ? example : {};
  return members.map(([name, member]) => ({
    name,
    in: place,
    required: place === "path" || required.has(name),
    ...(typeof member.description === "string" ? { description: member.description } : {}),
    schema: place === "path" ? pathSchema(member) : member,
    ...(given[name] === undefined ? {} : { example: asText(given[name]) }),
  }));
}

/** Members of the body that older programs send in the query. */
function oldParameters({ old, body }: OperationSpec): JsonSchema[] {
  if (old?.inQuery === undefined || body === undefined) return [];
  const { names } = old.inQuery;
  const { members } = membersOf(jsonSchema(body, "input"));
  return members
    .filter(([name]) => names.includes(name))
    .map(([name, schema]) => ({
      name,
      in: "query",
      required: false,
      deprecated: true,
      description:
        "For programs of the coordinator: in place of the body's member of this name. Sending both is refused.",
      schema,
    }));
}

function headerParameters(operation: OperationSpec): JsonSchema[] {
  const isFile = operation.response.also?.includes(206) === true;
  return [
    ...(operation.idempotent === undefined ? [] : [parameterRef("IdempotencyKey")]),
    ...(operation.ifMatch === true ? [parameterRef("IfMatch")] : []),
    ...(answersUnchanged(operation) ? [parameterRef("IfNoneMatch")] : []),
    ...(isFile ? [parameterRef("Range"), parameterRef("IfRange")] : []),
  ];
}

/** Returns the body's schema with the forms of older programs, which are accepted too. */
function bodySchema({ body, old }: OperationSpec): JsonSchema {
  const schema = body === undefined ? {} : jsonSchema(body, "input");
  if (old === undefined || !isRecord(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).map(([name, member]) => {
    if (!isRecord(member)) return [name, member];
    if (old.nullable?.includes(name) === true) return [name, orNull(member)];
    const isEmptyTaken = old.emptyObject?.includes(name) === true;
    return [name, isEmptyTaken ? { anyOf: [member, { type: "object", maxProperties: 0 }] } : member];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

function multipart({ upload }: OperationSpec, json: JsonSchema): JsonSchema {
  const files = (upload?.files ?? []).map((name) => [name, { type: "string", format: "binary" }]);
  const part = upload?.json ?? "body";
  return { type: "object", properties: { [part]: json, ...Object.fromEntries(files) }, required: [part] };
}

function requestBody(operation: OperationSpec, { body: example }: Example): JsonSchema {
  if (operation.body === undefined) return {};
  const schema = bodySchema(operation);
  const required = operation.old?.inQuery === undefined && !operation.body.safeParse({}).success;
  if (operation.upload === undefined)
    return { requestBody: { required, content: { "application/json": { schema, example } } } };
  const part = operation.upload.json;
  const encoding = { [part]: { contentType: "application/json" } };
  const content = { schema: multipart(operation, schema), encoding, example: { [part]: example } };
  return { requestBody: { required: true, content: { "multipart/form-data": content } } };
}

function answerSchema({ idempotent }: OperationSpec, json: JsonSchema, share: Share): JsonSchema {
  return idempotent === undefined ? share(json) : withReplay(json, share, idempotent);
}

/** What a GET with an ETag answers to the same one in If-None-Match. */
function unchanged(operation: OperationSpec): JsonSchema {
  if (!answersUnchanged(operation)) return {};
  return { "304": { description: "Unchanged since the ETag in If-None-Match", headers: STANDARD_HEADERS } };
}

function success(operation: OperationSpec, share: Share): JsonSchema {
  const { schema, mediaType = "application/json", status, also = [], location } = operation.response;
  const json = schema === undefined ? undefined : jsonSchema(schema, "output");
  const content =
    json === undefined
      ? { [mediaType]: {} }
      : { [mediaType]: { schema: answerSchema(operation, json, share), example: sampleOf("", json) } };
  const answer = {
    description: "Success",
    headers: {
      ...(operation.scopes === "none" ? PUBLIC_HEADERS : STANDARD_HEADERS),
      ...(operation.etag === undefined ? {} : { ETag: headerRef("ETag") }),
      ...(operation.idempotent === undefined
        ? {}
        : { "Idempotency-Replayed": headerRef("IdempotencyReplayed") }),
    },
    content,
  };
  const created = { ...answer, headers: { ...answer.headers, Location: headerRef("Location") } };
  return Object.fromEntries(
    [status, ...also].map((code) => [
      String(code),
      code === 201 && location !== undefined ? created : answer,
    ]),
  );
}

function problems(operation: OperationSpec): JsonSchema {
  const statuses = problemStatusesOf(operation);
  return Object.fromEntries(statuses.map((status) => [String(status), problemRef(status)]));
}

function securityOf({ scopes, sessionOnly }: OperationSpec): JsonSchema[] {
  if (scopes === "none") return [];
  if (sessionOnly === true) return [{ session: [] }];
  return [{ bearer: [] }, { apiKey: [] }, { signature: [] }, { session: [] }];
}

function operationObject(operation: OperationSpec, share: Share): JsonSchema {
  const { scopes, roles, duties } = operation;
  const example = exampleOf(operation);
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: descriptionOf(operation),
    tags: [tagOf(operation).name],
    security: securityOf(operation),
    "x-scopes": scopes,
    "x-roles": roles,
    ...(duties === undefined ? {} : { "x-duties": duties }),
    "x-rate-class": operation.rate,
    ...(operation.weight === undefined ? {} : { "x-rate-weight": operation.weight }),
    "x-audit-action": operation.action,
    ...(operation.stepUp === true ? { "x-step-up": true } : {}),
    parameters: [
      ...parameters(operation.params, "path", example.params),
      ...parameters(operation.query, "query", example.query),
      ...oldParameters(operation),
      ...headerParameters(operation),
    ],
    ...requestBody(operation, example),
    responses: { ...success(operation, share), ...unchanged(operation), ...problems(operation) },
  };
}

const ABOUT = `Bytes are base64url without padding, times RFC 3339 in UTC, money text. Lists take \`limit\` and \`cursor\`; \`next_cursor\` is null at the end. Every GET answers HEAD. A caller who may not know of a thing gets 404. A caller who knows of it but may not act gets 403 with a code. The reader's page is /developers.`;

/**
 * Returns the OpenAPI 3.1 document of these operations. Paths are full; its content does not depend on the instance.
 */
export function openApiDocument(operations: readonly OperationSpec[], version: string): JsonSchema {
  const { schemas, share } = shareSchemas();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const item = paths[operation.path] ?? {};
    item[operation.method.toLowerCase()] = operationObject(operation, share);
    paths[operation.path] = item;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Sealport",
      version,
      summary: "Confidential transactions with answerable access",
      description: ABOUT,
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: TAGS.map(({ name, description }) => ({ name, description })),
    paths,
    components: components(schemas),
  };
}

/** The document of the whole API as a file: the same bytes for the same declarations. */
export function openApiText(version: string): string {
  return `${JSON.stringify(openApiDocument(OPERATIONS, version), undefined, 1)}\n`;
}
