import type { Json } from "@/lib/crypto/json/canonical-json";

/** Returns a member of an object. Undefined for any other value. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? value[name] : undefined;
}
