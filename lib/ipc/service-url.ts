import "server-only";

/**
 * Where a service is: a Unix socket (`unix:/path`), or `http(s)://host:port` with a path that is put before the path of
 * each call. `mtls://host:port` is a part of this instance: both ends show a certificate of the instance's own
 * authority.
 */
export type ServiceAddress =
  | { readonly kind: "socket"; readonly path: string }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly security: "none" | "tls" | "mutual";
      /** Without a trailing slash; empty where the URL has no path. */
      readonly prefix: string;
    };

const FORM = "a service URL is unix:/path, http(s)://host:port/path or mtls://host:port";
const SECURITY = { "http:": "none", "https:": "tls", "mtls:": "mutual" } as const;

function securityOf(protocol: string): "none" | "tls" | "mutual" | undefined {
  return Object.entries(SECURITY).find(([name]) => name === protocol)?.[1];
}

/** Throws TypeError for another scheme, and for user names, queries and fragments, which would be ignored. */
export function parseServiceUrl(url: string): ServiceAddress {
  if (url.startsWith("unix:/")) return { kind: "socket", path: url.slice("unix:".length) };
  if (!URL.canParse(url)) throw new TypeError(FORM);
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(url);
  const security = securityOf(protocol);
  if (security === undefined || (security === "mutual" && port === "")) throw new TypeError(FORM);
  if (`${username}${password}${search}${hash}` !== "") throw new TypeError(FORM);
  return {
    kind: "tcp",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (security === "tls" ? 443 : 80) : Number(port),
    security,
    prefix: pathname.replace(/\/+$/, ""),
  };
}
