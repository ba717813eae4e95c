import type { Cx } from "./context";

/** One option of a command, as data: parsing, help and completion read it. */
export interface OptionSpec {
  /** Without the dashes. The same name has the same kind in every command. */
  readonly name: string;
  readonly kind: "flag" | "text" | "texts";
  /** What stands for the value in help: FILE and PROFILE are completed as such. */
  readonly value?: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

export interface OperandSpec {
  readonly name: string;
  readonly help: string;
  readonly isOptional?: true;
  readonly choices?: readonly string[];
}

/** What was given to a command. Asking for a name that the command does not declare throws a TypeError. */
export interface Given {
  /** An operand that is not optional. */
  operand(name: string): string;
  find(name: string): string | undefined;
  text(name: string): string | undefined;
  /** An option without which the command cannot run; throws CliError (usage). */
  need(name: string): string;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** A whole number within bounds; throws CliError (usage) for anything else. */
  whole(name: string, min: number, max: number): number | undefined;
}

/** One command, as data: the table in table.ts is all there is. */
export interface CommandSpec {
  readonly path: readonly string[];
  readonly summary: string;
  readonly operands?: readonly OperandSpec[];
  readonly options?: readonly OptionSpec[];
  readonly example: string;
  /** A paragraph that help adds. */
  readonly note?: string;
  /** Ends with an exit status; none is 0. */
  run(cx: Cx, given: Given): Promise<number | undefined>;
}

/** Options of every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: "json", kind: "flag", help: "One JSON document on standard output; lists as NDJSON." },
  { name: "profile", kind: "text", value: "PROFILE", help: "The profile to use, else SEALPORT_PROFILE." },
  {
    name: "url",
    kind: "text",
    value: "URL",
    help: "The portal's address, else SEALPORT_URL, else the profile's.",
  },
  { name: "quiet", kind: "flag", help: "No progress and no remarks on standard error." },
  { name: "help", kind: "flag", help: "This help." },
];
