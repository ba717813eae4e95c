import { useEffect, useState } from "react";

const LINK = /^#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{43})$/;

/** Returns the token in an address's fragment, or undefined for any other fragment. */
export function tokenOf(hash: string): string | undefined {
  return LINK.exec(hash)?.[1];
}

/**
 * Returns the token of the link that opened the page: null without a token, undefined until the address was read. The
 * token is removed from the address at once and kept in memory only. So it is not on the screen, in a bookmark or in the
 * history.
 */
export function useLinkToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const read = () => {
      const found = tokenOf(window.location.hash);
      if (found !== undefined) window.history.replaceState(null, "", window.location.pathname);
      setToken((before) => found ?? before ?? null);
    };
    read();
    // A second link pasted into the same tab does not reload the page.
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return token;
}
