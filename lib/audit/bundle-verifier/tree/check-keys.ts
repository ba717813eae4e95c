import { checkEd25519PublicKey } from "@/lib/crypto/ed25519-check";
import { FormatError } from "@/lib/crypto/format-error";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { Policy } from "../claims/bundle-format";
import { parseSide } from "../receipts/read-side";
import type { Finding } from "../report/report";

/** Keys by which notes are checked, of a policy or of a bundle. */
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

/** The first key by which nothing can be checked, as `log key 1 is refused: …`; undefined when each is one. */
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

/** Nothing of a bundle is signed by a key that the policy names; log keys tell best which log each is about. */
export function foreignKeys(bundle: string, own: readonly string[], policy: readonly string[]): Finding {
  const logs = { bundle, policy: [...new Set(policy.map(nameOf))].join(", ") };
  const keys =
    logs.bundle === logs.policy
      ? `; the bundle names the key ${own.join(", ")}, the policy ${policy.join(", ")}`
      : "";
  const detail = `signed by keys your policy does not name (log ${logs.bundle}, policy ${logs.policy}${keys})`;
  return { class: "foreign keys", detail, logs };
}

/**
 * Reads a policy as a checker wrote it, also as an editor saved it with a byte order mark (docs/formats/bundle.md "Policy"). Throws FormatError that says what is wrong:
 * not JSON, the member that has another form, or the key that is none.
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
