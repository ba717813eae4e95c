import { FormatError } from "@/lib/crypto/format-error";
import type { Json } from "@/lib/crypto/json/canonical-json";

/** Parses the JSON of a file that a checker wrote or kept with a bundle, in any spelling. Throws FormatError for other text. */
export function parseSide(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("format.json", text.trim() === "" ? "empty" : "not JSON");
  }
}
