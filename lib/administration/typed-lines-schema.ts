import type { MappedGroup } from "@/lib/administration/provisioning/schema";
import { DUTIES, ROLES } from "@/lib/word-lists";

// What administrators type as lines, in forms and in commands: the parts of a line are separated by semicolons.

/** Returns the lines of a text that have something in them, each once. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** Reads the two parts of a line. Without a semicolon the second is empty, and the schema names it as missing. */
export function pairOfLine(line: string): readonly [string, string] {
  const at = line.indexOf(";");
  return [line.slice(0, at < 0 ? undefined : at).trim(), at < 0 ? "" : line.slice(at + 1).trim()];
}

/** Reads a contact of an agency: `Ruth Adler; r.adler@authority.example`. */
export function personOfLine(line: string): { name: string; email: string } {
  const [name, email] = pairOfLine(line);
  return { name, email };
}

/** Returns a mapped group as one line: `Legal team; coordinator; legal, compliance`. */
export function lineOfGroup({ name, role, duties }: MappedGroup): string {
  return [name, role, ...(duties.length === 0 ? [] : [duties.join(", ")])].join("; ");
}

const isRole = (word: string): word is MappedGroup["role"] => ROLES.some((role) => role === word);
const isDuty = (word: string): word is MappedGroup["duties"][number] => DUTIES.some((duty) => duty === word);

/**
 * Reads a line of a mapped group. Role and duties come last, so that a name may have a semicolon; upper and lower case
 * make no difference in them. A line without a known role, or with an unknown duty, becomes a group without a name, which
 * the schema refuses.
 */
export function groupOfLine(line: string): MappedGroup {
  const parts = line.split(";").map((part) => part.trim());
  const at = parts.findIndex((part, index) => index > 0 && isRole(part.toLowerCase()));
  const role = parts[at]?.toLowerCase();
  const words = parts
    .slice(at + 1)
    .join(",")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  if (at < 1 || role === undefined || !isRole(role) || !words.every(isDuty))
    return { name: "", role: "coordinator", duties: [] };
  return { name: parts.slice(0, at).join("; "), role, duties: [...new Set(words)] };
}

/** Reads the same line for a sign-in provider, whose groups are values of a claim. */
export function mappedOfLine(line: string) {
  const { name: value, ...group } = groupOfLine(line);
  return { value, ...group };
}
