import "server-only";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CosignerKey, NoteKey } from "@/lib/env/anchors";
import { ownVariables } from "@/lib/env/served-tenant";
import { PortalOrigin, Text } from "@/lib/env/values";
import { OperatorError } from "@/lib/errors";

// The instance file: what is public and the same for every part. INSTANCE_FILE names it. A part's own variables may
// repeat a value and may not contradict one.

const Operator = Text.max(80);
const Address = Text.refine((url) => /^(?:unix:\/|mtls:\/\/|https?:\/\/)/.test(url), "not a service address");

export const InstanceDescription = z.strictObject({
  format: z.literal("sealport/instance/1"),
  tenant: z.uuid(),
  /** The log's origin, such as `portal.example.org/log1`. */
  origin: Text,
  /** Where people reach the portal. */
  portal: PortalOrigin,
  /** Public keys, as `create-keys` prints them. */
  keys: z
    .strictObject({
      signer: NoteKey,
      portal: NoteKey,
      custodian: NoteKey,
      witness: CosignerKey,
    })
    .partial(),
  addresses: z.strictObject({ signer: Address, custodian: Address, witness: Address }).partial(),
  /** Who runs each part, as /trust shows it. */
  run_by: z
    .strictObject({
      portal: Operator,
      database: Operator,
      signer: Operator,
      custodian: Operator,
      witness: Operator,
    })
    .partial()
    .optional(),
});
export type InstanceDescription = z.infer<typeof InstanceDescription>;

export interface ReadInstance {
  readonly instance: InstanceDescription;
  /** SHA-256 of the file, hexadecimal: equal at every part. */
  readonly digest: string;
}

/** Returns the instance file. Throws OperatorError that names the variable and the place of the fault. */
export function readInstanceFile(file: string): ReadInstance {
  let bytes: Buffer;
  let value: unknown;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new OperatorError(`INSTANCE_FILE names a file that cannot be read: ${file}`);
  }
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new OperatorError(`INSTANCE_FILE is not JSON: ${file}`);
  }
  const parsed = InstanceDescription.safeParse(value);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new OperatorError(
      `INSTANCE_FILE is not an instance file${place === "" ? "" : `: see ${place}`}: ${file}`,
    );
  }
  return { instance: parsed.data, digest: createHash("sha256").update(bytes).digest("hex") };
}

/** Returns the digest of this process's own instance file; undefined without one. */
export function ownInstanceDigest(): string | undefined {
  const file = ownVariables().INSTANCE_FILE;
  return file === undefined ? undefined : readInstanceFile(file).digest;
}

/** Returns the variables that an instance file gives. */
export function variablesIn({ tenant, origin, portal, keys, addresses }: InstanceDescription) {
  return {
    TENANT_ID: tenant,
    LOG_ORIGIN: origin,
    PORTAL_ORIGIN: portal,
    LOG_VKEY: keys.signer,
    CUSTODIAN_VKEY: keys.custodian,
    WITNESS_VKEY: keys.witness,
    SIGNER_URL: addresses.signer,
    CUSTODIAN_URL: addresses.custodian,
    WITNESS_URL: addresses.witness,
  };
}

/**
 * Compares a part's own public key with the instance file's, where there is one. Throws OperatorError when they differ:
 * the other parts would refuse what it signs.
 */
export function requireOwnKey(part: keyof InstanceDescription["keys"], vkey: string): void {
  const file = ownVariables().INSTANCE_FILE;
  if (file === undefined) return;
  const expected = readInstanceFile(file).instance.keys[part];
  if (expected !== undefined && expected !== vkey)
    throw new OperatorError(`KEY_DIR has another key than INSTANCE_FILE names for the ${part}`);
}
