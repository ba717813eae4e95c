"use client";

import { useEffect, useRef } from "react";
import { send } from "@/components/client/api";

/** The opened field that a text comes from. */
export interface CopyOf {
  readonly transactionId: string;
  readonly accessId: string;
  readonly group: string;
}

/** `unrecorded`: no log entry could be written, so nothing was copied. `failed`: the entry was written, but nothing was copied. */
export type CopyOutcome = "copied" | "unrecorded" | "failed";

/** The attribute that marks an opened field, to find out whether a selection is in one. */
export function markOf(of: CopyOf): string {
  return [of.transactionId, of.accessId, of.group].join(" ");
}

function ofMark(mark: string): CopyOf {
  const [transactionId = "", accessId = "", group = ""] = mark.split(" ");
  return { transactionId, accessId, group };
}

/** Records a copy with one call for each opening. Several groups of one opening are one copy. */
async function record(from: readonly CopyOf[]): Promise<void> {
  const openings = new Map(from.map((one) => [one.accessId, one]));
  for (const { accessId, transactionId } of openings.values()) {
    const fields = [...new Set(from.filter((one) => one.accessId === accessId).map((one) => one.group))];
    await send("POST", "/confidential/transactions/{id}/copies", {
      params: { id: transactionId },
      body: { access_id: accessId, fields },
    });
  }
}

/**
 * Copies a text out of opened fields. The log entry comes first; without it nothing reaches the clipboard. The clipboard
 * gets a promise at once, because browsers allow writing only during the press itself.
 */
export async function copyRecorded(from: readonly CopyOf[], text: string): Promise<CopyOutcome> {
  let isRecorded = false;
  const recorded = record(from).then(() => {
    isRecorded = true;
    return new Blob([text], { type: "text/plain" });
  });
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": recorded })]);
    return "copied";
  } catch {
    // If the browser does not accept a promise, the entry may not be written yet.
    await recorded.catch(() => undefined);
    return isRecorded ? "failed" : "unrecorded";
  }
}

function openedIn(selection: Selection): CopyOf[] {
  return [...document.querySelectorAll<HTMLElement>("[data-opened]")]
    .filter((field) => selection.containsNode(field, true))
    .map((field) => ofMark(field.dataset.opened ?? ""));
}

/** Makes copies of selected text in opened fields recorded too. Such text cannot be dragged or cut. */
export function useCopyGuard(onOutcome: (outcome: CopyOutcome) => void): void {
  const latest = useRef(onOutcome);
  useEffect(() => {
    latest.current = onOutcome;
  });
  useEffect(() => {
    const guard = (event: Event) => {
      const selection = document.getSelection();
      const from = selection === null ? [] : openedIn(selection);
      if (selection === null || selection.isCollapsed || from.length === 0) return;
      event.preventDefault();
      if (event.type === "copy")
        void copyRecorded(from, selection.toString()).then((outcome) => latest.current(outcome));
    };
    const kinds = ["copy", "cut", "dragstart"] as const;
    for (const kind of kinds) document.addEventListener(kind, guard);
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, guard);
    };
  }, []);
}
