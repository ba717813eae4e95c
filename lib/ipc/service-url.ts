import "server-only";

/** Where an internal service listens: a Unix socket (`unix:/path`) or `http://host:port`. */
export type ServiceAddress =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export function parseServiceUrl(url: string): ServiceAddress {
  if (url.startsWith("unix:/")) return { kind: "socket", path: url.slice("unix:".length) };
  if (!URL.canParse(url)) throw new TypeError("a service URL is unix:/path or http://host:port");
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "http:") throw new TypeError("a service URL is unix:/path or http://host:port");
  return { kind: "tcp", host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 80 : Number(port) };
}
