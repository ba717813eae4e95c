import { checkEd25519PublicKey } from "@/lib/crypto/ed25519-check";
import { FormatError } from "@/lib/crypto/format-error";
import { type Json, parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { Policy } from "../claims/bundle-format";
import type { Finding } from "../report/report";

/** Keys that check notes, from a policy or a bundle. */
interface NamedKeys {
  readonly log: readonly string[];
  readonly receipts: readonly string[];
  readonly witnesses: readonly { readonly vkey: string }[];
}

function keyFault(text: string): string | undefined {
  try {
    checkEd25519PublicKey(parseVkey(text).publicKey);
    return undefined;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** Returns the first unusable key, as `log key 1 is refused: …`. Undefined when all are usable. */
export function keysFault({ log, receipts, witnesses }: NamedKeys): string | undefined {
  const lists = [
    ["log", log],
    ["receipt", receipts],
    ["witness", witnesses.map(({ vkey }) => vkey)],
  ] as const;
  for (const [kind, keys] of lists) {
    for (const [at, key] of keys.entries()) {
      const fault = keyFault(key);
      if (fault !== undefined) return `${kind} key ${at + 1} is refused: ${fault}`;
    }
  }
  return undefined;
}

function nameOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf("+")));
}

/** No key in the policy signed anything in the bundle. Names of log keys best show which log each is about. */
export function foreignKeys(bundle: string, own: readonly string[], policy: readonly string[]): Finding {
  const logs = { bundle, policy: [...new Set(policy.map(nameOf))].join(", ") };
  const keys =
    logs.bundle === logs.policy
      ? `; key in the bundle: ${own.join(", ")}, key in your policy: ${policy.join(", ")}`
      : "";
  const detail = `signed by keys that your policy does not name (log of the bundle: ${logs.bundle}, log of your policy: ${logs.policy}${keys})`;
  return { class: "foreign keys", detail, logs };
}

/**
 * Reads a policy as a checker wrote it, also with an editor's byte order mark (docs/formats/bundle.md "Policy"). Throws
 * FormatError that names the fault: not JSON, a member of another form, or an invalid key.
 */
export function readPolicy(text: string): Policy {
  const parsed = Policy.safeParse(parseSide(text.replace(/^\uFEFF/, "")));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
    const path = [...(issue?.path ?? []), ...unknown].map(String).join("/");
    throw new FormatError("format.record", `not a policy, at /${path}`, { pointer: `/${path}` });
  }
  const fault = keysFault(parsed.data);
  if (fault !== undefined) throw new FormatError("format.key", `the policy's ${fault}`);
  return parsed.data;
}

/**
 * Parses the JSON of a file that a checker wrote or kept with a bundle, in any spelling. Throws FormatError for other text,
 * and for a member that is there twice: another reader of the file might take the other one.
 */
export function parseSide(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError("format.json", text.trim() === "" ? "empty" : "not JSON");
  }
  parseStrictJson(text);
  return value;
}
