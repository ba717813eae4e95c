import { X509Certificate } from "node:crypto";
import { readFileSync as read } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { connect as connectSecurely } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TlsFiles } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { usePartIdentity } from "@/lib/ipc/part-identity";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { openssl } from "@/lib/testing/servers/time-stamp-authority";

let dir: string;
let server: ServiceServer | undefined;
const SLOT = Symbol.for("sealport.part-identity");

const file = (name: string): string => path.join(dir, name);

async function authority(name: string): Promise<void> {
  const out = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl("req", "-x509", ...curve, "-subj", `/CN=${name}`, "-days", "2", ...out);
}

/** Issues a part's certificate, for the names under which it is called on this machine. */
async function issue(part: string, by = "ours", of: string = by): Promise<TlsFiles> {
  const name = `${of}-${part}`;
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    ...curve,
    "-subj",
    `/CN=${part}`,
    "-keyout",
    file(`${name}.key`),
    "-out",
    file(`${name}.csr`),
  );
  await writeFile(file("names"), "subjectAltName=IP:127.0.0.1");
  const ca = ["-CA", file(`${by}.pem`), "-CAkey", file(`${by}.key`), "-CAcreateserial"];
  const ends = ["-days", "2", "-extfile", file("names"), "-out", file(`${name}.pem`)];
  await openssl("x509", "-req", "-in", file(`${name}.csr`), ...ca, ...ends);
  return { certificate: file(`${name}.pem`), key: file(`${name}.key`), authority: file(`${by}.pem`) };
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

let port: number;
let files: Record<"portal" | "worker" | "custodian" | "stranger", TlsFiles>;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "sp-mtls-"));
  await authority("ours");
  await authority("theirs");
  files = {
    portal: await issue("portal"),
    worker: await issue("worker"),
    custodian: await issue("custodian"),
    stranger: await issue("portal", "theirs"),
  };
  port = await freePort();
  usePartIdentity("custodian", files.custodian);
  server = await serveHttp(
    `mtls://127.0.0.1:${port}`,
    async ({ caller }) => ({ status: 200, body: { caller } }),
    {
      callersOf: (_method, at) => (at === "/open" ? ["portal"] : ["portal", "worker"]),
    },
  );
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, SLOT);
});
afterAll(async () => {
  await server?.close(0);
  await rm(dir, { recursive: true, force: true });
});

const call = (at: string) =>
  callService(`mtls://127.0.0.1:${port}`, {
    method: "POST",
    path: at,
    body: {},
    timeoutMs: 5_000,
    headers: { connection: "close" },
  });

/** Connects with these TLS options and returns the error's code, or "connected" once the server has answered. */
function connection(options: object): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSecurely({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () => {
      socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    });
    socket.once("data", () => resolve("connected"));
    socket.once("error", (error) => resolve(String(Reflect.get(error, "code"))));
    socket.once("close", () => resolve("closed"));
  });
}

/** Returns the serial number of the certificate that is shown at a port of this machine. */
function serialAt(at: number): Promise<string> {
  const { certificate, key } = files.portal;
  const identity = { cert: read(certificate), key: read(key), rejectUnauthorized: false };
  return new Promise((resolve) => {
    const socket = connectSecurely({ host: "127.0.0.1", port: at, ...identity }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.once("error", () => resolve("none"));
  });
}

describe("calls between parts over mtls://", () => {
  it("name the caller by its certificate, and a table decides who may make which call", async () => {
    usePartIdentity("portal", files.portal);
    expect(JSON.parse((await call("/open")).body.toString())).toEqual({ caller: "portal" });
  });

  it("a part cannot make a call that only another part may make", async () => {
    usePartIdentity("worker", files.worker);
    expect((await call("/open")).status).toBe(403);
    expect((await call("/registrations")).status).toBe(200);
  });

  it.each([
    ["no certificate", () => ({})],
    [
      "a foreign authority's certificate",
      () => ({ cert: read(files.stranger.certificate), key: read(files.stranger.key) }),
    ],
    [
      "TLS 1.2",
      () => ({ cert: read(files.portal.certificate), key: read(files.portal.key), maxVersion: "TLSv1.2" }),
    ],
  ])("with %s there is no answer", async (_what, options) => {
    expect(await connection(options())).not.toBe("connected");
  });

  it("a part listens at the address that it is given, whatever name its callers use", async () => {
    usePartIdentity("custodian", files.custodian);
    const own = await freePort();
    const handler = async () => ({ status: 200, body: {} });
    const served = await serveHttp(`mtls://custodian.invalid:${own}`, handler, { host: "127.0.0.1" });
    try {
      usePartIdentity("portal", files.portal);
      const options = { method: "GET", path: "/", timeoutMs: 5_000 };
      expect((await callService(`mtls://127.0.0.1:${own}`, options)).status).toBe(200);
    } finally {
      await served.close();
    }
  });

  it("a renewed certificate is used once its key is there too, and the former one until then", async () => {
    const own = {
      certificate: file("renewed.pem"),
      key: file("renewed.key"),
      authority: files.custodian.authority,
    };
    await copyFile(files.custodian.certificate, own.certificate);
    await copyFile(files.custodian.key, own.key);
    const problems: string[] = [];
    usePartIdentity("custodian", own);
    const place = `mtls://127.0.0.1:${await freePort()}`;
    const renewing = await serveHttp(place, async () => ({ status: 200 }), {
      onError: (error) => problems.push(String(error)),
      renewalMs: 20,
    });
    try {
      const next = await issue("custodian", "ours", "next");
      // First the certificate alone, because one file is always written before the other.
      await copyFile(next.certificate, own.certificate);
      await expect
        .poll(() => problems.join(), { timeout: 20_000 })
        .toMatch(/are not a certificate, its key and its CA/);
      usePartIdentity("portal", files.portal);
      const ask = () =>
        callService(place, { method: "GET", path: "/", timeoutMs: 5_000, headers: { connection: "close" } });
      expect((await ask()).status).toBe(200);
      await copyFile(next.key, own.key);
      const serial = new X509Certificate(read(next.certificate)).serialNumber;
      const { port: at } = new URL(place);
      const shown = () => serialAt(Number(at));
      await expect.poll(shown, { timeout: 20_000 }).toBe(serial);
    } finally {
      await renewing.close(0);
    }
  });

  it("a certificate for another part, a file that is missing and no certificate at all end with one line", async () => {
    expect(() => usePartIdentity("worker", files.portal)).toThrow(/TLS_CERT_FILE is a certificate of portal/);
    expect(() => usePartIdentity("portal", { ...files.portal, key: "/no/such" })).toThrow(/TLS_KEY_FILE/);
    await expect(serveHttp("mtls://127.0.0.1:1", async () => ({ status: 200 }))).rejects.toThrow(
      OperatorError,
    );
    await expect(call("/open")).rejects.toThrow(ServiceUnavailable);
  });
});
