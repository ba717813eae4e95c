"use client";

import { useEffect } from "react";
import { factsOf } from "../answers/bodies";
import type { AuthorityState } from "../sections/authority-store";
import type { DraftState, SaveStatus } from "./draft-store";
import { readSent, windowStorage } from "./kept-answers";
import type { Stores } from "./open-stores";

const SAVE_AFTER_MS = 700;
const ATTACH_AFTER_MS = 900;
const RETRY_AFTER_MS = 4_000;

/** Statuses in which saving waits for the person, or already runs. */
const WAITING: readonly SaveStatus["kind"][] = ["conflict", "closed", "signedOut", "refused", "saving"];

/** Saves the draft a moment after each change, and again after a lost connection. */
function useAutosave({ draft }: Stores, state: DraftState): void {
  useEffect(() => {
    if (WAITING.includes(state.status.kind) || !draft.isDirty) return;
    const delay = state.status.kind === "lost" ? RETRY_AFTER_MS : SAVE_AFTER_MS;
    const timer = setTimeout(() => void draft.save(), delay);
    return () => clearTimeout(timer);
  }, [draft, state]);
}

/** Attaches the legal authority once there is a draft and all its facts are known. */
function useAutoattach({ authority }: Stores, state: DraftState, attached: AuthorityState): void {
  useEffect(() => {
    const { kind } = attached.status;
    const facts = factsOf(state.answers);
    if (state.draft === undefined || facts === undefined || state.status.kind === "closed") return;
    if (kind === "sending" || kind === "reading" || kind === "signedOut" || kind === "closed") return;
    if (!authority.isWorthTrying(facts)) return;
    const { id } = state.draft;
    const delay = kind === "lost" ? RETRY_AFTER_MS : ATTACH_AFTER_MS;
    const timer = setTimeout(() => void authority.attach(id, facts), delay);
    return () => clearTimeout(timer);
  }, [authority, attached, state]);
}

/** The address names the draft as soon as there is one, so that a reload comes back to it. */
function useAddress(id: string | undefined): void {
  useEffect(() => {
    if (id === undefined || new URLSearchParams(location.search).get("draft") === id) return;
    history.replaceState(null, "", `/requests/new?draft=${id}`);
  }, [id]);
}

/** Going back in the browser's history to a submitted request shows the request, not its form. */
function useHistory(id: string | undefined, isWithoutDraft: boolean): void {
  useEffect(() => {
    const named = id ?? new URLSearchParams(location.search).get("draft") ?? undefined;
    const leave = () => {
      if (named !== undefined && readSent(windowStorage, named) !== undefined)
        location.replace(`/requests/${named}`);
    };
    leave();
    // The router may restore the page from before the draft had an address.
    if (isWithoutDraft && id === undefined && named !== undefined) location.reload();
    addEventListener("pageshow", leave);
    return () => removeEventListener("pageshow", leave);
  }, [id, isWithoutDraft]);
}

/** Saves, attaches and keeps the address, without the person doing anything. */
export function useSaving(
  stores: Stores,
  state: DraftState,
  attached: AuthorityState,
  isWithoutDraft: boolean,
): void {
  const id = state.draft?.id;
  useAutosave(stores, state);
  useAutoattach(stores, state, attached);
  useAddress(id);
  useHistory(id, isWithoutDraft);
  useEffect(() => {
    const again = () => {
      stores.lookups.retry();
      if (stores.draft.get().status.kind === "lost") void stores.draft.save();
    };
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [stores]);
  const isUnsent =
    (attached.chosen !== undefined && attached.attached?.from !== attached.chosen) ||
    (attached.signature !== undefined && attached.attached?.signature !== attached.signature);
  const isUnkept = !state.isKept && stores.draft.isDirty;
  useEffect(() => {
    if (!isUnsent && !isUnkept) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isUnsent, isUnkept]);
}
