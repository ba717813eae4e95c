import "server-only";

export const CUSTODY_KINDS = ["local", "aws-kms", "pkcs11", "transit"] as const;
export type CustodyKind = (typeof CUSTODY_KINDS)[number];

/** What a wrapped root key is bound to. Unwrapping needs the same values. They contain no secret. */
export interface WrapContext {
  readonly keystore: string;
  readonly root: string;
}

/** A root key as it is stored in the keystore file. */
export interface WrappedKey {
  /** Identity of the wrapping key as its custody names it: an ARN, a token's object, mount, name and key version. */
  readonly key: string;
  readonly wrapped: string;
}

/**
 * Wraps the root key of a keystore (crypto.md "Hierarchy"). Every back end passes the contract in
 * lib/testing/contracts/custody-contract.ts. Failures are KeystoreErrors with their code. A service that may recover is
 * `keystore.unavailable`, after bounded retries. No message contains any part of the key.
 */
export interface RootCustody {
  readonly kind: CustodyKind;
  /** The text of SEALPORT_CUSTODY after the kind. Empty for local. */
  readonly name: string;
  wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey>;
  /**
   * Refuses a key that its custody shows as disabled, even if the custody would still unwrap with it. With `isStateRead`
   * false a key service is asked to unwrap at once, which shows what a credential without a right to read can do.
   */
  unwrap(context: WrapContext, wrapped: WrappedKey, isStateRead?: boolean): Promise<Uint8Array>;
  /** Returns the identity of the current key. Throws as unwrap does when it could not be used now. */
  health(): Promise<{ readonly key: string }>;
}

/** Returns the context as associated data or encryption context. The format defines names and values. */
export function contextMembers(context: WrapContext): Readonly<Record<string, string>> {
  return { format: "sealport/root-kek/1", keystore: context.keystore, root: context.root };
}

/** Returns the text of SEALPORT_CUSTODY for this custody. */
export function custodyText({ kind, name }: Pick<RootCustody, "kind" | "name">): string {
  return name === "" ? kind : `${kind}:${name}`;
}
