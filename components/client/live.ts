"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import { WATCHED_KINDS, type WatchedKind } from "@/lib/word-lists";

/** One change from the stream: which thing, and its new state. Its content is read by a call. */
export interface Change {
  readonly kind: WatchedKind;
  readonly id: string;
  readonly state: string;
  readonly version?: number;
}

/** `gap`: changes may have been missed, look again. `ended`: the session is over. */
export type Heard = Change | "gap" | "ended";

/** `asleep`: a hidden page that needs nothing at once gives its connection to others. */
export type LiveState = "connecting" | "live" | "down" | "asleep" | "ended";

const ADDRESS = "/confidential/events";
/** The server says something every 15 seconds; after this much silence the line is dead whatever the browser thinks. */
const SILENCE_MS = 40_000;
const MAX_AGE_MS = 86_400_000;
const AGAIN_MS = 5_000;

let source: EventSource | undefined;
let state: LiveState = "connecting";
let hasBeenLive = false;
let silence: ReturnType<typeof setTimeout> | undefined;
let again: ReturnType<typeof setTimeout> | undefined;
/** Watchers that must hear at once even while the page is hidden. */
let urgent = 0;
const hearers = new Set<(heard: Heard) => void>();
/** What was heard in the last seconds, for parts of the page that become active after others. */
const LATELY_MS = 5_000;
let lately: { readonly at: number; readonly heard: Change | "gap" }[] = [];
const stateWatchers = new Set<() => void>();

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of stateWatchers) watcher();
}

function tell(heard: Heard): void {
  const at = performance.now();
  lately = lately.filter((one) => at - one.at < LATELY_MS);
  if (heard !== "ended") lately.push({ at, heard });
  for (const hearer of [...hearers]) hearer(heard);
}

function disconnect(next: LiveState): void {
  source?.close();
  source = undefined;
  clearTimeout(silence);
  clearTimeout(again);
  become(next);
}

function listenForSilence(): void {
  clearTimeout(silence);
  silence = setTimeout(() => retry(0), SILENCE_MS);
}

function retry(waitMs: number): void {
  disconnect("down");
  again = setTimeout(connect, waitMs);
}

function becomeLive(hasMissed: boolean): void {
  listenForSilence();
  become("live");
  if (hasMissed) tell("gap");
  hasBeenLive = true;
}

function end(): void {
  disconnect("ended");
  tell("ended");
}

/** A stream does not say why it was refused. Without a session it would be refused for good. */
async function refused(): Promise<void> {
  retry(AGAIN_MS);
  const control = new AbortController();
  const status = await fetch(ADDRESS, { signal: control.signal }).then(
    (answer) => answer.status,
    () => undefined,
  );
  control.abort();
  if (status === 401 && source === undefined && hearers.size > 0) end();
}

function isKind(value: unknown): value is WatchedKind {
  return WATCHED_KINDS.some((kind) => kind === value);
}

function changeOf(text: unknown): Change | undefined {
  const members: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
  if (typeof members !== "object" || members === null) return undefined;
  const { kind, id, state, version } = Object.fromEntries(Object.entries(members));
  if (!isKind(kind) || typeof id !== "string" || typeof state !== "string") return undefined;
  return { kind, id, state, ...(typeof version === "number" ? { version } : {}) };
}

function shouldSleep(): boolean {
  return document.visibilityState === "hidden" && urgent === 0;
}

/** Browsers allow six connections to one HTTP/1.1 server, all tabs together: only pages in sight hold one. */
function connect(): void {
  if (source !== undefined || hearers.size === 0 || state === "ended") return;
  if (shouldSleep()) {
    become("asleep");
    return;
  }
  // The first stream of a page also reports what changed while the page was loading.
  const age = hasBeenLive ? "" : `?age=${Math.min(MAX_AGE_MS, Math.ceil(performance.now()))}`;
  const stream = new EventSource(`${ADDRESS}${age}`);
  source = stream;
  listenForSilence();
  stream.addEventListener("beat", listenForSilence);
  stream.addEventListener("ready", () => becomeLive(hasBeenLive));
  stream.addEventListener("resync", () => becomeLive(true));
  stream.addEventListener("down", () => become("down"));
  stream.addEventListener("ended", end);
  stream.addEventListener("change", (event) => {
    listenForSilence();
    const change = changeOf(event.data);
    if (change !== undefined) tell(change);
  });
  stream.addEventListener("error", () => {
    if (source !== stream) return;
    // A refusal closes the stream for good: it is asked again later. A cut line comes back by itself.
    if (stream.readyState === EventSource.CLOSED) void refused();
    else become("down");
  });
}

function onVisibility(): void {
  if (shouldSleep()) disconnect(state === "ended" ? "ended" : "asleep");
  else connect();
}

function onOffline(): void {
  if (source !== undefined) disconnect("down");
}

function onOnline(): void {
  if (source === undefined && state === "down") retry(0);
}

function onRestored(event: PageTransitionEvent): void {
  // A page from the back-forward cache has missed all changes since it was left.
  if (event.persisted) retry(0);
}

function watchPage(isOn: boolean): void {
  const act = isOn ? "addEventListener" : "removeEventListener";
  document[act]("visibilitychange", onVisibility);
  window[act]("offline", onOffline);
  window[act]("online", onOnline);
  if (isOn) window.addEventListener("pageshow", onRestored);
  else window.removeEventListener("pageshow", onRestored);
}

/**
 * `urgent` hears at once, also on a hidden page. `late` also hears what others heard a moment ago, for parts that the server made before that: they
 * read again, whatever the state was.
 */
export type Hearing = "now" | "urgent" | "late";

function join(hearer: (heard: Heard) => void, hearing: Hearing): () => void {
  const isUrgent = hearing === "urgent";
  hearers.add(hearer);
  if (hearing === "late")
    for (const { at, heard } of lately) if (performance.now() - at < LATELY_MS) hearer(heard);
  if (isUrgent) urgent += 1;
  if (hearers.size === 1) watchPage(true);
  connect();
  return () => {
    hearers.delete(hearer);
    if (isUrgent) urgent -= 1;
    if (hearers.size > 0) return;
    watchPage(false);
    disconnect("connecting");
  };
}

/** Calls `onHeard` for everything the page's one stream says, with whatever it was given last. */
export function useHeard(onHeard: (heard: Heard) => void, hearing: Hearing = "now"): void {
  const latest = useRef(onHeard);
  useEffect(() => {
    latest.current = onHeard;
  });
  useEffect(() => join((heard) => latest.current(heard), hearing), [hearing]);
}

function watchState(watcher: () => void): () => void {
  stateWatchers.add(watcher);
  return () => stateWatchers.delete(watcher);
}

/** Whether changes are heard at this moment. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    watchState,
    () => state,
    () => "connecting",
  );
}
