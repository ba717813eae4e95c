import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { environments } from "@/lib/env";
import { EnvironmentError, lazily, variablesOf } from "@/lib/env/read-environment";

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  PORT: z.coerce.number().int(),
  KEK_FILE: z.string().optional(),
  TRUSTED: z
    .string()
    .optional()
    .refine((value) => value !== "wrong", "not addresses"),
});
const SECRET = "postgresql://u:hunter2@db/x";

function fileOf(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "sp-env-")), "secret");
  writeFileSync(file, text);
  return file;
}

function read(variables: Record<string, string>) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return lazily(schema)();
}

afterEach(() => vi.unstubAllEnvs());

describe("the environment", () => {
  it("takes a variable from the file that NAME_FILE names, without its last line break", () => {
    expect(read({ PORT: "1", DATABASE_URL_FILE: fileOf(`${SECRET}\n`) }).DATABASE_URL).toBe(SECRET);
  });

  it("leaves a variable alone whose own name ends in _FILE", () => {
    expect(read({ PORT: "1", DATABASE_URL: SECRET, KEK_FILE: "/no/such/file" }).KEK_FILE).toBe(
      "/no/such/file",
    );
  });

  it.each([
    [
      { PORT: "x", TRUSTED: "wrong" },
      "environment: DATABASE_URL is missing; PORT is not usable; TRUSTED: not addresses",
    ],
    [
      { PORT: "1", DATABASE_URL: SECRET, DATABASE_URL_FILE: "/x" },
      "environment: set DATABASE_URL or DATABASE_URL_FILE, not both",
    ],
    [
      { PORT: "x", TRUSTED: "wrong", DATABASE_URL_FILE: "/no/such/file" },
      "environment: DATABASE_URL_FILE names a file that cannot be read; PORT is not usable; TRUSTED: not addresses",
    ],
  ])("names each variable at fault and no value: %o", (variables, message) => {
    expect(() => read(variables)).toThrow(new EnvironmentError(message));
  });
});

it.each(Object.entries(environments))(
  "settings of the %s that are all wrong at once are named in one list, without a value",
  (_part, schema) => {
    const faultsOf = (values: Record<string, string>) =>
      new Set((schema.safeParse(values).error?.issues ?? []).map((issue) => String(issue.path[0])));
    // One character that no number, flag, address or list allows; for plain text an empty value.
    const wrong = Object.keys(schema.shape).filter((name) => faultsOf({ [name]: "\u0000" }).has(name));
    const values = Object.fromEntries(
      Object.keys(schema.shape).map((name) => [name, wrong.includes(name) ? "\u0001canary" : ""]),
    );
    for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
    const unusable = faultsOf(values);
    expect([...unusable]).toEqual(expect.arrayContaining(wrong));
    let message = "";
    try {
      lazily(schema as z.ZodObject)();
    } catch (error) {
      message = error instanceof EnvironmentError ? error.message : "";
    }
    const listed = message.replace("environment: ", "").split("; ");
    expect(new Set(listed.map((fault) => /^[A-Z0-9_]+/.exec(fault)?.[0]))).toEqual(unusable);
    expect(message).not.toContain("canary");
  },
);

/** Names of variables whose values are secret, in every program. */
const SECRET_LIKE =
  /PASSPHRASE|PASSWORD|SECRET|TOKEN|_PIN$|API_KEY|DATABASE[A-Z_]*_URL$|^(?:SMTP|REDIS)_URL$/;

it.each(Object.entries(environments))(
  "each secret of the %s is also read from the file that its NAME_FILE names",
  (_part, { shape }) => {
    const names = Object.keys(shape);
    const secrets = names.filter((name) => SECRET_LIKE.test(name) && !/_(?:FILE|URI)$/.test(name));
    expect(secrets).not.toEqual([]);
    // A program that declares NAME_FILE itself reads the file itself.
    const ofReader = secrets.filter((name) => !names.includes(`${name}_FILE`));
    for (const name of secrets) vi.stubEnv(`${name}_FILE`, fileOf(`value of ${name}\n`));
    expect(variablesOf(names)).toMatchObject(
      Object.fromEntries(ofReader.map((name) => [name, `value of ${name}`])),
    );
    expect(secrets.filter((name) => !ofReader.includes(name))).toEqual(
      ["VAULT_TOKEN", "PKCS11_PIN"].filter((name) => names.includes(name)),
    );
  },
);
