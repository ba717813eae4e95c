import "server-only";
import { fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { jsonPointer } from "@/lib/crypto/json/strict-json-parser";
import { DomainError } from "@/lib/errors";
import { invalid } from "@/lib/http/endpoint/problem";

const NUL = "\u0000";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw new DomainError("request.malformed", { detail: "The body is not UTF-8." });
  }
}

/** Refuses U+0000 anywhere, also in names: PostgreSQL cannot store it and would answer with its own error. */
export function refuseNul(value: unknown, path: readonly string[] = []): void {
  if (typeof value === "string") {
    if (value.includes(NUL)) throw invalid(jsonPointer(path), "must not contain U+0000");
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (name.includes(NUL)) throw invalid(jsonPointer(path), "has a member whose name contains U+0000");
      refuseNul(member, [...path, name]);
    }
  }
}

/**
 * Returns the value of a JSON body. Throws 400 for invalid JSON. Throws 422 for JSON that two programs may read
 * differently (duplicate members, unsafe numbers, lone surrogates) or that is nested too deeply.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    if (isJson(text)) throw invalid(error.pointer ?? "", error.message);
    throw new DomainError("request.malformed", { detail: "The body is not JSON." });
  }
  refuseNul(value);
  return value;
}
