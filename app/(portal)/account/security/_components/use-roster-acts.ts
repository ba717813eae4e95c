"use client";

import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { isChangeAsShown } from "@/app/(portal)/account/security/_components/roster-difference";
import { CallRefused, target } from "@/components/client/api";
import { NotSigned } from "@/components/client/not-signed";
import { type PasskeySignature, signStatement } from "@/components/client/sign-statement";
import { useApi } from "@/components/client/use-api";
import { useIntent } from "@/components/client/use-intent";
import type {
  agreeToRosterChange,
  askRosterChange,
  refuseRosterChange,
} from "@/lib/api-client/operations/roster";
import type { RosterChangeView, RosterStanding } from "@/lib/identity/roster/schema";

const ASK = target<typeof askRosterChange>("POST", "/confidential/account/roster/changes");
const AGREE = target<typeof agreeToRosterChange>(
  "POST",
  "/confidential/account/roster/changes/{id}/agreements",
);
const REFUSE = target<typeof refuseRosterChange>(
  "POST",
  "/confidential/account/roster/changes/{id}/refusals",
);

async function signatureFor(
  standing: RosterStanding,
  change: RosterChangeView,
): Promise<PasskeySignature | undefined> {
  const { to_sign: toSign } = change;
  if (toSign === undefined) return undefined;
  if (!(await isChangeAsShown(change, toSign))) throw new NotSigned("differs");
  const credentialIds = standing.keys.flatMap(({ kind, id }) => (kind === "passkey" ? [id] : []));
  return signStatement("roster", toSign.statement, { rpId: standing.rp_id, credentialIds });
}

export interface RosterActs {
  /** What runs now, by name; undefined while nothing does. */
  readonly running: string | undefined;
  readonly error: unknown;
  ask(body: { passkey_id?: string; removes?: string }): Promise<void>;
  agree(change: RosterChangeView): Promise<void>;
  refuse(change: RosterChangeView, reason?: string): Promise<void>;
}

/** The acts of this section, one at a time; after each the page is read again. */
export function useRosterActs(standing: RosterStanding): RosterActs {
  const api = useApi();
  const router = useRouter();
  const [running, setRunning] = useState<string>();
  const [error, setError] = useState<unknown>();
  const intent = useIntent();
  const act = useCallback(
    async (name: string, run: () => Promise<unknown>) => {
      setRunning(name);
      setError(undefined);
      try {
        await run();
        router.refresh();
      } catch (failure) {
        setError(failure);
        // The state on the page is old when the answer says so.
        if (failure instanceof CallRefused && failure.problem.status === 409) router.refresh();
      } finally {
        setRunning(undefined);
      }
    },
    [router],
  );
  return {
    running,
    error,
    ask: (body) =>
      act("ask", async () => {
        try {
          await api.call(ASK, { body, idempotencyKey: intent.keyFor(body) });
          intent.settle();
        } catch (failure) {
          if (failure instanceof CallRefused) intent.settle();
          throw failure;
        }
      }),
    agree: (change) =>
      act(`agree-${change.id}`, async () => {
        const signature = await signatureFor(standing, change);
        await api.call(AGREE, {
          params: { id: change.id },
          body: signature === undefined ? {} : { signature },
        });
      }),
    refuse: (change, reason) =>
      act(`refuse-${change.id}`, () =>
        api.call(REFUSE, {
          params: { id: change.id },
          body: reason === undefined || reason.trim() === "" ? {} : { reason },
        }),
      ),
  };
}
