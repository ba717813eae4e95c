import { z } from "zod";
import { ACTIONS } from "../labels";

/** Members of an entry's details that its sentence names. */
const NAMES = [
  "from",
  "to",
  "format",
  "reference",
  "kid",
  "old_kid",
  "new_kid",
  "state",
  "seq",
  "flag",
  "on",
  "organisation",
] as const;
export type WordName = (typeof NAMES)[number];

/**
 * What the sentence of an entry names in addition to actor and subject, from the entry's own sealed part: field groups,
 * which of them were shown masked, and texts such as key ids and states.
 */
export const EntryWords = z.object({
  fields: z.array(z.string()).optional(),
  masked: z.array(z.string()).optional(),
  texts: z.partialRecord(z.enum(NAMES), z.string()).optional(),
});
export type EntryWords = z.infer<typeof EntryWords>;

const WORDED_ROOMS: ReadonlySet<string> = new Set(["disclosure", "escrow", "evidence", "key"]);
const WORDED_OTHERS: ReadonlySet<string> = new Set([
  "audit.export",
  "audit.read",
  "flag.change",
  "transaction.reseal",
  "transaction.rewrap",
  "transaction.status",
]);

/** Actions with such a sentence. Only their sealed parts are opened for a list. */
export const WORDED_ACTIONS: readonly string[] = ACTIONS.filter(
  (action) => WORDED_OTHERS.has(action) || WORDED_ROOMS.has(action.split(".", 1)[0] ?? ""),
);

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function textsIn(details: Members): Partial<Record<WordName, string>> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = details[name];
      return ["string", "number", "boolean"].includes(typeof value) ? [[name, String(value)]] : [];
    }),
  );
}

/** An act has one level for all fields, or one for each. */
function maskedOf(fields: readonly string[], { level, levels }: Members): string[] {
  const each = membersOf(levels);
  return level === "masked" ? [...fields] : fields.filter((field) => each[field] === "masked");
}

/** Returns the words of an entry's org part; a part of another form has none. Exports ask for those of every entry. */
export function wordsOf(org: unknown): EntryWords {
  const { details: given, access } = membersOf(org);
  const details = membersOf(given);
  const groups = namesIn(details.groups);
  const fields = groups.length > 0 ? groups : namesIn(membersOf(access).data_accessed);
  const masked = maskedOf(fields, details);
  const texts = textsIn(details);
  return {
    ...(fields.length === 0 ? {} : { fields }),
    ...(masked.length === 0 ? {} : { masked }),
    ...(Object.keys(texts).length === 0 ? {} : { texts }),
  };
}
