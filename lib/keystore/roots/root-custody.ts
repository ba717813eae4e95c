import "server-only";

export const CUSTODY_KINDS = ["local", "aws-kms", "pkcs11", "transit"] as const;
export type CustodyKind = (typeof CUSTODY_KINDS)[number];

/** What a wrapped root key is bound to: the same must be given again to unwrap it. Nothing secret stands in it. */
export interface WrapContext {
  readonly keystore: string;
  readonly root: string;
}

/** A root key as it stands in the keystore file. */
export interface WrappedKey {
  /** Identity of the wrapping key as its holder tells it: an ARN, a token's object, mount, name and key version. */
  readonly key: string;
  readonly wrapped: string;
}

/**
 * Who wraps the root key of a keystore (crypto.md "Hierarchy"). Every back end passes the contract in
 * lib/testing/contracts/custody-contract.ts. Failures are KeystoreErrors by name; a service that may recover is
 * `keystore.unavailable`, after bounded retries. Nothing of the key stands in a message.
 */
export interface RootCustody {
  readonly kind: CustodyKind;
  /** What SEALPORT_CUSTODY names after the kind; empty for local. */
  readonly name: string;
  wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey>;
  /** Refuses a key that its holder shows as disabled, also where the holder would still unwrap with it. */
  unwrap(context: WrapContext, wrapped: WrappedKey): Promise<Uint8Array>;
  /** The identity of the key in use. Throws as unwrap does when it could not be used now. */
  health(): Promise<{ readonly key: string }>;
}

/** The context as associated data or encryption context: names and values are the format's own. */
export function contextMembers(context: WrapContext): Readonly<Record<string, string>> {
  return { format: "sealport/root-kek/1", keystore: context.keystore, root: context.root };
}

/** Text of SEALPORT_CUSTODY that names this custody. */
export function custodyText({ kind, name }: Pick<RootCustody, "kind" | "name">): string {
  return name === "" ? kind : `${kind}:${name}`;
}
