import type { Sealport } from "@/lib/api-client/client/sealport";
import type { Profile } from "./config";
import type { Host } from "./host";

/** One option of a command, as data: parsing, help and completion read it. */
export interface OptionSpec {
  /** Without the dashes. The same name has the same kind in every command. */
  readonly name: string;
  readonly kind: "flag" | "text" | "texts";
  /** The placeholder for the value in help: FILE and PROFILE are completed as such. */
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

/** The arguments of a command. Reading a name that the command does not declare throws a TypeError. */
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

/** A column of a list for people and for CSV; `--json` has the items whole. */
export interface Column<T> {
  readonly title: string;
  readonly of: (item: T) => unknown;
  /** Never cut: the last column. */
  readonly isWhole?: true;
}

/** Standard output and standard error of one run. Standard output is data, standard error is talk. */
export interface Output {
  readonly isJson: boolean;
  readonly isWatched: boolean;
  /** One JSON document, or these lines. */
  document(value: Readonly<Record<string, unknown>>, lines?: readonly string[]): Promise<void>;
  /** NDJSON, CSV or a table. */
  list<T>(items: AsyncIterable<T> | Iterable<T>, columns: readonly Column<T>[], given: Given): Promise<void>;
  /** One line of NDJSON with --json, else this text for a person. */
  row(value: unknown, text: string): Promise<void>;
  /** One line of NDJSON, whatever the options. */
  line(value: unknown): Promise<void>;
  text(text: string): Promise<void>;
  bytes(bytes: Uint8Array): Promise<void>;
  /** A remark on standard error, unless --quiet. */
  remark(text: string): void;
  /** Writes one line of standard error that the next one replaces; does nothing without a terminal. */
  progress(text: string | undefined): void;
}

/** The portal to call, and the credentials. */
export interface Target {
  readonly url: string;
  readonly apiKey?: string;
  readonly signing?: NonNullable<Profile["signing"]>;
  /** The profile that the credentials or the address are from. */
  readonly profile?: string;
}

/** The SDK's client: it signs, waits when the server asks for it, and repeats what may be repeated. */
export type Connection = Sealport;

/** The context of a command. */
export interface Cx {
  readonly host: Host;
  readonly out: Output;
  readonly commands: readonly CommandSpec[];
  /** Reads where to call; throws CliError (usage) where that is not known. */
  target(): Target;
  /** Calls as the target says; `send` in place of fetch. */
  connect(send?: typeof fetch): Connection;
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
  /** Ends with an exit status; 0 by default. */
  run(cx: Cx, given: Given): Promise<number | undefined>;
}

/** Options of every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: "json", kind: "flag", help: "Write one JSON document to standard output, or a list as NDJSON." },
  { name: "profile", kind: "text", value: "PROFILE", help: "The profile to use. Default: SEALPORT_PROFILE." },
  {
    name: "url",
    kind: "text",
    value: "URL",
    help: "The portal's address. Default: SEALPORT_URL, or the profile's address.",
  },
  { name: "quiet", kind: "flag", help: "Write no progress and no remarks to standard error." },
  { name: "help", kind: "flag", help: "Show this help." },
];
