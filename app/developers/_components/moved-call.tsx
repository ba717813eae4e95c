"use client";

import { useEffect } from "react";

/** Leads a link to a call that is on another page of the reference now to that page. `calls`: the part of each, by id. */
export function MovedCall({ calls }: { calls: Readonly<Record<string, string>> }) {
  useEffect(() => {
    const id = location.hash.slice(1);
    const part = Object.hasOwn(calls, id) ? calls[id] : undefined;
    if (part !== undefined) location.replace(`/developers/${part}#${id}`);
  }, [calls]);
  return null;
}
