"use client";

import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { CallRefused } from "@/components/client/api";
import { type Answers, controlId } from "./answers/answers";
import { factsOf } from "./answers/bodies";
import { type Fault, faultsOf, faultsOfRefusal, stillOpen } from "./answers/faults";
import type { DraftState } from "./autosave/draft-state";
import { type Opening, openStores, type Stores } from "./autosave/open-stores";
import { useSaving } from "./autosave/use-saving";
import { NOTICES_ID } from "./notices-id";
import { type AuthorityState, hasOrder } from "./sections/authority-store";
import type { Lookups } from "./transactions/lookups";

export interface RequestForm {
  readonly stores: Stores;
  /** False until the page's script runs: nothing can be typed that would not be kept. */
  readonly isReady: boolean;
  readonly draft: DraftState;
  readonly authority: AuthorityState;
  readonly lookups: Lookups;
  /** What stands between the answers and *Check answers* now. */
  readonly open: readonly Fault[];
  /** What was open when the person last wanted to go on, and still is. */
  readonly summary: readonly Fault[];
  /** How often the person has wanted to go on. */
  readonly attempt: number;
  /** Faults to show at their controls. */
  readonly shown: readonly Fault[];
  readonly isChecking: boolean;
  change(changes: Partial<Answers>): void;
  check(): Promise<void>;
  startAfresh(): void;
}

const NONE: readonly Fault[] = [];

function refusalFaults(error: unknown): readonly Fault[] {
  return error instanceof CallRefused ? faultsOfRefusal(error.problem.errors) : NONE;
}

/** What the server found in the last attempt to save, at the controls it speaks of. */
function useRefusals(draft: DraftState, authority: AuthorityState): readonly Fault[] {
  return useMemo(
    () => [
      ...(draft.status.kind === "refused" ? refusalFaults(draft.status.error) : NONE),
      ...(authority.status.kind === "refused" ? refusalFaults(authority.status.error) : NONE),
    ],
    [draft.status, authority.status],
  );
}

/** Brings everything to the server; true when nothing is left here. */
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
  // Only now may it differ from what the server drew, and only from now on is what is typed kept.
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

/** Looks the numbers up; one that turns out not to exist is left out of the draft, which may be saved then. */
function useLookingUp({ draft, lookups: store }: Stores, ids: readonly string[], lookups: Lookups): void {
  useEffect(() => store.want(ids), [store, ids]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the look-ups are what changed
  useEffect(() => draft.change({}), [draft, lookups]);
}

/** Brings what kept the form from being sent before the person's eyes, wherever on the page they are. */
function showObstacle({ authority }: Stores): void {
  const isOfDocument = ["refused", "altered"].includes(authority.get().status.kind);
  const place = document.getElementById(isOfDocument ? controlId("document") : NOTICES_ID);
  place?.scrollIntoView({ block: "center" });
  place?.focus();
}

/** *Check answers*: tells what is open, or brings everything to the server and goes on. */
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

/** The form as a whole: its stores, what runs beside it, and the way to *Check answers*. */
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
    change: (changes) => stores.draft.change(changes),
    check,
    startAfresh,
  };
}
