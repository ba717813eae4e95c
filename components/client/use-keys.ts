"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

const PLACE = "sealport.keys";
const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function areOn(): boolean {
  try {
    return localStorage.getItem(PLACE) !== "off";
  } catch {
    return true;
  }
}

/** Whether single keys are on. People who use speech input, or press keys by accident, can turn them off (WCAG 2.1.4). */
export function useKeysSwitch(): readonly [isOn: boolean, turn: (isOn: boolean) => void] {
  const isOn = useSyncExternalStore(watch, areOn, () => true);
  const turn = (next: boolean) => {
    try {
      localStorage.setItem(PLACE, next ? "on" : "off");
    } catch {
      // The browser forbids storage, so the setting does not change.
    }
    for (const watcher of watchers) watcher();
  };
  return [isOn, turn];
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Escape moves the focus out of a control, so that the single keys work again. */
function leave(event: KeyboardEvent): void {
  if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
}

function isPlain(event: KeyboardEvent): boolean {
  return !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey);
}

function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** Single keys that act on the page, except while the person types or a dialog is open. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPlain(event) || isCovered() || !areOn()) return;
      if (isTyping(event.target)) {
        leave(event);
        return;
      }
      const act = latest.current[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
