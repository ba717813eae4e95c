import { toBase64url } from "@/lib/crypto/bytes";
import { signStatement } from "@/lib/crypto/statement";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import type { Given, OptionSpec } from "./command";
import { usage } from "./exit";
import type { Host } from "./host";
import { readSigningKey } from "./signing-key";

/** Options of commands whose act may take a person's own signature. */
export const STATEMENT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "statement-key",
    kind: "text",
    value: "FILE",
    help: "Sign the statement with your Ed25519 key in this file, a private JWK.",
  },
  {
    name: "statement-key-id",
    kind: "text",
    value: "ID",
    help: "The id under which your key is registered. Default: the kid of the JWK.",
  },
];

/** Signs statements of one kind; undefined where no key was given. Throws CliError (usage). */
export async function statementSigner(
  host: Host,
  given: Given,
): Promise<((kind: string, statement: object) => StatementSignature) | undefined> {
  const file = given.text("statement-key");
  if (file === undefined) return undefined;
  const { seed, keyId } = await readSigningKey(host, file);
  const id = given.text("statement-key-id") ?? keyId;
  if (id === undefined) throw usage("--statement-key-id is required: the file names none");
  return (kind, statement) => ({
    kind: "ed25519",
    key_id: id,
    signature: toBase64url(signStatement(seed, kind, statement)),
  });
}
