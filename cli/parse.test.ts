import { describe, expect, it } from "vitest";
import { CliError } from "./exit";
import { helpFor } from "./help";
import { parseCommandLine } from "./parse";
import { COMMANDS } from "./table";

const parse = (...argv: readonly string[]) => parseCommandLine(argv, COMMANDS);

function given(...argv: readonly string[]) {
  const parsed = parse(...argv);
  if (parsed.kind !== "run") throw new Error(`a command expected, not ${parsed.kind}`);
  return parsed;
}

function refusal(...argv: readonly string[]): CliError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error("a refusal expected");
}

describe("a command line", () => {
  it("names a command, its operands and options, global ones in any place", () => {
    const { command, given: got } = given(
      "--json",
      "transactions",
      "--profile",
      "a",
      "open",
      "ID",
      "--purpose=audit",
    );
    expect(command.path).toEqual(["transactions", "open"]);
    expect([got.operand("ID"), got.need("purpose"), got.text("profile"), got.flag("json")]).toEqual([
      "ID",
      "audit",
      "a",
      true,
    ]);
  });

  it("takes an option again only where it is a list", () => {
    const { given: got } = given(
      "transactions",
      "open",
      "ID",
      "--purpose",
      "audit",
      "--field",
      "amount",
      "--field",
      "parties",
    );
    expect(got.texts("field")).toEqual(["amount", "parties"]);
    expect(refusal("transactions", "list", "--url", "a", "--url", "b").message).toBe("--url is given twice");
  });

  it("is refused with status 2 where it does not fit", () => {
    const wrong = [
      ["transactions", "erase"],
      ["transactions", "show"],
      ["transactions", "show", "a", "b"],
      ["transactions", "show", "a", "--nope"],
      ["transactions", "list", "--status", "gone"],
      ["completion", "tcsh"],
      ["transactions", "list", "--status"],
      ["transactions", "list", "--all=yes"],
      ["grants", "show", "--reason", "it is another command's", "x"],
    ];
    for (const argv of wrong) expect(refusal(...argv).exit, argv.join(" ")).toBe(2);
  });

  it("that names no command says where the commands are listed, and which one is near", () => {
    expect(refusal("transaction", "list").hints).toEqual([
      "Did you mean transactions?",
      "`sealport --help` lists the commands.",
    ]);
    expect(refusal("transactions", "opne", "ID").hints).toEqual([
      "Did you mean transactions open?",
      "`sealport transactions --help` lists the commands.",
    ]);
    expect(refusal("transactions", "erase").hints).toEqual([
      "`sealport transactions --help` lists the commands.",
    ]);
  });

  it("refuses a key in the arguments, and does not show it", () => {
    const key = `sp_0123456789_${"s".repeat(49)}`;
    for (const argv of [
      ["profile", "add", "x", "--url", key],
      [key],
      ["transactions", "list", `--profile=${key}`],
    ]) {
      const { message, hints, exit } = refusal(...argv);
      expect(exit).toBe(2);
      expect(message + hints.join()).not.toContain("ssss");
    }
  });

  it("shows help of everything, of a group and of a command, also without a command", () => {
    expect(parse()).toEqual({ kind: "help", path: [], isAsked: false });
    expect(parse("--help")).toEqual({ kind: "help", path: [], isAsked: true });
    expect(parse("transactions")).toEqual({ kind: "help", path: ["transactions"], isAsked: false });
    expect(parse("help", "transactions", "open")).toEqual({
      kind: "help",
      path: ["transactions", "open"],
      isAsked: true,
    });
    expect(parse("transactions", "show", "--help")).toMatchObject({
      kind: "help",
      path: ["transactions", "show"],
    });
    expect(parse("--version")).toEqual({ kind: "version" });
  });

  it.each(["-1", "1.5", "0x10", "1e3", "", " 1", "501", "9999999999999999999"])(
    "takes no number like %j",
    (text) => {
      const { given: got } = given("transactions", "batch", "f", `--chunk=${text}`);
      expect(() => got.whole("chunk", 1, 500)).toThrow(CliError);
    },
  );

  it("passes on only options that its command declares", () => {
    const { given: got } = given("transactions", "show", "x");
    expect(() => got.text("purpose")).toThrow(TypeError);
    expect(() => got.operand("OTHER")).toThrow(TypeError);
    expect(() => got.flag("constructor")).toThrow(TypeError);
  });
});

describe("the table of commands", () => {
  it("gives one name one kind, and each command an example that parses", () => {
    const kinds = new Map<string, string>();
    for (const { options = [] } of COMMANDS)
      for (const { name, kind } of options) {
        expect(kinds.get(name) ?? kind, name).toBe(kind);
        kinds.set(name, kind);
      }
    for (const { path, example } of COMMANDS) {
      expect(example, path.join(" ")).toContain(path.join(" "));
      const [, line = ""] = /sealport ([^)]*)/.exec(example) ?? [];
      const words = [...(line.split(" > ")[0]?.matchAll(/'([^']*)'|(\S+)/g) ?? [])].map(
        ([, quoted, plain]) => quoted ?? plain ?? "",
      );
      expect(parse(...words), example).toMatchObject({ kind: "run" });
    }
  });

  it("has no path that is the beginning of another", () => {
    const paths = COMMANDS.map(({ path }) => path.join(" "));
    for (const one of paths) expect(paths.filter((other) => other.startsWith(`${one} `))).toEqual([]);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("keeps each option and its text apart in help, however long the option's name is", () => {
    for (const { path, options = [] } of COMMANDS) {
      const lines = helpFor(path, COMMANDS).split("\n");
      for (const { name, kind, value = "TEXT", help, choices } of options) {
        const label = kind === "flag" ? `--${name}` : `--${name} ${value}`;
        const begins = (choices === undefined ? help : `${help} `).split(" ")[0] ?? "";
        const at = lines.findIndex((line) => line.trim() === label || line.startsWith(`  ${label}  `));
        expect(at, `${path.join(" ")} ${label}`).toBeGreaterThan(-1);
        expect(`${lines[at]} ${lines[at + 1]}`).toContain(` ${begins}`);
      }
    }
    expect(helpFor(["export"], COMMANDS)).toContain('One of ",", ";".');
  });

  it("shows in help how to begin: a profile, or two variables", () => {
    const help = helpFor([], COMMANDS);
    for (const words of ["sealport profile add", "sealport doctor", "SEALPORT_URL", "SEALPORT_API_KEY"])
      expect(help).toContain(words);
    expect(helpFor(["keys"], COMMANDS)).not.toContain("SEALPORT_API_KEY");
  });

  it("is whole in help: every command, every option, and an example", () => {
    const all = helpFor([], COMMANDS);
    for (const command of COMMANDS) {
      expect(all).toContain(command.path.join(" "));
      const help = helpFor(command.path, COMMANDS);
      expect(help).toContain(command.example);
      for (const { name } of command.options ?? [])
        expect(help, command.path.join(" ")).toContain(`--${name}`);
      expect(
        Math.max(
          ...help
            .split("\n")
            .filter((line) => !line.includes("sealport "))
            .map((line) => line.length),
        ),
      ).toBeLessThan(110);
    }
  });
});
