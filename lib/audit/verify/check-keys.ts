import { checkEd25519PublicKey } from "@/lib/crypto/ed25519-check";
import { FormatError } from "@/lib/crypto/format-error";
import { parseVkey } from "@/lib/crypto/signed-note";
import { Policy } from "./bundle-format";

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

/**
 * Reads a policy as a checker wrote it (docs/formats/bundle.md "Policy"). Throws FormatError that says what is wrong:
 * not JSON, the member that has another form, or the key that is none.
 */
export function readPolicy(text: string): Policy {
  const parsed = Policy.safeParse(jsonOf(text));
  if (!parsed.success) {
    const path = (parsed.error.issues[0]?.path ?? []).map(String).join("/");
    throw new FormatError("format.record", `not a policy, at /${path}`, { pointer: `/${path}` });
  }
  const fault = keysFault(parsed.data);
  if (fault !== undefined) throw new FormatError("format.key", `the policy's ${fault}`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("format.json", "not JSON");
  }
}
