import type { FieldProblem } from "@/components/client/api";
import { type FieldReason, fieldReason } from "@/components/messages/field-reasons";

/** One refused value of a body: where it is, and why. Local checks and the server's 422 give the same form. */
export interface Fault {
  /** JSON Pointer into the body (RFC 6901). */
  readonly pointer: string;
  readonly reason: FieldReason;
}

/** Which control a refused value was typed in: by JSON Pointer, where a pointer also covers what is below it. */
export type Controls<N extends string> = Readonly<Record<string, N>>;

/** Words for the faults of one control. `wrong` is for every reason but an empty value; without words a general sentence. */
export type FaultWords = Partial<Record<FieldReason["key"] | "wrong", string>>;

/** What the server found wrong with a body that it refused with 422. */
export function remoteFaults(errors: readonly FieldProblem[]): Fault[] {
  return errors.map(({ pointer, detail }) => ({ pointer, reason: fieldReason(detail) }));
}

/** The control of a pointer: the one that is named for it, or for the nearest place above it. */
export function controlAt<N extends string>(controls: Controls<N>, pointer: string): N | undefined {
  for (let place = pointer; place !== ""; place = place.slice(0, place.lastIndexOf("/"))) {
    const name = controls[place];
    if (name !== undefined) return name;
  }
  return controls[""];
}

/** The control's own words for a fault, if it has some. */
export function ownWords(words: FaultWords | undefined, { key }: FieldReason): string | undefined {
  return words?.[key] ?? (key === "missing" ? undefined : words?.wrong);
}

/** The values of a text that has one in a line, or with blanks, commas or semicolons between them; each once. */
export function listedIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ""))];
}
