import { isRecord, type JsonSchema, membersOf } from "@/lib/api-client/openapi/json-schema";

/** The id used in examples: a UUIDv7 that names no real thing. */
export const SAMPLE_ID = "01a00000-0000-7000-8000-000000000000";
const BYTES_32 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Examples by the member's name, where its schema alone says too little. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  job_id: "job-2026-0042",
  amount: "1250.00",
  currency: "EUR",
  participant: "client-456",
  participant_id: "client-456",
  participants: ["client-456", "miner-789"],
  requester: "client-456",
  pricing: { unit_price: "0.05", units: 25000 },
  settlement_details: { iban: "DE02 1203 0000 0000 2020 51" },
  parties: { payer: "Example Ltd" },
  jurisdiction: "DE",
  country: "DE",
  home_jurisdictions: ["DE"],
  email_domains: ["agency.example"],
  contacts: ["+49 30 222222"],
  zone: "Europe/Berlin",
  quarter: "2026-Q3",
  epoch: "2",
  number: "15",
  jws: "eyJhbGciOiJFZERTQSJ9..c2lnbmF0dXJl",
  url: "https://hooks.example.org/sealport",
  reference: "AR-2026",
  case_number: "12 O 345/26",
  issuer: "Landgericht Berlin",
  transaction_id: SAMPLE_ID,
  code: "123456",
  reason: "Agreed with the parties on 27 November.",
  comment: "The order names all three transactions.",
  justification: "To settle job-2026-0042.",
  note: "Called back on a number stored for the agency.",
  label: "Settlement robot",
  password: "four words that do not belong together",
};

/** Samples by pattern, for text with prescribed bytes or characters. The first one that fits is used. */
const CANDIDATES: readonly string[] = [
  "text",
  "0",
  "DE",
  "08:00",
  "2026-12-24",
  BYTES_32,
  "A".repeat(24),
  "A".repeat(86),
  "agency.example",
  SAMPLE_ID,
  "2026-11-27T12:00:00Z",
  "2026-11-27T12:00:00.000000Z",
  "escrow#1",
  "client-456#1",
  "A".repeat(54),
  "0".repeat(64),
];

const FORMATS: Readonly<Record<string, string>> = {
  uuid: SAMPLE_ID,
  "date-time": "2026-11-27T12:00:00Z",
  date: "2026-11-27",
  email: "officer@agency.example",
  uri: "https://example.org/",
};

function fits(text: string, { pattern, minLength, maxLength }: JsonSchema): boolean {
  if (typeof minLength === "number" && text.length < minLength) return false;
  if (typeof maxLength === "number" && text.length > maxLength) return false;
  return typeof pattern !== "string" || new RegExp(pattern, "u").test(text);
}

function sampleText(schema: JsonSchema): string {
  const { format, minLength } = schema;
  const ofFormat = typeof format === "string" ? FORMATS[format] : undefined;
  if (ofFormat !== undefined) return ofFormat;
  const candidates = [...CANDIDATES, "text ".repeat(40).slice(0, Number(minLength ?? 0) || 4)];
  return candidates.find((text) => fits(text, schema)) ?? "text";
}

function sampleNumber({ minimum, exclusiveMinimum }: JsonSchema): number {
  if (typeof minimum === "number") return Math.max(minimum, 1);
  return typeof exclusiveMinimum === "number" ? exclusiveMinimum + 1 : 1;
}

function sampleList(name: string, schema: JsonSchema): unknown[] {
  const { prefixItems, items } = schema;
  if (Array.isArray(prefixItems))
    return prefixItems.map((item) => sampleOf(name, isRecord(item) ? item : {}));
  return isRecord(items) ? [sampleOf(name, items)] : [];
}

function sampleMembers(schema: JsonSchema): Record<string, unknown> {
  const { members, required } = membersOf(schema);
  const needed = members.filter(([name]) => required.has(name));
  return Object.fromEntries(needed.map(([name, member]) => [name, sampleOf(name, member)]));
}

/** One that the schema itself gives, or the first way of several that is not null. */
function givenIn(name: string, schema: JsonSchema): { readonly value: unknown } | undefined {
  const { const: only, enum: some, default: usual, examples, anyOf, oneOf, allOf } = schema;
  for (const given of [only, Array.isArray(some) ? some[0] : undefined, usual])
    if (given !== undefined) return { value: given };
  if (Array.isArray(examples) && examples.length > 0) return { value: examples[0] };
  const ways = [anyOf, oneOf, allOf].find(Array.isArray);
  const way = ways?.filter(isRecord).find(({ type }) => type !== "null");
  return way === undefined ? undefined : { value: sampleOf(name, way) };
}

/** Returns the value known for the member's name, where it fits the schema's type and pattern. */
function knownBy(name: string, schema: JsonSchema): unknown {
  const isOwn = schema.format !== undefined || schema.enum !== undefined || schema.const !== undefined;
  if (isOwn || !Object.hasOwn(BY_NAME, name)) return undefined;
  const known = BY_NAME[name];
  if (typeof known === "string")
    return (schema.type ?? "string") === "string" && fits(known, schema) ? known : undefined;
  if (isRecord(schema.items) && schema.items.type !== "string") return undefined;
  const kind = Array.isArray(known) ? "array" : "object";
  return schema.type === undefined || (schema.type === kind && kind === "array") ? known : undefined;
}

/** A value of this schema: of an object the members that have to be there. The same at each call. */
export function sampleOf(name: string, schema: JsonSchema): unknown {
  const known = knownBy(name, schema);
  if (known !== undefined) return known;
  const given = givenIn(name, schema);
  if (given !== undefined) return given.value;
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "object") return sampleMembers(schema);
  if (type === "array") return sampleList(name, schema);
  if (type === "integer" || type === "number") return sampleNumber(schema);
  if (type === "boolean") return true;
  return type === "null" ? null : sampleText(schema);
}
