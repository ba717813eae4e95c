import "server-only";
import type { EvidenceStatement } from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import type { Sheet } from "@/lib/evidence/pdf/sheet";
import type { EvidenceLanguage, EvidenceWords } from "@/lib/evidence/pdf/words";
import { formatTime, lastDayOf } from "@/lib/format";

/** What every section is drawn from. */
export interface Drawing {
  readonly sheet: Sheet;
  readonly statement: EvidenceStatement;
  readonly words: EvidenceWords;
  readonly language: EvidenceLanguage;
  /** Address of the page that verifies the file. */
  readonly verifyAt: string;
}

const UTC = { timeZone: "UTC" } as const;

/** A day in UTC, in the file's language. */
export function dayOf({ language }: Drawing, instant: string): string {
  return formatTime(new Date(instant), { ...UTC, locale: language, form: "day" });
}

/** A time in UTC, with seconds. */
export function momentOf({ language }: Drawing, instant: string): string {
  return formatTime(new Date(instant), { ...UTC, locale: language, form: "full" });
}

/** Returns an end as its last day, if it was typed as a day, and otherwise with its time. */
export function endOf(drawing: Drawing, instant: string): string {
  const last = lastDayOf(instant);
  return last === undefined ? momentOf(drawing, instant) : dayOf(drawing, last.toISOString());
}
