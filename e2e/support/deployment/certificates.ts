import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Issued, issue } from "@/lib/testing/servers/time-stamp-authority";
import { giveTo, type User } from "./users";

const AUTHORITY =
  "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
const SERVER = "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n";

/** Makes an authority in a folder of its own. */
export function makeAuthority(folder: string, name: string): Promise<Issued> {
  return issue(folder, name, { extensions: AUTHORITY });
}

/** Issues a certificate with this common name, for servers and callers on this machine. */
export function issueBy(authority: Issued, folder: string, name: string): Promise<Issued> {
  return issue(folder, name, { issuer: authority, extensions: SERVER, validity: ["-days", "90"] });
}

/** Gives a certificate with its key to a part: copies in its folder that it alone can read. */
export function handOver(issued: Issued, part: User, folder: string): Issued {
  const given = { certificate: path.join(folder, "tls.pem"), key: path.join(folder, "tls.key") };
  for (const name of ["certificate", "key"] as const) {
    copyFileSync(issued[name], given[name]);
    chmodSync(given[name], 0o400);
    giveTo(part, given[name]);
  }
  return given;
}

/** Returns a certificate with its key for a server of this process. */
export function contentsOf({ certificate, key }: Issued): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}
