import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs openssl. Throws its error output. */
export async function openssl(...args: string[]): Promise<string> {
  return (await run("openssl", args, { timeout: 60_000 })).stdout;
}

const CA_EXTENSIONS =
  "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
const STAMPING =
  "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";

/** A certificate with its key, as files. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export type KeyKind = "ec" | "rsa";

async function newKey(file: string, kind: KeyKind): Promise<void> {
  const options =
    kind === "ec"
      ? ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
      : ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
  await openssl("genpkey", "-algorithm", ...options, "-out", file);
}

/** Makes a certificate, self-signed without an issuer. `validity` are openssl options such as `-days 10`. */
export async function issue(
  dir: string,
  name: string,
  wanted: {
    readonly issuer?: Issued;
    readonly extensions: string;
    readonly validity?: readonly string[];
    readonly kind?: KeyKind;
  },
): Promise<Issued> {
  const file = (suffix: string): string => path.join(dir, `${name}.${suffix}`);
  await newKey(file("key"), wanted.kind ?? "ec");
  await openssl("req", "-new", "-key", file("key"), "-subj", `/O=Test/CN=${name}`, "-out", file("csr"));
  await writeFile(file("ext"), wanted.extensions);
  const by =
    wanted.issuer === undefined
      ? ["-signkey", file("key")]
      : ["-CA", wanted.issuer.certificate, "-CAkey", wanted.issuer.key, "-CAcreateserial"];
  const validity = wanted.validity ?? ["-days", "10"];
  await openssl(
    "x509",
    "-req",
    "-in",
    file("csr"),
    ...by,
    ...validity,
    "-sha256",
    "-extfile",
    file("ext"),
    "-out",
    file("pem"),
  );
  return { certificate: file("pem"), key: file("key") };
}

/** A certification authority and its signer, with which `openssl ts -reply` stamps. */
export interface TestAuthority {
  readonly dir: string;
  readonly caFile: string;
  readonly caPem: string;
  /** Returns the DER TimeStampResp for a DER TimeStampReq. */
  reply(query: Uint8Array): Promise<Buffer>;
}

export interface AuthorityWish {
  readonly extensions?: string;
  readonly kind?: KeyKind;
  readonly caValidity?: readonly string[];
  readonly hasIntermediate?: boolean;
  /** `sha1` makes ESSCertID, `sha256` ESSCertIDv2. */
  readonly essHash?: "sha1" | "sha256";
  readonly policy?: string;
}

/** Makes an authority in a fresh folder. */
export async function createTestAuthority(wish: AuthorityWish = {}): Promise<TestAuthority> {
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-tsa-"));
  const { kind = "ec", caValidity } = wish;
  const ca = await issue(dir, "ca", {
    extensions: CA_EXTENSIONS,
    kind,
    ...(caValidity ? { validity: caValidity } : {}),
  });
  const issuer = wish.hasIntermediate
    ? await issue(dir, "intermediate", { issuer: ca, extensions: CA_EXTENSIONS, kind })
    : ca;
  const signer = await issue(dir, "signer", { issuer, extensions: wish.extensions ?? STAMPING, kind });
  await mkdir(path.join(dir, "work"));
  const config = path.join(dir, "ts.cnf");
  await writeFile(path.join(dir, "serial"), "01\n");
  await writeFile(
    config,
    [
      "[tsa]",
      "default_tsa = one",
      "[one]",
      `serial = ${path.join(dir, "serial")}`,
      `signer_cert = ${signer.certificate}`,
      `signer_key = ${signer.key}`,
      `certs = ${issuer.certificate}`,
      "signer_digest = sha256",
      `default_policy = ${wish.policy ?? "1.2.3.4.1"}`,
      "other_policies = 1.2.3.4.5",
      "digests = sha256",
      "accuracy = secs:1",
      `ess_cert_id_alg = ${wish.essHash ?? "sha256"}`,
      "",
    ].join("\n"),
  );
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  const answer = async (query: Uint8Array): Promise<Buffer> => {
    count += 1;
    const [queryFile, replyFile] = [
      path.join(dir, "work", `${count}.tsq`),
      path.join(dir, "work", `${count}.tsr`),
    ];
    await writeFile(queryFile, query);
    await openssl("ts", "-reply", "-config", config, "-queryfile", queryFile, "-out", replyFile);
    return readFile(replyFile);
  };
  return {
    dir,
    caFile: ca.certificate,
    caPem: await readFile(ca.certificate, "utf8"),
    // The serial number is in one file, so answers are made one by one.
    reply: (query) => {
      const next = last.then(() => answer(query));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

export type StampHandler = (
  query: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void;

/** Serves an authority by HTTP on a free loopback port. */
export async function serveAuthority(
  handler: StampHandler,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      Promise.resolve(handler(Buffer.concat(chunks), request, response)).catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return {
    url: `http://127.0.0.1:${address.port}/tsr`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns a handler that answers as RFC 3161 section 3.4 says. */
export function stampWith(authority: TestAuthority): StampHandler {
  return async (query, _request, response) => {
    const reply = await authority.reply(query);
    response.writeHead(200, { "content-type": "application/timestamp-reply" }).end(reply);
  };
}
