import { z } from "zod";

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the JSON Schema of a zod schema's input (`input`) or answer (`output`). */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    unrepresentable: "any",
    // An integer of an address is its digits; the document has the number that they are.
    override: ({ jsonSchema: made }) => {
      if (made.type === "integer") delete made.anyOf;
    },
  });
  return rest;
}

/** Members of an object schema with their own schemas, and which of them have to be there. */
export function membersOf(schema: JsonSchema): {
  readonly members: readonly (readonly [string, JsonSchema])[];
  readonly required: ReadonlySet<string>;
} {
  const { properties, required } = schema;
  const members = isRecord(properties) ? Object.entries(properties) : [];
  return {
    members: members.map(([name, member]) => [name, isRecord(member) ? member : {}] as const),
    required: new Set(Array.isArray(required) ? required.filter((name) => typeof name === "string") : []),
  };
}

/** Also null, which counts as absent. */
export function orNull(schema: JsonSchema): JsonSchema {
  if (Object.keys(schema).every((name) => name === "description")) return schema;
  return { anyOf: [schema, { type: "null" }] };
}
