import type { MappedGroup } from "@/lib/administration/provisioning/schema";
import { Duty, Role } from "@/lib/vocabulary";

/** Returns the lines of a text that have something in them, each once. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** Returns a mapped group as one line: `Legal team; coordinator; legal, compliance`. */
export function lineOfGroup({ name, role, duties }: MappedGroup): string {
  return [name, role, ...(duties.length === 0 ? [] : [duties.join(", ")])].join("; ");
}

const isRole = (word: string): word is MappedGroup["role"] => Role.safeParse(word).success;
const isDuty = (word: string): word is MappedGroup["duties"][number] => Duty.safeParse(word).success;

/**
 * Reads a line of a mapped group. Role and duties come last, so that a name may have a semicolon. A line without a known
 * role, or with an unknown duty, becomes a group without a name, which the schema refuses.
 */
export function groupOfLine(line: string): MappedGroup {
  const parts = line.split(";").map((part) => part.trim());
  const at = parts.findIndex((part, index) => index > 0 && isRole(part));
  const role = parts[at];
  const words = parts
    .slice(at + 1)
    .join(",")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  if (at < 1 || role === undefined || !isRole(role) || !words.every(isDuty))
    return { name: "", role: "coordinator", duties: [] };
  return { name: parts.slice(0, at).join("; "), role, duties: words };
}
