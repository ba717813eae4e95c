import { type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "./command";
import { EXIT_WORDS } from "./exit";

const WIDTH = 100;
const LABEL = 26;

/** Wraps words over several lines, each with the indentation. */
function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Formats a label and its text; a label that leaves no room for the text gets its own line. */
function entry(label: string, text: string): string {
  const room = LABEL - 4;
  const lines = wrapped(text, LABEL).map((line) => `${" ".repeat(LABEL)}${line}`);
  if (label.length > room) return [`  ${label}`, ...lines].join("\n");
  const [first = "", ...rest] = lines;
  return [`  ${label.padEnd(LABEL - 2)}${first.slice(LABEL)}`, ...rest].join("\n");
}

/** Returns the help and the allowed values of an option; a value that is a punctuation mark is quoted. */
function withChoices(help: string, choices: readonly string[] | undefined): string {
  if (choices === undefined) return help;
  const shown = choices.map((choice) => (/\w/.test(choice) ? choice : `"${choice}"`));
  return `${help} One of ${shown.join(", ")}.`;
}

function optionEntry({ name, value, help, kind, choices }: OptionSpec): string {
  const label = `--${name}${kind === "flag" ? "" : ` ${value ?? "TEXT"}`}`;
  return entry(label, withChoices(help, choices));
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function usageLine({ path, operands = [], options = [] }: CommandSpec): string {
  const words = operands.map(({ name, isOptional }) => (isOptional === true ? `[${name}]` : name));
  return ["usage: sealport", ...path, ...words, ...(options.length === 0 ? [] : ["[OPTION]..."])].join(" ");
}

/** First commands for a new user; the variables are for use without a profile. */
const BEGINNING = [
  "  sealport profile add NAME --url http://localhost:3000   asks for the API key and saves both",
  "  sealport doctor                                         shows whether they work",
  "",
  "Without a profile, the command uses SEALPORT_URL and SEALPORT_API_KEY (or SEALPORT_API_KEY_FILE).",
];

/** Help for one command, with its example. */
export function commandHelp(command: CommandSpec): string {
  const { operands = [], options = [], summary, example, note } = command;
  const operandEntries = operands.map(({ name, help, choices }) => entry(name, withChoices(help, choices)));
  return [
    usageLine(command),
    "",
    summary,
    ...section("Operands", operandEntries),
    ...section("Options", options.map(optionEntry)),
    ...section("Options of every command", GLOBAL_OPTIONS.map(optionEntry)),
    ...section("Example", [`  ${example}`]),
    ...(note === undefined ? [] : ["", ...wrapped(note, 0)]),
    "",
  ].join("\n");
}

/** Help for all commands whose path begins so. */
export function groupHelp(path: readonly string[], commands: readonly CommandSpec[]): string {
  const below = commands.filter((command) => path.every((word, at) => command.path[at] === word));
  const isWhole = path.length === 0;
  return [
    `usage: sealport ${[...path, "COMMAND [OPTION]..."].join(" ")}`,
    ...(isWhole ? section("To begin", BEGINNING) : []),
    ...section(
      "Commands",
      below.map((command) => entry(command.path.join(" "), command.summary)),
    ),
    ...section("Options of every command", GLOBAL_OPTIONS.map(optionEntry)),
    ...(isWhole
      ? section(
          "Exit status",
          EXIT_WORDS.map(([status, words]) => entry(String(status), words)),
        )
      : []),
    "",
    "`sealport COMMAND --help` has each command's options and an example.",
    "",
  ].join("\n");
}

/** Help for a path that parse.ts found: one command's, or a group's. */
export function helpFor(path: readonly string[], commands: readonly CommandSpec[]): string {
  const command = commands.find(
    (one) => one.path.length === path.length && one.path.every((word, at) => word === path[at]),
  );
  return command === undefined ? groupHelp(path, commands) : commandHelp(command);
}
