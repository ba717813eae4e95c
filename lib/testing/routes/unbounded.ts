type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function schemasIn(value: unknown): readonly Schema[] {
  return Array.isArray(value)
    ? value.filter(isSchema)
    : isSchema(value)
      ? Object.values(value).filter(isSchema)
      : [];
}

/** Returns whether a pattern limits the length of a text: it is anchored as a whole, and no part repeats without end. */
export function isBoundedPattern(pattern: string): boolean {
  let bare = pattern.replaceAll(/\\./g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  if (/[*+]|\{\d+,\}/.test(bare)) return false;
  // Anchors would not bind an alternative outside of a group.
  while (/\([^()]*\)/.test(bare)) bare = bare.replaceAll(/\([^()]*\)/g, "x");
  return /^\^[^|]*\$$/.test(bare);
}

/** Texts of these formats have one length, or nearly. */
const SHORT_FORMATS: ReadonlySet<unknown> = new Set(["uuid", "date"]);

function isBoundedText(schema: Schema): boolean {
  if (typeof schema.maxLength === "number" || Array.isArray(schema.enum) || "const" in schema) return true;
  if (SHORT_FORMATS.has(schema.format)) return true;
  return typeof schema.pattern === "string" && isBoundedPattern(schema.pattern);
}

const KINDS = ["type", "enum", "const", "anyOf", "oneOf", "allOf", "not", "$ref"] as const;

function faultOf(schema: Schema): string | undefined {
  if (!KINDS.some((kind) => kind in schema)) return "anything";
  if (schema.type === "string" && !isBoundedText(schema)) return "a text without a length";
  if (schema.type === "array" && typeof schema.maxItems !== "number" && !Array.isArray(schema.prefixItems))
    return "a list without a length";
  if (schema.type !== "object") return undefined;
  const rest = schema.additionalProperties;
  if (rest === false) return undefined;
  return typeof schema.maxProperties === "number" || isSchema(schema.propertyNames)
    ? undefined
    : "members without a number";
}

/** Returns places in a JSON Schema whose input is bounded only by the body's limit. Each `$ref` is followed once. */
export function unboundedPlaces(schema: unknown, place = ""): string[] {
  if (!isSchema(schema)) return [];
  const fault = faultOf(schema);
  const members = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const combined = [schema.allOf, schema.anyOf, schema.oneOf, schema.prefixItems, schema.$defs].flatMap(
    schemasIn,
  );
  // If all parts must fit, one that bounds the text is enough.
  const parts = schemasIn(schema.allOf);
  const isBoundByPart = schema.type === "string" && parts.some(isBoundedText);
  return [
    ...(fault === undefined || isBoundByPart ? [] : [`${place}: ${fault}`]),
    ...members.flatMap(([name, member]) => unboundedPlaces(member, `${place}/${name}`)),
    ...(isBoundByPart ? [] : combined).flatMap((part) => unboundedPlaces(part, place)),
    ...(isSchema(schema.items) ? unboundedPlaces(schema.items, `${place}/*`) : []),
    ...(isSchema(schema.additionalProperties)
      ? unboundedPlaces(schema.additionalProperties, `${place}/?`)
      : []),
    ...(isSchema(schema.propertyNames) ? unboundedPlaces(schema.propertyNames, `${place}/(name)`) : []),
  ];
}
