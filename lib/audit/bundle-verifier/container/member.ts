import type { Json } from "@/lib/crypto/json/canonical-json";

/** A member of an object; undefined of anything else. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? value[name] : undefined;
}
