"use client";

import { useEffect, useState } from "react";
import { send } from "@/components/client/api";
import type { Demonstration } from "@/lib/identity/schema";

const SECOND = 1_000;

function isDemonstration(value: unknown): value is Demonstration {
  return typeof value === "object" && value !== null && "people" in value && "changes_at" in value;
}

/** 123456 → 123 456 */
export function grouped(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/** The codes of now; undefined where there are no demonstration people. Throws when the portal does not answer. */
export async function fetchCodes(): Promise<Demonstration | undefined> {
  const body: unknown = await (await send("GET", "/api/auth/demonstration")).json();
  return isDemonstration(body) ? body : undefined;
}

function secondsLeft(codes: Demonstration, msSince: number): number {
  const left = Date.parse(codes.changes_at) - Date.parse(codes.now) - msSince;
  return Math.max(0, Math.ceil(left / SECOND));
}

export interface Codes {
  readonly people: Demonstration["people"];
  /** Until the codes change. */
  readonly seconds: number;
}

/** The demonstration people with their present codes, fetched again when they change by the portal's clock. */
export function useCodes(initial: Demonstration | undefined): Codes | undefined {
  const [codes, setCodes] = useState(initial);
  const [seconds, setSeconds] = useState(initial === undefined ? 0 : secondsLeft(initial, 0));
  useEffect(() => {
    if (codes === undefined) return;
    const since = performance.now();
    let isFetching = false;
    const tick = () => {
      const left = secondsLeft(codes, performance.now() - since);
      setSeconds(left);
      if (left > 0 || isFetching) return;
      isFetching = true;
      fetchCodes()
        .then((fresh) => {
          if (fresh !== undefined) setCodes(fresh);
        })
        // The portal is away: the next tick asks again.
        .catch(() => undefined)
        .finally(() => {
          isFetching = false;
        });
    };
    const timer = setInterval(tick, SECOND);
    return () => clearInterval(timer);
  }, [codes]);
  return codes === undefined ? undefined : { people: codes.people, seconds };
}
