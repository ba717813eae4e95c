import { parseArgs } from "node:util";
import { type CommandSpec, type Given, GLOBAL_OPTIONS, type OptionSpec } from "./command";
import { usage } from "./exit";

/** A key in the arguments would appear in the shell's history and in every list of processes. */
const KEY_IN_ARGUMENTS = /sp_[0-9A-Za-z]{10}_[0-9A-Za-z]{20}/;

export type Parsed =
  | { readonly kind: "run"; readonly command: CommandSpec; readonly given: Given }
  /** Help for the commands that begin with this path; a whole path is one command's. */
  | { readonly kind: "help"; readonly path: readonly string[]; readonly isAsked: boolean }
  | { readonly kind: "version" };

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

function declared(options: readonly OptionSpec[]) {
  return Object.fromEntries(
    options.map(({ name, kind }) => [
      name,
      { type: kind === "flag" ? ("boolean" as const) : ("string" as const), multiple: kind === "texts" },
    ]),
  );
}

/** All options of all commands, to find the operands before the command is known. */
function union(commands: readonly CommandSpec[]): OptionSpec[] {
  return [...GLOBAL_OPTIONS, ...commands.flatMap(({ options = [] }) => options)];
}

const startsWith = (path: readonly string[], start: readonly string[]): boolean =>
  start.length <= path.length && start.every((word, at) => path[at] === word);

function findCommand(words: readonly string[], commands: readonly CommandSpec[]) {
  return commands.find(({ path }) => startsWith(words, path));
}

/** Returns as many of the words as name a group of commands. */
function groupOf(words: readonly string[], commands: readonly CommandSpec[]): readonly string[] {
  for (let length = words.length; length > 0; length -= 1) {
    const start = words.slice(0, length);
    if (commands.some(({ path }) => startsWith(path, start))) return start;
  }
  return [];
}

function strictly(argv: readonly string[], options: readonly OptionSpec[]) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...argv],
      options: declared(options),
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const seen = new Set<string>();
    for (const token of tokens) {
      if (token.kind !== "option") continue;
      const isList = options.some(({ name, kind }) => name === token.name && kind === "texts");
      if (!isList && seen.has(token.name)) throw usage(`--${token.name} is given twice`);
      seen.add(token.name);
    }
    return { values: values as Values, positionals };
  } catch (error) {
    if (error instanceof TypeError) throw usage(error.message.replaceAll(/\s+/g, " "));
    throw error;
  }
}

function checkChoices(values: Values, options: readonly OptionSpec[]): void {
  for (const { name, choices } of options) {
    if (choices === undefined) continue;
    for (const value of [values[name] ?? []].flat())
      if (typeof value === "string" && !choices.includes(value))
        throw usage(`--${name} is one of ${choices.join(", ")}`);
  }
}

function operandsOf(command: CommandSpec, words: readonly string[]): ReadonlyMap<string, string> {
  const { operands = [] } = command;
  const found = new Map<string, string>();
  for (const [at, { name, isOptional, choices }] of operands.entries()) {
    const word = words[at];
    if (word === undefined) {
      if (isOptional === true) continue;
      throw usage(`${name} is wanted`);
    }
    if (choices !== undefined && !choices.includes(word))
      throw usage(`${name} is one of ${choices.join(", ")}`);
    found.set(name, word);
  }
  if (words.length > operands.length) throw usage(`"${words[operands.length]}" is one word too many`);
  return found;
}

