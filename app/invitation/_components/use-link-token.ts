import { useEffect, useState } from "react";

const LINK = /^#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{43})$/;

/** The token of a whole link, from what stands behind `#`; undefined for anything else that may stand there. */
export function tokenOf(hash: string): string | undefined {
  return LINK.exec(hash)?.[1];
}

/**
 * The token that the page was opened with; null when there is none, undefined until that is known. It is taken out of
 * the address at once and kept in memory only, so that nobody reads it off the screen, out of a bookmark or by going back.
 */
export function useLinkToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const read = () => {
      const found = tokenOf(window.location.hash);
      if (found !== undefined) window.history.replaceState(null, "", "/invitation");
      setToken((before) => found ?? before ?? null);
    };
    read();
    // Another link pasted into the same tab does not load the page anew.
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return token;
}
