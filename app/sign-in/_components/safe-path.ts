/** Only its path is read: a browser resolves what comes out against the portal's own address. */
const ANY_ORIGIN = "http://portal.invalid";

/**
 * A path of ours and nothing that a browser would read as another host, in the letters that a header may carry. Dots
 * are resolved first: `/.//host` is a path, but what is left of it would be a host.
 */
export function safePath(to: string | string[] | undefined): string {
  if (typeof to !== "string" || !to.startsWith("/") || /^\/[/\\]|[\p{Cc}\\]/u.test(to)) return "/";
  const { pathname, search } = new URL(to, ANY_ORIGIN);
  return pathname.startsWith("//") || pathname.startsWith("/sign-in") ? "/" : pathname + search;
}
