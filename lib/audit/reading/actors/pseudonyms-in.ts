import type { Json } from "@/lib/crypto/json/canonical-json";

/** The form of a person's pseudonym: 12 random bytes, base64url. */
const PSEUDONYM = /^[A-Za-z0-9_-]{16}$/;
/** So many are looked up for one entry. */
const MOST = 100;

function* textsIn(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const one of value) yield* textsIn(one);
  else if (typeof value === "object" && value !== null)
    for (const one of Object.values(value)) yield* textsIn(one);
}

/** Returns the texts in opened parts that can be people's pseudonyms, each once, at most 100. */
export function pseudonymsIn(parts: readonly Json[]): string[] {
  const found = new Set<string>();
  for (const part of parts)
    for (const text of textsIn(part)) if (found.size < MOST && PSEUDONYM.test(text)) found.add(text);
  return [...found];
}
