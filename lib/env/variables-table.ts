import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { environments } from "@/lib/env";
import { MEANINGS } from "@/lib/env/meanings";

/** The programs that an operator gives variables, in the order of the table. */
const PROGRAMS = ["portal", "worker", "signer", "custodian", "witness", "launch"] as const;
type Program = (typeof PROGRAMS)[number];

/** Values that are secret: each may also come from the file that NAME_FILE names. */
const SECRETS =
  /^(KEK_PASSPHRASE|[A-Z_]*DATABASE_URL|DATABASE_[A-Z]+_URL|SMTP_URL|REDIS_URL|[A-Z_]+_TOKEN|PKCS11_PIN)$/;
/** Set by the launcher or by npm, not by an operator. */
const INTERNAL: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "npm_lifecycle_event",
  "DEMO_FILE",
]);

/** Returns the meaning of each variable: the comment before its declaration in lib/env, or its line in MEANINGS. */
export function meanings(folder: string): ReadonlyMap<string, string> {
  const files = ["env.ts", ...readdirSync(path.join(folder, "env")).map((name) => path.join("env", name))];
  const texts = files
    .filter((name) => !name.includes(".test."))
    .map((name) => readFileSync(path.join(folder, name), "utf8"));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/\/\*\* ((?:(?!\*\/)[\s\S])+?) ?\*\/\s+([A-Z][A-Z0-9_]+):/g),
  ]);
  const commented = found.map(
    ([, words = "", name = ""]) => [name, words.replace(/\s+\*?\s*/g, " ").trim()] as const,
  );
  return new Map([...Object.entries(MEANINGS), ...commented]);
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

function defaultOf(schema: z.ZodType): string | undefined {
  const value: unknown = "def" in schema && Reflect.get(Object(Reflect.get(schema, "def")), "defaultValue");
  return value === undefined || value === false || value === "" ? undefined : JSON.stringify(value);
}

interface Variable {
  readonly name: string;
  readonly programs: readonly Program[];
  readonly required: readonly Program[];
  readonly byDefault: string | undefined;
}

/** Returns every variable that an operator may set, sorted by name. */
export function variables(): Variable[] {
  const shapes = PROGRAMS.map(
    (program) => [program, environments[program].shape as Record<string, z.ZodType>] as const,
  );
  const names = [...new Set(shapes.flatMap(([, shape]) => Object.keys(shape)))].filter(
    (name) => !INTERNAL.has(name) && !name.startsWith("AWS_"),
  );
  return names.sort().map((name) => {
    const readers = shapes.flatMap(([program, shape]) => {
      const schema = shape[name];
      return schema === undefined ? [] : [{ program, schema }];
    });
    return {
      name,
      programs: readers.map(({ program }) => program),
      required: readers.filter(({ schema }) => isRequired(schema)).map(({ program }) => program),
      byDefault: readers.map(({ schema }) => defaultOf(schema)).find((value) => value !== undefined),
    };
  });
}

/** Returns docs/variables.md: all variables with their readers, defaults and meanings. */
export function variablesPage(folder: string): string {
  const meaning = meanings(folder);
  const rows = variables().map(({ name, programs, required, byDefault }) => {
    const readers = programs
      .map((program) => (required.includes(program) ? `**${program}**` : program))
      .join(", ");
    const words = [meaning.get(name) ?? "", byDefault === undefined ? "" : `Default: \`${byDefault}\`.`];
    return `| ${name}${SECRETS.test(name) ? " ·" : ""} | ${readers} | ${words.join(" ").trim().replaceAll("|", "\\|")} |`;
  });
  return `# Variables

Written by \`npm run variables\` from lib/env; a test compares the two. A part reads its variables once, when it starts. A missing
or wrong one ends it with one line that names it. In **bold**: the part does not start without it. \`launch\` is \`npm start\`, which
sets most variables of its parts itself and warns of misspelled ones.

\`INSTANCE_FILE\` names the instance file, which every part has: TENANT_ID, LOG_ORIGIN, PORTAL_ORIGIN, the public keys and the
addresses of the parts. A part's own variable may repeat one of these and may not contradict it (guide *Deploying*).

Each variable may also be given by a file: \`NAME_FILE\` names it, as systemd credentials and container secrets do. A dot (·) marks
secrets, for which this is the better way. Where the root key is in AWS KMS, the AWS SDK reads its own variables (\`AWS_REGION\`, \`AWS_PROFILE\` and others).

| variable | read by | meaning |
| --- | --- | --- |
${rows.join("\n")}
`;
}
