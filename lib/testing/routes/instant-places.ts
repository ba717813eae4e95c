import { z } from "zod";
import type { OperationSpec } from "@/lib/api-client/operation";
import { OPERATIONS } from "@/lib/api-client/registry";

/** A member of an operation's input that takes an instant or a date. */
export interface InstantPlace {
  readonly operation: OperationSpec;
  readonly part: "params" | "query" | "body";
  /** JSON Pointer of the member; `*` is an item of a list and `?` any member of a record. */
  readonly pointer: string;
  readonly schema: z.ZodType;
}

/** Returns the schemas that share a value with this one: its options, what it wraps, both ends of a pipe. */
function samePlace(schema: z.ZodType): z.ZodType[] {
  const { def } = schema as unknown as { def: Readonly<Record<string, unknown>> };
  const found = [def.innerType, def.in, def.out, def.left, def.right, ...[def.options].flat()];
  return found.filter((one): one is z.ZodType => one instanceof z.ZodType);
}

/** Returns whether a text in the form of RFC 3339 can be read here, directly or by one of several options. */
export function isOfFormat(schema: z.ZodType, format: "datetime" | "date"): boolean {
  if (schema instanceof z.ZodStringFormat && schema.format === format) return true;
  return samePlace(schema).some((one) => isOfFormat(one, format));
}

type Found = Pick<InstantPlace, "pointer" | "schema">;

function membersBelow(schema: z.ZodType, pointer: string): Found[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, member]) => placesOf(member, `${pointer}/${key}`));
  if (schema instanceof z.ZodArray) return placesOf(schema.element as z.ZodType, `${pointer}/*`);
  if (schema instanceof z.ZodRecord) return placesOf(schema.valueType as z.ZodType, `${pointer}/?`);
  return samePlace(schema).flatMap((one) => membersBelow(one, pointer));
}

/** Returns every place at or below a schema that takes an instant or a date. */
function placesOf(schema: z.ZodType, pointer: string): Found[] {
  if (isOfFormat(schema, "datetime") || isOfFormat(schema, "date")) return [{ pointer, schema }];
  return membersBelow(schema, pointer);
}

/** Every place of every operation. */
export const INSTANT_PLACES: readonly InstantPlace[] = OPERATIONS.flatMap((operation: OperationSpec) =>
  (["params", "query", "body"] as const).flatMap((part) => {
    const schema = operation[part];
    return schema === undefined ? [] : placesOf(schema, "").map((found) => ({ operation, part, ...found }));
  }),
);

export function placeName({ operation, part, pointer }: InstantPlace): string {
  return `${operation.id} ${part} ${pointer}`;
}
