import "server-only";

/** Where a service is: a Unix socket (`unix:/path`), or `http(s)://host:port` with a path put before every call's. */
export type ServiceAddress =
  | { readonly kind: "socket"; readonly path: string }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly isSecure: boolean;
      /** Without a trailing slash; empty where the URL has no path. */
      readonly prefix: string;
    };

const FORM = "a service URL is unix:/path or http(s)://host:port/path";

/** Throws TypeError for another scheme, and for user names, queries and fragments, which would be ignored. */
export function parseServiceUrl(url: string): ServiceAddress {
  if (url.startsWith("unix:/")) return { kind: "socket", path: url.slice("unix:".length) };
  if (!URL.canParse(url)) throw new TypeError(FORM);
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(url);
  const isSecure = protocol === "https:";
  if (!isSecure && protocol !== "http:") throw new TypeError(FORM);
  if (`${username}${password}${search}${hash}` !== "") throw new TypeError(FORM);
  return {
    kind: "tcp",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isSecure ? 443 : 80) : Number(port),
    isSecure,
    prefix: pathname.replace(/\/+$/, ""),
  };
}
