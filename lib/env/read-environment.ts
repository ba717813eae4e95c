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

interface Given {
  readonly given: Record<string, string | undefined>;
  /** All contradictions and unreadable files. */
  readonly faults: readonly string[];
}

/** Adds the variables of the instance file to a part's own variables. */
function withInstance(own: Record<string, string | undefined>): Given {
  if (own.INSTANCE_FILE === undefined) return { given: own, faults: [] };
  const given = { ...own };
  const faults: string[] = [];
  for (const [name, value] of Object.entries(variablesIn(readInstanceFile(own.INSTANCE_FILE).instance))) {
    if (value === undefined) continue;
    if (own[name] !== undefined && own[name] !== value) faults.push(`${name} contradicts INSTANCE_FILE`);
    given[name] = value;
  }
  return { given, faults };
}

/** Each variable also from the file that NAME_FILE names, as systemd credentials and container secrets give them. */
function readVariables(names: readonly string[]): Given {
  const { given, faults: found } = withInstance({ ...ownVariables() });
  const faults = [...found];
  for (const name of names) {
    const file = names.includes(`${name}_FILE`) ? undefined : given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) {
      faults.push(`set ${name} or ${name}_FILE, not both`);
      continue;
    }
    try {
      given[name] = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    } catch {
      faults.push(`${name}_FILE names a file that cannot be read`);
    }
  }
  return { given, faults };
}

/**
 * Returns a process's variables with those of INSTANCE_FILE and of files. Throws EnvironmentError with all
 * contradictions and all files that cannot be read.
 */
export function variablesOf(names: readonly string[]): Record<string, string | undefined> {
  const { given, faults } = readVariables(names);
  if (faults.length > 0) throw new EnvironmentError(faults.join("; "));
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
 * the tenant that is served. Throws EnvironmentError with every fault at once, so that an operator can correct all of
 * them at once.
 */
export function lazily<T extends z.ZodObject>(schema: T): () => z.output<T> {
  const known = new WeakMap<object, z.output<T>>();
  return () => {
    const own = ownVariables();
    const before = known.get(own);
    if (before !== undefined) return before;
    const { given, faults } = readVariables(Object.keys(schema.shape));
    const parsed = schema.safeParse(given);
    const unusable = (parsed.error?.issues ?? [])
      // A value that could not be read is not missing.
      .filter(
        ({ path: [name] }) =>
          given[`${String(name)}_FILE`] === undefined || given[String(name)] !== undefined,
      )
      .map((issue) => faultOf(issue, given));
    if (!parsed.success || faults.length > 0)
      throw new EnvironmentError(`environment: ${[...new Set([...faults, ...unusable])].join("; ")}`);
    known.set(own, parsed.data);
    return parsed.data;
  };
}
