"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Where keys are text and no commands. */
const TYPING = "input, select, textarea, [contenteditable], dialog[open] *";

function entryLinks(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("[data-entries] tbody th a")];
}

function currentIndex(links: readonly HTMLAnchorElement[]): number {
  const { activeElement } = document;
  const focused = activeElement instanceof HTMLAnchorElement ? links.indexOf(activeElement) : -1;
  if (focused >= 0) return focused;
  return links.findIndex((link) => link.closest("tr")?.hasAttribute("aria-current"));
}

function move(by: 1 | -1): void {
  const links = entryLinks();
  const next = links[Math.max(0, currentIndex(links) + by)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** The entry to check: the focused row's, opened first, or the one that is open. */
function verify(go: (href: string) => void): void {
  const focused = entryLinks().find((link) => link === document.activeElement);
  const isOpen = focused?.closest("tr")?.hasAttribute("aria-current") ?? true;
  if (!isOpen && focused !== undefined) go(`${focused.pathname}${focused.search}&verify=1`);
  else document.querySelector<HTMLButtonElement>("button[data-verify]")?.click();
}

function isCommand(event: KeyboardEvent): boolean {
  const { target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
  if (ctrlKey || metaKey || altKey || defaultPrevented) return false;
  return !(target instanceof Element && target.closest(TYPING) !== null);
}

/** j and k move through the entries, Enter opens one as any link, v verifies, Escape closes. */
export function LogKeys({ closeHref }: { closeHref: string | undefined }) {
  const router = useRouter();
  useEffect(() => {
    const go = (href: string) => router.push(href, { scroll: false });
    const commands = new Map([
      ["j", () => move(1)],
      ["k", () => move(-1)],
      ["v", () => verify(go)],
    ]);
    if (closeHref !== undefined) commands.set("Escape", () => go(closeHref));
    const onKey = (event: KeyboardEvent) => {
      const command = commands.get(event.key);
      if (command === undefined || !isCommand(event)) return;
      event.preventDefault();
      command();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [router, closeHref]);
  return null;
}
