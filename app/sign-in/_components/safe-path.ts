/** Only its path is read: a browser resolves what comes out against the portal's own address. */
const ANY_ORIGIN = "http://portal.invalid";

/**
 * Returns a path of this portal that no browser reads as another host, in characters that a header may have. Dot
 * segments are resolved first: `/.//host` would become `//host`, which is another host.
 */
export function safePath(to: string | string[] | undefined): string {
  if (typeof to !== "string" || !to.startsWith("/") || /^\/[/\\]|[\p{Cc}\\]/u.test(to)) return "/";
  const { pathname, search } = new URL(to, ANY_ORIGIN);
  return pathname.startsWith("//") || pathname.startsWith("/sign-in") ? "/" : pathname + search;
}
