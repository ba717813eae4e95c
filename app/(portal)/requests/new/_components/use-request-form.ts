"use client";

import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { CallRefused } from "@/components/client/api";
import { type Answers, controlId } from "./answers/answers";
import { factsOf } from "./answers/bodies";
import { type Fault, faultsOf, faultsOfRefusal, stillOpen } from "./answers/faults";
import { afterTyping } from "./answers/read-facts";
import type { DraftState } from "./autosave/draft-store";
import { attachedOf, type Opening, openStores, type Stores } from "./autosave/open-stores";
import { useSaving } from "./autosave/use-saving";
import { type AuthorityState, hasOrder } from "./sections/authority-store";
import type { Lookups } from "./transactions/lookups";

/** Id of the form's notices, which take the focus when something has to be settled first. */
export const NOTICES_ID = "request-notices";

export interface RequestForm {
  readonly stores: Stores;
  /** False until the page's script runs. Text typed before would not be kept. */
  readonly isReady: boolean;
  readonly draft: DraftState;
  readonly authority: AuthorityState;
  readonly lookups: Lookups;
  /** What must be corrected before *Check answers*. */
  readonly open: readonly Fault[];
  /** What was open at the last attempt to continue, and still is. */
  readonly summary: readonly Fault[];
  /** Counts the attempts to continue. */
  readonly attempt: number;
  /** Faults to show at their controls. */
  readonly shown: readonly Fault[];
  readonly isChecking: boolean;
  change(changes: Partial<Answers>): void;
  check(): Promise<void>;
  startAfresh(): void;
  /** Ends a conflict with another window. */
  settle(which: "theirs" | "mine"): void;
}

const NONE: readonly Fault[] = [];

function refusalFaults(error: unknown): readonly Fault[] {
  return error instanceof CallRefused ? faultsOfRefusal(error.problem.errors) : NONE;
}

/** What the server refused in the last attempt to save, at its controls. */
function useRefusals(draft: DraftState, authority: AuthorityState): readonly Fault[] {
  return useMemo(
    () => [
      ...(draft.status.kind === "refused" ? refusalFaults(draft.status.error) : NONE),
      ...(authority.status.kind === "refused" ? refusalFaults(authority.status.error) : NONE),
    ],
    [draft.status, authority.status],
  );
}

/** Sends everything; true when the server has all of it. */
async function sendAll({ draft, authority }: Stores): Promise<boolean> {
  await draft.save();
  const { draft: held, answers } = draft.get();
  const facts = factsOf(answers);
  if (held === undefined || draft.isDirty) return false;
  if (facts !== undefined) await authority.attach(held.id, facts);
  return !authority.isDirty(facts);
}

function useStores(opening: Opening) {
  const [stores, setStores] = useState(() => openStores(opening, true));
  const [isReady, setReady] = useState(false);
  // The first render must match the server's. From now on typed text is kept.
  useEffect(() => {
    setStores(openStores(opening, false));
    setReady(true);
  }, [opening]);
  const { draft, authority, lookups } = stores;
  return {
    stores,
    isReady,
    draft: useSyncExternalStore(draft.subscribe, draft.get, draft.get),
    authority: useSyncExternalStore(authority.subscribe, authority.get, authority.get),
    lookups: useSyncExternalStore(lookups.subscribe, lookups.get, lookups.get),
    startAfresh: () => {
      draft.forget();
      setStores(openStores({ ...opening, view: undefined }, true));
    },
  };
}

/** Looks the numbers up. Those that do not exist are left out of the draft, so that it can be saved. */
function useLookingUp({ draft, lookups: store }: Stores, ids: readonly string[], lookups: Lookups): void {
  useEffect(() => store.want(ids), [store, ids]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the look-ups are what changed
  useEffect(() => draft.change({}), [draft, lookups]);
}

/** Scrolls to the reason why the form was not sent, and focuses it. */
function showObstacle({ authority }: Stores): void {
  const isOfDocument = ["refused", "altered"].includes(authority.get().status.kind);
  const place = document.getElementById(isOfDocument ? controlId("document") : NOTICES_ID);
  place?.scrollIntoView({ block: "center" });
  place?.focus();
}

/** *Check answers*: shows what is open, or sends everything and continues. */
function useCheck(stores: Stores, open: readonly Fault[]) {
  const router = useRouter();
  const [summary, setSummary] = useState(NONE);
  const [attempt, setAttempt] = useState(0);
  const [isChecking, setChecking] = useState(false);
  const check = async () => {
    setSummary(open.length === 0 ? NONE : [...open]);
    setAttempt((count) => count + 1);
    if (open.length > 0) return;
    setChecking(true);
    try {
      const isSent = await sendAll(stores);
      const id = stores.draft.get().draft?.id;
      if (isSent && id !== undefined) router.push(`/requests/new/check?draft=${id}`);
      else showObstacle(stores);
    } finally {
      setChecking(false);
    }
  };
  return { summary, attempt, isChecking, check };
}

/** The whole form: its stores, its saving, and the way to *Check answers*. */
export function useRequestForm(opening: Opening): RequestForm {
  const { stores, isReady, draft, authority, lookups, startAfresh } = useStores(opening);
  const { ids } = draft.answers;
  useSaving(stores, draft, authority, opening.view === undefined);
  useLookingUp(stores, ids, lookups);
  const refusals = useRefusals(draft, authority);
  const open = faultsOf(draft.answers, opening.options, {
    hasOrder: hasOrder(authority),
    unfit: authority.status.kind === "unfit" ? authority.status.outcome : undefined,
    unknown: ids.filter((id) => stores.lookups.isUnknown(id)),
    nowMs: Date.now(),
  });
  const { summary, attempt, isChecking, check } = useCheck(stores, open);
  const left = stillOpen(summary, open);
  return {
    stores,
    isReady,
    draft,
    authority,
    lookups,
    open,
    summary: left,
    attempt,
    shown: [...left, ...refusals],
    isChecking,
    change: (changes) =>
      stores.draft.change({ ...changes, ...afterTyping(stores.draft.get().answers, changes) }),
    check,
    startAfresh,
    settle: (which) => {
      if (which === "theirs" && draft.status.kind === "conflict")
        stores.authority.hold(attachedOf(draft.status.view, opening.options));
      void stores.draft.settle(which);
    },
  };
}
