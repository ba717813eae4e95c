import type { Json } from "@/lib/crypto/json/canonical-json";

type Members = Readonly<Record<string, Json>>;

/**
 * Returns the member `access` of an entry's org part; an empty object if the part is unavailable or has no such
 * member.
 */
export function accessOf(part: Members | undefined): Members {
  const stated = part?.access;
  return typeof stated === "object" && stated !== null && !Array.isArray(stated) ? stated : {};
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
