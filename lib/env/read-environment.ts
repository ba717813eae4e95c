import "server-only";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { readInstanceFile, variablesIn } from "@/lib/env/instance-file";
import { ownVariables } from "@/lib/env/served-tenant";
import { OperatorError } from "@/lib/errors";

/** A missing or unusable variable, named without its value. */
export class EnvironmentError extends OperatorError {
  override readonly name = "EnvironmentError";
}

/** Adds what the instance file says to a part's own variables. */
function withInstance(given: Record<string, string | undefined>): Record<string, string | undefined> {
  if (given.INSTANCE_FILE === undefined) return given;
  const all = { ...given };
  for (const [name, value] of Object.entries(variablesIn(readInstanceFile(given.INSTANCE_FILE).instance))) {
    if (value === undefined) continue;
    if (given[name] !== undefined && given[name] !== value)
      throw new EnvironmentError(`${name} contradicts INSTANCE_FILE`);
    all[name] = value;
  }
  return all;
}

/**
 * Returns a process's variables with those of INSTANCE_FILE, each also from the file that NAME_FILE names, as systemd
 * credentials and container secrets give them. Throws EnvironmentError for both at once and for a file that cannot be
 * read.
 */
export function variablesOf(names: readonly string[]): Record<string, string | undefined> {
  const given = withInstance({ ...ownVariables() });
  for (const name of names) {
    const file = names.includes(`${name}_FILE`) ? undefined : given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) throw new EnvironmentError(`set ${name} or ${name}_FILE, not both`);
    try {
      given[name] = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    } catch {
      throw new EnvironmentError(`${name}_FILE names a file that cannot be read`);
    }
  }
  return given;
}

/** One variable's fault, without its value: only messages that this program wrote are repeated. */
function faultOf(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = issue.path.join(".");
  if (given[name] === undefined) return `${name} is missing`;
  return issue.code === "custom" ? `${name}: ${issue.message}` : `${name} is not usable`;
}

/**
 * Returns a reader that checks the variables of a program at its first call; in a portal with several tenants, those of
 * the tenant that is served. Throws EnvironmentError.
 */
export function lazily<T extends z.ZodObject>(schema: T): () => z.output<T> {
  const known = new WeakMap<object, z.output<T>>();
  return () => {
    const own = ownVariables();
    const before = known.get(own);
    if (before !== undefined) return before;
    const given = variablesOf(Object.keys(schema.shape));
    const parsed = schema.safeParse(given);
    if (!parsed.success) {
      const faults = new Set(parsed.error.issues.map((issue) => faultOf(issue, given)));
      throw new EnvironmentError(`environment: ${[...faults].join("; ")}`);
    }
    known.set(own, parsed.data);
    return parsed.data;
  };
}