/** The whole number that a text is, within bounds; undefined for anything else. */
export function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** The arguments of a command, by declared name. */
export function givenOf(
  command: Pick<CommandSpec, "options" | "operands">,
  values: Values,
  operands: ReadonlyMap<string, string>,
): Given {
  const specs = [...GLOBAL_OPTIONS, ...(command.options ?? [])];
  const read = (name: string, kind: OptionSpec["kind"]) => {
    if (!specs.some((spec) => spec.name === name && spec.kind === kind))
      throw new TypeError(`no ${kind} option ${name} is declared`);
    return values[name];
  };
  const text = (name: string): string | undefined => {
    const value = read(name, "text");
    return typeof value === "string" ? value : undefined;
  };
  return {
    operand: (name) => {
      const found = operands.get(name);
      if (found === undefined) throw new TypeError(`no operand ${name}`);
      return found;
    },
    find: (name) => operands.get(name),
    text,
    need: (name) => {
      const found = text(name);
      if (found === undefined) throw usage(`--${name} is wanted`);
      return found;
    },
    texts: (name) => [read(name, "texts") ?? []].flat().map(String),
    flag: (name) => read(name, "flag") === true,
    whole: (name, min, max) => {
      const found = text(name);
      if (found === undefined) return undefined;
      const value = wholeNumber(found, min, max);
      if (value === undefined) throw usage(`--${name} is a whole number from ${min} to ${max}`);
      return value;
    },
  };
}

/**
 * Reads a command line by the table of commands. Throws CliError (usage) for invalid input. Its message never has an
 * option's value, which may be a secret in the wrong place.
 */
export function parseCommandLine(argv: readonly string[], commands: readonly CommandSpec[]): Parsed {
  if (argv.some((word) => KEY_IN_ARGUMENTS.test(word)))
    throw usage(
      "an API key is among the arguments, where others on this machine can read it",
      "Give it by prompt, standard input, --key-file or SEALPORT_API_KEY; and replace the key if anyone may have seen it.",
    );
  const loose = parseArgs({
    args: [...argv],
    options: { ...declared(union(commands)), version: { type: "boolean" } },
    allowPositionals: true,
    strict: false,
  });
  const words = loose.positionals;
  const isAsked = loose.values.help === true;
  if (words.length === 0 && loose.values.version === true) return { kind: "version" };
  if (words[0] === "help") return { kind: "help", path: groupOf(words.slice(1), commands), isAsked: true };
  const command = findCommand(words, commands);
  if (command === undefined) return withoutCommand(words, commands, isAsked);
  if (isAsked) return { kind: "help", path: command.path, isAsked };
  const options = [...GLOBAL_OPTIONS, ...(command.options ?? [])];
  const { values, positionals } = strictly(argv, options);
  checkChoices(values, options);
  const operands = operandsOf(command, positionals.slice(command.path.length));
  return { kind: "run", command, given: givenOf(command, values, operands) };
}

function withoutCommand(
  words: readonly string[],
  commands: readonly CommandSpec[],
  isAsked: boolean,
): Parsed {
  const path = groupOf(words, commands);
  if (words.length > path.length && !isAsked)
    throw usage(
      `unknown command "${words.slice(0, path.length + 1).join(" ")}"`,
      ...nearOf(path, words[path.length] ?? "", commands),
      `\`${["sealport", ...path, "--help"].join(" ")}\` lists the commands.`,
    );
  return { kind: "help", path, isAsked };
}

/** Returns the command, or group, that was probably meant: one edit away; a swap of two letters is one edit. */
function nearOf(path: readonly string[], word: string, commands: readonly CommandSpec[]): string[] {
  const next = commands.filter((one) => startsWith(one.path, path)).map((one) => one.path[path.length]);
  const near = next.find((one) => one !== undefined && isOneEditAway(word, one));
  return near === undefined ? [] : [`Did you mean ${[...path, near].join(" ")}?`];
}

/** Whether one added, missing, replaced or swapped letter turns one word into the other. */
function isOneEditAway(one: string, other: string): boolean {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const left = one.slice(same);
  const right = other.slice(same);
  return (
    left.slice(1) === right ||
    left === right.slice(1) ||
    left.slice(1) === right.slice(1) ||
    (left.slice(2) === right.slice(2) && left[0] === right[1] && left[1] === right[0])
  );
}
