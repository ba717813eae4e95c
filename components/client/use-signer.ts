"use client";

import { useCallback } from "react";
import { NotSigned, target } from "@/components/client/api";
import type { PasskeySignature, SigningKeys, StatementKind } from "@/components/client/sign-statement";
import { useApi } from "@/components/client/use-api";
import type { getRosterStanding } from "@/lib/api-client/operations/administration/roster";

const standingOf = target<typeof getRosterStanding>("GET", "/confidential/account/roster");

export interface Signed<S> {
  readonly statement: S;
  readonly signature: PasskeySignature;
}

/** A statement to sign, and the check that it matches the page. */
export interface ToSign<S> {
  readonly kind: StatementKind;
  /** Asks the server to prepare the statement. Called only when the person signs with their own key. */
  prepare(): Promise<S>;
  /** Whether the statement matches what the page shows. Otherwise it is not signed. */
  isAsShown(statement: S): boolean | Promise<boolean>;
}

export interface Signer {
  /**
   * Asks the person to sign, if the custodian knows one of the person’s passkeys. Returns undefined if the portal signs for
   * them, as in an evaluation for people without a key. The call is then sent without a signature. Throws NotSigned,
   * CallRefused and NetworkLost.
   */
  sign<S>(what: ToSign<S>): Promise<Signed<S> | undefined>;
}

/** Whether two lists name the same, in any order. */
export function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

/** Signs decisions, openings and disputes with the passkeys on the custodian's roster. */
export function useSigner(): Signer {
  const { call } = useApi();
  return {
    sign: useCallback(
      async <S>(what: ToSign<S>) => {
        const standing = await call(standingOf, {});
        if (standing.signed_by !== "own_key") return undefined;
        const credentialIds = standing.keys.flatMap(({ kind, id }) => (kind === "passkey" ? [id] : []));
        const { signStatement } = await import("@/components/client/sign-statement");
        const keys: SigningKeys = { rpId: standing.rp_id, credentialIds };
        const statement = await what.prepare();
        if (!(await what.isAsShown(statement))) throw new NotSigned("differs");
        return { statement, signature: await signStatement(what.kind, statement, keys) };
      },
      [call],
    ),
  };
}
