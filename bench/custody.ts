import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { openEnvelope, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { sealFixture } from "@/lib/crypto/envelope/envelope-fixture";
import { generateX25519 } from "@/lib/crypto/primitives";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import type { Keystore } from "@/lib/keystore/keystore";
import { createKeystore, holderOf, openKeystore } from "@/lib/keystore/open-keystore";
import { openKeystoreRoots } from "@/lib/keystore/roots/open-roots";
import { makeSoftwareToken } from "@/lib/testing/devices/software-token";
import { startMoto } from "@/lib/testing/servers/moto-server";
import { startTransitServer } from "@/lib/testing/servers/transit-server";
import { compare, compareTimed, type Figure, median } from "./measure";

interface BackEnd {
  readonly settings: CustodySettings;
  /** Keys are derived in the token, so each opening costs what the token takes. */
  readonly isResident?: boolean;
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

function token(kind: "pkcs11" | "pkcs11-resident"): BackEnd {
  const made = makeSoftwareToken();
  made.makeKey("root", "01", "--sensitive", "--private");
  const settings = readCustody({
    SEALPORT_CUSTODY: `${kind}:${made.uri("root")}`,
    PKCS11_PIN: made.pin,
    PKCS11_ENV: made.environment,
  });
  return { settings, isResident: kind === "pkcs11-resident", close: () => made.close() };
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

/** All places for a root key. Each is compared with the first. */
const BACK_ENDS: Readonly<Record<string, (dir: string) => BackEnd | Promise<BackEnd>>> = {
  "key file": (dir) => ({ settings: readCustody({ KEK_FILE: path.join(dir, "kek.key") }) }),
  passphrase: () => ({ settings: readCustody({ KEK_PASSPHRASE: "a passphrase for a bench" }) }),
  "PKCS#11 (SoftHSM)": () => token("pkcs11"),
  "PKCS#11, resident keys (SoftHSM)": () => token("pkcs11-resident"),
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

/**
 * Returns three functions to measure: sealing a group for four recipients, opening it with a participant's key of this
 * keystore, and key derivation alone.
 */
async function worksOf(keystore: Keystore) {
  const fixture = sealFixture({ narrative: "work of one week ".repeat(40) }, [KID, "b#1", "c#1", "escrow#1"]);
  const owner = { purpose: "participant", participant: "alice", version: 1 } as const;
  const made = await keystore.createKeyPair(owner);
  const ref = { ...owner, ...made };
  const recipients = fixture.seal.recipients.map((one) =>
    one.kid === KID ? { ...one, publicKey: made.publicKey } : one,
  );
  const seal = { ...fixture.seal, recipients };
  const derive = (epk: Uint8Array) => keystore.derive(ref, epk);
  const { envelope } = sealEnvelope(seal);
  const opening = { ...fixture.open(KID), envelope, derive };
  const { publicKey: peer } = generateX25519();
  return {
    seal: () => sealEnvelope(seal),
    open: () => openEnvelope(opening),
    derive: () => derive(peer),
  };
}

interface Measured {
  readonly name: string;
  readonly startMicros: number;
  readonly renewMicros: number;
  readonly isResident: boolean;
  readonly works: Awaited<ReturnType<typeof worksOf>>;
  readonly keystore: Keystore;
}

async function measure(
  name: string,
  dir: string,
  { settings, isResident = false }: BackEnd,
): Promise<Measured> {
  const place = { dir, custody: settings };
  const keystore = await createKeystore(place);
  const holder = await holderOf(settings);
  const startMicros = await wallMicros(() => openKeystore(place));
  const renewMicros = await wallMicros(() => openKeystoreRoots(dir, holder));
  return { name, startMicros, renewMicros, isResident, works: await worksOf(keystore), keystore };
}

function timeFigure(what: string, name: string, [micros, base]: readonly [number, number]): Figure {
  const figure = { baseline: "with a key file", operationMicros: micros, baselineMicros: base };
  const ms = (micros / 1_000).toFixed(1);
  return { suite: "crypto", name: `${name}: ${what} ${ms} ms`, ratio: micros / base, ...figure };
}

/** Returns wall time, because the token works in another process. */
async function wallOf(work: () => Promise<unknown>, count: number): Promise<number> {
  const start = performance.now();
  for (let made = 0; made < count; made += 1) await work();
  return ((performance.now() - start) * 1_000) / count;
}

/** Compares a keystore whose keys are derived elsewhere with one whose keys are derived here, in alternating calls. */
async function residentFigures(one: Measured, base: Measured): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const what of ["derive", "open"] as const) {
    const about = { suite: "crypto", name: what, baseline: "with a key file", rounds: 9 };
    const [ours, theirs] = [one.works[what], base.works[what]];
    const figure = await compareTimed(
      about,
      (count) => wallOf(ours, count),
      (count) => wallOf(theirs, count),
    );
    const [here, there] = [figure.operationMicros, figure.baselineMicros].map((micros) =>
      Math.round(1e6 / micros),
    );
    figures.push({
      ...figure,
      name: `${one.name}: ${what}, ${here} a second (key file: ${there}), wall time`,
    });
  }
  return figures;
}

async function figuresOf(one: Measured, base: Measured): Promise<Figure[]> {
  const named = { suite: "crypto", baseline: "with a key file", goal: "≤ 1.1", rounds: 9 };
  return [
    timeFigure("opening the keystore", one.name, [one.startMicros, base.startMicros]),
    timeFigure("renewing the lease", one.name, [one.renewMicros, base.renewMicros]),
    await compare({ ...named, name: `${one.name}: encrypt, 4 recipients` }, one.works.seal, base.works.seal),
    ...(one.isResident
      ? await residentFigures(one, base)
      : [await compare({ ...named, name: `${one.name}: open` }, one.works.open, base.works.open)]),
  ];
}

/** Measures the cost of each back end: of acts that call it, and of acts that do not call it and should cost no more. */
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
    for (const { keystore } of measured) keystore.close();
    for (const backEnd of open) await backEnd.close?.();
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  }
}
