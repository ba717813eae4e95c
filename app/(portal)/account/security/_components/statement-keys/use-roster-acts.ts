"use client";

import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { CallRefused, NotSigned, target } from "@/components/client/api";
import type { PasskeySignature } from "@/components/client/sign-statement";
import { useApi } from "@/components/client/use-api";
import { useIntent } from "@/components/client/use-intent";
import type {
  agreeToRosterChange,
  askRosterChange,
  refuseRosterChange,
} from "@/lib/api-client/operations/administration/roster";
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
  // What compares and signs comes with the first signature.
  const [{ isChangeAsShown }, { signStatement }] = await Promise.all([
    import("@/app/(portal)/account/security/_components/statement-keys/roster-difference"),
    import("@/components/client/sign-statement"),
  ]);
  if (!(await isChangeAsShown(change, toSign))) throw new NotSigned("differs");
  const credentialIds = standing.keys.flatMap(({ kind, id }) => (kind === "passkey" ? [id] : []));
  return signStatement("roster", toSign.statement, { rpId: standing.rp_id, credentialIds });
}

/** What an act came to, with the name of the person whose keys it was about. */
export interface Did {
  readonly what: "ask" | "signed" | "withdrawn" | "confirmed" | "agreed" | "refused";
  readonly person: string;
}

export interface RosterActs {
  /** What runs now, by name; undefined while nothing does. */
  readonly running: string | undefined;
  readonly error: unknown;
  /** What the last act came to; undefined before one, and while one runs. */
  readonly did: Did | undefined;
  ask(body: { passkey_id?: string; removes?: string }): Promise<void>;
  agree(change: RosterChangeView): Promise<void>;
  refuse(change: RosterChangeView, reason?: string): Promise<void>;
}

type Api = ReturnType<typeof useApi>;

/** Returns what was done, with different words for a person's own keys and the keys of others. */
function didOf(
  standing: RosterStanding,
  change: RosterChangeView,
  own: Did["what"],
  theirs: Did["what"],
): Did {
  return { what: change.person === standing.person ? own : theirs, person: change.name };
}

async function agreeTo(api: Api, standing: RosterStanding, change: RosterChangeView): Promise<Did> {
  const signature = await signatureFor(standing, change);
  const { state } = await api.call(AGREE, {
    params: { id: change.id },
    body: signature === undefined ? {} : { signature },
  });
  return didOf(standing, change, "signed", state === "done" ? "confirmed" : "agreed");
}

async function refuseWith(
  api: Api,
  standing: RosterStanding,
  change: RosterChangeView,
  reason: string | undefined,
): Promise<Did> {
  await api.call(REFUSE, {
    params: { id: change.id },
    body: reason === undefined || reason.trim() === "" ? {} : { reason },
  });
  return didOf(standing, change, "withdrawn", "refused");
}

/** The acts of this section, one at a time; after each the page is read again. */
export function useRosterActs(standing: RosterStanding): RosterActs {
  const api = useApi();
  const router = useRouter();
  const [running, setRunning] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [did, setDid] = useState<Did>();
  const intent = useIntent();
  const act = useCallback(
    async (name: string, run: () => Promise<Did>) => {
      setRunning(name);
      setError(undefined);
      setDid(undefined);
      try {
        setDid(await run());
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
    did,
    ask: (body) =>
      act("ask", async () => {
        try {
          await api.call(ASK, { body, idempotencyKey: intent.keyFor(body) });
          intent.settle();
          return { what: "ask", person: "" };
        } catch (failure) {
          if (failure instanceof CallRefused) intent.settle();
          throw failure;
        }
      }),
    agree: (change) => act(`agree-${change.id}`, () => agreeTo(api, standing, change)),
    refuse: (change, reason) => act(`refuse-${change.id}`, () => refuseWith(api, standing, change, reason)),
  };
}
