import { isRecord } from "@/lib/api-client/openapi/json-schema";

function targetOf(document: unknown, reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce<unknown>((place, name) => (isRecord(place) ? place[name] : undefined), document);
}

/** Returns a part of an OpenAPI document with its references resolved. A reference to a part that contains it allows any value. */
export function resolved(document: unknown, part: unknown, within: readonly string[] = []): unknown {
  if (Array.isArray(part)) return part.map((one) => resolved(document, one, within));
  if (!isRecord(part)) return part;
  const { $ref: reference } = part;
  if (typeof reference === "string" && reference.startsWith("#/"))
    return within.includes(reference)
      ? {}
      : resolved(document, targetOf(document, reference), [...within, reference]);
  return Object.fromEntries(
    Object.entries(part).map(([name, one]) => [name, resolved(document, one, within)]),
  );
}
