import { type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from "./command";
import { usage } from "./exit";

// Scripts for shells, made from the table of commands: they never have text that a portal answered.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A text between single quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const optionsOf = ({ options = [] }: CommandSpec): readonly OptionSpec[] => [...options, ...GLOBAL_OPTIONS];
const isFile = ({ value }: OptionSpec): boolean => value === "FILE";

/** What may follow each beginning of a command's path, by that beginning. */
export function wordsAfter(commands: readonly CommandSpec[]): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, Set<string>>();
  for (const { path } of commands)
    for (const [at, word] of path.entries()) {
      const before = path.slice(0, at).join(" ");
      words.set(before, (words.get(before) ?? new Set()).add(word));
    }
  return new Map([...words].map(([before, set]) => [before, [...set].sort()]));
}

const PROFILES =
  'COMPREPLY=($(compgen -W "$(sealport profile list --csv --quiet 2>/dev/null | tail -n +2 | cut -d, -f2)" -- "$current"))';

/** Returns one `case` of bash: the words, or files, that follow this option of this command. */
function bashValues(command: CommandSpec): string[] {
  const values = optionsOf(command).filter(({ kind }) => kind !== "flag");
  return values.map((option) => {
    const reply =
      option.choices !== undefined
        ? `COMPREPLY=($(compgen -W ${quoted(option.choices.join(" "))} -- "$current"))`
        : isFile(option)
          ? 'COMPREPLY=($(compgen -f -- "$current"))'
          : option.value === "PROFILE"
            ? PROFILES
            : "COMPREPLY=()";
    return `    ${quoted(`${command.path.join(" ")} --${option.name}`)}) ${reply}; return ;;`;
  });
}

function bash(commands: readonly CommandSpec[]): string {
  const groups = [...wordsAfter(commands)].map(
    ([before, words]) => `    ${quoted(before)}) words=${quoted(words.join(" "))} ;;`,
  );
  const leaves = commands.map((command) => {
    const options = optionsOf(command).map(({ name }) => `--${name}`);
    const choices = (command.operands ?? []).flatMap(({ choices: some = [] }) => some);
    return `    ${quoted(command.path.join(" "))}) words=${quoted([...options, ...choices].join(" "))} ;;`;
  });
  return `# sealport completion bash: source it, or put it where bash looks for completions.
_sealport() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="" word words="" skip=""
  local -a known=(${commands.map(({ path }) => quoted(path.join(" "))).join(" ")})
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    # Options of every command may come before it.
    case "$word" in
      ${GLOBAL_OPTIONS.filter(({ kind }) => kind !== "flag")
        .map(({ name }) => `--${name}`)
        .join("|")}) skip=yes; continue ;;
      ${GLOBAL_OPTIONS.map(({ name, kind }) => (kind === "flag" ? `--${name}` : `--${name}=*`)).join("|")}) continue ;;
    esac
    [[ "$word" == -* ]] && break
    local next="\${path:+$path }$word" one
    for one in "\${known[@]}"; do
      if [[ "$one" == "$next" || "$one" == "$next "* ]]; then path="$next"; break; fi
    done
  done
  case "$before" in
    --profile) ${PROFILES}; return ;;
    --url) COMPREPLY=(); return ;;
  esac
  case "$path" in
    'profile use'|'profile remove'|'profile show')
      if [[ "$current" != -* && "$before" != -* ]]; then ${PROFILES}; return; fi ;;
  esac
  case "$path $before" in
${commands.flatMap(bashValues).join("\n")}
  esac
  case "$path" in
${[...groups, ...leaves].join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 && "$current" != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _sealport sealport
`;
}

function zsh(commands: readonly CommandSpec[]): string {
  return `#compdef sealport
# sealport completion zsh: source it behind compinit. It goes through bash's way of completing.
autoload -U +X bashcompinit && bashcompinit
${bash(commands)}`;
}

function fishCondition(path: readonly string[], after: readonly string[]): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const notYet = after.length === 0 ? [] : [`not __fish_seen_subcommand_from ${after.join(" ")}`];
  return [...seen, ...notYet].join("; and ");
}

function fishOption(command: CommandSpec, option: OptionSpec): string {
  const { name, help, kind, choices } = option;
  const value =
    kind === "flag"
      ? ""
      : choices !== undefined
        ? ` -x -a ${quoted(choices.join(" "))}`
        : isFile(option)
          ? " -r -F"
          : " -x";
  return `complete -c sealport -n ${quoted(fishCondition(command.path, []))} -l ${name}${value} -d ${quoted(help)}`;
}

function fish(commands: readonly CommandSpec[]): string {
  const words = [...wordsAfter(commands)].flatMap(([before, some]) => {
    const path = before === "" ? [] : before.split(" ");
    const condition = path.length === 0 ? "__fish_use_subcommand" : fishCondition(path, some);
    return some.map((word) => {
      const found = commands.find((command) => command.path.join(" ") === [...path, word].join(" "));
      const about = found === undefined ? "" : ` -d ${quoted(found.summary)}`;
      return `complete -c sealport -f -n ${quoted(condition)} -a ${word}${about}`;
    });
  });
  const options = commands.flatMap((command) =>
    optionsOf(command).map((option) => fishOption(command, option)),
  );
  return `# sealport completion fish: put it into ~/.config/fish/completions/sealport.fish.\n${[...words, ...options].join("\n")}\n`;
}

/** A shell's completion for these commands. */
export function completionScript(shell: Shell, commands: readonly CommandSpec[]): string {
  if (shell === "bash") return bash(commands);
  return shell === "zsh" ? zsh(commands) : fish(commands);
}

export const COMPLETION_COMMAND: CommandSpec = {
  path: ["completion"],
  summary: "Print a script that completes commands, options and values in your shell.",
  operands: [{ name: "SHELL", help: "Your shell.", choices: SHELLS }],
  example: "source <(sealport completion bash)",
  run: async (cx, given) => {
    const shell = SHELLS.find((one) => one === given.operand("SHELL"));
    if (shell === undefined) throw usage(`SHELL is one of ${SHELLS.join(", ")}`);
    await cx.out.text(completionScript(shell, cx.commands));
    return undefined;
  },
};
