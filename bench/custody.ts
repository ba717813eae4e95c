import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { openEnvelope, sealEnvelope } from "@/lib/crypto/envelope";
import { sealFixture } from "@/lib/crypto/envelope-fixture";
import type { Keystore } from "@/lib/custody/keystore";
import { createKeystore, holderOf, openKeystore } from "@/lib/custody/open-keystore";
import { openKeystoreRoots } from "@/lib/custody/open-roots";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { startMoto } from "@/lib/testing/moto-server";
import { makeSoftwareToken } from "@/lib/testing/software-token";
import { startTransitServer } from "@/lib/testing/transit-server";
import { compare, type Figure, median } from "./measure";

interface BackEnd {
  readonly settings: CustodySettings;
  close?(): Promise<void> | void;
}

const KID = "alice#1";
const STARTS = 9;

async function kms(): Promise<BackEnd> {
  const moto = await startMoto();
  const credentials = { accessKeyId: "AKIABENCH", secretAccessKey: "not-a-secret" };
  Object.assign(process.env, {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_KMS: moto.url,
  });
  const operator = new KMSClient({ endpoint: moto.url, region: "eu-central-1", credentials });
  const { KeyMetadata } = await operator.send(new CreateKeyCommand({ KeyUsage: "ENCRYPT_DECRYPT" }));
  return { settings: readCustody({ SEALPORT_CUSTODY: `aws-kms:${KeyMetadata?.Arn}` }), close: moto.close };
}

function token(): BackEnd {
  const made = makeSoftwareToken();
  made.makeKey("root", "01", "--sensitive", "--private");
  const settings = readCustody({
    SEALPORT_CUSTODY: `pkcs11:${made.uri("root")}`,
    PKCS11_PIN: made.pin,
    PKCS11_ENV: made.environment,
  });
  return { settings, close: () => made.close() };
}

async function transit(): Promise<BackEnd> {
  const server = await startTransitServer();
  await server.admin("POST", "keys/sealport");
  const settings = readCustody({
    SEALPORT_CUSTODY: "transit:sealport",
    VAULT_ADDR: server.url,
    VAULT_TOKEN: server.token,
  });
  return { settings, close: server.close };
}

/** Each place where a root key may lie; the first is what the others are compared with. */
const BACK_ENDS: Readonly<Record<string, (dir: string) => BackEnd | Promise<BackEnd>>> = {
  "key file": (dir) => ({ settings: readCustody({ KEK_FILE: path.join(dir, "kek.key") }) }),
  passphrase: () => ({ settings: readCustody({ KEK_PASSPHRASE: "a passphrase for a bench" }) }),
  "PKCS#11 (SoftHSM)": token,
  "AWS KMS (moto)": kms,
  "Transit (fixture)": transit,
};

async function wallMicros(act: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const start = performance.now();
    await act();
    times.push((performance.now() - start) * 1_000);
  }
  return median(times);
}

/** Sealing a group for four, and opening it with a participant's key that this keystore holds. */
function worksOf(keystore: Keystore) {
  const fixture = sealFixture({ narrative: "work of one week ".repeat(40) }, [KID, "b#1", "c#1", "escrow#1"]);
  const pair = fixture.keys.get(KID);
  if (pair === undefined) throw new Error("a key pair expected");
  const key = { purpose: "participant", participant: "alice", version: 1, ...pair } as const;
  const ref = { ...key, ...keystore.sealPrivateKey(key) };
  const opening = { ...fixture.open(KID), derive: (epk: Uint8Array) => keystore.derive(ref, epk) };
  return { seal: () => sealEnvelope(fixture.seal), open: () => openEnvelope(opening) };
}

interface Measured {
  readonly name: string;
  readonly startMicros: number;
  readonly renewMicros: number;
  readonly works: ReturnType<typeof worksOf>;
}

async function measure(name: string, dir: string, { settings }: BackEnd): Promise<Measured> {
  const place = { dir, custody: settings };
  const keystore = await createKeystore(place);
  const holder = await holderOf(settings);
  const startMicros = await wallMicros(() => openKeystore(place));
  const renewMicros = await wallMicros(() => openKeystoreRoots(dir, holder));
  return { name, startMicros, renewMicros, works: worksOf(keystore) };
}

function timeFigure(what: string, name: string, [micros, base]: readonly [number, number]): Figure {
  const figure = { baseline: "with a key file", operationMicros: micros, baselineMicros: base };
  const ms = (micros / 1_000).toFixed(1);
  return { suite: "crypto", name: `${name}: ${what} ${ms} ms`, ratio: micros / base, ...figure };
}

async function figuresOf(one: Measured, base: Measured): Promise<Figure[]> {
  const named = { suite: "crypto", baseline: "with a key file", goal: "≤ 1.1", rounds: 9 };
  return [
    timeFigure("opening the keystore", one.name, [one.startMicros, base.startMicros]),
    timeFigure("renewing the lease", one.name, [one.renewMicros, base.renewMicros]),
    await compare({ ...named, name: `${one.name}: encrypt, 4 recipients` }, one.works.seal, base.works.seal),
    await compare({ ...named, name: `${one.name}: open` }, one.works.open, base.works.open),
  ];
}

/** What each back end costs where it is asked, and that it costs nothing where it is not. */
export async function benchCustody(): Promise<Figure[]> {
  const dirs: string[] = [];
  const open: BackEnd[] = [];
  const measured: Measured[] = [];
  try {
    for (const [name, start] of Object.entries(BACK_ENDS)) {
      const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-bench-"));
      dirs.push(dir);
      try {
        const backEnd = await start(dir);
        open.push(backEnd);
        measured.push(await measure(name, dir, backEnd));
      } catch (error) {
        console.log(`crypto   ${name} is left out: ${error instanceof Error ? error.message : "not there"}`);
      }
    }
    const [base, ...others] = measured;
    if (base === undefined) return [];
    const { startMicros } = base;
    const figures = [timeFigure("opening the keystore", base.name, [startMicros, startMicros])];
    for (const one of others) figures.push(...(await figuresOf(one, base)));
    return figures;
  } finally {
    for (const backEnd of open) await backEnd.close?.();
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  }
}
