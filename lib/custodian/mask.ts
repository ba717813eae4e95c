import "server-only";
import type { Json } from "@/lib/crypto/canonical-json";
import { refuse } from "@/lib/custodian/refused";

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const SIZES = [4, 8, 16, 32, 64, 128, 256];
const PLAIN_NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** Dots for the size class of a text: how long roughly, never what. */
function maskText(text: string): string {
  const length = [...text].length;
  return "•".repeat(SIZES.find((size) => length <= size) ?? SIZES.at(-1) ?? 4);
}

/** Names chosen by the sender may tell something: only plain ones stay, the rest are numbered. */
function maskObject(value: { readonly [name: string]: Json }, depth: number): Json {
  const entries = Object.entries(value).map(([name, member], index): [string, Json] => [
    PLAIN_NAME.test(name) ? name : `field-${index + 1}`,
    maskValue(member, depth + 1),
  ]);
  if (new Set(entries.map(([name]) => name)).size !== entries.length) {
    return refuse("mask", "A value's names cannot be masked.");
  }
  return Object.fromEntries(entries);
}

function maskValue(value: Json, depth: number): Json {
  if (depth > MAX_DEPTH) return refuse("mask", "A value is nested too deeply to be masked.");
  if (value === null) return null;
  if (typeof value === "string") return maskText(value);
  if (typeof value === "number") return "#";
  if (typeof value === "boolean") return "?";
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) return refuse("mask", "A list is too long to be masked.");
    return value.map((item) => maskValue(item, depth + 1));
  }
  return maskObject(value, depth);
}

/**
 * Fields as somebody without the right to their content may see them: the shape and rough sizes, no
 * character, digit or truth of the content. What it cannot mask it refuses rather than shows.
 */
export function maskFields(fields: { readonly [name: string]: Json }): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, maskValue(value, 0)]));
}
