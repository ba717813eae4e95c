import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomBytes } from "@/lib/crypto/primitives";
import { type CustodySettings, readCustody } from "@/lib/env/custody";
import { holderOf } from "@/lib/keystore/open-keystore";
import { contextMembers } from "@/lib/keystore/roots/root-custody";
import { type CustodyBench, describeCustody } from "@/lib/testing/contracts/custody-contract";
import { type FaultyProxy, startFaultyProxy } from "@/lib/testing/servers/faulty-proxy";
import { type MotoServer, startMoto } from "@/lib/testing/servers/moto-server";

const CONTEXT = { keystore: "ks-one", root: "1" };
const PATIENT = { attempts: 1, callMs: 60_000, pauseMs: 1 };
/** The service's answer to a caller whom a policy does not allow (AWS KMS API reference, "Common errors"). */
const DENIED = { status: 400, body: JSON.stringify({ __type: "AccessDeniedException", message: "no" }) };
const SECRET = "not-a-secret-of-anybody";

let moto: MotoServer;
let proxy: FaultyProxy;
let operator: KMSClient;

// The SDK reads region, credentials and endpoint from its own variables, as in production.
beforeAll(async () => {
  moto = await startMoto();
  proxy = await startFaultyProxy(moto.url, DENIED);
  const credentials = { accessKeyId: "AKIATEST", secretAccessKey: SECRET };
  operator = new KMSClient({ endpoint: moto.url, region: "eu-central-1", credentials });
  process.env.AWS_REGION = "eu-central-1";
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  process.env.AWS_ENDPOINT_URL_KMS = proxy.url;
});
afterAll(async () => {
  await proxy?.close();
  await moto?.close();
});

async function newKey(): Promise<string> {
  const { KeyMetadata } = await operator.send(new CreateKeyCommand({ KeyUsage: "ENCRYPT_DECRYPT" }));
  if (KeyMetadata?.Arn === undefined) throw new Error("a key was expected");
  return KeyMetadata.Arn;
}

/** moto changes the state of a key by its id only. */
const idOf = (arn: string): string => arn.slice(arn.indexOf("/") + 1);

const settingsOf = (key: string): CustodySettings => readCustody({ SEALPORT_CUSTODY: `aws-kms:${key}` });
const custodyOf = (key: string) => holderOf(settingsOf(key), PATIENT).then(({ custody }) => custody);

async function kmsBench(): Promise<CustodyBench> {
  const [own, other] = [await newKey(), await newKey()];
  await operator.send(new CreateAliasCommand({ AliasName: "alias/contract", TargetKeyId: own }));
  return {
    settings: settingsOf("alias/contract"),
    otherKey: settingsOf(other),
    secrets: [SECRET],
    // If the damage makes the ciphertext name a key that moto does not have, moto denies access.
    refusals: ["keystore.refused", "keystore.denied"],
    disable: async () => void (await operator.send(new DisableKeyCommand({ KeyId: idOf(own) }))),
    enable: async () => void (await operator.send(new EnableKeyCommand({ KeyId: idOf(own) }))),
    service: { fail: (fault, times) => proxy.set(fault, times), calls: () => proxy.calls },
    close: async () => undefined,
  };
}

describeCustody("AWS KMS", { isService: true, start: kmsBench });

test("disabled keys and keys that wait for deletion are refused, though moto decrypts with them", async () => {
  for (const end of [DisableKeyCommand, ScheduleKeyDeletionCommand]) {
    const arn = await newKey();
    const custody = await custodyOf(arn);
    const key = randomBytes(32);
    const wrapped = await custody.wrap(CONTEXT, key);
    await operator.send(new end({ KeyId: idOf(arn) }));
    const ciphertext = { CiphertextBlob: Buffer.from(wrapped.wrapped, "base64") };
    const lax = await operator.send(
      new DecryptCommand({ ...ciphertext, EncryptionContext: contextMembers(CONTEXT) }),
    );
    expect(new Uint8Array(lax.Plaintext ?? [])).toEqual(key);
    await expect(custody.unwrap(CONTEXT, wrapped)).rejects.toMatchObject({ code: "keystore.disabled" });
    await expect(custody.wrap(CONTEXT, key)).rejects.toMatchObject({ code: "keystore.disabled" });
  }
});

test("a value wrapped under an alias opens with its key, also when the alias changes", async () => {
  const [first, second] = [await newKey(), await newKey()];
  await operator.send(new CreateAliasCommand({ AliasName: "alias/moving", TargetKeyId: first }));
  const custody = await custodyOf("alias/moving");
  const key = randomBytes(32);
  const wrapped = await custody.wrap(CONTEXT, key);
  expect(wrapped.key).toBe(first);
  await operator.send(new UpdateAliasCommand({ AliasName: "alias/moving", TargetKeyId: second }));
  expect(await custody.unwrap(CONTEXT, wrapped)).toEqual(key);
  expect((await custody.health()).key).toBe(second);
});

test("a missing key and a signing key are refused with their reason", async () => {
  const signing = new CreateKeyCommand({ KeyUsage: "SIGN_VERIFY", KeySpec: "RSA_2048" });
  const { KeyMetadata } = await operator.send(signing);
  const other = await custodyOf(KeyMetadata?.Arn ?? "");
  await expect(other.health()).rejects.toMatchObject({
    code: "keystore.disabled",
    message: expect.stringContaining("is Enabled, RSA_2048, for SIGN_VERIFY: it must be"),
  });
  // The emulator names no key usage when none was requested. The service always does.
  const unstated = (await operator.send(new CreateKeyCommand({}))).KeyMetadata?.Arn;
  await expect((await custodyOf(unstated ?? "")).health()).rejects.toMatchObject({
    message: expect.stringContaining("for no stated use: it must be"),
  });
  const custody = await custodyOf("alias/absent");
  await expect(custody.health()).rejects.toMatchObject({ code: "keystore.disabled" });
});

test("temporary errors of the service differ from refusals", async () => {
  const custody = await custodyOf(await newKey());
  const seen = async (status: number, type: string): Promise<string> => {
    const odd = await startFaultyProxy(moto.url, {
      status,
      body: JSON.stringify({ __type: type, message: "m" }),
    });
    odd.set("denied");
    process.env.AWS_ENDPOINT_URL_KMS = odd.url;
    const error = await (await custodyOf("alias/any")).health().catch((failure: unknown) => failure);
    process.env.AWS_ENDPOINT_URL_KMS = proxy.url;
    await odd.close();
    return String(Reflect.get(Object(error), "code"));
  };
  expect(await seen(400, "ThrottlingException")).toBe("keystore.unavailable");
  expect(await seen(503, "KeyUnavailableException")).toBe("keystore.unavailable");
  expect(await seen(500, "KMSInternalException")).toBe("keystore.unavailable");
  expect(await seen(400, "UnrecognizedClientException")).toBe("keystore.denied");
  expect(await seen(400, "ExpiredTokenException")).toBe("keystore.denied");
  expect(await seen(400, "DisabledException")).toBe("keystore.disabled");
  expect(await seen(400, "KMSInvalidStateException")).toBe("keystore.disabled");
  expect(await seen(400, "IncorrectKeyException")).toBe("keystore.refused");
  expect((await custody.health()).key).toMatch(/^arn:aws:kms:eu-central-1:/);
});
